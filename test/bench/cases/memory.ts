/** What a connected client costs the server in memory, against bare Socket.IO with the same clients. */
import { buildCity } from '../city';
import { median, Pair, pause, type BenchCase } from '../measure';
import { scratchDir, settledMemory, startRole, startServer } from '../processes';
import type { GatherRequest } from '../roles/watchers';

const CLIENTS = 3_000;
const ROUNDS = 3;
const SETTLE_MS = 500;

export const memoryCase: BenchCase = {
  name: 'memory',
  title: 'Server memory a connected client (KB)',
  async run(say) {
    const dataDir = scratchDir();
    const { lanes } = await buildCity(dataDir, { lanes: 1, familiesPerLane: 50, homesPerLane: 30 });
    const clients = startRole('watchers');
    const perClient = async (url: string, pid: number): Promise<number> => {
      const watch = (count: number) => clients.call('gather', { url, count, kind: 'socket.io', laneIds: [lanes[0]!.laneId] } satisfies GatherRequest);
      // What the first clients bring along (compiled code, pools) is not what a client costs.
      await watch(200);
      await pause(SETTLE_MS);
      const before = await settledMemory(pid);
      await watch(CLIENTS);
      await pause(SETTLE_MS);
      const after = await settledMemory(pid);
      await clients.call('leave');
      return (after - before) / CLIENTS / 1024;
    };
    const pair = new Pair((ours, reference) => ours / reference);
    for (let round = 1; round <= ROUNDS; round += 1) {
      // New processes each time: memory once taken is seldom given back.
      const server = await startServer({ dataDir });
      const ours = await perClient(server.url, server.pid);
      await server.stop();
      const bare = startRole('bare-socket-io');
      const reference = await perClient(await bare.call<string>('listen'), bare.pid);
      await bare.stop();
      pair.add(ours, reference);
      say(`round ${round}: ours ${ours.toFixed(1)} KB, bare Socket.IO ${reference.toFixed(1)} KB`);
    }
    await clients.stop();
    return [{
      name: 'memory', ours: median(pair.ours), reference: median(pair.reference), ratio: pair.ratio, unit: 'KB a client', target: 'ours/reference ≤ 1.3', isMet: pair.ratio <= 1.3,
      notes: [pair.spread, `resident memory after a full collection, ${CLIENTS} clients, each watching one lane`],
    }];
  },
};
