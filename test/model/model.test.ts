/**
 * The whole life of households — V1, V3, G1–G6, Q1–Q8, Q10, M1, M2, F1–F3, A1, A2, A4, W1–W4, L1–L4, T2–T6 — driven at
 * random against the real system and a small reference model of the rules (`reference/`), answer by answer and view
 * by view. Fixed seeds here; more with `MODEL_SEEDS=100 MODEL_FROM=1000 npm test -- test/model`; one again, shrunk,
 * with `MODEL_SEED=1042 npm test -- test/model`.
 */
import { randomActs } from './generator';
import { run, shrink } from './run';

const LENGTH = Number(process.env['MODEL_ACTS'] ?? 220);
const FIXED = 8;
const one = process.env['MODEL_SEED'];
const many = Number(process.env['MODEL_SEEDS'] ?? FIXED);
const from = Number(process.env['MODEL_FROM'] ?? 1);
const seeds = one !== undefined ? [one] : Array.from({ length: many }, (_, at) => String(from + at));

test.each(seeds)('V1, V3, G2–G5, Q1–Q8, Q10, M1–M2, F1–F3, A1, A2, A4, W1–W4, L1–L4: rules and system agree, seed %s', async (seed) => {
  const result = await run(seed, randomActs(seed, LENGTH));
  if (process.env['MODEL_STATS'] !== undefined) process.stdout.write(`seed ${seed}: ${result.acts} acts, ${result.refused} refused; ${[...result.granted].sort().map(([name, count]) => `${name} ${count}`).join(', ')}\n`);
  if (result.failure === null) return;
  const small = await shrink(seed, result.script, process.env['MODEL_SHRINK'] === undefined ? 60 : Number(process.env['MODEL_SHRINK']));
  const script = small.script.map((act) => JSON.stringify(act)).join(',\n  ');
  throw new Error(`Rules and system differ. Again: MODEL_SEED=${seed} npm test -- test/model\n\nfirst, at act ${result.failure.act}, ${JSON.stringify(result.script.at(-1))}: ${result.failure.what}\n\nshort, after ${small.script.length} acts: ${small.what}\n\n[\n  ${script},\n]`);
}, 600_000);

