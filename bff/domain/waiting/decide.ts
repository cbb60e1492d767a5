/**
 * What happens to a household while it waits and after a miss. Pure; every act of a family, a district or of time
 * itself is judged here. A number whose turn is running is left alone until the turn is over: two acts on it meet
 * on its document, so whichever comes second sees the other.
 */
import { partsOfGroup, type Group } from '../../../shared/lane';
import type { Ticket } from '../../store/collections';
import type { RuleSet } from '../rules/rule-set';
import type { WaitingCommand, WaitingDecision, WaitingEvent, WaitingRefusal, WaitingView } from './waiting';

export function decideWaiting(view: WaitingView, command: WaitingCommand, nowMs: number, rules: RuleSet): WaitingDecision {
  switch (command.type) {
    case 'AskToContinue':
      return askToContinue(view, nowMs, rules);
    case 'GrantContinuation':
      if (view.miss?.state !== 'asked' || view.ticket?.state !== 'renewing') return refuse('ALREADY_DONE');
      return events({ type: 'MissSettled', state: 'continued' }, { type: 'CandidateOffered', kind: 'continue', group: view.ticket.group as Group });
    case 'RefuseContinuation':
      if (view.miss?.state !== 'asked') return refuse('ALREADY_DONE');
      return events({ type: 'MissSettled', state: 'refused' }, ...withdrawnRequest(view), { type: 'TicketEnded', state: 'void' }, { type: 'CaseClosed' });
    case 'LapseMiss':
      return lapse(view, nowMs);
    case 'AskToAdjust':
      return askToAdjust(view, command.group, command.size);
    case 'AskForSubsidy':
      return ask(view, refusalUnlessWaiting(view), 'toSubsidy', null);
    case 'AskToReturn':
      return ask(view, view.subsidy?.state !== 'running' ? 'NO_SUBSIDY_RUNNING' : view.isBarred ? 'PERSON_BARRED' : null, 'fromSubsidy', command.group);
    case 'ApproveRequest':
      return approve(view);
    case 'RejectRequest':
      return view.request?.state === 'open' ? events({ type: 'RequestSettled', state: 'rejected' }) : refuse('ALREADY_DONE');
    case 'WithdrawRequest':
      return view.request?.state === 'open' ? events({ type: 'RequestSettled', state: 'withdrawn' }) : refuse('ALREADY_DONE');
    case 'Leave':
      return leave(view);
    case 'StopSubsidy':
      if (view.subsidy?.state !== 'running') return refuse('NO_SUBSIDY_RUNNING');
      return events({ type: 'SubsidyEnded', state: 'stopped' }, ...withdrawnRequest(view), { type: 'CaseClosed' });
  }
}

/** M1, M2: what a turn that ended without a pick means for the family. */
export function afterMiss(continuations: number, rules: RuleSet): 'mayContinue' | 'forfeited' {
  return continuations < rules.values.continuationsPerBatch ? 'mayContinue' : 'forfeited';
}

/** M1: in time, and not more often than a batch allows. The end of the period is exclusive (T3). */
function askToContinue(view: WaitingView, nowMs: number, rules: RuleSet): WaitingDecision {
  const { ticket, miss } = view;
  if (miss?.state === 'asked' || miss?.state === 'continued') return refuse('ALREADY_DONE');
  if (ticket?.state !== 'missed' || miss === null) return refuse(ticket?.state === 'forfeited' ? 'CONTINUATION_TOO_LATE' : ticket?.state === 'onTurn' ? 'TURN_RUNNING' : 'NOTHING_MISSED');
  if (afterMiss(view.continuations, rules) === 'forfeited') return refuse('CONTINUATION_USED');
  if (miss.state !== 'open' || (miss.continueUntilMs !== null && nowMs >= miss.continueUntilMs)) return refuse('CONTINUATION_TOO_LATE');
  // What was asked about the old number can no longer be granted, and must not stand in the way of asking for the new one.
  return events({ type: 'ContinuationAsked' }, ...withdrawnRequest(view), { type: 'TicketEnded', state: 'renewing' });
}

/** M2: no request in time. An end nobody could state yet (T3, a year without notice) has not passed. */
function lapse(view: WaitingView, nowMs: number): WaitingDecision {
  const { miss, ticket } = view;
  if (miss?.state !== 'open' || ticket?.state !== 'missed') return refuse('ALREADY_DONE');
  if (miss.continueUntilMs === null || nowMs < miss.continueUntilMs) return refuse('ALREADY_DONE');
  return events({ type: 'MissSettled', state: 'forfeited' }, ...withdrawnRequest(view), { type: 'TicketEnded', state: 'forfeited' }, { type: 'BatchForfeited', cause: 'noRequest' }, { type: 'CaseClosed' });
}

/** W2: the same family, another group, never more bedrooms. */
function askToAdjust(view: WaitingView, group: Group, size: number): WaitingDecision {
  const refusal = refusalUnlessWaiting(view);
  if (refusal !== null || view.ticket === null) return refuse(refusal ?? 'NUMBER_NOT_WAITING');
  if (size !== view.size) return refuse('SIZE_CHANGED');
  if (group === view.ticket.group || partsOfGroup(group).bedrooms > view.ticket.bedrooms) return refuse('GROUP_NOT_SMALLER');
  return ask(view, null, 'adjust', group);
}

/** One request at a time. */
function ask(view: WaitingView, refusal: WaitingRefusal | null, kind: 'adjust' | 'toSubsidy' | 'fromSubsidy', group: Group | null): WaitingDecision {
  if (refusal !== null) return refuse(refusal);
  return view.hasOpenRequest ? refuse('REQUEST_ALREADY_OPEN') : events({ type: 'RequestMade', kind, group });
}

/** W2, W3: judged once more at approval: meanwhile the turn may have come. */
function approve(view: WaitingView): WaitingDecision {
  const { request } = view;
  if (request?.state !== 'open') return refuse('ALREADY_DONE');
  const approved: WaitingEvent = { type: 'RequestSettled', state: 'approved' };
  if (request.kind === 'fromSubsidy') {
    if (view.subsidy?.state !== 'running') return refuse('NO_SUBSIDY_RUNNING');
    if (view.isBarred) return refuse('PERSON_BARRED');
    return events(approved, { type: 'SubsidyEnded', state: 'converted' }, { type: 'CandidateOffered', kind: 'fromSubsidy', group: request.group as Group });
  }
  const refusal = refusalUnlessWaiting(view);
  if (refusal !== null) return refuse(refusal);
  // A new number or a subsidy would leave the objection behind.
  if (view.isContested) return refuse('OBJECTION_OPEN');
  return request.kind === 'toSubsidy'
    ? events(approved, { type: 'TicketEnded', state: 'void' }, { type: 'SubsidyStarted' })
    : events(approved, { type: 'TicketEnded', state: 'renewing' }, { type: 'CandidateOffered', kind: 'adjust', group: request.group as Group });
}

/** W1, W4, G5, F3: out of the queue for good, whether it waits for its number, in the queue, missed its turn, or waits for a new number. */
function leave(view: WaitingView): WaitingDecision {
  const state = view.ticket?.state;
  if (state === undefined && view.isCandidate) return events({ type: 'CandidateWithdrawn' }, ...withdrawnRequest(view), { type: 'CaseClosed' });
  const blocked = refusalWhileTaken(state);
  if (blocked !== null) return refuse(blocked);
  if (state === undefined || state === 'void' || state === 'forfeited') return refuse('NUMBER_NOT_WAITING');
  const { miss } = view;
  return events(
    ...(miss?.state === 'open' || miss?.state === 'asked' ? [{ type: 'MissSettled', state: 'ended' } as const] : []),
    ...(state === 'renewing' ? [{ type: 'CandidateWithdrawn' } as const] : []),
    ...withdrawnRequest(view),
    { type: 'TicketEnded', state: 'void' }, { type: 'CaseClosed' },
  );
}

/** A request nobody needs to decide any more. */
function withdrawnRequest(view: WaitingView): WaitingEvent[] {
  return view.hasOpenRequest ? [{ type: 'RequestSettled', state: 'withdrawn' }] : [];
}

function refusalWhileTaken(state: Ticket['state'] | undefined): WaitingRefusal | null {
  return state === 'onTurn' ? 'TURN_RUNNING' : state === 'picked' ? 'ALREADY_PICKED' : null;
}

/** In the queue, or about to join it (G5). */
function refusalUnlessWaiting({ ticket }: WaitingView): WaitingRefusal | null {
  return refusalWhileTaken(ticket?.state) ?? (ticket?.state === 'queued' || ticket?.state === 'publicised' ? null : 'NUMBER_NOT_WAITING');
}

const events = (...happened: WaitingEvent[]): WaitingDecision => ({ events: happened });
const refuse = (refusal: WaitingRefusal): WaitingDecision => ({ refusal });
