/** W5: where numbers left the queue, what each day brought a lane, the ranges of today and how earlier ones did. Nothing personal. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const day = z.string();
const text = z.string();
const nullable = z.nullable;

/** `left`: the number left the queue before its turn came, so nobody knows when it would have. */
export const forecastCaseStates = ['open', 'hit', 'early', 'late', 'left'] as const;

export const placeCollections = {
  /** `id` is the ticket's. Its timeline begins at this entry of the lane's stream, with so many before it; one that left by its turn has the turn. */
  queueExits: collection(z.strictObject({ ...base, seq: z.int(), ahead: z.int() }), []),

  /** One day of one lane, as forecasts draw from it. Written once, from the ledger, when the day is over. */
  laneDays: collection(
    z.strictObject({
      ...base,
      laneId: text, day,
      /** The lane had been opened before the day began. */
      hasRun: z.boolean(),
      /** By time of day: homes that came or (negative) went, lowRent families that joined. */
      arrivals: z.array(z.strictObject({ timeMs: ms, homes: z.int(), lowRent: z.int() })),
      turns: z.array(z.strictObject({ outcome: z.enum(['picked', 'passed', 'missed', 'deferred']), gapMs: ms, lengthMs: ms, turnMs: ms })),
      /** Families that left the queue before their turn, and how many waited when the day was written. */
      left: z.int(), waiting: z.int(),
      /** What the next day begins with. */
      carry: z.strictObject({
        seq: z.int(), hasOpened: z.boolean(), readySinceMs: nullable(ms),
        turn: nullable(z.strictObject({ id: text, openedAtMs: ms, gapMs: ms, ruleSet: z.int() })),
      }),
    }),
    [{ name: 'oneDayOfLane', fields: ['laneId', 'day'], unique: true }],
  ),

  /** `id` is the lane's: the ranges of `day`, by place in the lane's order as it stood after the entry `seq`. */
  laneForecasts: collection(
    z.strictObject({
      ...base,
      day, asOfMs: ms, seq: z.int(), hasTurn: z.boolean(), waiting: z.int(),
      /** What the ranges rest on; without enough of it there are none. */
      historyDays: z.int(), turns: z.int(),
      /** Days after `day`; places further back than the last are beyond the horizon altogether, a latest of null is. */
      horizonDays: z.int(), percent: z.int(), earliest: z.array(z.int()), latest: z.array(nullable(z.int())),
      /** How the lane's earlier ranges did, and the whole city's. */
      laneCases: z.int(), laneHits: z.int(), cityCases: z.int(), cityHits: z.int(),
      ruleSetVersion: z.int(),
    }),
    [],
  ),

  /** A range that was made for one number, to be held against the day its turn came. Kept whether or not it was shown to anybody. */
  forecastCases: collection(
    z.strictObject({ ...base, laneId: text, ticketId: text, madeOn: day, madeAtMs: ms, earliest: day, latest: day, percent: z.int(), state: z.enum(forecastCaseStates), turnDay: nullable(day) }),
    [{ name: 'casesOfLane', fields: ['laneId', 'state', 'latest'] }],
  ),
} as const;
