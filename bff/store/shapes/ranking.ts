/** Q9: homes a family ranked beforehand, and its consent that one of them is picked for it at its deadline. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const ms = z.int();

export const rankingCollections = {
  /** `id` is the ticket's: a ranking belongs to one number, a new number has none. */
  rankings: collection(
    z.strictObject({
      id: z.string(), version: z.int(),
      householdId: z.string(), laneId: z.string(),
      /** Best first. */
      listingIds: z.array(z.string()), rankedAtMs: ms,
      /** The consent to exactly this order, under which wording; null: none, or revoked. */
      agreed: z.nullable(z.strictObject({
        atMs: ms, wording: z.int(),
        /** Q10: who recorded it at a service window, and how the family consented; null: the family itself. */
        assisted: z.nullable(z.strictObject({ staffId: z.string(), place: z.string(), consent: z.string() })),
      })),
    }),
    [],
  ),
} as const;
