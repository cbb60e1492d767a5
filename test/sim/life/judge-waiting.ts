/** M1, M2, W1–W4, F1–F3: what happens to a number outside its turn, and what a batch given up brings on people. */
import type { CityTicket } from '../city';
import { DAY, dayNumber, endOfPeriod, midnight, yearsLater } from '../days';
import { justBefore, periods, rankOf, SHORT_OUTAGE_MS, type Case, type MissBook } from './books';
import { mustBeNumbered, mustBeSupplemented } from './judge-reviews';
import type { Entry, Judging } from './judging';
import { isAdult } from './people';

type ForfeitCause = 'secondMiss' | 'noRequest' | 'gaveUpAfterPick' | 'leaseNotSigned' | 'documentsRefused';

export class WaitingJudge {
  /** Batches given up whose record is to come in the same transaction. */
  private readonly forfeited = new Map<Case, ForfeitCause>();

  /** T6: ends that move in the transaction that finds the outage. */
  private readonly moving = new Map<Case, number>();

  constructor(private readonly on: Judging) {}

  /** M1, M2: a turn ended without a pick. */
  missed(ticket: CityTicket, atMs: number): void {
    const { books, hearers } = this.on;
    if (ticket.continuations > 0) {
      ticket.state = 'forfeited';
      this.givesUp(ticket.case, 'secondMiss');
      return this.closes(ticket.case);
    }
    ticket.state = 'missed';
    const miss: MissBook = (ticket.case.miss = { ticket, missedAtMs: atMs, untilMs: endOfPeriod(atMs, periods.toContinue), state: 'open', requestedAtMs: 0, order: 0, shown: null });
    books.openMisses.add(ticket.case);
    this.mustLapse(miss);
    hearers.missed(ticket.case);
  }

  private mustLapse(miss: MissBook): void {
    const { untilMs } = miss;
    this.on.duties.add(untilMs, `M2: ${miss.ticket.id} is given up when nobody asked to go on`, () => miss.state !== 'open' || miss.untilMs !== untilMs);
  }

  /** T6: whose time to act an outage took a part of, and when it ends from now on. */
  outage(fromMs: number, toMs: number): void {
    const { books } = this.on;
    const expect = (of: Case, startedAtMs: number, endsMs: number) => {
      const lostMs = toMs - Math.max(fromMs, startedAtMs);
      const isTooShort = lostMs < SHORT_OUTAGE_MS && toMs < endsMs;
      if (fromMs < endsMs && lostMs > 0 && !isTooShort) this.moving.set(of, endsMs + Math.ceil(lostMs / DAY) * DAY);
    };
    for (const of of books.openMisses) expect(of, of.miss!.missedAtMs, of.miss!.untilMs);
    for (const of of books.openSupplements) expect(of, of.application!.sentBackAtMs, of.application!.dueMs);
  }

  private endMoved(of: Case, { type, detail }: Entry): void {
    const expected = this.moving.get(of);
    this.on.findings.check(detail['after'] === expected, () => `T6: ${type} of ${of.id} is to ${expected}, not to ${String(detail['after'])}`);
    this.moving.delete(of);
    const endsMs = Number(detail['after']);
    if (type === 'ContinuationEndMoved' && of.miss !== null) {
      of.miss.untilMs = endsMs;
      this.mustLapse(of.miss);
    } else if (of.application !== null) {
      of.application.dueMs = endsMs;
      mustBeSupplemented(this.on, of.application);
    }
  }

  /** F1: to be found in the household's stream, for every grown-up. */
  givesUp(of: Case, cause: ForfeitCause): void {
    this.forfeited.set(of, cause);
  }

  /** A transaction is judged whole: what it must have recorded is there. */
  transactionEnds(): void {
    for (const [of, cause] of this.forfeited) this.on.findings.violate(`F1: the batch ${of.id} gave up (${cause}) is recorded`);
    this.forfeited.clear();
    for (const [of, endsMs] of this.moving) this.on.findings.violate(`T6: the outage gives ${of.id} until ${endsMs}`);
    this.moving.clear();
  }

  closes(of: Case): void {
    this.on.books.close(of);
    this.on.hearers.closed(of);
  }

  /** Whether the entry of a household's stream was about its waiting or its standing. */
  judge(of: Case, entry: Entry): boolean {
    switch (entry.type) {
      case 'AskToContinue': this.asked(of, entry.atMs); return true;
      case 'GrantContinuation': this.granted(of, entry.atMs); return true;
      case 'RefuseContinuation': this.refused(of); return true;
      case 'LapseMiss': this.lapsed(of, entry.atMs); return true;
      case 'AskToAdjust':
      case 'AskForSubsidy':
      case 'AskToReturn': this.requested(of, entry); return true;
      case 'ApproveRequest': this.approved(of, entry); return true;
      case 'RejectRequest':
      case 'WithdrawRequest':
        this.on.findings.check(of.request !== null, () => `W2, W3: ${entry.type} of ${of.id} is about an open request`);
        of.request = null;
        return true;
      case 'ContinuationEndMoved':
      case 'SupplementEndMoved': this.endMoved(of, entry); return true;
      case 'Leave': this.leaves(of); return true;
      case 'StopSubsidy':
        this.on.findings.check(of.hasSubsidy, () => `W4: only a running subsidy is stopped (${of.id})`);
        Object.assign(of, { hasSubsidy: false, request: null });
        this.closes(of);
        return true;
      case 'BatchForfeited': this.forfeit(of, entry); return true;
      case 'ForfeitsReset': return true;
      case 'PersonBlacklisted': this.blacklisted(of, entry); return true;
      case 'BarLifted': this.lifted(entry); return true;
      case 'CreditRecorded':
      case 'ContactConfirmed': return true;
      default: return false;
    }
  }

  private asked(of: Case, atMs: number): void {
    const { books, findings, duties } = this.on;
    const { miss } = of;
    if (miss === null || miss.state !== 'open') return findings.violate(`M1: ${of.id} has missed a turn before it asks to go on`);
    findings.check(atMs < miss.untilMs, () => `M1, T3: ${of.id} asks before ${miss.untilMs}, not at ${atMs}`);
    miss.ticket.state = 'renewing';
    // What it asked for with the old number is over with it.
    of.request = null;
    books.openMisses.delete(of);
    const shown = books.show('continuation', of.id, dayNumber(atMs), periods.continuation);
    Object.assign(miss, { state: 'asked', requestedAtMs: atMs, order: books.nextOrder(), shown });
    books.counts.continues += 1;
    duties.add(shown.effectMs, `M1: the continuation of ${miss.ticket.id} takes effect`, () => miss.state !== 'asked' || books.isContested(shown, miss.ticket.id));
  }

  private granted(of: Case, atMs: number): void {
    const { books, findings } = this.on;
    const { miss } = of;
    if (miss === null || miss.state !== 'asked' || miss.shown === null) return findings.violate(`M1: ${of.id} asked before it is granted to go on`);
    const { shown, ticket, requestedAtMs } = miss;
    findings.check(atMs >= shown.effectMs, () => `M1, T2: the continuation of ${ticket.id} takes effect at ${shown.effectMs}, not at ${atMs}`);
    findings.check(!books.isContested(shown, ticket.id), () => `M1: ${ticket.id} goes on only when nobody objects`);
    miss.state = 'settled';
    const heldUntilMs = Math.max(0, ...books.against(shown, ticket.id).filter(({ decidedAtMs }) => decidedAtMs >= shown.effectMs).map(({ decidedAtMs }) => decidedAtMs));
    const { group } = ticket.family;
    books.offer({ case: of, group, rank: rankOf(group, of.priority), submittedAtMs: requestedAtMs, order: miss.order, kind: 'continue', previous: ticket }, Math.max(justBefore(shown), heldUntilMs));
    mustBeNumbered(this.on, of);
  }

  private refused(of: Case): void {
    const { miss } = of;
    if (miss === null || miss.state !== 'asked' || miss.shown === null) return this.on.findings.violate(`M1: a continuation of ${of.id} is there to be refused`);
    this.on.findings.check(this.on.books.against(miss.shown, miss.ticket.id).some(({ state }) => state === 'upheld'), () => `M1: ${of.id} is refused to go on only when an objection was upheld`);
    miss.state = 'settled';
    miss.ticket.state = 'void';
    this.closes(of);
  }

  private lapsed(of: Case, atMs: number): void {
    const { miss } = of;
    if (miss === null || miss.state !== 'open') return this.on.findings.violate(`M2: ${of.id} has an open miss before it lapses`);
    this.on.findings.check(atMs >= miss.untilMs, () => `M2, T3: ${of.id} may ask until ${miss.untilMs}, and is given up at ${atMs}`);
    miss.state = 'settled';
    miss.ticket.state = 'forfeited';
    this.givesUp(of, 'noRequest');
    this.closes(of);
  }

  private requested(of: Case, { type, atMs, detail }: Entry): void {
    const { books, findings, hearers } = this.on;
    const events = detail['events'] as { type: string; kind: 'adjust' | 'toSubsidy' | 'fromSubsidy'; group: string | null }[];
    const made = events.find((event) => event.type === 'RequestMade');
    const id = String(detail['requestId']);
    if (made === undefined) return findings.violate(`W2, W3: ${type} makes a request`);
    findings.check(of.request === null, () => `W2: ${of.id} has one request at a time`);
    if (made.kind === 'fromSubsidy') findings.check(of.hasSubsidy && !books.isBarred(of.household, atMs), () => `W3, F2: ${of.id} comes back from a subsidy it has, and nobody of it is barred`);
    else this.checkWaiting(of, type);
    if (made.kind === 'adjust') findings.check(made.group !== of.ticket?.family.group && Number(made.group?.at(-1)) <= Number(of.ticket?.family.group.at(-1)), () => `W2: ${of.id} asks for another group without more bedrooms, not ${made.group}`);
    of.request = { id, kind: made.kind, group: made.group, ticket: made.kind === 'fromSubsidy' ? null : of.ticket, requestedAtMs: atMs, order: books.nextOrder() };
    books.requests.set(id, of);
    hearers.asked(of);
  }

  private approved(of: Case, { atMs }: Entry): void {
    const { books, findings, hearers } = this.on;
    const { request } = of;
    if (request === null) return findings.violate(`W2, W3: a request of ${of.id} is there to be approved`);
    of.request = null;
    const { kind, group, ticket } = request;
    if (kind === 'fromSubsidy') {
      findings.check(of.hasSubsidy && !books.isBarred(of.household, atMs), () => `W3, F2: ${of.id} has a subsidy to come back from, and nobody of it is barred`);
      of.hasSubsidy = false;
    } else {
      this.checkWaiting(of, 'approval');
      findings.check(ticket === of.ticket && ticket !== null && !books.isOpenlyContested(ticket.id), () => `G5: nothing of ${of.id} changes while an objection is open`);
    }
    if (kind === 'toSubsidy') {
      if (ticket !== null) ticket.state = 'void';
      of.hasSubsidy = true;
      books.counts.conversions += 1;
      return hearers.gotSubsidy(of);
    }
    if (ticket !== null) ticket.state = 'renewing';
    books.counts[kind === 'adjust' ? 'adjustments' : 'conversions'] += 1;
    // W2: approved on day D, in the batch of D+1, with the time of the request.
    books.offer({ case: of, group: group!, rank: rankOf(group!, of.priority), submittedAtMs: request.requestedAtMs, order: request.order, kind, previous: ticket }, atMs);
    mustBeNumbered(this.on, of);
  }

  private checkWaiting(of: Case, what: string): void {
    this.on.findings.check(of.ticket !== null && ['queued', 'publicised'].includes(of.ticket.state), () => `W2, W3: ${what} of ${of.id} while it waits, not while its number is ${of.ticket?.state}`);
  }

  /** W1, W4, F3, G5: out of the queue for good. */
  private leaves(of: Case): void {
    const { books, findings } = this.on;
    const { ticket, miss } = of;
    // Before there is a number: out of the batch to come.
    if (ticket === null) {
      findings.check(of.candidate !== null, () => `W1, W4: ${of.id} has a number, or waits for one, to leave with`);
      books.withdraw(of);
      of.request = null;
      books.counts.left += 1;
      return this.closes(of);
    }
    findings.check(!['onTurn', 'picked', 'void', 'forfeited'].includes(ticket.state), () => `W1, W4: ${ticket.id} leaves while it waits, not while it is ${ticket.state}`);
    if (miss !== null) miss.state = 'settled';
    books.withdraw(of);
    of.request = null;
    ticket.state = 'void';
    books.counts.left += 1;
    this.closes(of);
  }

  /** F1, F2: each grown-up of the day, three in a row bar. */
  private forfeit(of: Case, { open, detail, atMs }: Entry): void {
    const { books, findings } = this.on;
    const cause = this.forfeited.get(of);
    findings.check(cause === open['cause'], () => `F1: ${of.id} gives up its batch for a reason (${cause}), not ${String(open['cause'])}`);
    findings.check(open['batchDay'] === of.ticket?.batchDay, () => `F1: ${of.id} gives up the batch of ${of.ticket?.batchDay}, not ${String(open['batchDay'])}`);
    this.forfeited.delete(of);
    books.counts.forfeits += 1;
    const adults = of.household.people.filter((person) => isAdult(person, dayNumber(atMs)));
    const barred: string[] = [];
    for (const { identity } of adults) {
      const row = (books.forfeitsInRow.get(identity) ?? 0) + 1;
      books.forfeitsInRow.set(identity, row < periods.forfeitsToBar ? row : 0);
      if (row < periods.forfeitsToBar) continue;
      barred.push(identity);
      books.counts.bars += 1;
      books.bars.set(identity, [...(books.bars.get(identity) ?? []), { id: null, fromMs: atMs, untilMs: midnight(yearsLater(dayNumber(atMs), periods.barYears) + 1), cause: 'forfeits', isLifted: false }]);
    }
    this.same('F1: the forfeit is recorded for every grown-up', detail['personIds'], adults.map(({ identity }) => identity));
    this.same('F2: three in a row bar', detail['barred'], barred);
  }

  private same(what: string, blindIndexes: unknown, identities: readonly string[]): void {
    const found = (blindIndexes as string[]).map((index) => this.on.identityOf(index) ?? 'a stranger').sort();
    this.on.findings.check(found.join() === [...identities].sort().join(), () => `${what}: ${identities.length} people, not ${found.length}`);
  }

  /** F3: entered by staff; who waits for a home goes on waiting no longer (its leaving is an entry of its own). */
  private blacklisted(of: Case, { detail, atMs }: Entry): void {
    const { books, findings } = this.on;
    const identity = this.on.identityOf(String(detail['personId']));
    if (identity === undefined) return findings.violate(`F3: somebody of ${of.id} is blacklisted`);
    const until = detail['untilMs'] as number | null;
    books.bars.set(identity, [...(books.bars.get(identity) ?? []), { id: String(detail['barId']), fromMs: atMs, untilMs: until ?? Number.POSITIVE_INFINITY, cause: 'blacklist', isLifted: false }]);
    books.counts.blacklisted += 1;
    const held = books.openCaseOf.get(identity);
    // A candidate without a number yet is taken out without an entry of its own.
    const isNumbered = held?.ticket != null && ['publicised', 'queued', 'onTurn', 'missed', 'renewing'].includes(held.ticket.state);
    if (held?.candidate != null && !isNumbered) {
      books.withdraw(held);
      this.closes(held);
    }
  }

  private lifted({ detail }: Entry): void {
    const identity = this.on.identityOf(String(detail['personId'])) ?? '';
    const standing = (this.on.books.bars.get(identity) ?? []).filter(({ isLifted }) => !isLifted);
    const bar = standing.find(({ id }) => id === detail['barId']) ?? standing.find(({ id }) => id === null);
    this.on.findings.check(bar !== undefined, 'F3: only a bar that stands is lifted');
    if (bar !== undefined) bar.isLifted = true;
  }
}
