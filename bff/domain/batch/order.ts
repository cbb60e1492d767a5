/**
 * G3: the order inside one batch and group. Derived from what never changes after submission, so that whoever
 * sorts, whenever, finds the same order.
 */
import type { Tier } from '../../../shared/lane';

/** What a candidate's place depends on. */
export interface Claimant {
  readonly id: string;
  readonly rank: number;
  readonly submittedAtMs: number;
  readonly receiptNumber: number;
}

/** G3: priority households (优先) of a publicRental group come first; lowRent groups know no priority. */
export function rankOf(tier: Tier, priorityCategory: string | null): number {
  return tier === 'publicRental' && priorityCategory === null ? 1 : 0;
}

/** G3. Negative when `a` gets the smaller number. Total: receipt numbers differ, and ids do in any case. */
export function compareClaimants(a: Claimant, b: Claimant): number {
  return a.rank - b.rank || a.submittedAtMs - b.submittedAtMs || a.receiptNumber - b.receiptNumber || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
