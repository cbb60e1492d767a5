/** F1, F2: what a forfeit, a signed lease and time do to a person's standing. Pure. */
import { addDays, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';
import type { RuleSetValues } from '../rules/rule-set';

export interface Standing {
  /** Batches given up since the last lease or the last bar. */
  readonly consecutiveForfeits: number;
  /** Exclusive; null: not barred. */
  readonly barredUntilMs: number | null;
}

type BarRules = Pick<RuleSetValues, 'forfeitsToBar' | 'barYears'>;

/** F2: may not apply for a home at this instant. */
export function isBarred(person: Pick<Standing, 'barredUntilMs'> | null, nowMs: number): boolean {
  return person?.barredUntilMs != null && nowMs < person.barredUntilMs;
}

/** F1, F2: one more batch given up. `barUntilMs` is set when it is the one too many; the count starts anew then. */
export function afterForfeit(standing: Standing, atMs: number, rules: BarRules): { readonly consecutiveForfeits: number; readonly barUntilMs: number | null } {
  const count = standing.consecutiveForfeits + 1;
  if (count < rules.forfeitsToBar) return { consecutiveForfeits: count, barUntilMs: null };
  return { consecutiveForfeits: 0, barUntilMs: startOfDay(addDays(addYears(dayOf(atMs), rules.barYears), 1)) };
}

/** The same day so many years later; 29 February becomes 28 February in a common year. */
export function addYears(day: Day, years: number): Day {
  const later = `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;
  return later.endsWith('-02-29') && !isLeap(Number(later.slice(0, 4))) ? `${later.slice(0, 8)}28` : later;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/**
 * F1: whether the holder of an identity number is of age on a day. The birth date is digits 7–14 (GB 11643, and the
 * permits of foreigners, Hong Kong, Macao and Taiwan alike); who cannot be read is taken to be of age.
 */
export function isAdult(identity: string, onDay: Day, adultAgeYears: number): boolean {
  const digits = /^\d{6}(\d{4})(\d{2})(\d{2})/.exec(identity);
  if (digits === null) return true;
  return addYears(`${digits[1]}-${digits[2]}-${digits[3]}`, adultAgeYears) <= onDay;
}
