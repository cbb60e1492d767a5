/** W1–W4: changes while waiting. */
import { staff } from '../city';
import { closeCase, isBarred } from './standing';
import { districtOf, NOT_YOURS, openObjections, owns, refused, unless, type Model, type Rule, type Ticket } from './state';

const openRequest = (m: Model, household: string): boolean => [...m.requests.values()].some((r) => r.household === household && r.state === 'open');
const runningSubsidy = (m: Model, household: string) => m.subsidies.find((s) => s.household === household && s.state === 'running');
/** A number on turn is left alone until its turn is over (adr 12). */
const notWaiting = (ticket: Ticket, states: readonly string[]): string[] => states.includes(ticket.state) ? [] : ticket.state === 'onTurn' ? ['TURN_RUNNING'] : ticket.state === 'picked' ? ['ALREADY_PICKED', 'NUMBER_NOT_WAITING'] : ['NUMBER_NOT_WAITING'];
/** W2: another group, never more bedrooms; staying where one is, is no change. */
const isSmaller = (from: string, to: string): boolean => from !== to && Number(to.split('-')[1]) <= Number(from.split('-')[1]);
const isReviewer = (m: Model, by: string, household: string): boolean => staff[by]?.role === 'districtReviewer' && staff[by]!.districts.includes(districtOf(m, household));

/** W2, W3: asked for by the family. */
const ask: Rule = (m, act) => {
  const ticket = act.act === 'fromSubsidy' ? null : m.tickets.get(act.on ?? '');
  const household = act.act === 'fromSubsidy' ? act.on! : ticket?.household;
  if (household === undefined || !owns(m, act.by, household)) return refused('NOT_FOUND');
  const { persons } = m.households.get(household)!;
  const reasons = act.act === 'fromSubsidy' ? [runningSubsidy(m, household) === undefined && 'NO_SUBSIDY_RUNNING', persons.some((person) => isBarred(m, person)) && 'PERSON_BARRED']
    : [...notWaiting(ticket!, ['publicised', 'queued']), act.act === 'adjust' && !isSmaller(ticket!.group, act.group!) && 'GROUP_NOT_SMALLER', act.act === 'adjust' && act.size !== persons.length && 'SIZE_CHANGED'];
  return unless(act, [...reasons, openRequest(m, household) && 'REQUEST_ALREADY_OPEN'], () => {
    m.requests.set(act.as!, { kind: act.act!, household, ticket: ticket === null ? null : act.on!, group: act.act === 'toSubsidy' ? null : act.group!, state: 'open', atMs: m.nowMs, receipt: (m.receipts += 1) });
    return { kind: act.act, state: 'open', requestedAtMs: m.nowMs };
  });
};

const withdrawRequest: Rule = (m, act) => {
  const request = m.requests.get(act.on ?? '');
  if (request === undefined || !owns(m, act.by, request.household)) return refused('NOT_FOUND');
  return unless(act, [request.state !== 'open' && 'ALREADY_DONE'], () => {
    request.state = 'withdrawn';
    return { state: 'withdrawn' };
  });
};

/** Approved on day D it is in the batch of D+1, with the time of the request as submission time; the old number no longer counts. */
const decide: Rule = (m, act) => {
  const request = m.requests.get(act.on ?? '');
  if (request === undefined || !isReviewer(m, act.by, request.household)) return refused(...NOT_YOURS);
  const ticket = request.ticket === null ? null : m.tickets.get(request.ticket)!;
  const { household, kind } = request;
  const reasons = request.state !== 'open' ? ['ALREADY_DONE'] : !act.yes! ? []
    : ticket === null ? [runningSubsidy(m, household) === undefined && 'NO_SUBSIDY_RUNNING', m.households.get(household)!.persons.some((person) => isBarred(m, person)) && 'PERSON_BARRED']
      : [...notWaiting(ticket, ['publicised', 'queued']), ticket.state === 'publicised' && openObjections(m, ticket.list, request.ticket!).length > 0 && 'OBJECTION_OPEN'];
  return unless(act, reasons, () => {
    request.state = act.yes! ? 'approved' : 'rejected';
    if (act.yes!) {
      if (kind === 'toSubsidy') {
        ticket!.state = 'void';
        m.subsidies.push({ household, state: 'running' });
      } else {
        if (ticket !== null) ticket.state = 'renewing';
        else runningSubsidy(m, household)!.state = 'converted';
        m.candidates.push({ kind, household, group: request.group!, submittedAtMs: request.atMs, receipt: request.receipt, eligibleFromMs: m.nowMs, state: 'waiting' });
      }
    }
    return { state: request.state };
  });
};

/** W1, W4: the district ends it; whatever was under way ends with it. */
const leave: Rule = (m, act) => {
  const ticket = m.tickets.get(act.on ?? '');
  if (ticket === undefined || !isReviewer(m, act.by, ticket.household)) return refused(...NOT_YOURS);
  return unless(act, notWaiting(ticket, ['publicised', 'queued', 'missed', 'renewing']), () => {
    ticket.state = 'void';
    endWaiting(m, act.on!, ticket.household);
    return { state: 'void' };
  });
};

/** A request is about a number: it goes when the number goes. */
export function endRequests(m: Model, ticket: string): void {
  for (const request of m.requests.values()) if (request.ticket === ticket && request.state === 'open') request.state = 'withdrawn';
}

/** Everything a household had under way ends, and its people are free (V3). */
export function endWaiting(m: Model, name: string, household: string): void {
  const missed = m.misses.get(name);
  if (missed !== undefined && ['open', 'asked', 'continued'].includes(missed.state)) missed.state = missed.state === 'continued' ? 'continued' : 'ended';
  for (const request of m.requests.values()) if (request.household === household && request.state === 'open') request.state = 'withdrawn';
  for (const candidate of m.candidates) if (candidate.household === household && candidate.state === 'waiting') candidate.state = 'withdrawn';
  closeCase(m, household);
}

const stopSubsidy: Rule = (m, act) => {
  const running = runningSubsidy(m, act.on ?? '');
  if (!m.households.has(act.on ?? '') || !isReviewer(m, act.by, act.on!) || !m.subsidies.some((s) => s.household === act.on)) return refused(...NOT_YOURS);
  return unless(act, [running === undefined && 'NO_SUBSIDY_RUNNING'], () => {
    running!.state = 'stopped';
    endWaiting(m, '', act.on!);
    return { state: 'stopped' };
  });
};

export const waitingRules: Readonly<Record<string, Rule>> = { ask, withdrawRequest, decide, leave, stopSubsidy };
