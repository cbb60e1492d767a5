/** Turns an outbox message into the text that is sent, at the moment it is sent: only then is the deadline known. */
import { addDays, dayOf, type Day } from '../../../shared/shanghai-time';
import type { Group } from '../../../shared/lane';
import type { ApplicationStepName, LostCause, SmsTemplates, SwapStepName, TransferStepName } from '../../adapters/sms/templates';
import type { RuleSetValues } from '../../domain/rules/rule-set';
import type { FieldCrypto } from '../../security/field-crypto';
import type { OutboxMessage } from '../../store/collections';

export interface TextFacts {
  readonly templates: SmsTemplates;
  readonly rules: RuleSetValues;
  readonly crypto: Pick<FieldCrypto, 'open'>;
  readonly nowMs: number;
  /** The running deadline of the turn the message is about, if its clock has started. */
  readonly deadlineMs: number | null;
}

/** The text of a message. Throws on a kind nobody wrote a text for: that is a bug, not a delivery problem. */
export function textOf(message: Pick<OutboxMessage, 'kind' | 'payload'>, facts: TextFacts): string {
  const { templates, rules, nowMs } = facts;
  const text = (name: string) => String(message.payload[name]);
  const number = (name: string) => Number(message.payload[name]);
  const of = { group: text('group') as Group, queueNumber: number('queueNumber') };
  switch (message.kind) {
    case 'signInCode':
      return templates.signInCode({ code: facts.crypto.open(text('codeSealed')), validMs: number('validMs') });
    case 'calledUp':
      return templates.calledUp(of);
    case 'turnOpened':
      return templates.turnOpened({ ...of, turnMs: rules.turnMs, deadlineMs: facts.deadlineMs ?? nowMs + rules.turnMs });
    case 'reviewerTurn':
      return templates.reviewerTurn({ ...of, deadlineMs: number('deadlineMs') });
    case 'turnDeferred':
      return templates.turnDeferred({ ...of, notBeforeMs: number('notBeforeMs') });
    case 'turnMissed':
      return templates.turnMissed({ ...of, ...afterMiss(message.payload) });
    case 'turnPassed':
      return templates.turnPassed({ ...of, ...afterMiss(message.payload) });
    case 'homePicked':
      return templates.homePicked({ ...of, address: text('address'), publicityDays: rules.resultPublicityDays, assisted: message.payload['assisted'] === true, ranked: message.payload['ranked'] === true });
    case 'rankingAgreed':
      return templates.rankingAgreed({ ...of, homes: number('homes'), assisted: message.payload['assisted'] === true });
    case 'applicationStep':
      return templates.applicationStep({ step: text('step') as ApplicationStepName, receiptNumber: number('receiptNumber'), untilDay: message.payload['untilDay'] as string | null });
    case 'allocationQualified':
      return templates.allocationQualified({ ...of, address: text('address'), noticeNumber: text('noticeNumber'), downloadByDay: text('downloadByDay'), leaseByDay: text('leaseByDay') });
    case 'noticeLate':
      return templates.noticeLate({ ...of, noticeNumber: text('noticeNumber'), leaseByDay: text('leaseByDay') });
    case 'allocationLost':
      return templates.allocationLost({ ...of, cause: text('cause') as LostCause, assisted: message.payload['assisted'] === true });
    case 'allocationReinstated':
      return templates.allocationReinstated({ ...of, address: text('address'), leaseByDay: text('leaseByDay') });
    case 'leaseDueSoon':
      return templates.leaseDueSoon({ ...of, leaseByDay: text('leaseByDay') });
    case 'leasePeriodMoved':
      return templates.leasePeriodMoved({ ...of, leaseByDay: text('leaseByDay') });
    case 'leasePeriodOver':
      return templates.leasePeriodOver({ ...of, entryByDay: text('entryByDay') });
    case 'leaseSigned':
      return templates.leaseSigned({ ...of, contractNumber: text('contractNumber'), signedDay: text('signedDay') });
    case 'doubtRaised':
      return templates.doubtRaised({ ...of, doubt: text('doubt') as 'ineligible' | 'documentsRefused' });
    case 'doubtCleared':
      return templates.doubtCleared({ ...of, leaseByDay: text('leaseByDay') });
    case 'objectionRaised':
      return templates.objectionRaised(of);
    case 'numberObjected':
      return templates.numberObjected({ ...of, about: text('about') as 'number' | 'continuation', outcome: text('outcome') as 'raised' | 'dismissed' });
    case 'objectionAnswered':
      return templates.objectionAnswered({ title: text('title'), upheld: message.payload['upheld'] === true });
    case 'objectionDismissed':
      return templates.objectionDismissed(of);
    case 'tenancyEnded':
      return templates.tenancyEnded({ address: text('address'), endedDay: text('endedDay') });
    case 'matterWaiting':
      return templates.matterWaiting({ district: text('district') });
    case 'transferStep':
      return templates.transferStep({ step: text('step') as TransferStepName, address: text('address') });
    case 'tenancyRegistered':
      return templates.tenancyRegistered({ address: text('address') });
    case 'swapStep':
      return templates.swapStep({ step: text('step') as SwapStepName, address: text('address') });
    case 'lanePaused':
      return templates.lanePaused({ ...of, reason: text('reason') });
    case 'deadlineMoved':
      return templates.deadlineMoved({ ...of, byMs: number('byMs'), deadlineMs: number('deadlineMs') });
    case 'numberGiven':
      return templates.numberGiven({ ...of, joinsDay: dayOf(number('joinsAtMs')) });
    case 'continuationEnds':
      return templates.continuationEnds({ ...of, continueUntilDay: addDays(dayOf(number('continueUntilMs')), -1), moved: message.payload['moved'] === true });
    case 'continuationAsked':
      return templates.continuationAsked({ ...of, joinsDay: text('joinsDay') });
    case 'requestDecided':
      return templates.requestDecided({ kind: text('requestKind') as 'adjust' | 'toSubsidy' | 'fromSubsidy', approved: message.payload['approved'] === true });
    case 'leftQueue':
      return templates.leftQueue({ ...of, cause: text('cause') as 'cancelled' | 'gaveUp' | 'objectionUpheld' | 'barred' });
    case 'subsidyStopped':
      return templates.subsidyStopped();
    case 'barLifted':
      return templates.barLifted({ rest: message.payload['restUntilMs'] === undefined ? null : { untilDay: lastDayOf(message.payload['restUntilMs']) } });
    case 'leftBatch':
      return templates.leftBatch({ group: of.group, cause: text('cause') as 'cancelled' | 'gaveUp' | 'barred' });
    case 'batchForfeited':
      return templates.batchForfeited(of);
    case 'personBarred':
      return templates.personBarred({ untilDay: lastDayOf(message.payload['untilMs']) });
    case 'phoneChanged':
      return templates.phoneChanged({ to: text('to') as 'old' | 'new', other: text('other') });
    case 'confirmContact':
      return templates.confirmContact(of);
    default:
      throw new Error(`no text for messages of kind ${message.kind}`);
  }
}

/** The last day before an exclusive end; null without end. */
const lastDayOf = (untilMs: unknown): Day | null => (typeof untilMs === 'number' ? addDays(dayOf(untilMs), -1) : null);

/** T3, M1, M2: the last day to ask to go on waiting; null where it cannot be asked, `unstated` while its end is not known. */
function afterMiss({ isForfeited, continueUntilMs }: OutboxMessage['payload']): { continueUntilDay: Day | 'unstated' | null } {
  if (isForfeited === true) return { continueUntilDay: null };
  return { continueUntilDay: typeof continueUntilMs === 'number' ? addDays(dayOf(continueUntilMs), -1) : 'unstated' };
}
