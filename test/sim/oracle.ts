/**
 * The independent judge. After every step it reads what the ledger has gained, checks each entry against the rules
 * as written (not as coded), and keeps its own picture of the city. Whatever is wrong becomes a violation.
 */
import { verifyEntry } from '../../bff/features/ledger/verify';
import type { LedgerEntry } from '../../bff/store/collections';
import { GENESIS_HASH, OFFICE_STREAM } from '../../bff/store/ledger';
import type { Store } from '../../bff/store/port';
import type { Written } from './crashing-store';
import { formatInstant } from '../../shared/shanghai-time';
import { City, inWindow, law, nextMorning, type CityLane, type CityTicket, type CityTurn } from './city';
import { Findings } from './findings';
import type { SimGateway } from './gateway';
import type { RollFamily } from './registers';
import type { VirtualTime } from './virtual-time';

export interface OracleDeps {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly gateway: SimGateway;
  readonly written: Written;
  systemNow(): number;
  familyOf(group: string, queueNumber: number): RollFamily | undefined;
  /** Staff hear of a telephone task. */
  onCallTask(turnId: string): void;
}

/** The open part of an entry, field by field. */
type Open = Readonly<Record<string, unknown>>;

/** Names every invented family bears, their phones, their identity numbers (P2, S2). */
const PERSONAL = /小雨|大海|(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])|(?<![0-9a-f])\d{17}[\dX](?![0-9a-f])/;
/** An outage is counted from the last beat, which may be five seconds old; one shorter than the threshold is none. */
const BEAT_AGE_MS = 5_000;
const SLACK_MS = BEAT_AGE_MS + law.outageThresholdMs;
/** A look may come a second late, and within it several messages may take two seconds each. */
const TICK_SLACK_MS = 15_000;

export class Oracle extends Findings {
  readonly city = new City();
  private readonly chains = new Map<string, { seq: number; hash: string; atMs: number }>();
  /** Answers given to families, to be found in the ledger at once and ever after. */
  private readonly promised: { stream: string; seq: number; hash: string }[] = [];
  /** System time up to which everything is known, and the latest ever seen. */
  private observedAtMs = 0;
  private latestMs = 0;

  constructor(private readonly deps: OracleDeps) {
    super(deps);
  }

  /** An answer was given: from now on it must stand (nothing acknowledged is lost). */
  promise(position: { stream: string; seq: number; hash: string }): void {
    this.promised.push(position);
  }

  /** The process died: what it wrote was written by now, and the next one may begin at its last beat, a few seconds ago. */
  processDied(): void {
    this.latestMs = Math.max(this.latestMs, this.deps.systemNow());
    this.observedAtMs -= BEAT_AGE_MS;
  }

  /** Reads and judges what is new: the streams somebody wrote to. The sweep looks for others. */
  async observe(store: Store): Promise<void> {
    const nowMs = this.deps.systemNow();
    this.check(nowMs >= this.observedAtMs, () => `T1: the service's time never runs backwards, from ${formatInstant(this.observedAtMs)} to ${formatInstant(nowMs)}`);
    this.latestMs = Math.max(this.latestMs, nowMs);
    const written = this.deps.written.take('ledgerHeads');
    if (written.length === 0 && this.promised.length === 0) {
      this.observedAtMs = nowMs;
      return;
    }
    const fresh = await store.read(async (tx) => {
      const entries: LedgerEntry[] = [];
      for (const stream of written) {
        const head = await tx.ledgerHeads.get(stream);
        // Written to in a transaction that was not committed.
        if (head === null) continue;
        const known = this.chains.get(head.id)?.seq ?? 0;
        this.check(head.seq >= known, () => `${head.id} keeps its ${known} entries, but its head says ${head.seq}`);
        if (head.seq > known) entries.push(...(await tx.ledger.find({ stream: head.id, seq: { gt: known } }, { sort: [['seq', 'asc']] })));
        const last = entries.at(-1);
        this.check(head.hash === (last !== undefined && last.stream === head.id ? last.hash : this.chains.get(head.id)?.hash), () => `${head.id}: the head names the last entry`);
      }
      for (const { stream, seq, hash } of this.promised) {
        const entry = (await tx.ledger.find({ stream, seq }, { limit: 1 }))[0];
        this.check(entry?.hash === hash, () => `an acknowledged answer stands in the ledger at ${stream} ${seq}`);
      }
      return entries;
    });
    this.promised.length = 0;
    // Numbers before the lanes they join; otherwise streams do not depend on one another.
    const order = (entry: LedgerEntry) => (entry.stream.startsWith('group.') ? 0 : entry.stream.startsWith('lane.') ? 1 : 2);
    for (const entry of [...fresh].sort((a, b) => order(a) - order(b))) this.judge(entry);
    this.observedAtMs = nowMs;
  }

  private judge(entry: LedgerEntry): void {
    const { city } = this;
    city.counts.entries += 1;
    const nowMs = this.latestMs;
    const chain = this.chains.get(entry.stream) ?? { seq: 0, hash: GENESIS_HASH, atMs: 0 };
    const { after, problems } = verifyEntry(chain, entry, nowMs);
    this.chains.set(entry.stream, after);
    for (const problem of problems) this.violate(`ledger ${problem.stream} ${problem.seq}: ${problem.what}`);
    this.check(entry.atMs <= nowMs, () => `${entry.type} is not dated in the future (${entry.atMs} > ${nowMs})`);
    if (entry.stream.startsWith('group.')) return this.judgeNumbers(entry);
    if (entry.stream === OFFICE_STREAM) return this.judgeOffice(entry);
    // Streams of other features: chained like all, judged by their own tests.
    if (!entry.stream.startsWith('lane.')) return;
    this.check(!PERSONAL.test(JSON.stringify(entry.open)), () => `the public part of ${entry.type} is free of personal data: ${JSON.stringify(entry.open)}`);
    this.judgeLane(city.lane(entry.stream.slice('lane.'.length)), entry);
  }

  /** G2, G6: numbers run on without gaps; none is used twice. */
  private judgeNumbers({ stream, type, open }: LedgerEntry): void {
    this.check(!PERSONAL.test(JSON.stringify(open)), 'the public part of a number is free of personal data');
    if (type !== 'NumbersImported') return;
    const group = stream.slice('group.'.length);
    for (const { queueNumber, ticketId, laneId } of open['numbers'] as { queueNumber: number; ticketId: string; laneId: string }[]) {
      const family = this.deps.familyOf(group, queueNumber);
      if (family === undefined) {
        this.violate(`number ${queueNumber} of ${group} belongs to a family of the roll`);
        continue;
      }
      this.check(family.laneId === laneId, () => `number ${queueNumber} of ${group} queues in ${family.laneId}, not ${laneId}`);
      this.check(!this.city.tickets.has(ticketId), () => `number ${queueNumber} of ${group} is given out once`);
      this.check(queueNumber === (this.city.lastNumbers.get(group) ?? 0) + 1, () => `number ${queueNumber} of ${group} follows ${queueNumber - 1}`);
      this.city.lastNumbers.set(group, queueNumber);
      const ticket: CityTicket = { id: ticketId, family, state: 'queued', deferrals: 0, notBeforeMs: 0, calledUp: false };
      this.city.tickets.set(ticketId, ticket);
      this.city.lane(laneId).joining.push(ticket);
    }
  }

  private judgeOffice({ type, detail }: LedgerEntry): void {
    const facts = JSON.parse(detail) as { turnId?: string; fromMs?: number; toMs?: number };
    if (type === 'CallTaskRaised') this.deps.onCallTask(String(facts.turnId));
    else if (type === 'OutageFound') this.check(this.deps.time.incidentsIn('outage', 0, Infinity) + this.deps.time.incidentsIn('clock', 0, Infinity) > 0, 'no outage is found where there was none');
  }

  private judgeLane(lane: CityLane, entry: LedgerEntry): void {
    const { open, type } = entry;
    switch (type) {
      case 'ListingsImported':
        for (const id of open['listingIds'] as string[]) {
          const home = this.city.homes.get(id);
          this.check(home !== undefined && home.laneId === lane.id, () => `home ${id} of the register is in ${lane.id}`);
          if (home?.state === 'available') lane.homes.add(id);
        }
        return;
      case 'HomesOffered':
        return this.judgeOffered(lane, open['listingIds'] as string[]);
      case 'NumbersJoined':
        this.check(lane.joining.length >= Number(open['count']), 'only numbers given out join a lane');
        return this.city.join(lane, lane.joining.splice(0, Number(open['count'])));
      case 'FamiliesCalledUp':
        return this.judgeCallUp(lane, entry);
      case 'LaneOpened':
        this.check(lane.state === 'closed', 'a lane is opened once');
        lane.state = 'open';
        return;
      case 'LanePaused':
        this.check(lane.state === 'open', 'only an open lane is paused');
        lane.state = 'paused';
        return this.deps.time.lanePaused(lane.id);
      case 'LaneResumed':
        this.check(lane.state === 'paused', 'only a paused lane is resumed');
        lane.state = 'open';
        this.deps.time.laneResumed(lane.id);
        if (lane.turn !== null) lane.turn.sendableSinceMs = this.deps.time.trueMs;
        return;
      case 'TurnOpened':
        return this.judgeOpened(lane, entry);
    }
    // What becomes of a number after its turn is other features' business; a turn's entries are all known here.
    if (open['turnId'] === undefined) return;
    const { turn } = lane;
    if (turn === null || turn.id !== open['turnId']) return this.violate(`${type} is about the open turn of ${lane.id}: ${turn?.id ?? 'none'}, not ${String(open['turnId'])}`);
    switch (type) {
      case 'TurnNotified':
        return this.judgeNotified(turn, entry.atMs, open);
      case 'TurnProven':
        return this.judgeProven(lane, turn, entry);
      case 'DeadlineMoved':
        return this.judgeMoved(turn, open);
      case 'HomePicked':
      case 'TurnPassed':
        return this.judgeActed(lane, turn, entry);
      case 'TurnMissed':
      case 'TurnDeferred':
        return this.judgeExpired(lane, turn, entry);
      default:
        return this.violate(`an entry of a known kind, not ${type}`);
    }
  }

  /** L4, A2: a home comes back because what was picked came to nothing. */
  private judgeOffered(lane: CityLane, listingIds: readonly string[]): void {
    for (const id of listingIds) {
      const home = this.city.homes.get(id);
      this.check(home !== undefined && home.laneId === lane.id && home.state === 'picked', () => `L3: only a home somebody had comes back, not ${id} (${home?.state ?? 'unknown'})`);
      if (home !== undefined) home.state = 'available';
      // A2: its number is used up; to selection that is as good as missed.
      if (home?.holder !== undefined) home.holder.state = 'missed';
      lane.homes.add(id);
      this.city.returned += 1;
    }
  }

  /** Q1, Q3, T4, L3. */
  private judgeOpened(lane: CityLane, entry: LedgerEntry): void {
    const { trueMs } = this.deps.time;
    const { atMs } = entry;
    const head = this.city.head(lane, atMs);
    const ticket = [...lane.queue].find((t) => t.family.group === entry.open['group'] && t.family.queueNumber === entry.open['queueNumber']);
    this.city.counts.turns += 1;
    if (ticket === undefined) return this.violate(`a turn of ${lane.id} goes to one of its families`);
    this.check(lane.turn === null, () => `Q3: one open turn in ${lane.id}, not ${lane.turn?.id} and another`);
    this.check(lane.state === 'open', () => `a turn opens in an open lane, not a ${lane.state} one`);
    this.check(inWindow(atMs), () => `T4: a turn starts between 08:00 and 18:00, not at ${formatInstant(atMs)}`);
    this.check(lane.homes.size > 0, 'Q3: a turn opens only while a home is available');
    this.check(head === ticket, () => `Q1: the turn goes to ${head?.id ?? 'nobody'}, who has the better claim, not to ${ticket.id}`);
    this.check(ticket.state === 'queued', () => `only a queued family gets a turn, not one that is ${ticket.state}`);
    Object.assign(ticket, { state: 'onTurn', calledUp: true });
    lane.turn = {
      id: `${lane.id}.${entry.seq}`, ticket, openedTrueMs: trueMs, notifiedAtMs: null, startTrueMs: null, deadlineMs: null, proof: 'none', movedMs: 0, toldLate: false, sendableSinceMs: trueMs,
    };
    this.city.turns.set(lane.turn.id, lane.turn);
  }

  /** T4, T5: the clock starts with the hand-over, and not outside the window. */
  private judgeNotified(turn: CityTurn, atMs: number, open: Open): void {
    const key = `sms-turnOpened-${turn.id}`;
    const accepted = this.deps.gateway.accepted.get(key);
    this.check(turn.deadlineMs === null, 'T5: a turn is notified once');
    this.check(Number(open['deadlineMs']) === atMs + law.turnMs, 'T5: the turn lasts four hours from its notification');
    if (open['handed'] === true) {
      this.check(accepted !== undefined && accepted.acceptedTrueMs <= this.deps.time.trueMs, 'T5: the clock starts only when the gateway has the message');
      this.check(accepted?.phone === turn.ticket.family.phone, 'the notification goes to the family whose turn it is');
      this.check(accepted === undefined || inWindow(accepted.askedAtMs), () => `T4: the notification goes out between 08:00 and 18:00, not at ${formatInstant(accepted!.askedAtMs)}`);
    } else {
      this.check((this.deps.gateway.refusals.get(key) ?? 0) >= 9, 'Q8: the clock starts without a hand-over only when the gateway has refused for good');
    }
    turn.notifiedAtMs = atMs;
    turn.startTrueMs = this.trueTimeOf(atMs);
    turn.deadlineMs = Number(open['deadlineMs']);
  }

  /** Q8: proof is what the simulation delivered, before the deadline. */
  private judgeProven(lane: CityLane, turn: CityTurn, { open, atMs }: LedgerEntry): void {
    const kind = open['proof'];
    const offers = (this.city.offers.get(turn.id) ?? []).filter((offer) => offer.kind === kind);
    this.check(turn.proof === 'none', 'Q8: a turn is proven once');
    this.check(offers.length > 0, () => `Q8: proof (${String(kind)}) is only what really came`);
    this.check(lane.state === 'paused' || turn.deadlineMs === null || offers.some((offer) => offer.atMs < turn.deadlineMs!), 'Q8: proof from after the deadline is none');
    turn.proof = kind as CityTurn['proof'];
    // Only now does the family learn of it: its four hours count from here, whatever the deadline was.
    if (kind === 'staffCall') turn.startTrueMs = this.trueTimeOf(atMs);
  }

  private judgeMoved(turn: CityTurn, open: Open): void {
    const byMs = Number(open['byMs']);
    this.check(turn.deadlineMs !== null && byMs > 0 && Number(open['deadlineMs']) === turn.deadlineMs + byMs, 'T6: a deadline only ever moves later, by what the entry says');
    turn.deadlineMs = Number(open['deadlineMs']);
    turn.movedMs += byMs;
    if (open['cause'] === 'toldLate') {
      this.check(turn.proof === 'staffCall', 'Q8: only a call tells late');
      turn.toldLate = true;
    }
  }

  /** Q4, Q5, L3. */
  private judgeActed(lane: CityLane, turn: CityTurn, entry: LedgerEntry): void {
    const { ticket } = turn;
    this.check(lane.state === 'open', () => `T6: nobody acts in a ${lane.state} lane`);
    this.check(turn.deadlineMs === null || entry.atMs < turn.deadlineMs, () => `Q6: ${entry.type} before the deadline, not ${entry.atMs - turn.deadlineMs!} ms after`);
    this.check(entry.open['group'] === ticket.family.group && entry.open['queueNumber'] === ticket.family.queueNumber, 'the family whose turn it is acts');
    lane.turn = null;
    if (entry.type === 'TurnPassed') {
      ticket.state = 'missed';
      this.city.counts.passes += 1;
      return;
    }
    const listingId = String(entry.open['listingId']);
    const home = this.city.homes.get(listingId);
    this.check(lane.homes.delete(listingId) && home?.state === 'available', () => `Q4, L3: only an available home of the lane is picked, not ${listingId} (${home?.state ?? 'unknown'} in ${home?.laneId ?? '?'})`);
    if (home !== undefined) Object.assign(home, { state: 'picked', holder: ticket });
    ticket.state = 'picked';
    this.city.counts.picks += 1;
  }

  /** Q6, Q8, T5, T6. */
  private judgeExpired(lane: CityLane, turn: CityTurn, entry: LedgerEntry): void {
    const { time } = this.deps;
    const { ticket } = turn;
    const nowMs = this.latestMs;
    lane.turn = null;
    this.check(lane.state === 'open', () => `T6: no turn ends while its lane is ${lane.state}`);
    if (turn.deadlineMs === null || turn.startTrueMs === null) return this.violate('T5: no turn ends before its clock has started');
    this.check(entry.atMs === turn.deadlineMs && nowMs >= turn.deadlineMs, () => `Q6: the turn ends at its deadline ${formatInstant(turn.deadlineMs!)}, not at ${formatInstant(entry.atMs)}`);
    const usable = time.usableMs(lane.id, turn.startTrueMs, time.trueMs);
    this.check(usable >= law.turnMs, () => `T5, T6: the family had its four hours with the service up and the lane open, not ${(usable / 1000).toFixed(3)} s`);
    const outages = time.incidentsIn('outage', turn.startTrueMs, time.trueMs);
    const isLong = usable > law.turnMs + TICK_SLACK_MS + outages * SLACK_MS;
    // A clock set back stands still, one that leaps is made up for: the turn is longer then, never shorter.
    this.check(!isLong || turn.toldLate || time.incidentsIn('clock', turn.startTrueMs, time.trueMs) > 0, () => `the turn ends when its time is up, not after ${(usable / 1000).toFixed(3)} s`);
    const proven = (this.city.offers.get(turn.id) ?? []).some((offer) => offer.acknowledged && offer.atMs < turn.deadlineMs!);
    if (entry.type === 'TurnMissed') {
      this.check(turn.proof !== 'none' || ticket.deferrals >= law.maxDeferrals, () => `Q8: ${ticket.id} is not forfeited without proof that it was told (deferred ${ticket.deferrals} times)`);
      ticket.state = 'missed';
      this.city.counts.misses += 1;
    } else {
      this.check(!proven && turn.proof === 'none', () => `Q8: ${ticket.id} was told in time, so the turn is missed, not deferred`);
      this.check(ticket.deferrals < law.maxDeferrals, () => `Q8: ${ticket.id} is deferred ${law.maxDeferrals} times at most`);
      const notBeforeMs = Number(entry.open['notBeforeMs']);
      this.check(notBeforeMs >= nextMorning(this.observedAtMs) && notBeforeMs <= nextMorning(nowMs), () => `Q8: called again at the next window, not ${formatInstant(notBeforeMs)}`);
      Object.assign(ticket, { state: 'queued', deferrals: ticket.deferrals + 1, notBeforeMs });
      this.city.counts.deferrals += 1;
    }
    this.check(entry.open['proof'] === turn.proof, 'the entry names the proof there is');
  }

  /** Within a step; a slow answer to a later message may have moved time on since. */
  private trueTimeOf(atMs: number): number {
    return this.deps.time.trueMs - (this.deps.systemNow() - atMs);
  }

  /** Q2. */
  private judgeCallUp(lane: CityLane, entry: LedgerEntry): void {
    const limit = Math.ceil(lane.homes.size * law.callUpFactor);
    const first = lane.queue.filter((ticket) => ticket.state === 'queued' && ticket.notBeforeMs <= entry.atMs).slice(0, limit);
    for (const { group, queueNumber } of entry.open['tickets'] as { group: string; queueNumber: number }[]) {
      const ticket = first.find((t) => t.family.group === group && t.family.queueNumber === queueNumber);
      this.check(ticket !== undefined && !ticket.calledUp, () => `Q2: ${group} ${queueNumber} is called up once, as one of the first ${limit}`);
      if (ticket !== undefined) ticket.calledUp = true;
    }
  }
}
