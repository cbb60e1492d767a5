/**
 * With several processes, the one that holds the lease looks at the clock; the others stand by. The token
 * grows with every change of holder. Two holders at once (a clock off, a pause) are harmless: every effect is
 * a version-checked change. The lease only spares work.
 */
import type { Clock } from '../../shared/clock';
import type { Store } from '../store/port';

/** Takes or keeps the lease; the fencing token, or null while another holds it. */
export async function holdLease(store: Store, clock: Clock, name: string, holder: string, ttlMs: number): Promise<number | null> {
  return store.transact(async (tx) => {
    const nowMs = clock.now();
    const lease = await tx.leases.get(name);
    if (lease === null) {
      await tx.leases.insert({ id: name, holder, untilMs: nowMs + ttlMs, token: 1 });
      return 1;
    }
    if (lease.holder !== holder && nowMs < lease.untilMs) return null;
    const token = lease.holder === holder ? lease.token : lease.token + 1;
    // Kept long enough already: no need to write every second.
    if (lease.holder === holder && lease.untilMs - nowMs > ttlMs / 2) return token;
    await tx.leases.replace({ ...lease, holder, untilMs: nowMs + ttlMs, token });
    return token;
  });
}

/** Lets another process take over at once; for an orderly stop. */
export async function releaseLease(store: Store, name: string, holder: string): Promise<void> {
  await store.transact(async (tx) => {
    const lease = await tx.leases.get(name);
    if (lease !== null && lease.holder === holder) await tx.leases.replace({ ...lease, untilMs: 0 });
  });
}
