/** G4: which day's batch a household takes part in, and which batch is due. */
import { addDays, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';

/** The first day D with eligibleFromMs < 00:00 of D. */
export function batchDayOf(eligibleFromMs: number): Day {
  return addDays(dayOf(eligibleFromMs), 1);
}

/**
 * The batch that is due next, or null while none is. Days come in order: somebody offered late, when the batch of
 * its day is done, takes part in the next one. Days on which nobody is eligible have no batch.
 */
export function nextBatch(earliestEligibleMs: number | null, lastDay: Day | null): { readonly day: Day; readonly dueMs: number } | null {
  if (earliestEligibleMs === null) return null;
  const own = batchDayOf(earliestEligibleMs);
  const day = lastDay !== null && own <= lastDay ? addDays(lastDay, 1) : own;
  return { day, dueMs: startOfDay(day) };
}
