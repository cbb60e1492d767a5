/** What travels about daily seals (S2) and exports for inspectors (S1). */
import * as z from 'zod/mini';
import { day } from './listing-pool-schemas';
import { ledgerEntry } from './schemas';

const label = (description: string) => z.describe<string>(description);
const nullable = z.nullable;

// Seals ---------------------------------------------------------------------------------------------------

export const sealContent = z.strictObject({
  kind: z.literal('daySeal'), number: z.int(), day: z.string(),
  /** Entries under this seal, and the root of the tree over them, in the order of `streams` and then of seq. */
  size: z.int(), root: z.string(),
  /** Every public stream: entries `fromSeq + 1 … seq` are under this seal, and its head is `hash`. */
  streams: z.array(z.strictObject({ stream: z.string(), fromSeq: z.int(), seq: z.int(), hash: z.string() })),
  prevHash: z.string(),
});
/** `body` is canonical JSON of `content`, signed as it stands (SM2 with SM3); `hash` is its SM3, named by the next seal. */
export const seal = z.strictObject({ content: sealContent, body: z.string(), hash: z.string(), signature: z.string(), keyId: z.string(), publicKey: z.string() });
export const sealQuery = z.strictObject({
  beforeNumber: z.optional(z.string().check(z.regex(/^[1-9]\d{0,8}$/))), limit: z.optional(z.string().check(z.regex(/^[1-9]\d?$/))),
});
/** Newest first; `nextBeforeNumber` asks for the page after. */
export const sealPage = z.strictObject({ seals: z.array(seal), nextBeforeNumber: nullable(z.int()) });
export const entryProof = z.strictObject({ entry: ledgerEntry, index: z.int(), path: z.array(z.string()), seal });

/** The numbers of the rules that turns are judged by, of every version that was ever in force: what a replay of a lane needs. */
export const publicRules = z.strictObject({
  rules: z.array(z.strictObject({ version: z.int(), effectiveAtMs: z.int(), windowStartMs: z.int(), windowEndMs: z.int(), turnMs: z.int(), maxDeferrals: z.int(), rankedPickOffered: z.boolean() })),
});

// Exports -------------------------------------------------------------------------------------------------

export const requestExport = z.strictObject({
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('household'), householdId: z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[A-Za-z0-9_.:-]+$/), label('家庭编号')) }),
    z.strictObject({ kind: z.literal('period'), fromDay: day, toDay: day }),
  ]),
  reason: z.string().check(z.minLength(2, '请写明导出事由'), z.maxLength(200), label('导出事由')),
  /** Names, identity numbers and phones in full; only where the reason needs it, and recorded by itself (P2). */
  unmasked: z.boolean(),
});
export const exportFile = z.strictObject({ name: z.string(), bytes: z.int(), sm3: z.string() });
export const exportView = z.strictObject({
  id: z.string(),
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('household'), householdId: z.string() }),
    z.strictObject({ kind: z.literal('period'), fromDay: z.string(), toDay: z.string() }),
  ]),
  reason: z.string(), unmasked: z.boolean(), requestedBy: z.string(),
  state: z.enum(['waiting', 'running', 'ready', 'failed', 'expired']),
  createdAtMs: z.int(), finishedAtMs: nullable(z.int()), expiresAtMs: nullable(z.int()),
  rowsDone: z.int(), rowsTotal: z.int(),
  files: z.array(exportFile),
  problem: z.string(),
});
export const exportQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.maxLength(64), z.regex(/^[A-Za-z0-9_-]+$/))), limit: z.optional(z.string().check(z.regex(/^[1-9]\d?$/))),
});
export const exportPage = z.strictObject({ exports: z.array(exportView), nextCursor: nullable(z.string()) });

// The whole ledger, for staff --------------------------------------------------------------------------------

const idLike = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.regex(/^[A-Za-z0-9_.:#-]+$/), label(description));
/** S1: any of these together. Internal ids only: names and numbers of people never travel in an address. */
export const ledgerSearch = z.strictObject({
  householdId: z.optional(idLike('家庭编号')), actorId: z.optional(idLike('操作人编号')), type: z.optional(z.string().check(z.regex(/^[A-Za-z]{2,40}$/), label('事项代码'))),
  stream: z.optional(idLike('链')), fromDay: z.optional(day), toDay: z.optional(day),
  cursor: z.optional(idLike('上一页最后一条')), limit: z.optional(z.string().check(z.regex(/^[1-9]\d?$/))),
});
/** Newest first. A page may hold fewer than asked for, even none, and still have a next: it looked at as many entries as one request may. */
export const ledgerFound = z.strictObject({
  entries: z.array(z.strictObject({
    id: z.string(), stream: z.string(), seq: z.int(), atMs: z.int(), type: z.string(), /** What the kind is called. */ title: z.string(),
    actor: nullable(z.strictObject({ kind: z.string(), id: z.string(), name: z.string(), role: nullable(z.string()), roleName: z.string() })),
    from: z.string(), why: z.string(), /** In words; numbers of people masked. */ open: z.string(), detail: z.string(), hash: z.string(),
  })),
  nextCursor: nullable(z.string()),
});

export type SealView = z.infer<typeof seal>;
export type EntryProofView = z.infer<typeof entryProof>;
export type ExportView = z.infer<typeof exportView>;
