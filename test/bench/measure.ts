/** What a benchmark case hands back, and the little arithmetic they share. */

export interface Result {
  readonly name: string;
  /** The service's figure, in `unit`; null when the case could not produce one. */
  readonly ours: number;
  /** The same of the reference, measured in the same run; null when the target is absolute. */
  readonly reference: number | null;
  /** In the sense of the target: see `target`. Null when the target is absolute. */
  readonly ratio: number | null;
  readonly unit: string;
  /** How the figure is to be read, e.g. `ratio ≥ 0.6`. */
  readonly target: string;
  readonly isMet: boolean;
  /** What else was seen, for people. */
  readonly notes: readonly string[];
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  run(say: (text: string) => void): Promise<Result[]>;
}

/** The middle value; the mean of the two in the middle when there is an even number. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * A pair measured round by round, first one then the other, in turns. The ratio is the median of the rounds'
 * own ratios: what disturbs a round disturbs both of its halves.
 */
export class Pair {
  readonly ours: number[] = [];
  readonly reference: number[] = [];

  constructor(private readonly ratioOf: (ours: number, reference: number) => number) {}

  add(ours: number, reference: number): void {
    this.ours.push(ours);
    this.reference.push(reference);
  }

  get ratio(): number {
    return median(this.ours.map((ours, at) => this.ratioOf(ours, this.reference[at]!)));
  }

  get spread(): string {
    const ratios = this.ours.map((ours, at) => this.ratioOf(ours, this.reference[at]!).toFixed(2));
    return `${ratios.length} rounds: ${ratios.join(', ')}`;
  }
}

/** Milliseconds a piece of work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
