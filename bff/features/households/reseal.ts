/**
 * Re-encryption (P2): brings everything sealed under an older key version under the current one, so that the old key
 * can be retired. In bounded batches, resumable where it was stopped, harmless beside a running service: a document
 * changed meanwhile is read again. The ledger is left alone (its chain would break) and holds nothing sealed.
 */
import type { FieldCrypto } from '../../security/field-crypto';
import { collections, type CollectionName } from '../../store/collections';
import type { FileVault } from '../attachments/vault';
import type { CollectionTx, Doc, Store, Tx } from '../../store/port';

export interface ResealOptions {
  readonly dryRun: boolean;
  /** Documents a transaction. */
  readonly batch?: number;
  readonly onProgress?: (progress: ResealProgress) => void;
}

export interface ResealProgress {
  readonly collection: string;
  /** Documents looked at and rewritten so far, in all collections of this run. */
  readonly seen: number;
  readonly resealed: number;
}

/** Append-only, hash-chained, and published by their hashes. */
const NEVER: readonly CollectionName[] = ['ledger', 'ledgerHeads'];
const BATCH = 200;
const BOOKMARK = 'reseal';

interface Bookmark {
  readonly keyVersion: number;
  readonly collection: string;
  readonly afterId: string;
}

/** Names of the collections that are gone through, in order. */
export const resealedCollections = (Object.keys(collections) as CollectionName[]).filter((name) => !NEVER.includes(name)).sort();

/** Goes through everything once; run again, it finds nothing left unless an old process still seals with the old key. */
export async function resealAll(store: Store, crypto: FieldCrypto, { dryRun, batch = BATCH, onProgress }: ResealOptions): Promise<{ seen: number; resealed: number }> {
  const total = { seen: 0, resealed: 0 };
  const start = dryRun ? null : await readBookmark(store, crypto.keyVersion);
  for (const name of resealedCollections) {
    if (start !== null && name < start.collection) continue;
    let afterId = start !== null && name === start.collection ? start.afterId : '';
    for (;;) {
      const page = await store.read((tx) => anyOf(tx, name).find({ id: { gt: afterId } }, { sort: [['id', 'asc']], limit: batch }));
      const stale = page.filter((doc) => reseal(doc, crypto) !== doc).map(({ id }) => id);
      const lastId = page.at(-1)?.id ?? afterId;
      if (!dryRun && stale.length > 0) await rewrite(store, crypto, name, stale, lastId);
      total.seen += page.length;
      total.resealed += stale.length;
      if (page.length > 0) onProgress?.({ collection: name, ...total });
      if (page.length < batch) break;
      afterId = lastId;
    }
  }
  if (!dryRun) await store.transact((tx) => dropBookmark(tx));
  return total;
}

/** A collection whose documents are only looked through. */
const anyOf = (tx: Tx, name: CollectionName) => tx[name] as unknown as CollectionTx<Doc>;

/** The files of the vault, one after another. Each is replaced whole, so that stopping in between harms nothing. */
export async function resealFiles(store: Store, vault: Pick<FileVault, 'reseal'>, { dryRun, batch = BATCH, onProgress }: ResealOptions): Promise<{ seen: number; resealed: number }> {
  const total = { seen: 0, resealed: 0 };
  for (let afterId = ''; ;) {
    const page = await store.read((tx) => tx.attachments.find({ id: { gt: afterId } }, { sort: [['id', 'asc']], limit: batch }));
    for (const { fileId } of page) {
      if (await vault.reseal(fileId, dryRun)) total.resealed += 1;
      total.seen += 1;
    }
    if (page.length === 0) return total;
    onProgress?.({ collection: 'files', ...total });
    afterId = page.at(-1)!.id;
  }
}

/** Rewrites these documents as they are now, and keeps the place, in one transaction. */
function rewrite(store: Store, crypto: FieldCrypto, name: CollectionName, ids: readonly string[], afterId: string): Promise<void> {
  return store.transact(async (tx) => {
    const documents = anyOf(tx, name);
    for (const id of ids) {
      const current = await documents.get(id);
      const fresh = current === null ? null : reseal(current, crypto);
      if (fresh !== null && fresh !== current) await documents.replace(fresh);
    }
    const value: Bookmark = { keyVersion: crypto.keyVersion, collection: name, afterId };
    const earlier = await tx.settings.get(BOOKMARK);
    if (earlier === null) await tx.settings.insert({ id: BOOKMARK, value });
    else await tx.settings.replace({ ...earlier, value });
  });
}

/** A place kept by a run towards another key is no place of this one. */
async function readBookmark(store: Store, keyVersion: number): Promise<Bookmark | null> {
  const kept = (await store.read((tx) => tx.settings.get(BOOKMARK)))?.value as Bookmark | undefined;
  return kept !== undefined && kept.keyVersion === keyVersion ? kept : null;
}

async function dropBookmark(tx: Tx): Promise<void> {
  const kept = await tx.settings.get(BOOKMARK);
  if (kept !== null) await tx.settings.remove(kept);
}

/** The value with every sealed text in it under the current key; the very same value when nothing was stale. */
export function reseal<T>(value: T, crypto: FieldCrypto): T {
  if (Array.isArray(value)) {
    const next = value.map((item: unknown) => reseal(item, crypto));
    return next.some((item, at) => item !== value[at]) ? (next as T) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  let changed = false;
  const next = Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => {
    // A field is known by its name, as everywhere: `…Sealed`. An empty one holds nothing.
    const fresh = key.endsWith('Sealed') && typeof item === 'string' && item !== '' && crypto.keyVersionOf(item) !== crypto.keyVersion ? crypto.seal(crypto.open(item)) : reseal(item, crypto);
    changed ||= fresh !== item;
    return [key, fresh];
  }));
  return changed ? (next as T) : value;
}
