/**
 * Q6: time moves turns on whether or not anyone is watching. No timer holds truth: this looks for lanes where
 * something is due and sends `Settle` through the same door as every other command. Doing it twice, or in two
 * processes, changes nothing.
 */
import { decideSelection } from '../domain/selection/decide';
import { enterLane } from '../features/selection/door';
import { loadSelection, rulesOfTurn } from '../features/selection/load';
import { systemAct, type Kernel } from '../kernel';
import { change } from '../store/change';

/** Settles every lane in which something is due. A lane that fails does not hold up the others. */
export async function settleDueLanes(kernel: Kernel): Promise<void> {
  await kernel.ensureAlive();
  const due = await kernel.store.read(async (tx) => {
    const ids: string[] = [];
    for (const lane of await tx.lanes.find({ state: 'open' })) {
      const nowMs = kernel.clock.now();
      // A turn that is running and not over is the usual case: known from the turn alone.
      const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
      if (turn !== null && (turn.deadlineMs === null || nowMs < turn.deadlineMs)) {
        if ((await tx.listings.count({ laneId: lane.id, state: 'available' })) > lane.calledUpFor) ids.push(lane.id);
        continue;
      }
      const rules = kernel.rules(nowMs);
      const view = await loadSelection(tx, lane.id, nowMs, rules);
      if (view === null) continue;
      if (view.availableCount > lane.calledUpFor || decideSelection(view, { type: 'Settle' }, nowMs, rules, rulesOfTurn(kernel, view, rules)).events.length > 0) ids.push(lane.id);
    }
    return ids;
  });
  for (const laneId of due) {
    try {
      await change(kernel, systemAct('到时自动处理'), (work) => enterLane(kernel, work, laneId, { type: 'Settle' }));
    } catch (error) {
      kernel.log.error({ laneId, err: error }, 'settling a lane failed');
    }
  }
}
