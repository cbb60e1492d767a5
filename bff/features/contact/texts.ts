/** Turns an outbox message into the text that is sent, at the moment it is sent: only then is the deadline known. */
import { addDays, dayOf } from '../../../shared/shanghai-time';
import type { Group } from '../../../shared/lane';
import type { SmsTemplates } from '../../adapters/sms/templates';
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
      return templates.turnMissed({ ...of, continueUntilDay: continueUntil(number('endedAtMs'), rules) });
    case 'turnPassed':
      return templates.turnPassed({ ...of, continueUntilDay: continueUntil(number('endedAtMs'), rules) });
    case 'homePicked':
      return templates.homePicked({ ...of, address: text('address'), publicityDays: rules.resultPublicityDays, assisted: message.payload['assisted'] === true });
    case 'lanePaused':
      return templates.lanePaused({ ...of, reason: text('reason') });
    case 'deadlineMoved':
      return templates.deadlineMoved({ ...of, byMs: number('byMs'), deadlineMs: number('deadlineMs') });
    default:
      throw new Error(`no text for messages of kind ${message.kind}`);
  }
}

/** T3, M1: the day of the miss does not count. */
function continueUntil(endedAtMs: number, rules: RuleSetValues): string {
  return addDays(dayOf(endedAtMs), rules.continueWithinDays);
}
