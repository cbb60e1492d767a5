/** The command line of `npm run simulate`. */
import { parseArgs } from 'node:util';

export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  readonly families: number;
  readonly listings: number;
  readonly faults: boolean;
}

export interface SimulateCommand extends SimulationOptions {
  readonly json: boolean;
}

export const HELP = `模拟一座城市的选房：真实的程序、虚拟的时钟、由种子决定的一切
Simulate a city's home picking: the real program, a virtual clock, everything decided by a seed.

用法  npm run simulate -- --seed N --days D --families F --listings L [--faults] [--json]

  --seed N        种子，同一种子结果相同 the same seed gives the same result (0–4294967295，默认 1)
  --days D        模拟多少天 days (1–1000，默认 30)
  --families F    家庭户数 families (1–100000，默认 200)
  --listings L    房源套数 homes (1–100000，默认 60)
  --faults        同时模拟崩溃、停电、时钟跳变、短信平台中断 crashes, outages, clock jumps, a gateway that fails
  --json          最后一行输出一个 JSON 对象 last line is one JSON object
  --help          显示本说明

退出码 exit code: 0 没有违反规则 no violation; 1 有 violations; 2 用法不对 usage
`;

/** An option that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line; null when help was asked for. */
export function readSimulateCommand(args: readonly string[]): SimulateCommand | null {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  let values;
  try {
    values = parseArgs({ args: [...args], options: { seed: string, days: string, families: string, listings: string, faults: boolean, json: boolean, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (values.help === true) return null;
  return {
    seed: count('--seed', values.seed, 1, 0, 4_294_967_295), days: count('--days', values.days, 30, 1, 1_000),
    families: count('--families', values.families, 200, 1, 100_000), listings: count('--listings', values.listings, 60, 1, 100_000),
    faults: values.faults === true, json: values.json === true,
  };
}

function count(name: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`${name}: 应为 ${min}–${max} 的整数 (an integer from ${min} to ${max}), 不是 “${text}”`);
  return value;
}
