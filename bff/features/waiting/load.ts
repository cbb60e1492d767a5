/** What a decision about a waiting household looks at: a handful of documents, however long the queue is. */
import type { WaitingView } from '../../domain/waiting/waiting';
import type { Household, Miss, Subsidy, Ticket, WaitingRequest } from '../../store/collections';
import type { Tx } from '../../store/port';
import { waitingCandidate } from '../batch/candidates';

/** A household's case, as stored. */
export interface WaitingCase {
  readonly household: Household;
  readonly ticket: Ticket | null;
  readonly miss: Miss | null;
  /** The request under review, if any: a household has one at a time. */
  readonly request: WaitingRequest | null;
  readonly subsidy: Subsidy | null;
}

export const missId = (ticketId: string): string => `miss-${ticketId}`;

/** Null when there is no such household. `ticket` is the number the act is about. */
export async function loadCase(tx: Tx, householdId: string, ticket: Ticket | null): Promise<WaitingCase | null> {
  const household = await tx.households.get(householdId);
  if (household === null) return null;
  return {
    household, ticket,
    miss: ticket === null ? null : await tx.misses.get(missId(ticket.id)),
    request: (await tx.waitingRequests.find({ householdId, state: 'open' }, { limit: 1 }))[0] ?? null,
    subsidy: (await tx.subsidies.find({ householdId, state: 'running' }, { limit: 1 }))[0] ?? null,
  };
}

export async function viewOf(tx: Tx, { household, ticket, miss, request, subsidy }: WaitingCase, isBarred: boolean): Promise<WaitingView> {
  return {
    ticket, miss, request, subsidy, isBarred,
    isContested: ticket !== null && (await tx.objections.find({ subjectId: ticket.id, state: 'open' }, { limit: 1 })).length > 0,
    hasOpenRequest: request !== null, size: household.size,
    // Asked only where there is no number: elsewhere its state says so.
    isCandidate: ticket === null && (await waitingCandidate({ tx }, household.id)) !== null,
    continuations: ticket === null ? 0 : await continuationsOf(tx, ticket),
  };
}

/** M2: how often in a row the household went on waiting after a miss to get this number. */
export async function continuationsOf(tx: Tx, ticket: Pick<Ticket, 'id' | 'householdId'>): Promise<number> {
  const byTicket = new Map((await tx.batchCandidates.find({ householdId: ticket.householdId })).map((candidate) => [candidate.ticketId, candidate]));
  let count = 0;
  for (let candidate = byTicket.get(ticket.id); candidate?.kind === 'continue'; candidate = byTicket.get(candidate.previousTicketId)) count += 1;
  return count;
}
