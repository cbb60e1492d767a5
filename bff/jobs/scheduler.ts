/** Looks once a second for what is due. Runs never overlap; time travel borrows the same turnstile. */
import type { Kernel } from '../kernel';
import { runDue, sweepExpired } from './jobs';
import { holdLease, releaseLease } from './lease';
import type { OutboxRelay } from './outbox-relay';

const LOOK_EVERY_MS = 1_000;
const SWEEP_EVERY = 600;
const LEASE = 'jobs';
const LEASE_MS = 6_000;

export class Scheduler {
  private timer: NodeJS.Timeout | null = null;
  private heart: NodeJS.Timeout | null = null;
  private queue: Promise<void> = Promise.resolve();
  private stopped = false;
  private looks = 0;

  /** `alsoLook` runs with every look: the demonstration's families, for one. */
  constructor(private readonly kernel: Kernel, private readonly relay: OutboxRelay, private readonly name: string, private readonly alsoLook: () => Promise<void> = () => Promise.resolve()) {}

  start(): void {
    this.arm();
    // Apart from the looks: one that waits for a slow gateway is no time in which families could not act (T6). Every process beats:
    // the service is up while any of them is.
    this.heart = setInterval(() => {
      this.kernel.ensureAlive().catch((error: unknown) => this.kernel.log.error({ err: error }, 'the heartbeat failed'));
    }, LOOK_EVERY_MS);
  }

  /** A commit left messages: tell them now instead of at the next look. */
  kick(): void {
    if (this.stopped) return;
    this.relay.run().catch((error: unknown) => this.kernel.log.error({ err: error }, 'relay failed'));
  }

  /** Runs something while no job runs. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task);
    this.queue = result.then(() => undefined, () => undefined);
    return result;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.heart !== null) clearInterval(this.heart);
    await this.queue;
    await this.relay.run().catch(() => undefined);
    if (this.kernel.store.kind === 'mongo') await releaseLease(this.kernel.store, LEASE, this.name).catch(() => undefined);
  }

  private arm(): void {
    this.timer = setTimeout(() => {
      this.exclusively(() => this.look())
        .catch((error: unknown) => this.kernel.log.error({ err: error }, 'a look at what is due failed'))
        .finally(() => {
          if (!this.stopped) this.arm();
        });
    }, LOOK_EVERY_MS);
  }

  private async look(): Promise<void> {
    await this.kernel.ensureAlive();
    const alone = this.kernel.store.kind === 'embedded';
    if (!alone && (await holdLease(this.kernel.store, this.kernel.clock, LEASE, this.name, LEASE_MS)) === null) return;
    await runDue(this.kernel, this.relay);
    await this.alsoLook();
    this.looks += 1;
    if (this.looks % SWEEP_EVERY === 0) await sweepExpired(this.kernel);
  }
}
