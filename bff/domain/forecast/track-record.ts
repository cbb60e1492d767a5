/**
 * Whether a forecast may be shown (W5): ranges are made at regular steps whether or not anybody sees them, each from what
 * was known on its day, and held against the day the turn came. Shown only with that record, and only while it is good. Pure.
 */
import { startOfDay, DAY_MS, type Day } from '../../../shared/shanghai-time';
import type { RuleSetValues } from '../rules/rule-set';

/** Every so many days ranges are kept to be judged later, for so many places from the first to the last that has days. */
export const STEP_DAYS = 7;
export const PLACES_KEPT = 12;
/** Turns a lane must have seen before its futures are drawn at all. */
export const MIN_TURNS = 20;

export function isStepDay(day: Day): boolean {
  // Shanghai's midnights lie a third of a day before those the division counts.
  return Math.round(startOfDay(day) / DAY_MS + 1 / 3) % STEP_DAYS === 0;
}

/** The places whose ranges are kept: spread evenly over those that have days. */
export function placesToKeep(dated: number): number[] {
  const places = Array.from({ length: Math.min(PLACES_KEPT, dated) }, (_, at) => Math.floor(((at + 0.5) * dated) / Math.min(PLACES_KEPT, dated)));
  return [...new Set(places)];
}

/**
 * What became of a range. Judged only once its last day is over, whatever came before: a range judged as soon as the turn
 * came would be judged sooner when it came sooner, and the record would be of those. `turnDay`: its first turn since, if any.
 */
export function judgeCase({ earliest, latest }: { readonly earliest: Day; readonly latest: Day }, turnDay: Day | null, isWaiting: boolean): 'hit' | 'early' | 'late' | 'left' {
  if (turnDay === null) return isWaiting ? 'late' : 'left';
  if (turnDay < earliest) return 'early';
  return turnDay > latest ? 'late' : 'hit';
}

export interface Tally {
  readonly cases: number;
  readonly hits: number;
}

export type Verdict =
  | { readonly state: 'notEnoughHistory' }
  | { readonly state: 'notAccurateEnough' | 'shown'; readonly record: Tally & { readonly scope: 'lane' | 'city' } };

type Rules = Pick<RuleSetValues, 'forecastMinDays' | 'forecastMinCases' | 'forecastPercent' | 'forecastTolerance'>;

/** Enough of the lane's own past to draw futures from. */
export function hasEnoughPast({ historyDays, turns }: { readonly historyDays: number; readonly turns: number }, rules: Pick<Rules, 'forecastMinDays'>): boolean {
  return historyDays >= rules.forecastMinDays && turns >= MIN_TURNS;
}

/** The lane's own record decides; the whole city's where the lane has too few cases yet. */
export function judgeRecord(past: { readonly historyDays: number; readonly turns: number }, lane: Tally, city: Tally, rules: Rules): Verdict {
  if (!hasEnoughPast(past, rules)) return { state: 'notEnoughHistory' };
  const scope = lane.cases >= rules.forecastMinCases ? 'lane' : 'city';
  const { cases, hits } = scope === 'lane' ? lane : city;
  if (cases < rules.forecastMinCases) return { state: 'notEnoughHistory' };
  const isGood = hits * 100 >= cases * (rules.forecastPercent - rules.forecastTolerance);
  return { state: isGood ? 'shown' : 'notAccurateEnough', record: { scope, cases, hits } };
}
