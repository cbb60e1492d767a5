/**
 * Many futures of one lane, drawn from its own past (W5). Each future draws its own past first, blocks of days and turns
 * with replacement, and then lives from it: so the ranges know that the past was short as well as that days differ.
 * A future obeys the queue's rules: one turn at a time (Q3), lowRent before publicRental (Q1), a turn begins only in the
 * window (T4) and with a home free, lasts as long as turns lasted (T5), and ends in a pick, which takes the home, or not;
 * a deferred family is called again the next day before the others (Q8). Every family's day comes from the same futures,
 * so nobody further back ever comes earlier. Pure: the seed is a name.
 */
import { DAY_MS, dayOf, startOfDay } from '../../../shared/shanghai-time';
import type { RuleSetValues } from '../rules/rule-set';
import { NamedChance } from './chance';
import type { Arrival, LaneDay, LaneTurn } from './lane-day';

/** How a lane stands when its futures begin. */
export interface LaneNow {
  readonly atMs: number;
  /** Families in the queue, and how many of them, the first ones, are lowRent. */
  readonly waiting: number;
  readonly lowRent: number;
  readonly homes: number;
  /** The turn under way; its family is not among those waiting. */
  readonly turnOpenedAtMs: number | null;
}

/** What a lane's futures are drawn from. */
export interface LanePast {
  /** Days on which the lane ran, in order, and how many families waited then. */
  readonly days: readonly (Pick<LaneDay, 'arrivals' | 'left'> & { readonly waiting: number })[];
  readonly turns: readonly LaneTurn[];
}

type Rules = Pick<RuleSetValues, 'windowStartMs' | 'windowEndMs' | 'turnMs'>;

/** Futures drawn for one answer: of an 80 % range each end then leaves out a tenth of them, give or take a thirtieth. */
export const FUTURES = 120;
/** Days that stay together when they are drawn: a week has its own pace, and what comes in one piece is drawn in one piece. */
const BLOCK_DAYS = 7;
/** Places looked at. More families than this are not served within the longest horizon. */
export const MAX_PLACES = 20_000;
/** Turns and days lived through before it yields: some milliseconds. */
const STEPS_A_YIELD = 40_000;

/** For each place in the lane's order, in each future, how many days from now its turn comes; `horizonDays + 1` where it does not. */
export interface Futures {
  readonly places: number;
  readonly horizonDays: number;
  /** Future after future. */
  readonly days: Uint16Array;
}

/** Lives through them. Yields the steps taken since the last time, so that a long queue holds nobody up. */
export function* drawFutures(now: LaneNow, past: LanePast, rules: Rules, horizonDays: number, seed: string, futures = FUTURES): Generator<number, Futures> {
  const places = Math.min(now.waiting, MAX_PLACES);
  const days = new Uint16Array(places * futures).fill(horizonDays + 1);
  if (places === 0) return { places, horizonDays, days };
  const turns = past.turns.map((turn) => underRules(turn, rules));
  let steps = 0;
  for (let number = 0; number < futures; number += 1) {
    const future = new Future(now, past, turns, rules, horizonDays, new NamedChance(`${seed} ${number}`), days.subarray(number * places, (number + 1) * places));
    while (!future.isOver) {
      future.liveADay();
      if (future.steps < STEPS_A_YIELD) continue;
      yield future.steps;
      future.steps = 0;
    }
    steps += future.steps;
    if (steps < STEPS_A_YIELD) continue;
    yield steps;
    steps = 0;
  }
  return { places, horizonDays, days };
}

/** A silent family's turn lasts as long as the rules now allow, not as those of its day did; nobody's can last longer. */
function underRules(turn: LaneTurn, { turnMs }: Rules): LaneTurn {
  const isSilent = turn.outcome === 'missed' || turn.outcome === 'deferred';
  const allowedMs = Math.max(0, turn.lengthMs - turn.turnMs + turnMs);
  return { ...turn, lengthMs: isSilent ? allowedMs : turnMs < turn.turnMs ? Math.min(turn.lengthMs, turnMs) : turn.lengthMs };
}

class Future {
  steps = 0;
  isOver = false;
  private offset = 0;
  /** Nothing begins before this instant. */
  private freeAtMs: number;
  private homes: number;
  /** The first of those waiting now who has not been called. */
  private place = 0;
  /** LowRent families that joined since. */
  private newcomers = 0;
  private returning = 0;
  private deferred = 0;
  private next: LaneTurn | null = null;
  private gapMs = 0;
  private readonly firstDayMs: number;
  private readonly blocks: Int32Array;
  private readonly pool: Int32Array;
  private readonly leavesADay: number;
  private block = 0;

  constructor(private readonly now: LaneNow, private readonly past: LanePast, private readonly turns: readonly LaneTurn[], private readonly rules: Rules, private readonly horizonDays: number, private readonly chance: NamedChance, private readonly days: Uint16Array) {
    this.freeAtMs = now.atMs;
    this.homes = now.homes;
    this.firstDayMs = startOfDay(dayOf(now.atMs));
    const length = past.days.length;
    this.blocks = Int32Array.from({ length: Math.ceil(length / BLOCK_DAYS) }, () => chance.below(length));
    this.pool = Int32Array.from({ length: turns.length }, () => chance.below(turns.length));
    let left = 0;
    let waited = 0;
    for (const start of this.blocks) {
      for (let at = 0; at < BLOCK_DAYS; at += 1) {
        const day = past.days[(start + at) % length]!;
        left += day.left;
        waited += day.waiting;
      }
    }
    this.leavesADay = waited === 0 ? 0 : Math.min(1, left / waited);
    if (now.turnOpenedAtMs !== null) this.endRunning(now.turnOpenedAtMs);
  }

  liveADay(): void {
    const { offset, rules } = this;
    if (offset % BLOCK_DAYS === 0) this.block = this.blocks[this.chance.below(this.blocks.length)]!;
    const { arrivals } = this.past.days[(this.block + (offset % BLOCK_DAYS)) % this.past.days.length]!;
    const dayMs = this.firstDayMs + offset * DAY_MS;
    this.returning += this.deferred;
    this.deferred = 0;
    // Most days of a lane without homes bring nothing: they cost next to nothing.
    this.steps += 0.1;
    if (this.homes > 0 || arrivals.length > 0) {
      this.steps += 1;
      for (const arrival of arrivals) {
        // Of the first day only what is still to come.
        if (dayMs + arrival.timeMs < this.now.atMs) continue;
        this.serve(dayMs, Math.min(dayMs + arrival.timeMs, dayMs + rules.windowEndMs));
        this.arrive(arrival);
      }
      this.serve(dayMs, dayMs + rules.windowEndMs);
    }
    this.offset += 1;
    if (this.offset > this.horizonDays || this.place >= this.days.length) this.isOver = true;
  }

  private arrive({ homes, lowRent }: Arrival): void {
    this.homes = Math.max(0, this.homes + homes);
    this.newcomers += lowRent;
  }

  /** Turn after turn, until the lane has to wait for something. */
  private serve(dayMs: number, untilMs: number): void {
    while (this.place < this.days.length) {
      const fromMs = Math.max(this.freeAtMs, dayMs + this.rules.windowStartMs);
      if (fromMs >= untilMs) return;
      if (this.homes === 0) {
        this.freeAtMs = untilMs;
        return;
      }
      if (this.next === null) {
        this.next = this.draw();
        this.gapMs = this.next.gapMs;
      }
      if (fromMs + this.gapMs >= untilMs) {
        this.gapMs -= untilMs - fromMs;
        this.freeAtMs = untilMs;
        return;
      }
      this.call();
      if (this.place >= this.days.length && this.returning === 0) return;
      this.freeAtMs = fromMs + this.gapMs + this.next.lengthMs;
      this.take(this.next);
      this.next = null;
    }
  }

  /** Whose turn it is. Who waits now is noted; who left meanwhile is passed over without a turn. */
  private call(): void {
    this.steps += 1;
    if (this.returning > 0) {
      this.returning -= 1;
      return;
    }
    const stays = (1 - this.leavesADay) ** this.offset;
    while (this.place < this.days.length) {
      if (this.place >= this.now.lowRent && this.newcomers > 0) {
        this.newcomers -= 1;
        return;
      }
      this.days[this.place] = this.offset;
      this.place += 1;
      if (this.chance.next() < stays) return;
    }
  }

  private take({ outcome }: LaneTurn): void {
    if (outcome === 'picked') this.homes -= 1;
    else if (outcome === 'deferred') this.deferred += 1;
  }

  /** The turn under way ends as turns do, but not before now. */
  private endRunning(openedAtMs: number): void {
    const turn = this.draw();
    this.freeAtMs = Math.max(this.now.atMs, openedAtMs + turn.lengthMs);
    if (this.homes > 0) this.take(turn);
  }

  private draw(): LaneTurn {
    return this.turns[this.pool[this.chance.below(this.pool.length)]!]!;
  }
}
