/** Trying a lost race again: the same bounded back-off for both adapters. */
import { setTimeout as pause } from 'node:timers/promises';
import { ConflictError, StoreBusyError } from './port';

export interface RetryPolicy {
  /** Attempts in all before StoreBusyError. */
  readonly maxAttempts: number;
  /** The back-off doubles from here, in ms. */
  readonly baseMs: number;
  /** … up to here, in ms. */
  readonly capMs: number;
  /** 0 ≤ x < 1; scatters contenders over the back-off window. Injected by tests. */
  readonly random?: () => number;
}

/**
 * Runs `attempt` until it does not throw ConflictError. Between attempts it waits a random time from a window
 * that doubles, so that contenders spread out instead of meeting again. Any other error passes through.
 */
export async function retryConflicts<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  if (!(policy.maxAttempts >= 1)) throw new RangeError('maxAttempts is at least 1');
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (tried >= policy.maxAttempts) throw new StoreBusyError(`lost ${tried} races in a row: ${error.message}`, { cause: error });
      const window = Math.min(policy.capMs, policy.baseMs * 2 ** (tried - 1));
      await pause((policy.random ?? Math.random)() * window);
    }
  }
}
