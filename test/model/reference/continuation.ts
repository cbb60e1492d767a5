/** M1, M2: after a miss. */
import { rules, staff, endOfPeriod } from '../city';
import { closeCase, forfeit } from './standing';
import { endRequests } from './waiting';
import { districtOf, midnight, NOT_YOURS, owns, publish, refused, unless, today, type Model, type Rule } from './state';
import { addDays } from '../../../shared/shanghai-time';

/** A turn without a pick: once a batch it may be made good in time, the second is a forfeit. */
export function miss(m: Model, name: string): void {
  const ticket = m.tickets.get(name)!;
  ticket.state = 'missed';
  const mayContinue = ticket.continuations < rules.continuationsPerBatch;
  m.misses.set(name, { state: mayContinue ? 'open' : 'forfeited', continueUntilMs: mayContinue ? endOfPeriod(midnight(m), rules.continueWithinDays) : null, receipt: 0, askedAtMs: 0, list: null, batchDay: ticket.batchDay, missedAtMs: m.nowMs });
  if (!mayContinue) loseBatch(m, name, 'secondMiss');
}

function loseBatch(m: Model, name: string, cause: string): void {
  const ticket = m.tickets.get(name)!;
  ticket.state = 'forfeited';
  forfeit(m, ticket.household, ticket.batchDay, cause);
  closeCase(m, ticket.household);
  endRequests(m, name);
}

/** M1: asked by the family, or at the window of its district (Q10); counts as submitted now, publicised from today. */
const askToContinue: Rule = (m, act) => {
  const ticket = m.tickets.get(act.on ?? '');
  if (ticket === undefined) return refused(...NOT_YOURS);
  const who = staff[act.by];
  const may = who === undefined ? owns(m, act.by, ticket.household) : act.by === 'city' || (['window', 'districtReviewer'].includes(who.role) && who.districts.includes(districtOf(m, ticket.household)));
  if (!may) return refused(...NOT_YOURS);
  const missed = m.misses.get(act.on!);
  const reasons = ticket.state === 'onTurn' ? ['TURN_RUNNING', 'NOTHING_MISSED'] : missed === undefined ? ['NOTHING_MISSED', ...(ticket.state === 'forfeited' ? ['CONTINUATION_TOO_LATE'] : [])]
    : missed.state === 'asked' || missed.state === 'continued' ? ['ALREADY_DONE'] : missed.state !== 'open' ? ['CONTINUATION_TOO_LATE', 'CONTINUATION_USED', 'NOTHING_MISSED'] : [];
  return unless(act, reasons, () => {
    ticket.state = 'renewing';
    endRequests(m, act.on!);
    Object.assign(missed!, { state: 'asked', receipt: (m.receipts += 1), askedAtMs: m.nowMs, list: publish(m, 'continuation', districtOf(m, ticket.household), rules.continuationPublicityDays, act.on) });
    return { requestedAtMs: m.nowMs, publicUntilDay: addDays(today(m), rules.continuationPublicityDays - 1), batchDay: addDays(today(m), rules.continuationPublicityDays) };
  });
};

export function grantContinuation(m: Model, name: string, eligibleFromMs: number): void {
  const [ticket, missed] = [m.tickets.get(name)!, m.misses.get(name)!];
  missed.state = 'continued';
  m.candidates.push({ kind: 'continue', household: ticket.household, group: ticket.group, submittedAtMs: missed.askedAtMs, receipt: missed.receipt, eligibleFromMs, state: 'waiting' });
}

/** An upheld objection: the number is void, its people free; no batch was given up by them. */
export function refuseContinuation(m: Model, name: string): void {
  m.misses.get(name)!.state = 'refused';
  m.tickets.get(name)!.state = 'void';
  closeCase(m, m.tickets.get(name)!.household);
  endRequests(m, name);
}

/** M2: no request in time is a forfeit. */
export function lapseMisses(m: Model): void {
  for (const [name, missed] of m.misses) {
    if (missed.state !== 'open' || missed.continueUntilMs === null || missed.continueUntilMs > m.nowMs) continue;
    missed.state = 'forfeited';
    loseBatch(m, name, 'noRequest');
  }
}

export const continuationRules: Readonly<Record<string, Rule>> = { askToContinue };
