/**
 * The one door to a lane. Time is settled first, then the command is looked at, then the next turn opens:
 * a late pick and a late timer reach the same answer whichever arrives first. Pure: `nowMs` is given.
 */
import type { Listing, Ticket, TurnDoc } from '../../store/collections';
import { isWindowOpen, nextWindowStart } from '../rules/notification-window';
import type { RuleSet, RuleSetValues } from '../rules/rule-set';
import type { SelectionCommand, SelectionDecision, SelectionEvent, SelectionRefusal, SelectionView } from './selection';

/** What changes while a decision is being made; starts as the view. */
interface Working {
  laneState: SelectionView['lane']['state'];
  pausedAtMs: number | null;
  turn: TurnDoc | null;
  ticket: Ticket | null;
  availableCount: number;
  events: SelectionEvent[];
  /** The rules the open turn was opened under: what it was promised, it keeps. */
  readonly turnRules: RuleSetValues;
}

/**
 * Decides a command at `nowMs`. A refused command still returns what time alone brought about (an expiry it
 * uncovered, the next turn it made possible), which must be applied all the same. `rules` are those in force now;
 * `rulesOfTurn` those the open turn was opened under, when they are others.
 */
export function decideSelection(view: SelectionView, command: SelectionCommand, nowMs: number, rules: RuleSet, rulesOfTurn: RuleSet = rules): SelectionDecision {
  const w: Working = {
    laneState: view.lane.state, pausedAtMs: view.lane.pausedAtMs,
    turn: view.turn?.turn ?? null, ticket: view.turn?.ticket ?? null,
    availableCount: view.availableCount, events: [], turnRules: rulesOfTurn.values,
  };
  // An outage is credited before anything expires, or the family would lose the time the service took (T6).
  if (command.type === 'CreditOutage') creditOutage(w, command, nowMs);
  // Proof can reach us late: what happened before the deadline counts, even if we learn of it after (Q8).
  if (command.type === 'RecordProof') recordProof(w, command, nowMs);
  expireDueTurn(w, view, nowMs, rules);
  const refusal = obey(w, view, command, nowMs);
  openNextTurn(w, view, nowMs, rules);
  return { events: w.events, refusal };
}

function obey(w: Working, view: SelectionView, command: SelectionCommand, nowMs: number): SelectionRefusal | null {
  switch (command.type) {
    case 'Settle':
    case 'CreditOutage':
    case 'RecordProof':
      return null;
    case 'OpenLane':
      if (w.laneState === 'paused') return 'LANE_PAUSED';
      if (w.laneState === 'open') return 'LANE_ALREADY_OPEN';
      w.laneState = 'open';
      w.events.push({ type: 'LaneOpened', atMs: nowMs, reason: command.reason });
      return null;
    case 'PauseLane':
      if (w.laneState === 'closed') return 'LANE_NOT_OPEN';
      if (w.laneState === 'paused') return 'LANE_PAUSED';
      w.laneState = 'paused';
      w.pausedAtMs = nowMs;
      w.events.push({ type: 'LanePaused', atMs: nowMs, reason: command.reason });
      return null;
    case 'ResumeLane':
      return resume(w, nowMs, command.reason);
    case 'RecordNotified':
      return startClock(w, command.turnId, Math.min(command.handedAtMs, nowMs), true);
    case 'RecordUndeliverable':
      return startClock(w, command.turnId, Math.min(command.atMs, nowMs), false);
    case 'PickHome':
      return pickHome(w, view, command, nowMs);
    case 'PassTurn':
      return passTurn(w, view, command.ticket, nowMs);
  }
}

/** Q6, Q8, Q9: at the deadline it is over. The deadline is exclusive: a pick in its last millisecond counts, one at it does not. */
function expireDueTurn(w: Working, view: SelectionView, nowMs: number, rules: RuleSet): void {
  const { turn, ticket } = w;
  // A paused lane's clock stands still (T6); a turn whose family was not yet notified has no clock (T5).
  if (turn === null || ticket === null || w.laneState === 'paused' || turn.deadlineMs === null) return;
  if (nowMs >= turn.deadlineMs) {
    const atMs = turn.deadlineMs;
    const mayDefer = turn.proof === 'none' && ticket.deferrals < w.turnRules.maxDeferrals;
    // A ranking stands in for a miss, never for a deferral: who was not told could not change its mind (docs/adr/0022).
    const chosen = mayDefer ? null : chooseByRank(w, view);
    if (mayDefer) w.events.push({ type: 'TurnDeferred', atMs, turnId: turn.id, ticket, notBeforeMs: nextWindowStart(rules.values, nowMs) });
    else if (chosen === null) w.events.push({ type: 'TurnMissed', atMs, turnId: turn.id, ticket });
    else {
      w.events.push({ type: 'HomePicked', atMs, turnId: turn.id, ticket, listing: chosen, assisted: null, ranked: true });
      w.availableCount -= 1;
    }
    endTurn(w);
  }
}

/** Q9: the highest-ranked home of the lane that is still available; null where none is, or the turn's rules do not offer it. */
function chooseByRank(w: Working, view: SelectionView): Listing | null {
  if (!w.turnRules.rankedPickOffered) return null;
  return view.ranked.find((home) => home.laneId === view.lane.id && home.state === 'available') ?? null;
}

function endTurn(w: Working): void {
  w.turn = null;
  w.ticket = null;
}

/** Q3: one open turn a lane; the head gets it when the window is open and a home is free. */
function openNextTurn(w: Working, view: SelectionView, nowMs: number, rules: RuleSet): void {
  if (w.turn !== null || w.laneState !== 'open' || w.availableCount === 0 || view.head === null) return;
  if (!isWindowOpen(rules.values, nowMs)) return;
  if (rules.values.oneTurnInCity && view.cityBusy) return;
  w.events.push({ type: 'TurnOpened', atMs: nowMs, ticket: view.head });
}

/** T5: the four hours start when the notification was handed over. Told twice, the first time counts. */
function startClock(w: Working, turnId: string, atMs: number, handed: boolean): SelectionRefusal | null {
  if (w.turn === null || w.turn.id !== turnId || w.turn.deadlineMs !== null) return 'ALREADY_DONE';
  const startMs = Math.max(atMs, w.turn.openedAtMs);
  const deadlineMs = startMs + w.turnRules.turnMs;
  w.turn = { ...w.turn, notifiedAtMs: startMs, deadlineMs };
  w.events.push({ type: 'TurnNotified', atMs: startMs, turnId, deadlineMs, handed });
  return null;
}

/** Q8. A telephone call is the moment the family learns of it, so its four hours start then if nothing proved it earlier. */
function recordProof(w: Working, c: Extract<SelectionCommand, { type: 'RecordProof' }>, nowMs: number): void {
  const { turn } = w;
  if (turn === null || turn.id !== c.turnId || turn.proof !== 'none') return;
  const provenAtMs = Math.min(c.atMs, nowMs);
  if (turn.deadlineMs !== null && provenAtMs >= turn.deadlineMs && w.laneState !== 'paused') return;
  w.turn = { ...turn, proof: c.proof, proofAtMs: provenAtMs };
  w.events.push({ type: 'TurnProven', atMs: nowMs, turnId: turn.id, proof: c.proof });
  if (c.proof !== 'staffCall') return;
  if (turn.deadlineMs === null) startClock(w, turn.id, provenAtMs, false);
  else moveDeadline(w, provenAtMs + w.turnRules.turnMs - turn.deadlineMs, nowMs, 'toldLate');
}

/** T6: the part of the outage that fell into the running clock is given back. While paused, the pause covers it. */
function creditOutage(w: Working, outage: { fromMs: number; toMs: number }, nowMs: number): void {
  if (w.turn?.deadlineMs == null || w.turn.notifiedAtMs === null || w.laneState === 'paused') return;
  if (w.turn.deadlineMs <= outage.fromMs) return;
  moveDeadline(w, outage.toMs - Math.max(outage.fromMs, w.turn.notifiedAtMs), nowMs, 'outage');
}

function resume(w: Working, nowMs: number, reason: string): SelectionRefusal | null {
  if (w.laneState !== 'paused' || w.pausedAtMs === null) return 'LANE_NOT_PAUSED';
  if (w.turn?.deadlineMs != null && w.turn.notifiedAtMs !== null) {
    moveDeadline(w, nowMs - Math.max(w.pausedAtMs, w.turn.notifiedAtMs), nowMs, 'pause');
  }
  w.laneState = 'open';
  w.pausedAtMs = null;
  w.events.push({ type: 'LaneResumed', atMs: nowMs, reason });
  return null;
}

/** Deadlines only ever move later. */
function moveDeadline(w: Working, byMs: number, atMs: number, cause: 'outage' | 'pause' | 'toldLate'): void {
  if (w.turn === null || w.turn.deadlineMs === null || byMs <= 0) return;
  const deadlineMs = w.turn.deadlineMs + byMs;
  w.turn = { ...w.turn, deadlineMs };
  w.events.push({ type: 'DeadlineMoved', atMs, turnId: w.turn.id, byMs, deadlineMs, cause });
}

/** Why a ticket may not act now, or null when the open turn is its own. */
function refuseUnlessOwnTurn(w: Working, view: SelectionView, ticket: Ticket): SelectionRefusal | null {
  if (ticket.state === 'picked') return 'ALREADY_PICKED';
  if (w.laneState === 'closed') return 'LANE_NOT_OPEN';
  if (w.turn !== null && w.ticket !== null && w.ticket.id === ticket.id) return w.laneState === 'paused' ? 'LANE_PAUSED' : null;
  // Picked by its ranking a moment ago: not a turn lost.
  if (w.events.some((event) => event.type === 'HomePicked' && event.ticket.id === ticket.id)) return 'ALREADY_PICKED';
  // Its turn ended, just now or before: say so rather than "not yet".
  const endedJustNow = view.turn !== null && view.turn.ticket.id === ticket.id;
  // What came of it since, a request to go on or a home lost again, does not make it wait for that turn once more.
  const isOver = ['missed', 'renewing', 'forfeited', 'void'].includes(ticket.state);
  return endedJustNow || isOver ? 'TURN_OVER' : 'NOT_YOUR_TURN';
}

/** Q4: any available home of the lane, once, before the deadline. */
function pickHome(w: Working, view: SelectionView, c: Extract<SelectionCommand, { type: 'PickHome' }>, nowMs: number): SelectionRefusal | null {
  const refusal = refuseUnlessOwnTurn(w, view, c.ticket);
  if (refusal !== null) return refusal;
  if (c.listing === null || c.listing.laneId !== view.lane.id) return 'HOME_NOT_IN_LANE';
  if (c.listing.state !== 'available') return 'HOME_NOT_AVAILABLE';
  w.events.push({ type: 'HomePicked', atMs: nowMs, turnId: w.turn!.id, ticket: w.ticket!, listing: c.listing, assisted: c.assisted, ranked: false });
  w.availableCount -= 1;
  endTurn(w);
  return null;
}

/** Q5: the same as a miss, but at once. */
function passTurn(w: Working, view: SelectionView, ticket: Ticket, nowMs: number): SelectionRefusal | null {
  const refusal = refuseUnlessOwnTurn(w, view, ticket);
  if (refusal !== null) return refusal;
  w.events.push({ type: 'TurnPassed', atMs: nowMs, turnId: w.turn!.id, ticket: w.ticket! });
  endTurn(w);
  return null;
}
