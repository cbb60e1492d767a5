/**
 * What one day brought a lane, read from its public stream: homes and lowRent families that came, turns with how long
 * they took and how they ended, families that left. Each day is read on from where the one before ended, so that a
 * day costs what happened in it. Pure.
 */
import { DAY_MS, dayOf, HOUR_MS, startOfDay, timeOfDayMs, type Day } from '../../../shared/shanghai-time';
import type { RuleSetValues } from '../rules/rule-set';
import { keyOf, waitingOf, type LaneEntry } from '../what-if/history';

export interface Arrival {
  /** Of day, in ms since 00:00. */
  readonly timeMs: number;
  /** Homes that came into the pool, less those taken out otherwise than by a pick. */
  readonly homes: number;
  /** Q1: families that go before every publicRental one. */
  readonly lowRent: number;
}

export interface LaneTurn {
  readonly outcome: 'picked' | 'passed' | 'missed' | 'deferred';
  /** Time within the notification window (T4) during which the lane could have opened it and did not: pauses, other lanes' turns (Q3). */
  readonly gapMs: number;
  /** From opening to end; `turnMs` is how long a turn was allowed to be (T5). */
  readonly lengthMs: number;
  readonly turnMs: number;
}

/** What the next day begins with. */
export interface Carry {
  /** Read up to here. */
  readonly seq: number;
  readonly hasOpened: boolean;
  /** Since when the lane may have been ready for a turn; null before it opened. */
  readonly readySinceMs: number | null;
  readonly turn: { readonly id: string; readonly openedAtMs: number; readonly gapMs: number; readonly ruleSet: number } | null;
}

export interface LaneDay {
  readonly day: Day;
  /** The lane had been opened before the day began: what was there before the first opening is its stock, not its supply. */
  readonly hasRun: boolean;
  readonly arrivals: readonly Arrival[];
  readonly turns: readonly LaneTurn[];
  readonly left: number;
  readonly carry: Carry;
}

/** Before a lane's first day. */
export const BEGINNING: Carry = { seq: 0, hasOpened: false, readySinceMs: null, turn: null };

type RulesOf = (version: number) => Pick<RuleSetValues, 'windowStartMs' | 'windowEndMs' | 'turnMs'>;

/** Takes a day's entries one after another. */
export class DayReader {
  private readonly arrivals = new Map<number, { homes: number; lowRent: number }>();
  private readonly turns: LaneTurn[] = [];
  private readonly dayMs: number;
  private left = 0;
  private seq: number;
  private hasOpened: boolean;
  private readySinceMs: number | null;
  private turn: Carry['turn'];

  constructor(private readonly laneId: string, private readonly day: Day, private readonly before: Carry, private readonly rulesOf: RulesOf) {
    ({ seq: this.seq, hasOpened: this.hasOpened, readySinceMs: this.readySinceMs, turn: this.turn } = before);
    this.dayMs = startOfDay(day);
  }

  /** False, and nothing taken: the entry belongs to a later day. What was settled late, after midnight, stands where it stands in the stream. */
  take(entry: LaneEntry): boolean {
    if (entry.atMs >= this.dayMs + DAY_MS) return false;
    this.seq = entry.seq;
    const { type, open, atMs } = entry;
    switch (type) {
      case 'LaneOpened':
        if (!this.hasOpened) this.arrivals.clear();
        this.hasOpened = true;
        this.ready(atMs);
        break;
      case 'NumbersJoined': this.arrive(atMs, 0, numbersIn(open['numbers']).filter(({ tier }) => tier === 0).length); break;
      case 'NumbersLeft': this.left += numbersIn(open['numbers']).length; break;
      case 'ListingsImported': this.arrive(atMs, Number(open['available'] ?? open['count'] ?? 0), 0); break;
      case 'HomesOffered': this.arrive(atMs, lengthOf(open['listingIds']), 0); break;
      case 'HomesRemoved': this.arrive(atMs, -lengthOf(open['removedListingIds']), 0); break;
      case 'TurnOpened': {
        const ruleSet = Number(open['ruleSet']);
        this.turn = { id: `${this.laneId}.${entry.seq}`, openedAtMs: atMs, gapMs: this.readySinceMs === null ? 0 : windowTime(this.rulesOf(ruleSet), this.readySinceMs, atMs), ruleSet };
        break;
      }
      case 'HomePicked': this.end(entry, 'picked'); break;
      case 'TurnPassed': this.end(entry, 'passed'); break;
      case 'TurnMissed': this.end(entry, 'missed'); break;
      case 'TurnDeferred': this.end(entry, 'deferred'); break;
    }
    return true;
  }

  finish(): LaneDay {
    const arrivals = [...this.arrivals].map(([timeMs, { homes, lowRent }]) => ({ timeMs, homes, lowRent })).filter(({ homes, lowRent }) => homes !== 0 || lowRent !== 0).sort((a, b) => a.timeMs - b.timeMs);
    return {
      day: this.day, hasRun: this.before.hasOpened, arrivals, turns: this.turns, left: this.left,
      carry: { seq: this.seq, hasOpened: this.hasOpened, readySinceMs: this.readySinceMs, turn: this.turn },
    };
  }

  /** What comes within an hour is taken together, as at its beginning. */
  private arrive(atMs: number, homes: number, lowRent: number): void {
    if (homes > 0 || lowRent > 0) this.ready(atMs);
    const timeMs = dayOf(atMs) === this.day ? Math.floor(timeOfDayMs(atMs) / HOUR_MS) * HOUR_MS : 0;
    const already = this.arrivals.get(timeMs) ?? { homes: 0, lowRent: 0 };
    this.arrivals.set(timeMs, { homes: already.homes + homes, lowRent: already.lowRent + lowRent });
  }

  /** A lane without homes or families stands ready only since one came. */
  private ready(atMs: number): void {
    if (this.hasOpened) this.readySinceMs = Math.max(this.readySinceMs ?? 0, atMs);
  }

  private end({ atMs, open }: LaneEntry, outcome: LaneTurn['outcome']): void {
    const { turn } = this;
    if (turn === null || open['turnId'] !== turn.id) return;
    this.turns.push({ outcome, gapMs: turn.gapMs, lengthMs: Math.max(0, atMs - turn.openedAtMs), turnMs: this.rulesOf(turn.ruleSet).turnMs });
    this.turn = null;
    this.ready(atMs);
  }
}

/** How much of from…to lay in the notification window. */
export function windowTime({ windowStartMs, windowEndMs }: Pick<RuleSetValues, 'windowStartMs' | 'windowEndMs'>, fromMs: number, toMs: number): number {
  let total = 0;
  for (let dayMs = startOfDay(dayOf(fromMs)); dayMs < toMs; dayMs += DAY_MS) total += Math.max(0, Math.min(toMs, dayMs + windowEndMs) - Math.max(fromMs, dayMs + windowStartMs));
  return total;
}

function numbersIn(value: unknown): { readonly tier: number }[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]).map((number) => waitingOf(keyOf(number))) : [];
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
