/** What a family and its district see of how a household waits. */
import { batchDayOf } from '../../domain/batch/batch-day';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { BatchCandidate, Household, Subsidy, Ticket, WaitingRequest } from '../../store/collections';
import type { Tx } from '../../store/port';
import { isRevealed } from '../batch/tickets';

/** A household has a handful of each in its life; more than this are not shown. */
const SHOWN = 50;

export const presentTicket = ({ id, version, group, queueNumber, batchDay, state }: Ticket) => ({ id, version, group, queueNumber, batchDay, state });

export function presentRequest({ crypto }: Pick<Kernel, 'crypto'>, { id, version, kind, householdId, ticketId, group, reasonSealed, state, requestedAtMs, decidedAtMs, answerSealed }: WaitingRequest) {
  return { id, version, kind, householdId, ticketId, group, reason: crypto.open(reasonSealed), state, requestedAtMs, decidedAtMs, answer: crypto.open(answerSealed) };
}

export function presentSubsidy({ crypto }: Pick<Kernel, 'crypto'>, { id, version, householdId, state, fromMs, endedAtMs, reasonSealed }: Subsidy) {
  return { id, version, householdId, state, fromMs, endedAtMs, reason: crypto.open(reasonSealed) };
}

/** Numbered but not revealed is waiting, to everybody outside. */
export function presentCandidate({ id, version, kind, group, submittedAtMs, state, batchDay, eligibleFromMs }: BatchCandidate, isRevealedOrNone: boolean) {
  return { id, version, kind, group, submittedAtMs, state: isRevealedOrNone ? state : 'waiting' as const, batchDay: batchDay ?? batchDayOf(eligibleFromMs) };
}

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
    candidates: candidates.map((candidate) => presentCandidate(candidate, candidate.ticketId === null || shown.has(candidate.ticketId))),
    subsidies: subsidies.map((subsidy) => presentSubsidy(kernel, subsidy)),
    contact: contact === null ? null : { state: contact.state, askedAtMs: contact.askedAtMs, confirmedAtMs: contact.confirmedAtMs },
  };
}
