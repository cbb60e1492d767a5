/** An allocation as its family and as staff see it; names and phones masked (P2). */
import type { AnswerOf } from '../../../shared/contract/routes';
import { addDays, dayOf } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import type { Allocation } from '../../store/collections';
import type { Tx } from '../../store/port';
import { addressOf } from '../selection/receipt';

export type MyAllocation = AnswerOf<'listMyAllocations'>['allocations'][number];
export type StaffAllocation = AnswerOf<'listAllocations'>['allocations'][number];

export async function presentMine(tx: Tx, a: Allocation): Promise<MyAllocation> {
  const [listing, publicity] = [await tx.listings.get(a.listingId), await tx.publicities.get(a.publicityId)];
  return {
    id: a.id, version: a.version, state: a.state, group: a.group, queueNumber: a.queueNumber, listingId: a.listingId, address: listing === null ? '' : addressOf(listing), pickedAtMs: a.pickedAtMs,
    publicUntilDay: publicity === null ? '' : addDays(dayOf(publicity.takesEffectMs), -1), noticeNumber: a.noticeNumber, noticeDay: a.noticeDay,
    downloadByMs: a.downloadByMs, leaseByMs: a.leaseByMs, downloadedAtMs: a.downloadedAtMs, isDownloadLate: a.isDownloadLate, endedAtMs: a.endedAtMs, endCause: a.endCause,
  };
}

export async function presentForStaff(tx: Tx, { crypto }: Pick<Kernel, 'crypto'>, a: Allocation): Promise<StaffAllocation> {
  const household = await tx.households.get(a.householdId);
  return {
    ...(await presentMine(tx, a)),
    applicantMasked: household === null ? '' : maskName(crypto.open(household.applicantSealed)), phoneMasked: household === null ? '' : maskPhone(crypto.open(household.phoneSealed)),
    district: a.district, homeDistrict: a.homeDistrict, moveInBatchId: a.moveInBatchId, originalsCheckedAtMs: a.originalsCheckedAtMs, entryByMs: a.entryByMs, telling: a.telling, doubt: a.doubt, doubtSinceMs: a.doubtSinceMs, contractNumber: a.contractNumber,
  };
}
