/** One transaction on a MongoDB session, collection by collection. */
import type { ClientSession, Model } from 'mongoose';
import { checkDocument, copyDocument, type AnyDoc, type CompiledCollection } from '../document';
import { ConflictError, type CollectionTx, type FindOptions, type NewDoc, type Where } from '../port';
import { checkLimit, compileSort, compileWhere, type Predicate } from '../query';
import { translate } from './errors';
import { filterAfter, filterOf, sortOf } from './filters';
import type { StoredDoc } from './schemas';

/** Documents `iterate` fetches at a time. */
const PAGE = 200;

/** The state of one transaction: one session, on which only one statement may run at a time. */
export class MongoTransaction {
  failure: unknown = null;
  private over = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly session: ClientSession, readonly readOnly: boolean) {}

  /** Throws once the transaction has ended or a statement has failed: MongoDB has then aborted it. */
  assertUsable(): void {
    if (this.over) throw new Error('the transaction has ended; everything must be awaited inside `work`');
    if (this.failure) throw this.failure;
  }

  /** Runs one statement after those before it; a failure of the database is final for the transaction. */
  async statement<T>(collection: string, run: () => Promise<T>): Promise<T> {
    this.assertUsable();
    const mine = this.last.then(async () => {
      this.assertUsable();
      try {
        return await run();
      } catch (error) {
        this.failure = translate(error, collection);
        throw this.failure;
      }
    });
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for a statement that `work` forgot to await, then closes. */
  async end(): Promise<void> {
    this.over = true;
    await this.last;
  }
}

/** One collection within a transaction. */
export class MongoCollectionTx implements CollectionTx<AnyDoc> {
  constructor(private readonly tx: MongoTransaction, private readonly collection: CompiledCollection, private readonly model: Model<StoredDoc>) {}

  get(id: string): Promise<AnyDoc | null> {
    return this.run(async () => {
      const found = await this.native.findOne({ _id: id }, this.options);
      return found && fromStored(found);
    });
  }

  async find(where: Where<AnyDoc>, options: FindOptions<AnyDoc> = {}): Promise<AnyDoc[]> {
    this.tx.assertUsable();
    const predicate = compileWhere(this.collection, where);
    const limit = checkLimit(options.limit);
    return this.run(async () => {
      const cursor = this.cursor(predicate, options);
      // To MongoDB a limit of 0 is none at all.
      if (limit === 0) return [];
      return (await (limit === Number.POSITIVE_INFINITY ? cursor : cursor.limit(limit)).toArray()).map(fromStored);
    });
  }

  async *iterate(where: Where<AnyDoc>, options: Omit<FindOptions<AnyDoc>, 'limit'> = {}): AsyncIterable<AnyDoc> {
    this.tx.assertUsable();
    // One cursor rather than pages, so that what no index sorts is sorted once.
    const cursor = this.cursor(compileWhere(this.collection, where), options).batchSize(PAGE);
    try {
      for (;;) {
        const page = await this.run(async () => {
          const docs: AnyDoc[] = [];
          while (docs.length < PAGE) {
            const next = await cursor.next();
            if (!next) break;
            docs.push(fromStored(next));
          }
          return docs;
        });
        yield* page;
        if (page.length < PAGE) return;
      }
    } finally {
      // A cursor of a transaction that failed is gone already.
      await cursor.close().catch(() => undefined);
    }
  }

  async count(where: Where<AnyDoc>): Promise<number> {
    this.tx.assertUsable();
    const filter = filterOf(compileWhere(this.collection, where));
    return this.run(() => this.native.countDocuments(filter, this.options));
  }

  async countBy(field: string, where: Where<AnyDoc>): Promise<Map<string, number>> {
    this.tx.assertUsable();
    if (!this.collection.scalars.has(field)) throw new TypeError(`${this.collection.name}: cannot count by ${field}`);
    const filter = filterOf(compileWhere(this.collection, where));
    return this.run(async () => {
      const groups = this.native.aggregate<{ _id: unknown; n: number }>([{ $match: filter }, { $group: { _id: `$${field === 'id' ? '_id' : field}`, n: { $sum: 1 } } }], this.options);
      const counts = new Map<string, number>();
      for (const { _id, n } of await groups.toArray()) counts.set(String(_id), (counts.get(String(_id)) ?? 0) + n);
      return counts;
    });
  }

  async insert(given: NewDoc<AnyDoc>): Promise<AnyDoc> {
    this.assertWritable();
    const doc = checkDocument(this.collection, { ...given, version: 1 });
    return this.run(async () => {
      await this.model.insertMany([toStored(doc)], { ...this.options, ordered: true });
      return doc;
    });
  }

  async replace(given: AnyDoc): Promise<AnyDoc> {
    this.assertWritable();
    const doc = checkDocument(this.collection, { ...given, version: given.version + 1 });
    return this.run(async () => {
      const { matchedCount } = await this.model.replaceOne({ _id: given.id, version: given.version }, toStored(doc), this.options);
      this.assertOne(matchedCount, given);
      return doc;
    });
  }

  async remove(doc: AnyDoc): Promise<void> {
    this.assertWritable();
    await this.run(async () => {
      const { deletedCount } = await this.model.deleteOne({ _id: doc.id, version: doc.version }, this.options);
      this.assertOne(deletedCount, doc);
    });
  }

  async guard(doc: AnyDoc): Promise<AnyDoc> {
    this.assertWritable();
    return this.run(async () => {
      // The only update operator in the system, because a guard must not write what the caller holds.
      const guarded = await this.native.findOneAndUpdate({ _id: doc.id, version: doc.version }, { $set: { version: doc.version + 1 } }, { ...this.options, returnDocument: 'after' });
      this.assertOne(guarded ? 1 : 0, doc);
      return fromStored(guarded!);
    });
  }

  private cursor(predicate: Predicate, { sort, after }: FindOptions<AnyDoc>) {
    const order = compileSort(this.collection, sort);
    const wanted = filterOf(predicate);
    const filter = after ? { $and: [wanted, filterAfter(this.collection, order, after)] } : wanted;
    return this.native.find(filter, this.options).sort(sortOf(order));
  }

  /**
   * The driver's own collection, for reading: mongoose would cast the values of a condition (the number 5 on a
   * text field would match '5'), which the embedded store does not. Writing goes through the strict models.
   */
  private get native() {
    return this.model.collection as unknown as import('mongoose').mongo.Collection<StoredDoc>;
  }

  private get options(): { session: ClientSession } {
    return { session: this.tx.session };
  }

  private run<T>(statement: () => Promise<T>): Promise<T> {
    return this.tx.statement(this.collection.name, statement);
  }

  private assertWritable(): void {
    this.tx.assertUsable();
    if (this.tx.readOnly) throw new Error('this transaction is for reading only');
  }

  private assertOne(matched: number, doc: AnyDoc): void {
    if (matched !== 1) throw new ConflictError(`${this.collection.name}: version ${doc.version} of a document is not the stored one`);
  }
}

function toStored(doc: AnyDoc): StoredDoc {
  const { id, ...rest } = doc;
  // A copy: mongoose must not get its hands on what the caller is given.
  return { _id: id, ...copyDocument(rest) } as unknown as StoredDoc;
}

function fromStored(stored: Record<string, unknown>): AnyDoc {
  const { _id, ...rest } = stored;
  return { id: _id, ...rest } as unknown as AnyDoc;
}
