/** G2–G6: numbers given out, publicised, joining the queue, leaving it, void. */
import type { CityLane, CityTicket } from '../city';
import { dateOf, dayNumber, dayOfDate } from '../days';
import type { RollFamily, TicketFamily } from '../registers';
import { periods, type Candidate } from './books';
import type { Entry, Judging } from './judging';
import { districts } from './people';

interface Named {
  readonly group: string;
  readonly queueNumber: number;
}

export class NumberJudge {
  /** The last day that had a batch, and the batches there were. */
  private lastBatchDay = 0;
  private readonly batchDays = new Set<number>();

  constructor(private readonly on: Judging, private readonly rollFamily: (group: string, queueNumber: number) => RollFamily | undefined) {}

  judge({ stream, type, open, atMs }: Entry): void {
    const group = stream.slice('group.'.length);
    if (type === 'NumbersImported') return this.imported(group, open['numbers'] as { queueNumber: number; ticketId: string; laneId: string }[]);
    if (type === 'NumbersGiven') return this.given(group, String(open['batchDay']), open['ranges'] as { fromNumber: number; toNumber: number; priority: number }[], atMs);
    if (type === 'NumbersVoided') for (const queueNumber of open['queueNumbers'] as number[]) this.voided(group, queueNumber, String(open['reason']));
  }

  /** G6: the numbers of the roll, as they were won. */
  private imported(group: string, numbers: readonly { queueNumber: number; ticketId: string; laneId: string }[]): void {
    const { books, findings } = this.on;
    for (const { queueNumber, ticketId, laneId } of numbers) {
      const family = this.rollFamily(group, queueNumber);
      if (family === undefined) {
        findings.violate(`G6: number ${queueNumber} of ${group} belongs to a family of the roll`);
        continue;
      }
      findings.check(family.laneId === laneId, () => `Q1: number ${queueNumber} of ${group} queues in ${family.laneId}, not ${laneId}`);
      const of = books.open(`household-${group}-${queueNumber}`, family.household, family.household.priority?.label ?? null);
      for (const { identity } of family.household.people) {
        findings.check(!books.openCaseOf.has(identity), () => `V3: nobody of ${of.id} is in another open case`);
        books.openCaseOf.set(identity, of);
      }
      of.ticket = this.giveOut({ id: ticketId, family, case: of, state: 'publicised', batchDay: family.batchDay, continuations: 0, shown: null, deferrals: 0, notBeforeMs: 0, calledUp: false });
    }
  }

  /** G2–G4: everyone who is due that day, in order, with the numbers that follow. */
  private given(group: string, date: string, ranges: readonly { fromNumber: number; toNumber: number; priority: number }[], atMs: number): void {
    const { books, findings } = this.on;
    const day = dayOfDate(date);
    const due = books.inOrder(group, day);
    const numbers = ranges.flatMap(({ fromNumber, toNumber }) => Array.from({ length: toNumber - fromNumber + 1 }, (_, at) => fromNumber + at));
    const firstDay = Math.max(day, dayNumber(atMs));
    findings.check(day >= this.lastBatchDay, () => `G4: batches come day by day, ${date} not after ${dateOf(this.lastBatchDay)}`);
    findings.check(dayNumber(atMs) >= day, () => `G4: the batch of ${date} is not made before its day`);
    findings.check(numbers.length === due.length, () => `G4: the batch of ${date} takes in ${due.length} households of ${group}, not ${numbers.length}`);
    findings.check(ranges.reduce((sum, { priority }) => sum + priority, 0) === due.filter(({ rank }) => rank === 0 && group.startsWith('publicRental')).length, () => `G3: the batch of ${date} tells how many of ${group} had priority`);
    const shown = books.show('numbers', date, firstDay, periods.numbers);
    if (!this.batchDays.has(day)) books.counts.batches += 1;
    this.batchDays.add(day);
    this.lastBatchDay = Math.max(this.lastBatchDay, day);
    for (const [at, queueNumber] of numbers.entries()) {
      const candidate = due[at];
      if (candidate === undefined) continue;
      books.candidates.delete(candidate);
      candidate.case.candidate = null;
      const ticket = this.giveOut({
        id: `ticket-${group}-${queueNumber}`, family: familyOf(candidate, queueNumber), case: candidate.case, state: 'publicised', batchDay: date,
        continuations: candidate.kind === 'continue' ? (candidate.previous?.continuations ?? 0) + 1 : 0, shown, deferrals: 0, notBeforeMs: 0, calledUp: false,
      });
      candidate.case.ticket = ticket;
      this.on.duties.add(shown.effectMs, `G5: ${ticket.id} joins the queue on the fourth day`, () => ticket.state !== 'publicised' || books.isContested(shown, ticket.id));
    }
  }

  /** G2: one after the other, each once. */
  private giveOut(ticket: CityTicket): CityTicket {
    const { city, findings } = this.on;
    const { group, queueNumber } = ticket.family;
    findings.check(!city.tickets.has(ticket.id), () => `G2: number ${queueNumber} of ${group} is given out once`);
    findings.check(queueNumber === (city.lastNumbers.get(group) ?? 0) + 1, () => `G2: number ${queueNumber} of ${group} follows ${city.lastNumbers.get(group) ?? 0}`);
    city.lastNumbers.set(group, Math.max(queueNumber, city.lastNumbers.get(group) ?? 0));
    city.tickets.set(ticket.id, ticket);
    return ticket;
  }

  /** G2, M1, W2: void for good; a number that is renewed is void when the new one is there. */
  private voided(group: string, queueNumber: number, reason: string): void {
    const { city, findings } = this.on;
    const ticket = city.tickets.get(`ticket-${group}-${queueNumber}`);
    if (ticket === undefined) return findings.violate(`G2: ${group} ${queueNumber} was given out before it is void`);
    if (reason !== 'renewed') return;
    findings.check(ticket.state === 'renewing' && ticket.case.ticket !== ticket, () => `M1, W2: ${ticket.id} is void once the new number is there (${ticket.state})`);
    ticket.state = 'void';
  }

  /** G5: into the queue of its own lane, once, not before its days are over, not while somebody objects. */
  joined(lane: CityLane, numbers: readonly Named[], count: number, atMs: number): void {
    const { city, findings, books } = this.on;
    const joining: CityTicket[] = [];
    for (const { group, queueNumber } of numbers) {
      const ticket = city.tickets.get(`ticket-${group}-${queueNumber}`);
      if (ticket === undefined || ticket.family.laneId !== lane.id || ticket.state !== 'publicised') {
        findings.violate(`G5: only a publicised number joins its lane: ${group} ${queueNumber} in ${lane.id} (${ticket?.state ?? 'not given out'})`);
        continue;
      }
      const { shown } = ticket;
      findings.check(shown === null || atMs >= shown.effectMs, () => `G5: ${ticket.id} joins on the fourth day, not at ${atMs}`);
      findings.check(shown === null || !books.isContested(shown, ticket.id), () => `G5: ${ticket.id} does not join while an objection is open or upheld`);
      ticket.state = 'queued';
      joining.push(ticket);
    }
    findings.check(count === numbers.length, () => `${lane.id}: ${count} numbers joined, ${numbers.length} named`);
    city.join(lane, joining);
  }

  /** Why it left is told in the household's own stream, by an entry of the same transaction. */
  left(lane: CityLane, numbers: readonly Named[]): void {
    for (const { group, queueNumber } of numbers) {
      const at = lane.queue.findIndex((ticket) => ticket.family.group === group && ticket.family.queueNumber === queueNumber);
      this.on.findings.check(at >= 0, () => `only a number in the queue of ${lane.id} leaves it: ${group} ${queueNumber}`);
      if (at >= 0) lane.queue.splice(at, 1);
    }
  }
}

function familyOf({ case: { household }, group }: Candidate, queueNumber: number): TicketFamily {
  const { index, district, phone } = household;
  return { index, district, phone, household, group, queueNumber, tier: group.startsWith('lowRent') ? 0 : 1, laneId: `${districts[district].area}-${group.split('-')[1]!}` };
}
