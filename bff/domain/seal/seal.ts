/**
 * Which day is to be sealed next, and which entries its seal covers (S2).
 *
 * An entry's `atMs` is when it was decided, which may lie before it was written: an expiry is dated at its deadline
 * even when the service was down at that moment. So a seal does not ask on which day an entry is dated. Of each
 * stream it covers what comes after the seal before, up to (not including) the first entry dated after the day. Every
 * entry written by the day's end is dated within it, hence covered; one that is written late and dated early is
 * covered by the next seal. Ranges join without gap or overlap, whenever and however often the sealing runs.
 */
import { addDays, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';
import type { SealContent } from '../../../shared/verify/seal';

/** The next day to seal: each in order, once it is over; null when none is due. `firstDay`: of the first entry there is. */
export function dayToSeal(lastDay: Day | null, firstDay: Day | null, nowMs: number): Day | null {
  const next = lastDay === null ? firstDay : addDays(lastDay, 1);
  return next !== null && next < dayOf(nowMs) ? next : null;
}

/** Those of a stream's entries that belong under the day's seal; `entries` go on where the seal got to. Fewer than given: no more follow. */
export function coveredBy<E extends { readonly atMs: number }>(day: Day, entries: readonly E[]): readonly E[] {
  const endMs = startOfDay(addDays(day, 1));
  const end = entries.findIndex(({ atMs }) => atMs >= endMs);
  return end < 0 ? entries : entries.slice(0, end);
}

/** What is signed. Streams without any entry yet are left out. */
export function sealContent(of: Omit<SealContent, 'kind'>): SealContent {
  return { kind: 'daySeal', ...of, streams: of.streams.filter(({ seq }) => seq > 0) };
}
