/**
 * 选房 home selection in one lane: what a decision looks at, and what it may bring about. Pure.
 *
 * A decision never loads the whole queue: it looks at the lane, its open turn, the two tickets at its head
 * and the homes still free, so that the cost of a turn does not grow with the queue.
 */
import type { Lane, Listing, Ticket, TurnDoc } from '../../store/collections';

export interface SelectionView {
  readonly lane: Lane;
  /** The lane's open turn and the ticket that has it. */
  readonly turn: { readonly turn: TurnDoc; readonly ticket: Ticket } | null;
  /** First queued ticket that may be called now: lowest (tier, queueNumber) with notBeforeMs ≤ now (Q1). */
  readonly head: Ticket | null;
  /** Homes of the lane that can be picked (L3). */
  readonly availableCount: number;
  /** Q3's setting: another lane holds the only turn of the city. */
  readonly cityBusy: boolean;
  /** Q9: what the family at turn ranked and agreed to, best first, as these homes are now; only looked at once its deadline is reached. */
  readonly ranked: readonly Listing[];
}

export type SelectionCommand =
  /** Time alone: settle what is due. */
  | { readonly type: 'Settle' }
  | { readonly type: 'OpenLane'; readonly reason: string }
  | { readonly type: 'PauseLane'; readonly reason: string }
  | { readonly type: 'ResumeLane'; readonly reason: string }
  /** T5: the gateway took the notification at `handedAtMs`. */
  | { readonly type: 'RecordNotified'; readonly turnId: string; readonly handedAtMs: number }
  /** Q8: the notification can never be handed over; the clock starts, without proof. */
  | { readonly type: 'RecordUndeliverable'; readonly turnId: string; readonly atMs: number }
  /** Q8: proof that the family was told. */
  | { readonly type: 'RecordProof'; readonly turnId: string; readonly proof: TurnDoc['proof']; readonly atMs: number }
  | { readonly type: 'PickHome'; readonly ticket: Ticket; readonly listing: Listing | null; readonly assisted: Assisted | null }
  | { readonly type: 'PassTurn'; readonly ticket: Ticket }
  /** T6: the service was down from…to. */
  | { readonly type: 'CreditOutage'; readonly fromMs: number; readonly toMs: number };

/** Q10: a pick made by staff for a family that asked for help. */
export interface Assisted {
  readonly staffId: string;
  readonly place: string;
  readonly consent: string;
}

export type SelectionEvent =
  | { readonly type: 'LaneOpened'; readonly atMs: number; readonly reason: string }
  | { readonly type: 'LanePaused'; readonly atMs: number; readonly reason: string }
  | { readonly type: 'LaneResumed'; readonly atMs: number; readonly reason: string }
  | { readonly type: 'TurnOpened'; readonly atMs: number; readonly ticket: Ticket }
  | { readonly type: 'TurnNotified'; readonly atMs: number; readonly turnId: string; readonly deadlineMs: number; readonly handed: boolean }
  | { readonly type: 'TurnProven'; readonly atMs: number; readonly turnId: string; readonly proof: TurnDoc['proof'] }
  | { readonly type: 'DeadlineMoved'; readonly atMs: number; readonly turnId: string; readonly byMs: number; readonly deadlineMs: number; readonly cause: 'outage' | 'pause' | 'toldLate' }
  | { readonly type: 'HomePicked'; readonly atMs: number; readonly turnId: string; readonly ticket: Ticket; readonly listing: Listing; readonly assisted: Assisted | null; /** Q9: by the family's own ranking, at its deadline. */ readonly ranked: boolean }
  | { readonly type: 'TurnPassed'; readonly atMs: number; readonly turnId: string; readonly ticket: Ticket }
  | { readonly type: 'TurnMissed'; readonly atMs: number; readonly turnId: string; readonly ticket: Ticket }
  | { readonly type: 'TurnDeferred'; readonly atMs: number; readonly turnId: string; readonly ticket: Ticket; readonly notBeforeMs: number };

export type SelectionRefusal =
  | 'NOT_YOUR_TURN' | 'TURN_OVER' | 'ALREADY_PICKED' | 'HOME_NOT_AVAILABLE' | 'HOME_NOT_IN_LANE'
  | 'LANE_NOT_OPEN' | 'LANE_PAUSED' | 'LANE_ALREADY_OPEN' | 'LANE_NOT_PAUSED' | 'ALREADY_DONE';

/** Events to apply; with a refusal, only those that time itself brought about, never any of the command. */
export interface SelectionDecision {
  readonly events: readonly SelectionEvent[];
  readonly refusal: SelectionRefusal | null;
}

/** Q1: the order of a lane. Negative when `a` comes first. */
export function compareTickets(a: Pick<Ticket, 'tier' | 'queueNumber'>, b: Pick<Ticket, 'tier' | 'queueNumber'>): number {
  return a.tier - b.tier || a.queueNumber - b.queueNumber;
}
