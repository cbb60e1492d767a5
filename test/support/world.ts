/** A whole system in one process for tests: the real kernel, jobs and embedded store, a clock that obeys, a scripted gateway. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SmsGateway, SmsMessage, SmsOutcome } from '../../bff/adapters/sms/sms';
import { createSmsTemplates } from '../../bff/adapters/sms/templates';
import type { SubscriptionMessenger } from '../../bff/adapters/wechat/subscribe-message';
import { createKernel } from '../../bff/compose';
import { enterLane, type Entered } from '../../bff/features/selection/door';
import type { SelectionCommand } from '../../bff/domain/selection/selection';
import type { Heartbeat } from '../../bff/jobs/heartbeat';
import { runDue } from '../../bff/jobs/jobs';
import { OutboxRelay } from '../../bff/jobs/outbox-relay';
import { systemAct, type Kernel, type Log } from '../../bff/kernel';
import type { Chance } from '../../bff/security/chance';
import { loadKeys, type Keys } from '../../bff/security/keys';
import { change } from '../../bff/store/change';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import type { Store } from '../../bff/store/port';
import { startOfDay } from '../../shared/shanghai-time';

/** 2026-06-01 10:00 in Shanghai: inside the notification window (T4). */
export const MORNING_MS = startOfDay('2026-06-01') + 10 * 3_600_000;

export class TestClock {
  constructor(public nowMs: number) {}
  now(): number {
    return this.nowMs;
  }
}

export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A gateway that does what it is told and remembers what it was given. */
export class ScriptedGateway implements SmsGateway {
  readonly sent: SmsMessage[] = [];
  next: (message: SmsMessage) => SmsOutcome = () => ({ kind: 'accepted', gatewayId: '' });
  private accepted = new Map<string, SmsOutcome>();

  send(message: SmsMessage): Promise<SmsOutcome> {
    const earlier = this.accepted.get(message.key);
    if (earlier !== undefined) return Promise.resolve(earlier);
    const outcome = this.next(message);
    if (outcome.kind === 'rejected') return Promise.resolve(outcome);
    this.sent.push(message);
    const accepted: SmsOutcome = { ...outcome, gatewayId: outcome.gatewayId || `gw-${message.key}` };
    this.accepted.set(message.key, accepted);
    return Promise.resolve(accepted);
  }

  verifyReceipt(): boolean {
    return true;
  }
}

export interface World {
  readonly dir: string;
  readonly store: Store;
  readonly clock: TestClock;
  readonly kernel: Kernel;
  readonly heartbeat: Heartbeat;
  readonly relay: OutboxRelay;
  readonly gateway: ScriptedGateway;
  readonly keys: Keys;
  readonly announced: { laneId: string; seq: number }[];
  /** One look of the jobs. */
  tick(): Promise<void>;
  /** A command through the door, as the system. */
  command(laneId: string, command: SelectionCommand): Promise<Entered>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly dir?: string;
  readonly nowMs?: number;
  readonly log?: Log;
  readonly chance?: Chance;
  readonly subscription?: SubscriptionMessenger;
  readonly store?: Store;
  readonly clock?: TestClock;
  readonly gateway?: ScriptedGateway;
}

/** Opens a world; pass `dir` to open the same one again. */
export async function buildWorld(options: WorldOptions = {}): Promise<World> {
  const dir = options.dir ?? mkdtempSync(path.join(tmpdir(), 'fair-queue-'));
  const clock = options.clock ?? new TestClock(options.nowMs ?? MORNING_MS);
  const store = options.store ?? (await openEmbeddedStore({ dir: path.join(dir, 'store') }));
  const keys = loadKeys({ dir, env: {}, allowGenerate: true });
  const { kernel, heartbeat } = await createKernel({ store, clock, keys, log: options.log ?? quietLog, ...(options.chance === undefined ? {} : { chance: options.chance }) });
  const gateway = options.gateway ?? new ScriptedGateway();
  const announced: { laneId: string; seq: number }[] = [];
  const relay = new OutboxRelay(kernel, {
    sms: gateway, templates: createSmsTemplates(), subscription: options.subscription ?? null, sendAtOnce: 1,
    announce: (laneId, seq) => Promise.resolve(void announced.push({ laneId, seq })),
  }, 'test');
  return {
    dir, store, clock, kernel, heartbeat, relay, gateway, keys, announced,
    tick: () => runDue(kernel, relay),
    command: async (laneId, command) => {
      const entered = await change(kernel, systemAct('test'), (work) => enterLane(kernel, work, laneId, command));
      if (entered === null) throw new Error(`no lane ${laneId}`);
      return entered;
    },
    close: async () => {
      await store.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}
