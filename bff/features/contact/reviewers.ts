/** Q7: what the district's reviewers are told by short message beyond turns. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { Kernel } from '../../kernel';
import { sm3Hex } from '../../security/sm3';
import type { Work } from '../../store/change';
import { dayOf } from '../../../shared/shanghai-time';

/** The district's reviewers hear that doubts or objections wait for them: once a day, however many. */
export async function tellReviewersWaiting(kernel: Kernel, work: Work, district: string): Promise<void> {
  const { tx, nowMs } = work;
  const dueAtMs = windowAtOrAfter(kernel.rules().values, nowMs);
  for (const reviewer of await tx.staff.find({ role: 'districtReviewer', active: true })) {
    if (reviewer.phoneSealed === '' || !reviewer.districts.includes(district)) continue;
    // Districts are Chinese words; an id travels in addresses.
    const id = `sms-matterWaiting-${sm3Hex(district).slice(0, 8)}-${dayOf(dueAtMs)}-${reviewer.id}`;
    if ((await tx.outbox.get(id)) === null) await work.tell({ id, topic: 'sms', kind: 'matterWaiting', subjectId: reviewer.id, recipientSealed: reviewer.phoneSealed, payload: { district }, dueAtMs });
  }
}
