/** The clocks: the machine's, made monotonic; and a demonstration clock that may travel forward. */
import type { Clock } from '../../shared/clock';

/**
 * The machine's clock, never running backwards: when it is set back, time stands still until it has caught up,
 * so that nothing already decided is decided again. `floorMs` carries that over a restart.
 */
export function createSystemClock(floorMs = 0, read: () => number = Date.now): Clock {
  let last = floorMs;
  return {
    now: () => {
      last = Math.max(last, read());
      return last;
    },
  };
}

/** A clock with an offset that only grows. */
export class TravelClock implements Clock {
  constructor(private readonly base: Clock, private offsetMs: number) {}

  now(): number {
    return this.base.now() + this.offsetMs;
  }

  get offset(): number {
    return this.offsetMs;
  }

  /** Moves to a later instant; an earlier one changes nothing. */
  moveTo(atMs: number): void {
    this.offsetMs += Math.max(0, atMs - this.now());
  }
}
