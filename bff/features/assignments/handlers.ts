/** H5: whom homes are assigned to, filtered as the office asks: by person, by lottery or batch, by numbers. Masked (P2). */
import type { AnswerOf, BodyOf } from '../../../shared/contract/routes';
import type { FieldProblem } from '../../../shared/errors';
import { groupLabels, type Group } from '../../../shared/lane';
import { dayOf, isDay } from '../../../shared/shanghai-time';
import { readIdentityText } from '../../domain/registers/identity-number';
import { actOf, refuse, type ApiRequest, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { change } from '../../store/change';
import type { Household, Ticket } from '../../store/collections';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Tx, Where } from '../../store/port';
import { listingActorOf } from '../listing-pool/policy';
import { addressOf } from '../selection/receipt';
import { transferSheet } from './transfer-sheet';
import { workbookDownload } from './workbook';

const PAGE = 40;
/** How many numbers one request looks through: names are sealed, so each is opened to be compared. */
const MOST_LOOKED_AT = 2_000;
/** One person is in few households over the years. */
const MOST_CASES = 20;

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

  /** What the office asked for; or what is wrong with it. */
  async function whereOf(body: Filter): Promise<Where<Ticket> | FieldProblem> {
    if (body.period !== undefined && !isDay(body.period)) return { path: 'period', message: '没有这一天' };
    const identity = body.identity === undefined ? null : readIdentityText(body.identity, dayOf(kernel.clock.now()));
    if (identity !== null && !identity.ok) return { path: 'identity', message: identity.reason };
    const members = identity === null ? null : await kernel.store.read((tx) => tx.members.find({ identityIndex: kernel.crypto.blindIndex('identity', identity.value) }, { limit: MOST_CASES }));
    const days = body.period !== undefined ? { batchDay: body.period } : body.year === undefined ? {} : { batchDay: { gte: `${body.year}-01-01`, lt: `${body.year + 1}-01-01` } };
    const numbers = { ...(body.numberFrom === undefined ? {} : { gte: body.numberFrom }), ...(body.numberTo === undefined ? {} : { lte: body.numberTo }) };
    return {
      group: body.group, ...days, ...(Object.keys(numbers).length === 0 ? {} : { queueNumber: numbers }),
      ...(members === null ? {} : { householdId: { in: [...new Set(members.map(({ householdId }) => householdId))] } }), ...(body.certificateNumber === undefined ? {} : { id: body.certificateNumber }),
    };
  }

  /** S1: that a list was asked for is on record, and by what; never whom it was about (P2). */
  const noteSearch = (request: ApiRequest, body: Filter, why: string, type: string) => change(kernel, actOf(request, why), (work) =>
    work.record({ stream: OFFICE_STREAM, type, open: {}, detail: { group: body.group, by: Object.keys(body).filter((key) => key !== 'group') } }));

  /** One page: at most `limit` families, among at most so many numbers looked through. */
  async function page(caller: Caller, where: Where<Ticket>, body: Filter, afterId: string | undefined, limit: number): Promise<{ families: Family[]; next: string | null }> {
    return kernel.store.read(async (tx) => {
      const after = afterId === undefined ? null : await tx.tickets.get(afterId);
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
  }

  async function* pages(caller: Caller, where: Where<Ticket>, body: Filter): AsyncGenerator<string[][]> {
    let after: string | undefined;
    for (;;) {
      const { families, next } = await page(caller, where, body, after, MOST_LOOKED_AT);
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
      if (body.name !== undefined || body.identity !== undefined) await noteSearch(request, body, '划拨清单按人筛选', 'PeopleSearched');
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
