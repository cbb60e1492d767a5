/** What districts decide about waiting households (W1–W4), and the lists they work from. */
import type { LeaveCause } from '../../domain/waiting/waiting';
import { pageOf } from '../../http/page';
import { actOf, refuse, Refusal, type ApiRequest, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import type { WaitingRequest } from '../../store/collections';
import { change } from '../../store/change';
import type { Tx } from '../../store/port';
import { isRevealed } from '../batch/tickets';
import { decideCase, leaveBatch, leaveWaiting } from './door';
import { loadCase } from './load';
import { mayDecideWaiting, maySeeHousehold, maySeeWaiting } from './policy';
import { presentCandidate, presentCase, presentRequest, presentSubsidy, presentTicket } from './present';


export function staffWaitingHandlers(kernel: Kernel): Handlers {
  const applicant = async (tx: Tx, householdId: string) => {
    const household = await tx.households.get(householdId);
    if (household === null) throw new Error(`no household ${householdId}`);
    return { applicantMasked: maskName(kernel.crypto.open(household.applicantSealed)), phoneMasked: maskPhone(kernel.crypto.open(household.phoneSealed)) };
  };
  const forStaff = async (tx: Tx, request: WaitingRequest) => {
    const ticket = request.ticketId === null ? null : await tx.tickets.get(request.ticketId);
    const { applicantMasked } = await applicant(tx, request.householdId);
    return { ...presentRequest(kernel, request), district: request.district, applicantMasked, ticket: ticket === null ? null : presentTicket(ticket) };
  };

  /** W1, W4. */
  async function leave(request: ApiRequest<'cancelQualification' | 'giveUpWaiting'>, cause: LeaveCause) {
    const { caller, params, body } = request;
    return change(kernel, actOf(request, body.reason), async (work) => {
      const ticket = await work.tx.tickets.get(params['ticketId'] ?? '');
      const household = ticket === null ? null : await work.tx.households.get(ticket.householdId);
      if (ticket === null || household === null || !mayDecideWaiting(caller, household.district) || !(await isRevealed(work.tx, ticket))) return refuse('NOT_FOUND');
      if (ticket.version !== body.version) return refuse('REQUEST_IN_CONFLICT', { view: presentTicket(ticket) });
      const refusal = await leaveWaiting(kernel, work, ticket, cause, body.reason);
      return refusal === null ? presentTicket((await work.tx.tickets.get(ticket.id))!) : refuse(refusal);
    });
  }

  /** W1, W4: before there is a number. One that is being given out right now shows as waiting, and is refused until it can be seen. */
  async function leaveUnnumbered(request: ApiRequest<'cancelCandidate' | 'giveUpCandidate'>, cause: LeaveCause) {
    const { caller, params, body } = request;
    return change(kernel, actOf(request, body.reason), async (work) => {
      const candidate = await work.tx.batchCandidates.get(params['candidateId'] ?? '');
      if (candidate === null || !mayDecideWaiting(caller, candidate.district)) return refuse('NOT_FOUND');
      if (candidate.state !== 'waiting') return refuse('NUMBER_NOT_WAITING');
      if (candidate.version !== body.version) return refuse('REQUEST_IN_CONFLICT', { view: presentCandidate(candidate, true) });
      const refusal = await leaveBatch(kernel, work, candidate, cause, body.reason);
      return refusal === null ? presentCandidate((await work.tx.batchCandidates.get(candidate.id))!, true) : refuse(refusal);
    });
  }

  return {
    getHouseholdWaiting: ({ caller, params }) => kernel.store.read(async (tx) => {
      const household = await tx.households.get(params['householdId'] ?? '');
      return household === null || !maySeeHousehold(caller, household) ? refuse('NOT_FOUND') : presentCase(tx, kernel, household);
    }),

    cancelQualification: (request) => leave(request, 'cancelled'),
    giveUpWaiting: (request) => leave(request, 'gaveUp'),
    cancelCandidate: (request) => leaveUnnumbered(request, 'cancelled'),
    giveUpCandidate: (request) => leaveUnnumbered(request, 'gaveUp'),

    listWaitingRequests: ({ caller, query }) => kernel.store.read(async (tx) => {
      const { district, state } = query;
      if (!maySeeWaiting(caller, district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.waitingRequests, { district, ...(state === undefined ? {} : { state }) }, [['state', 'asc'], ['requestedAtMs', 'asc']], query);
      if (page instanceof Refusal) return page;
      const requests = [];
      for (const request of page.found) requests.push(await forStaff(tx, request));
      return { requests, next: page.next };
    }),

    decideWaitingRequest: (request) => {
      const { caller, params, body } = request;
      return change(kernel, actOf(request, body.approved ? '同意轮候变更申请' : '不同意轮候变更申请'), async (work) => {
        const { tx } = work;
        const found = await tx.waitingRequests.get(params['requestId'] ?? '');
        const ticket = found?.ticketId == null ? null : await tx.tickets.get(found.ticketId);
        const subject = found === null ? null : await loadCase(tx, found.householdId, ticket);
        if (found === null || subject === null || !mayDecideWaiting(caller, found.district)) return refuse('NOT_FOUND');
        if (found.version !== body.version) return refuse('REQUEST_IN_CONFLICT', { view: await forStaff(tx, found) });
        const refusal = await decideCase(kernel, work, { ...subject, request: found }, { type: body.approved ? 'ApproveRequest' : 'RejectRequest' }, { reason: body.answer });
        return refusal === null ? forStaff(tx, (await tx.waitingRequests.get(found.id))!) : refuse(refusal);
      });
    },

    listSubsidies: ({ caller, query }) => kernel.store.read(async (tx) => {
      const { district, state } = query;
      if (!maySeeWaiting(caller, district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.subsidies, { district, ...(state === undefined ? {} : { state }) }, [['state', 'asc'], ['fromMs', 'asc']], query);
      if (page instanceof Refusal) return page;
      const subsidies = [];
      for (const subsidy of page.found) subsidies.push({ ...presentSubsidy(kernel, subsidy), district, applicantMasked: (await applicant(tx, subsidy.householdId)).applicantMasked });
      return { subsidies, next: page.next };
    }),

    stopSubsidy: (request) => {
      const { caller, params, body } = request;
      return change(kernel, actOf(request, body.reason), async (work) => {
        const subsidy = await work.tx.subsidies.get(params['subsidyId'] ?? '');
        const subject = subsidy === null ? null : await loadCase(work.tx, subsidy.householdId, null);
        if (subsidy === null || subject === null || !mayDecideWaiting(caller, subsidy.district)) return refuse('NOT_FOUND');
        if (subsidy.version !== body.version) return refuse('REQUEST_IN_CONFLICT', { view: presentSubsidy(kernel, subsidy) });
        const refusal = await decideCase(kernel, work, { ...subject, subsidy }, { type: 'StopSubsidy' }, { reason: body.reason });
        return refusal === null ? presentSubsidy(kernel, (await work.tx.subsidies.get(subsidy.id))!) : refuse(refusal);
      });
    },

    listStaleContacts: ({ caller, query }) => kernel.store.read(async (tx) => {
      const { district } = query;
      if (!maySeeWaiting(caller, district)) return refuse('FORBIDDEN');
      const page = await pageOf(tx.contacts, { district, state: 'asked' }, [['askedAtMs', 'asc']], query);
      if (page instanceof Refusal) return page;
      const contacts = [];
      for (const { id: householdId, askedAtMs, confirmedAtMs } of page.found) contacts.push({ householdId, ...(await applicant(tx, householdId)), askedAtMs, confirmedAtMs });
      return { contacts, next: page.next };
    }),
  };
}
