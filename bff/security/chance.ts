/** Randomness is injected, like the clock, so that a simulation with the same seed does the same. */
import { randomBytes } from 'node:crypto';

export interface Chance {
  bytes(count: number): Buffer;
}

/** The real one. */
export const systemChance: Chance = { bytes: (count) => randomBytes(count) };
