/** F3: 黑名单. Staff bar a person, and lift a bar, with a reason; whoever is barred does not go on waiting for a home. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { addDays, startOfDay } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { Bar, Household, Member } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { withdrawCandidate } from '../batch/candidates';
import { closeCase } from '../households/case';
import { leaveWaiting } from '../waiting/door';
import { barredUntil, enterBar, personOf } from './persons';

export interface NewBlacklisting {
  readonly reason: string;
  /** The last day of the bar; null: until lifted. */
  readonly untilDay: string | null;
  readonly creditRecordId: string | null;
  readonly staffId: string;
}

/**
 * Bars a person. A number its household waits with is void at once; while its turn is running the act is refused,
 * for the family is picking: the door of waiting and the lane's both write the ticket, so one of the two comes first.
 */
export async function blacklist(kernel: Kernel, work: Work, household: Household, member: Member, { reason, untilDay, creditRecordId, staffId }: NewBlacklisting): Promise<Bar | 'TURN_RUNNING'> {
  const { tx, nowMs } = work;
  const personId = member.identityIndex;
  const [open] = await tx.members.find({ identityIndex: personId, caseOpen: true }, { limit: 1 });
  if (open !== undefined && (await stopWaiting(kernel, work, open.householdId, reason)) === 'TURN_RUNNING') return 'TURN_RUNNING';
  const person = await personOf(work, personId);
  const count = await tx.bars.count({ personId, state: { in: ['standing', 'lifted'] } });
  const untilMs = untilDay === null ? null : startOfDay(addDays(untilDay, 1));
  const bar = await enterBar(work, person, {
    id: `bar-${personId.slice(0, 24)}-${count + 1}-${nowMs}`, householdId: household.id, district: household.district, cause: 'blacklist', fromMs: nowMs, untilMs,
    reasonSealed: kernel.crypto.seal(reason), byStaffId: staffId, creditRecordId, ruleSetVersion: kernel.rules().version,
  });
  await work.record({ stream: householdStream(household.id), type: 'PersonBlacklisted', open: {}, detail: { memberId: member.id, personId, barId: bar.id, untilMs, reason, creditRecordId } });
  await work.tell({ id: `sms-barred-${bar.id}`, topic: 'sms', kind: 'personBarred', subjectId: household.id, recipientSealed: household.phoneSealed, payload: { untilMs }, dueAtMs: windowAtOrAfter(kernel.rules().values, nowMs) });
  return bar;
}

/** A home picked already is the allocation's to cancel; an application under review is its reviewers'. */
async function stopWaiting(kernel: Kernel, work: Work, householdId: string, reason: string): Promise<'TURN_RUNNING' | null> {
  const { tx } = work;
  const [ticket] = await tx.tickets.find({ householdId, state: { in: ['publicised', 'queued', 'onTurn', 'missed', 'renewing'] } }, { limit: 1 });
  if (ticket !== undefined) return (await leaveWaiting(kernel, work, ticket, 'barred', reason)) === 'TURN_RUNNING' ? 'TURN_RUNNING' : null;
  const waiting = await tx.batchCandidates.find({ householdId, state: 'waiting' }, { limit: 1 });
  if (waiting.length > 0) {
    await withdrawCandidate(work, householdId);
    await closeCase(work, householdId);
  }
  return null;
}

/** Lifts one bar, automatic or not; what others stand remains. */
export async function lift(kernel: Kernel, work: Work, bar: Bar, staffId: string, reason: string): Promise<Bar> {
  const { tx, nowMs } = work;
  const lifted = await tx.bars.replace({ ...bar, state: 'lifted', liftedAtMs: nowMs, liftedBy: staffId, liftReasonSealed: kernel.crypto.seal(reason) });
  const person = await personOf(work, bar.personId);
  await tx.persons.replace({ ...person, barredUntilMs: await barredUntil(tx, bar.personId) });
  await work.record({ stream: householdStream(bar.householdId), type: 'BarLifted', open: {}, detail: { barId: bar.id, personId: bar.personId, reason } });
  return lifted;
}
