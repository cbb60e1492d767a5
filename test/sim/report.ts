/** What a simulation came to, for people and for programs. */
import type { Violation } from './findings';
import type { Books } from './life/books';
import type { SimulationOptions } from './options';

export interface SimulationResult {
  readonly counts: { readonly turns: number; readonly picks: number; readonly passes: number; readonly misses: number; readonly deferrals: number } & Readonly<Books['counts']>;
  readonly ledgerEntries: number;
  readonly ledgerVerified: boolean;
  readonly violations: readonly Violation[];
  readonly steps: number;
  /** The hash every ledger stream ends with: two runs that agree on these did the same. */
  readonly heads: readonly string[];
}

const SHOWN = 20;

/** One line of JSON, with exactly the fields others rely on. */
export function resultAsJson(options: SimulationOptions, { counts, violations, ledgerEntries, ledgerVerified }: SimulationResult, wallMs: number): string {
  const { seed, days, families } = options;
  const { turns, picks, passes, misses, deferrals, ...life } = counts;
  return JSON.stringify({ seed, days, families, turns, picks, passes, misses, deferrals, ...life, violations: violations.length, ledgerEntries, ledgerVerified, wallMs });
}

export function resultAsText(options: SimulationOptions, result: SimulationResult, wallMs: number): string {
  const { counts, violations } = result;
  const lines = [
    `种子 seed ${options.seed}：${options.days} 天，${options.families} 户，${options.listings} 套${options.faults ? '，含故障 with faults' : ''}`,
    `  轮到 turns ${counts.turns}，选定 picks ${counts.picks}，让出 passes ${counts.passes}，错过 misses ${counts.misses}，顺延 deferrals ${counts.deferrals}`,
    `  申请 applications ${counts.applications}，异议 objections ${counts.objections}，批次 batches ${counts.batches}，公示 publicities ${counts.publicities}，继续轮候 continues ${counts.continues}，放弃 forfeits ${counts.forfeits}，限制 bars ${counts.bars}`,
    `  合格 qualified ${counts.qualified}，签约 leases ${counts.leases}，退回 returned ${counts.homesReturned}，腾退 vacated ${counts.vacated}，日封存 seals ${counts.seals}，被拒请求 refusals ${counts.refusals}`,
    `  日志 ledger ${result.ledgerEntries} 条 entries，${result.ledgerVerified ? '校验无误 verified' : '校验不通过 BROKEN'}；${result.steps} 步 steps，${(wallMs / 1000).toFixed(1)} s`,
    violations.length === 0 ? '  没有违反规则 no violations' : `  违反规则 violations: ${violations.length}`,
  ];
  for (const { seed, at, step, expected } of violations.slice(0, SHOWN)) lines.push(`  ✗ seed ${seed}, ${at}, ${step}: ${expected}`);
  if (violations.length > SHOWN) lines.push(`  … ${violations.length - SHOWN} more`);
  return `${lines.join('\n')}\n`;
}
