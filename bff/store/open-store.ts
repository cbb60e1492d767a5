/** Chooses the adapter. The only place outside the adapters that knows there are two. */
import type { Store } from './port';

export interface OpenStoreOptions {
  /** Connection string of a MongoDB replica set or sharded cluster; absent or empty: the embedded store. */
  readonly mongoUri?: string | undefined;
  /** Database on that server; else the one the uri names. */
  readonly mongoDbName?: string | undefined;
  /** Data directory of the embedded store. */
  readonly dir: string;
}

/** Opens the store the options name. Throws what the adapter throws, e.g. StoreLockedError. Does not migrate. */
export async function openStore({ mongoUri, mongoDbName, dir }: OpenStoreOptions): Promise<Store> {
  // Loaded when needed: mongoose alone takes longer to load than the embedded store takes to open.
  if (mongoUri) {
    const { openMongoStore } = await import('./mongo/mongo-store');
    return openMongoStore({ uri: mongoUri, ...(mongoDbName !== undefined && { dbName: mongoDbName }) });
  }
  const { openEmbeddedStore } = await import('./embedded/embedded-store');
  return openEmbeddedStore({ dir });
}
