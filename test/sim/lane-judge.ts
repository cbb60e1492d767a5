/** Q1–Q8, T4–T6: a lane's public stream, entry by entry, held against the rules as written (not as coded). */
import { formatInstant } from '../../shared/shanghai-time';
import { inWindow, law, nextMorning, type City, type CityLane, type CityTurn } from './city';
import type { Findings } from './findings';
import type { SimGateway } from './gateway';
import type { Entry } from './life/judging';
import type { HomeJudge } from './life/judge-homes';
import type { NumberJudge } from './life/judge-numbers';
import type { WaitingJudge } from './life/judge-waiting';
import type { VirtualTime } from './virtual-time';

export interface LaneJudgeDeps {
  readonly city: City;
  readonly time: VirtualTime;
  readonly gateway: SimGateway;
  readonly findings: Findings;
  readonly homes: HomeJudge;
  readonly numbers: NumberJudge;
  readonly waiting: WaitingJudge;
  systemNow(): number;
  /** The latest system time there was, and the time up to which everything was known before this step. */
  latestMs(): number;
  observedAtMs(): number;
}

/** An outage is counted from the last beat, which may be five seconds old; one shorter than the threshold is none. */
export const BEAT_AGE_MS = 5_000;
const SLACK_MS = BEAT_AGE_MS + law.outageThresholdMs;
/** A look may come a second late; what messages wait for is counted apart: the service neither looks nor beats meanwhile. */
const TICK_SLACK_MS = 15_000;

export class LaneJudge {
  private readonly city: City;

  constructor(private readonly deps: LaneJudgeDeps) {
    this.city = deps.city;
  }

  judge(lane: CityLane, entry: Entry): void {
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
        return this.deps.homes.offered(lane, entry);
      case 'HomesRemoved':
        return this.deps.homes.removed(lane, entry);
      case 'NumbersJoined':
        return this.deps.numbers.joined(lane, open['numbers'] as { group: string; queueNumber: number }[], Number(open['count']), entry.atMs);
      case 'NumbersLeft':
        return this.deps.numbers.left(lane, open['numbers'] as { group: string; queueNumber: number }[]);
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

  /** Q1, Q3, T4, L3. */
  private judgeOpened(lane: CityLane, entry: Entry): void {
    const { trueMs } = this.deps.time;
    const { atMs } = entry;
    const head = this.city.head(lane, atMs);
    const ticket = lane.queue.find((t) => t.family.group === entry.open['group'] && t.family.queueNumber === entry.open['queueNumber']);
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
  private judgeNotified(turn: CityTurn, atMs: number, open: Entry['open']): void {
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
  private judgeProven(lane: CityLane, turn: CityTurn, { open, atMs }: Entry): void {
    const kind = open['proof'];
    const offers = (this.city.offers.get(turn.id) ?? []).filter((offer) => offer.kind === kind);
    this.check(turn.proof === 'none', 'Q8: a turn is proven once');
    this.check(offers.length > 0, () => `Q8: proof (${String(kind)}) is only what really came`);
    this.check(lane.state === 'paused' || turn.deadlineMs === null || offers.some((offer) => offer.atMs < turn.deadlineMs!), 'Q8: proof from after the deadline is none');
    turn.proof = kind as CityTurn['proof'];
    // Only now does the family learn of it: its four hours count from here, whatever the deadline was.
    if (kind === 'staffCall') turn.startTrueMs = this.trueTimeOf(atMs);
  }

  private judgeMoved(turn: CityTurn, open: Entry['open']): void {
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
  private judgeActed(lane: CityLane, turn: CityTurn, entry: Entry): void {
    const { ticket } = turn;
    this.check(lane.state === 'open', () => `T6: nobody acts in a ${lane.state} lane`);
    this.check(turn.deadlineMs === null || entry.atMs < turn.deadlineMs, () => `Q6: ${entry.type} before the deadline, not ${entry.atMs - turn.deadlineMs!} ms after`);
    this.check(entry.open['group'] === ticket.family.group && entry.open['queueNumber'] === ticket.family.queueNumber, 'the family whose turn it is acts');
    lane.turn = null;
    if (entry.type === 'TurnPassed') {
      this.city.counts.passes += 1;
      lane.queue.splice(lane.queue.indexOf(ticket), 1);
      return this.deps.waiting.missed(ticket, entry.atMs);
    }
    const listingId = String(entry.open['listingId']);
    const home = this.city.homes.get(listingId);
    this.check(lane.homes.delete(listingId) && home?.state === 'available', () => `Q4, L3: only an available home of the lane is picked, not ${listingId} (${home?.state ?? 'unknown'} in ${home?.laneId ?? '?'})`);
    if (home !== undefined) Object.assign(home, { state: 'picked', holder: ticket });
    ticket.state = 'picked';
    lane.queue.splice(lane.queue.indexOf(ticket), 1);
    this.deps.homes.picked(turn.id, ticket, listingId, entry.atMs);
    this.city.counts.picks += 1;
  }

  /** Q6, Q8, T5, T6. */
  private judgeExpired(lane: CityLane, turn: CityTurn, entry: Entry): void {
    const { time } = this.deps;
    const { ticket } = turn;
    const nowMs = this.deps.latestMs();
    lane.turn = null;
    this.check(lane.state === 'open', () => `T6: no turn ends while its lane is ${lane.state}`);
    if (turn.deadlineMs === null || turn.startTrueMs === null) return this.violate('T5: no turn ends before its clock has started');
    this.check(entry.atMs === turn.deadlineMs && nowMs >= turn.deadlineMs, () => `Q6: the turn ends at its deadline ${formatInstant(turn.deadlineMs!)}, not at ${formatInstant(entry.atMs)}`);
    const usable = time.usableMs(lane.id, turn.startTrueMs, time.trueMs);
    this.check(usable >= law.turnMs, () => `T5, T6: the family had its four hours with the service up and the lane open, not ${(usable / 1000).toFixed(3)} s`);
    const outages = time.incidentsIn('outage', turn.startTrueMs, time.trueMs);
    const isLong = usable > law.turnMs + TICK_SLACK_MS + outages * SLACK_MS + time.waitedSince(turn.startTrueMs);
    // A clock set back stands still, one that leaps is made up for: the turn is longer then, never shorter.
    this.check(!isLong || turn.toldLate || time.incidentsIn('clock', turn.startTrueMs, time.trueMs) > 0, () => `Q6: turn ${turn.id} (${turn.proof}, moved ${turn.movedMs}, ${outages} outages) ends when its time is up, not after ${(usable / 1000).toFixed(3)} s`);
    const proven = (this.city.offers.get(turn.id) ?? []).some((offer) => offer.acknowledged && offer.atMs < turn.deadlineMs!);
    if (entry.type === 'TurnMissed') {
      this.check(turn.proof !== 'none' || ticket.deferrals >= law.maxDeferrals, () => `Q8: ${ticket.id} is not forfeited without proof that it was told (deferred ${ticket.deferrals} times)`);
      this.city.counts.misses += 1;
      lane.queue.splice(lane.queue.indexOf(ticket), 1);
      this.deps.waiting.missed(ticket, entry.atMs);
    } else {
      this.check(!proven && turn.proof === 'none', () => `Q8: ${ticket.id} was told in time, so the turn is missed, not deferred`);
      this.check(ticket.deferrals < law.maxDeferrals, () => `Q8: ${ticket.id} is deferred ${law.maxDeferrals} times at most`);
      const notBeforeMs = Number(entry.open['notBeforeMs']);
      this.check(notBeforeMs >= nextMorning(this.deps.observedAtMs()) && notBeforeMs <= nextMorning(nowMs), () => `Q8: called again at the next window, not ${formatInstant(notBeforeMs)}`);
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
  private judgeCallUp(lane: CityLane, entry: Entry): void {
    const limit = Math.ceil(lane.homes.size * law.callUpFactor);
    const first = lane.queue.filter((ticket) => ticket.state === 'queued' && ticket.notBeforeMs <= entry.atMs).slice(0, limit);
    for (const { group, queueNumber } of entry.open['tickets'] as { group: string; queueNumber: number }[]) {
      const ticket = first.find((t) => t.family.group === group && t.family.queueNumber === queueNumber);
      this.check(ticket !== undefined && !ticket.calledUp, () => `Q2: ${group} ${queueNumber} is called up once, as one of the first ${limit}`);
      if (ticket !== undefined) ticket.calledUp = true;
    }
  }

  private check(holds: boolean, expected: string | (() => string)): void {
    this.deps.findings.check(holds, expected);
  }

  private violate(expected: string): void {
    this.deps.findings.violate(expected);
  }
}
