/** Demonstration only: moving the clock forward so that everything due on the way happens, in order, at its time. */
import { nextDue } from '../../jobs/agenda';
import type { TravelClock } from '../../jobs/clocks';
import { beatWithoutCredit } from '../../jobs/heartbeat';
import { runDue } from '../../jobs/jobs';
import type { OutboxRelay } from '../../jobs/outbox-relay';
import type { Kernel } from '../../kernel';

const OFFSET_SETTING = 'demoClock';
/** A year of turns is far below this; reaching it means something is due for ever. */
const MAX_STOPS = 100_000;

/** The stored offset of the demonstration clock, or null on a new directory. */
export async function storedOffset(store: Kernel['store']): Promise<number | null> {
  const setting = await store.read((tx) => tx.settings.get(OFFSET_SETTING));
  return typeof setting?.value === 'number' ? setting.value : null;
}

/** Keeps the offset, so that a restart continues where the demonstration was. */
export async function storeOffset(store: Kernel['store'], offsetMs: number): Promise<void> {
  await store.transact(async (tx) => {
    const setting = await tx.settings.get(OFFSET_SETTING);
    if (setting === null) await tx.settings.insert({ id: OFFSET_SETTING, value: offsetMs });
    else await tx.settings.replace({ ...setting, value: offsetMs });
  });
}

/**
 * Travels to `toMs`, stopping at every instant at which something is due. `settle` waits for what the outside
 * owes at that instant (delivery receipts), so that it does not arrive hours late. Call it under the scheduler's turnstile.
 */
export async function travelTo(kernel: Kernel, clock: TravelClock, relay: OutboxRelay, toMs: number, settle: () => Promise<void>): Promise<void> {
  await runDue(kernel, relay);
  await settle();
  for (let stops = 0; clock.now() < toMs; stops += 1) {
    if (stops >= MAX_STOPS) throw new Error(`time travel stopped ${MAX_STOPS} times: something is due for ever`);
    const dueMs = await nextDue(kernel);
    const stopMs = dueMs === null ? toMs : Math.min(dueMs, toMs);
    // The heartbeat goes first: a leap without it would count as an outage and be given back (T6).
    await beatWithoutCredit(kernel, stopMs);
    clock.moveTo(stopMs);
    await runDue(kernel, relay);
    await settle();
  }
  await storeOffset(kernel.store, clock.offset);
}
