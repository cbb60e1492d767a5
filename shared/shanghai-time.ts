/**
 * Shanghai time (T1). All days of the rules are calendar days in Asia/Shanghai, which has been a fixed
 * +08:00 without daylight saving since 1991: plain arithmetic is exact, and needs no time-zone data on a
 * cheap phone. Days are `YYYY-MM-DD` strings, instants are epoch milliseconds.
 */
export type Day = string;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
const OFFSET_MS = 8 * HOUR_MS;

/** The Shanghai calendar day an instant falls on. */
export function dayOf(atMs: number): Day {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant a Shanghai day begins (00:00). Throws on a day that does not exist, such as 31 February. */
export function startOfDay(day: Day): number {
  const atMs = Date.parse(`${day}T00:00:00.000+08:00`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(atMs) || dayOf(atMs) !== day) throw new RangeError(`not a day: ${day}`);
  return atMs;
}

/** Whether the text names a day that exists. */
export function isDay(text: string): boolean {
  try {
    startOfDay(text);
    return true;
  } catch {
    return false;
  }
}

/** The day `days` after (or, negative, before) another. */
export function addDays(day: Day, days: number): Day {
  return dayOf(startOfDay(day) + days * DAY_MS);
}

/** Milliseconds since 00:00 Shanghai of the instant's own day. */
export function timeOfDayMs(atMs: number): number {
  return (((atMs + OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS;
}

/** `YYYY-MM-DD HH:mm:ss` in Shanghai, for people and registers. */
export function formatInstant(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** `HH:mm` in Shanghai. */
export function formatTime(atMs: number): string {
  return formatInstant(atMs).slice(11, 16);
}

/** `M月D日 HH:mm` in Shanghai: the form used in messages and on screens. */
export function formatMoment(atMs: number): string {
  const text = formatInstant(atMs);
  return `${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日 ${text.slice(11, 16)}`;
}
