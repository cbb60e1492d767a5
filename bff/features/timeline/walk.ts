/** Walks a lane's public stream back from where a number stands, in pages of its unique index: however old the ledger is. */
import { stepBack, WaitingDeferrals, type Owner, type Standpoint, type StepBack, type TimelineItem } from '../../domain/timeline/timeline';
import { keyOf } from '../../domain/what-if/history';
import type { LedgerEntry, Ticket, TurnDoc } from '../../store/collections';
import { laneStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { countAhead } from '../family/place';

const PAGE = 100;
/** Entries one request looks at. Most concern somebody: a page of the timeline is full long before. */
const MAX_LOOKED_AT = 600;
/** Entries while one turn ran; a turn lasts hours. */
const MAX_IN_A_TURN = 5_000;

export const ownerOf = (ticket: Pick<Ticket, 'group' | 'tier' | 'queueNumber'>): Owner => ({ key: keyOf(ticket), tier: ticket.tier, queueNumber: ticket.queueNumber });

/** Where a number stands, or stood when it left the queue; null: it never was in it. */
export async function standpointOf(tx: Tx, ticket: Ticket): Promise<Standpoint | null> {
  if (ticket.state === 'queued' || ticket.state === 'onTurn') {
    const lane = await tx.lanes.get(ticket.laneId);
    if (lane === null) throw new Error(`ticket ${ticket.id} without its lane`);
    const head = await tx.ledgerHeads.get(laneStream(lane.id));
    return { seq: head?.seq ?? 0, ahead: await countAhead(tx, ticket, lane), standing: ticket.state };
  }
  const exit = await tx.queueExits.get(ticket.id);
  if (exit !== null) return { seq: exit.seq, ahead: exit.ahead, standing: 'gone' };
  const [turn] = await tx.turns.find({ ticketId: ticket.id }, { sort: [['openedAtMs', 'desc']], limit: 1 });
  return turn === undefined || turn.state === 'open' || turn.state === 'deferred' ? null : afterTurn(tx, ownerOf(ticket), turn);
}

/** Where a number stood when its turn was over: from the turn's opening, before which only deferred ones can have been, to its end. */
async function afterTurn(tx: Tx, owner: Owner, turn: TurnDoc): Promise<Standpoint | null> {
  const stream = laneStream(turn.laneId);
  // A turn is named after its place in the ledger.
  const openedSeq = Number(turn.id.split('.').at(-1));
  const deferrals = new WaitingDeferrals(owner, turn.openedAtMs);
  for await (const entry of backwards(tx, stream, openedSeq - 1)) if (deferrals.take(entry)) break;
  let ahead = deferrals.count + 1;
  for (let seq = openedSeq; seq < openedSeq + MAX_IN_A_TURN;) {
    const entries = await tx.ledger.find({ stream, seq: { gt: seq } }, { sort: [['seq', 'asc']], limit: PAGE });
    for (const entry of entries) {
      ahead -= stepBack(owner, { seq: entry.seq, ahead: 0, standing: 'onTurn' }, entry).before.ahead;
      if (entry.open['turnId'] === turn.id && ['HomePicked', 'TurnPassed', 'TurnMissed'].includes(entry.type)) return { seq: entry.seq, ahead, standing: 'gone' };
    }
    if (entries.length < PAGE) return null;
    seq = entries.at(-1)!.seq;
  }
  return null;
}

/** What happened before a standpoint, newest first, and where to go on; null: nothing more. */
export async function readTimeline(tx: Tx, laneId: string, owner: Owner, from: Standpoint, limit: number): Promise<{ readonly items: TimelineItem[]; readonly next: Standpoint | null }> {
  const items: TimelineItem[] = [];
  let lookedAt = 0;
  for await (const { step } of steps(tx, laneId, owner, from)) {
    items.push(...step.items);
    lookedAt += 1;
    if (step.isBeginning || step.before.seq === 0) return { items, next: null };
    if (items.length >= limit || lookedAt >= MAX_LOOKED_AT) return { items, next: step.before };
  }
  return { items, next: null };
}

/**
 * Where a number stood just after an earlier entry of its lane; null where it was not queued all the time since, or
 * more happened since than a day brings.
 */
export async function standpointAt(tx: Tx, laneId: string, owner: Owner, from: Standpoint, seq: number): Promise<Standpoint | null> {
  let at = from;
  let lookedAt = 0;
  for await (const { step } of steps(tx, laneId, owner, from)) {
    if (at.seq <= seq) break;
    if (at.standing !== 'queued' || step.before.standing !== 'queued' || (lookedAt += 1) > MAX_IN_A_TURN) return null;
    at = step.before;
  }
  return at.seq <= seq && at.standing === 'queued' ? at : null;
}

async function* steps(tx: Tx, laneId: string, owner: Owner, from: Standpoint): AsyncGenerator<{ readonly step: StepBack }> {
  let at = from;
  for await (const entry of backwards(tx, laneStream(laneId), from.seq)) {
    const step = stepBack(owner, at, entry);
    yield { step };
    at = step.before;
  }
}

async function* backwards(tx: Tx, stream: string, fromSeq: number): AsyncGenerator<LedgerEntry> {
  for (let seq = fromSeq; seq > 0;) {
    const entries = await tx.ledger.find({ stream, seq: { lte: seq } }, { sort: [['seq', 'desc']], limit: PAGE });
    yield* entries;
    seq = entries.length < PAGE ? 0 : entries.at(-1)!.seq - 1;
  }
}
