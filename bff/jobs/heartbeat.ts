/**
 * T6: the service's heartbeat. A gap in it is time families could not act, and is given back to every running
 * turn, and to the days in which a family must act, before anything is allowed to expire. A clock that leaps forward looks the same and does the same: no
 * turn is ever shortened by it.
 */
import type { SelectionCommand } from '../domain/selection/selection';
import { enterLane } from '../features/selection/door';
import { systemAct, type Kernel } from '../kernel';
import { change } from '../store/change';
import { OFFICE_STREAM } from '../store/ledger';
import { StoreBusyError } from '../store/port';
import { dueJobs } from './due-jobs';

const HEARTBEAT_ID = 'service';
/** Each is a full round of the store's own retries. */
const BUSY_TRIES = 10;

export class Heartbeat {
  private lastBeatMs = Number.NEGATIVE_INFINITY;
  private beating: Promise<void> | null = null;

  constructor(private readonly kernel: () => Kernel) {}

  /** Beats if the last beat known here is old. Cheap when it is not; every act on a lane comes by here first. */
  async ensureAlive(): Promise<void> {
    const kernel = this.kernel();
    const ageMs = kernel.clock.now() - this.lastBeatMs;
    if (ageMs >= 0 && ageMs < kernel.rules().values.outageThresholdMs / 3) return;
    this.beating ??= this.beat().finally(() => {
      this.beating = null;
    });
    await this.beating;
  }

  /** Forgets what this process knows of the last beat, as a restart would. */
  forget(): void {
    this.lastBeatMs = Number.NEGATIVE_INFINITY;
  }

  /** Two processes that start together credit the same outage: the loser need only wait, and then finds it done. */
  private async beat(): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.beatOnce();
      } catch (error) {
        if (!(error instanceof StoreBusyError) || tried >= BUSY_TRIES) throw error;
      }
    }
  }

  private async beatOnce(): Promise<void> {
    const kernel = this.kernel();
    this.lastBeatMs = await change(kernel, systemAct('系统中断，顺延选房时间'), async (work) => {
      const { tx, nowMs } = work;
      const last = await tx.heartbeats.get(HEARTBEAT_ID);
      if (last === null) {
        await tx.heartbeats.insert({ id: HEARTBEAT_ID, beatAtMs: nowMs });
        return nowMs;
      }
      if (nowMs - last.beatAtMs >= kernel.rules().values.outageThresholdMs) {
        await tx.outages.insert({ id: `outage-${last.beatAtMs}`, fromMs: last.beatAtMs, toMs: nowMs });
        await work.record({ stream: OFFICE_STREAM, type: 'OutageFound', open: {}, detail: { fromMs: last.beatAtMs, toMs: nowMs } });
        const credit: SelectionCommand = { type: 'CreditOutage', fromMs: last.beatAtMs, toMs: nowMs };
        for (const turn of await tx.turns.find({ isOpen: true })) await enterLane(kernel, work, turn.laneId, credit);
        for (const job of dueJobs) await job.credit?.(kernel, work, credit);
      }
      // Never backwards: what was lived through already must not be credited again.
      await tx.heartbeats.replace({ ...last, beatAtMs: Math.max(last.beatAtMs, nowMs) });
      return nowMs;
    });
  }
}

/** Moves the heartbeat to the present without crediting an outage: only for a demonstration clock that travels. */
export async function beatWithoutCredit(kernel: Kernel, atMs: number): Promise<void> {
  await kernel.store.transact(async (tx) => {
    const last = await tx.heartbeats.get(HEARTBEAT_ID);
    if (last === null) await tx.heartbeats.insert({ id: HEARTBEAT_ID, beatAtMs: atMs });
    else if (last.beatAtMs < atMs) await tx.heartbeats.replace({ ...last, beatAtMs: atMs });
  });
}

/** The last beat on record: a clock that starts earlier than this was set back. */
export async function lastBeat(kernel: Pick<Kernel, 'store'>): Promise<number> {
  return kernel.store.read(async (tx) => (await tx.heartbeats.get(HEARTBEAT_ID))?.beatAtMs ?? 0);
}
