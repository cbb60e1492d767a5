/**
 * The one way into an application (V1): decide, then write what came of it, in the caller's change: the document,
 * its place in a list, the household's case, the ledger, and what the family and a partner system are told.
 */
import { dayOf } from '../../../shared/shanghai-time';
import type { Group } from '../../../shared/lane';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { decideReview } from '../../domain/review/decide';
import { isOpenState, type ReviewCommand, type ReviewEvent, type ReviewRefusal } from '../../domain/review/review';
import type { Kernel } from '../../kernel';
import { sm3Hex } from '../../security/sm3';
import type { Application } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { eligibleWhenOver, offerCandidate } from '../batch/candidates';
import { loadCalendar } from '../calendar/load';
import { closeCase } from '../households/case';
import { openPublicity } from '../publicity/publicity';
import { stepOf } from './steps';

export interface Entered {
  /** As it is now, also when the command was refused: time may have moved it. */
  readonly application: Application;
  readonly refusal: ReviewRefusal | null;
}

/** `changes` are written with the command if it is granted; `detail` goes into the ledger with it. */
export async function enterReview(kernel: Kernel, work: Work, application: Application, command: ReviewCommand, changes: Partial<Application> = {}, detail: Record<string, unknown> = {}): Promise<Entered> {
  const rules = kernel.rules();
  const needsCalendar = rules.values.reviewDaysKind === 'working' || rules.values.supplementDaysKind === 'working';
  const calendar = needsCalendar ? await loadCalendar(work.tx, dayOf(work.nowMs)) : new Map();
  const { events, refusal } = decideReview(application, command, work.nowMs, rules.values, calendar);
  let current = refusal === null ? { ...application, ...changes } : application;
  for (const event of events) current = await applyEvent(kernel, work, current, event, refusal === null ? detail : {});
  return { application: current, refusal };
}

async function applyEvent(kernel: Kernel, work: Work, before: Application, event: ReviewEvent, detail: Record<string, unknown>): Promise<Application> {
  const { from, to, dueMs, atMs } = event;
  const isPublished = to === 'firstPublicity' || to === 'secondPublicity';
  const publicity = isPublished ? await openPublicity(kernel, work, {
    kind: to === 'firstPublicity' ? 'firstReview' : 'secondReview', scopeId: scopeOf(before.district), district: before.district, firstDay: dayOf(work.nowMs),
    days: to === 'firstPublicity' ? kernel.rules().values.firstReviewPublicityDays : kernel.rules().values.secondReviewPublicityDays,
  }) : null;
  const application = await work.tx.applications.replace({
    ...before, state: to, dueMs, stateSinceMs: from === to ? before.stateSinceMs : atMs,
    ...(publicity === null ? {} : { publicityId: publicity.id, publicityRound: before.publicityRound + 1 }),
    objectionUpheldAtMs: event.type === 'ObjectionUpheld' ? atMs : before.objectionUpheldAtMs,
    ruleSetVersion: kernel.rules().version,
  });
  // Typing is no act: what was handed in is (applicationSubmissions).
  if (event.type === 'DraftSaved') return application;
  if (!isOpenState(to) && to !== 'eligible') await closeCase(work, application.householdId);
  if (to === 'eligible') await makeEligible(kernel, work, application);
  const entry = await work.record({ stream: householdStream(application.householdId), type: event.type, atMs, open: {}, detail: { applicationId: application.id, receiptNumber: application.receiptNumber, before: from, after: to, dueMs, ...detail } });
  const step = stepOf(event);
  if (step === null || application.receiptNumber === null) return application;
  await work.tell({
    id: `sms-applicationStep-${application.id}-${entry.seq}`, topic: 'sms', kind: 'applicationStep', subjectId: application.householdId, recipientSealed: application.phoneSealed,
    dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs), payload: { step, receiptNumber: application.receiptNumber, untilDay: publicity?.lastDay ?? (dueMs === null ? null : dayOf(dueMs - 1)) },
  });
  // V4: the partner hears of each step too, in the order of `atMs` whatever order its reports arrive in.
  if (application.externalId !== null) {
    await work.tell({
      id: `exchange-${application.id}-${entry.seq}`, topic: 'exchange', kind: 'caseReport', subjectId: application.householdId, recipientSealed: '',
      payload: { caseNumber: application.externalId, step, receiptNumber: application.receiptNumber, atMs },
    });
  }
  return application;
}

/** G4: takes part in the first batch after its second list was over. */
async function makeEligible(kernel: Kernel, work: Work, application: Application): Promise<void> {
  const publicity = application.publicityId === null ? null : await work.tx.publicities.get(application.publicityId);
  if (publicity === null || application.submittedAtMs === null || application.receiptNumber === null) throw new Error(`application ${application.id} is eligible without having been submitted and published`);
  // An objection decided after the list's end held it up until then: the batches in between are complete.
  const objections = await work.tx.objections.find({ publicityId: publicity.id, subjectId: subjectOf(application) });
  const heldUntilMs = Math.max(0, ...objections.map((objection) => objection.decidedAtMs ?? 0));
  await offerCandidate(kernel, work, {
    id: `candidate-${application.id}`, kind: 'new', householdId: application.householdId, district: application.district, group: application.group as Group,
    priorityCategory: application.priorityCategory, submittedAtMs: application.submittedAtMs, receiptNumber: application.receiptNumber,
    eligibleFromMs: eligibleWhenOver(publicity, heldUntilMs),
  });
}

/** All of a district's cases of one day share a list. The name of a district has no place in an address as it stands. */
export function scopeOf(district: string): string {
  return sm3Hex(district).slice(0, 12);
}

/** What an objection names: the application in this round of lists. After an upheld one it comes into the next list anew. */
export function subjectOf(application: Pick<Application, 'id' | 'publicityRound'>): string {
  return `${application.id}.${application.publicityRound}`;
}

/** The application a subject names. */
export function applicationIdOf(subjectId: string): string {
  return subjectId.replace(/\.\d+$/, '');
}
