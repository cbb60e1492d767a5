/** What a family and its district see of how a household waits. */
import { batchDayOf } from '../../domain/batch/batch-day';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { Household, Subsidy, Ticket, WaitingRequest } from '../../store/collections';
import type { Tx } from '../../store/port';
import { isRevealed } from '../batch/tickets';

/** A household has a handful of each in its life; more than this are not shown. */
const SHOWN = 50;

export const presentTicket = ({ id, version, group, queueNumber, batchDay, state }: Ticket) => ({ id, version, group, queueNumber, batchDay, state });

export function presentRequest({ crypto }: Pick<Kernel, 'crypto'>, { id, version, kind, householdId, ticketId, group, reasonSealed, state, requestedAtMs, decidedAtMs, answer }: WaitingRequest) {
  return { id, version, kind, householdId, ticketId, group, reason: crypto.open(reasonSealed), state, requestedAtMs, decidedAtMs, answer };
}

export const presentSubsidy = ({ id, version, householdId, state, fromMs, endedAtMs, reason }: Subsidy) => ({ id, version, householdId, state, fromMs, endedAtMs, reason });

/** Everything about one household, newest first. */
export async function presentCase(tx: Tx, kernel: Pick<Kernel, 'crypto'>, household: Household) {
  const { id: householdId, size, district } = household;
  const tickets = await tx.tickets.find({ householdId }, { sort: [['submittedAtMs', 'desc']], limit: SHOWN });
  const misses = await tx.misses.find({ householdId }, { sort: [['missedAtMs', 'desc']], limit: SHOWN });
  const requests = await tx.waitingRequests.find({ householdId }, { sort: [['requestedAtMs', 'desc']], limit: SHOWN });
  const subsidies = await tx.subsidies.find({ householdId }, { sort: [['fromMs', 'desc']], limit: SHOWN });
  const candidates = await tx.batchCandidates.find({ householdId }, { sort: [['submittedAtMs', 'desc']], limit: SHOWN });
  const contact = await tx.contacts.get(householdId);
  const revealed: Ticket[] = [];
  for (const ticket of tickets) if (await isRevealed(tx, ticket)) revealed.push(ticket);
  const shown = new Set(revealed.map(({ id }) => id));
  return {
    id: householdId, applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), size, district,
    tickets: revealed.map(presentTicket),
    misses: misses.map(({ ticketId, missedAtMs, state, continueUntilMs }) => ({ ticketId, missedAtMs, state, continueUntilMs })),
    requests: requests.map((request) => presentRequest(kernel, request)),
    // Numbered but not revealed is waiting, to everybody outside.
    candidates: candidates.map(({ kind, group, submittedAtMs, state, batchDay, eligibleFromMs, ticketId }) => ({
      kind, group, submittedAtMs, state: ticketId !== null && !shown.has(ticketId) ? 'waiting' as const : state, batchDay: batchDay ?? batchDayOf(eligibleFromMs),
    })),
    subsidies: subsidies.map(presentSubsidy),
    contact: contact === null ? null : { state: contact.state, askedAtMs: contact.askedAtMs, confirmedAtMs: contact.confirmedAtMs },
  };
}
