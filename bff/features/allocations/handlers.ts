/** Allocations over HTTP: the family's own, and what operator and district do at move-in. */
import type { BodyOf } from '../../../shared/contract/routes';
import { addDays, dayOf, isDay, type Day } from '../../../shared/shanghai-time';
import type { FieldProblem } from '../../../shared/errors';
import type { AllocationCommand, AllocationRefusal } from '../../domain/allocation/allocation';
import { pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type ApiRequest, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { change, type Work } from '../../store/change';
import type { Allocation, Household } from '../../store/collections';
import type { Tx } from '../../store/port';
import { enterAllocation, type Particulars } from './apply';
import { allocationActorOf, seesBy } from './policy';
import { presentForStaff, presentMine } from './present';
import { stalledMatters } from './stalled';


export function allocationHandlers(kernel: Kernel): Handlers {
  /** Null version: the family looks at its own paper, which two people may do at once. */
  async function enter<T>(request: ApiRequest, why: string, version: number | null, command: AllocationCommand, present: (tx: Tx, a: Allocation, household: Household) => Promise<T>, particulars: Particulars = {}): Promise<T | Refusal> {
    // T6: what an outage took is given back before anything can be too late.
    await kernel.ensureAlive();
    return change<T | Refusal>(kernel, actOf(request, why), async (work: Work) => {
      const found = await work.tx.allocations.get(request.params['allocationId'] ?? '');
      const household = found === null ? null : await work.tx.households.get(found.householdId);
      const actor = found === null || household === null ? null : allocationActorOf(request.caller, found, household);
      // The same answer for another's as for none: its existence is nobody's business.
      if (found === null || household === null || actor === null) return refuse('NOT_FOUND');
      if (version !== null && found.version !== version) return refuse('REQUEST_IN_CONFLICT');
      const entered = await enterAllocation(kernel, work, found, command, actor, particulars);
      return 'refusal' in entered ? refused(entered.refusal) : present(work.tx, entered.allocation, household);
    });
  }

  return {
    listMyAllocations: ({ caller }) => kernel.store.read(async (tx) => {
      const allocations = [];
      const households = caller.kind === 'family' ? await tx.households.find({ phoneIndex: caller.phoneIndex }) : [];
      for (const { id } of households) for (const allocation of await tx.allocations.find({ householdId: id }, { sort: [['pickedAtMs', 'desc']] })) allocations.push(await presentMine(tx, allocation));
      return { serverNowMs: kernel.clock.now(), allocations };
    }),

    downloadNotice: (request) => enter(request, '下载配租通知单', null, { type: 'download' }, async (tx, a, household) => {
      const listing = await tx.listings.get(a.listingId);
      if (listing === null || a.noticeNumber === null || a.noticeDay === null) throw new Error(`allocation ${a.id} qualified without notice or home`);
      const mine = await presentMine(tx, a);
      return {
        noticeNumber: a.noticeNumber, noticeDay: a.noticeDay, applicant: kernel.crypto.open(household.applicantSealed), group: a.group, queueNumber: a.queueNumber, address: mine.address,
        bedrooms: listing.bedrooms, areaSqm: listing.areaSqm, rentFen: listing.rentFen, leaseByDay: a.leaseByMs === null ? '' : addDays(dayOf(a.leaseByMs), -1), allocation: mine,
      };
    }),

    giveUpAllocation: (request) => enter(request, '放弃选定的住房', request.body.version, { type: 'giveUp' }, (tx, a) => presentMine(tx, a)),

    listAllocations: ({ caller, query }) => kernel.store.read(async (tx) => {
      const by = seesBy(caller, query.district);
      if (by === null) return refuse('FORBIDDEN');
      return page(tx, { [by]: query.district, ...(query.state === undefined ? {} : { state: query.state }) }, [['state', 'asc'], ['pickedAtMs', 'asc']], query);
    }),

    listStalledAllocations: ({ caller, query }) => kernel.store.read(async (tx) => {
      const by = seesBy(caller, query.district);
      return by === null ? refuse('FORBIDDEN') : { serverNowMs: kernel.clock.now(), matters: await stalledMatters(kernel, tx, by, query.district) };
    }),

    actOnAllocation: (request) => {
      const { caller, body } = request;
      const missing = missingFields(body);
      if (missing.length > 0) return Promise.resolve(refuse('VALIDATION_FAILED', { fields: missing }));
      const { act, place, consent } = body;
      const isAssisted = act === 'giveUp' && caller.kind === 'staff' && place !== undefined && consent !== undefined;
      return enter(request, body.reason, body.version, commandOf(body, dayOf(kernel.clock.now())), (tx, a) => presentForStaff(tx, kernel, a), {
        reason: body.reason, ...(body.contractNumber === undefined ? {} : { contractNumber: body.contractNumber }), ...(isAssisted ? { assisted: { staffId: caller.staffId, place, consent } } : {}),
      });
    },

    listMoveInBatches: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (!maySeeMoveIns(caller, query.district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.moveInBatches, { district: query.district }, [['day', 'desc']], query);
      if (page instanceof Refusal) return page;
      const batches = [];
      for (const { version: _version, ...batch } of page.found) {
        batches.push({ ...batch, families: await tx.allocations.count({ moveInBatchId: batch.id, state: { in: ['qualified', 'inDoubt', 'leased'] } }), leased: await tx.allocations.count({ moveInBatchId: batch.id, state: 'leased' }) });
      }
      return { batches, next: page.next };
    }),

    getMoveInBatch: ({ caller, params, query }) => kernel.store.read(async (tx) => {
      const batch = await tx.moveInBatches.get(params['batchId'] ?? '');
      if (batch === null || !maySeeMoveIns(caller, batch.district)) return refuse('NOT_FOUND');
      return page(tx, { moveInBatchId: batch.id }, [['noticeNumber', 'asc']], query);
    }),
  };

  async function page(tx: Tx, where: Parameters<Tx['allocations']['find']>[0], sort: NonNullable<Parameters<Tx['allocations']['find']>[1]>['sort'] & object, query: { after?: string | undefined; limit?: string | undefined }) {
    const found = await pageOf(tx.allocations, where, sort, query);
    if (found instanceof Refusal) return found;
    const allocations = [];
    for (const allocation of found.found) allocations.push(await presentForStaff(tx, kernel, allocation));
    return { serverNowMs: kernel.clock.now(), allocations, next: found.next };
  }
}

/** A4: move-ins are the operator's; city and inspectors look on. */
function maySeeMoveIns(caller: ApiRequest['caller'], homeDistrict: string): boolean {
  return caller.kind === 'staff' && (['city', 'inspector'].includes(caller.role) || (caller.role === 'operator' && caller.districts.includes(homeDistrict)));
}

type Act = BodyOf<'actOnAllocation'>;

/** A lease is signed today unless the paper says otherwise. */
function commandOf({ act, doubt, signedDay }: Act, today: Day): AllocationCommand {
  switch (act) {
    case 'signLease':
      return { type: act, signedDay: signedDay ?? today };
    case 'raiseDoubt':
      return { type: act, kind: doubt ?? 'ineligible' };
    case 'cancel':
      return { type: act, cause: 'districtCancelled' };
    default:
      return { type: act };
  }
}

/** What an act needs beyond what every act needs. */
function missingFields({ act, contractNumber, doubt, signedDay, place, consent, confirm }: Act): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const must = (holds: boolean, path: keyof Act, message: string) => {
    if (!holds) problems.push({ path, message });
  };
  if (act === 'signLease') {
    must(contractNumber !== undefined, 'contractNumber', '请填写租赁合同编号');
    must(signedDay === undefined || isDay(signedDay), 'signedDay', '没有这一天');
  }
  if (act === 'raiseDoubt') must(doubt !== undefined, 'doubt', '请选择疑点：疑似不符合条件，或拒不提供资料');
  if (act === 'giveUp') {
    must(place !== undefined, 'place', '请填写办理窗口');
    must(consent !== undefined, 'consent', '请填写家庭同意的方式，如“本人到场签字”');
  }
  if (act === 'giveUp' || act === 'cancel') must(confirm === true, 'confirm', '办理后不能撤回，请确认');
  return problems;
}

function refused(code: AllocationRefusal): Refusal {
  return code === 'SIGNED_DAY_WRONG' ? refuse('VALIDATION_FAILED', { fields: [{ path: 'signedDay', message: '签约日期应在配租通知单发出之日和今天之间' }] }) : refuse(code);
}
