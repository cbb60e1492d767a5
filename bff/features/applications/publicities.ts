/** 第一榜、第二榜: what the two lists of a review show, and what their end and an objection bring about (V1, T2). */
import type { ApplicationStepName } from '../../adapters/sms/templates';
import { groupLabels, type Group } from '../../../shared/lane';
import type { ReviewList } from '../../domain/review/review';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { systemAct, type Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { Objection } from '../../store/collections';
import { change, type Work } from '../../store/change';
import type { PublicityKind } from '../publicity/publicity';
import { objectionState } from '../publicity/publicity';
import { applicationIdOf, enterReview, subjectOf } from './door';

/** Applications moved on in one change. */
const CHUNK = 25;
const columns = ['受理号', '申请人', '街道（乡镇）', '申请组别', '家庭人口'] as const;

function reviewList(list: ReviewList, title: string): PublicityKind {
  const state = list === 'first' ? 'firstPublicity' : 'secondPublicity';
  return {
    title, columns,

    async lines(tx, kernel, publicity, after, limit) {
      const found = await tx.applications.find({ publicityId: publicity.id, state, ...(after === null ? {} : { id: { gt: applicationIdOf(after) } }) }, { sort: [['id', 'asc']], limit });
      return found.map((a) => ({ key: subjectOf(a), cells: [String(a.receiptNumber ?? ''), maskName(kernel.crypto.open(a.applicantSealed)), a.street, groupLabels[a.group as Group], String(a.size)] }));
    },

    async has(tx, publicity, subjectId) {
      const application = await tx.applications.get(applicationIdOf(subjectId));
      return application !== null && application.state === state && application.publicityId === publicity.id && subjectOf(application) === subjectId;
    },

    async over(kernel, publicity) {
      for (let after = ''; ;) {
        const ids = (await kernel.store.read((tx) => tx.applications.find({ publicityId: publicity.id, state, id: { gt: after } }, { sort: [['id', 'asc']], limit: CHUNK }))).map(({ id }) => id);
        if (ids.length === 0) return;
        await change(kernel, systemAct(`${title}期满`), async (work) => {
          for (const id of ids) {
            const application = await work.tx.applications.get(id);
            if (application === null || application.publicityId !== publicity.id) continue;
            await enterReview(kernel, work, application, { type: 'EndPublicity', list, objection: await objectionState(work.tx, publicity.id, subjectOf(application)) });
          }
        });
        after = ids.at(-1)!;
      }
    },

    objected: (kernel, work, objection) => tellObjection(kernel, work, objection, 'objectionRaised'),

    async decided(kernel, work, publicity, objection) {
      const application = await work.tx.applications.get(applicationIdOf(objection.subjectId));
      // Withdrawn meanwhile, or in another list by now: nothing of it hangs on this objection any more.
      if (application === null || subjectOf(application) !== objection.subjectId) return;
      if (objection.state === 'upheld') {
        await enterReview(kernel, work, application, { type: 'UpholdObjection', list }, {}, { objectionId: objection.id });
        return;
      }
      await tellObjection(kernel, work, objection, 'objectionDismissed');
      // By the clock and not by the list's mark: its end may be under way in another transaction.
      if (work.nowMs >= publicity.takesEffectMs) await enterReview(kernel, work, application, { type: 'EndPublicity', list, objection: await objectionState(work.tx, publicity.id, objection.subjectId) });
    },
  };
}

/** The family hears that somebody objected, and what came of it; an upheld one is a step of its own. */
async function tellObjection(kernel: Kernel, work: Work, objection: Objection, step: ApplicationStepName): Promise<void> {
  const application = await work.tx.applications.get(applicationIdOf(objection.subjectId));
  if (application === null || application.receiptNumber === null) return;
  await work.tell({
    id: `sms-${step}-${objection.id}`, topic: 'sms', kind: 'applicationStep', subjectId: application.householdId, recipientSealed: application.phoneSealed,
    dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs), payload: { step, receiptNumber: application.receiptNumber, untilDay: null },
  });
}

export const firstReviewKind = reviewList('first', '公租房申请初审公示（第一榜）');
export const secondReviewKind = reviewList('second', '公租房申请复审公示（第二榜）');
