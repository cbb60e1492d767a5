/** What happens to a household between its number and its home: misses, requests for a change, rent subsidies, contact. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;

export const waitingCollections = {
  /** M1, M2: a turn that ended without a pick. `id` is `miss-<ticketId>`: a number is missed once. */
  misses: collection(
    z.strictObject({
      ...base,
      ticketId: z.string(), householdId: z.string(), batchDay: z.string(), missedAtMs: ms,
      /** Exclusive: the family may ask to go on waiting before this instant (T3). Null on a second miss (M2). */
      continueUntilMs: nullable(ms),
      /** `open`: may still ask; `asked`: in publicity; `continued`: takes part in a batch; `refused`: an objection was upheld. */
      state: z.enum(['open', 'asked', 'continued', 'refused', 'forfeited', 'ended']),
      requestedAtMs: nullable(ms), receiptNumber: nullable(z.int()), publicityId: nullable(z.string()),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'missesDue', fields: ['state', 'continueUntilMs'] },
      { name: 'missesOfHousehold', fields: ['householdId', 'missedAtMs'] },
    ],
  ),

  /** W2, W3: asked by the family, decided by its district. */
  waitingRequests: collection(
    z.strictObject({
      ...base,
      kind: z.enum(['adjust', 'toSubsidy', 'fromSubsidy']),
      householdId: z.string(), district: z.string(),
      /** The number asked about; null when coming back from rent subsidy. */
      ticketId: nullable(z.string()),
      /** The group asked for; null when leaving for rent subsidy. */
      group: nullable(z.string()),
      reasonSealed: z.string(), receiptNumber: z.int(),
      state: z.enum(['open', 'approved', 'rejected', 'withdrawn']),
      requestedAtMs: ms, decidedAtMs: nullable(ms), decidedBy: z.string(), /** Sealed as the reason is: either may name people. */ answerSealed: z.string(),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'oneOpenRequestPerHousehold', fields: ['householdId'], unique: true, where: { state: 'open' } },
      { name: 'requestsOfHousehold', fields: ['householdId', 'requestedAtMs'] },
      { name: 'requestsByState', fields: ['state', 'requestedAtMs'] },
      { name: 'requestsOfDistrict', fields: ['district', 'state', 'requestedAtMs'] },
    ],
  ),

  /** 租赁补贴家庭库: households that get rent subsidy instead of a home (W3). */
  subsidies: collection(
    z.strictObject({
      ...base,
      householdId: z.string(), district: z.string(),
      state: z.enum(['running', 'stopped', 'converted']),
      fromMs: ms, endedAtMs: nullable(ms), endedBy: z.string(), reasonSealed: z.string(),
    }),
    [
      { name: 'oneRunningSubsidyPerHousehold', fields: ['householdId'], unique: true, where: { state: 'running' } },
      { name: 'subsidiesByState', fields: ['state', 'fromMs'] },
      { name: 'subsidiesOfDistrict', fields: ['district', 'state', 'fromMs'] },
      { name: 'subsidiesOfHousehold', fields: ['householdId', 'fromMs'] },
    ],
  ),

  /** Whether a family near its turn confirmed that its number still reaches it; `ended` once it waits no longer. `id` is the household's. */
  contacts: collection(
    z.strictObject({ ...base, district: z.string(), state: z.enum(['asked', 'confirmed', 'ended']), askedAtMs: nullable(ms), confirmedAtMs: nullable(ms) }),
    [
      { name: 'contactsByState', fields: ['state', 'askedAtMs'] },
      { name: 'contactsOfDistrict', fields: ['district', 'state', 'askedAtMs'] },
    ],
  ),

  /** The last receipt number given out (G3's last tie); one document, `id` is `receipts`. */
  receiptCounters: collection(z.strictObject({ ...base, last: z.int() }), []),
} as const;
