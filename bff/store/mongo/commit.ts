/** The commit of a MongoDB transaction, and what its failures allow. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientSession } from 'mongoose';
import { ConflictError } from '../port';
import { CommitOutcomeUnknownError, isCommitUnknown, isTransient } from './errors';

/** Each is tried twice by the driver, which waits for a new primary; together longer than an election takes. */
const maxAttempts = 6;

/**
 * Commits. An unknown outcome is asked for again, which is idempotent; it must never lead to running the
 * transaction a second time, for the first may have committed. Throws ConflictError when it certainly did not
 * commit, CommitOutcomeUnknownError when that cannot be learned.
 */
export async function commit(session: Pick<ClientSession, 'commitTransaction'>, wait: (ms: number) => Promise<unknown> = pause): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (isCommitUnknown(error)) {
        if (tried >= maxAttempts) throw new CommitOutcomeUnknownError('it could not be learned whether the transaction committed', { cause: error });
        await wait(Math.min(1000, 25 * 2 ** tried));
      } else if (isTransient(error)) {
        throw new ConflictError((error as Error).message, { cause: error });
      } else {
        throw error;
      }
    }
  }
}
