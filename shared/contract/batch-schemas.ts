/** Daily batches (批次) as staff see them: what was numbered, and who waits for the next. */
import * as z from 'zod/mini';
import { pageQuery } from './listing-pool-schemas';
import { group } from './waiting-schemas';

const ms = z.int();
const nullable = z.nullable;

export const batch = z.strictObject({
  day: z.string(), state: z.enum(['numbering', 'numbered', 'told']), startedAtMs: ms, numberedAtMs: nullable(ms), publicityId: nullable(z.string()),
  /** Empty while it is being numbered: nobody sees a number before all are given. `priority`: how many of them are priority households'. */
  ranges: z.array(z.strictObject({ group: z.string(), fromNumber: z.int(), toNumber: z.int(), priority: z.int() })),
});
export const batchQuery = z.strictObject(pageQuery);
export const batches = z.strictObject({
  batches: z.array(batch), next: nullable(z.string()),
  /** G4: the batch to come, as far as households wait for one. */
  upcoming: nullable(z.strictObject({ day: z.string(), dueMs: ms })),
});
export const candidateQuery = z.strictObject({ group, ...pageQuery });
/** In the order of G3 among those who wait now; whoever becomes eligible until the batch still finds its place. */
export const candidates = z.strictObject({
  candidates: z.array(z.strictObject({
    id: z.string(), kind: z.enum(['new', 'adjust', 'continue', 'fromSubsidy']), householdId: z.string(), applicantMasked: z.string(), district: z.string(),
    priorityCategory: nullable(z.string()), submittedAtMs: ms, receiptNumber: z.int(), eligibleFromMs: ms, batchDay: z.string(),
  })),
  next: nullable(z.string()),
});
