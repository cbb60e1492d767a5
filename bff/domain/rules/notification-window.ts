/** T4: the notification window, 08:00 ≤ local time < 18:00. */
import { addDays, dayOf, startOfDay, timeOfDayMs } from '../../../shared/shanghai-time';
import type { RuleSetValues } from './rule-set';

type Window = Pick<RuleSetValues, 'windowStartMs' | 'windowEndMs'>;

/** Whether a turn may start at this instant. The end is exclusive: at 18:00:00.000 it may not. */
export function isWindowOpen(window: Window, atMs: number): boolean {
  const time = timeOfDayMs(atMs);
  return time >= window.windowStartMs && time < window.windowEndMs;
}

/** The first opening of the window strictly after this instant. */
export function nextWindowStart(window: Window, atMs: number): number {
  const today = startOfDay(dayOf(atMs)) + window.windowStartMs;
  return today > atMs ? today : startOfDay(addDays(dayOf(atMs), 1)) + window.windowStartMs;
}

/** The first instant at or after this one at which a turn may start. */
export function windowAtOrAfter(window: Window, atMs: number): number {
  return isWindowOpen(window, atMs) ? atMs : nextWindowStart(window, atMs);
}
