/**
 * The real store, in a process that can die. A crash is that of the process: what was committed stays, all else is
 * gone, and every later step of what was under way fails. It can strike before a transaction, inside it (nothing is
 * committed), or after it (committed, but nobody hears of it).
 */
import type { CollectionName } from '../../bff/store/collections';
import { ConflictError, StoreBusyError, type Store, type TransactOptions, type Tx } from '../../bff/store/port';

export class CrashError extends Error {
  override readonly name = 'CrashError';
}

export type CrashMoment = 'before' | 'inside' | 'after';

/** Collections whose written documents are noted, so that an onlooker need not look at all of them again. */
export const watched = ['ledger', 'tickets', 'listings'] as const satisfies readonly CollectionName[];
type Watched = (typeof watched)[number];

/** What was committed since somebody last took note, in the order of the commits: the ids of each transaction's documents as it wrote them. */
export class Written {
  private readonly commits = new Map<Watched, (readonly string[])[]>(watched.map((name) => [name, []]));

  note(writes: ReadonlyMap<Watched, readonly string[]>): void {
    for (const [name, ids] of writes) this.commits.get(name)!.push(ids);
  }

  /** How many commits wrote to a collection since somebody took note. */
  pending(collection: Watched): number {
    return this.commits.get(collection)!.length;
  }

  /** Transaction by transaction. */
  take(collection: Watched): (readonly string[])[] {
    return this.commits.get(collection)!.splice(0);
  }
}

/** More rounds than contenders could ever need: one of them commits in each. */
const MAX_ROUNDS = 50;

export class CrashingStore implements Store {
  readonly kind;
  private isDead = false;
  /** The beats of the hours between two steps, kept in memory: written when the process dies, or with its own next beat. */
  beatAtMs = 0;
  /** Transactions so far, by which it shows whether anything can have changed. */
  transactions = 0;
  /** Commits under way, and who waits for them to be over. */
  private committing = 0;
  private waiting: (() => void)[] = [];
  private plan: { countdown: number; readonly moment: CrashMoment } | null = null;

  constructor(private readonly inner: Store, private readonly written: Written) {
    this.kind = inner.kind;
  }

  /** The store without the crashes: for what went well long before the present instant. */
  get spared(): Store {
    return this.inner;
  }

  get dead(): boolean {
    return this.isDead;
  }

  /** Dies at the `transactions`-th transaction from now. */
  arm(transactions: number, moment: CrashMoment): void {
    this.plan = { countdown: transactions, moment };
  }

  disarm(): void {
    this.plan = null;
  }

  die(): never {
    this.isDead = true;
    throw new CrashError('the process died');
  }

  /** Lost races are tried again at once: the store's own back-off waits in real time, which must not decide anything here. */
  async transact<T>(work: (tx: Tx) => Promise<T>, _options?: TransactOptions): Promise<T> {
    this.assertAlive();
    this.transactions += 1;
    const moment = this.momentOfDeath();
    if (moment === 'before') this.die();
    for (let round = 1; ; round += 1) {
      await this.settled();
      let isCommitting = false;
      try {
        let writes = new Map<Watched, string[]>();
        const result = await this.inner.transact(async (tx) => {
          writes = new Map();
          const done = await work(watchTx(tx, writes, this.beatAtMs));
          if (moment === 'inside' || this.isDead) this.die();
          isCommitting = true;
          this.committing += 1;
          return done;
        }, { maxAttempts: 1 });
        this.written.note(writes);
        if (moment === 'after') this.die();
        this.assertAlive();
        return result;
      } catch (error) {
        const lostRace = error instanceof StoreBusyError && error.cause instanceof ConflictError;
        if (!lostRace || round === MAX_ROUNDS) throw error;
      } finally {
        if (isCommitting) this.committed();
      }
    }
  }

  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.assertAlive();
    await this.settled();
    const result = await this.inner.read(work);
    this.assertAlive();
    return result;
  }

  close(): Promise<void> {
    this.isDead = true;
    return this.inner.close();
  }

  /**
   * Whether a snapshot taken while a commit is on its way to the disk has it or not is decided by another thread, in
   * real time: nobody takes one then. Two who began before either commits still race.
   */
  private async settled(): Promise<void> {
    while (this.committing > 0) await new Promise<void>((resolve) => void this.waiting.push(resolve));
  }

  private committed(): void {
    this.committing -= 1;
    if (this.committing === 0) for (const go of this.waiting.splice(0)) go();
  }

  private assertAlive(): void {
    if (this.isDead) throw new CrashError('the process is dead');
  }

  private momentOfDeath(): CrashMoment | null {
    if (this.plan === null) return null;
    this.plan.countdown -= 1;
    if (this.plan.countdown > 0) return null;
    const { moment } = this.plan;
    this.plan = null;
    return moment;
  }
}

/** The transaction, with the documents it writes noted. */
function watchTx(tx: Tx, writes: Map<Watched, string[]>, beatAtMs: number): Tx {
  const noting = new Map<string, unknown>();
  return new Proxy(tx, {
    get: (target, name: CollectionName) => {
      if (name === 'heartbeats') return beating(target.heartbeats, beatAtMs);
      if (!(watched as readonly string[]).includes(name)) return target[name];
      if (!noting.has(name)) noting.set(name, notingWrites(target[name], (id) => void writes.set(name as Watched, [...(writes.get(name as Watched) ?? []), id])));
      return noting.get(name);
    },
  });
}

function notingWrites<C extends Tx[CollectionName]>(inner: C, note: (id: string) => void): C {
  const noting = (write: 'insert' | 'replace' | 'remove') => (doc: { readonly id: string }) => {
    note(doc.id);
    return (inner[write] as (doc: unknown) => Promise<unknown>).call(inner, doc);
  };
  return Object.assign(Object.create(inner) as C, { insert: noting('insert'), replace: noting('replace'), remove: noting('remove') });
}

/** The last beat, as it would be stored had the process written each one. */
function beating(inner: Tx['heartbeats'], beatAtMs: number): Tx['heartbeats'] {
  const get = async (id: string) => {
    const stored = await inner.get(id);
    return stored === null ? null : { ...stored, beatAtMs: Math.max(stored.beatAtMs, beatAtMs) };
  };
  return Object.assign(Object.create(inner) as Tx['heartbeats'], { get });
}
