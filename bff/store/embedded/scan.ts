/** Walks a plan over one LMDB snapshot. Everything here is synchronous: no cursor outlives a call. */
import type { RootDatabase, Transaction } from 'lmdb';
import { compareDocs, type Order } from '../query';
import type { AnyDoc } from '../document';
import type { KeySpace, StoredCollection } from './catalog';
import { componentsOf, keyOf, offsetAfter } from './keys';
import type { KeyRange, Plan } from './plan';
import { decodeDocument } from './values';

/** One committed state of the database, held until `release`. */
export class Snapshot {
  private readonly transaction: Transaction;

  constructor(private readonly db: RootDatabase<Buffer, Buffer>) {
    this.transaction = db.useReadTransaction();
  }

  release(): void {
    this.transaction.done();
  }

  get(key: Buffer): Buffer | undefined {
    return this.db.get(key, { transaction: this.transaction });
  }

  entries(range: KeyRange, descending: boolean, limit?: number): Iterable<{ key: Buffer; value: Buffer }> {
    const [start, end] = descending ? [range.high, range.low] : [range.low, range.high];
    return this.db.getRange({ start, end, reverse: descending, limit, transaction: this.transaction });
  }

  countKeys(range: KeyRange): number {
    return this.db.getKeysCount({ start: range.low, end: range.high, transaction: this.transaction });
  }
}

/** More ranges than this are cheaper walked one after another than compared at every step. */
const MAX_MERGED = 32;

/** What a scan needs to know of a query. */
export interface Scan {
  readonly snapshot: Snapshot;
  readonly collection: StoredCollection;
  readonly plan: Plan;
  readonly order: Order;
  /** Whether a candidate is wanted; looks at the whole document. */
  readonly accept: (doc: AnyDoc) => boolean;
  /** Fields `accept` and the order look at: when the keys hold them all, documents are loaded last. */
  readonly needs: ReadonlySet<string>;
  readonly limit: number;
}

/** The first `limit` accepted documents, in order. */
export function scan(query: Scan): AnyDoc[] {
  const { plan, order, limit } = query;
  if (limit <= 0) return [];
  if (plan.arrival === 'unsorted') return scanUnsorted(query);
  if (plan.arrival === 'sorted' && plan.ranges.length > 1 && plan.ranges.length <= MAX_MERGED) return mergeSorted(query);
  const found: AnyDoc[] = [];
  const walk = { sorted: walkSorted, tied: walkTied, grouped: walkGrouped }[plan.arrival];
  // Each range is in order by itself; several are brought together at the end.
  for (const range of plan.ranges) found.push(...walk(query, range));
  if (plan.ranges.length > 1) found.sort((a, b) => compareDocs(order, a, b));
  return found.length > limit ? found.slice(0, limit) : found;
}

function load(query: Scan, entry: { key: Buffer; value: Buffer }): AnyDoc {
  if (query.plan.keySpace === query.collection.primary) return decodeDocument(entry.value);
  return loadById(query, entry.value.toString('utf8'));
}

function loadById({ snapshot, collection }: Scan, id: string): AnyDoc {
  const value = snapshot.get(keyOf(collection.primary.space, [id]));
  if (!value) throw new Error(`${collection.name}: an index names a document that is not there`);
  return decodeDocument(value);
}

function walkSorted(query: Scan, range: KeyRange): AnyDoc[] {
  const found: AnyDoc[] = [];
  for (const doc of inOrder(query, range)) if (found.push(doc) >= query.limit) break;
  return found;
}

/** The accepted documents of one range, loaded one at a time as they are asked for. */
function* inOrder(query: Scan, range: KeyRange): Generator<AnyDoc, void> {
  for (const entry of query.snapshot.entries(range, query.plan.descending)) {
    const doc = load(query, entry);
    if (query.accept(doc)) yield doc;
  }
}

/** Several ranges, each in order by itself, side by side: a page loads little more than it holds, not a page of each. */
function mergeSorted(query: Scan): AnyDoc[] {
  const found: AnyDoc[] = [];
  const walks = query.plan.ranges.map((range) => inOrder(query, range));
  const heads = walks.map((walk) => walk.next().value ?? null);
  while (found.length < query.limit) {
    let first = -1;
    heads.forEach((doc, at) => {
      if (doc !== null && (first < 0 || compareDocs(query.order, doc, heads[first]!) < 0)) first = at;
    });
    if (first < 0) break;
    found.push(heads[first]!);
    heads[first] = walks[first]!.next().value ?? null;
  }
  // Their cursors close with them.
  for (const walk of walks) walk.return();
  return found;
}

/** Backwards from group to group, and forwards within each, so that equal ones come by id ascending. */
function walkTied(query: Scan, range: KeyRange): AnyDoc[] {
  const found: AnyDoc[] = [];
  let { high } = range;
  for (;;) {
    const [last] = query.snapshot.entries({ low: range.low, high }, true, 1);
    if (!last) return found;
    const group = last.key.subarray(0, offsetAfter(last.key, query.plan.groupFields));
    for (const entry of query.snapshot.entries({ low: group, high: Buffer.concat([group, Buffer.of(0xff)]) }, false)) {
      const doc = load(query, entry);
      if (query.accept(doc) && found.push(doc) >= query.limit) return found;
    }
    high = group;
  }
}

/** Collects groups of equal leading components and sorts each; stops behind the group that reaches the limit. */
function walkGrouped(query: Scan, range: KeyRange): AnyDoc[] {
  const found: AnyDoc[] = [];
  let group: AnyDoc[] = [];
  let prefix: Buffer | null = null;
  const closeGroup = () => {
    found.push(...group.sort((a, b) => compareDocs(query.order, a, b)));
    group = [];
  };
  for (const entry of query.snapshot.entries(range, query.plan.descending)) {
    if (!prefix || !entry.key.subarray(0, prefix.length).equals(prefix)) {
      closeGroup();
      if (found.length >= query.limit) return found;
      prefix = entry.key.subarray(0, offsetAfter(entry.key, query.plan.groupFields));
    }
    const doc = load(query, entry);
    if (query.accept(doc)) group.push(doc);
  }
  closeGroup();
  return found;
}

function scanUnsorted(query: Scan): AnyDoc[] {
  const { plan, order, collection } = query;
  const found: AnyDoc[] = [];
  const covered = isCovered(plan.keySpace, query.needs);
  for (const range of plan.ranges) {
    for (const entry of query.snapshot.entries(range, false)) {
      const doc = covered ? partial(plan.keySpace, entry) : load(query, entry);
      if (query.accept(doc)) found.push(doc);
    }
  }
  found.sort((a, b) => compareDocs(order, a, b));
  const page = found.length > query.limit ? found.slice(0, query.limit) : found;
  return covered && plan.keySpace !== collection.primary ? page.map((doc) => loadById(query, doc.id)) : page;
}

/** Calls `visit` with every accepted candidate, in no order; the document is partial when the keys hold all that is needed. */
export function visitAll(query: Omit<Scan, 'order' | 'limit'>, visit: (doc: AnyDoc) => void): void {
  const { plan } = query;
  const covered = isCovered(plan.keySpace, query.needs);
  for (const range of plan.ranges) {
    for (const entry of query.snapshot.entries(range, false)) {
      const doc = covered ? partial(plan.keySpace, entry) : load(query as Scan, entry);
      if (query.accept(doc)) visit(doc);
    }
  }
}

/** Whether a key and its value tell all of these fields. The documents' own space tells them without a look-up anyway. */
function isCovered(keySpace: KeySpace, needs: ReadonlySet<string>): boolean {
  if (keySpace.name === 'id') return false;
  for (const field of needs) {
    if (field !== 'id' && !keySpace.fields.includes(field) && !keySpace.where.some(([name]) => name === field)) return false;
  }
  return true;
}

/** The part of a document that its index entry tells. */
function partial(keySpace: KeySpace, entry: { key: Buffer; value: Buffer }): AnyDoc {
  const values = componentsOf(entry.key, keySpace.fields.length);
  const doc: Record<string, unknown> = { id: entry.value.toString('utf8') };
  keySpace.fields.forEach((field, at) => { doc[field] = values[at]; });
  for (const [field, value] of keySpace.where) doc[field] = value;
  return doc as unknown as AnyDoc;
}
