/** A1: a pick, its allocation and its publicity are one change. Called by selection where the pick is made. */
import { dayOf } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import { sm3Hex } from '../../security/sm3';
import type { Allocation, Household, Listing, Pick as PickDoc, Ticket } from '../../store/collections';
import type { Work } from '../../store/change';
import { openPublicity } from '../publicity/publicity';

export interface PickFacts {
  readonly pick: PickDoc;
  readonly ticket: Ticket;
  readonly listing: Listing;
  readonly household: Household;
}

/** Picks of one lane and day by families of one district are publicised together. */
export async function openAllocation(kernel: Kernel, work: Work, { pick, ticket, listing, household }: PickFacts): Promise<Allocation> {
  const { version: ruleSetVersion, values: rules } = kernel.rules();
  const publicity = await openPublicity(kernel, work, {
    // Districts are Chinese words; an id travels in addresses.
    kind: 'result', scopeId: `${ticket.laneId}-${sm3Hex(household.district).slice(0, 8)}`, district: household.district,
    // A pick by ranking is dated at its deadline, perhaps the day before it could be seen (T2).
    firstDay: dayOf(work.nowMs), days: rules.resultPublicityDays,
  });
  return work.tx.allocations.insert({
    id: `allocation-${pick.turnId}`, pickId: pick.id, ticketId: ticket.id, householdId: household.id, listingId: listing.id, laneId: ticket.laneId,
    district: household.district, homeDistrict: listing.district, communityId: listing.communityId,
    group: ticket.group, tier: ticket.tier, queueNumber: ticket.queueNumber, batchDay: ticket.batchDay,
    state: 'publicised', publicityId: publicity.id, pickedAtMs: pick.pickedAtMs,
    noticeNumber: null, noticeDay: null, qualifiedAtMs: null, downloadByMs: null, leaseByMs: null, downloadedAtMs: null, isDownloadLate: false, remindedAtMs: null, leaseRemindedAtMs: null, entryByMs: null, telling: 'unproven',
    moveInBatchId: null, originalsCheckedAtMs: null, doubt: null, doubtSinceMs: null, contractNumber: null, endedAtMs: null, endCause: null, nextDueMs: null, ruleSetVersion,
  });
}
