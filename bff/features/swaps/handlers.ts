/** 换房 over HTTP (H2): a pair is matched, approved, inspected where the homes were handed over, and signed. */
import type { AnswerOf } from '../../../shared/contract/routes';
import { addDays, startOfDay } from '../../../shared/shanghai-time';
import { decideSwap, inspectionOf, isOpenSwap, type SwapActor, type SwapCommand } from '../../domain/swap/swap';
import { pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import { change } from '../../store/change';
import type { Tx, Where } from '../../store/port';
import { listingActorOf } from '../listing-pool/policy';
import { addressOf } from '../selection/receipt';
import { exchangeHomes, openSwap, releaseParties, writeSwap, type Swap } from './apply';


/** P1: the operator and the reviewer of the homes' district. */
function swapActorOf(caller: Caller, district: string): SwapActor | null {
  const actor = listingActorOf(caller, district);
  return actor === 'city' ? null : actor;
}

export function swapHandlers(kernel: Kernel): Handlers {
  async function present(tx: Tx, s: Swap): Promise<AnswerOf<'actOnSwap'>> {
    const party = async (householdId: string, listingId: string, inspection: Swap['first']) => {
      const [household, listing] = [await tx.households.get(householdId), await tx.listings.get(listingId)];
      return { householdId, listingId, inspection, applicantMasked: household === null ? '' : maskName(kernel.crypto.open(household.applicantSealed)), address: listing === null ? '' : addressOf(listing) };
    };
    return {
      id: s.id, version: s.version, district: s.district, state: s.state, first: await party(s.firstHouseholdId, s.firstListingId, s.first), second: await party(s.secondHouseholdId, s.secondListingId, s.second),
      inspection: s.inspection, inspectedAtMs: s.inspectedAtMs, isSigned: s.isSigned, signedAtMs: s.signedAtMs, matchedAtMs: s.matchedAtMs,
    };
  }

  return {
    matchSwap: (request) => change(kernel, actOf(request, '登记换房配对'), async (work) => {
      const { firstListingId, secondListingId, consent } = request.body;
      const [first, second] = [await work.tx.listings.get(firstListingId), await work.tx.listings.get(secondListingId)];
      if (first === null || second === null || swapActorOf(request.caller, first.district) !== 'operator') return refuse('NOT_FOUND');
      const opened = await openSwap(kernel, work, first, second, consent);
      return typeof opened === 'string' ? refuse(opened) : present(work.tx, opened);
    }),

    listSwaps: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (listingActorOf(caller, query.district) === null && !(caller.kind === 'staff' && caller.role === 'inspector')) return refuse('FORBIDDEN');
      const between = { ...(query.fromDay === undefined ? {} : { gte: startOfDay(query.fromDay) }), ...(query.toDay === undefined ? {} : { lt: startOfDay(addDays(query.toDay, 1)) }) };
      const where: Where<Swap> = {
        district: query.district, ...(query.inspection === undefined ? {} : { inspection: query.inspection }), ...(query.signed === undefined ? {} : { isSigned: query.signed === 'yes' }),
        ...(Object.keys(between).length === 0 ? {} : { matchedAtMs: between }),
      };
      const page = await pageOf(tx.swaps, where, [['matchedAtMs', 'desc']], query);
      if (page instanceof Refusal) return page;
      const swaps = [];
      for (const swap of page.found) swaps.push(await present(tx, swap));
      return { swaps, next: page.next };
    }),

    actOnSwap: (request) => {
      const { act, version, reason, side, passed, firstContractNumber, secondContractNumber } = request.body;
      if (act === 'inspect' && (side === undefined || passed === undefined)) return Promise.resolve(refuse('VALIDATION_FAILED', { fields: [{ path: 'side', message: '请选择验房的一方和结果' }] }));
      const command: SwapCommand = act === 'inspect' ? { type: act, side: side ?? 'first', passed: passed ?? false } : { type: act };
      return change(kernel, actOf(request, reason), async (work) => {
        const found = await work.tx.swaps.get(request.params['swapId'] ?? '');
        const actor = found === null ? null : swapActorOf(request.caller, found.district);
        if (found === null || actor === null) return refuse('NOT_FOUND');
        if (found.version !== version) return refuse('REQUEST_IN_CONFLICT');
        const decision = decideSwap(found, command, actor);
        if ('refusal' in decision) return refuse(decision.refusal);
        if (act === 'sign') {
          if (found.wereHandedOver && (firstContractNumber === undefined || secondContractNumber === undefined)) return refuse('VALIDATION_FAILED', { fields: [{ path: 'firstContractNumber', message: '请填写双方的租赁合同编号' }] });
          if (found.wereHandedOver && firstContractNumber === secondContractNumber) return refuse('VALIDATION_FAILED', { fields: [{ path: 'secondContractNumber', message: '双方的租赁合同编号不能相同' }] });
          const refused = await exchangeHomes(kernel, work, found, firstContractNumber ?? '', secondContractNumber ?? '');
          if (refused !== null) return refuse(refused);
        }
        const next = { ...found, ...decision.swap };
        if (!isOpenSwap(next.state)) await releaseParties(work, found);
        return present(work.tx, await writeSwap(kernel, work, {
          ...next, inspection: act === 'reject' || act === 'withdraw' ? 'notNeeded' : inspectionOf(next), ...(act === 'inspect' ? { inspectedAtMs: work.nowMs } : {}),
          // Before move-in no contract is signed here: each signs the lease of its new home as any other.
          ...(act === 'sign' && found.wereHandedOver ? { isSigned: true, signedAtMs: work.nowMs } : {}),
        }, command));
      });
    },
  };
}
