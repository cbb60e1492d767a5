/** Every rule of the main job and of a household's life under any order of events a seed can think of; `npm run simulate` does the long runs. */
import { readSimulateCommand, UsageError } from './options';
import { resultAsJson } from './report';
import { Books } from './life/books';
import { Simulation } from './simulation';

const small = { days: 5, families: 90, listings: 36 };
/** Time enough for a busy machine. */
const PATIENCE_MS = 240_000;

test.each([1, 2])('T4, T5, Q1, Q3, Q4, Q6, Q8: seed %i, no faults: no violation', async (seed) => {
  const result = await new Simulation({ ...small, seed, faults: false }).simulate();
  expect(result.violations).toEqual([]);
  expect(result.counts.turns).toBeGreaterThan(10);
  expect(result.ledgerVerified).toBe(true);
}, PATIENCE_MS);

test.each([11, 12])('T6, Q6, Q8, S1: seed %i, with crashes, outages, clock jumps and a failing gateway: no violation', async (seed) => {
  const result = await new Simulation({ ...small, seed, faults: true }).simulate();
  expect(result.violations).toEqual([]);
  expect(result.counts.picks).toBeGreaterThan(5);
}, PATIENCE_MS);

test.each([{ seed: 31, faults: false }, { seed: 32, faults: true }])('T2, T3, T6, G2–G5, V1, V3, L1, M1, M2, F1, A1, A2, S2: a month and a half of applying, waiting and moving in, seed $seed, faults $faults', async (of) => {
  const { violations, counts } = await new Simulation({ days: 45, families: 60, listings: 40, ...of }).simulate();
  expect(violations).toEqual([]);
  expect(Math.min(counts.applications, counts.batches, counts.continues, counts.forfeits, counts.qualified, counts.leases, counts.homesReturned, counts.refusals)).toBeGreaterThan(0);
  expect(counts.seals).toBeGreaterThan(40);
}, PATIENCE_MS);

test('the same seed gives the same result, to the last hash of the ledger; another seed another', async () => {
  const run = (seed: number) => new Simulation({ days: 3, families: 60, listings: 20, seed, faults: true }).simulate();
  const [first, second, other] = [await run(21), await run(21), await run(22)];
  expect(second).toEqual(first);
  expect(other.heads).not.toEqual(first.heads);
}, PATIENCE_MS);

test('the JSON line has exactly the fields others rely on', () => {
  const counts = { turns: 1, picks: 2, passes: 3, misses: 4, deferrals: 5, ...new Books().counts, leases: 6 };
  const options = { ...small, seed: 9, faults: true };
  expect(JSON.parse(resultAsJson(options, { counts, ledgerEntries: 6, ledgerVerified: true, violations: [], steps: 7, heads: [] }, 8))).toEqual({
    seed: 9, days: small.days, families: small.families, ...counts, violations: 0, ledgerEntries: 6, ledgerVerified: true, wallMs: 8,
  });
});

test('options are checked', () => {
  expect(readSimulateCommand(['--seed', '7', '--days', '60', '--families', '600', '--listings', '150', '--faults', '--json'])).toEqual({ seed: 7, days: 60, families: 600, listings: 150, faults: true, json: true });
  expect(readSimulateCommand(['--help'])).toBeNull();
  for (const wrong of [['--seed', '-1'], ['--seed', '1e3'], ['--days', '0'], ['--days', 'ten'], ['--families', ''], ['--listings', '1.5'], ['--nonsense'], ['stray']]) {
    expect(() => readSimulateCommand(wrong)).toThrow(UsageError);
  }
});
