/**
 * 二级审核、二榜公示 (V1): what an application for a home can be, what can be done to it, and what comes of it. Pure.
 *
 *   draft → levelOne → firstPublicity → levelTwo → secondPublicity → eligible
 *            ⇅ supplementOne              ⇅ supplementTwo
 *
 * and out of it: rejected (a review, or a bar on one of its people), withdrawn (the family), expired (a draft forgotten, a supplement not handed in).
 */

/** The states that can still move. */
export const openReviewStates = ['draft', 'levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity'] as const;
export const reviewStates = [...openReviewStates, 'eligible', 'rejected', 'withdrawn', 'expired'] as const;
export type ReviewState = (typeof reviewStates)[number];

/** Level one is the street's (街道、乡镇), level two the district's (区级). */
export type ReviewLevel = 1 | 2;
export const reviewOutcomes = ['approve', 'reject', 'sendBack'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];
/** Which of the two lists (榜) a publicity is. */
export type ReviewList = 'first' | 'second';

/** The part of an application a decision looks at. */
export interface ReviewView {
  readonly state: ReviewState;
  /** When the state's time is up; null where nobody is waited for, or where it cannot be known. */
  readonly dueMs: number | null;
  /** V1: of the applicant's first submission; only another applicant has another (supplement.ts). G3 orders by it. */
  readonly submittedAtMs: number | null;
}

/** What handing in a supplement (补正) brings about besides going on, see supplement.ts. */
export interface SupplementEffect {
  /** It goes back to level one and into a first list, though level two sent it back. */
  readonly newReview: boolean;
  /** Submission time and receipt number are those of this submission (G3). */
  readonly newTime: boolean;
}

export type ReviewCommand =
  | { readonly type: 'SaveDraft' }
  /** With what a supplement brings about (supplement.ts); a first submission brings about nothing of it. */
  | ({ readonly type: 'Submit' } & SupplementEffect)
  | { readonly type: 'Withdraw' }
  | { readonly type: 'Review'; readonly level: ReviewLevel; readonly outcome: ReviewOutcome }
  /** T2: the days of a list are over. `objection`: how objections against this application stand. */
  | { readonly type: 'EndPublicity'; readonly list: ReviewList; readonly objection: 'none' | 'open' | 'upheld' }
  | { readonly type: 'UpholdObjection'; readonly list: ReviewList }
  /** F2, F3: one of its people may not apply for a home any more. */
  | { readonly type: 'Bar' }
  /** Time alone: a draft or a supplement whose time is up. */
  | { readonly type: 'Expire' };

export type ReviewEventType =
  | 'DraftSaved' | 'ApplicationSubmitted' | 'ApplicationSupplemented' | 'ApplicationStartedAnew' | 'ApplicationApproved' | 'ApplicationRejected' | 'ApplicationSentBack'
  | 'PublicityPassed' | 'ObjectionUpheld' | 'ApplicationWithdrawn' | 'ApplicationExpired' | 'ApplicationBarred';

export interface ReviewEvent {
  readonly type: ReviewEventType;
  readonly atMs: number;
  readonly from: ReviewState;
  readonly to: ReviewState;
  /** When the new state's time is up. */
  readonly dueMs: number | null;
}

export type ReviewRefusal = 'APPLICATION_CLOSED' | 'APPLICATION_UNDER_REVIEW' | 'REVIEW_OUT_OF_ORDER' | 'CALENDAR_YEAR_MISSING';

/** Events to apply; with a refusal, only those that time itself brought about. */
export interface ReviewDecision {
  readonly events: readonly ReviewEvent[];
  readonly refusal: ReviewRefusal | null;
}

/** Whether the family may change what it wrote. */
export function isEditable(state: ReviewState): boolean {
  return state === 'draft' || state === 'supplementOne' || state === 'supplementTwo';
}

/** Whether the application can still lead to a home: its people are in an open case from the first submission on (V3). */
export function isOpenState(state: ReviewState): boolean {
  return (openReviewStates as readonly ReviewState[]).includes(state);
}

/** How urgent a case on somebody's desk is. */
export const caseWarnings = ['none', 'dueSoon', 'overdue', 'stalled'] as const;
export type CaseWarning = (typeof caseWarnings)[number];
