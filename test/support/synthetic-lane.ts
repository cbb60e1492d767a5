/**
 * A lane whose law is known, lived day by day into the entries of a ledger stream: what a forecast must be right about.
 * Shares nothing with the forecast but the shape of the entries.
 */
import { compareTickets } from '../../bff/domain/selection/selection';
import type { LaneEntry } from '../../bff/domain/what-if/history';
import { DAY_MS, dayOf, HOUR_MS, startOfDay, type Day } from '../../shared/shanghai-time';
import { SeededChance } from '../sim/seeded-chance';

export interface Law {
  /** A day's mean. Homes come in lots of this size. */
  readonly homesADay: number;
  readonly lot: number;
  readonly lowRentADay: number;
  readonly othersADay: number;
  readonly outcomes: Readonly<Record<'picked' | 'passed' | 'missed' | 'deferred', number>>;
  /** A waiting family's chance of leaving, a day. */
  readonly leaves: number;
  readonly waiting: number;
  readonly waitingLowRent: number;
  readonly homes: number;
}

export const usualLaw: Law = {
  homesADay: 0.8, lot: 1, lowRentADay: 0.08, othersADay: 0.5, outcomes: { picked: 0.7, passed: 0.08, missed: 0.15, deferred: 0.07 }, leaves: 0.001, waiting: 120, waitingLowRent: 10, homes: 15,
};

interface Family {
  readonly group: 'lowRent-2' | 'publicRental-2';
  readonly tier: number;
  readonly queueNumber: number;
  notBeforeMs: number;
}

const named = ({ group, queueNumber }: Family) => ({ group, queueNumber });
const WINDOW = { fromMs: 8 * HOUR_MS, toMs: 18 * HOUR_MS };
export const FIRST_DAY: Day = '2026-01-01';

export class SyntheticLane {
  readonly laneId = 'zhanggong-2';
  readonly entries: LaneEntry[] = [];
  /** The day each number's first turn came. */
  readonly turnDays = new Map<string, Day>();
  queue: Family[] = [];
  homes: number;
  private readonly chance: SeededChance;
  private readonly last = { 'lowRent-2': 0, 'publicRental-2': 0 };
  private freeAtMs = 0;
  private dayMs = startOfDay(FIRST_DAY);

  constructor(seed: string, public law: Law) {
    this.chance = new SeededChance(`synthetic ${seed}`);
    this.homes = law.homes;
    const families = [...this.families('lowRent-2', law.waitingLowRent), ...this.families('publicRental-2', law.waiting - law.waitingLowRent)];
    this.join(families, this.dayMs);
    this.write('ListingsImported', this.dayMs, { available: law.homes, count: law.homes });
    this.write('LaneOpened', this.dayMs, {});
  }

  get today(): Day {
    return dayOf(this.dayMs);
  }

  keyAt(place: number): string {
    const family = this.queue[place]!;
    return `${family.group} ${family.queueNumber}`;
  }

  get lowRent(): number {
    return this.queue.filter(({ tier }) => tier === 0).length;
  }

  isQueued(key: string): boolean {
    return this.queue.some((family) => `${family.group} ${family.queueNumber}` === key);
  }

  /** From 00:00 to 24:00. */
  liveADay(): void {
    const { law, chance, dayMs } = this;
    this.join([...this.families('lowRent-2', this.poisson(law.lowRentADay)), ...this.families('publicRental-2', this.poisson(law.othersADay))], dayMs);
    const lots = Array.from({ length: this.poisson(law.homesADay / law.lot) }, () => dayMs + 9 * HOUR_MS + chance.int(0, 8 * HOUR_MS)).sort((a, b) => a - b);
    for (const atMs of lots) {
      this.serve(atMs);
      this.homes += law.lot;
      this.write('HomesOffered', atMs, { listingIds: Array.from({ length: law.lot }, (_, at) => `home-${atMs}-${at}`) });
    }
    this.serve(dayMs + WINDOW.toMs);
    for (const family of this.queue.filter(() => chance.happens(law.leaves))) {
      this.queue = this.queue.filter((other) => other !== family);
      this.write('NumbersLeft', dayMs + 20 * HOUR_MS, { numbers: [named(family)] });
    }
    this.dayMs += DAY_MS;
  }

  private serve(untilMs: number): void {
    for (;;) {
      const openedAtMs = Math.max(this.freeAtMs, this.dayMs + WINDOW.fromMs) + 1_000;
      const family = this.queue.find(({ notBeforeMs }) => notBeforeMs <= openedAtMs);
      if (this.homes === 0 || family === undefined || openedAtMs >= untilMs) {
        // What comes later finds the lane waiting.
        if (this.freeAtMs < untilMs) this.freeAtMs = untilMs;
        return;
      }
      const key = `${family.group} ${family.queueNumber}`;
      if (!this.turnDays.has(key)) this.turnDays.set(key, dayOf(openedAtMs));
      this.queue = this.queue.filter((other) => other !== family);
      const turnId = `${this.laneId}.${this.write('TurnOpened', openedAtMs, { ...named(family), ruleSet: 1 })}`;
      const outcome = this.chance.weighted(this.law.outcomes);
      const lengthMs = outcome === 'missed' || outcome === 'deferred' ? 4 * HOUR_MS : Math.floor(-Math.log(1 - this.chance.next()) * HOUR_MS) % (4 * HOUR_MS);
      const endedAtMs = openedAtMs + lengthMs;
      const type = ({ picked: 'HomePicked', passed: 'TurnPassed', missed: 'TurnMissed', deferred: 'TurnDeferred' } as const)[outcome];
      if (outcome === 'picked') this.homes -= 1;
      if (outcome === 'deferred') {
        family.notBeforeMs = this.dayMs + DAY_MS + WINDOW.fromMs;
        this.queue = [...this.queue, family].sort(compareTickets);
      }
      this.write(type, endedAtMs, { turnId, ...named(family), listingId: `home-${turnId}` });
      this.freeAtMs = endedAtMs;
    }
  }

  private families(group: Family['group'], count: number): Family[] {
    return Array.from({ length: count }, () => ({ group, tier: group === 'lowRent-2' ? 0 : 1, queueNumber: (this.last[group] += 1), notBeforeMs: 0 }));
  }

  private join(families: readonly Family[], atMs: number): void {
    if (families.length === 0) return;
    this.queue = [...this.queue, ...families].sort(compareTickets);
    this.write('NumbersJoined', atMs, { count: families.length, numbers: families.map(named) });
  }

  private write(type: string, atMs: number, open: Record<string, unknown>): number {
    this.entries.push({ seq: this.entries.length + 1, atMs, type, open });
    return this.entries.length;
  }

  private poisson(mean: number): number {
    let count = 0;
    for (let left = Math.exp(-mean), product = this.chance.next(); product > left; product *= this.chance.next()) count += 1;
    return count;
  }
}
