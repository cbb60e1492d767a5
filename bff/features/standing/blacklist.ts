/** F3: 黑名单. Staff bar a person, and lift a bar, with a reason; whoever is barred does not go on waiting for a home. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { addDays, startOfDay } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { Bar, Household, Member } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { openReviewStates } from '../../domain/review/review';
import { enterAllocation } from '../allocations/apply';
import { enterReview } from '../applications/door';
import { waitingCandidate } from '../batch/candidates';
import { leaveBatch, leaveWaiting } from '../waiting/door';
import { enterBar, personOf } from './persons';

const underReview = openReviewStates.filter((state) => state !== 'draft');

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

/** F2: from its application to its number, and what it picked; a rent subsidy goes on. */
async function stopWaiting(kernel: Kernel, work: Work, householdId: string, reason: string): Promise<'TURN_RUNNING' | null> {
  const { tx } = work;
  for (const application of await tx.applications.find({ householdId, state: { in: underReview } })) await enterReview(kernel, work, application, { type: 'Bar' });
  const [ticket] = await tx.tickets.find({ householdId, state: { in: ['publicised', 'queued', 'onTurn', 'missed', 'renewing'] } }, { limit: 1 });
  if (ticket !== undefined) return (await leaveWaiting(kernel, work, ticket, 'barred', reason)) === 'TURN_RUNNING' ? 'TURN_RUNNING' : null;
  const [allocation] = await tx.allocations.find({ householdId, state: { in: ['publicised', 'qualified', 'inDoubt'] } }, { limit: 1 });
  if (allocation !== undefined) await enterAllocation(kernel, work, allocation, { type: 'cancel', cause: 'barred' }, 'district');
  const candidate = await waitingCandidate(work, householdId);
  if (candidate !== null) await leaveBatch(kernel, work, candidate, 'barred', reason);
  return null;
}
