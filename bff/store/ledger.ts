/**
 * The ledger (操作日志, S1): append-only streams, each hash-chained with SM3, without gaps. Every entry has an
 * `open` part, published and free of personal data, and a `detail` part for staff and inspectors; the open
 * part commits to the detail by a salted hash, so a published entry can later be proven whole.
 *
 * Streams: `lane.<laneId>` (turns and picks), `group.<group>` (numbers) are public; `office` is not.
 */
import { canonicalJson } from '../../shared/canonical-json';
import { entryText, GENESIS_HASH } from '../../shared/verify/entry';
import type { Chance } from '../security/chance';
import { sm3Hex } from '../security/sm3';
import type { DocOf, LedgerEntry } from './collections';
import type { Tx } from './port';

export { GENESIS_HASH };

/** The public stream of a lane; its head is the sequence number of the lane's live view. */
export const laneStream = (laneId: string): string => `lane.${laneId}`;
/** The public stream of a group's queue numbers (G2). */
export const groupStream = (group: string): string => `group.${group}`;
/** The internal stream of one household's whole history (S1). */
export const householdStream = (householdId: string): string => `household.${householdId}`;
/** The internal stream of staff and system acts that concern no lane or group. */
export const OFFICE_STREAM = 'office';

/** What the names of published streams begin with. */
const PUBLIC_PREFIXES = ['group.', 'lane.'] as const;

/** Whether a stream is published (S2). */
export function isPublicStream(stream: string): boolean {
  return PUBLIC_PREFIXES.some((prefix) => stream.startsWith(prefix));
}

/**
 * The heads of published streams by name: all, or up to `limit` that come after the name `after`. Found by prefix:
 * households' own streams are a hundred times as many.
 */
export async function publicHeads(tx: Tx, { after = '', limit = Infinity }: { readonly after?: string; readonly limit?: number } = {}): Promise<DocOf<'ledgerHeads'>[]> {
  const heads: DocOf<'ledgerHeads'>[] = [];
  for (const prefix of PUBLIC_PREFIXES) {
    const left = limit - heads.length;
    if (left > 0) heads.push(...(await tx.ledgerHeads.find({ and: [{ id: { prefix } }, { id: { gt: after } }] }, { sort: [['id', 'asc']], ...(left === Infinity ? {} : { limit: left }) })));
  }
  return heads;
}

/** An entry's id sorts by position within its stream. */
export function ledgerEntryId(stream: string, seq: number): string {
  return `${stream}#${String(seq).padStart(10, '0')}`;
}

/** What goes into an entry's hash: everything published but the hash itself. */
export type HashedPart = Pick<LedgerEntry, 'stream' | 'seq' | 'atMs' | 'type' | 'open' | 'detailHash' | 'prevHash'>;

/** SM3 over the canonical JSON of the published part; anyone can recompute it from the public ledger. */
export function hashEntry(entry: HashedPart): string {
  return sm3Hex(entryText(entry));
}

/** SM3 over salt and detail: binds the detail without revealing it. */
export function hashDetail(salt: string, detail: string): string {
  return sm3Hex(`${salt}.${detail}`);
}

export interface NewEntry {
  readonly stream: string;
  readonly type: string;
  readonly atMs: number;
  readonly open: Readonly<Record<string, unknown>>;
  readonly detail: unknown;
}

/** Appends to a stream inside the caller's transaction; two writers of one stream conflict on its head. */
export async function appendToLedger(tx: Tx, chance: Chance, entry: NewEntry): Promise<LedgerEntry> {
  const head = await tx.ledgerHeads.get(entry.stream);
  const seq = (head?.seq ?? 0) + 1;
  const detail = canonicalJson(entry.detail);
  const salt = chance.bytes(16).toString('hex');
  const part: HashedPart = {
    stream: entry.stream, seq, atMs: entry.atMs, type: entry.type, open: { ...entry.open },
    detailHash: hashDetail(salt, detail), prevHash: head?.hash ?? GENESIS_HASH,
  };
  const hash = hashEntry(part);
  const written = await tx.ledger.insert({ id: ledgerEntryId(entry.stream, seq), ...part, detail, salt, hash });
  if (head === null) await tx.ledgerHeads.insert({ id: entry.stream, seq, hash, isPublic: isPublicStream(entry.stream) });
  else await tx.ledgerHeads.replace({ ...head, seq, hash });
  return written;
}
