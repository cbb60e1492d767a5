/**
 * The real store, in a process that can die. A crash is that of the process: what was committed stays, all else is
 * gone, and every later step of what was under way fails. It can strike before a transaction, inside it (nothing is
 * committed), or after it (committed, but nobody hears of it).
 */
import { ConflictError, StoreBusyError, type Store, type TransactOptions, type Tx } from '../../bff/store/port';

export class CrashError extends Error {
  override readonly name = 'CrashError';
}

export type CrashMoment = 'before' | 'inside' | 'after';

/** More rounds than contenders could ever need: one of them commits in each. */
const MAX_ROUNDS = 50;

export class CrashingStore implements Store {
  readonly kind;
  private isDead = false;
  private plan: { countdown: number; readonly moment: CrashMoment } | null = null;

  constructor(private readonly inner: Store) {
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
    const moment = this.momentOfDeath();
    if (moment === 'before') this.die();
    for (let round = 1; ; round += 1) {
      try {
        const result = await this.inner.transact(async (tx) => {
          const done = await work(tx);
          if (moment === 'inside' || this.isDead) this.die();
          return done;
        }, { maxAttempts: 1 });
        if (moment === 'after') this.die();
        this.assertAlive();
        return result;
      } catch (error) {
        const lostRace = error instanceof StoreBusyError && error.cause instanceof ConflictError;
        if (!lostRace || round === MAX_ROUNDS) throw error;
      }
    }
  }

  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.assertAlive();
    const result = await this.inner.read(work);
    this.assertAlive();
    return result;
  }

  close(): Promise<void> {
    this.isDead = true;
    return this.inner.close();
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
