/** G1–G6: the batch of a day, its numbers, their publicity, and joining the queue. */
import { rules } from '../city';
import { endWaiting } from './waiting';
import { districtOf, laneOf, midnight, publish, ticketName, today, type Candidate, type Model } from './state';

/** G3: lowRent by submission; publicRental households whose priority was confirmed first, then by submission; ties by receipt number. */
export function inOrder(m: Model, candidates: readonly Candidate[]): Candidate[] {
  const isLater = (c: Candidate): number => (c.group.startsWith('publicRental') && !m.households.get(c.household)!.isPriority ? 1 : 0);
  return [...candidates].sort((a, b) => isLater(a) - isLater(b) || a.submittedAtMs - b.submittedAtMs || a.receipt - b.receipt);
}

/** G4: the batch of today takes in everyone who became eligible before 00:00; G2: numbers go on from the highest ever given. */
export function generateBatch(m: Model): void {
  const due = m.candidates.filter(({ state, eligibleFromMs }) => state === 'waiting' && eligibleFromMs < midnight(m));
  for (const group of new Set(due.map((candidate) => candidate.group))) {
    for (const candidate of inOrder(m, due.filter((c) => c.group === group))) {
      const { household, kind } = candidate;
      const number = Math.max(0, ...[...m.tickets.values()].filter((t) => t.group === group).map((t) => t.number)) + 1;
      const old = [...m.tickets].find(([, t]) => t.household === household && t.state === 'renewing');
      // M1, W2: the old number is void once the new one is there. M2: the new one stands for the same chance to continue.
      if (old !== undefined) old[1].state = 'void';
      m.tickets.set(ticketName(group, number), {
        household, group, number, lane: laneOf(districtOf(m, household), Number(group.split('-')[1])), batchDay: today(m), state: 'publicised', deferrals: 0, notBeforeMs: 0,
        continuations: kind === 'continue' ? old![1].continuations + 1 : 0, list: publish(m, 'numbers', '', rules.numbersPublicityDays),
      });
      candidate.state = 'numbered';
    }
  }
}

/** G5: on the fourth day, without an objection, into the queue. */
export const joinQueue = (m: Model, ticket: string): void => void (m.tickets.get(ticket)!.state = 'queued');

/** An upheld objection: the number, or the new one asked for in its place, is not to be; its people may apply again. No forfeit: no batch was given up. */
export function voidNumber(m: Model, name: string): void {
  const ticket = m.tickets.get(name)!;
  if (!['publicised', 'renewing'].includes(ticket.state)) return;
  ticket.state = 'void';
  endWaiting(m, name, ticket.household);
}
