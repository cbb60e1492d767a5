/** Forfeits, blacklist and credit records of persons (F1–F3). */
import * as z from 'zod/mini';
import { isDay } from '../shanghai-time';
import { district, pageQuery, reason } from './listing-pool-schemas';

const ms = z.int();
const nullable = z.nullable;

export const bar = z.strictObject({
  id: z.string(), version: z.int(), cause: z.enum(['forfeits', 'blacklist']), fromMs: ms,
  /** Exclusive; null: until lifted. */
  untilMs: nullable(ms),
  state: z.enum(['standing', 'lifted']), isInForce: z.boolean(), reason: z.string(), liftedAtMs: nullable(ms), liftReason: z.string(),
});
export const memberStanding = z.strictObject({
  memberId: z.string(), nameMasked: z.string(), relation: z.string(),
  consecutiveForfeits: z.int(), isBarred: z.boolean(), /** Exclusive; null while not barred, or barred until lifted. */ barredUntilMs: nullable(ms), bars: z.array(bar),
});
export const forfeit = z.strictObject({ batchDay: z.string(), cause: z.enum(['secondMiss', 'noRequest', 'gaveUpAfterPick', 'noticeNotDownloaded', 'leaseNotSigned', 'documentsRefused']), atMs: ms, persons: z.int(), /** Taken back since; it counts for nobody. */ reversedAtMs: z.nullable(ms) });
export const householdStanding = z.strictObject({ householdId: z.string(), members: z.array(memberStanding), forfeits: z.array(forfeit) });
export const myStanding = z.strictObject({ serverNowMs: ms, forfeitsToBar: z.int(), households: z.array(householdStanding) });

export const creditRecord = z.strictObject({ id: z.string(), memberId: nullable(z.string()), text: z.string(), atMs: ms, byStaffId: z.string() });
export const creditRecords = z.strictObject({ records: z.array(creditRecord) });
export const addCreditRecord = z.strictObject({ memberId: z.string().check(z.minLength(1), z.maxLength(120)), text: z.string().check(z.minLength(2, '请写明情况'), z.maxLength(500)) });

export const blacklist = z.strictObject({
  reason,
  untilDay: nullable(z.string().check(z.refine((text) => isDay(text), '请填写存在的日期，如 2028-06-01'), z.describe('限制到哪一天为止（含当天）；不填则到解除为止'))),
  creditRecordId: nullable(z.string().check(z.maxLength(120), z.describe('关联的信用记录'))),
});
export const liftBar = z.strictObject({ version: z.int(), reason });
export const barQuery = z.strictObject({ district, state: z.optional(z.enum(['standing', 'lifted'])), ...pageQuery });
export const bars = z.strictObject({ bars: z.array(z.strictObject({ ...bar.shape, householdId: z.string(), nameMasked: z.string() })), next: nullable(z.string()) });
