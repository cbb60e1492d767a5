/**
 * How periods are counted. Two kinds that are easy to confuse: a publicity counts its first day (T2), a time in
 * which a family must act does not (T3). All days are Shanghai calendar days (T1).
 */
import { addDays, dayOf, DAY_MS, startOfDay, type Day } from '../../../shared/shanghai-time';
import { addWorkingDays, isMissingYear, type MissingYear, type WorkCalendar } from './working-days';

/** T2: a publicity of `days` natural days from `firstDay` covers firstDay … firstDay + days − 1. */
export interface PublicityPeriod {
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** 00:00 of the day after: what was publicised takes effect then. */
  readonly takesEffectMs: number;
}

/** T2. `days` ≥ 1. */
export function publicityPeriod(firstDay: Day, days: number): PublicityPeriod {
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`a publicity lasts whole days, not ${days}`);
  return { firstDay, lastDay: addDays(firstDay, days - 1), takesEffectMs: startOfDay(addDays(firstDay, days)) };
}

export interface ActPeriod {
  /** The last day on which the family may still act, until 24:00. */
  readonly lastDay: Day;
  /** Exclusive: at this instant it is too late. */
  readonly endsMs: number;
}

/** How the days of a period are counted: 自然日 or 工作日. */
export const periodKinds = ['natural', 'working'] as const;
export type PeriodKind = (typeof periodKinds)[number];

/**
 * T3: a time in which somebody must act, of `days` natural or working days after the day it starts on. A working
 * period that reaches into a year without a loaded notice has no end anybody could state: it is refused.
 */
export function actPeriod(startedAtMs: number, days: number, kind: PeriodKind, calendar: WorkCalendar): ActPeriod | MissingYear {
  if (kind === 'natural') return naturalActPeriod(startedAtMs, days);
  const lastDay = addWorkingDays(dayOf(startedAtMs), days, calendar);
  return isMissingYear(lastDay) ? lastDay : { lastDay, endsMs: startOfDay(addDays(lastDay, 1)) };
}

/**
 * T6, for a time counted in days: where it ends once the service was away for part of it. It moves by the whole days
 * that cover what was lost, so that it still ends at 24:00; what is shorter than `ignoredBelowMs` moves nothing, unless
 * the end itself fell into the outage. Whatever was left when the outage began is left when it is over.
 */
export function endAfterOutage(period: { readonly startedAtMs: number; readonly endsMs: number }, outage: { readonly fromMs: number; readonly toMs: number }, ignoredBelowMs: number): number {
  const { startedAtMs, endsMs } = period;
  const lostMs = outage.toMs - Math.max(outage.fromMs, startedAtMs);
  if (outage.fromMs >= endsMs || lostMs <= 0) return endsMs;
  if (lostMs < ignoredBelowMs && outage.toMs < endsMs) return endsMs;
  return endsMs + Math.ceil(lostMs / DAY_MS) * DAY_MS;
}

/** T3, natural days: started on day X, it ends at 24:00 of X + days. */
export function naturalActPeriod(startedAtMs: number, days: number): ActPeriod {
  const lastDay = addDays(dayOf(startedAtMs), days);
  return { lastDay, endsMs: startOfDay(addDays(lastDay, 1)) };
}
