/** What supervision costs: the proof of one entry among a million, and an export of a hundred thousand rows. */
import path from 'node:path';
import { median, Pair, percentile, type BenchCase } from '../measure';
import { scratchDir, startRole } from '../processes';
import type { BuildRequest, ExportResult, ProofResult } from '../roles/supervision';

const MB = 1024 * 1024;
const ENTRIES = 1_000_000;
const PROOFS = 300;
const MAX_PROOF_MS = 50;
const MAX_PROOF_BYTES = 64 * MB;

export const proofCase: BenchCase = {
  name: 'proof',
  title: 'Proof of one public entry among 1,000,000 under one seal (ms)',
  async run(say) {
    const dataDir = scratchDir();
    const builder = startRole('supervision');
    await builder.call('build', { dataDir, entries: ENTRIES } satisfies BuildRequest);
    say('1,000,000 entries written');
    const sealMs = await builder.call<number>('seal', dataDir);
    say(`sealed in ${(sealMs / 1000).toFixed(1)} s`);
    await builder.call('close');
    await builder.stop();
    const prover = startRole('supervision');
    const { latenciesMs, one, all, pathHashes } = await prover.call<ProofResult>('prove', { dataDir, entries: ENTRIES, count: PROOFS });
    await prover.stop();
    const worstMs = Math.max(...latenciesMs);
    return [{
      name: 'proof', ours: worstMs, reference: null, ratio: null, unit: 'ms, slowest', target: '≤ 50 ms and ≤ 64 MB', isMet: worstMs <= MAX_PROOF_MS && one.own + one.mapped <= MAX_PROOF_BYTES && all.own <= MAX_PROOF_BYTES,
      notes: [
        `${PROOFS} proofs all over the ledger, each verified: ${percentile(latenciesMs, 0.5).toFixed(1)} ms (median), ${percentile(latenciesMs, 0.99).toFixed(1)} ms (99 %)`,
        `one proof in a fresh process: ${mb(one.own)} MB of its own and ${mb(one.mapped)} MB of the store's file mapped; ${pathHashes} hashes`,
        `all ${PROOFS}, one after another: ${mb(all.own)} MB of its own at the peak; ${mb(all.mapped)} MB of the file mapped, ${Math.round(all.mapped / PROOFS / 1024)} kB a proof, which are the system's page cache`,
        `sealing the million took ${(sealMs / 1000).toFixed(1)} s, in steps of 1,000 entries`,
      ],
    }];
  },
};

const mb = (bytes: number) => (bytes / MB).toFixed(1);

const ROWS = 100_000;
const ROUNDS = 3;
const MAX_EXPORT_BYTES = 250 * MB;

export const exportCase: BenchCase = {
  name: 'export',
  title: 'Export of 100,000 rows to a workbook and its manifest (ms)',
  async run(say) {
    const dataDir = scratchDir();
    const builder = startRole('supervision');
    await builder.call('build', { dataDir, entries: ROWS } satisfies BuildRequest);
    await builder.call('close');
    await builder.stop();
    const pair = new Pair((ours, reference) => ours / reference);
    let peak = 0;
    let mapped = 0;
    let rows = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      // A process each: peak memory is of that one export, and neither is warmed up by the other.
      const ours = await inRole<ExportResult>('runExport', { dataDir, id: `export-${round}` });
      const reference = await inRole<ExportResult>('runLibrary', { dataDir, file: path.join(dataDir, 'library.xlsx') });
      // The exports of earlier rounds are themselves in a list; so is what the file is about.
      if (ours.rows < ROWS || reference.rows < ROWS) throw new Error(`${ours.rows} and ${reference.rows} rows instead of ${ROWS}`);
      pair.add(ours.ms, reference.ms);
      peak = Math.max(peak, ours.peakBytes);
      mapped = Math.max(mapped, ours.mappedBytes);
      rows = ours.rows;
      say(`round ${round}: ours ${Math.round(ours.ms)} ms, the library ${Math.round(reference.ms)} ms`);
    }
    return [{
      name: 'export', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'ms', target: 'ours/library ≤ 1.5 and ≤ 250 MB', isMet: pair.ratio <= 1.5 && peak <= MAX_EXPORT_BYTES,
      notes: [pair.spread, `${rows} rows of 12 columns, put into words, read from the store, written, hashed, signed; the library is handed the rows in memory`, `peak memory of the whole process ${Math.round(peak / MB)} MB, of which some ${Math.round(mapped / MB)} MB are mapped pages of the store's file`],
    }];
  },
};

async function inRole<T>(what: string, argument: unknown): Promise<T> {
  const role = startRole('supervision');
  const result = await role.call<T>(what, argument);
  await role.call('close');
  await role.stop();
  return result;
}
