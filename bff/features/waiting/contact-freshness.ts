/**
 * Families near the head of their lane are asked to confirm that their number still reaches them, so that the
 * notification of a turn does (Q8). Who has not is on a list for staff.
 */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { DAY_MS } from '../../../shared/shanghai-time';
import type { DueJob } from '../../jobs/due-job';
import { systemAct, type Kernel } from '../../kernel';
import type { Household, Ticket } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { householdStream, laneStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { queuedTickets } from '../selection/load';

/** A lane is looked at again when something happened in it, and at least this often: a confirmation grows old. */
const LOOK_AGAIN_MS = DAY_MS;

/** What each process saw of the lanes; only spares work, for asking twice changes nothing. */
const seen = new WeakMap<Kernel, Map<string, { readonly seq: number; readonly atMs: number }>>();

export const askForContacts: DueJob = {
  name: 'askForContacts',
  async run(kernel) {
    const nowMs = kernel.clock.now();
    const lanes = seen.get(kernel) ?? new Map<string, { seq: number; atMs: number }>();
    seen.set(kernel, lanes);
    const stale = await kernel.store.read(async (tx) => {
      const found: Ticket[] = [];
      for (const lane of await tx.lanes.find({ state: 'open' })) {
        const seq = (await tx.ledgerHeads.get(laneStream(lane.id)))?.seq ?? 0;
        const last = lanes.get(lane.id);
        if (last !== undefined && last.seq === seq && nowMs < last.atMs + LOOK_AGAIN_MS) continue;
        for (const ticket of await queuedTickets(tx, lane.id, nowMs, kernel.rules().values.confirmContactPlaces)) if (await mustAsk(tx, kernel, ticket, nowMs)) found.push(ticket);
        lanes.set(lane.id, { seq, atMs: nowMs });
      }
      return found;
    });
    for (const ticket of stale) await change(kernel, systemAct('临近选房，确认联系方式'), (work) => ask(kernel, work, ticket));
  },
  nextDue: () => Promise.resolve(null),
};

async function mustAsk(tx: Tx, kernel: Kernel, { householdId }: Ticket, nowMs: number): Promise<boolean> {
  const contact = await tx.contacts.get(householdId);
  return contact === null || contact.state === 'ended' || (contact.state === 'confirmed' && nowMs >= (contact.confirmedAtMs ?? 0) + kernel.rules().values.contactFreshDays * DAY_MS);
}

async function ask(kernel: Kernel, work: Work, { id: ticketId, householdId, group, queueNumber }: Ticket): Promise<void> {
  const { tx, nowMs } = work;
  const [household, contact, ticket] = [await tx.households.get(householdId), await tx.contacts.get(householdId), await tx.tickets.get(ticketId)];
  if (household === null || ticket?.state !== 'queued' || !(await mustAsk(tx, kernel, ticket, nowMs))) return;
  if (contact === null) await tx.contacts.insert({ id: householdId, district: household.district, state: 'asked', askedAtMs: nowMs, confirmedAtMs: null });
  else await tx.contacts.replace({ ...contact, state: 'asked', askedAtMs: nowMs });
  await work.tell({
    id: `sms-confirmContact-${ticketId}-${nowMs}`, topic: 'sms', kind: 'confirmContact', subjectId: ticketId, recipientSealed: household.phoneSealed,
    payload: { group, queueNumber }, dueAtMs: windowAtOrAfter(kernel.rules().values, nowMs),
  });
}

/** The signed-in family says that this number is still its own: it proved it by signing in with a code. */
export async function confirmContact(work: Work, household: Household): Promise<void> {
  const { tx, nowMs } = work;
  const contact = await tx.contacts.get(household.id);
  if (contact === null) await tx.contacts.insert({ id: household.id, district: household.district, state: 'confirmed', askedAtMs: null, confirmedAtMs: nowMs });
  else await tx.contacts.replace({ ...contact, state: 'confirmed', confirmedAtMs: nowMs });
  await work.record({ stream: householdStream(household.id), type: 'ContactConfirmed', open: {} });
}
