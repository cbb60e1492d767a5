/**
 * The persistence port: everything the rules need of a database, and nothing more. Documents are loaded,
 * decided upon, and replaced whole with a version check; there are no update operators, so no rule is
 * written a second time in a query language. Two adapters (`embedded/`, `mongo/`) pass one contract suite.
 *
 * Isolation is snapshot isolation, first committer wins: a transaction reads the store as it was when it
 * began, plus its own writes; it commits only if no document it wrote or guarded was changed by another
 * since. What a decision rests on but does not change must be `guard`ed, or two snapshots could each be
 * right and both together wrong (write skew).
 */
import type { CollectionName, DocOf } from './collections';

/** Every stored document: a string id, and a version that grows by one with every write. */
export interface Doc {
  readonly id: string;
  readonly version: number;
}

/** What the caller supplies for a new document; the store gives it version 1. */
export type NewDoc<D extends Doc> = Omit<D, 'version'>;

export type Scalar = string | number | boolean | null;

/** A condition on one top-level field. Ranges compare values of the same type only; `prefix` is for strings. */
export type Condition =
  | Scalar
  | { readonly in: readonly Scalar[] }
  | { readonly gt?: string | number; readonly gte?: string | number; readonly lt?: string | number; readonly lte?: string | number }
  | { readonly prefix: string };

/** All listed fields must hold; `and` / `or` combine further. An empty `or` matches nothing. */
export type Where<D extends Doc> = { readonly [K in keyof D]?: Condition } & {
  readonly and?: readonly Where<D>[];
  readonly or?: readonly Where<D>[];
};

/** Sort keys in order. Ties are broken by `id` ascending, so every order is total and pages are stable. */
export type Sort<D extends Doc> = readonly (readonly [keyof D & string, 'asc' | 'desc'])[];

export interface FindOptions<D extends Doc> {
  readonly sort?: Sort<D>;
  readonly limit?: number;
  /** The last document of the page before: results start strictly after it in the sort order. */
  readonly after?: D;
}

/**
 * Order of values of different types, as in MongoDB: null, numbers, strings (by UTF-8 bytes), booleans.
 *
 * A UniqueViolation or ConflictError is final for its transaction, as on MongoDB: `work` may catch it, but the
 * transaction cannot go on or commit. Uniqueness is checked statement by statement, so two documents swap their
 * values only by way of a third. Conditions and sorts on `undefined`, or on fields that are no plain values,
 * throw TypeError; documents that do not fit their schema throw InvalidDocumentError (document.ts).
 */
export interface CollectionTx<D extends Doc> {
  get(id: string): Promise<D | null>;
  find(where: Where<D>, options?: FindOptions<D>): Promise<D[]>;
  /** Streams matches in pages; for reports and exports. Sees the transaction's snapshot; do not write to the collection meanwhile. */
  iterate(where: Where<D>, options?: Omit<FindOptions<D>, 'limit'>): AsyncIterable<D>;
  count(where: Where<D>): Promise<number>;
  /** Number of matches per value of `field`, keyed by the value as a string. */
  countBy(field: keyof D & string, where: Where<D>): Promise<Map<string, number>>;
  /** Writes a new document with version 1. Throws UniqueViolation (index `id` when the id exists). */
  insert(doc: NewDoc<D>): Promise<D>;
  /**
   * Replaces the document of the same id; `doc.version` must be the stored one (read in this transaction),
   * else ConflictError. Returns the document with its new version. Throws UniqueViolation.
   */
  replace(doc: D): Promise<D>;
  /** Removes the document of this id and version, else ConflictError. */
  remove(doc: D): Promise<void>;
  /** Bumps the document's version without changing it: conflicts with any other writer of it. */
  guard(doc: D): Promise<D>;
}

export type Tx = { readonly [N in CollectionName]: CollectionTx<DocOf<N>> };

export interface TransactOptions {
  /** How often a lost race is tried again before StoreBusyError. */
  readonly maxAttempts?: number;
}

export interface Store {
  readonly kind: 'embedded' | 'mongo';
  /**
   * Runs `work` against one snapshot and commits all of it or nothing; returns after the commit is on disk.
   * A lost race (ConflictError) runs `work` again from a fresh snapshot with back-off, a bounded number of
   * times, then throws StoreBusyError. Any other exception rolls back and passes through. `work` must have
   * no effect outside `tx`, for it may run several times.
   */
  transact<T>(work: (tx: Tx) => Promise<T>, options?: TransactOptions): Promise<T>;
  /** One consistent snapshot for reading only; writes throw. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Another transaction committed first. Retried by `transact`; seen outside only inside StoreBusyError. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** Retries are used up. Nothing was changed. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
}

/** A unique index refused a document. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  constructor(readonly collection: string, readonly index: string) {
    super(`${collection}: unique index ${index} refused a document`);
  }
}
