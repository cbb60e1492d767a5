/** The documents a decision looks at, made up from the state of a replay. */
import type { Lane, Ticket, TurnDoc } from '../../store/collections';
import type { Waiting } from './history';

export function laneOf(laneId: string, state: Lane['state'], pausedAtMs: number | null): Lane {
  return { id: laneId, version: 1, areaCode: '', areaName: '', bedrooms: 0, state, pausedAtMs, openTurnId: null, calledUpFor: 0 };
}

export function ticketOf(laneId: string, { key, group, tier, queueNumber, deferrals, notBeforeMs }: Waiting): Ticket {
  return { id: key, version: 1, householdId: key, laneId, group, tier, bedrooms: 0, queueNumber, batchDay: '', submittedAtMs: 0, origin: 'batch', state: 'queued', calledUpAtMs: null, deferrals, notBeforeMs, ruleSetVersion: 0 };
}

export interface TurnState {
  readonly waiting: Waiting;
  readonly openedAtMs: number;
  readonly notifiedAtMs: number | null;
  readonly deadlineMs: number | null;
  readonly movedMs: number;
  readonly proof: TurnDoc['proof'];
}

export function turnOf(laneId: string, { waiting, openedAtMs, notifiedAtMs, deadlineMs, movedMs, proof }: TurnState): TurnDoc {
  return {
    id: 'replayed', version: 1, laneId, ticketId: waiting.key, householdId: waiting.key, group: waiting.group, queueNumber: waiting.queueNumber, state: 'open', isOpen: true,
    openedAtMs, notifiedAtMs, deadlineMs, endedAtMs: null, movedMs, proof, proofAtMs: null, ruleSetVersion: 0,
  };
}
