/** That things go on: no lane stalls for longer than the rules allow. Judged after every look of the jobs. */
import { formatInstant } from '../../shared/shanghai-time';
import { inWindow, law, MINUTE, timeOfDay } from './city';
import type { SimGateway } from './gateway';
import type { Oracle } from './oracle';
import type { VirtualTime } from './virtual-time';

/** The longest pause between two attempts is ten minutes, and a gateway that is up may still be busy twice; a dead relay's claim lapses after half a minute. */
const NOTIFY_WITHIN_MS = 25 * MINUTE;

export class Liveness {
  constructor(private readonly oracle: Oracle, private readonly deps: { readonly time: VirtualTime; readonly gateway: SimGateway }) {}

  /** Nothing that was due at `lookedAtMs` is left lying (Q3, Q6, T5). */
  check(lookedAtMs: number): void {
    const { oracle } = this;
    const { time, gateway } = this.deps;
    for (const lane of oracle.city.lanes.values()) {
      const { turn } = lane;
      if (turn !== null && (lane.state !== 'open' || gateway.isDown || !inWindow(lookedAtMs))) turn.sendableSinceMs = time.trueMs;
      if (lane.state !== 'open') continue;
      if (turn === null) {
        const head = oracle.city.head(lane, lookedAtMs);
        oracle.check(!inWindow(lookedAtMs) || lane.homes.size === 0 || head === null, () => `Q3, Q6: ${lane.id} has ${lane.homes.size} homes and ${head?.id} waiting, so a turn opens`);
      } else if (turn.deadlineMs !== null) {
        oracle.check(lookedAtMs < turn.deadlineMs, () => `Q6: turn ${turn.id} ended at ${formatInstant(turn.deadlineMs!)}`);
      } else {
        const morningMs = time.trueMs - (timeOfDay(lookedAtMs) - law.windowStartMs);
        const waitedMs = inWindow(lookedAtMs) ? time.trueMs - Math.max(turn.openedTrueMs, turn.sendableSinceMs, gateway.upSinceMs, morningMs) : 0;
        // While a clock that was set back stands still, no pause between two attempts ends.
        const stoodStill = time.incidentsIn('clock', turn.openedTrueMs, time.trueMs) > 0;
        oracle.check(stoodStill || waitedMs <= NOTIFY_WITHIN_MS, () => `turn ${turn.id} is notified within ${NOTIFY_WITHIN_MS / MINUTE} min, not after ${Math.round(waitedMs / MINUTE)}`);
      }
    }
  }

  /** The service is back: turns not yet notified wait from now. */
  serviceBack(): void {
    for (const { turn } of this.oracle.city.lanes.values()) if (turn !== null) turn.sendableSinceMs = this.deps.time.trueMs;
  }
}
