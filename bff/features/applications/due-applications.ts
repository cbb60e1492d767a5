/** V1: drafts nobody came back to and supplements nobody handed in end by themselves, also after downtime. */
import { openReviewStates, isEditable } from '../../domain/review/review';
import type { DueJob } from '../../jobs/due-job';
import { systemAct } from '../../kernel';
import { change } from '../../store/change';
import { enterReview } from './door';

const BATCH = 100;
const waiting = openReviewStates.filter(isEditable);

export const dueApplications: DueJob = {
  name: 'applications',
  async run(kernel) {
    const due = await kernel.store.read((tx) => tx.applications.find({ state: { in: [...waiting] }, dueMs: { lte: kernel.clock.now() } }, { sort: [['dueMs', 'asc']], limit: BATCH }));
    for (const { id } of due) {
      await change(kernel, systemAct('申请逾期未提交'), async (work) => {
        const application = await work.tx.applications.get(id);
        if (application !== null) await enterReview(kernel, work, application, { type: 'Expire' });
      });
    }
  },
  async nextDue(tx) {
    const [next] = await tx.applications.find({ state: { in: [...waiting] } }, { sort: [['dueMs', 'asc']], limit: 1 });
    return next?.dueMs ?? null;
  },
};
