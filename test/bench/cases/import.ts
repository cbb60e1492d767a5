/** Importing 6,000 rows of each register into a new city, against reading the same workbook with the library alone. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { median, Pair, type BenchCase } from '../measure';
import { scratchDir, startRole } from '../processes';
import { buildWorkbook } from '../../support/workbook-builder';
import { listingHeader, listingRow, many, table, waitlistHeader, waitlistRow } from '../../support/workbook-registers';

const ROWS = 6_000;
const ROUNDS = 3;

export const importCase: BenchCase = {
  name: 'import',
  title: `Import of ${ROWS} rows (ms)`,
  async run(say) {
    const dir = scratchDir();
    const registers = [
      { name: 'import-listings', file: path.join(dir, 'listings.xlsx'), rows: table(listingHeader, many(ROWS, (i) => listingRow(i))) },
      { name: 'import-roll', file: path.join(dir, 'roll.xlsx'), rows: table(waitlistHeader, many(ROWS, (i) => waitlistRow(i))) },
    ];
    const results = [];
    for (const { name, file, rows } of registers) {
      writeFileSync(file, buildWorkbook({ sheets: [{ name: '登记表', rows }] }));
      const pair = new Pair((ours, reference) => ours / reference);
      for (let round = 1; round <= ROUNDS; round += 1) {
        const ours = await once<number>('import', { file, dataDir: scratchDir(), rows: ROWS });
        pair.add(ours, await once<number>('read', file));
        say(`${name}, round ${round}: ours ${pair.ours.at(-1)!.toFixed(0)} ms, library alone ${pair.reference.at(-1)!.toFixed(0)} ms`);
      }
      results.push({
        name, ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'ms', target: 'ours/reference ≤ 2.5', isMet: pair.ratio <= 2.5,
        notes: [pair.spread, `${ROWS} rows, checked, sealed, indexed, in the ledger and on disk; each task in a process of its own, as a clerk runs it`],
      });
    }
    return results;
  },
};

async function once<T>(what: string, argument: unknown): Promise<T> {
  const role = startRole('importer');
  const value = await role.call<T>(what, argument);
  await role.stop();
  return value;
}
