/** Handing an application in (V1, V3, F2): what a family's own submission and one from a partner system have in common. */
import { dayOf } from '../../../shared/shanghai-time';
import type { ApplicationContent } from '../../../shared/contract/application-schemas';
import type { FieldProblem } from '../../../shared/errors';
import { checkContent, type CheckedContent, type CompleteApplication } from '../../domain/review/content';
import type { ReviewRefusal, SupplementEffect } from '../../domain/review/review';
import { supplementEffect } from '../../domain/review/supplement';
import { readIdentityText } from '../../domain/registers/identity-number';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import type { Work } from '../../store/change';
import { takeReceiptNumber } from '../batch/candidates';
import { heldElsewhere, identityIndexes, openCase } from '../households/case';
import { barredPersons } from '../standing/persons';
import { enterReview } from './door';

export type SubmitRefusal = ReviewRefusal | 'PERSON_IN_OPEN_CASE' | 'PERSON_BARRED' | 'SUPPLEMENT_CHANGES_CASE';
export type Submitted = { readonly application: Application } | { readonly refusal: SubmitRefusal } | { readonly problems: readonly FieldProblem[] };

/** What was submitted; of a draft, what is typed. */
export function openContent(kernel: Pick<Kernel, 'crypto'>, application: Pick<Application, 'contentSealed'>): ApplicationContent {
  return JSON.parse(kernel.crypto.open(application.contentSealed)) as ApplicationContent;
}

/** What the family typed last, which staff see only once it is handed in. */
export function openTyped(kernel: Pick<Kernel, 'crypto'>, { typedSealed, contentSealed }: Pick<Application, 'typedSealed' | 'contentSealed'>): ApplicationContent {
  return openContent(kernel, { contentSealed: typedSealed ?? contentSealed });
}

/** Whether what is typed could be submitted now, and what it then says. */
export function checkOwn(kernel: Kernel, application: Application, nowMs: number): CheckedContent {
  const isOwnPhone = (phone: string) => kernel.crypto.blindIndex('phone', phone) === application.phoneIndex;
  return checkContent(openTyped(kernel, application), dayOf(nowMs), kernel.rules().values, isOwnPhone, application.submittedAtMs === null ? null : application);
}

/** V1, G3: what handing in what is typed would bring about; null while it cannot be handed in. */
export function effectOf(kernel: Kernel, application: Application, checked: CheckedContent): SupplementEffect | null {
  if ('problems' in checked) return null;
  const { people, district, street, group } = checked.complete;
  const submitted = application.submittedAtMs === null ? null : readIdentityText(openContent(kernel, application).identity ?? '', dayOf(application.submittedAtMs));
  if (submitted?.ok === false) throw new Error(`application ${application.id} was submitted without an applicant`);
  return supplementEffect(application.state, submitted === null ? null : { ...application, applicant: submitted.value }, { applicant: people[0]!.identity, district, street, group });
}

/** The fields lists filter, sort and show, from what was typed so far. */
export function listedFields(kernel: Pick<Kernel, 'crypto'>, content: ApplicationContent): Pick<Application, 'contentSealed' | 'typedSealed' | 'applicantSealed' | 'applicantNameIndex' | 'district' | 'street' | 'group' | 'size' | 'priorityClaimed' | 'priorityCategory'> {
  const name = content.applicantName ?? '';
  return {
    contentSealed: kernel.crypto.seal(JSON.stringify(content)), typedSealed: null, applicantSealed: kernel.crypto.seal(name), applicantNameIndex: kernel.crypto.blindIndex('name', name),
    district: content.district ?? '', street: content.street ?? '', group: content.tier && content.bedrooms ? `${content.tier}-${content.bedrooms}` : '',
    size: 1 + (content.members?.length ?? 0), priorityClaimed: content.priorityCategory ?? null, priorityCategory: null,
  };
}

/**
 * Submits, or submits again after a supplement: time and number stay those of the first time, unless the applicant is
 * another. What makes the case another one is done only if the family accepts what that costs (`acceptsNewReview`).
 */
export async function submitApplication(kernel: Kernel, work: Work, application: Application, acceptsNewReview = false): Promise<Submitted> {
  const checked = checkOwn(kernel, application, work.nowMs);
  if ('problems' in checked) return checked;
  const { complete } = checked;
  const indexes = identityIndexes(kernel, complete.people);
  if (await heldElsewhere(work.tx, indexes, application.householdId)) return { refusal: 'PERSON_IN_OPEN_CASE' };
  if ((await barredPersons(work, indexes)).length > 0) return { refusal: 'PERSON_BARRED' };
  const { newReview, newTime } = effectOf(kernel, application, checked)!;
  if ((newReview || newTime) && !acceptsNewReview) return { refusal: 'SUPPLEMENT_CHANGES_CASE' };
  const submission = `${application.id}-${(await work.tx.applicationSubmissions.count({ applicationId: application.id })) + 1}`;
  const contentSealed = application.typedSealed ?? application.contentSealed;
  const entered = await enterReview(kernel, work, application, { type: 'Submit', newReview, newTime }, {
    ...normalFields(kernel, complete), phoneSealed: kernel.crypto.seal(complete.phone), contentSealed, typedSealed: null,
    // Level one, gone through again, confirms again.
    priorityCategory: newReview ? null : application.priorityCategory,
    submittedAtMs: newTime ? work.nowMs : application.submittedAtMs ?? work.nowMs,
    receiptNumber: newTime ? await takeReceiptNumber(work) : application.receiptNumber ?? await takeReceiptNumber(work),
  }, { submission, newReview, newTime, ...(newTime ? { before: { receiptNumber: application.receiptNumber, submittedAtMs: application.submittedAtMs } } : {}) });
  if (entered.refusal !== null) return { refusal: entered.refusal };
  await work.tx.applicationSubmissions.insert({ id: submission, applicationId: application.id, contentSealed, atMs: work.nowMs });
  const { applicantSealed, applicantNameIndex, phoneSealed, phoneIndex, priorityCategory } = entered.application;
  await openCase(kernel, work, {
    id: application.householdId, district: complete.district, street: complete.street, size: complete.people.length, priorityCategory,
    applicantSealed, applicantNameIndex, phoneSealed, phoneIndex, wechatOpenIdSealed: null, source: 'application',
  }, complete.people);
  return { application: entered.application };
}

/** As read, not as typed: 苏 雨 is found as 苏雨. */
function normalFields(kernel: Pick<Kernel, 'crypto'>, complete: CompleteApplication): Partial<Application> {
  const { name } = complete.people[0]!;
  return {
    applicantSealed: kernel.crypto.seal(name), applicantNameIndex: kernel.crypto.blindIndex('name', name), district: complete.district, street: complete.street,
    group: complete.group, size: complete.people.length, priorityClaimed: complete.priorityClaimed,
  };
}
