/** A2, F1, T6: families are reminded of what runs out, leases not signed in time are forfeits, also after downtime, which is given back first. */
import type { DueJob } from '../../jobs/due-job';
import { systemAct } from '../../kernel';
import { change } from '../../store/change';
import { enterAllocation } from './apply';

const BATCH = 200;

export const dueAllocations: DueJob = {
  name: 'allocations',
  async run(kernel) {
    const due = await kernel.store.read((tx) => tx.allocations.find({ nextDueMs: { lte: kernel.clock.now() } }, { sort: [['nextDueMs', 'asc']], limit: BATCH }));
    for (const { id } of due) {
      try {
        await change(kernel, systemAct('到期自动处理'), async (work) => {
          const allocation = await work.tx.allocations.get(id);
          if (allocation !== null) await enterAllocation(kernel, work, allocation, { type: 'settle' }, 'system');
        });
      } catch (error) {
        // One that fails is tried again at the next look and does not hold up the others.
        kernel.log.error({ allocationId: id, err: error }, 'an allocation could not be settled');
      }
    }
  },
  async credit(kernel, work, { fromMs, toMs }) {
    for (const allocation of await work.tx.allocations.find({ nextDueMs: { gt: 0 } })) await enterAllocation(kernel, work, allocation, { type: 'creditOutage', fromMs, toMs }, 'system');
  },
  async nextDue(tx) {
    const [next] = await tx.allocations.find({ nextDueMs: { gt: 0 } }, { sort: [['nextDueMs', 'asc']], limit: 1 });
    return next?.nextDueMs ?? null;
  },
};
