/** `npm start` on a city that is set up already, until it has answered its first request. */
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { median, pause, type BenchCase } from '../measure';
import { root, scratchDir } from '../processes';

const ROUNDS = 3;
const MAX_MS = 3_000;

export const startCase: BenchCase = {
  name: 'start',
  title: '`npm start` when set up, to the first answered request (s)',
  async run(say) {
    const dataDir = scratchDir();
    // The first start sets up what is missing (packages, client) and makes the demonstration city.
    await startOnce(dataDir);
    const seconds: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      seconds.push((await startOnce(dataDir)) / 1000);
      say(`round ${round}: ${seconds.at(-1)!.toFixed(2)} s`);
    }
    const ours = median(seconds);
    return [{ name: 'start', ours, reference: null, ratio: null, unit: 's', target: '≤ 3 s', isMet: ours * 1000 <= MAX_MS, notes: [`npm itself included; rounds: ${seconds.map((s) => s.toFixed(2)).join(', ')}`] }];
  },
};

async function startOnce(dataDir: string): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  // A group of its own, so that npm and what it started end together.
  const child = spawn('npm', ['start', '--', '--port', String(port), '--data', dataDir], { cwd: root, stdio: 'ignore', detached: true });
  let isOver = false;
  const over = new Promise<void>((resolve) => child.once('exit', () => {
    isOver = true;
    resolve();
  }));
  try {
    for (;;) {
      const answered = await fetch(`http://127.0.0.1:${port}/healthz`).then(async (answer) => (await answer.text()) !== '' && answer.ok, () => false);
      if (answered) return performance.now() - startedAt;
      if (isOver) throw new Error('`npm start` ended before it answered');
      await pause(20);
    }
  } finally {
    if (!isOver) process.kill(-child.pid!, 'SIGTERM');
    await over;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
