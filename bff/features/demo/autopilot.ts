/**
 * Demonstration only: lets the invented families act by themselves, so that the board moves without a visitor
 * playing everybody. A family somebody is signed in as is left alone: it is the visitor's.
 */
import { systemAct, type Kernel } from '../../kernel';
import { change } from '../../store/change';
import { enterLane } from '../selection/door';

/** How long an invented family thinks, in ms of the demonstration's clock, spread by its number. */
const THINKS_MS = { least: 8_000, spread: 30_000 };
/** One in so many passes its turn on instead of picking. */
const PASSES_ONE_IN = 6;

export class Autopilot {
  on = false;

  constructor(private readonly kernel: Kernel) {}

  /** Acts for every family that has thought long enough. */
  async look(): Promise<void> {
    if (!this.on) return;
    const { store, clock } = this.kernel;
    const nowMs = clock.now();
    const ready = await store.read(async (tx) => {
      const found = [];
      for (const turn of await tx.turns.find({ isOpen: true })) {
        const thinksMs = THINKS_MS.least + ((turn.queueNumber * 7_919 + turn.openedAtMs) % THINKS_MS.spread);
        const household = await tx.households.get(turn.householdId);
        if (turn.notifiedAtMs === null || nowMs < turn.notifiedAtMs + thinksMs || household === null) continue;
        const played = await tx.sessions.find({ phoneIndex: household.phoneIndex, expiresAtMs: { gt: nowMs } }, { limit: 1 });
        if (played.length === 0) found.push(turn);
      }
      return found;
    });
    for (const turn of ready) {
      await change(this.kernel, systemAct('演示家庭自动选房'), async (work) => {
        const ticket = await work.tx.tickets.get(turn.ticketId);
        const homes = await work.tx.listings.find({ laneId: turn.laneId, state: 'available' }, { limit: 40 });
        const listing = homes[turn.queueNumber % Math.max(1, homes.length)];
        if (ticket === null || listing === undefined) return;
        const passes = turn.queueNumber % PASSES_ONE_IN === 0;
        await enterLane(this.kernel, work, turn.laneId, passes ? { type: 'PassTurn', ticket } : { type: 'PickHome', ticket, listing, assisted: null });
      });
    }
  }
}
