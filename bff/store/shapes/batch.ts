/** 批次: households that wait for a number, the day's batches that give numbers out, and the last number of each group. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;

/** Why a household takes part in a batch: a new application, W2, M1, or W3 back from rent subsidy. */
export const candidateKinds = ['new', 'adjust', 'continue', 'fromSubsidy'] as const;

/** A place in the order of a group's candidates (G3); `id` breaks the last tie. */
const place = z.strictObject({ group: z.string(), rank: z.int(), submittedAtMs: ms, receiptNumber: z.int(), id: z.string() });

export const batchCollections = {
  /** A household that became eligible for a number (G4) and has none yet, or got one. */
  batchCandidates: collection(
    z.strictObject({
      ...base,
      kind: z.enum(candidateKinds),
      householdId: z.string(), district: z.string(), laneId: z.string(),
      group: z.string(), bedrooms: z.int(), priorityCategory: nullable(z.string()),
      /** G3: 0 before 1; follows from group and priority category (bff/domain/batch/order.ts). */
      rank: z.int(),
      submittedAtMs: ms, receiptNumber: z.int(),
      /** G4: the batch of day D takes in everyone with eligibleFromMs < 00:00 of D. */
      eligibleFromMs: ms,
      state: z.enum(['waiting', 'numbered', 'withdrawn']),
      batchDay: nullable(z.string()),
      /** The number it got. */
      ticketId: nullable(z.string()),
      /** The number it had, void from the moment it gets the new one (M1, W2). */
      previousTicketId: nullable(z.string()),
    }),
    [
      { name: 'waitingInOrder', fields: ['group', 'rank', 'submittedAtMs', 'receiptNumber'], where: { state: 'waiting' } },
      { name: 'waitingByEligibility', fields: ['eligibleFromMs'], where: { state: 'waiting' } },
      { name: 'oneWaitingPerHousehold', fields: ['householdId'], unique: true, where: { state: 'waiting' } },
      { name: 'candidatesOfHousehold', fields: ['householdId'] },
    ],
  ),

  /** One day's batch (`id` is `batch:2026-06-01`). Its numbers are seen by nobody before it is `numbered`. */
  batches: collection(
    z.strictObject({
      ...base,
      day: z.string(),
      /** `told`: every household has been sent its number. */
      state: z.enum(['numbering', 'numbered', 'told']),
      /** Who was numbered last; null before the first and after the last. */
      cursor: nullable(place),
      /** Whose household was told last. */
      toldUpTo: nullable(z.strictObject({ group: z.string(), queueNumber: z.int() })),
      /** Numbers given out, ascending within a group; one range a group unless a roll was imported in between (G6). */
      ranges: z.array(z.strictObject({ group: z.string(), fromNumber: z.int(), toNumber: z.int(), priority: z.int() })),
      startedAtMs: ms, numberedAtMs: nullable(ms), toldAtMs: nullable(ms),
      publicityId: nullable(z.string()),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'batchByDay', fields: ['day'], unique: true },
      { name: 'batchesByState', fields: ['state', 'day'] },
    ],
  ),

  /** G4: how many publicities before the batch named by `id` have not taken effect yet, and in how many looks there was no progress. */
  batchWaits: collection(z.strictObject({ ...base, left: z.int(), looks: z.int(), firstLookedAtMs: ms, lookedAtMs: ms }), []),

  /** G2: the last number of a group, generated or imported; `id` is the group. */
  groupCounters: collection(z.strictObject({ ...base, last: z.int() }), []),
} as const;
