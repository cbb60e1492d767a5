/**
 * Races with their interleaving forced: two acts that have both looked before either writes. And their twin: the same
 * two acts on a store that checks nothing — no version, no guard, whoever writes last is right — which shows what the
 * guards are for.
 */
import type { Kernel } from '../../bff/kernel';
import { collections, type CollectionName } from '../../bff/store/collections';
import { compileCollection, type AnyDoc } from '../../bff/store/document';
import type { CollectionTx, FindOptions, Store, Tx, Where } from '../../bff/store/port';
import { compareDocs, compileSort, compileWhere, matches } from '../../bff/store/query';

type Act<T> = (kernel: Kernel) => Promise<T>;
type Outcomes<A, B> = [PromiseSettledResult<A>, PromiseSettledResult<B>];
type Transact = Store['transact'];

/** Nobody passes before as many have arrived as are expected; afterwards everybody. */
class Gate {
  private readonly waiting: (() => void)[] = [];
  constructor(private expected: number) {}
  arrive(): Promise<void> {
    if (this.expected === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === this.expected) this.open();
    });
  }
  /** An act that ended without writing keeps nobody waiting. */
  open(): void {
    this.expected = 0;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** Both acts have read and decided on the same state; then the first writes, and the second tries to, on the store as it is. */
export async function atOnce<A, B>(kernel: Kernel, first: Act<A>, second: Act<B>): Promise<Outcomes<A, B>> {
  const gate = new Gate(2);
  const gated = (mayWrite: () => Promise<unknown>): Transact => (work, options) => kernel.store.transact(async (tx) => {
    const result = await work(tx);
    await gate.arrive();
    await mayWrite();
    return result;
  }, options);
  const firstDone = first(withTransact(kernel, gated(() => Promise.resolve()))).finally(() => gate.open());
  const secondDone = second(withTransact(kernel, gated(() => firstDone.catch(() => undefined)))).finally(() => gate.open());
  return Promise.allSettled([firstDone, secondDone]);
}

/** The same without any guard: the first does all it decided, then the second writes what it decided over it. */
export async function withoutGuards<A, B>(kernel: Kernel, first: Act<A>, second: Act<B>): Promise<Outcomes<A, B>> {
  const { store } = kernel;
  const gate = new Gate(2);
  const unguarded = (mayWrite: () => Promise<unknown>): Transact => async (work) => {
    const plan = new Map<string, Planned>();
    const result = await store.read((tx) => work(planning(tx, plan)));
    await gate.arrive();
    await mayWrite();
    await store.transact(async (tx) => {
      for (const { name, id, doc } of plan.values()) await overwrite(tx[name] as unknown as CollectionTx<AnyDoc>, id, doc);
    });
    return result;
  };
  const firstDone = first(withTransact(kernel, unguarded(() => Promise.resolve()))).finally(() => gate.open());
  const secondDone = second(withTransact(kernel, unguarded(() => firstDone.catch(() => undefined)))).finally(() => gate.open());
  return Promise.allSettled([firstDone, secondDone]);
}

function withTransact(kernel: Kernel, transact: Transact): Kernel {
  const { store } = kernel;
  return { ...kernel, store: { kind: store.kind, read: (work) => store.read(work), close: () => store.close(), transact } };
}

interface Planned {
  readonly name: CollectionName;
  readonly id: string;
  /** Null: removed. */
  readonly doc: AnyDoc | null;
}

async function overwrite(collection: CollectionTx<AnyDoc>, id: string, doc: AnyDoc | null): Promise<void> {
  const stored = await collection.get(id);
  if (doc === null) return stored === null ? undefined : collection.remove(stored);
  if (stored === null) await collection.insert(doc);
  else await collection.replace({ ...doc, version: stored.version });
}

/** A transaction that sees its snapshot and its own plan, and writes nothing. */
function planning(tx: Tx, plan: Map<string, Planned>): Tx {
  return new Proxy(tx, { get: (_, name) => planned(tx, name as CollectionName, plan) });
}

function planned(tx: Tx, name: CollectionName, plan: Map<string, Planned>): CollectionTx<AnyDoc> {
  const snapshot = tx[name] as unknown as CollectionTx<AnyDoc>;
  const compiled = compileCollection(name, collections[name]);
  const put = (doc: AnyDoc): AnyDoc => {
    plan.set(`${name} ${doc.id}`, { name, id: doc.id, doc });
    return doc;
  };
  const find = async (where: Where<AnyDoc>, { sort = [], limit, after }: FindOptions<AnyDoc> = {}): Promise<AnyDoc[]> => {
    const [predicate, order] = [compileWhere(compiled, where), compileSort(compiled, sort)];
    const mine = [...plan.values()].filter((each) => each.name === name);
    const found = (await snapshot.find(where)).filter(({ id }) => !mine.some((each) => each.id === id));
    const all = [...found, ...mine.flatMap(({ doc }) => (doc !== null && matches(predicate, doc) ? [doc] : []))].sort((a, b) => compareDocs(order, a, b));
    return all.filter((doc) => after === undefined || compareDocs(order, doc, after) > 0).slice(0, limit);
  };
  return {
    get: async (id) => (plan.has(`${name} ${id}`) ? plan.get(`${name} ${id}`)!.doc : snapshot.get(id)),
    find,
    async *iterate(where, options) {
      yield* await find(where, options);
    },
    count: async (where) => (await find(where)).length,
    countBy: async (field, where) => {
      const counts = new Map<string, number>();
      for (const doc of await find(where)) counts.set(String(doc[field]), (counts.get(String(doc[field])) ?? 0) + 1);
      return counts;
    },
    insert: async (doc) => put({ ...doc, version: 1 } as AnyDoc),
    replace: async (doc) => put({ ...doc, version: doc.version + 1 }),
    guard: async (doc) => doc,
    remove: async ({ id }) => void plan.set(`${name} ${id}`, { name, id, doc: null }),
  };
}
