/**
 * What a feature adds to the clock: something to do when it is due, and when that will next be. The scheduler, the
 * demonstration's clock and the simulation all go through this list, so that nothing is due in one and not in another.
 */
import type { Kernel } from '../kernel';
import type { Tx } from '../store/port';

export interface DueJob {
  readonly name: string;
  /** Does everything that is due now, in the order it fell due. Doing it twice changes nothing. Bounded work a call. */
  run(kernel: Kernel): Promise<void>;
  /** The next instant after `nowMs` at which there will be something to do, as far as is known; null: nothing in sight. */
  nextDue(tx: Tx, kernel: Kernel, nowMs: number): Promise<number | null>;
}
