/** The contract on the embedded store. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openEmbeddedStore } from '../../../bff/store/embedded/embedded-store';
import { describeConcurrency } from './concurrency-contract';
import { asTestStore, testDefinitions, type TestStore } from './fixtures';
import { describeQueries } from './query-contract';
import { describeDocuments } from './store-contract';

describe('store on LMDB', () => {
  jest.setTimeout(60_000);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'store.test-'));
  let store: TestStore;
  beforeAll(async () => { store = asTestStore(await openEmbeddedStore({ dir, collections: testDefinitions })); });
  afterAll(async () => {
    await store.close();
    fs.rmSync(dir, { recursive: true });
  });

  describeDocuments(() => store);
  describeConcurrency(() => store);
  describeQueries(() => store, 150);
});
