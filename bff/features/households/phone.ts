/**
 * A family's number changes (Q8): what reached it at the old one must reach it at the new one, and nobody else may go on
 * acting or being told there. Recorded by a service window or the district, from a person whose papers were looked at.
 */
import { isEditable, isOpenState } from '../../domain/review/review';
import type { Kernel } from '../../kernel';
import { maskPhone } from '../../security/masking';
import type { Application, Household, OutboxMessage } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { openContent, openTyped } from '../applications/submit';

export interface PhoneChange {
  /** Eleven digits. */
  readonly phone: string;
  /** The service point, and how the family agreed. */
  readonly place: string;
  readonly consent: string;
}

/** Writes it, with everything that hangs on the old number. The sessions that ended: what hangs on them is cut after the commit. */
export async function changePhone(kernel: Kernel, work: Work, household: Household, { phone, place, consent }: PhoneChange): Promise<{ household: Household; endedSessions: readonly string[] }> {
  const { tx, nowMs } = work;
  const oldPhone = kernel.crypto.open(household.phoneSealed);
  const [phoneSealed, phoneIndex] = [kernel.crypto.seal(phone), kernel.crypto.blindIndex('phone', phone)];
  // The second channel was of whoever held the old number; a proof through it would prove nothing any more (Q8).
  const changed = await tx.households.replace({ ...household, phoneSealed, phoneIndex, wechatOpenIdSealed: null });
  for (const application of await tx.applications.find({ householdId: household.id })) await tx.applications.replace({ ...application, phoneSealed, phoneIndex, ...contentWith(kernel, application, phone) });
  const masked = { before: maskPhone(oldPhone), after: maskPhone(phone) };
  const { seq } = await work.record({ stream: householdStream(household.id), type: 'PhoneChanged', open: {}, detail: { ...masked, place, consent, identityChecked: true } });

  await redirect(kernel, work, household, oldPhone, phoneSealed);
  await tellAgain(work, household.id, phoneSealed);
  const tell = (to: 'old' | 'new', recipientSealed: string, other: string) => work.tell({ id: `sms-phoneChanged-${household.id}-${seq}-${to}`, topic: 'sms', kind: 'phoneChanged', subjectId: household.id, recipientSealed, payload: { to, other } });
  await tell('old', household.phoneSealed, masked.after);
  await tell('new', phoneSealed, masked.before);

  // What was confirmed was the old number.
  const contact = await tx.contacts.get(household.id);
  if (contact !== null) await tx.contacts.replace({ ...contact, state: 'asked', askedAtMs: nowMs });

  const sessions = await tx.sessions.find({ phoneIndex: household.phoneIndex, expiresAtMs: { gt: nowMs } });
  for (const session of sessions) await tx.sessions.replace({ ...session, expiresAtMs: nowMs });
  return { household: changed, endedSessions: sessions.map(({ id }) => id) };
}

/** V1: what was typed names the number it is typed with; of a case that is over it stays as it was. */
function contentWith(kernel: Kernel, application: Application, phone: string): Partial<Application> {
  if (!isOpenState(application.state)) return {};
  const sealed = (content: object) => kernel.crypto.seal(JSON.stringify({ ...content, phone }));
  const contentSealed = sealed(openContent(kernel, application));
  return { contentSealed, ...(isEditable(application.state) && application.typedSealed !== null ? { typedSealed: sealed(openTyped(kernel, application)) } : {}) };
}

/** What waits to be told at the old number is told at the new one. */
async function redirect(kernel: Kernel, { tx, nowMs }: Work, household: Household, oldPhone: string, phoneSealed: string): Promise<void> {
  const subjects = await subjectsOf(tx, household.id);
  const waiting = await tx.outbox.find({ subjectId: { in: subjects }, topic: 'sms', state: 'pending' });
  // One that a relay holds is on its way already; one to somebody else (Q7: the reviewers) is not the family's.
  const isTheirs = (message: OutboxMessage) => message.claimedUntilMs <= nowMs && kernel.crypto.open(message.recipientSealed) === oldPhone;
  for (const message of waiting.filter(isTheirs)) await tx.outbox.replace({ ...message, recipientSealed: phoneSealed });
}

/** Everything messages to a household are about. */
async function subjectsOf(tx: Tx, householdId: string): Promise<string[]> {
  const tickets = await tx.tickets.find({ householdId });
  const turns = await tx.turns.find({ ticketId: { in: tickets.map(({ id }) => id) } });
  const [allocations, transfers] = [await tx.allocations.find({ householdId }), await tx.transfers.find({ householdId })];
  return [householdId, ...[...tickets, ...turns, ...allocations, ...transfers].map(({ id }) => id)];
}

/** Q8: a turn that is running, and of which nobody knows that the family heard, is told to the new number as well. */
async function tellAgain(work: Work, householdId: string, recipientSealed: string): Promise<void> {
  const { tx, nowMs } = work;
  for (const { id: ticketId } of await tx.tickets.find({ householdId, state: 'onTurn' })) {
    const [turn] = await tx.turns.find({ ticketId, isOpen: true }, { limit: 1 });
    const told = turn === undefined || turn.proof !== 'none' ? null : await tx.outbox.get(`sms-turnOpened-${turn.id}`);
    if (told === null || told.state === 'pending') continue;
    const { topic, kind, subjectId, payload } = told;
    await work.tell({ id: `${told.id}~${nowMs}`, topic, kind, subjectId, recipientSealed, payload });
  }
}
