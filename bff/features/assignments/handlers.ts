/** H5: whom homes are assigned to, filtered as the office asks: by person, by lottery or batch, by numbers. Masked (P2). */
import type { AnswerOf } from '../../../shared/contract/routes';
import { addDays, isDay } from '../../../shared/shanghai-time';
import { readIdentityText } from '../../domain/registers/identity-number';
import { dayOf } from '../../../shared/shanghai-time';
import { actOf, refuse, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { change } from '../../store/change';
import type { Household, Ticket } from '../../store/collections';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Tx, Where } from '../../store/port';
import { addressOf } from '../selection/receipt';

const PAGE = 40;
/** How many numbers one request looks through: names are sealed, so each is opened to be compared. */
const MOST_LOOKED_AT = 2_000;

function maySee(caller: Caller, household: Pick<Household, 'district'>): boolean {
  if (caller.kind !== 'staff') return false;
  return ['city', 'inspector'].includes(caller.role) || (['districtReviewer', 'operator'].includes(caller.role) && caller.districts.includes(household.district));
}

export function assignmentHandlers(kernel: Kernel): Handlers {
  type Family = AnswerOf<'searchAssignable'>['families'][number];

  /** Null when the family is not what was asked for, or not the caller's to see. */
  async function familyOf(tx: Tx, caller: Caller, ticket: Ticket, name: string | undefined, assigned: boolean | undefined): Promise<Family | null> {
    const household = await tx.households.get(ticket.householdId);
    if (household === null || !maySee(caller, household)) return null;
    const applicant = kernel.crypto.open(household.applicantSealed);
    if (name !== undefined && applicant !== name) return null;
    const [pick] = await tx.picks.find({ ticketId: ticket.id, active: true }, { limit: 1 });
    if (assigned !== undefined && assigned !== (pick !== undefined)) return null;
    const listing = pick === undefined ? null : await tx.listings.get(pick.listingId);
    return {
      ticketId: ticket.id, group: ticket.group, queueNumber: ticket.queueNumber, batchDay: ticket.batchDay, state: ticket.state, householdId: household.id, district: household.district,
      applicantMasked: maskName(applicant), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)), assigned: pick !== undefined, address: listing === null ? null : addressOf(listing),
    };
  }

  return {
    searchAssignable: async (request) => {
      const { caller, body } = request;
      if (caller.kind !== 'staff' || !['city', 'inspector', 'districtReviewer', 'operator'].includes(caller.role)) return refuse('FORBIDDEN');
      if (body.period !== undefined && !isDay(body.period)) return refuse('VALIDATION_FAILED', { fields: [{ path: 'period', message: '没有这一天' }] });
      const identity = body.identity === undefined ? null : readIdentityText(body.identity, dayOf(kernel.clock.now()));
      if (identity !== null && !identity.ok) return refuse('VALIDATION_FAILED', { fields: [{ path: 'identity', message: identity.reason }] });
      const households = identity === null ? null : await kernel.store.read((tx) => tx.members.find({ identityIndex: kernel.crypto.blindIndex('identity', identity.value) }, { limit: 20 }));
      const days = body.period !== undefined ? { batchDay: body.period } : body.year === undefined ? {} : { batchDay: { gte: `${body.year}-01-01`, lt: addDays(`${body.year}-12-31`, 1) } };
      const numbers = { ...(body.numberFrom === undefined ? {} : { gte: body.numberFrom }), ...(body.numberTo === undefined ? {} : { lte: body.numberTo }) };
      const where: Where<Ticket> = {
        group: body.group, ...days, ...(Object.keys(numbers).length === 0 ? {} : { queueNumber: numbers }),
        ...(households === null ? {} : { householdId: { in: [...new Set(households.map(({ householdId }) => householdId))] } }), ...(body.certificateNumber === undefined ? {} : { id: body.certificateNumber }),
      };
      const limit = body.limit ?? PAGE;
      // Looked up by who they are: that it was asked is on record, what was asked is not (P2).
      if (body.name !== undefined || identity !== null) {
        await change(kernel, actOf(request, '划拨清单按人筛选'), (work) => work.record({ stream: OFFICE_STREAM, type: 'PeopleSearched', open: {}, detail: { group: body.group, by: [...(body.name === undefined ? [] : ['name']), ...(identity === null ? [] : ['identity'])] } }));
      }
      return kernel.store.read(async (tx) => {
        const after = body.after === undefined ? null : await tx.tickets.get(body.after);
        const families: Family[] = [];
        let looked = 0;
        for await (const ticket of tx.tickets.iterate(where, { sort: [['queueNumber', 'asc']], ...(after === null ? {} : { after }) })) {
          const family = await familyOf(tx, caller, ticket, body.name, body.assigned);
          if (family !== null) families.push(family);
          looked += 1;
          if (families.length === limit || looked === MOST_LOOKED_AT) return { families, next: ticket.id };
        }
        return { families, next: null };
      });
    },
  };
}
