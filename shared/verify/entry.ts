/** A published ledger entry, and what its hash is made over: the same text on the server and in everybody's hands (S1, S2). */
import { canonicalJson } from '../canonical-json';
import { sm3OfText } from './sm3';

export interface PublicEntry {
  readonly stream: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** When it was decided; it may lie a little before it was written. */
  readonly atMs: number;
  readonly type: string;
  readonly open: Readonly<Record<string, unknown>>;
  /** Binds the staff-only detail without revealing it. */
  readonly detailHash: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** The hash a stream starts from. */
export const GENESIS_HASH = '0'.repeat(64);

/** What is hashed: everything published but the hash itself, as canonical JSON. */
export function entryText({ stream, seq, atMs, type, open, detailHash, prevHash }: Omit<PublicEntry, 'hash'>): string {
  return canonicalJson({ stream, seq, atMs, type, open, detailHash, prevHash });
}

/** Whether an entry's hash is that of its content. False on any garbage. */
export function isEntryWhole(entry: PublicEntry): boolean {
  try {
    return sm3OfText(entryText(entry)) === entry.hash;
  } catch {
    return false;
  }
}

export interface ChainProblem {
  readonly seq: number;
  readonly what: 'missing' | 'notChained' | 'changed' | 'otherStream';
}

/** The first place at which a stream, given from its beginning and in order, is not what was written; null when it is whole. */
export function findBreak(stream: string, entries: readonly PublicEntry[]): ChainProblem | null {
  let before = GENESIS_HASH;
  for (const [at, entry] of entries.entries()) {
    const seq = at + 1;
    if (entry.stream !== stream) return { seq, what: 'otherStream' };
    if (entry.seq !== seq) return { seq, what: 'missing' };
    if (entry.prevHash !== before) return { seq, what: 'notChained' };
    if (!isEntryWhole(entry)) return { seq, what: 'changed' };
    before = entry.hash;
  }
  return null;
}
