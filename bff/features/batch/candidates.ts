/**
 * Households that take part in a batch (G4). Whoever makes a household eligible offers it here, in the same
 * change; the day's batch gives it its number.
 */
import { partsOfGroup, type Group } from '../../../shared/lane';
import { rankOf } from '../../domain/batch/order';
import { laneIdOf } from '../../domain/rules/rule-set';
import type { Kernel } from '../../kernel';
import type { BatchCandidate, Publicity } from '../../store/collections';
import type { Work } from '../../store/change';
import { ensureLanes } from '../imports/import-deps';

export interface NewCandidate {
  /** Names what made it eligible, e.g. `candidate-<applicationId>`: offered twice, it is one. */
  readonly id: string;
  readonly kind: BatchCandidate['kind'];
  readonly householdId: string;
  readonly district: string;
  readonly group: Group;
  readonly priorityCategory: string | null;
  /** G3: the first submission (V1); the moment of the request for M1 and W2. */
  readonly submittedAtMs: number;
  /** Server-assigned, monotonic (`takeReceiptNumber`); breaks ties. */
  readonly receiptNumber: number;
  /** See `eligibleWhenOver` for a publicity that is over; the instant of approval otherwise. */
  readonly eligibleFromMs: number;
  /** M1, W2: the number that is void once the new one is given. */
  readonly previousTicketId?: string;
}

/** Offers a household for the next batch after `eligibleFromMs`. Again with the same id: nothing changes. */
export async function offerCandidate(kernel: Kernel, work: Work, candidate: NewCandidate): Promise<BatchCandidate> {
  const { tx } = work;
  const existing = await tx.batchCandidates.get(candidate.id);
  if (existing !== null) return existing;
  const { tier, bedrooms } = partsOfGroup(candidate.group);
  // Never stranded by a change of rules: a district taken out since keeps the area it had.
  const area = kernel.rulebook.areaOf(candidate.district);
  if (area === null) throw new Error(`no waiting area for district of candidate ${candidate.id}`);
  const laneId = laneIdOf(area.code, bedrooms);
  await ensureLanes(tx, new Map([[laneId, { areaCode: area.code, areaName: area.name, bedrooms }]]));
  const { previousTicketId = null, ...given } = candidate;
  return tx.batchCandidates.insert({ ...given, laneId, bedrooms, rank: rankOf(tier, given.priorityCategory), state: 'waiting', batchDay: null, ticketId: null, previousTicketId });
}

/**
 * G4, T2: a publicity that takes effect at 00:00 of day D was over at the last instant of the day before, so its
 * household takes part in the batch of D itself (Doc 一(三), 二(三): 公示结束后的第1个自然日批次). `nowMs` where an
 * objection held it up longer.
 */
export function eligibleWhenOver(publicity: Pick<Publicity, 'takesEffectMs'>, nowMs = 0): number {
  return Math.max(publicity.takesEffectMs - 1, nowMs);
}

/** The household's candidate without a number yet, if any. */
export async function waitingCandidate(work: Pick<Work, 'tx'>, householdId: string): Promise<BatchCandidate | null> {
  return (await work.tx.batchCandidates.find({ householdId, state: 'waiting' }, { limit: 1 }))[0] ?? null;
}

/** Takes a household out before it got a number; without one to withdraw, nothing changes. */
export async function withdrawCandidate(work: Work, householdId: string): Promise<void> {
  const candidate = await waitingCandidate(work, householdId);
  if (candidate !== null) await work.tx.batchCandidates.replace({ ...candidate, state: 'withdrawn' });
}

const RECEIPTS = 'receipts';

/** The next receipt number (受理号): one sequence for every kind of submission, so that ties break alike. */
export async function takeReceiptNumber({ tx }: Pick<Work, 'tx'>): Promise<number> {
  const counter = await tx.receiptCounters.get(RECEIPTS);
  const last = (counter?.last ?? 0) + 1;
  if (counter === null) await tx.receiptCounters.insert({ id: RECEIPTS, last });
  else await tx.receiptCounters.replace({ ...counter, last });
  return last;
}
