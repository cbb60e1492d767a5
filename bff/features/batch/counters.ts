/**
 * G2, G6: the last number of each group. Everybody who gives numbers out, a batch or an import, writes the group's
 * counter in the same change: two of them meet there, and neither gives a number the other gave.
 */
import type { Tx } from '../../store/port';

/** The last number anybody has; 0 when nobody has one. A group without a counter is asked for its highest number. */
export async function lastNumber(tx: Tx, group: string): Promise<number> {
  const counter = await tx.groupCounters.get(group);
  if (counter !== null) return counter.last;
  return (await tx.tickets.find({ group }, { sort: [['queueNumber', 'desc']], limit: 1 }))[0]?.queueNumber ?? 0;
}

/** Notes that numbers up to `number` are given; the counter never goes back. */
export async function keepLastNumber(tx: Tx, group: string, number: number): Promise<void> {
  const counter = await tx.groupCounters.get(group);
  if (counter === null) await tx.groupCounters.insert({ id: group, last: Math.max(number, await lastNumber(tx, group)) });
  else await tx.groupCounters.replace({ ...counter, last: Math.max(counter.last, number) });
}
