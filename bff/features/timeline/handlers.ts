/** W5: a family sees why its place changed; staff who may see its waiting see the same. */
import { timelineText } from '../../../shared/timeline-words';
import type { AnswerOf } from '../../../shared/contract/routes';
import type { Standing, Standpoint } from '../../domain/timeline/timeline';
import { refuse, type ApiRequest, type Caller, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Household, Ticket } from '../../store/collections';
import type { Tx } from '../../store/port';
import { isRevealed } from '../batch/tickets';
import { mayActForHousehold } from '../selection/policy';
import { maySeeHousehold } from '../waiting/policy';
import { ownerOf, readTimeline, standpointOf } from './walk';

const PAGE = 20;

export function timelineHandlers(kernel: Kernel): Handlers {
  const timeline = ({ caller, params, query }: ApiRequest<'getMyTimeline' | 'getTicketTimeline'>, may: MaySee) => kernel.store.read(async (tx): Promise<AnswerOf<'getMyTimeline'> | Refusal> => {
    const ticket = await ticketFor(tx, caller, params['ticketId'] ?? '', may);
    if (ticket === null) return refuse('NOT_FOUND');
    const { id: ticketId, group, queueNumber, state, laneId } = ticket;
    const start = await standpointOf(tx, ticket);
    const answer = { ticketId, group, queueNumber, state, ahead: start !== null && state === 'queued' ? start.ahead : null };
    if (start === null) return { ...answer, items: [], next: null };
    const from = query.after === undefined ? start : pageAfter(query.after, start);
    const { items, next } = await readTimeline(tx, laneId, ownerOf(ticket), from, Number(query.limit ?? PAGE));
    return {
      ...answer, next: next === null ? null : `${next.seq}.${next.ahead}.${next.standing}`,
      items: items.map((item) => ({ ...item, numbers: [...item.numbers], text: timelineText(item) })),
    };
  });
  return {
    getMyTimeline: (request) => timeline(request, mayActForHousehold),
    getTicketTimeline: (request) => timeline(request, maySeeHousehold),
  };
}

type MaySee = (caller: Caller, household: Household) => boolean;

/** P1. The same answer for another's number as for none, and for one nobody has been shown yet. */
export async function ticketFor(tx: Tx, caller: Caller, ticketId: string, may: MaySee): Promise<Ticket | null> {
  const ticket = await tx.tickets.get(ticketId);
  const household = ticket === null ? null : await tx.households.get(ticket.householdId);
  return ticket !== null && household !== null && may(caller, household) && (await isRevealed(tx, ticket)) ? ticket : null;
}

/** A page begins where the one before ended. Who writes its own only misleads itself: what is told is public. */
function pageAfter(cursor: string, start: Standpoint): Standpoint {
  const [seq = '', ahead = '', standing = ''] = cursor.split('.');
  return Number(seq) > start.seq ? start : { seq: Number(seq), ahead: Number(ahead), standing: standing as Standing };
}
