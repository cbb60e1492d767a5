/**
 * Checking a day's seal (日封存), its place in the chain of seals, and the proof that an entry is under it (S2).
 * Pure and without node:crypto: the same code runs in a browser, a mini-program and the inspector's command line.
 */
import { DAY_MS, isDay, startOfDay } from '../shanghai-time';
import { GENESIS_HASH, isEntryWhole, type PublicEntry } from './entry';
import { hashBytes, rootOfPath } from './merkle';
import { canVerifySm2, verifySm2 } from './sm2';
import { sm3OfText } from './sm3';

/** One public stream under a seal: its entries `fromSeq + 1 … seq` are leaves of that day; its head is then `hash`. */
export interface SealedStream {
  readonly stream: string;
  readonly fromSeq: number;
  readonly seq: number;
  readonly hash: string;
}

/** What is signed, as canonical JSON. */
export interface SealContent {
  readonly kind: 'daySeal';
  /** From 1, one a day, without gaps. */
  readonly number: number;
  readonly day: string;
  /** Entries under this seal, and the root of the tree over them in the order of `streams`, then seq. */
  readonly size: number;
  readonly root: string;
  /** Every public stream there was at the day's end, by name. */
  readonly streams: readonly SealedStream[];
  /** SM3 of the text of the seal before; zeros for the first. */
  readonly prevHash: string;
}

/** A signed text: how seals and receipts are published. */
export interface Signed {
  readonly body: string;
  readonly signature: string;
  readonly keyId: string;
}

export interface EntryProof {
  readonly entry: PublicEntry;
  /** Hashes from the leaf's neighbour up to the root. */
  readonly path: readonly string[];
  readonly seal: Signed;
}

/** Public keys a reader trusts, by id. Where they come from is the reader's business: paper, another site, memory. */
export type TrustedKeys = Readonly<Record<string, string>>;

/** `unknownKey` and `cannotCheck` prove nothing either way. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unknownKey' | 'cannotCheck';

/** Whether a text was signed with a key one trusts. */
export function checkSignature(signed: Signed, keys: TrustedKeys): SignatureVerdict {
  const key = Object.prototype.hasOwnProperty.call(keys, signed.keyId) ? keys[signed.keyId] : undefined;
  if (key === undefined) return 'unknownKey';
  if (!canVerifySm2()) return 'cannotCheck';
  return verifySm2(key, signed.body, signed.signature) ? 'valid' : 'invalid';
}

/** The hash a seal is known by: what the next seal names, and what two people compare. */
export function hashOfSeal(seal: Pick<Signed, 'body'>): string {
  return sm3OfText(seal.body);
}

/** The content of a seal's text; null when it is not a seal, or contradicts itself. */
export function readSeal(body: string): SealContent | null {
  let content: SealContent;
  try {
    content = JSON.parse(body) as SealContent;
    if (content.kind !== 'daySeal' || !isCount(content.number) || content.number < 1 || !isCount(content.size)) return null;
    if (typeof content.day !== 'string' || !isDay(content.day) || hashBytes(content.root) === null || hashBytes(content.prevHash) === null) return null;
    let leaves = 0;
    let before = '';
    for (const { stream, fromSeq, seq, hash } of content.streams) {
      if (typeof stream !== 'string' || stream <= before || !isCount(fromSeq) || !isCount(seq) || seq < fromSeq || hashBytes(hash) === null) return null;
      leaves += seq - fromSeq;
      before = stream;
    }
    return leaves === content.size ? content : null;
  } catch {
    return null;
  }
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The place of an entry among the leaves of a seal, from 0; null when the seal does not cover it. */
export function leafIndex(content: Pick<SealContent, 'streams'>, stream: string, seq: number): number | null {
  let before = 0;
  for (const one of content.streams) {
    if (one.stream === stream) return seq > one.fromSeq && seq <= one.seq ? before + seq - one.fromSeq - 1 : null;
    before += one.seq - one.fromSeq;
  }
  return null;
}

export type ProofProblem = 'entryChanged' | 'notASeal' | 'notCovered' | 'notUnderRoot' | 'lastIsNotHead' | 'datedAfterDay';

/** What is wrong with a proof, the signature apart; null when the entry is under the seal, unchanged. */
export function findProofProblem(proof: EntryProof): ProofProblem | null {
  const { entry } = proof;
  if (!isEntryWhole(entry)) return 'entryChanged';
  const content = readSeal(proof.seal.body);
  if (content === null) return 'notASeal';
  if (entry.atMs >= startOfDay(content.day) + DAY_MS) return 'datedAfterDay';
  const index = leafIndex(content, entry.stream, entry.seq);
  if (index === null) return 'notCovered';
  if (rootOfPath(entry.hash, index, content.size, proof.path) !== content.root) return 'notUnderRoot';
  const head = content.streams.find(({ stream }) => stream === entry.stream);
  return head !== undefined && head.seq === entry.seq && head.hash !== entry.hash ? 'lastIsNotHead' : null;
}

export interface SealProblem {
  readonly number: number;
  readonly what: 'notASeal' | 'badSignature' | 'missing' | 'notChained' | 'dayOutOfOrder' | 'streamWentBack' | 'streamVanished' | 'leftOut';
}

/**
 * The first thing wrong with a run of consecutive seals, in order: each must be signed, name the one before, be the
 * next day, and go on with every stream exactly where the one before left off. With `fromStart`, the first given is
 * the first there is. Signatures by a key one does not have are not a problem here: look at `checkSignature`.
 */
export function findSealProblem(seals: readonly Signed[], keys: TrustedKeys, nextDay: (day: string) => string, fromStart = false): SealProblem | null {
  let before: { readonly content: SealContent; readonly hash: string } | null = null;
  for (const seal of seals) {
    const content = readSeal(seal.body);
    if (content === null) return { number: (before?.content.number ?? 0) + 1, what: 'notASeal' };
    const { number } = content;
    if (checkSignature(seal, keys) === 'invalid') return { number, what: 'badSignature' };
    if (before === null) {
      if (fromStart && (number !== 1 || content.prevHash !== GENESIS_HASH)) return { number, what: 'missing' };
      if (number === 1 && content.streams.some(({ fromSeq }) => fromSeq !== 0)) return { number, what: 'leftOut' };
    } else {
      if (number !== before.content.number + 1) return { number, what: 'missing' };
      if (content.prevHash !== before.hash) return { number, what: 'notChained' };
      if (content.day !== nextDay(before.content.day)) return { number, what: 'dayOutOfOrder' };
      const problem = findStreamProblem(before.content, content);
      if (problem !== null) return { number, what: problem };
    }
    before = { content, hash: hashOfSeal(seal) };
  }
  return null;
}

function findStreamProblem(before: SealContent, after: SealContent): SealProblem['what'] | null {
  const now: Record<string, SealedStream> = {};
  for (const one of after.streams) now[one.stream] = one;
  for (const { stream, seq, hash } of before.streams) {
    const next = now[stream];
    if (next === undefined) return 'streamVanished';
    if (next.fromSeq < seq) return 'streamWentBack';
    if (next.fromSeq > seq) return 'leftOut';
    if (next.seq === seq && next.hash !== hash) return 'streamWentBack';
    delete now[stream];
  }
  return Object.keys(now).some((stream) => now[stream]!.fromSeq !== 0) ? 'leftOut' : null;
}
