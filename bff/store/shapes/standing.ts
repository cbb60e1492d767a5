/** Persons (by blind index): forfeits in a row, bars from applying for a home (黑名单), credit records (信用). */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;

/** F1: what counts as giving up a batch. */
export const forfeitCauses = ['secondMiss', 'noRequest', 'gaveUpAfterPick', 'noticeNotDownloaded', 'leaseNotSigned', 'documentsRefused'] as const;

export const standingCollections = {
  /** F2. `id` is the blind index of the identity number; a person without a document has never been looked at. */
  persons: collection(
    z.strictObject({ ...base, consecutiveForfeits: z.int(), lastForfeitAtMs: nullable(ms), /** Exclusive; null: not barred. */ barredUntilMs: nullable(ms) }),
    [{ name: 'personsBarred', fields: ['barredUntilMs'] }],
  ),

  /** F1: one batch given up by one household, and the adult members it was recorded for. `id` names both: recorded once. */
  forfeits: collection(
    z.strictObject({
      ...base,
      householdId: z.string(), batchDay: z.string(), cause: z.enum(forfeitCauses), atMs: ms,
      personIds: z.array(z.string()),
      /** Who was in the household then, children too. */
      memberIds: z.array(z.string()),
      /** W6: taken back by a later act; it counts for nobody. */
      reversedAtMs: nullable(ms),
      ruleSetVersion: z.int(),
    }),
    [{ name: 'forfeitsOfHousehold', fields: ['householdId', 'atMs'] }],
  ),

  /** F2, F3: one bar of one person, automatic or by staff. */
  bars: collection(
    z.strictObject({
      ...base,
      personId: z.string(), householdId: z.string(), district: z.string(),
      cause: z.enum(['forfeits', 'blacklist']),
      fromMs: ms, /** Exclusive; null: until lifted. */ untilMs: nullable(ms),
      /** Sealed: why, as staff wrote it. */
      reasonSealed: z.string(), byStaffId: z.string(), creditRecordId: nullable(z.string()),
      state: z.enum(['standing', 'lifted']),
      liftedAtMs: nullable(ms), liftedBy: z.string(), liftReasonSealed: z.string(),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'barsOfPerson', fields: ['personId', 'state'] },
      { name: 'barsByState', fields: ['state', 'fromMs'] },
      { name: 'barsOfDistrict', fields: ['district', 'state', 'fromMs'] },
    ],
  ),

  /** F3: 信用登记: what went wrong in somebody's case, as staff noted it. */
  creditRecords: collection(
    z.strictObject({ ...base, personId: z.string(), householdId: z.string(), district: z.string(), textSealed: z.string(), atMs: ms, byStaffId: z.string() }),
    [{ name: 'creditOfHousehold', fields: ['householdId', 'atMs'] }, { name: 'creditOfPerson', fields: ['personId', 'atMs'] }],
  ),
} as const;
