/** The ledger of a big city in a process of its own: built, sealed, proven, exported; and the library writing the same rows. */
import { createWriteStream, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '../../../shared/canonical-json';
import { GENESIS_HASH } from '../../../shared/verify/entry';
import { findProofProblem, type EntryProof } from '../../../shared/verify/seal';
import { addDays, DAY_MS, dayOf, startOfDay } from '../../../shared/shanghai-time';
import type { RowOut } from '../../../bff/documents/write-workbook';
import { Exporter } from '../../../bff/features/exports/exporter';
import { sheetsOf } from '../../../bff/features/exports/sheets';
import { sealHandlers } from '../../../bff/features/seals/handlers';
import { sealDays } from '../../../bff/features/seals/seal-days';
import type { ApiRequest } from '../../../bff/http/request';
import { createSystemClock } from '../../../bff/jobs/clocks';
import type { Kernel } from '../../../bff/kernel';
import { hashDetail, hashEntry, ledgerEntryId } from '../../../bff/store/ledger';
import { openKernel } from '../city';

const STREAM = 'lane.area0-2';
const BATCH = 1_000;

export interface BuildRequest { readonly dataDir: string; readonly entries: number }
/** Memory of the process's own, and pages of the store's file that are mapped besides. */
interface Memory { readonly own: number; readonly mapped: number }
/** Growth over the first proof of a fresh process, and over all of them. */
export interface ProofResult { readonly latenciesMs: readonly number[]; readonly one: Memory; readonly all: Memory; readonly pathHashes: number }
/** `mappedBytes`: of the peak, about what were pages of the store's file. */
export interface ExportResult { readonly ms: number; readonly rows: number; readonly bytes: number; readonly peakBytes: number; readonly mappedBytes: number }

let kernel: Kernel | null = null;
const opened = async (dataDir: string): Promise<Kernel> => (kernel ??= await openKernel(dataDir));

/** Yesterday's entries, all in one stream: one seal will cover them all. */
async function build({ dataDir, entries }: BuildRequest): Promise<void> {
  const { store, clock } = await opened(dataDir);
  const fromMs = startOfDay(addDays(dayOf(clock.now()), -1));
  let prevHash = GENESIS_HASH;
  for (let from = 0; from < entries; from += BATCH) {
    const start = prevHash;
    prevHash = await store.transact(async (tx) => {
      let last = start;
      for (let seq = from + 1; seq <= Math.min(from + BATCH, entries); seq += 1) {
        const detail = canonicalJson({ actor: { kind: 'system', id: 'timer', role: null }, from: 'timer', why: '到时自动处理' });
        const salt = String(seq).padStart(32, '0');
        const part = {
          stream: STREAM, seq, atMs: fromMs + Math.floor((seq / entries) * (DAY_MS - 1)), type: 'TurnNotified',
          open: { turnId: `area0-2.${seq}`, deadlineMs: fromMs + 4 * 3_600_000, handed: true, ruleSet: 1 }, detailHash: hashDetail(salt, detail), prevHash: last,
        };
        last = hashEntry(part);
        await tx.ledger.insert({ id: ledgerEntryId(STREAM, seq), ...part, detail, salt, hash: last });
      }
      const head = await tx.ledgerHeads.get(STREAM);
      const now = { id: STREAM, seq: Math.min(from + BATCH, entries), hash: last, isPublic: true };
      await (head === null ? tx.ledgerHeads.insert(now) : tx.ledgerHeads.replace({ ...head, ...now }));
      return last;
    });
  }
}

/** Seals until yesterday is sealed; how long it took. */
async function seal(dataDir: string): Promise<number> {
  const own = await opened(dataDir);
  const startedAt = performance.now();
  const yesterday = addDays(dayOf(own.clock.now()), -1);
  while ((await own.store.read((tx) => tx.seals.get(`seal-${yesterday}`)))?.state !== 'sealed') await sealDays.run(own);
  return performance.now() - startedAt;
}

async function close(): Promise<void> {
  await kernel?.store.close();
  kernel = null;
}

/** Proofs for entries all over the ledger, each checked; time of each, and memory beyond that of the open store. */
async function prove({ dataDir, entries, count }: BuildRequest & { readonly count: number }): Promise<ProofResult> {
  const own = await opened(dataDir);
  const handler = sealHandlers(own).getEntryProof!;
  const request = (seq: number) => ({ params: { stream: STREAM, seq: String(seq) } }) as unknown as ApiRequest<'getEntryProof'>;
  const before = memory();
  await handler(request(entries >> 1));
  const afterOne = memory();
  const peak = { ...afterOne };
  const latenciesMs: number[] = [];
  let pathHashes = 0;
  for (let i = 0; i < count; i += 1) {
    const seq = 1 + Math.floor((((i * 0.618_033_988_75) % 1) * entries));
    const startedAt = performance.now();
    const proof = (await handler(request(seq))) as EntryProof;
    latenciesMs.push(performance.now() - startedAt);
    const now = memory();
    peak.own = Math.max(peak.own, now.own);
    peak.mapped = Math.max(peak.mapped, now.mapped);
    const problem = findProofProblem(proof);
    if (problem !== null || proof.entry.seq !== seq) throw new Error(`the proof of ${seq} does not hold: ${problem}`);
    pathHashes = proof.path.length;
  }
  const over = ({ own: ours, mapped }: Memory): Memory => ({ own: Math.max(0, ours - before.own), mapped: Math.max(0, mapped - before.mapped) });
  return { latenciesMs, one: over(afterOne), all: over(peak), pathHashes };
}

/**
 * Resident memory: the process's own, and pages of files it has mapped (the store). Of the latter Linux maps sixteen at
 * every fault, whatever was asked for (fault-around), and takes them back at will: they are its page cache.
 */
function memory(): Memory {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
  return status === '' ? { own: process.memoryUsage.rss(), mapped: 0 } : { own: of('RssAnon'), mapped: of('RssFile') };
}

const scope = (own: Kernel) => {
  const day = addDays(dayOf(own.clock.now()), -1);
  return { kind: 'period' as const, householdId: null, fromDay: day, toDay: day, unmasked: false, requestedBy: 'staff-city', role: 'city', reason: 'bench', createdAtMs: createSystemClock().now() };
};

/** The export as it runs in the service, from the document to the file with its name. */
async function runExport({ dataDir, id }: { readonly dataDir: string; readonly id: string }): Promise<ExportResult> {
  const own = await opened(dataDir);
  const exporter = new Exporter(own, path.join(dataDir, 'exports'), `bench-${id}`);
  await own.store.transact((tx) => tx.exports.insert({
    id, ...scope(own), state: 'waiting', finishedAtMs: null, expiresAtMs: null,
    rowsDone: 0, rowsTotal: 0, files: [], claimedBy: '', claimedUntilMs: 0, attempts: 0, problem: '',
  }));
  const startedAt = performance.now();
  exporter.look();
  await exporter.idle();
  const ms = performance.now() - startedAt;
  const done = await own.store.read((tx) => tx.exports.get(id));
  if (done?.state !== 'ready') throw new Error(`the export is ${done?.state}`);
  return { ms, rows: done.rowsDone, bytes: done.files[0]!.bytes, peakBytes: process.resourceUsage().maxRSS * 1024, mappedBytes: memory().mapped };
}

/** The library writing the rows of the same sheets, which it is handed ready in memory. */
async function runLibrary({ dataDir, file }: { readonly dataDir: string; readonly file: string }): Promise<ExportResult> {
  const own = await opened(dataDir);
  const { writeXlsxStream } = await import('hucre/xlsx');
  const rows: RowOut[] = [];
  for (const sheet of await sheetsOf(own, { id: 'library', ...scope(own) })) for await (const batch of sheet.batches()) rows.push(...batch);
  rmSync(file, { force: true });
  const startedAt = performance.now();
  await pipeline(Readable.fromWeb(writeXlsxStream(rows as (string | number | null)[][], { name: 'rows' }) as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
  return { ms: performance.now() - startedAt, rows: rows.length, bytes: 0, peakBytes: process.resourceUsage().maxRSS * 1024, mappedBytes: memory().mapped };
}

export const supervision = { build, seal, close, prove, runExport, runLibrary };
