/**
 * The one way to change how a household waits: load, decide, apply, in the caller's transaction. Families, districts,
 * publicities and time all come through here. Turns are the lane's own (bff/features/selection/door.ts): a number on
 * turn is refused here, and since both doors write the ticket, of two acts at once one sees the other.
 */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { decideWaiting } from '../../domain/waiting/decide';
import type { LeaveCause, WaitingCommand, WaitingRefusal } from '../../domain/waiting/waiting';
import type { Kernel } from '../../kernel';
import type { BatchCandidate, Ticket } from '../../store/collections';
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
  const { id, householdId, group, queueNumber } = ticket;
  return leave(kernel, work, householdId, ticket, { cause, reason }, { kind: 'leftQueue', subjectId: id, payload: { group, queueNumber, cause } });
}

/** W1, W4, F3: a household leaves before it has a number: its candidate takes part in no batch. Where it has one already, that number leaves. */
export async function leaveBatch(kernel: Kernel, work: Work, candidate: BatchCandidate, cause: LeaveCause, reason: string): Promise<WaitingRefusal | null> {
  const previous = candidate.previousTicketId === null ? null : await work.tx.tickets.get(candidate.previousTicketId);
  if (previous !== null) return leaveWaiting(kernel, work, previous, cause, reason);
  return leave(kernel, work, candidate.householdId, null, { cause, reason }, { kind: 'leftBatch', subjectId: candidate.id, payload: { group: candidate.group, cause } });
}

interface Told {
  readonly kind: string;
  readonly subjectId: string;
  readonly payload: Record<string, unknown>;
}

async function leave(kernel: Kernel, work: Work, householdId: string, ticket: Ticket | null, why: { readonly cause: LeaveCause; readonly reason: string }, { kind, subjectId, payload }: Told): Promise<WaitingRefusal | null> {
  const subject = await loadCase(work.tx, householdId, ticket);
  if (subject === null) throw new Error(`${subjectId} without its household`);
  const refusal = await decideCase(kernel, work, subject, { type: 'Leave', cause: why.cause }, { reason: why.reason });
  if (refusal !== null) return refusal;
  await work.tell({ id: `sms-${kind}-${subjectId}`, topic: 'sms', kind, subjectId, recipientSealed: subject.household.phoneSealed, payload, dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs) });
  return null;
}
