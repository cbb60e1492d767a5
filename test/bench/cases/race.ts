/** 500 clients at once for one home: half of them devices of the family whose turn it is, half families behind it. */
import path from 'node:path';
import { openEmbeddedStore } from '../../../bff/store/embedded/embedded-store';
import { buildCity } from '../city';
import { percentile, type BenchCase } from '../measure';
import { scratchDir, startRole, startServer } from '../processes';
import type { RaceRequest, RaceResult } from '../roles/pickers';

const ROUNDS = 3;
const CLIENTS = 500;
const MAX_WAIT_MS = 2_000;

export const raceCase: BenchCase = {
  name: 'race',
  title: 'Race of 500 clients for one home (longest wait, ms)',
  async run(say) {
    const dataDir = scratchDir();
    const { lanes } = await buildCity(dataDir, { lanes: ROUNDS, familiesPerLane: CLIENTS / 2 + 1, homesPerLane: 20 });
    const [sms, load] = [startRole('sms-gateway'), startRole('pickers')];
    const server = await startServer({ dataDir, smsUrl: await sms.call<string>('start', dataDir) });
    await sms.call('deliverTo', server.url);
    const waits: number[] = [];
    const notes: string[] = [];
    let isRight = true;
    for (const { families, homes } of lanes) {
      const [first, ...behind] = families;
      // In turns, so that neither half has the better place on the wire.
      const runners = behind.flatMap((family) => [family, first!]);
      const { answers, waitsMs } = await load.call<RaceResult>('race', { url: server.url, runners, listingId: homes[0]! } satisfies RaceRequest);
      const answered = Object.values(answers).reduce((sum, n) => sum + n, 0);
      isRight &&= answers['201'] === 1 && answered === CLIENTS && answers['INTERNAL'] === undefined && answers['STORE_BUSY'] === undefined;
      waits.push(...waitsMs);
      notes.push(Object.entries(answers).map(([what, n]) => `${what} ${n}`).join(', '));
      say(`${notes.at(-1)}; longest wait ${Math.round(Math.max(...waitsMs))} ms`);
    }
    await Promise.all([server.stop(), sms.stop(), load.stop()]);
    for (const { laneId } of lanes) isRight &&= (await picksStored(dataDir, laneId)) === 1;
    const longestMs = Math.max(...waits);
    return [{
      name: 'race', ours: longestMs, reference: null, ratio: null, unit: 'ms, longest wait', target: 'one wins, all answered, < 2000 ms', isMet: isRight && longestMs < MAX_WAIT_MS,
      notes: [...notes, `half were answered within ${percentile(waits, 0.5).toFixed(0)} ms`, isRight ? 'exactly one pick stored and in the ledger, each time' : 'NOT exactly one pick, or not all answered'],
    }];
  },
};

/** Picks in the store; throws when the ledger says otherwise. */
async function picksStored(dataDir: string, laneId: string): Promise<number> {
  const store = await openEmbeddedStore({ dir: path.join(dataDir, 'store') });
  try {
    return await store.read(async (tx) => {
      const picks = await tx.picks.count({ laneId });
      const entries = (await tx.ledger.find({ stream: `lane.${laneId}` })).filter((entry) => entry.type === 'HomePicked').length;
      if (picks !== entries) throw new Error(`${laneId}: ${picks} picks, ${entries} in the ledger`);
      return picks;
    });
  } finally {
    await store.close();
  }
}
