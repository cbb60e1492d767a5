/** V1: drafts nobody came back to and supplements nobody handed in end by themselves, also after downtime; due dates that were missing. */
import { dayOf } from '../../../shared/shanghai-time';
import { openReviewStates, isEditable } from '../../domain/review/review';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { endAfterOutage } from '../../domain/time/periods';
import type { DueJob } from '../../jobs/due-job';
import { systemAct, type Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { enterReview } from './door';
import { stateDueDates } from './undated';

const BATCH = 100;
const waiting = openReviewStates.filter(isEditable);

export const dueApplications: DueJob = {
  name: 'applications',
  async run(kernel) {
    const due = await kernel.store.read((tx) => tx.applications.find({ state: { in: [...waiting] }, dueMs: { lte: kernel.clock.now() } }, { sort: [['dueMs', 'asc']], limit: BATCH }));
    for (const { id } of due) {
      try {
        await change(kernel, systemAct('申请逾期未提交'), async (work) => {
          const application = await work.tx.applications.get(id);
          if (application !== null) await enterReview(kernel, work, application, { type: 'Expire' });
        });
      } catch (error) {
        // One case that fails is tried again at the next look and does not hold up the others.
        kernel.log.error({ applicationId: id, err: error }, 'an application could not expire');
      }
    }
    await stateDueDates(kernel);
  },
  async nextDue(tx) {
    const [next] = await tx.applications.find({ state: { in: [...waiting] } }, { sort: [['dueMs', 'asc']], limit: 1 });
    return next?.dueMs ?? null;
  },
  async credit(kernel, work, outage) {
    for (const application of await work.tx.applications.find({ state: { in: ['supplementOne', 'supplementTwo'] }, dueMs: { gt: outage.fromMs } })) {
      const dueMs = endAfterOutage({ startedAtMs: application.stateSinceMs, endsMs: application.dueMs! }, outage, kernel.rules().values.periodOutageMs);
      if (dueMs !== application.dueMs) await moveSupplementEnd(kernel, work, application, dueMs);
    }
  },
};

/** The family is told: it may have given up on the old end. */
async function moveSupplementEnd(kernel: Kernel, work: Work, application: Application, dueMs: number): Promise<void> {
  await work.tx.applications.replace({ ...application, dueMs });
  const { seq } = await work.record({ stream: householdStream(application.householdId), type: 'SupplementEndMoved', open: {}, detail: { applicationId: application.id, before: application.dueMs, after: dueMs } });
  await work.tell({
    id: `sms-applicationStep-${application.id}-${seq}`, topic: 'sms', kind: 'applicationStep', subjectId: application.householdId, recipientSealed: application.phoneSealed,
    dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs), payload: { step: 'supplementEndMoved', receiptNumber: application.receiptNumber, untilDay: dayOf(dueMs - 1) },
  });
}
