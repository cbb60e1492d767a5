/**
 * W5: forecasts. On lanes whose law is known the ranges hold what they promise; on lanes whose law changes the record
 * shows that they do not, and nothing is shown; without a past nothing is ever shown. Never earlier further back.
 */
import fc from 'fast-check';
import { defaultRuleSet } from '../../config/default-rule-set';
import { drawFutures, type LaneNow, type LanePast } from '../../bff/domain/forecast/futures';
import { BEGINNING, DayReader, type Carry, type LaneDay, type LaneTurn } from '../../bff/domain/forecast/lane-day';
import { datedPlaces, rangesOf, type Ranges } from '../../bff/domain/forecast/ranges';
import { hasEnoughPast, isStepDay, judgeCase, judgeRecord, placesToKeep, type Tally } from '../../bff/domain/forecast/track-record';
import { addDays, startOfDay, type Day } from '../../shared/shanghai-time';
import { SyntheticLane, usualLaw, type Law } from '../support/synthetic-lane';

const HORIZON = 400;
const rules = defaultRuleSet;
const finish = <T>(steps: Generator<number, T>): T => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};
const rangesFrom = (now: LaneNow, past: LanePast, seed: string, futures = 100, percent = 80, values = rules): Ranges => finish(rangesOf(finish(drawFutures(now, past, values, HORIZON, seed, futures)), percent));

/** Lives a lane, writes its days, keeps ranges at each step, judges them when they are over: as the daily job does. */
class Watched {
  readonly days: (LaneDay & { waiting: number })[] = [];
  readonly cases: { readonly key: string; readonly madeOn: Day; readonly earliest: Day; readonly latest: Day }[] = [];
  readonly judged: { readonly outcome: ReturnType<typeof judgeCase>; readonly madeOn: Day }[] = [];
  readonly lane: SyntheticLane;
  private read = 0;

  constructor(readonly seed: string, law: Law = usualLaw, private readonly futures = 60) {
    this.lane = new SyntheticLane(seed, law);
  }
  get past(): LanePast & { historyDays: number } {
    const days = this.days.filter(({ hasRun }) => hasRun).slice(-365);
    return { days, turns: this.days.flatMap(({ turns }) => turns).slice(-500), historyDays: days.length };
  }
  get now(): LaneNow {
    const { lane } = this;
    return { atMs: startOfDay(lane.today), waiting: lane.queue.length, lowRent: lane.lowRent, homes: lane.homes, turnOpenedAtMs: null };
  }
  live(days: number): this {
    for (let i = 0; i < days; i += 1) {
      this.look();
      const { today } = this.lane;
      this.lane.liveADay();
      const reader = new DayReader(this.lane.laneId, today, this.days.at(-1)?.carry ?? BEGINNING, () => rules);
      while (this.read < this.lane.entries.length && reader.take(this.lane.entries[this.read]!)) this.read += 1;
      this.days.push({ ...reader.finish(), waiting: this.lane.queue.length });
    }
    return this;
  }
  private look(): void {
    const { lane, past } = this;
    for (const [at, kept] of [...this.cases.entries()].reverse()) {
      if (kept.latest >= lane.today) continue;
      this.cases.splice(at, 1);
      this.judged.push({ outcome: judgeCase(kept, lane.turnDays.get(kept.key) ?? null, lane.isQueued(kept.key)), madeOn: kept.madeOn });
    }
    if (!isStepDay(lane.today) || !hasEnoughPast({ historyDays: past.historyDays, turns: past.turns.length }, rules)) return;
    const ranges = rangesFrom(this.now, past, `${lane.laneId} ${this.seed} ${lane.today}`, this.futures);
    for (const place of placesToKeep(datedPlaces(ranges))) {
      const key = lane.keyAt(place);
      if (!lane.turnDays.has(key)) this.cases.push({ key, madeOn: lane.today, earliest: addDays(lane.today, ranges.earliest[place]!), latest: addDays(lane.today, ranges.latest[place]!) });
    }
  }
  tally(from: Day = ''): Tally & { early: number; late: number } {
    const of = (outcome: string) => this.judged.filter((each) => each.outcome === outcome && each.madeOn >= from).length;
    return { hits: of('hit'), early: of('early'), late: of('late'), cases: of('hit') + of('early') + of('late') };
  }
  get verdict() {
    const { historyDays, turns } = this.past;
    return judgeRecord({ historyDays, turns: turns.length }, this.tally(addDays(this.lane.today, -365)), { cases: 0, hits: 0 }, rules);
  }
}

describe('held against a known law', () => {
  const laws: Readonly<Record<string, Law>> = {
    'homes are short, as in most cities': usualLaw,
    'homes are plenty, turns are what takes time': { ...usualLaw, homesADay: 3, homes: 1_000, waiting: 1_500, othersADay: 2 },
    'homes come rarely': { ...usualLaw, homesADay: 0.35, waiting: 50, othersADay: 0.2 },
    'homes come six at a time': { ...usualLaw, lot: 6 },
    'many lowRent families go before, many leave': { ...usualLaw, lowRentADay: 0.25, leaves: 0.004 },
  };
  test.each(Object.entries(laws))('W5: an 80 %% range holds about 80 of a hundred turns where %s', (name, law) => {
    const sum = { cases: 0, hits: 0 };
    for (let seed = 0; seed < 8; seed += 1) {
      const { cases, hits } = new Watched(`${name} ${seed}`, law).live(330).tally();
      sum.cases += cases;
      sum.hits += hits;
    }
    expect(sum.cases).toBeGreaterThan(300);
    expect(sum.hits / sum.cases).toBeGreaterThan(0.72);
    expect(sum.hits / sum.cases).toBeLessThan(0.9);
  }, 120_000);

  test('W5: where the law changes, the record says so, and no days are shown until it is good again', () => {
    const watched = new Watched('abrupt', { ...usualLaw, homesADay: 2, waiting: 400, othersADay: 1.5 });
    watched.live(240);
    expect(watched.verdict.state).toBe('shown');
    watched.lane.law = { ...watched.lane.law, homesADay: 0.15 };
    watched.live(150);
    expect(watched.verdict).toMatchObject({ state: 'notAccurateEnough', record: { scope: 'lane' } });
  }, 120_000);

  test('W5: never with little history, however good it looks', () => {
    const watched = new Watched('young');
    const { lane } = watched;
    for (let day = 0; day < 59; day += 1) {
      watched.live(1);
      expect(watched.verdict.state).toBe('notEnoughHistory');
    }
    expect(watched.cases).toEqual([]);
    expect(lane.turnDays.size).toBeGreaterThan(20);
  });
});

describe('one future', () => {
  const day0 = startOfDay('2026-07-01');
  const HOUR = 3_600_000;
  const turn = (lengthH: number, outcome: LaneTurn['outcome'] = 'picked', gapH = 0): LaneTurn => ({ outcome, gapMs: gapH * HOUR, lengthMs: lengthH * HOUR, turnMs: 4 * HOUR });
  const quiet = { arrivals: [], left: 0, waiting: 10 };
  /** The day of each place where there is nothing left to chance. */
  const daysOf = (now: Partial<LaneNow>, past: Partial<LanePast>, horizon = 9, values = rules) => {
    const { days, places } = finish(drawFutures({ atMs: day0, waiting: 6, lowRent: 0, homes: 9, turnOpenedAtMs: null, ...now }, { days: [quiet], turns: [turn(1)], ...past }, values, horizon, 'x', 3));
    expect([...days.subarray(0, places)]).toEqual([...days.subarray(2 * places)]);
    return [...days.subarray(0, places)];
  };
  test('T4, Q3: one turn at a time, each begun within the window; one begun at 16:00 runs on past 18:00', () => {
    expect(daysOf({}, { turns: [turn(4)] })).toEqual([0, 0, 0, 1, 1, 1]);
    expect(daysOf({ atMs: day0 + 13 * HOUR }, { turns: [turn(4)] })).toEqual([0, 0, 1, 1, 1, 2]);
    expect(daysOf({}, { turns: [turn(16)] }).slice(0, 3)).toEqual([0, 1, 2]);
  });
  test('a pause or another lane\'s turn takes time of the window only', () => {
    expect(daysOf({}, { turns: [turn(1, 'picked', 4)] })).toEqual([0, 0, 1, 1, 2, 2]);
    expect(daysOf({}, { turns: [turn(1, 'picked', 15)] }).slice(0, 3)).toEqual([1, 3, 4]);
  });
  test('Q3: no home, no turn; a pick takes one, a miss none; they come at their time of day', () => {
    expect(daysOf({ homes: 2 }, {})).toEqual([0, 0, 10, 10, 10, 10]);
    expect(daysOf({ homes: 1 }, { turns: [turn(4, 'missed')] })).toEqual([0, 0, 0, 1, 1, 1]);
    const morning = { ...quiet, arrivals: [{ timeMs: 9 * HOUR, homes: 1, lowRent: 0 }] };
    expect(daysOf({ homes: 0 }, { days: [morning] })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(daysOf({ homes: 0, atMs: day0 + 10 * HOUR }, { days: [morning] })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(daysOf({ homes: 0 }, { days: [{ ...quiet, arrivals: [{ timeMs: 17 * HOUR, homes: 3, lowRent: 0 }] }], turns: [turn(2)] })).toEqual([0, 1, 1, 1, 2, 2]);
  });
  test('Q1: lowRent families who join go before publicRental ones, not before lowRent ones', () => {
    const joins = { ...quiet, arrivals: [{ timeMs: 0, homes: 0, lowRent: 1 }] };
    expect(daysOf({ homes: 99, lowRent: 3 }, { days: [joins], turns: [turn(4)] })).toEqual([0, 0, 0, 1, 2, 2]);
  });
  test('Q8: a deferred family comes again the next day before the others', () => {
    expect(daysOf({}, { turns: [turn(4, 'deferred')] })).toEqual([0, 0, 0, 10, 10, 10]);
  });
  test('T5: a silent family\'s turn lasts as long as the rules in force allow', () => {
    expect(daysOf({}, { turns: [turn(4, 'missed')] }, 9, { ...rules, turnMs: 2 * HOUR })).toEqual([0, 0, 0, 0, 0, 1]);
  });
  test('who leaves is passed over without a turn', () => {
    expect(daysOf({ homes: 1 }, { days: [{ arrivals: [{ timeMs: 9 * HOUR, homes: 1, lowRent: 0 }], left: 10, waiting: 10 }] })).toEqual([0, 0, 1, 1, 1, 1]);
  });
  test('the turn under way takes its time and, usually, its home', () => {
    expect(daysOf({ atMs: day0 + 9 * HOUR, turnOpenedAtMs: day0 + 8 * HOUR, homes: 2 }, { turns: [turn(4)] })).toEqual([0, 10, 10, 10, 10, 10]);
  });
});

describe('ranges', () => {
  const arrival = fc.record({ timeMs: fc.integer({ min: 0, max: 23 }).map((hour) => hour * 3_600_000), homes: fc.integer({ min: -1, max: 3 }), lowRent: fc.integer({ min: 0, max: 2 }) });
  const past = fc.record({
    days: fc.array(fc.record({ arrivals: fc.array(arrival, { maxLength: 2 }), left: fc.integer({ min: 0, max: 2 }), waiting: fc.integer({ min: 5, max: 60 }) }), { minLength: 1, maxLength: 40 }),
    turns: fc.array(fc.record({ outcome: fc.constantFrom('picked', 'passed', 'missed', 'deferred'), gapMs: fc.integer({ min: 0, max: 9_000_000 }), lengthMs: fc.integer({ min: 0, max: 14_400_000 }), turnMs: fc.constant(14_400_000) }) as fc.Arbitrary<LaneTurn>, { minLength: 1, maxLength: 30 }),
  });
  const now = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 10 }), fc.boolean(), fc.integer({ min: 0, max: 86_399_999 })).map(([waiting, lowRent, homes, running, timeMs]): LaneNow => {
    const atMs = startOfDay('2026-07-01') + timeMs;
    return { atMs, waiting, lowRent: Math.min(lowRent, waiting), homes, turnOpenedAtMs: running ? atMs - 1_000_000 : null };
  });

  test('property: W5: nobody further back is told earlier days; the same name, the same answer; nothing given is changed', () => {
    fc.assert(fc.property(now, past, fc.integer({ min: 50, max: 95 }), (lane, lived, percent) => {
      const [ranges, again] = [0, 1].map(() => rangesFrom(deepFreeze(structuredClone(lane)), deepFreeze(structuredClone(lived)), 'seed', 40, percent));
      expect(again).toEqual(ranges);
      const { earliest, latest } = ranges!;
      expect(earliest.length).toBe(latest.length);
      expect(earliest.length).toBeLessThanOrEqual(lane.waiting);
      for (let at = 0; at < earliest.length; at += 1) {
        expect(latest[at] ?? HORIZON + 1).toBeGreaterThanOrEqual(earliest[at]!);
        if (at === 0) continue;
        expect(earliest[at]!).toBeGreaterThanOrEqual(earliest[at - 1]!);
        expect(latest[at] ?? HORIZON + 1).toBeGreaterThanOrEqual(latest[at - 1] ?? HORIZON + 1);
      }
      expect(latest.slice(datedPlaces(ranges!)).every((day) => day === null)).toBe(true);
    }), { numRuns: 60 });
  });

  test('another lane or day has other futures', () => {
    const watched = new Watched('seeds').live(70);
    expect(rangesFrom(watched.now, watched.past, 'a')).not.toEqual(rangesFrom(watched.now, watched.past, 'b'));
  });

  test('W5: too few futures within the horizon: no latest day; hardly any: no place at all', () => {
    // Ten futures; the turn comes on day 3 in all but one, two, or nine of them.
    const future = (...never: number[]) => Uint16Array.from({ length: 10 }, (_, at) => (never.includes(at) ? 31 : 3));
    const range = (days: Uint16Array) => finish(rangesOf({ places: 1, horizonDays: 30, days }, 80));
    expect(range(future())).toEqual({ earliest: [3], latest: [3] });
    expect(range(future(0, 1))).toEqual({ earliest: [3], latest: [null] });
    expect(range(Uint16Array.from({ length: 10 }, () => 31))).toEqual({ earliest: [], latest: [] });
  });

  test('a short past makes broader ranges than a long one of the same pace', () => {
    const { now: lane, past: { days, turns } } = new Watched('short', { ...usualLaw, waiting: 250 }).live(60);
    const width = (repeated: number) => {
      const { earliest, latest } = rangesFrom(lane, { days: Array.from({ length: repeated }, () => days).flat(), turns }, 'x', 200);
      return latest[100]! - earliest[100]!;
    };
    expect(width(1)).toBeGreaterThan(1.2 * width(10));
  });

  test('a broader promise gives a broader range', () => {
    const watched = new Watched('broad').live(90);
    const [narrow, broad] = [50, 95].map((percent) => rangesFrom(watched.now, watched.past, 'x', 200, percent));
    const width = ({ earliest, latest }: Ranges, place: number) => latest[place]! - earliest[place]!;
    expect(width(broad!, 20)).toBeGreaterThan(width(narrow!, 20));
  });
});

describe('the record', () => {
  const range = { earliest: '2026-07-03', latest: '2026-07-10' };
  test.each([['2026-07-02', true, 'early'], ['2026-07-03', true, 'hit'], ['2026-07-10', false, 'hit'], ['2026-07-11', true, 'late'], [null, true, 'late'], [null, false, 'left']] as const)('W5: a turn on %s is %s, %s', (day, isWaiting, outcome) => {
    expect(judgeCase(range, day, isWaiting)).toBe(outcome);
  });
  const enough = { historyDays: 60, turns: 20 };
  const verdict = (lane: Tally, city: Tally = { cases: 0, hits: 0 }, past = enough) => judgeRecord(past, lane, city, { ...rules, forecastMinCases: 100 });
  test('W5: shown from so many days, turns and cases on, and only from the promised share less the tolerance', () => {
    expect(verdict({ cases: 120, hits: 97 })).toEqual({ state: 'shown', record: { scope: 'lane', cases: 120, hits: 97 } });
    expect([verdict({ cases: 100, hits: 70 }).state, verdict({ cases: 100, hits: 69 }).state]).toEqual(['shown', 'notAccurateEnough']);
    expect([{ historyDays: 59, turns: 500 }, { historyDays: 300, turns: 19 }].map((past) => verdict({ cases: 120, hits: 97 }, undefined, past).state)).toEqual(['notEnoughHistory', 'notEnoughHistory']);
  });
  test('W5: a lane with few cases is judged by the whole city\'s, one with enough by its own alone', () => {
    expect(verdict({ cases: 99, hits: 10 }, { cases: 400, hits: 320 })).toEqual({ state: 'shown', record: { scope: 'city', cases: 400, hits: 320 } });
    expect(verdict({ cases: 99, hits: 99 }, { cases: 99, hits: 99 }).state).toBe('notEnoughHistory');
    expect(verdict({ cases: 100, hits: 50 }, { cases: 900, hits: 810 }).state).toBe('notAccurateEnough');
  });
  test('places that are kept are spread over all that have days', () => {
    expect(placesToKeep(0)).toEqual([]);
    expect(placesToKeep(3)).toEqual([0, 1, 2]);
    expect(placesToKeep(120)).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115]);
    const days = Array.from({ length: 28 }, (_, at) => addDays('2026-02-20', at)).filter(isStepDay);
    expect(days).toHaveLength(4);
    expect(days.slice(1)).toEqual(days.slice(0, -1).map((day) => addDays(day, 7)));
  });
});

describe('a lane\'s day', () => {
  const HOUR = 3_600_000;
  const read = (day: Day, before: Carry, entries: readonly (readonly [hour: number, type: string, open: Record<string, unknown>])[]) => {
    const reader = new DayReader('zhanggong-2', day, before, () => rules);
    entries.forEach(([hour, type, open], at) => expect(reader.take({ seq: before.seq + at + 1, atMs: startOfDay(day) + hour * HOUR, type, open })).toBe(true));
    return reader.finish();
  };
  const number = { group: 'lowRent-2', queueNumber: 4 };
  const first = () => read('2026-07-01', BEGINNING, [
    [8, 'ListingsImported', { available: 30, count: 40 }], [8, 'NumbersJoined', { numbers: [number, number] }],
    [9, 'LaneOpened', {}], [9, 'TurnOpened', { ...number, ruleSet: 1 }], [17, 'TurnPassed', { turnId: 'zhanggong-2.4', ...number }], [17.5, 'TurnOpened', { ...number, ruleSet: 1 }],
  ]);
  test('what was there before the lane opened is no supply; turns with their length and what held them up', () => {
    expect(first()).toMatchObject({ hasRun: false, arrivals: [], turns: [{ outcome: 'passed', gapMs: 0, lengthMs: 8 * HOUR, turnMs: rules.turnMs }], carry: { seq: 6, hasOpened: true, turn: { id: 'zhanggong-2.6', gapMs: HOUR / 2 } } });
  });
  test('Q1, L4: the next day goes on: what came by the hour, homes taken out, a turn that ran over midnight, who left', () => {
    const day = read('2026-07-02', first().carry, [
      [0.1, 'NumbersJoined', { numbers: [number, { group: 'publicRental-2', queueNumber: 9 }] }], [1, 'HomePicked', { turnId: 'zhanggong-2.6', ...number }], [10.2, 'HomesOffered', { listingIds: ['a'] }], [10.7, 'HomesOffered', { listingIds: ['b'] }],
      [11, 'HomesRemoved', { removedListingIds: ['b'] }], [11.5, 'LanePaused', {}], [14, 'TurnOpened', { ...number, ruleSet: 1 }], [15, 'NumbersLeft', { numbers: [number, number] }], [16, 'TurnMissed', { turnId: 'another', ...number }],
    ]);
    expect(day).toMatchObject({
      hasRun: true, left: 2, arrivals: [{ timeMs: 0, homes: 0, lowRent: 1 }, { timeMs: 10 * HOUR, homes: 2, lowRent: 0 }, { timeMs: 11 * HOUR, homes: -1, lowRent: 0 }],
      turns: [{ outcome: 'picked', gapMs: HOUR / 2, lengthMs: 7.5 * HOUR }],
    });
    // Ready since the last home came, at 10:42: the pause is time lost.
    expect(day.carry.turn!.gapMs).toBeCloseTo(3.3 * HOUR, -3);
  });
  test('an entry of the next day is left for it', () => {
    const reader = new DayReader('zhanggong-2', '2026-07-01', BEGINNING, () => rules);
    expect(reader.take({ seq: 1, atMs: startOfDay('2026-07-02'), type: 'LaneOpened', open: {} })).toBe(false);
    expect(reader.finish().carry).toEqual(BEGINNING);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
