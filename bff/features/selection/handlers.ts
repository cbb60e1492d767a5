/** The acts of selection over HTTP: pick, pass, and the staff acts on lanes. */
import type { Receipt } from '../../../shared/contract/schemas';
import type { Assisted, SelectionCommand, SelectionRefusal } from '../../domain/selection/selection';
import { actOf, refuse, type ApiRequest, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Household, Ticket } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { recall, remember, type OnceKey } from '../../store/once';
import type { LiveBoard } from '../live/board';
import { enterLane, type Entered } from './door';
import { mayActForHousehold, mayAssist, mayRunLanes } from './policy';
import { presentReceipt } from './receipt';

type Outcome<T> = { readonly answer: T } | { readonly refusal: SelectionRefusal; readonly laneId: string } | { readonly refusal: 'NOT_FOUND' | 'FORBIDDEN' | 'IDEMPOTENCY_KEY_REUSED' };
type MayAct = (household: Household) => boolean;

export function selectionHandlers(kernel: Kernel, board: LiveBoard): Handlers {
  /** Q4: a refused act answers with the lane's current view, so that the person can go on at once. */
  async function answerOf<T>(outcome: Outcome<T>): Promise<T | Refusal> {
    if ('answer' in outcome) return outcome.answer;
    return 'laneId' in outcome ? refuse(outcome.refusal, { view: await board.view(outcome.laneId) }) : refuse(outcome.refusal);
  }

  /** Runs one family's command on its lane, at most once per idempotency key. */
  async function actOnTicket<T>(request: ApiRequest, why: string, mayAct: MayAct, command: (work: Work, ticket: Ticket) => Promise<SelectionCommand>, present: (entered: Entered) => T): Promise<T | Refusal> {
    await kernel.ensureAlive();
    const subject = request.caller.kind === 'staff' ? `staff ${request.caller.staffId}` : request.caller.kind === 'family' ? `family ${request.caller.phoneIndex}` : 'public';
    const once: OnceKey = { subject, key: request.idempotencyKey, request: { why, ticketId: request.params['ticketId'], body: request.body ?? null } };
    const outcome = await change<Outcome<T>>(kernel, actOf(request, why), async (work) => {
      const ticket = await work.tx.tickets.get(request.params['ticketId'] ?? '');
      const household = ticket === null ? null : await work.tx.households.get(ticket.householdId);
      // The same answer for another's ticket as for none: its existence is nobody's business.
      if (ticket === null || household === null || !mayAct(household)) return { refusal: 'NOT_FOUND' };
      const earlier = await recall<T>(work, once);
      if (earlier?.kind === 'reused') return { refusal: 'IDEMPOTENCY_KEY_REUSED' };
      if (earlier?.kind === 'answer') return { answer: earlier.answer };
      const entered = await enterLane(kernel, work, ticket.laneId, await command(work, ticket));
      if (entered === null) return { refusal: 'NOT_FOUND' };
      if (entered.refusal !== null) return { refusal: entered.refusal, laneId: ticket.laneId };
      const answer = present(entered);
      await remember(work, once, answer);
      return { answer };
    });
    return answerOf(outcome);
  }

  function pick(request: ApiRequest, why: string, mayAct: MayAct, listingId: string, assisted: Assisted | null): Promise<Receipt | Refusal> {
    const command = async (work: Work, ticket: Ticket): Promise<SelectionCommand> => ({ type: 'PickHome', ticket, listing: await work.tx.listings.get(listingId), assisted });
    return actOnTicket(request, why, mayAct, command, (entered) => {
      if (entered.pick === null) throw new Error('a granted pick without a pick');
      return presentReceipt(kernel, entered.pick);
    });
  }

  async function runLane(request: ApiRequest, type: 'OpenLane' | 'PauseLane' | 'ResumeLane', reason: string) {
    if (!mayRunLanes(request.caller)) return refuse('FORBIDDEN');
    await kernel.ensureAlive();
    const laneId = request.params['laneId'] ?? '';
    const entered = await change(kernel, actOf(request, reason), (work) => enterLane(kernel, work, laneId, { type, reason }));
    if (entered === null) return refuse('NOT_FOUND');
    board.changed(laneId);
    const live = await board.view(laneId);
    if (entered.refusal !== null) return refuse(entered.refusal, { view: live });
    if (live === null) throw new Error(`lane ${laneId} vanished`);
    return { id: laneId, state: entered.lane.state, live };
  }

  return {
    pickHome: (request) => pick(request, '选定住房', (household) => mayActForHousehold(request.caller, household), request.body.listingId, null),
    passTurn: (request) => actOnTicket(
      request, '把机会让给下一户', (household) => mayActForHousehold(request.caller, household),
      async (_work, ticket) => ({ type: 'PassTurn', ticket }),
      (entered) => {
        const entry = entered.entries.find((e) => e.type === 'TurnPassed');
        if (entry === undefined) throw new Error('a granted pass without its entry');
        return { ticketId: request.params['ticketId'] ?? '', endedAtMs: entry.atMs, ledger: { stream: entry.stream, seq: entry.seq, hash: entry.hash } };
      },
    ),
    assistedPick: (request) => {
      const { caller, body } = request;
      if (caller.kind !== 'staff') return Promise.resolve(refuse('FORBIDDEN'));
      return pick(request, `窗口协助选房：${body.place}`, (household) => mayAssist(caller, household), body.listingId, { staffId: caller.staffId, place: body.place, consent: body.consent });
    },
    openLane: (request) => runLane(request, 'OpenLane', request.body.reason),
    pauseLane: (request) => runLane(request, 'PauseLane', request.body.reason),
    resumeLane: (request) => runLane(request, 'ResumeLane', request.body.reason),
    getReceipt: async (request) => {
      const pickDoc = await kernel.store.read(async (tx) => {
        const ticket = await tx.tickets.get(request.params['ticketId'] ?? '');
        const household = ticket === null ? null : await tx.households.get(ticket.householdId);
        if (ticket === null || household === null || !mayActForHousehold(request.caller, household)) return null;
        return (await tx.picks.find({ ticketId: ticket.id, active: true }, { limit: 1 }))[0] ?? null;
      });
      return pickDoc === null ? refuse('NOT_FOUND') : presentReceipt(kernel, pickDoc);
    },
  };
}
