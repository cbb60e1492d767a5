/** 房屋调整 over HTTP: a tenant asks, operator and district review, one reserved home is assigned, the lease is signed. */
import type { AnswerOf } from '../../../shared/contract/routes';
import { errorCatalogue, type ErrorCode } from '../../../shared/errors';
import { decideTransfer, type TransferActor } from '../../domain/transfer/transfer';
import { pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type ApiRequest, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { change } from '../../store/change';
import { StoreBusyError, UniqueViolation, type Tx } from '../../store/port';
import { runningTenancy } from '../allocations/tenancies';
import { listingActorOf } from '../listing-pool/policy';
import { addressOf } from '../selection/receipt';
import { endOpenSwap } from '../swaps/apply';
import { assignHome, openTransfer, signTransfer, unassignHome, writeTransfer, type Transfer } from './apply';

type MyTransfer = AnswerOf<'listMyTransfers'>['transfers'][number];

/** P1: the operator and the reviewer of the district the tenant lives in. */
function transferActorOf(caller: Caller, district: string): TransferActor | null {
  const actor = listingActorOf(caller, district);
  return actor === 'city' ? null : actor;
}

export function transferHandlers(kernel: Kernel): Handlers {
  async function present(tx: Tx, t: Transfer): Promise<MyTransfer> {
    const [from, to] = [await tx.listings.get(t.fromListingId), t.toListingId === null ? null : await tx.listings.get(t.toListingId)];
    return {
      id: t.id, version: t.version, kind: t.kind, state: t.state, fromAddress: from === null ? '' : addressOf(from), toListingId: t.toListingId, toAddress: to === null ? null : addressOf(to),
      requestedAtMs: t.requestedAtMs, answer: t.answer, contractNumber: t.contractNumber, reason: kernel.crypto.open(t.reasonSealed),
    };
  }

  async function presentForStaff(tx: Tx, t: Transfer): Promise<AnswerOf<'actOnTransfer'>> {
    const household = await tx.households.get(t.householdId);
    if (household === null) throw new Error(`transfer ${t.id} without its household`);
    return { ...(await present(tx, t)), householdId: t.householdId, district: t.district, applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)) };
  }

  /** The households a signed-in phone speaks for. */
  async function ownHouseholds(tx: Tx, caller: Caller): Promise<string[]> {
    return caller.kind === 'family' ? (await tx.households.find({ phoneIndex: caller.phoneIndex })).map(({ id }) => id) : [];
  }

  async function assign(request: ApiRequest<'assignHomes'>, item: { transferId: string; version: number; listingId: string }): Promise<Transfer | ErrorCode> {
    try {
      return await change(kernel, actOf(request, request.body.reason), async (work) => {
        const found = await work.tx.transfers.get(item.transferId);
        const actor = found === null ? null : transferActorOf(request.caller, found.district);
        if (found === null || actor === null) return 'NOT_FOUND';
        if (found.version !== item.version) return 'REQUEST_IN_CONFLICT';
        const decision = decideTransfer(found.state, 'assign', actor);
        return 'refusal' in decision ? decision.refusal : assignHome(kernel, work, found, item.listingId);
      });
    } catch (error) {
      if (error instanceof UniqueViolation) return 'HOME_NOT_AVAILABLE';
      if (error instanceof StoreBusyError) return 'STORE_BUSY';
      throw error;
    }
  }

  return {
    listMyTransfers: ({ caller }) => kernel.store.read(async (tx) => {
      const transfers: MyTransfer[] = [];
      for (const householdId of await ownHouseholds(tx, caller)) for (const transfer of await tx.transfers.find({ householdId }, { sort: [['requestedAtMs', 'desc']] })) transfers.push(await present(tx, transfer));
      return { transfers };
    }),

    requestTransfer: async (request) => {
      try {
        return await change(kernel, actOf(request, '申请房屋调整'), async (work) => {
          for (const householdId of await ownHouseholds(work.tx, request.caller)) {
            const tenancy = await runningTenancy(work.tx, { householdId });
            if (tenancy !== null) return present(work.tx, await openTransfer(kernel, work, tenancy, request.body.kind, request.body.reason));
          }
          return refuse('NO_TENANCY');
        });
      } catch (error) {
        if (error instanceof UniqueViolation) return refuse('ALREADY_DONE');
        throw error;
      }
    },

    withdrawTransfer: (request) => change(kernel, actOf(request, '撤回房屋调整申请'), async (work) => {
      const found = await work.tx.transfers.get(request.params['transferId'] ?? '');
      if (found === null || !(await ownHouseholds(work.tx, request.caller)).includes(found.householdId)) return refuse('NOT_FOUND');
      if (found.version !== request.body.version) return refuse('REQUEST_IN_CONFLICT');
      const decision = decideTransfer(found.state, 'withdraw', 'family');
      if ('refusal' in decision) return refuse(decision.refusal);
      await unassignHome(work, found);
      return present(work.tx, await writeTransfer(kernel, work, found, { state: decision.state, toListingId: null, isAssigned: false }, 'TransferWithdrawn'));
    }),

    listTransfers: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (listingActorOf(caller, query.district) === null && !(caller.kind === 'staff' && caller.role === 'inspector')) return refuse('FORBIDDEN');
      const page = await pageOf(tx.transfers, { district: query.district, ...(query.state === undefined ? {} : { state: query.state }) }, [['state', 'asc'], ['requestedAtMs', 'asc']], query);
      if (page instanceof Refusal) return page;
      const transfers = [];
      for (const transfer of page.found) transfers.push(await presentForStaff(tx, transfer));
      return { transfers, next: page.next };
    }),

    actOnTransfer: (request) => {
      const { act, version, reason, contractNumber } = request.body;
      if (act === 'sign' && contractNumber === undefined) return Promise.resolve(refuse('VALIDATION_FAILED', { fields: [{ path: 'contractNumber', message: '请填写租赁合同编号' }] }));
      return change(kernel, actOf(request, reason), async (work) => {
        const found = await work.tx.transfers.get(request.params['transferId'] ?? '');
        const actor = found === null ? null : transferActorOf(request.caller, found.district);
        if (found === null || actor === null) return refuse('NOT_FOUND');
        if (found.version !== version) return refuse('REQUEST_IN_CONFLICT');
        const decision = decideTransfer(found.state, act, actor);
        if ('refusal' in decision) return refuse(decision.refusal);
        if (act === 'sign') {
          const signed = await signTransfer(kernel, work, found, contractNumber ?? '');
          if (typeof signed !== 'string') await endOpenSwap(kernel, work, found.householdId);
          return typeof signed === 'string' ? refuse(signed) : presentForStaff(work.tx, signed);
        }
        if (act === 'unassign') await unassignHome(work, found);
        const names = { accept: 'TransferReviewed', approve: 'TransferApproved', reject: 'TransferRejected', unassign: 'HomeUnassigned' } as const;
        const written = await writeTransfer(kernel, work, found, { state: decision.state, ...(act === 'reject' ? { answer: reason } : {}), ...(act === 'unassign' ? { toListingId: null, isAssigned: false } : {}) }, names[act]);
        return presentForStaff(work.tx, written);
      });
    },

    assignHomes: async (request) => {
      const results: AnswerOf<'assignHomes'>['results'] = [];
      for (const [at, item] of request.body.items.entries()) {
        const outcome = await assign(request, item);
        results.push(typeof outcome === 'string'
          ? { row: at + 1, transferId: item.transferId, ok: false, code: outcome, message: errorCatalogue[outcome].title, version: null }
          : { row: at + 1, transferId: item.transferId, ok: true, code: null, message: '', version: outcome.version });
      }
      return { results };
    },
  };
}
