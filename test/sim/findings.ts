/** What was found wrong: with seed, virtual time, step, and what was expected. */
import { formatInstant } from '../../shared/shanghai-time';

export interface Violation {
  readonly seed: number;
  /** System time. */
  readonly at: string;
  readonly step: string;
  readonly expected: string;
}

export class Findings {
  readonly violations: Violation[] = [];
  step = 'start';

  constructor(private readonly of: { readonly seed: number; systemNow(): number }) {}

  violate(expected: string): void {
    this.violations.push({ seed: this.of.seed, at: formatInstant(this.of.systemNow()), step: this.step, expected });
  }

  check(holds: boolean, expected: string | (() => string)): void {
    if (!holds) this.violate(typeof expected === 'string' ? expected : expected());
  }
}
