/** The embedded adapter: the store on LMDB, one machine, one process, no server to run. */
import fs from 'node:fs';
import path from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { collections as allCollections } from '../collections';
import { compileCollection, type Definitions } from '../document';
import { Lifecycle, lazyCollections } from '../lifecycle';
import { ConflictError, type Store, type TransactOptions, type Tx } from '../port';
import { retryConflicts, type RetryPolicy } from '../retry';
import { openCatalog, type StoredCollection } from './catalog';
import { Committer } from './committer';
import { takeOwnership } from './owner';
import { Snapshot } from './scan';
import { EmbeddedCollectionTx, EmbeddedTransaction } from './transaction';

export interface EmbeddedStoreOptions {
  /** The data directory; made when it does not exist. On a local disk: LMDB maps the file into memory. */
  readonly dir: string;
  /** Other collections than the system's own; for tests. */
  readonly collections?: Definitions;
  readonly retry?: Partial<RetryPolicy>;
}

const defaultRetry: RetryPolicy = { maxAttempts: 20, baseMs: 1, capMs: 100 };

/**
 * Opens the store in `dir`, creating it or bringing its indexes up to date. Throws StoreLockedError when another
 * process (or another store of this one) has the directory, UniqueViolation when stored documents contradict
 * a new unique index.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { dir, collections = allCollections, retry } = options;
  const compiled = Object.entries(collections).map(([name, definition]) => compileCollection(name, definition));
  fs.mkdirSync(dir, { recursive: true });
  const db = open<Buffer, Buffer>({
    path: path.join(fs.realpathSync(dir), 'data.mdb'), noSubdir: true,
    encoding: 'binary', keyEncoding: 'binary',
    // Every commit is on disk when it returns; see committer.ts.
    overlappingSync: false,
    // One for each snapshot held at the same time.
    maxReaders: 4096,
  });
  try {
    const ownership = await takeOwnership(db, dir);
    try {
      return new EmbeddedStore(db, openCatalog(db, compiled), ownership, { ...defaultRetry, ...retry });
    } catch (error) {
      ownership.release();
      throw error;
    }
  } catch (error) {
    await db.close();
    throw error;
  }
}

class EmbeddedStore implements Store {
  readonly kind = 'embedded';
  private readonly committer: Committer;
  private readonly lifecycle = new Lifecycle();

  constructor(
    private readonly db: RootDatabase<Buffer, Buffer>,
    private readonly collections: ReadonlyMap<string, StoredCollection>,
    private readonly ownership: { release(): void },
    private readonly retry: RetryPolicy,
  ) {
    this.committer = new Committer(db);
  }

  transact<T>(work: (tx: Tx) => Promise<T>, options: TransactOptions = {}): Promise<T> {
    const policy = { ...this.retry, ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }) };
    return this.lifecycle.track(() => retryConflicts(policy, () => this.attempt(work, false)));
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.lifecycle.track(() => this.attempt(work, true));
  }

  /** Waits for what is running, then gives the directory back. */
  close(): Promise<void> {
    return this.lifecycle.close(async () => {
      this.ownership.release();
      await this.db.close();
    });
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>, readOnly: boolean): Promise<T> {
    const transaction = new EmbeddedTransaction(new Snapshot(this.db), readOnly);
    let result: T;
    try {
      result = await work(this.collectionsOf(transaction));
      // A failure that `work` swallowed still forbids the commit.
      transaction.assertUsable();
    } catch (error) {
      // A lost race is to be tried again, whatever `work` made of it.
      throw transaction.failure instanceof ConflictError ? transaction.failure : error;
    } finally {
      transaction.end();
    }
    if (transaction.hasWrites) await this.committer.commit(transaction);
    return result;
  }

  private collectionsOf(transaction: EmbeddedTransaction): Tx {
    return lazyCollections((name) => {
      const collection = this.collections.get(name);
      return collection && new EmbeddedCollectionTx(transaction, collection);
    });
  }
}
