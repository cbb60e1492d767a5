/** What supervision keeps: the daily seals over the public ledger with their trees (S2), and exports for inspectors (S1). */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const day = z.string();
const text = z.string();
const nullable = z.nullable;

/** States of an export: asked for, being written, ready, given up, its files gone after a week. */
export const exportStates = ['waiting', 'running', 'ready', 'failed', 'expired'] as const;

export const supervisionCollections = {
  /** A day's seal (日封存). While `building` it is only where the building has got to; `body` is empty until it is sealed. */
  seals: collection(
    z.strictObject({
      ...base,
      number: z.int(), day, state: z.enum(['building', 'sealed']), sealedAtMs: nullable(ms),
      /** Public streams by name; while building, the last of them may still be read further. */
      streams: z.array(z.strictObject({ stream: text, fromSeq: z.int(), seq: z.int(), hash: text })),
      tower: z.strictObject({ size: z.int(), floors: z.array(z.strictObject({ pages: z.int(), nodes: text })) }),
      body: text, hash: text, signature: text, keyId: text,
    }),
    [
      { name: 'oneSealPerDay', fields: ['day'], unique: true },
      { name: 'oneSealPerNumber', fields: ['number'], unique: true },
    ],
  ),

  /** Which seal covers which entries: `fromSeq < seq ≤ toSeq`. The unique ends assert that nothing is sealed twice. */
  sealRanges: collection(
    z.strictObject({ ...base, sealId: text, stream: text, fromSeq: z.int(), toSeq: z.int() }),
    [
      { name: 'oneSealPerEntryFrom', fields: ['stream', 'fromSeq'], unique: true },
      { name: 'oneSealPerEntry', fields: ['stream', 'toSeq'], unique: true },
    ],
  ),

  /** Pages of the trees, `id` = seal, floor, index. */
  sealPages: collection(z.strictObject({ ...base, nodes: text }), []),

  exports: collection(
    z.strictObject({
      ...base,
      kind: z.enum(['household', 'period']), householdId: nullable(text), fromDay: nullable(day), toDay: nullable(day),
      requestedBy: text, role: text, reason: text, unmasked: z.boolean(),
      state: z.enum(exportStates), createdAtMs: ms, finishedAtMs: nullable(ms), expiresAtMs: nullable(ms),
      rowsDone: z.int(), rowsTotal: z.int(),
      files: z.array(z.strictObject({ name: text, bytes: z.int(), sm3: text })),
      /** The process that writes it, and until when its claim holds. */
      claimedBy: text, claimedUntilMs: ms, attempts: z.int(), problem: text,
    }),
    [
      { name: 'exportsByTime', fields: ['createdAtMs'] },
      { name: 'exportsOfStaff', fields: ['requestedBy', 'createdAtMs'] },
      { name: 'exportsByState', fields: ['state', 'createdAtMs'] },
    ],
  ),
} as const;
