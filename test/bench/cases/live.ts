/** The public live view over HTTP against bare Koa answering the same bytes. */
import { buildCity } from '../city';
import { median, Pair, type BenchCase } from '../measure';
import { scratchDir, startRole, startServer } from '../processes';
import type { LoadRequest, LoadResult } from '../roles/http-load';

const ROUNDS = 5;
const ROUND_MS = 1_500;
const CONNECTIONS = 32;

export const liveCase: BenchCase = {
  name: 'live',
  title: 'Public live view, JSON over HTTP (requests/s)',
  async run(say) {
    const dataDir = scratchDir();
    const { lanes } = await buildCity(dataDir, { lanes: 1, familiesPerLane: 200, homesPerLane: 60 });
    const route = `/api/lanes/${lanes[0]!.laneId}/live`;
    const server = await startServer({ dataDir });
    const [koa, load] = [startRole('bare-koa'), startRole('http-load')];
    // The time in the view has as many digits now as later, so the same bytes are as many bytes.
    const text = await (await fetch(`${server.url}${route}`)).text();
    const koaUrl = await koa.call<string>('listen', text);
    const measure = (url: string, forMs: number) => load.call<LoadResult>('load', { url, route, connections: CONNECTIONS, forMs } satisfies LoadRequest);
    await measure(server.url, ROUND_MS);
    await measure(koaUrl, ROUND_MS);
    const pair = new Pair((ours, reference) => ours / reference);
    const busy: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [ours, reference] = [await measure(server.url, ROUND_MS), await measure(koaUrl, ROUND_MS)];
      if (ours.failures + reference.failures > 0) throw new Error('some answers were not 200');
      pair.add(ours.perSecond, reference.perSecond);
      busy.push(ours.busy, reference.busy);
      say(`round ${round}: ours ${Math.round(ours.perSecond)}/s, bare Koa ${Math.round(reference.perSecond)}/s`);
    }
    await Promise.all([server.stop(), koa.stop(), load.stop()]);
    return [{
      name: 'live', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'requests/s',
      target: 'ours/reference ≥ 0.6', isMet: pair.ratio >= 0.6,
      notes: [pair.spread, `${CONNECTIONS} connections, ${Buffer.byteLength(text)} bytes of JSON`, `load generator busy ${Math.round(median(busy) * 100)} % of a core`],
    }];
  },
};
