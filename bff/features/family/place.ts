/** Where a family stands: derived from its ticket, its lane and its turn, never stored. */
import type { MyPlace } from '../../../shared/contract/schemas';
import type { Lane, Ticket } from '../../store/collections';
import type { Tx } from '../../store/port';

/** The place of one ticket. */
export async function readPlace(tx: Tx, ticket: Ticket): Promise<MyPlace> {
  const lane = await tx.lanes.get(ticket.laneId);
  if (lane === null) throw new Error(`ticket ${ticket.id} without its lane`);
  const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
  const own = turn !== null && turn.ticketId === ticket.id ? turn : null;
  return {
    ticketId: ticket.id, group: ticket.group, queueNumber: ticket.queueNumber,
    laneId: lane.id, areaName: lane.areaName, bedrooms: lane.bedrooms,
    state: ticket.state, calledUp: ticket.calledUpAtMs !== null,
    ahead: ticket.state === 'queued' ? await countAhead(tx, ticket, lane) : null,
    deferrals: ticket.deferrals, notBeforeMs: ticket.notBeforeMs,
    turn: own === null ? null : { id: own.id, openedAtMs: own.openedAtMs, notifiedAtMs: own.notifiedAtMs, deadlineMs: own.deadlineMs, movedMs: own.movedMs },
  };
}

/** Q1: queued families before this one, and the one whose turn it is. */
export async function countAhead(tx: Tx, ticket: Pick<Ticket, 'tier' | 'queueNumber'>, lane: Pick<Lane, 'id' | 'openTurnId'>): Promise<number> {
  const queued = { laneId: lane.id, state: 'queued' } as const;
  const higherTier = ticket.tier === 0 ? 0 : await tx.tickets.count({ ...queued, tier: { lt: ticket.tier } });
  const sameTier = await tx.tickets.count({ ...queued, tier: ticket.tier, queueNumber: { lt: ticket.queueNumber } });
  return higherTier + sameTier + (lane.openTurnId === null ? 0 : 1);
}
