/** What must have happened by a certain instant, whoever was or was not watching: looked at after every look of the jobs. */
import type { Findings } from '../findings';
import { formatInstant } from '../../../shared/shanghai-time';

interface Duty {
  readonly atMs: number;
  /** Looks there had been when it arose: only a later one could have seen to it. */
  readonly sinceLook: number;
  readonly what: string;
  /** True when it was seen to, or need not be any more. */
  readonly isDone: () => boolean;
}

export class Duties {
  private readonly heap: Duty[] = [];
  private looks = 0;

  constructor(private readonly findings: Findings) {}

  /** A look begins: what arises from here on is the next one's. */
  lookBegins(): void {
    this.looks += 1;
  }

  add(atMs: number, what: string, isDone: () => boolean): void {
    this.push({ atMs, sinceLook: this.looks, what, isDone });
  }

  /** A whole look was over what was due at `lookedAtMs`. */
  check(lookedAtMs: number): void {
    const later: Duty[] = [];
    for (let duty = this.heap[0]; duty !== undefined && duty.atMs <= lookedAtMs; duty = this.heap[0]) {
      this.pop();
      if (duty.isDone()) continue;
      if (duty.sinceLook >= this.looks) later.push(duty);
      else this.findings.violate(`${duty.what} by ${formatInstant(duty.atMs)}`);
    }
    for (const duty of later) this.push(duty);
  }

  private push(duty: Duty): void {
    const { heap } = this;
    let at = heap.push(duty) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[at]!.atMs < heap[up]!.atMs; up = (at - 1) >> 1) {
      [heap[at], heap[up]] = [heap[up]!, heap[at]!];
      at = up;
    }
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && heap[child]!.atMs < heap[least]!.atMs) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}
