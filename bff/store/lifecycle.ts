/** What the adapters share that has nothing to do with a database: counting what runs, and the `tx` callers see. */
import type { AnyDoc } from './document';
import type { CollectionTx, Tx } from './port';

/** Knows what is running, so that closing can wait for it. */
export class Lifecycle {
  private readonly running = new Set<Promise<unknown>>();
  private closing: Promise<void> | null = null;

  /** Runs `work` unless the store is closed, which throws. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    if (this.closing) throw new Error('the store is closed');
    const promise = work();
    this.running.add(promise);
    try {
      return await promise;
    } finally {
      this.running.delete(promise);
    }
  }

  /** Refuses new work, waits for what runs, then calls `finish`; once, however often it is called. */
  close(finish: () => Promise<void>): Promise<void> {
    this.closing ??= (async () => {
      while (this.running.size > 0) await Promise.allSettled([...this.running]);
      await finish();
    })();
    return this.closing;
  }
}

/** The `tx` of one transaction: its collections, each made when it is first asked for. */
export function lazyCollections(make: (name: string) => CollectionTx<AnyDoc> | undefined): Tx {
  const made = new Map<string, CollectionTx<AnyDoc>>();
  return new Proxy({}, {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined;
      const known = made.get(name);
      if (known) return known;
      const one = make(name);
      if (one) made.set(name, one);
      return one;
    },
  }) as Tx;
}
