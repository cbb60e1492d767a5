/** How an application is shown: whole to the family that still edits it, masked to everyone else (P2). */
import type { ApplicationContent } from '../../../shared/contract/application-schemas';
import type { AnswerOf } from '../../../shared/contract/routes';
import { warningOf } from '../../domain/review/decide';
import type { Caller } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskIdentity, maskName, maskPhone } from '../../security/masking';
import type { Application } from '../../store/collections';
import type { Tx } from '../../store/port';
import { attachmentsOf } from '../attachments/present';
import { mayReview } from './policy';
import { openContent } from './submit';

type StaffView = AnswerOf<'getApplication'>;
type WorkItem = AnswerOf<'searchApplications'>['items'][number];

/** What every view of an application begins with. */
export function summaryOf(kernel: Kernel, a: Application) {
  return {
    id: a.id, version: a.version, state: a.state, receiptNumber: a.receiptNumber, submittedAtMs: a.submittedAtMs, stateSinceMs: a.stateSinceMs, dueMs: a.dueMs,
    applicantMasked: maskName(kernel.crypto.open(a.applicantSealed)), district: a.district, street: a.street, group: a.group, size: a.size,
  };
}

/** G3: what the family claims, in words, and what its reviewers confirmed. */
export function priorityOf(kernel: Pick<Kernel, 'rules'>, { priorityClaimed, priorityCategory }: Application) {
  return { priorityClaimed: kernel.rules().values.priorityCategories.find(({ code }) => code === priorityClaimed)?.label ?? priorityClaimed, priorityCategory };
}

/** One line of a work list. */
export function workItemOf(kernel: Kernel, a: Application, nowMs: number): WorkItem {
  return { ...summaryOf(kernel, a), channel: a.channel, householdId: a.householdId, warning: warningOf(a.state, a.dueMs, nowMs, kernel.rules().values) };
}

export function maskedContent(content: ApplicationContent): ApplicationContent {
  return {
    ...content,
    ...(content.applicantName === undefined ? {} : { applicantName: maskName(content.applicantName) }),
    ...(content.identity === undefined ? {} : { identity: maskIdentity(content.identity) }),
    ...(content.phone === undefined ? {} : { phone: maskPhone(content.phone) }),
    ...(content.address === undefined ? {} : { address: '*'.repeat(Math.min(content.address.length, 12)) }),
    ...(content.members === undefined ? {} : { members: content.members.map((m) => ({ ...m, ...(m.name === undefined ? {} : { name: maskName(m.name) }), ...(m.identity === undefined ? {} : { identity: maskIdentity(m.identity) }) })) }),
  };
}

/** The reviews of an application, newest first. */
export async function reviewsOf(kernel: Kernel, tx: Tx, applicationId: string): Promise<StaffView['reviews']> {
  const found = await tx.applicationReviews.find({ applicationId }, { sort: [['atMs', 'desc']], limit: 50 });
  return found.map(({ level, outcome, reasonsSealed, atMs }) => ({ level, outcome, reasons: kernel.crypto.open(reasonsSealed), atMs }));
}

/** For the clerk who reviews it, and those who look on. */
export async function staffViewOf(kernel: Kernel, tx: Tx, a: Application, caller: Caller, nowMs: number): Promise<StaffView> {
  const content = openContent(kernel, a);
  const people = [{ name: content.applicantName, identity: content.identity, relation: '本人' }, ...(content.members ?? [])];
  return {
    ...workItemOf(kernel, a, nowMs), serverNowMs: nowMs, phoneMasked: maskPhone(kernel.crypto.open(a.phoneSealed)), ...priorityOf(kernel, a),
    members: people.map((m) => ({ nameMasked: maskName(m.name ?? ''), identityMasked: maskIdentity(m.identity ?? ''), relation: m.relation ?? '' })),
    objectionUpheldAtMs: a.objectionUpheldAtMs, reviews: await reviewsOf(kernel, tx, a.id), attachments: await attachmentsOf(kernel, tx, a.id),
    mayReview: (a.state === 'levelOne' && mayReview(caller, a, 1)) || (a.state === 'levelTwo' && mayReview(caller, a, 2)),
  };
}
