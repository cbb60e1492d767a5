/** H5: whom homes are assigned to, filtered as the office asks: by person, by lottery or batch, by numbers. Masked (P2). */
import type { AnswerOf, BodyOf } from '../../../shared/contract/routes';
import type { FieldProblem } from '../../../shared/errors';
import { groupLabels, type Group } from '../../../shared/lane';
import { dayOf, isDay } from '../../../shared/shanghai-time';
import { readIdentityText } from '../../domain/registers/identity-number';
import { readNameText } from '../../domain/registers/people';
import { squeeze } from '../../domain/registers/text';
import { cursorOf, PAGE, placeOf, unknownPlace } from '../../http/page';
import { actOf, refuse, Refusal, type ApiRequest, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { change } from '../../store/change';
import type { Household, Ticket } from '../../store/collections';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Sort, Tx, Where } from '../../store/port';
import { listingActorOf } from '../listing-pool/policy';
import { addressOf } from '../selection/receipt';
import { transferSheet } from './transfer-sheet';
import { workbookDownload } from './workbook';

const inOrder: Sort<Ticket> = [['queueNumber', 'asc']];
/** How many numbers one request looks through for those that were, or were not, assigned a home. */
const MOST_LOOKED_AT = 2_000;
/** One person is in few households over the years. */
const MOST_CASES = 20;
/** Applicants of one name, in a city: the commonest names of China have some thousand bearers a million. */
const MOST_NAMESAKES = 2_000;

type Filter = BodyOf<'searchAssignable'>;

/** P1: families that wait are the district's, not the operator's, who has to do with homes and move-ins. */
function maySee(caller: Caller, household: Pick<Household, 'district'>): boolean {
  return mayAsk(caller) && (caller.role !== 'districtReviewer' || caller.districts.includes(household.district));
}

function mayAsk(caller: Caller): caller is Extract<Caller, { kind: 'staff' }> {
  return caller.kind === 'staff' && ['city', 'inspector', 'districtReviewer'].includes(caller.role);
}

/** P1: transfers are about homes: the operator's as well. */
function maySeeTransfers(caller: Caller, district: string): boolean {
  return caller.kind === 'staff' && (caller.role === 'inspector' || listingActorOf(caller, district) !== null);
}

export function assignmentHandlers(kernel: Kernel): Handlers {
  type Family = AnswerOf<'searchAssignable'>['families'][number];

  /** Null when the family is not what was asked for, or not the caller's to see. */
  async function familyOf(tx: Tx, caller: Caller, ticket: Ticket, assigned: boolean | undefined): Promise<Family | null> {
    const household = await tx.households.get(ticket.householdId);
    if (household === null || !maySee(caller, household)) return null;
    const [pick] = await tx.picks.find({ ticketId: ticket.id, active: true }, { limit: 1 });
    if (assigned !== undefined && assigned !== (pick !== undefined)) return null;
    const listing = pick === undefined ? null : await tx.listings.get(pick.listingId);
    return {
      ticketId: ticket.id, group: ticket.group, queueNumber: ticket.queueNumber, batchDay: ticket.batchDay, state: ticket.state, householdId: household.id, district: household.district,
      applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)), assigned: pick !== undefined, address: listing === null ? null : addressOf(listing),
    };
  }

  /** What the office asked for; or what is wrong with it. */
  async function whereOf(body: Filter): Promise<Where<Ticket> | FieldProblem> {
    if (body.period !== undefined && !isDay(body.period)) return { path: 'period', message: '没有这一天' };
    const identity = body.identity === undefined ? null : readIdentityText(body.identity, dayOf(kernel.clock.now()));
    if (identity !== null && !identity.ok) return { path: 'identity', message: identity.reason };
    const name = body.name === undefined ? null : readNameText(body.name);
    if (name !== null && !name.ok) return { path: 'name', message: name.reason };
    const asked = await kernel.store.read(async (tx) => [
      identity === null ? null : (await tx.members.find({ identityIndex: kernel.crypto.blindIndex('identity', identity.value) }, { limit: MOST_CASES })).map(({ householdId }) => householdId),
      name === null ? null : (await tx.households.find({ applicantNameIndex: kernel.crypto.blindIndex('name', name.value) }, { limit: MOST_NAMESAKES })).map(({ id }) => id),
      body.certificateNumber === undefined ? null : (await tx.certificates.find({ number: squeeze(body.certificateNumber) }, { limit: MOST_CASES })).map(({ id }) => id),
    ]);
    // Each filter names households; who is asked for is in all of them.
    const households = asked.filter((ids) => ids !== null).reduce<string[] | null>((all, ids) => (all === null ? [...new Set(ids)] : all.filter((id) => ids.includes(id))), null);
    const days = body.period !== undefined ? { batchDay: body.period } : body.year === undefined ? {} : { batchDay: { gte: `${body.year}-01-01`, lt: `${body.year + 1}-01-01` } };
    const numbers = { ...(body.numberFrom === undefined ? {} : { gte: body.numberFrom }), ...(body.numberTo === undefined ? {} : { lte: body.numberTo }) };
    return {
      group: body.group, ...days, ...(Object.keys(numbers).length === 0 ? {} : { queueNumber: numbers }),
      ...(households === null ? {} : { householdId: { in: households } }),
    };
  }

  /** S1: that a list was asked for is on record, and by what; never whom it was about (P2). */
  const noteSearch = (request: ApiRequest, body: Filter, why: string, type: string) => change(kernel, actOf(request, why), (work) =>
    work.record({ stream: OFFICE_STREAM, type, open: {}, detail: { group: body.group, by: Object.keys(body).filter((key) => key !== 'group') } }));

  /** One page: at most `limit` families, among at most so many numbers looked through. */
  async function page(caller: Caller, where: Where<Ticket>, body: Filter, after: string | undefined, limit: number): Promise<{ families: Family[]; next: string | null } | Refusal> {
    return kernel.store.read(async (tx) => {
      const place = placeOf(inOrder, after);
      if (place === 'unknown') return unknownPlace();
      const families: Family[] = [];
      let looked = 0;
      for await (const ticket of tx.tickets.iterate(where, { sort: inOrder, ...place })) {
        const family = await familyOf(tx, caller, ticket, body.assigned);
        if (family !== null) families.push(family);
        looked += 1;
        if (families.length === limit || looked === MOST_LOOKED_AT) return { families, next: cursorOf(inOrder, ticket) };
      }
      return { families, next: null };
    });
  }

  async function* pages(caller: Caller, where: Where<Ticket>, body: Filter): AsyncGenerator<string[][]> {
    let after: string | undefined;
    for (;;) {
      const found = await page(caller, where, body, after, MOST_LOOKED_AT);
      if (found instanceof Refusal) throw new Error('a place of our own that is none');
      const { families, next } = found;
      if (families.length > 0) yield families.map((f) => [groupLabels[f.group as Group], String(f.queueNumber), f.batchDay, f.applicantMasked, f.phoneMasked, f.district, f.assigned ? '是' : '否', f.address ?? '']);
      if (next === null) return;
      after = next;
    }
  }

  return {
    searchAssignable: async (request) => {
      const { caller, body } = request;
      if (!mayAsk(caller)) return refuse('FORBIDDEN');
      const where = await whereOf(body);
      if (isProblem(where)) return refuse('VALIDATION_FAILED', { fields: [where] });
      if (body.name !== undefined || body.identity !== undefined || body.certificateNumber !== undefined) await noteSearch(request, body, '划拨清单按人筛选', 'PeopleSearched');
      return page(caller, where, body, body.after, body.limit ?? PAGE);
    },

    exportAssignable: async (request) => {
      const { caller, body } = request;
      if (!mayAsk(caller)) return refuse('FORBIDDEN');
      const where = await whereOf(body);
      if (isProblem(where)) return refuse('VALIDATION_FAILED', { fields: [where] });
      await noteSearch(request, body, '导出选房人员清单', 'AssignmentListExported');
      const columns = ['组别', '轮候顺序号', '批次', '申请人', '联系电话', '所属区', '是否已划拨', '住房'].map((title) => ({ title, width: title === '住房' ? 36 : 16 }));
      return workbookDownload({ name: '选房人员清单', columns, batches: pages(caller, where, body) }, `assignment-list-${dayOf(kernel.clock.now())}.xlsx`);
    },

    exportTransfers: async (request) => {
      const { caller, query } = request;
      if (!maySeeTransfers(caller, query.district)) return refuse('FORBIDDEN');
      await change(kernel, actOf(request, '导出调房划拨清单'), (work) => work.record({ stream: OFFICE_STREAM, type: 'TransferListExported', open: {}, detail: { district: query.district } }));
      return workbookDownload(transferSheet(kernel, query.district), `transfer-list-${dayOf(kernel.clock.now())}.xlsx`);
    },
  };
}

function isProblem(where: Where<Ticket> | FieldProblem): where is FieldProblem {
  return 'path' in where;
}
