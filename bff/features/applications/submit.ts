/** Handing an application in (V1, V3, F2): what a family's own submission and one from a partner system have in common. */
import { dayOf } from '../../../shared/shanghai-time';
import type { ApplicationContent } from '../../../shared/contract/application-schemas';
import type { FieldProblem } from '../../../shared/errors';
import { checkContent, type CheckedContent, type CompleteApplication } from '../../domain/review/content';
import type { ReviewRefusal } from '../../domain/review/review';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import type { Work } from '../../store/change';
import { takeReceiptNumber } from '../batch/candidates';
import { heldElsewhere, identityIndexes, openCase } from '../households/case';
import { barredPersons } from '../standing/persons';
import { enterReview } from './door';

export type SubmitRefusal = ReviewRefusal | 'PERSON_IN_OPEN_CASE' | 'PERSON_BARRED';
export type Submitted = { readonly application: Application } | { readonly refusal: SubmitRefusal } | { readonly problems: readonly FieldProblem[] };

/** What the family typed. */
export function openContent(kernel: Pick<Kernel, 'crypto'>, application: Pick<Application, 'contentSealed'>): ApplicationContent {
  return JSON.parse(kernel.crypto.open(application.contentSealed)) as ApplicationContent;
}

/** Whether the content could be submitted now, and what it then says. */
export function checkOwn(kernel: Kernel, content: ApplicationContent, phoneIndex: string, nowMs: number): CheckedContent {
  return checkContent(content, dayOf(nowMs), kernel.rules().values, (phone) => kernel.crypto.blindIndex('phone', phone) === phoneIndex);
}

/** The fields lists filter, sort and show, from what was typed so far. */
export function listedFields(kernel: Pick<Kernel, 'crypto'>, content: ApplicationContent): Pick<Application, 'contentSealed' | 'applicantSealed' | 'applicantNameIndex' | 'district' | 'street' | 'group' | 'size' | 'priorityCategory'> {
  const name = content.applicantName ?? '';
  return {
    contentSealed: kernel.crypto.seal(JSON.stringify(content)), applicantSealed: kernel.crypto.seal(name), applicantNameIndex: kernel.crypto.blindIndex('name', name),
    district: content.district ?? '', street: content.street ?? '', group: content.tier && content.bedrooms ? `${content.tier}-${content.bedrooms}` : '',
    size: 1 + (content.members?.length ?? 0), priorityCategory: content.priorityCategory?.trim() || null,
  };
}

/** Submits, or submits again after a supplement: the time and the number stay those of the first time. */
export async function submitApplication(kernel: Kernel, work: Work, application: Application): Promise<Submitted> {
  const content = openContent(kernel, application);
  const checked = checkOwn(kernel, content, application.phoneIndex, work.nowMs);
  if ('problems' in checked) return checked;
  const { complete } = checked;
  const indexes = identityIndexes(kernel, complete.people);
  if (await heldElsewhere(work.tx, indexes, application.householdId)) return { refusal: 'PERSON_IN_OPEN_CASE' };
  if ((await barredPersons(work, indexes)).length > 0) return { refusal: 'PERSON_BARRED' };
  const submission = `${application.id}-${(await work.tx.applicationSubmissions.count({ applicationId: application.id })) + 1}`;
  const entered = await enterReview(kernel, work, application, { type: 'Submit' }, {
    ...normalFields(kernel, complete), phoneSealed: kernel.crypto.seal(complete.phone),
    submittedAtMs: application.submittedAtMs ?? work.nowMs, receiptNumber: application.receiptNumber ?? await takeReceiptNumber(work),
  }, { submission });
  if (entered.refusal !== null) return { refusal: entered.refusal };
  await work.tx.applicationSubmissions.insert({ id: submission, applicationId: application.id, contentSealed: application.contentSealed, atMs: work.nowMs });
  await openCase(kernel, work, {
    id: application.householdId, district: complete.district, street: complete.street, size: complete.people.length, priorityCategory: complete.priorityCategory,
    applicantSealed: entered.application.applicantSealed, phoneSealed: entered.application.phoneSealed, phoneIndex: application.phoneIndex, wechatOpenIdSealed: null, source: 'application',
  }, complete.people);
  return { application: entered.application };
}

/** As read, not as typed: 苏 雨 is found as 苏雨. */
function normalFields(kernel: Pick<Kernel, 'crypto'>, complete: CompleteApplication): Partial<Application> {
  const { name } = complete.people[0]!;
  return {
    applicantSealed: kernel.crypto.seal(name), applicantNameIndex: kernel.crypto.blindIndex('name', name), district: complete.district, street: complete.street,
    group: complete.group, size: complete.people.length, priorityCategory: complete.priorityCategory,
  };
}
