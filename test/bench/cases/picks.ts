/** Picks over HTTP, 32 at once, each on disk before its answer, against bare LMDB transactions of the same size. */
import { buildCity } from '../city';
import { median, Pair, pause, percentile, type BenchCase } from '../measure';
import { scratchDir, startRole, startServer } from '../processes';
import type { WriteShape } from '../roles/bare-lmdb';
import type { PickRequest, PickResult } from '../roles/pickers';
import { shapeOfPick } from '../write-shape';

const LANES = 32;
const WARM_UP = 20;
const ROUNDS = 5;
const PICKS_A_ROUND = 25;

export const picksCase: BenchCase = {
  name: 'picks',
  title: 'Picks over HTTP, 32 at once, durable (picks/s)',
  async run(say) {
    const shape = await shapeOfPick();
    const dataDir = scratchDir();
    const perLane = WARM_UP + ROUNDS * PICKS_A_ROUND + 1;
    const { lanes } = await buildCity(dataDir, { lanes: LANES, familiesPerLane: perLane, homesPerLane: perLane });
    const [sms, lmdb, load] = [startRole('sms-gateway'), startRole('bare-lmdb'), startRole('pickers')];
    const server = await startServer({ dataDir, smsUrl: await sms.call<string>('start', dataDir) });
    await sms.call('deliverTo', server.url);
    await lmdb.call('open', scratchDir());
    const pick = (from: number, to: number) => load.call<PickResult>('pick', { url: server.url, lanes, from, to } satisfies PickRequest);
    const bare = (count: number, shapeOf: WriteShape = shape) => lmdb.call<number>('run', { shape: shapeOf, count, outstanding: LANES });
    await lmdb.call('fill', { shape, lanes: LANES, perLane });
    await bare(1_000);
    await pick(0, WARM_UP);
    const pair = new Pair((ours, reference) => ours / reference);
    const latencies: number[] = [];
    let busy = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = WARM_UP + round * PICKS_A_ROUND;
      const ours = await pick(from, from + PICKS_A_ROUND);
      const reference = await bare(1_000);
      pair.add(ours.perSecond, reference);
      latencies.push(...ours.latenciesMs);
      busy = Math.max(busy, ours.busy);
      say(`round ${round + 1}: ours ${Math.round(ours.perSecond)}/s, bare LMDB ${Math.round(reference)}/s`);
      await pause(200);
    }
    await Promise.all([server.stop(), sms.stop(), lmdb.stop(), load.stop()]);
    const bytes = shape.puts.reduce((sum, put) => sum + put.keyBytes + put.valueBytes, 0);
    return [{
      name: 'picks', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'picks/s',
      target: 'ours/reference ≥ 0.3', isMet: pair.ratio >= 0.3,
      notes: [
        pair.spread, `a pick puts ${shape.puts.length} keys (${bytes} bytes) and removes ${shape.removedKeyBytes.length}`,
        `answered within ${percentile(latencies, 0.5).toFixed(1)} ms (median), ${percentile(latencies, 0.99).toFixed(1)} ms (99 %), ${Math.max(...latencies).toFixed(0)} ms (all)`,
        `load generator busy ${Math.round(busy * 100)} % of a core; SMS gateway and receipts on`,
      ],
    }];
  },
};
