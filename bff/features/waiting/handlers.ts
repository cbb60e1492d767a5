/** A family's own acts while it waits and after a miss (M1, W2, W3), and help at the window. */
import { addDays } from '../../../shared/shanghai-time';
import type { Group } from '../../../shared/lane';
import type { WaitingCommand } from '../../domain/waiting/waiting';
import { actOf, refuse, Refusal, type ApiRequest, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Household, Ticket } from '../../store/collections';
import { change, type Work } from '../../store/change';
import type { Tx } from '../../store/port';
import { isRevealed } from '../batch/tickets';
import { mayActForHousehold, mayAssist } from '../selection/policy';
import { confirmContact } from './contact-freshness';
import type { Why } from './apply';
import { decideCase } from './door';
import { loadCase, missId, type WaitingCase } from './load';
import { presentCase, presentRequest } from './present';

export function waitingHandlers(kernel: Kernel): Handlers {
  async function askToContinue(request: ApiRequest, why: string, mayAct: (household: Household) => boolean, reason: Why) {
    // T6: what an outage took is given back before anything can be too late.
    await kernel.ensureAlive();
    return change(kernel, actOf(request, why), async (work) => {
      const subject = await caseOfTicket(work.tx, request.params['ticketId'] ?? '', mayAct);
      if (subject === null) return refuse('NOT_FOUND');
      const refusal = await decideCase(kernel, work, subject, { type: 'AskToContinue' }, reason);
      if (refusal !== null) return refuse(refusal);
      const miss = await work.tx.misses.get(missId(subject.ticket.id));
      const publicity = miss?.publicityId == null ? null : await work.tx.publicities.get(miss.publicityId);
      if (miss?.requestedAtMs == null || publicity === null) throw new Error(`a granted continuation of ${subject.ticket.id} without its publicity`);
      return { ticketId: subject.ticket.id, requestedAtMs: miss.requestedAtMs, publicUntilDay: publicity.lastDay, batchDay: addDays(publicity.lastDay, 1) };
    });
  }

  /** Runs a request of the family's own, and answers with the request it made or settled. */
  async function onRequest(request: ApiRequest, why: string, load: (work: Work) => Promise<WaitingCase | Refusal>, command: WaitingCommand, reason: Why = {}) {
    return change(kernel, actOf(request, why), async (work) => {
      const subject = await load(work);
      if (subject instanceof Refusal) return subject;
      const refusal = await decideCase(kernel, work, subject, command, reason);
      if (refusal !== null) return refuse(refusal);
      const [made] = subject.request === null
        ? await work.tx.waitingRequests.find({ householdId: subject.household.id, state: 'open' }, { limit: 1 })
        : [await work.tx.waitingRequests.get(subject.request.id)];
      if (made == null) throw new Error(`${command.type} without its request`);
      return presentRequest(kernel, made);
    });
  }

  return {
    getMyWaiting: ({ caller }) => kernel.store.read(async (tx) => {
      if (caller.kind !== 'family') return refuse('SIGN_IN_REQUIRED');
      const households = [];
      for (const household of await tx.households.find({ phoneIndex: caller.phoneIndex }, { sort: [['id', 'asc']], limit: 20 })) households.push(await presentCase(tx, kernel, household));
      return { serverNowMs: kernel.clock.now(), households };
    }),

    askToContinue: (request) => askToContinue(request, '申请继续参与轮候', (household) => mayActForHousehold(request.caller, household), {}),
    continueForFamily: (request) => askToContinue(
      request, `窗口协助申请继续参与轮候：${request.body.place}`, (household) => mayAssist(request.caller, household), { reason: `${request.body.place}；${request.body.consent}` },
    ),

    makeWaitingRequest: (request) => {
      const { body, caller } = request;
      const own = (household: Household) => mayActForHousehold(caller, household);
      const command: WaitingCommand = body.kind === 'adjust' ? { type: 'AskToAdjust', group: body.group as Group, size: body.size }
        : body.kind === 'toSubsidy' ? { type: 'AskForSubsidy' } : { type: 'AskToReturn', group: body.group as Group };
      return onRequest(request, '提出轮候变更申请', async ({ tx }) => {
        if (body.kind !== 'fromSubsidy') return (await caseOfTicket(tx, body.ticketId, own)) ?? refuse('NOT_FOUND');
        const subject = await loadCase(tx, body.householdId, null);
        return subject !== null && own(subject.household) ? subject : refuse('NOT_FOUND');
      }, command, { reason: body.reason });
    },

    withdrawWaitingRequest: (request) => onRequest(request, '撤回轮候变更申请', async ({ tx }) => {
      const found = await tx.waitingRequests.get(request.params['requestId'] ?? '');
      const subject = found === null ? null : await loadCase(tx, found.householdId, null);
      if (found === null || subject === null || !mayActForHousehold(request.caller, subject.household)) return refuse('NOT_FOUND');
      if (found.version !== request.body.version) return refuse('REQUEST_IN_CONFLICT');
      return { ...subject, request: found };
    }, { type: 'WithdrawRequest' }),

    confirmContact: (request) => change(kernel, actOf(request, '确认联系电话'), async (work) => {
      const household = await work.tx.households.get(request.body.householdId);
      if (household === null || !mayActForHousehold(request.caller, household)) return refuse('NOT_FOUND');
      await confirmContact(work, household);
      return { ok: true as const };
    }),
  };
}

/** The case a number belongs to. The same answer for another's as for none, and for a number nobody has been shown yet. */
async function caseOfTicket(tx: Tx, ticketId: string, mayAct: (household: Household) => boolean): Promise<(WaitingCase & { readonly ticket: Ticket }) | null> {
  const ticket = await tx.tickets.get(ticketId);
  const subject = ticket === null ? null : await loadCase(tx, ticket.householdId, ticket);
  if (ticket === null || subject === null || !mayAct(subject.household) || !(await isRevealed(tx, ticket))) return null;
  return { ...subject, ticket };
}

