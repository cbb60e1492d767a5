/** Q1–Q10, T4–T6, G2, L3, S1–S4 under any order of events a seed can think of; `npm run simulate` does the long runs. */
import { readSimulateCommand, UsageError } from './options';
import { resultAsJson } from './report';
import { Books } from './life/books';
import { Simulation } from './simulation';

const small = { days: 5, families: 70, listings: 26 };

test.each([1, 2])('T4, T5, Q1, Q3, Q4, Q6, Q8: seed %i, no faults: no violation', async (seed) => {
  const result = await new Simulation({ ...small, seed, faults: false }).simulate();
  expect(result.violations).toEqual([]);
  expect(result.counts.turns).toBeGreaterThan(10);
  expect(result.ledgerVerified).toBe(true);
}, 30_000);

test.each([11, 12])('T6, Q6, Q8, S1: seed %i, with crashes, outages, clock jumps and a failing gateway: no violation', async (seed) => {
  const result = await new Simulation({ ...small, seed, faults: true }).simulate();
  expect(result.violations).toEqual([]);
  expect(result.counts.picks).toBeGreaterThan(5);
}, 30_000);

test('the same seed gives the same result, to the last hash of the ledger; another seed another', async () => {
  const run = (seed: number) => new Simulation({ days: 3, families: 40, listings: 16, seed, faults: true }).simulate();
  const [first, second, other] = [await run(21), await run(21), await run(22)];
  expect(second).toEqual(first);
  expect(other.heads).not.toEqual(first.heads);
}, 30_000);

test('the JSON line has exactly the fields others rely on', () => {
  const counts = { turns: 1, picks: 2, passes: 3, misses: 4, deferrals: 5, ...new Books().counts, leases: 6 };
  const options = { ...small, seed: 9, faults: true };
  expect(JSON.parse(resultAsJson(options, { counts, ledgerEntries: 6, ledgerVerified: true, violations: [], steps: 7, heads: [] }, 8))).toEqual({
    seed: 9, days: 5, families: 70, ...counts, violations: 0, ledgerEntries: 6, ledgerVerified: true, wallMs: 8,
  });
});

test('options are checked', () => {
  expect(readSimulateCommand(['--seed', '7', '--days', '60', '--families', '600', '--listings', '150', '--faults', '--json'])).toEqual({ seed: 7, days: 60, families: 600, listings: 150, faults: true, json: true });
  expect(readSimulateCommand(['--help'])).toBeNull();
  for (const wrong of [['--seed', '-1'], ['--seed', '1e3'], ['--days', '0'], ['--days', 'ten'], ['--families', ''], ['--listings', '1.5'], ['--nonsense'], ['stray']]) {
    expect(() => readSimulateCommand(wrong)).toThrow(UsageError);
  }
});
