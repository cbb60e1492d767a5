/**
 * One transaction: reads from a snapshot overlaid with its own writes, and remembers what it wrote so that the
 * committer can validate and apply it. Nothing reaches the database from here.
 */
import { checkDocument, copyDocument, maxIndexedBytes, type AnyDoc } from '../document';
import { ConflictError, UniqueViolation, type CollectionTx, type FindOptions, type NewDoc, type Where } from '../port';
import { checkLimit, compareDocs, compileSort, compileWhere, fieldsOf, matches, type Predicate } from '../query';
import { keyIfIn, type StoredCollection } from './catalog';
import { countGroups } from './count';
import { keyOf } from './keys';
import { planQuery } from './plan';
import { scan, visitAll, type Snapshot } from './scan';
import { decodeDocument, encodeDocument, stampOf } from './values';

/** What a transaction did to one document. */
export interface Write {
  readonly collection: StoredCollection;
  readonly key: Buffer;
  /** The commit that wrote the document of the snapshot, or null when there was none. */
  readonly baseStamp: number | null;
  readonly base: AnyDoc | null;
  /** The document to be, or null to remove it. */
  doc: AnyDoc | null;
  /** `doc` encoded, not yet stamped. */
  value: Buffer | null;
}

/** Pages of `iterate`. */
const PAGE = 200;

/** The transaction as the committer sees it. */
export class EmbeddedTransaction {
  readonly collections = new Map<string, Map<string, Write>>();
  /** Owner of a unique key as this transaction left it; null when it was given up. Keys as latin1 text. */
  readonly claims = new Map<string, string | null>();
  failure: Error | null = null;
  private over = false;

  constructor(readonly snapshot: Snapshot, readonly readOnly: boolean) {}

  /** Throws once the transaction has ended or a statement has failed: as in MongoDB, that failure is final. */
  assertUsable(): void {
    if (this.over) throw new Error('the transaction has ended; everything must be awaited inside `work`');
    if (this.failure) throw this.failure;
  }

  /** Marks the transaction as failed: it can no longer commit even if `work` swallows the error. */
  fail(error: Error): never {
    this.failure = error;
    throw error;
  }

  get hasWrites(): boolean {
    for (const writes of this.collections.values()) if (writes.size > 0) return true;
    return false;
  }

  end(): void {
    this.over = true;
    this.snapshot.release();
  }

  writesOf(collection: StoredCollection): Map<string, Write> {
    let writes = this.collections.get(collection.name);
    if (!writes) this.collections.set(collection.name, (writes = new Map()));
    return writes;
  }
}

/** One collection within a transaction. */
export class EmbeddedCollectionTx implements CollectionTx<AnyDoc> {
  private readonly writes: Map<string, Write>;

  constructor(private readonly tx: EmbeddedTransaction, private readonly collection: StoredCollection) {
    this.writes = tx.writesOf(collection);
  }

  async get(id: string): Promise<AnyDoc | null> {
    this.tx.assertUsable();
    const written = this.writes.get(id);
    if (written) return copyDocument(written.doc);
    const value = this.stored(id);
    return value ? decodeDocument(value) : null;
  }

  async find(where: Where<AnyDoc>, options: FindOptions<AnyDoc> = {}): Promise<AnyDoc[]> {
    this.tx.assertUsable();
    return this.findNow(compileWhere(this.collection, where), options);
  }

  async *iterate(where: Where<AnyDoc>, options: Omit<FindOptions<AnyDoc>, 'limit'> = {}): AsyncIterable<AnyDoc> {
    this.tx.assertUsable();
    const predicate = compileWhere(this.collection, where);
    const order = compileSort(this.collection, options.sort);
    const isPaged = planQuery(this.collection, predicate, order, options.after ?? null).arrival !== 'unsorted';
    if (!isPaged) {
      // Paging would sort everything again for each page.
      for (const doc of this.findNow(predicate, options)) {
        this.tx.assertUsable();
        yield doc;
      }
      return;
    }
    let { after } = options;
    for (;;) {
      this.tx.assertUsable();
      const page = this.findNow(predicate, { ...options, after, limit: PAGE });
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1);
    }
  }

  async count(where: Where<AnyDoc>): Promise<number> {
    this.tx.assertUsable();
    const predicate = compileWhere(this.collection, where);
    const plan = planQuery(this.collection, predicate, [], null);
    if (plan.isExact && this.writes.size === 0) return plan.ranges.reduce((sum, range) => sum + this.tx.snapshot.countKeys(range), 0);
    let count = 0;
    this.visit(predicate, new Set(), () => { count++; });
    return count;
  }

  async countBy(field: string, where: Where<AnyDoc>): Promise<Map<string, number>> {
    this.tx.assertUsable();
    if (!this.collection.scalars.has(field)) throw new TypeError(`${this.collection.name}: cannot count by ${field}`);
    const predicate = compileWhere(this.collection, where);
    const grouped = this.writes.size === 0 ? countGroups(this.tx.snapshot, planQuery(this.collection, predicate, [], null), field) : null;
    if (grouped !== null) return grouped;
    const counts = new Map<string, number>();
    this.visit(predicate, new Set([field]), (doc) => {
      const value = String(doc[field]);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    });
    return counts;
  }

  async insert(given: NewDoc<AnyDoc>): Promise<AnyDoc> {
    this.assertWritable();
    const doc = checkDocument(this.collection, { ...given, version: 1 });
    const written = this.writes.get(doc.id);
    const stored = written ? undefined : this.stored(doc.id);
    if (written ? written.doc : stored) this.tx.fail(new UniqueViolation(this.collection.name, 'id'));
    return this.write(written ?? this.newWrite(doc.id, stored), doc);
  }

  async replace(doc: AnyDoc): Promise<AnyDoc> {
    this.assertWritable();
    const next = checkDocument(this.collection, { ...doc, version: doc.version + 1 });
    return this.write(this.current(doc), next);
  }

  async remove(doc: AnyDoc): Promise<void> {
    this.assertWritable();
    this.write(this.current(doc), null);
  }

  async guard(doc: AnyDoc): Promise<AnyDoc> {
    this.assertWritable();
    const write = this.current(doc);
    // The stored content, not the caller's: a guard changes nothing.
    return this.write(write, { ...write.doc!, version: doc.version + 1 });
  }

  private findNow(predicate: Predicate, options: FindOptions<AnyDoc>): AnyDoc[] {
    const { after = null } = options;
    const limit = checkLimit(options.limit);
    const order = compileSort(this.collection, options.sort);
    const accept = (doc: AnyDoc) => matches(predicate, doc) && (!after || compareDocs(order, doc, after) > 0);
    const found = scan({
      snapshot: this.tx.snapshot, collection: this.collection, order, limit,
      plan: planQuery(this.collection, predicate, order, after),
      accept: this.writes.size === 0 ? accept : (doc) => !this.writes.has(doc.id) && accept(doc),
      needs: fieldsOf(predicate, new Set(order.map(({ field }) => field))),
    });
    const own: AnyDoc[] = [];
    for (const { doc } of this.writes.values()) if (doc && accept(doc)) own.push(copyDocument(doc));
    if (own.length === 0) return found;
    return [...found, ...own].sort((a, b) => compareDocs(order, a, b)).slice(0, limit);
  }

  private visit(predicate: Predicate, extra: Set<string>, visit: (doc: AnyDoc) => void): void {
    visitAll({
      snapshot: this.tx.snapshot, collection: this.collection,
      plan: planQuery(this.collection, predicate, [], null),
      accept: (doc) => !this.writes.has(doc.id) && matches(predicate, doc),
      needs: fieldsOf(predicate, extra),
    }, visit);
    for (const { doc } of this.writes.values()) if (doc && matches(predicate, doc)) visit(doc);
  }

  private assertWritable(): void {
    this.tx.assertUsable();
    if (this.tx.readOnly) throw new Error('this transaction is for reading only');
  }

  private stored(id: string): Buffer | undefined {
    // No stored id is longer, and LMDB refuses longer keys.
    if (id === '' || id.length * 3 > maxIndexedBytes && Buffer.byteLength(id) > maxIndexedBytes) return undefined;
    return this.tx.snapshot.get(keyOf(this.collection.primary.space, [id]));
  }

  private newWrite(id: string, stored: Buffer | undefined): Write {
    const base = stored ? decodeDocument(stored) : null;
    return {
      collection: this.collection, key: keyOf(this.collection.primary.space, [id]),
      baseStamp: stored ? stampOf(stored) : null, base, doc: base, value: null,
    };
  }

  /** The write record of a document that must exist in the version given. */
  private current(doc: AnyDoc): Write {
    const write = this.writes.get(doc.id) ?? this.newWrite(doc.id, this.stored(doc.id));
    if (!write.doc || write.doc.version !== doc.version) {
      this.tx.fail(new ConflictError(`${this.collection.name}: version ${doc.version} of a document is not the stored one`));
    }
    return write;
  }

  private write(write: Write, next: AnyDoc | null): AnyDoc {
    const id = (next ?? write.doc)!.id;
    this.claimUniqueKeys(write.doc, next, id);
    write.doc = next;
    write.value = next && encodeDocument(next);
    this.writes.set(id, write);
    return copyDocument(next)!;
  }

  /** Checks unique indexes as the statement would be checked in MongoDB: against the snapshot and the writes so far. */
  private claimUniqueKeys(previous: AnyDoc | null, next: AnyDoc | null, id: string): void {
    const changes: { before: string | null; after: string | null }[] = [];
    for (const index of this.collection.secondary) {
      if (!index.unique) continue;
      const before = previous && keyIfIn(index, previous);
      const after = next && keyIfIn(index, next);
      if (before && after ? before.equals(after) : before === after) continue;
      const afterText = after?.toString('latin1') ?? null;
      if (after) {
        const claimed = this.tx.claims.get(afterText!);
        const owner = claimed === undefined ? this.tx.snapshot.get(after)?.toString('utf8') : claimed;
        if (owner !== undefined && owner !== null && owner !== id) this.tx.fail(new UniqueViolation(this.collection.name, index.name));
      }
      changes.push({ before: before?.toString('latin1') ?? null, after: afterText });
    }
    for (const { before, after } of changes) {
      if (before !== null) this.tx.claims.set(before, null);
      if (after !== null) this.tx.claims.set(after, id);
    }
  }
}
