/** The real system in a process that can die and come back on the same directory: two instances of it, as behind a load balancer. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSmsTemplates } from '../../bff/adapters/sms/templates';
import { createKernel } from '../../bff/compose';
import { allocationHandlers } from '../../bff/features/allocations/handlers';
import { applicationHandlers } from '../../bff/features/applications/handlers';
import { reviewHandlers } from '../../bff/features/applications/staff-handlers';
import { calendarHandlers } from '../../bff/features/calendar/handlers';
import { contactHandlers } from '../../bff/features/contact/handlers';
import { ledgerHandlers } from '../../bff/features/ledger/handlers';
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { LiveBoard } from '../../bff/features/live/board';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { sealHandlers } from '../../bff/features/seals/handlers';
import { selectionHandlers } from '../../bff/features/selection/handlers';
import { standingHandlers } from '../../bff/features/standing/handlers';
import { waitingHandlers } from '../../bff/features/waiting/handlers';
import { staffWaitingHandlers } from '../../bff/features/waiting/staff-handlers';
import type { ApiRequest, Caller, Handlers } from '../../bff/http/request';
import { nextDue } from '../../bff/jobs/agenda';
import { createSystemClock } from '../../bff/jobs/clocks';
import { beatWithoutCredit, lastBeat, type Heartbeat } from '../../bff/jobs/heartbeat';
import { runDue } from '../../bff/jobs/jobs';
import { OutboxRelay } from '../../bff/jobs/outbox-relay';
import type { Kernel, Log } from '../../bff/kernel';
import { createFieldCrypto, type FieldCrypto } from '../../bff/security/field-crypto';
import { loadKeys, type Keys } from '../../bff/security/keys';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import type { RouteName } from '../../shared/contract/routes';
import { CrashingStore, Written } from './crashing-store';
import type { SimGateway, SimMessenger } from './gateway';
import type { SeededChance } from './seeded-chance';
import type { VirtualTime } from './virtual-time';

/** One instance of the service. */
export interface Instance {
  readonly kernel: Kernel;
  readonly heartbeat: Heartbeat;
  readonly relay: OutboxRelay;
  readonly handlers: Handlers;
}

/** What lives and dies with a process. */
interface Life {
  readonly store: CrashingStore;
  readonly clock: { now(): number };
  readonly instances: readonly [Instance, Instance];
  readonly board: LiveBoard;
}

export class SimWorld {
  readonly dir = mkdtempSync(path.join(memoryDirectory(), 'fair-queue-sim-'));
  readonly keys: Keys;
  /** The service's own, for whoever acts while it is down. */
  readonly crypto: FieldCrypto;
  /** What the service logged as an error while it was not dying. */
  readonly errors: string[] = [];
  /** Outlives the processes that wrote. */
  readonly written = new Written();
  private life: Life | null = null;

  constructor(private readonly time: VirtualTime, private readonly chance: SeededChance, private readonly outside: { gateway: SimGateway; messenger: SimMessenger }) {
    // Blind indexes are in the ledger (who acted): with keys of chance no two runs would write the same one.
    const keys = chance.fork('keys');
    this.keys = loadKeys({
      dir: this.dir, allowGenerate: true,
      env: { FIELD_KEYS: `1:${keys.bytes(48).toString('hex')}`, INDEX_KEY: keys.bytes(32).toString('hex') },
    });
    this.crypto = createFieldCrypto(this.keys.field);
  }

  get isUp(): boolean {
    return this.life !== null && !this.life.store.dead;
  }

  get hasDied(): boolean {
    return this.life !== null && this.life.store.dead;
  }

  get store(): CrashingStore {
    return this.alive().store;
  }

  get kernel(): Kernel {
    return this.alive().instances[0].kernel;
  }

  get board(): LiveBoard {
    return this.alive().board;
  }

  /** System time: what the service takes the time to be. */
  systemNow(): number {
    return this.life === null ? this.time.read() : this.life.clock.now();
  }

  /** A process starts on the directory, as main.ts starts one. */
  async start(): Promise<void> {
    if (this.life !== null) throw new Error('the process is running');
    const store = new CrashingStore(await openEmbeddedStore({ dir: path.join(this.dir, 'store') }), this.written);
    const clock = createSystemClock(await lastBeat({ store }), this.time.read);
    const board = new LiveBoard(store, clock, Number.POSITIVE_INFINITY);
    const open = async (name: string): Promise<Instance> => {
      const { kernel, heartbeat } = await createKernel({
        store, clock, keys: this.keys, log: this.log(store), chance: this.chance.fork(`kernel ${name} ${this.time.trueMs}`),
        onTold: (laneIds) => laneIds.forEach((laneId) => board.changed(laneId)),
      });
      const relay = new OutboxRelay(kernel, { sms: this.outside.gateway, subscription: this.outside.messenger, templates: createSmsTemplates(), sendAtOnce: 1, announce: () => Promise.resolve() }, name);
      return { kernel, heartbeat, relay, handlers: handlersOf(kernel, board) };
    };
    this.life = { store, clock, board, instances: [await open('a'), await open('b')] };
    await this.kernel.ensureAlive();
    this.time.serviceUp();
  }

  /** What is left of a dead process is cleared away; the directory stays as it was. */
  async bury(): Promise<void> {
    const { life } = this;
    this.life = null;
    if (life === null) return;
    // None of these beats is what the crash struck.
    await beatWithoutCredit({ ...life.instances[0].kernel, store: life.store.spared }, life.store.beatAtMs);
    await life.store.close();
  }

  /** True time passes with the service up, and so beating; the last beat is a few seconds old at most. */
  async advanceTo(trueMs: number): Promise<void> {
    if (trueMs <= this.time.trueMs) return;
    if (!this.isUp) {
      this.time.trueMs = trueMs;
      return;
    }
    const before = this.systemNow();
    this.time.trueMs = trueMs;
    const beatAtMs = Math.max(before, this.systemNow() - this.chance.int(0, 4_900));
    this.store.beatAtMs = beatAtMs;
    // The looks of the hours since the last step beat as well, so that no act needs to beat for itself.
    for (const { heartbeat } of this.alive().instances) heartbeat['lastBeatMs'] = beatAtMs;
  }

  /** One look of the jobs; of both instances at once, if so wished. */
  async look(both: boolean): Promise<void> {
    const [a, b] = this.alive().instances;
    this.outside.gateway.answersAtOnce = both;
    await allOf(both ? [runDue(a.kernel, a.relay), runDue(b.kernel, b.relay)] : [runDue(a.kernel, a.relay)]);
  }

  /** The relay's run that follows a commit. */
  async kick(): Promise<void> {
    await this.alive().instances[0].relay.run();
  }

  nextDue(): Promise<number | null> {
    return nextDue(this.kernel);
  }

  /** Calls a handler as the route would, on one of the instances. */
  async call<N extends RouteName>(name: N, request: Partial<ApiRequest<N>> & { caller: Caller }): Promise<unknown> {
    const handler = this.chance.of(this.alive().instances).handlers[name];
    if (handler === undefined) throw new Error(`no handler ${name}`);
    const whole = { params: {}, query: {}, body: undefined, idempotencyKey: '', address: '10.0.0.1', traceId: 'simulation', rawBody: '', headers: {}, ...request };
    return handler(whole as unknown as ApiRequest<N>);
  }

  async close(): Promise<void> {
    await this.bury();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private alive(): Life {
    if (this.life === null) throw new Error('the service is down');
    return this.life;
  }

  private log(store: CrashingStore): Log {
    const error = (fields: Record<string, unknown>, message: string) => {
      if (!store.dead) this.errors.push(`${message}: ${String(fields['err'] ?? JSON.stringify(fields))}`);
    };
    return { info: () => undefined, warn: () => undefined, error };
  }
}

/** What the simulated people call. */
function handlersOf(kernel: Kernel, board: LiveBoard): Handlers {
  return {
    ...selectionHandlers(kernel, board), ...contactHandlers(kernel, () => true), ...ledgerHandlers(kernel), ...sealHandlers(kernel), ...applicationHandlers(kernel), ...reviewHandlers(kernel),
    ...publicityHandlers(kernel), ...waitingHandlers(kernel), ...staffWaitingHandlers(kernel), ...standingHandlers(kernel), ...allocationHandlers(kernel), ...listingPoolHandlers(kernel), ...calendarHandlers(kernel),
  };
}

/** Waits for all of them, then fails with the first failure: nothing may go on behind the simulation's back. */
export async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** A process that dies leaves its page cache behind, so a directory in memory is as honest as one on disk, and does not wait for one. */
function memoryDirectory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}
