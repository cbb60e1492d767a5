/**
 * Which spaces of the key order belong to which collection and index. Space 0 holds the store's own records;
 * the others are numbered as they are first met and never reused, so a directory outlives changes of the program:
 * an index that is new or was changed is built when the store opens, one that is gone is dropped.
 */
import type { RootDatabase } from 'lmdb';
import type { IndexDefinition } from '../collection';
import type { AnyDoc, CompiledCollection } from '../document';
import { UniqueViolation, type Scalar } from '../port';
import { keyIn, keyOf } from './keys';
import { decodeDocument } from './values';

/** An ordered set of keys over a collection: an index, or the documents themselves in order of id. */
export interface KeySpace {
  readonly name: string;
  readonly space: number;
  /** The components of its keys. Ends with `id` unless the fields before are unique. */
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly where: readonly (readonly [string, Scalar])[];
}

/** A collection as the embedded store knows it. */
export interface StoredCollection extends CompiledCollection {
  readonly primary: KeySpace;
  readonly secondary: readonly KeySpace[];
}

interface CatalogRecord {
  next: number;
  spaces: Record<string, { space: number; definition: string }>;
}

const CATALOG_KEY = Buffer.from('\0\0catalog', 'latin1');
const FORMAT = 1;

/**
 * Brings the directory's catalogue in line with the definitions. Throws UniqueViolation when documents that
 * are there contradict a new unique index; nothing is changed then.
 */
export function openCatalog(db: RootDatabase<Buffer, Buffer>, compiled: readonly CompiledCollection[]): Map<string, StoredCollection> {
  return db.transactionSync(() => {
    const stored = db.get(CATALOG_KEY);
    const record = stored ? (JSON.parse(stored.toString('utf8')) as CatalogRecord & { format: number }) : { format: FORMAT, next: 1, spaces: {} };
    if (record.format !== FORMAT) throw new Error(`the data directory has format ${record.format}, this program reads ${FORMAT}`);
    const collections = new Map<string, StoredCollection>();
    const wanted = new Set<string>();
    for (const collection of compiled) {
      const primary: KeySpace = { name: 'id', space: spaceOf(record, collection.name, '').space, fields: ['id'], unique: true, where: [] };
      wanted.add(collection.name);
      const secondary = collection.indexes.map((index) => {
        const fullName = `${collection.name}/${index.name}`;
        wanted.add(fullName);
        const definition = JSON.stringify([index.fields, index.unique ?? false, index.where ?? {}]);
        const known = record.spaces[fullName];
        if (known && known.definition !== definition) {
          dropSpace(db, known.space);
          delete record.spaces[fullName];
        }
        const { space, isNew } = spaceOf(record, fullName, definition);
        const keySpace = toKeySpace(index, space);
        if (isNew) buildIndex(db, collection.name, primary, keySpace);
        return keySpace;
      });
      collections.set(collection.name, { ...collection, primary, secondary });
    }
    for (const name of Object.keys(record.spaces)) {
      // Documents of a collection that is no longer declared stay; its indexes, and old indexes, would go stale.
      if (!name.includes('/') || wanted.has(name)) continue;
      dropSpace(db, record.spaces[name]!.space);
      delete record.spaces[name];
    }
    db.putSync(CATALOG_KEY, Buffer.from(JSON.stringify(record)));
    return collections;
  });
}

function spaceOf(record: CatalogRecord, name: string, definition: string): { space: number; isNew: boolean } {
  const known = record.spaces[name];
  if (known) return { space: known.space, isNew: false };
  const space = record.next++;
  record.spaces[name] = { space, definition };
  return { space, isNew: true };
}

function toKeySpace(index: IndexDefinition, space: number): KeySpace {
  const unique = index.unique ?? false;
  return { name: index.name, space, fields: unique ? index.fields : [...index.fields, 'id'], unique, where: Object.entries(index.where ?? {}) };
}

/** The key of a document in a key space, or null when the document is not in it (partial index). */
export function keyIfIn(keySpace: KeySpace, doc: AnyDoc): Buffer | null {
  for (const [field, value] of keySpace.where) if (doc[field] !== value) return null;
  return keyOf(keySpace.space, keySpace.fields.map((field) => doc[field] as Scalar));
}

function buildIndex(db: RootDatabase<Buffer, Buffer>, collection: string, primary: KeySpace, index: KeySpace): void {
  let start = keyIn(primary.space).take();
  for (;;) {
    // In pages, so that nothing is written under an open cursor.
    const page = [...db.getRange({ start, end: keyIn(primary.space + 1).take(), limit: 500 })];
    for (const { value } of page) {
      const doc = decodeDocument(value);
      const key = keyIfIn(index, doc);
      if (!key) continue;
      if (index.unique && db.get(key)) throw new UniqueViolation(collection, index.name);
      db.putSync(key, Buffer.from(doc.id));
    }
    if (page.length < 500) return;
    start = Buffer.concat([page.at(-1)!.key, Buffer.of(0)]);
  }
}

function dropSpace(db: RootDatabase<Buffer, Buffer>, space: number): void {
  for (const key of [...db.getKeys({ start: keyIn(space).take(), end: keyIn(space + 1).take() })]) db.removeSync(key);
}
