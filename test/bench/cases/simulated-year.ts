/** A year simulated with the whole life: 5,000 families, 800 homes, faults. Absolute, and nothing if a rule is broken in it. */
import { spawn } from 'node:child_process';
import type { BenchCase } from '../measure';
import { root } from '../processes';

const MAX_S = 300;
const ARGS = ['--seed', '11', '--days', '365', '--families', '5000', '--listings', '800', '--faults', '--json'];

interface Summary {
  readonly turns: number;
  readonly applications: number;
  readonly leases: number;
  readonly ledgerEntries: number;
  readonly violations: number;
  readonly wallMs: number;
}

export const simulatedYearCase: BenchCase = {
  name: 'simulated-year',
  title: 'A year simulated, 5,000 families, 800 homes (s)',
  async run(say) {
    const { turns, applications, leases, ledgerEntries, violations, wallMs } = await simulate(say);
    if (violations > 0) throw new Error(`the simulated year breaks ${violations} rules: npm run simulate -- ${ARGS.join(' ')}`);
    const ours = wallMs / 1000;
    return [{
      name: 'simulated-year', ours, reference: null, ratio: null, unit: 's', target: `≤ ${MAX_S} s`, isMet: ours <= MAX_S,
      notes: [`${applications} applications, ${turns} turns, ${leases} leases, ${ledgerEntries} ledger entries, no rule broken`],
    }];
  },
};

function simulate(say: (text: string) => void): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', 'simulate', '--', ...ARGS], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => void (out += bytes.toString('utf8')));
    child.stderr.on('data', (bytes: Buffer) => say(bytes.toString('utf8').trim()));
    child.once('error', reject);
    child.once('close', () => {
      const last = out.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last) as Summary);
      else reject(new Error('the simulation ended without a summary'));
    });
  });
}
