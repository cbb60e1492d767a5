/** Q1–Q8, Q10, T4–T6: lanes and turns. */
import { rules, staff } from '../city';
import { miss } from './continuation';
import { makeAllocation } from './allocations';
import { districtOf, isWindowOpen, midnight, NOT_YOURS, owns, refused, unless, type Lane, type Model, type Rule, type Ticket } from './state';
import { DAY_MS } from '../../../shared/shanghai-time';

/** Q1: lowRent before publicRental, each by number. */
export function inLane(m: Model, lane: string): [string, Ticket][] {
  const tier = (t: Ticket) => (t.group.startsWith('lowRent') ? 0 : 1);
  return [...m.tickets].filter(([, t]) => t.lane === lane && (t.state === 'queued' || t.state === 'onTurn')).sort(([, a], [, b]) => tier(a) - tier(b) || a.number - b.number);
}
export const freeHomes = (m: Model, lane: string): number => [...m.homes.values()].filter((home) => home.lane === lane && home.state === 'available').length;

/** Q6, Q8, Q3: what is due in a lane: the end of a turn, then the next one. */
export function settleLane(m: Model, name: string): void {
  const lane = m.lanes.get(name)!;
  if (lane.state !== 'open') return;
  if (lane.turn !== null && lane.turn.deadlineMs <= m.nowMs) {
    const ticket = m.tickets.get(lane.turn.ticket)!;
    if (!lane.turn.isProven && ticket.deferrals < rules.maxDeferrals) {
      Object.assign(ticket, { state: 'queued', deferrals: ticket.deferrals + 1, notBeforeMs: midnight(m) + rules.windowStartMs + (m.nowMs < midnight(m) + rules.windowStartMs ? 0 : DAY_MS) });
    } else miss(m, lane.turn.ticket);
    lane.turn = null;
  }
  const [head] = inLane(m, name).filter(([, ticket]) => ticket.notBeforeMs <= m.nowMs);
  if (lane.turn !== null || !isWindowOpen(m) || freeHomes(m, name) === 0 || head === undefined) return;
  head[1].state = 'onTurn';
  // T5: told at once, for the gateway of this city never fails.
  lane.turn = { ticket: head[0], deadlineMs: m.nowMs + rules.turnMs, isProven: false };
}

/** Why a ticket has no turn to use. */
function noTurn(ticket: Ticket): string[] {
  if (ticket.state === 'onTurn') return [];
  return ticket.state === 'picked' ? ['ALREADY_PICKED', 'NOT_YOUR_TURN'] : ['missed', 'renewing', 'forfeited', 'void'].includes(ticket.state) ? ['TURN_OVER', 'NOT_YOUR_TURN'] : ['NOT_YOUR_TURN', 'TURN_OVER'];
}

const notRunning = ({ state }: Lane): string[] => (state === 'paused' ? ['LANE_PAUSED'] : state === 'closed' ? ['LANE_NOT_OPEN'] : []);

const pick: Rule = (m, act) => {
  const ticket = m.tickets.get(act.on ?? '');
  const isStaff = staff[act.by] !== undefined;
  if (ticket === undefined) return refused('NOT_FOUND');
  // Q10: the service window, the district and the city may help; the family acts for itself.
  const may = isStaff ? act.by === 'city' || (['window', 'districtReviewer'].includes(staff[act.by]!.role) && staff[act.by]!.districts.includes(districtOf(m, ticket.household))) : owns(m, act.by, ticket.household);
  if (!may) return refused(...NOT_YOURS);
  const lane = m.lanes.get(ticket.lane)!;
  const home = m.homes.get(act.home ?? '');
  return unless(act, [...noTurn(ticket), ...notRunning(lane), home === undefined && 'NOT_FOUND', home === undefined && 'HOME_NOT_IN_LANE', home !== undefined && home.state !== 'available' && 'HOME_NOT_AVAILABLE', home !== undefined && home.lane !== ticket.lane && 'HOME_NOT_IN_LANE'], () => {
    ticket.state = 'picked';
    lane.turn = null;
    makeAllocation(m, act.on!, act.home!);
  });
};

/** Q5: the same as a miss, but at once; told or not, for the family itself says so. */
const pass: Rule = (m, act) => {
  const ticket = m.tickets.get(act.on ?? '');
  if (ticket === undefined || !owns(m, act.by, ticket.household)) return refused('NOT_FOUND');
  const lane = m.lanes.get(ticket.lane)!;
  return unless(act, [...noTurn(ticket), ...notRunning(lane)], () => {
    lane.turn = null;
    miss(m, act.on!);
  });
};

/** T6: while a lane stands still, so does its turn's clock. */
const laneAct: Rule = (m, act) => {
  const lane = m.lanes.get(act.on ?? '');
  if (act.by !== 'city') return refused('FORBIDDEN');
  if (lane === undefined) return refused('NOT_FOUND');
  if (act.act === 'open') return unless(act, [lane.state === 'open' && 'LANE_ALREADY_OPEN', lane.state === 'paused' && 'LANE_PAUSED'], () => void (lane.state = 'open'));
  if (act.act === 'pause') return unless(act, [lane.state === 'closed' && 'LANE_NOT_OPEN', lane.state === 'paused' && 'LANE_PAUSED', lane.state === 'paused' && 'ALREADY_DONE'], () => void Object.assign(lane, { state: 'paused', pausedAtMs: m.nowMs }));
  return unless(act, [lane.state !== 'paused' && 'LANE_NOT_PAUSED'], () => {
    lane.state = 'open';
    if (lane.turn !== null) lane.turn.deadlineMs += m.nowMs - lane.pausedAtMs;
  });
};

/** Q8: the gateway's receipt for the notification of the turn open in a lane. */
const receive: Rule = (m, act) => {
  const turn = m.lanes.get(act.on ?? '')?.turn;
  if (turn == null) return refused('NOT_FOUND');
  turn.isProven = true;
  return { granted: {} };
};

export const turnRules: Readonly<Record<string, Rule>> = { pick, pass, laneAct, receive };
