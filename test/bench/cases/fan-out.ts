/** One change of a lane to 5,000 watching clients, against the same bytes to as many through bare `ws`. */
import { buildCity } from '../city';
import { median, Pair, type BenchCase } from '../measure';
import { scratchDir, startRole, startServer } from '../processes';
import type { AnnounceRequest, GatherRequest } from '../roles/watchers';

const CLIENTS = 5_000;
const WARM_UPS = 2;
const ROUNDS = 7;

export const fanOutCase: BenchCase = {
  name: 'fan-out',
  title: `One lane change to ${CLIENTS} connected clients (ms until the last has it)`,
  async run(say) {
    const dataDir = scratchDir();
    const { lanes, staffToken } = await buildCity(dataDir, { lanes: 1, familiesPerLane: 50, homesPerLane: 30 });
    const laneId = lanes[0]!.laneId;
    const server = await startServer({ dataDir });
    const [bare, ours, theirs] = [startRole('bare-ws'), startRole('watchers'), startRole('watchers')];
    const bareUrl = await bare.call<string>('listen');
    await ours.call('gather', { url: server.url, count: CLIENTS, kind: 'socket.io', laneIds: [laneId] } satisfies GatherRequest);
    await theirs.call('gather', { url: bareUrl, count: CLIENTS, kind: 'bare', laneIds: [] } satisfies GatherRequest);
    const pair = new Pair((own, reference) => reference / own);
    let text = '';
    for (let round = 1 - WARM_UPS; round <= ROUNDS; round += 1) {
      // The act is a member of staff pausing or resuming the lane: HTTP, transaction on disk, ledger, relay, sockets.
      const [act, state] = (round + WARM_UPS) % 2 === 1 ? ['pause', 'paused'] : ['resume', 'open'];
      const change: AnnounceRequest = { url: server.url, route: `/api/staff/lanes/${laneId}/${act}`, token: staffToken, body: JSON.stringify({ reason: '测量' }), marker: `"state":"${state}"` };
      const own = await ours.call<{ tookMs: number; text: string }>('announce', change);
      text = own.text;
      const reference = await theirs.call<{ tookMs: number }>('announce', { url: bareUrl, route: '/', token: '', body: Buffer.from(text, 'latin1').toString('utf8'), marker: 'seq' } satisfies AnnounceRequest);
      if (round < 1) continue;
      pair.add(own.tookMs, reference.tookMs);
      say(`round ${round}: ours ${own.tookMs.toFixed(0)} ms, bare ws ${reference.tookMs.toFixed(0)} ms`);
    }
    await Promise.all([ours.stop(), theirs.stop()]);
    await Promise.all([server.stop(), bare.stop()]);
    return [{
      name: 'fan-out', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'ms', target: 'reference/ours ≥ 0.7', isMet: pair.ratio >= 0.7,
      notes: [pair.spread, `${text.length} bytes; from the request that changes the lane being sent to the last of ${CLIENTS} clients having the change`],
    }];
  },
};
