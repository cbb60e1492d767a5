/** What a turn costs must not grow with the queue, nor with the age of the ledger. */
import { median, Pair, type BenchCase, type Result } from '../measure';
import { startRole } from '../processes';
import type { GrowthRequest } from '../roles/turns';

const ROUNDS = 5;
const TURNS_A_ROUND = 15;
const VIEWS = 50;
/** What is left of one may be noise. */
const LIMIT = 1.25;
/** A view counts who waits in the index, which takes longer the more there are; it must stay a trifle against the turn. */
const VIEW_LIMIT_MS = 5;

const SMALL: GrowthRequest = { waiting: 100 + ROUNDS * TURNS_A_ROUND + TURNS_A_ROUND, entries: 1_000 };
const LONG_QUEUE: GrowthRequest = { waiting: 10_000, entries: 1_000 };
const OLD_LEDGER: GrowthRequest = { waiting: SMALL.waiting, entries: 200_000 };

export const growthCase: BenchCase = {
  name: 'growth',
  title: 'A turn in a long queue, and in an old ledger, against one in a short queue and a young ledger (ms)',
  async run(say) {
    const role = startRole('turns');
    const build = (request: GrowthRequest) => role.call<number>('build', request);
    const [small, long, old] = [await build(SMALL), await build(LONG_QUEUE), await build(OLD_LEDGER)];
    say('cities built');
    const turn = (place: number) => role.call<number>('turn', { place, count: TURNS_A_ROUND });
    const view = (place: number) => role.call<number>('view', { place, count: VIEWS });
    for (const place of [small, long, old]) await turn(place);
    const pairs = { long: ratio(), old: ratio(), view: ratio() };
    for (let round = 1; round <= ROUNDS; round += 1) {
      const base = await turn(small);
      pairs.long.add(await turn(long), base);
      pairs.old.add(await turn(old), base);
      pairs.view.add(await view(long), await view(small));
      say(`round ${round}: short and young ${base.toFixed(2)} ms, long queue ${pairs.long.ours.at(-1)!.toFixed(2)} ms, old ledger ${pairs.old.ours.at(-1)!.toFixed(2)} ms`);
    }
    await role.stop();
    const result = (name: string, pair: Pair, note: string): Result => ({
      name, ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'ms', target: `ours/reference ≤ ${LIMIT}`, isMet: pair.ratio <= LIMIT, notes: [pair.spread, note],
    });
    return [
      result('turn-long-queue', pairs.long, `pick, next turn and relay: ${LONG_QUEUE.waiting} families waiting against about 100`),
      result('turn-old-ledger', pairs.old, `the same: ${OLD_LEDGER.entries} ledger entries against ${SMALL.entries}`),
      {
        ...result('view-long-queue', pairs.view, `building the live view: ${LONG_QUEUE.waiting} families waiting against about 100`),
        target: `ours ≤ ${VIEW_LIMIT_MS} ms`, isMet: median(pairs.view.ours) <= VIEW_LIMIT_MS,
      },
    ];
  },
};

const ratio = (): Pair => new Pair((ours, reference) => ours / reference);
