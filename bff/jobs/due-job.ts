/**
 * What a feature adds to the clock: something to do when it is due, and when that will next be. The scheduler, the
 * demonstration's clock and the simulation all go through this list, so that nothing is due in one and not in another.
 */
import type { Kernel } from '../kernel';
import type { Work } from '../store/change';
import type { Tx } from '../store/port';

/** A time in which the service was away. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DueJob {
  readonly name: string;
  /** Does everything that is due now, in the order it fell due. Doing it twice changes nothing. Bounded work a call. */
  run(kernel: Kernel): Promise<void>;
  /** The next instant after `nowMs` at which there will be something to do, as far as is known; null: nothing in sight. */
  nextDue(tx: Tx, kernel: Kernel, nowMs: number): Promise<number | null>;
  /** T6: gives families back, in the change that finds it, what an outage took of the periods this job would end. */
  credit?(kernel: Kernel, work: Work, outage: Outage): Promise<void>;
}
