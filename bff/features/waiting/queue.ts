/**
 * How a number joins its lane's queue and how it ceases to count. Every change is in the public ledger, so that
 * anyone can replay who was waiting (S2); why a number left is for the household and staff only.
 */
import type { Ticket } from '../../store/collections';
import type { Work } from '../../store/change';
import { groupStream, laneStream } from '../../store/ledger';
import { countAhead } from '../family/place';
import { groupBy } from '../imports/import-deps';

const named = ({ group, queueNumber }: Ticket) => ({ group, queueNumber });

/** G5: publicised numbers join the queue of their lane. */
export async function joinQueue(work: Work, tickets: readonly Ticket[]): Promise<void> {
  for (const [laneId, joining] of groupBy(tickets, (ticket) => ticket.laneId)) {
    for (const ticket of joining) await work.tx.tickets.replace({ ...ticket, state: 'queued' });
    await work.record({ stream: laneStream(laneId), type: 'NumbersJoined', open: { count: joining.length, numbers: joining.map(named) } });
    await callUpAgain(work, laneId);
    await work.announceLane(laneId);
  }
}

/**
 * Q2: somebody joined, or moved up because another left: who is among the first K may be others now. The lane's timer looks,
 * as it does for more homes: the homes called up for count from nothing again.
 */
export async function callUpAgain({ tx }: Pick<Work, 'tx'>, laneId: string): Promise<void> {
  const lane = await tx.lanes.get(laneId);
  if (lane !== null && lane.calledUpFor !== 0) await tx.lanes.replace({ ...lane, calledUpFor: 0 });
}

/** Why a number ceased to count, as everyone may know it: a new one replaced it, its batch was given up, or it ended otherwise. */
export type PublicEnd = 'renewed' | 'forfeited' | 'ended';

/**
 * Ends a number, or takes it out of the queue until its household has the new one (`renewing`). Never while its
 * turn is running or after a pick: those are the lane's (bff/features/selection/door.ts) and the allocation's.
 */
export async function endTicket(work: Work, ticket: Ticket, state: 'renewing' | 'void' | 'forfeited'): Promise<Ticket> {
  if (ticket.state === 'onTurn' || ticket.state === 'picked') throw new Error(`ticket ${ticket.id} is ${ticket.state}: it cannot be ended from outside its lane`);
  const ended = await work.tx.tickets.replace({ ...ticket, state });
  if (ticket.state === 'queued') {
    const { seq } = await work.record({ stream: laneStream(ticket.laneId), type: 'NumbersLeft', open: { numbers: [named(ticket)], reason: publicEndOf(state) } });
    // W5: what was before it is known only now; the household's timeline begins here ever after.
    const lane = await work.tx.lanes.get(ticket.laneId);
    if (lane === null) throw new Error(`ticket ${ticket.id} without its lane`);
    await work.tx.queueExits.insert({ id: ticket.id, seq, ahead: await countAhead(work.tx, ticket, lane) });
    await callUpAgain(work, ticket.laneId);
    await work.announceLane(ticket.laneId, [{ householdId: ticket.householdId, ticketId: ticket.id }]);
  }
  if (state !== 'renewing') await recordVoid(work, ticket.group, [ticket.queueNumber], publicEndOf(state));
  return ended;
}

function publicEndOf(state: 'renewing' | 'void' | 'forfeited'): PublicEnd {
  return state === 'renewing' ? 'renewed' : state === 'forfeited' ? 'forfeited' : 'ended';
}

/** G2: these numbers are void and never given again. */
export async function recordVoid(work: Work, group: string, queueNumbers: readonly number[], reason: PublicEnd): Promise<void> {
  await work.record({ stream: groupStream(group), type: 'NumbersVoided', open: { queueNumbers: [...queueNumbers], reason } });
}
