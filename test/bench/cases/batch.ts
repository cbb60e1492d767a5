/** G2–G4: a batch of 100,000 new households into six groups, numbered and written, against sorting them in memory and writing the same documents in bulk. */
import { cpSync } from 'node:fs';
import { median, Pair, type BenchCase } from '../measure';
import { scratchDir, startRole } from '../processes';

const HOUSEHOLDS = 100_000;
const ROUNDS = 2;

export const batchCase: BenchCase = {
  name: 'batch',
  title: `Batch of ${HOUSEHOLDS} households (ms)`,
  async run(say) {
    const seeded = scratchDir();
    await once('seed', seeded);
    say(`${HOUSEHOLDS} households wait`);
    const pair = new Pair((ours, reference) => reference / ours);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const ours = await once<number>('number', copyOf(seeded));
      pair.add(ours, await once<number>('bulk', copyOf(seeded)));
      say(`round ${round}: ours ${pair.ours.at(-1)!.toFixed(0)} ms, sorted and written in bulk ${pair.reference.at(-1)!.toFixed(0)} ms`);
    }
    return [{
      name: 'batch', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'ms', target: 'reference/ours ≥ 0.5', isMet: pair.ratio >= 0.5,
      notes: [pair.spread, 'ours reads the households in order from the store and can be killed at any chunk; the reference has them in memory and writes the same numbers and households'],
    }];
  },
};

function copyOf(dir: string): string {
  const copy = scratchDir();
  cpSync(dir, copy, { recursive: true });
  return copy;
}

async function once<T>(what: string, dataDir: string): Promise<T> {
  const role = startRole('numberer');
  const value = await role.call<T>(what, { dataDir, households: HOUSEHOLDS });
  await role.stop();
  return value;
}
