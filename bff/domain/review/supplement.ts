/**
 * What a supplement (补正) changes about a case (V1, G3). Papers and members may be put right where the case stands;
 * what the first review and the first list were about may not: then both are gone through again. The time of the
 * first submission is the applicant's own: another applicant starts with his. Pure.
 */
import type { ReviewState, SupplementEffect } from './review';

/** What a case is about, as it was submitted. */
export interface CaseIdentity {
  /** The applicant's identity number, as read. */
  readonly applicant: string;
  readonly district: string;
  readonly street: string;
  readonly group: string;
}

/** What handing it in would bring about; a first submission (`before` null) changes nothing. */
export function supplementEffect(state: ReviewState, before: CaseIdentity | null, after: CaseIdentity): SupplementEffect {
  if (before === null) return { newReview: false, newTime: false };
  const newTime = before.applicant !== after.applicant;
  const isAnother = newTime || before.district !== after.district || before.street !== after.street || before.group !== after.group;
  // From level one it goes to level one in any case.
  return { newReview: isAnother && state === 'supplementTwo', newTime };
}
