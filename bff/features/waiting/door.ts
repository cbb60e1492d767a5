/**
 * The one way to change how a household waits: load, decide, apply, in the caller's transaction. Families, districts,
 * publicities and time all come through here. Turns are the lane's own (bff/features/selection/door.ts): a number on
 * turn is refused here, and since both doors write the ticket, of two acts at once one sees the other.
 */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { decideWaiting } from '../../domain/waiting/decide';
import type { LeaveCause, WaitingCommand, WaitingRefusal } from '../../domain/waiting/waiting';
import type { Kernel } from '../../kernel';
import type { Ticket } from '../../store/collections';
import type { Work } from '../../store/change';
import { barredPersons } from '../standing/persons';
import { WaitingApplier, type Why } from './apply';
import { loadCase, viewOf, type WaitingCase } from './load';

/** Judges a command on a case loaded in this change, and applies what it brings about. Null: done. */
export async function decideCase(kernel: Kernel, work: Work, subject: WaitingCase, command: WaitingCommand, why: Why = {}): Promise<WaitingRefusal | null> {
  const view = await viewOf(work.tx, subject, await isBarred(work, subject, command));
  const decision = decideWaiting(view, command, work.nowMs, kernel.rules());
  if ('refusal' in decision) return decision.refusal;
  await new WaitingApplier(kernel, work, subject, command.type, why).apply(decision.events);
  return null;
}

/** F2: looked at only where somebody would come back to waiting for a home; the persons are guarded. */
async function isBarred(work: Work, { household, request }: WaitingCase, command: WaitingCommand): Promise<boolean> {
  if (command.type !== 'AskToReturn' && !(command.type === 'ApproveRequest' && request?.kind === 'fromSubsidy')) return false;
  const members = await work.tx.members.find({ householdId: household.id });
  return (await barredPersons(work, members.map(({ identityIndex }) => identityIndex))).length > 0;
}

/** W1, W4, G5, F3: a household's number leaves the queue for good. */
export async function leaveWaiting(kernel: Kernel, work: Work, ticket: Ticket, cause: LeaveCause, reason: string): Promise<WaitingRefusal | null> {
  const subject = await loadCase(work.tx, ticket.householdId, ticket);
  if (subject === null) throw new Error(`ticket ${ticket.id} without its household`);
  const refusal = await decideCase(kernel, work, subject, { type: 'Leave', cause }, { reason });
  if (refusal !== null) return refusal;
  const { values: rules } = kernel.rules();
  await work.tell({
    id: `sms-leftQueue-${ticket.id}`, topic: 'sms', kind: 'leftQueue', subjectId: ticket.id, recipientSealed: subject.household.phoneSealed,
    payload: { group: ticket.group, queueNumber: ticket.queueNumber, cause }, dueAtMs: windowAtOrAfter(rules, work.nowMs),
  });
  return null;
}
