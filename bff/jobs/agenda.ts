/** When something will next be due: for a demonstration clock that jumps, and for simulations. */
import { isWindowOpen, nextWindowStart } from '../domain/rules/notification-window';
import type { Kernel } from '../kernel';
import { dueJobs } from './due-jobs';

/** The next instant after now at which a job has something to do, or null when nothing is in sight. */
export async function nextDue(kernel: Kernel): Promise<number | null> {
  const nowMs = kernel.clock.now();
  const rules = kernel.rules().values;
  return kernel.store.read(async (tx) => {
    const due: number[] = [];
    const later = (atMs: number) => {
      if (atMs > nowMs) due.push(atMs);
    };
    const lanes = await tx.lanes.find({ state: 'open' });
    for (const lane of lanes) {
      const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
      if (turn === null) {
        const waiting = (await tx.tickets.find({ laneId: lane.id, state: 'queued' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']], limit: 1 })).length > 0;
        const free = (await tx.listings.find({ laneId: lane.id, state: 'available' }, { sort: [['communityId', 'asc']], limit: 1 })).length > 0;
        if (waiting && free) later(nextWindowStart(rules, nowMs));
      } else if (turn.deadlineMs === null) {
        if (!isWindowOpen(rules, nowMs)) later(nextWindowStart(rules, nowMs));
      } else {
        later(turn.deadlineMs);
        if (turn.proof === 'none') {
          const { secondChannelAfterMs, callTaskAfterMs } = kernel.rulesOf(turn.ruleSetVersion).values;
          later((turn.notifiedAtMs ?? nowMs) + secondChannelAfterMs);
          later((turn.notifiedAtMs ?? nowMs) + callTaskAfterMs);
        }
      }
    }
    const [message] = await tx.outbox.find({ state: 'pending', dueAtMs: { gt: nowMs } }, { sort: [['dueAtMs', 'asc']], limit: 1 });
    if (message !== undefined) later(message.dueAtMs);
    // A message a crashed relay had claimed is due when the claim lapses.
    for (const claimed of await tx.outbox.find({ state: 'pending', dueAtMs: { lte: nowMs } }, { limit: 50 })) later(claimed.claimedUntilMs);
    // A new rule set may open the window earlier, say: the agenda is made anew at the instant it takes effect.
    const rulesMs = kernel.rulebook.nextAfter(nowMs);
    if (rulesMs !== null) later(rulesMs);
    for (const job of dueJobs) {
      const dueMs = await job.nextDue(tx, kernel, nowMs);
      if (dueMs !== null) later(dueMs);
    }
    return due.length === 0 ? null : Math.min(...due);
  });
}
