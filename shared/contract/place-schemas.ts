/** W5: why a family's place changed, and when its turn may come. */
import * as z from 'zod/mini';
import { timelineKinds } from '../timeline-words';

const ms = z.int();
const day = z.string();
const nullable = z.nullable;

export const timelineQuery = z.strictObject({
  after: z.optional(z.string().check(z.regex(/^\d{1,10}\.\d{1,7}\.(queued|onTurn|gone)$/), z.describe('上一页的 next'))),
  limit: z.optional(z.string().check(z.regex(/^([1-9]|[1-4]\d|50)$/), z.describe('每页条数，1–50'))),
});
export const timelineItem = z.strictObject({
  /** Position in the lane's public ledger (`lane.<laneId>`): anyone can look the entry up there. */
  seq: z.int(), atMs: ms, kind: z.enum(timelineKinds),
  /** Families before this one, before and after it happened; null while the number was not waiting in the queue. */
  before: nullable(z.int()), after: nullable(z.int()),
  /** Families or homes it is about; of many families only the first numbers are named. */
  count: z.int(), numbers: z.array(z.strictObject({ group: z.string(), queueNumber: z.int() })),
  reason: nullable(z.enum(['renewed', 'ended', 'lowRentFirst', 'lowerNumber'])),
  /** The whole of it as a sentence to show. */
  text: z.string(),
});
export const timeline = z.strictObject({
  ticketId: z.string(), group: z.string(), queueNumber: z.int(),
  state: z.enum(['publicised', 'queued', 'onTurn', 'picked', 'missed', 'renewing', 'forfeited', 'void']),
  ahead: nullable(z.int()),
  /** Newest first. A page may be short, even empty, and not be the last: `next` says. */
  items: z.array(timelineItem), next: nullable(z.string()),
});

/** How such ranges did so far: of `cases` whose days are over, `hits` held the day on which the turn came. */
const record = z.strictObject({ scope: z.enum(['lane', 'city']), cases: z.int(), hits: z.int() });
const text = z.string();
export const forecast = z.discriminatedUnion('state', [
  /** The turn comes between these two days, both included, with about `percent` in a hundred. Made at the beginning of `asOfDay`. */
  z.strictObject({ state: z.literal('range'), asOfDay: day, earliestDay: day, latestDay: day, percent: z.int(), record, text }),
  /** Too far off for days: possibly, or probably (`isUnlikely`), not within so many days. */
  z.strictObject({ state: z.literal('farOff'), asOfDay: day, horizonDays: z.int(), isUnlikely: z.boolean(), record, text }),
  z.strictObject({ state: z.literal('notEnoughHistory'), text }),
  z.strictObject({ state: z.literal('notAccurateEnough'), record, text }),
  /** No range now: not in the queue, the lane stands still, today's is not ready, or the number's place became another today. */
  z.strictObject({ state: z.enum(['notWaiting', 'laneNotOpen', 'beingPrepared', 'notYetToday']), text }),
]);
export type Forecast = z.infer<typeof forecast>;
