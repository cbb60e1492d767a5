/** What MongoDB's errors mean to the port. */
import { mongo } from 'mongoose';
import { ConflictError, UniqueViolation } from '../port';

/** The commit was sent and its outcome cannot be learned: it may or may not have happened. Never retried by the store. */
export class CommitOutcomeUnknownError extends Error {
  override readonly name = 'CommitOutcomeUnknownError';
}

const DUPLICATE_KEY = 11000;
const WRITE_CONFLICT = 112;

/**
 * The error as the port knows it. A lost race and everything else that MongoDB calls transient (the transaction
 * certainly did not commit and may be tried again, e.g. after a change of primary) is a ConflictError.
 */
export function translate(error: unknown, collection: string): unknown {
  if (!(error instanceof mongo.MongoError)) return error;
  // First: a duplicate is final even if the server also aborted the transaction.
  if (error.code === DUPLICATE_KEY) return new UniqueViolation(collection, indexNameIn(error));
  if (isTransient(error)) return new ConflictError(`${collection}: ${error.message}`, { cause: error });
  return error;
}

/** Whether the whole transaction may safely be run again. */
export function isTransient(error: unknown): boolean {
  return error instanceof mongo.MongoError && (error.hasErrorLabel('TransientTransactionError') || error.code === WRITE_CONFLICT);
}

/** Whether it is unknown if a commit happened; committing again then is safe, for it is idempotent. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof mongo.MongoError && error.hasErrorLabel('UnknownTransactionCommitResult');
}

function indexNameIn(error: Error): string {
  const name = /index: (\S+) dup key/.exec(error.message)?.[1] ?? '';
  return name === '_id_' || name === '' ? 'id' : name;
}
