/**
 * The versioned rule set (选房规则): every number of the rules is a field here, never a literal in code.
 * Immutable once published; tickets, turns and picks record the version they were decided under.
 */
import * as z from 'zod/mini';

const ms = z.int().check(z.minimum(0));

export const ruleSetValues = z.strictObject({
  /** Q1: waiting areas (轮候区域), each a set of districts as registers name them. */
  areas: z.array(z.strictObject({ code: z.string(), name: z.string(), districts: z.array(z.string()) })),
  /** T4: a turn may start when windowStartMs ≤ time of day < windowEndMs (Shanghai). */
  windowStartMs: ms,
  windowEndMs: ms,
  /** T5: how long a turn lasts. */
  turnMs: z.int().check(z.minimum(1)),
  /** Q2: families called up per available home. */
  callUpFactor: z.number().check(z.minimum(1), z.maximum(20)),
  /** Q3: one open turn in the whole city instead of one per lane. */
  oneTurnInCity: z.boolean(),
  /** Q8: how often a ticket may be deferred for want of proof that the family was told. */
  maxDeferrals: z.int().check(z.minimum(0), z.maximum(10)),
  /** Q8: without an SMS receipt after this long, the second channel is tried … */
  secondChannelAfterMs: ms,
  /** … and after this long, staff get a call task. */
  callTaskAfterMs: ms,
  /** M1: natural days, after the day of the miss, within which a family may ask to go on waiting. */
  continueWithinDays: z.int().check(z.minimum(1)),
  /** A1: natural days a pick is publicised. */
  resultPublicityDays: z.int().check(z.minimum(1)),
  /** T6: a heartbeat gap at least this long is an outage. */
  outageThresholdMs: z.int().check(z.minimum(1)),
});
export type RuleSetValues = z.infer<typeof ruleSetValues>;

export interface RuleSet {
  readonly version: number;
  readonly values: RuleSetValues;
}

/** The waiting area a register's district belongs to, or null: an unknown district is never guessed. */
export function areaOfDistrict(values: RuleSetValues, district: string): RuleSetValues['areas'][number] | null {
  return values.areas.find((area) => area.districts.includes(district)) ?? null;
}

/** Q1: a lane is (waiting area, bedrooms). */
export function laneIdOf(areaCode: string, bedrooms: number): string {
  return `${areaCode}-${bedrooms}`;
}
