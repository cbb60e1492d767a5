/** What may happen to a household between its number and its home (M1, M2, W1–W4, G5): what a decision sees, and its words. */
import type { Group } from '../../../shared/lane';
import type { Forfeit, Miss, Subsidy, Ticket, WaitingRequest } from '../../store/collections';

/** The household as far as a decision about its waiting looks at it. */
export interface WaitingView {
  /** The number the command is about; null where it is about a rent subsidy, or before there is one. */
  readonly ticket: Pick<Ticket, 'state' | 'group' | 'bedrooms'> | null;
  /** How often the family went on waiting after a miss before it got this number (M2). */
  readonly continuations: number;
  readonly miss: Pick<Miss, 'state' | 'continueUntilMs'> | null;
  /** The request the command is about, for decisions on one. */
  readonly request: Pick<WaitingRequest, 'state' | 'kind' | 'group'> | null;
  /** Some request of the household is under review. */
  readonly hasOpenRequest: boolean;
  readonly subsidy: Pick<Subsidy, 'state'> | null;
  /** Members, as registered. */
  readonly size: number;
  /** G5: an objection to the number is not decided yet. */
  readonly isContested: boolean;
  /** F2: a member may not apply for a home now. */
  readonly isBarred: boolean;
  /** G4: it takes part in a batch to come. */
  readonly isCandidate: boolean;
}

export type WaitingCommand =
  /** M1. */
  | { readonly type: 'AskToContinue' }
  /** M1: its publicity is over without an upheld objection, or one was upheld. */
  | { readonly type: 'GrantContinuation' }
  | { readonly type: 'RefuseContinuation' }
  /** M2: time passed without a request. */
  | { readonly type: 'LapseMiss' }
  /** W2: `size` is the family's size as it says now. */
  | { readonly type: 'AskToAdjust'; readonly group: Group; readonly size: number }
  /** W3. */
  | { readonly type: 'AskForSubsidy' }
  | { readonly type: 'AskToReturn'; readonly group: Group }
  | { readonly type: 'ApproveRequest' }
  | { readonly type: 'RejectRequest' }
  | { readonly type: 'WithdrawRequest' }
  /** W1, W4, G5, F3: the household leaves the queue. */
  | { readonly type: 'Leave'; readonly cause: LeaveCause }
  /** W4. */
  | { readonly type: 'StopSubsidy' };

export type LeaveCause = 'cancelled' | 'gaveUp' | 'objectionUpheld' | 'barred';

export type WaitingEvent =
  | { readonly type: 'ContinuationAsked' }
  | { readonly type: 'MissSettled'; readonly state: Exclude<Miss['state'], 'open' | 'asked'> }
  | { readonly type: 'RequestMade'; readonly kind: WaitingRequest['kind']; readonly group: Group | null }
  | { readonly type: 'RequestSettled'; readonly state: 'approved' | 'rejected' | 'withdrawn' }
  /** The number ceases to count; `renewing` until the new one is there. */
  | { readonly type: 'TicketEnded'; readonly state: 'renewing' | 'void' | 'forfeited' }
  /** G4: takes part in the next batch, in this group, with the time of the request (G3). */
  | { readonly type: 'CandidateOffered'; readonly kind: 'adjust' | 'continue' | 'fromSubsidy'; readonly group: Group }
  | { readonly type: 'CandidateWithdrawn' }
  | { readonly type: 'BatchForfeited'; readonly cause: Forfeit['cause'] }
  | { readonly type: 'SubsidyStarted' }
  | { readonly type: 'SubsidyEnded'; readonly state: 'converted' | 'stopped' }
  /** V3: nothing is open any more; every member may be in another application. */
  | { readonly type: 'CaseClosed' };

export type WaitingRefusal =
  | 'TURN_RUNNING' | 'ALREADY_PICKED' | 'NUMBER_NOT_WAITING' | 'NOTHING_MISSED' | 'CONTINUATION_TOO_LATE' | 'CONTINUATION_USED'
  | 'REQUEST_ALREADY_OPEN' | 'GROUP_NOT_SMALLER' | 'SIZE_CHANGED' | 'NO_SUBSIDY_RUNNING' | 'OBJECTION_OPEN' | 'PERSON_BARRED' | 'ALREADY_DONE';

export type WaitingDecision = { readonly events: readonly WaitingEvent[] } | { readonly refusal: WaitingRefusal };
