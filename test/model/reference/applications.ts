/** V1, V3, T2: from a draft through two reviews and two lists to the next day's batch. */
import { endOfPeriod, families, rules, staff } from '../city';
import { caseOf, closeCase, isBarred } from './standing';
import { midnight, NOT_YOURS, openObjections, publish, refused, unless, type Application, type Model, type Rule } from './state';

const MAX_DRAFTS = 3;
const editable = ['draft', 'supplementOne', 'supplementTwo'];
const closed = ['rejected', 'withdrawn', 'expired', 'eligible'];
export const householdOf = (application: string): string => `k-${application}`;

/** Why its family may not edit it now. */
const notEditable = ({ state }: Application): string | false => closed.includes(state) ? 'APPLICATION_CLOSED' : !editable.includes(state) && 'APPLICATION_UNDER_REVIEW';

const createApplication: Rule = (m, act) => {
  const drafts = [...m.applications.values()].filter(({ family, state }) => family === act.by && state === 'draft').length;
  return unless(act, [drafts >= MAX_DRAFTS && 'TOO_MANY_DRAFTS'], () => {
    m.applications.set(act.as!, { family: act.by, state: 'draft', content: null, submitted: null, receipt: null, submittedAtMs: null, isPriority: false, dueMs: endOfPeriod(midnight(m), rules.draftKeepDays), round: 0, list: null });
    return { state: 'draft' };
  });
};

const saveDraft: Rule = (m, act) => {
  const application = m.applications.get(act.on ?? '');
  if (application?.family !== act.by) return refused('NOT_FOUND');
  return unless(act, [notEditable(application)], () => {
    application.content = act.content!;
    if (application.state === 'draft') application.dueMs = endOfPeriod(midnight(m), rules.draftKeepDays);
  });
};

/**
 * Submitting, for the first time or after a supplement; the submission time and receipt stay the first ones (V1, G3),
 * unless the applicant is another. What the first review was about is not changed without going through it again.
 */
const submit: Rule = (m, act) => {
  const application = m.applications.get(act.on ?? '');
  if (application?.family !== act.by) return refused('NOT_FOUND');
  const own = householdOf(act.on!);
  const persons = application.content?.persons ?? [];
  const { submitted: before, content: after } = application;
  const isNewApplicant = before !== null && after !== null && before.persons[0] !== after.persons[0];
  const isAnother = isNewApplicant || (before !== null && after !== null && (before.tier !== after.tier || before.bedrooms !== after.bedrooms));
  const isNewReview = isAnother && application.state === 'supplementTwo';
  const inOtherCase = persons.some((person) => ![undefined, own].includes(caseOf(m, person)));
  return unless(act, [
    notEditable(application), !(application.content?.isWhole ?? false) && 'VALIDATION_FAILED', inOtherCase && 'PERSON_IN_OPEN_CASE', persons.some((person) => isBarred(m, person)) && 'PERSON_BARRED',
    (isNewReview || isNewApplicant) && act.yes !== true && 'SUPPLEMENT_CHANGES_CASE',
  ], () => {
    if (isNewApplicant) [application.receipt, application.submittedAtMs] = [null, null];
    application.receipt ??= m.receipts += 1;
    application.submittedAtMs ??= m.nowMs;
    application.submitted = application.content;
    if (isNewReview) application.isPriority = false;
    application.state = application.state === 'supplementTwo' && !isNewReview ? 'levelTwo' : 'levelOne';
    application.dueMs = null;
    m.households.set(own, { family: act.by, persons, ever: [...new Set([...(m.households.get(own)?.ever ?? []), ...persons])], isPriority: application.isPriority, isOpen: true });
    return { state: application.state, receiptNumber: application.receipt, submittedAtMs: application.submittedAtMs };
  });
};

function end(m: Model, name: string, state: string): void {
  const application = m.applications.get(name)!;
  application.state = state;
  application.dueMs = null;
  if (m.households.has(householdOf(name))) closeCase(m, householdOf(name));
}

const withdraw: Rule = (m, act) => {
  const application = m.applications.get(act.on ?? '');
  if (application?.family !== act.by) return refused('NOT_FOUND');
  return unless(act, [closed.includes(application.state) && 'APPLICATION_CLOSED'], () => {
    end(m, act.on!, 'withdrawn');
    return { state: 'withdrawn' };
  });
};

/** Level 1 by the street, level 2 by the district; each approves into its list, rejects, or sends back. */
const review: Rule = (m, act) => {
  const application = m.applications.get(act.on ?? '');
  if (application === undefined || application.submittedAtMs === null) return refused(...NOT_YOURS);
  const { district, street } = families[application.family]!;
  const who = staff[act.by]!;
  const isTheirs = act.level === 1 ? who.role === 'streetClerk' && who.streets.includes(street) : who.role === 'districtReviewer' && who.districts.includes(district);
  if (!isTheirs) return refused(...NOT_YOURS);
  const [desk, supplement, list, days] = act.level === 1 ? ['levelOne', 'supplementOne', 'firstReview', rules.firstReviewPublicityDays] as const : ['levelTwo', 'supplementTwo', 'secondReview', rules.secondReviewPublicityDays] as const;
  return unless(act, [application.state !== desk && (closed.includes(application.state) ? 'APPLICATION_CLOSED' : 'REVIEW_OUT_OF_ORDER')], () => {
    if (act.outcome === 'reject') end(m, act.on!, 'rejected');
    else if (act.outcome === 'sendBack') {
      application.state = supplement;
      application.dueMs = endOfPeriod(midnight(m), rules.supplementWithinDays);
    } else {
      application.state = act.level === 1 ? 'firstPublicity' : 'secondPublicity';
      application.round += 1;
      application.isPriority = act.isPriority ?? application.isPriority;
      m.households.get(householdOf(act.on!))!.isPriority = application.isPriority;
      application.list = publish(m, list, district, days);
    }
    return { state: application.state };
  });
};

/** What a list that is over, or the last objection dismissed after it, does for one case; `eligibleFromMs`: for the batch (G4). */
export function listOver(m: Model, name: string, eligibleFromMs: number): void {
  const application = m.applications.get(name)!;
  if (openObjections(m, application.list, name, application.round).length > 0) return;
  if (application.state === 'firstPublicity') application.state = 'levelTwo';
  else if (application.state === 'secondPublicity') {
    application.state = 'eligible';
    const { tier, bedrooms } = application.submitted!;
    m.candidates.push({ kind: 'new', household: householdOf(name), group: `${tier}-${bedrooms}`, submittedAtMs: application.submittedAtMs!, receipt: application.receipt!, eligibleFromMs, state: 'waiting' });
  }
}

/** Drafts kept and supplements awaited end by themselves, and their people are free again. */
export function expireApplications(m: Model): void {
  for (const [name, { state, dueMs }] of m.applications) if (editable.includes(state) && dueMs !== null && dueMs <= m.nowMs) end(m, name, 'expired');
}

export const applicationRules: Readonly<Record<string, Rule>> = { createApplication, saveDraft, submit, withdraw, review };
