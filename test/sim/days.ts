/**
 * Days and periods, reckoned anew from rules T1–T3: whole numbers of days since 1970 in Shanghai. Nothing here is
 * the program's, so that an error in its calendar shows.
 */
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const SHANGHAI = 8 * HOUR;

/** T1. */
export const dayNumber = (atMs: number): number => Math.floor((atMs + SHANGHAI) / DAY);
/** 00:00 of a day. */
export const midnight = (day: number): number => day * DAY - SHANGHAI;
/** T2: publicised from `firstDay` for `days` days, the first counted, it takes effect at this instant. */
export const effectOf = (firstDay: number, days: number): number => midnight(firstDay + days);
/** T3: a time to act that starts on the day of `startMs`, which does not count, is over at this instant. */
export const endOfPeriod = (startMs: number, days: number): number => midnight(dayNumber(startMs) + days + 1);
export const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
export const dayOfDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

/** The same date so many years on; 29 February is 28 February in a common year. */
export function yearsLater(day: number, years: number): number {
  const from = new Date(day * DAY);
  const later = new Date(Date.UTC(from.getUTCFullYear() + years, from.getUTCMonth(), from.getUTCDate()));
  if (later.getUTCMonth() !== from.getUTCMonth()) later.setUTCDate(0);
  return later.getTime() / DAY;
}
