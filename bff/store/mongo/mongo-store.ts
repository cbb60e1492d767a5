/** The MongoDB adapter: mongoose models and multi-document transactions on a replica set or sharded cluster. */
import { createConnection, type Connection, type Model } from 'mongoose';
import { collections as allCollections } from '../collections';
import { compileCollection, type CompiledCollection, type Definitions } from '../document';
import { Lifecycle, lazyCollections } from '../lifecycle';
import { ConflictError, UniqueViolation, type Store, type TransactOptions, type Tx } from '../port';
import { retryConflicts, type RetryPolicy } from '../retry';
import { commit } from './commit';
import { translate } from './errors';
import { indexesOf, modelOf, type StoredDoc, type WantedIndex } from './schemas';
import { MongoCollectionTx, MongoTransaction } from './transaction';

export interface MongoStoreOptions {
  /** Connection string of a replica set or sharded cluster; a single server has no transactions. */
  readonly uri: string;
  /** The database; else the one the uri names. */
  readonly dbName?: string;
  /** Other collections than the system's own; for tests. */
  readonly collections?: Definitions;
  readonly retry?: Partial<RetryPolicy>;
}

interface Entry {
  readonly collection: CompiledCollection;
  readonly model: Model<StoredDoc>;
}

/** Slower than embedded: a transaction is several round trips. */
const defaultRetry: RetryPolicy = { maxAttempts: 20, baseMs: 4, capMs: 200 };

/**
 * Connects on a connection of its own, and creates collections and indexes that are missing; an index whose
 * definition changed is built anew. Indexes no longer declared stay (during a rolling upgrade the older program
 * still needs them): drop them by hand. Throws UniqueViolation when stored documents contradict a unique index.
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const { uri, dbName, collections = allCollections, retry } = options;
  const connection = await connect(uri, dbName);
  try {
    const entries = new Map<string, Entry>();
    for (const [name, definition] of Object.entries(collections)) {
      const collection = compileCollection(name, definition);
      entries.set(name, { collection, model: modelOf(connection, collection) });
    }
    await ensureCollections(connection, [...entries.values()]);
    return new MongoStore(connection, entries, { ...defaultRetry, ...retry });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function connect(uri: string, dbName: string | undefined): Promise<Connection> {
  try {
    return await createConnection(uri, {
      ...(dbName !== undefined && { dbName }),
      autoIndex: false, autoCreate: false, bufferCommands: false,
      serverSelectionTimeoutMS: 10_000,
    }).asPromise();
  } catch (error) {
    // For the operator at start-up. The driver's message names hosts; the uri, with its password, is not repeated.
    throw new Error(`连不上 MongoDB，请检查 MONGODB_URI、网络和账号 (cannot connect to MongoDB): ${(error as Error).message}`, { cause: error });
  }
}

async function ensureCollections(connection: Connection, entries: readonly Entry[]): Promise<void> {
  const existing = new Set((await connection.listCollections()).map(({ name }) => name));
  for (const { collection, model } of entries) {
    // Another process may be doing the same: createCollection of mongoose tolerates that it exists.
    if (!existing.has(collection.name)) await model.createCollection();
    for (const index of indexesOf(collection)) await ensureIndex(collection, model, index);
  }
}

const INDEX_OPTIONS_CONFLICT = 85;
const INDEX_KEY_SPECS_CONFLICT = 86;

async function ensureIndex(collection: CompiledCollection, model: Model<StoredDoc>, index: WantedIndex): Promise<void> {
  const { key, ...rest } = index;
  const create = () => model.collection.createIndex(key, rest);
  try {
    await create();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === INDEX_OPTIONS_CONFLICT || code === INDEX_KEY_SPECS_CONFLICT) {
      await model.collection.dropIndex(index.name);
      await create();
      return;
    }
    const meaning = translate(error, collection.name);
    throw meaning instanceof UniqueViolation ? new UniqueViolation(collection.name, index.name) : meaning;
  }
}

class MongoStore implements Store {
  readonly kind = 'mongo';
  private readonly lifecycle = new Lifecycle();

  constructor(private readonly connection: Connection, private readonly entries: ReadonlyMap<string, Entry>, private readonly retry: RetryPolicy) {}

  transact<T>(work: (tx: Tx) => Promise<T>, options: TransactOptions = {}): Promise<T> {
    const policy = { ...this.retry, ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }) };
    return this.lifecycle.track(() => retryConflicts(policy, () => this.attempt(work, false)));
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.lifecycle.track(() => retryConflicts(this.retry, () => this.attempt(work, true)));
  }

  /** Waits for what is running, then disconnects. */
  close(): Promise<void> {
    return this.lifecycle.close(() => this.connection.close());
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>, readOnly: boolean): Promise<T> {
    const session = await this.connection.startSession();
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', j: true }, readPreference: 'primary' });
      const transaction = new MongoTransaction(session, readOnly);
      let result: T;
      try {
        result = await work(this.collectionsOf(transaction));
        // A failure that `work` swallowed still forbids the commit.
        transaction.assertUsable();
      } catch (error) {
        await transaction.end();
        // What made it fail is what matters; a server that cannot be told to abort will time out.
        await session.abortTransaction().catch(() => undefined);
        // A lost race is to be tried again, whatever `work` made of it.
        throw transaction.failure instanceof ConflictError ? transaction.failure : error;
      }
      await transaction.end();
      // Reads too: only a majority commit says that what was read will not be rolled back.
      await commit(session);
      return result;
    } finally {
      await session.endSession().catch(() => undefined);
    }
  }

  private collectionsOf(transaction: MongoTransaction): Tx {
    return lazyCollections((name) => {
      const entry = this.entries.get(name);
      return entry && new MongoCollectionTx(transaction, entry.collection, entry.model);
    });
  }
}
