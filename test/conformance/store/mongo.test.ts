/** The contract on MongoDB; runs wherever TEST_MONGODB_URI names a replica set. */
import { randomUUID } from 'node:crypto';
import { createConnection, mongo } from 'mongoose';
import { commit } from '../../../bff/store/mongo/commit';
import { CommitOutcomeUnknownError } from '../../../bff/store/mongo/errors';
import { openMongoStore } from '../../../bff/store/mongo/mongo-store';
import { ConflictError, UniqueViolation } from '../../../bff/store/port';
import { collection } from '../../../bff/store/collection';
import { collections } from '../../../bff/store/collections';
import { describeConcurrency } from './concurrency-contract';
import { asTestStore, buildSeat, testCollections, testDefinitions, type TestStore } from './fixtures';
import { describeQueries } from './query-contract';
import { describeDocuments } from './store-contract';

const uri = process.env.TEST_MONGODB_URI ?? '';
if (!uri) console.warn('SKIPPED: the store contract on MongoDB. Set TEST_MONGODB_URI to the uri of a replica set to run it.');

describe('the commit of a MongoDB transaction', () => {
  const failure = (...errorLabels: string[]) => new mongo.MongoServerError({ message: 'on purpose', code: 91, errorLabels });
  /** Commits on a session that fails as told, then succeeds; gives the number of commits sent. */
  const commitAfter = async (...failures: Error[]) => {
    let sent = 0;
    await commit({ commitTransaction: async () => { if (sent++ < failures.length) throw failures[sent - 1]!; } }, async () => undefined);
    return sent;
  };
  const unknown = failure('UnknownTransactionCommitResult');

  it('is sent again while its outcome is unknown, and given up with that said', async () => {
    expect(await commitAfter(unknown, unknown, failure('RetryableWriteError', 'UnknownTransactionCommitResult'))).toBe(4);
    await expect(commitAfter(...Array.from({ length: 20 }, () => unknown))).rejects.toThrow(CommitOutcomeUnknownError);
  });

  it('is a lost race when it certainly did not happen, even after a doubt', async () => {
    await expect(commitAfter(failure('TransientTransactionError'))).rejects.toThrow(ConflictError);
    await expect(commitAfter(unknown, failure('TransientTransactionError'))).rejects.toThrow(ConflictError);
  });

  it('fails as it is with anything else', async () => {
    await expect(commitAfter(failure())).rejects.toThrow('on purpose');
  });
});

(uri ? describe : describe.skip)('store on MongoDB', () => {
  jest.setTimeout(60_000);
  const dbName = `store_test_${randomUUID().slice(0, 8)}`;
  let store: TestStore;
  beforeAll(async () => { store = asTestStore(await openMongoStore({ uri, dbName, collections: testDefinitions })); });
  afterAll(async () => {
    await store.close();
    const connection = await createConnection(uri, { dbName }).asPromise();
    await connection.dropDatabase();
    await connection.close();
  });

  describeDocuments(() => store);
  describeConcurrency(() => store);
  describeQueries(() => store, 25);

  it('opens with every collection of the system, twice at once, and finds its indexes there', async () => {
    const all = await Promise.all([1, 2].map(() => openMongoStore({ uri, dbName: `${dbName}_all` })));
    const connection = await createConnection(uri, { dbName: `${dbName}_all` }).asPromise();
    const names = (await connection.db!.collection('turns').indexes()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(collections.turns.indexes.map(({ name }) => name)));
    await connection.dropDatabase();
    await connection.close();
    for (const one of all) await one.close();
  });

  it('refuses to build a unique index that stored documents contradict, by its name', async () => {
    await store.transact(async (tx) => {
      await tx.seats.insert(buildSeat({ id: 'x', door: 91, person: 'p' }));
      await tx.seats.insert(buildSeat({ id: 'y', door: 92, person: 'p' }));
    });
    const stricter = { ...testCollections, seats: collection(testCollections.seats.schema, [{ name: 'oneSeatEver', fields: ['person'], unique: true }]) };
    await expect(openMongoStore({ uri, dbName, collections: stricter })).rejects.toThrow(UniqueViolation);
  });
});
