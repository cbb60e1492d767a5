/**
 * Proves or disproves a store's ledger (操作日志, S1, S2): every stream gapless from 1, every hash recomputed and
 * chained, every detail bound to its entry, every head in agreement with its last entry, every published stream
 * with the day seals (verify-seals.ts). The ledger's own indexes are not trusted: entries are walked by id, the order
 * they lie in, and each must be what its id says.
 *
 * One page, one read: memory stays constant, and a server on another machine may append meanwhile.
 */
import { DAY_MS, dayOf, formatInstant } from '../../../shared/shanghai-time';
import { canonicalJson } from '../../../shared/canonical-json';
import type { LedgerEntry } from '../../store/collections';
import { GENESIS_HASH, hashDetail, hashEntry, isPublicStream, ledgerEntryId } from '../../store/ledger';
import type { Store, Tx } from '../../store/port';
import { SealBook, type LedgerProblem, type SealsOptions } from './verify-seals';

export interface LedgerVerdict {
  readonly streams: number;
  readonly entries: number;
  /** Stored day seals. */
  readonly seals: number;
  readonly verified: boolean;
  /** The first `MAX_PROBLEMS`, in order of stream. */
  readonly problems: readonly LedgerProblem[];
}

export interface VerifyOptions {
  /** Entries from after this instant (and a day's grace) are implausible. */
  readonly nowMs: number;
  /** What the seals are held against; nothing from outside by default. */
  readonly seals?: SealsOptions;
  /** Told after each page. */
  readonly onProgress?: (entries: number) => void;
}

/** A ledger wrong throughout need not be listed to the last entry. */
export const MAX_PROBLEMS = 1_000;
const PAGE = 500;
/** Before any of this was written. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);
/** An expiry is dated at its deadline, a late settlement after it: a stream steps back a little, never by days. */
const GRACE_MS = DAY_MS;
/** `#` ends a stream's name within an entry's id, and `$` is the next character. */
const END_OF_STREAM = '$';

/** The place the next entry must take. */
interface Chain {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}
const START: Chain = { seq: 0, hash: GENESIS_HASH, atMs: EARLIEST_MS };

/** Checks one entry against the chain before it. An entry that is wrong is taken as it is, so that one fault is told once. */
export function verifyEntry(before: Chain, entry: LedgerEntry, nowMs: number): { readonly after: Chain; readonly problems: readonly LedgerProblem[] } {
  const problems: LedgerProblem[] = [];
  const report = (what: string, seq = entry.seq) => problems.push({ stream: entry.stream, seq, what });
  if (entry.seq > before.seq + 1) {
    const last = entry.seq - 1;
    report(before.seq + 1 === last ? '缺少这一条 (this entry is missing)' : `缺少第 ${before.seq + 1}–${last} 条 (entries ${before.seq + 1}–${last} are missing)`, before.seq + 1);
  } else if (entry.seq <= before.seq) {
    report(`序号重复或倒退，前一条是第 ${before.seq} 条 (number used again, or out of order, after entry ${before.seq})`);
  } else if (entry.prevHash !== before.hash) {
    report(before.seq === 0 ? '第一条不是链的起点 (the first entry does not start a chain)' : `与第 ${before.seq} 条不衔接：前一条被改过，或此处有分叉 (does not follow from entry ${before.seq}: that one was changed, or the chain forks here)`);
  }
  if (recomputed(entry) !== entry.hash) report('公开内容与哈希不符，内容被改过 (content and hash disagree: the entry was changed)');
  if (hashDetail(entry.salt, entry.detail) !== entry.detailHash) report('明细与其哈希不符，明细被改过 (detail and its hash disagree: the detail was changed)');
  if (!Number.isSafeInteger(entry.atMs) || entry.atMs < EARLIEST_MS || entry.atMs > nowMs + GRACE_MS) report(`时间不可信 (implausible time): ${timeText(entry.atMs)}`);
  else if (entry.atMs < before.atMs - GRACE_MS) report(`时间倒退 (time runs backwards): ${timeText(before.atMs)} → ${timeText(entry.atMs)}`);
  return { after: { seq: Math.max(entry.seq, before.seq), hash: entry.hash, atMs: Math.max(entry.atMs, before.atMs) }, problems };
}

/** Empty where the content cannot even be written down. */
function recomputed(entry: LedgerEntry): string {
  try {
    canonicalJson(entry.open);
    return hashEntry(entry);
  } catch {
    return '';
  }
}

function timeText(atMs: number): string {
  return Number.isFinite(atMs) && Math.abs(atMs) < 8.64e15 - DAY_MS ? formatInstant(atMs) : String(atMs);
}

/** Walks the whole ledger. Never throws on what it finds there. */
export async function verifyLedger(store: Pick<Store, 'read'>, options: VerifyOptions): Promise<LedgerVerdict> {
  const problems: LedgerProblem[] = [];
  const report = (found: readonly LedgerProblem[]) => void problems.push(...found.slice(0, MAX_PROBLEMS - problems.length));
  const seen = new Set<string>();
  const seals = await SealBook.read(store, options.seals ?? { keys: null, published: [], sealedThrough: null });
  let entries = 0;
  let firstMs: number | null = null;
  let from = '';
  for (;;) {
    const [first] = await store.read((tx) => tx.ledger.find({ id: { gt: from } }, { sort: [['id', 'asc']], limit: 1 }));
    if (first === undefined) break;
    const end = first.id.indexOf('#');
    if (end < 0) {
      report([{ stream: first.stream, seq: first.seq, what: `编号不成立 (not the id of an entry): ${first.id}` }]);
      entries += 1;
      from = first.id;
      continue;
    }
    const stream = first.id.slice(0, end);
    seen.add(stream);
    if (isPublicStream(stream) && Number.isSafeInteger(first.atMs) && first.atMs >= EARLIEST_MS) firstMs = Math.min(firstMs ?? first.atMs, first.atMs);
    const before = entries;
    const count = await verifyStream(store, stream, seals, options.nowMs, report, (sofar) => options.onProgress?.(before + sofar));
    entries = before + count;
    from = `${stream}${END_OF_STREAM}`;
  }
  report(await emptyStreams(store, seen));
  report([...seals.vanished(), ...seals.problems, ...seals.unsealed(firstMs === null ? null : dayOf(firstMs)), ...(await seals.checkRoots(store))]);
  return { streams: seen.size, entries, seals: seals.count, verified: problems.length === 0, problems };
}

async function verifyStream(store: Pick<Store, 'read'>, stream: string, seals: SealBook, nowMs: number, report: (found: readonly LedgerProblem[]) => void, onPage: (count: number) => void): Promise<number> {
  let chain = START;
  let after = `${stream}#`;
  let count = 0;
  for (;;) {
    // The head is read with the last page, so that what another process appends meanwhile is in both or in neither.
    const { page, head } = await store.read(async (tx) => ({
      page: await tx.ledger.find({ id: { gt: after, lt: `${stream}${END_OF_STREAM}` } }, { sort: [['id', 'asc']], limit: PAGE }),
      head: await tx.ledgerHeads.get(stream),
    }));
    for (const entry of page) {
      if (entry.stream !== stream || entry.id !== ledgerEntryId(stream, entry.seq)) {
        report([{ stream, seq: entry.seq, what: `编号与内容不符 (id and content disagree): ${entry.id}` }]);
      }
      const checked = verifyEntry(chain, { ...entry, stream }, nowMs);
      report(checked.problems);
      const sealed = seals.judge(stream, entry.seq, entry.hash);
      if (sealed !== null) report([sealed]);
      chain = checked.after;
    }
    count += page.length;
    onPage(count);
    if (page.length < PAGE) {
      report(headProblems(stream, chain, head));
      const cut = seals.end(stream, chain.seq);
      if (cut !== null) report([cut]);
      return count;
    }
    after = page.at(-1)!.id;
  }
}

type Head = Awaited<ReturnType<Tx['ledgerHeads']['get']>>;

/** A truncated tail shows here, and only here. */
function headProblems(stream: string, chain: Chain, head: Head): LedgerProblem[] {
  if (head === null) return [{ stream, seq: chain.seq, what: '没有链头记录 (the stream has no head)' }];
  if (head.seq > chain.seq) return [{ stream, seq: chain.seq + 1, what: `末尾缺少第 ${chain.seq + 1}–${head.seq} 条 (the tail is missing: entries ${chain.seq + 1}–${head.seq})` }];
  if (head.seq < chain.seq) return [{ stream, seq: head.seq + 1, what: `链头停在第 ${head.seq} 条，其后各条不是系统写入的 (the head ends at ${head.seq}: what follows was not written by the system)` }];
  if (head.hash !== chain.hash) return [{ stream, seq: chain.seq, what: '最后一条与链头不符，末尾被改过 (the last entry is not the one the head names: the tail was changed)' }];
  return head.isPublic === isPublicStream(stream) ? [] : [{ stream, seq: 0, what: '公开标记不对 (published or not: the mark is wrong)' }];
}

/** Heads of streams of which nothing is left. */
async function emptyStreams(store: Pick<Store, 'read'>, seen: ReadonlySet<string>): Promise<LedgerProblem[]> {
  const problems: LedgerProblem[] = [];
  let from = '';
  for (;;) {
    const page = await store.read(async (tx) => {
      const heads = await tx.ledgerHeads.find({ id: { gt: from } }, { sort: [['id', 'asc']], limit: PAGE });
      const empty = [];
      for (const head of heads) {
        // A stream begun after its place was passed is no fault.
        if (!seen.has(head.id) && (await tx.ledger.get(ledgerEntryId(head.id, 1))) === null) empty.push(head);
      }
      return { heads, empty };
    });
    for (const head of page.empty) problems.push({ stream: head.id, seq: 1, what: `整条链不见了，链头记着 ${head.seq} 条 (the whole stream is gone; its head counts ${head.seq})` });
    if (page.heads.length < PAGE) return problems;
    from = page.heads.at(-1)!.id;
  }
}
