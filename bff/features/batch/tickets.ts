/** The numbers of a batch, in the order of the queue; and who may see them. */
import type { Batch, Ticket } from '../../store/collections';
import type { Tx } from '../../store/port';
import { batchId } from './generate';

/** The tickets of a batch after a given number, in order. Found by range: a batch needs no index of its own. */
export async function batchTickets(tx: Tx, batch: Batch, after: Pick<Ticket, 'group' | 'queueNumber'> | null, limit: number): Promise<Ticket[]> {
  const found: Ticket[] = [];
  const from = after === null ? 0 : batch.ranges.findIndex(({ group, fromNumber, toNumber }) => group === after.group && fromNumber <= after.queueNumber && after.queueNumber <= toNumber);
  for (const [at, { group, fromNumber, toNumber }] of batch.ranges.slice(Math.max(from, 0)).entries()) {
    const low = at === 0 && after !== null ? after.queueNumber + 1 : fromNumber;
    if (low <= toNumber) found.push(...(await tx.tickets.find({ group, queueNumber: { gte: low, lte: toNumber } }, { sort: [['queueNumber', 'asc']], limit: limit - found.length })));
    if (found.length >= limit) return found;
  }
  return found;
}

/** G5: numbers of a batch that is still being numbered are seen by nobody. */
export async function isRevealed(tx: Tx, ticket: Pick<Ticket, 'state' | 'batchDay'>): Promise<boolean> {
  if (ticket.state !== 'publicised') return true;
  return (await tx.batches.get(batchId(ticket.batchDay)))?.state !== 'numbering';
}
