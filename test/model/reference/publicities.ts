/** T2, G5: what an objection does, and what the end of a list does, for every kind of list. */
import { staff } from '../city';
import { listOver } from './applications';
import { qualify, rejectAllocation } from './allocations';
import { grantContinuation, refuseContinuation } from './continuation';
import { joinQueue, voidNumber } from './numbers';
import { NOT_YOURS, openObjections, refused, unless, type Model, type Rule } from './state';

/**
 * Where a subject of an objection stands: on which list, in which round of it; `isListed`: shown there;
 * `isPending`: what the list is about has not come about yet, and may be objected to.
 */
export function listing(m: Model, kind: string, subject: string): { list: string; round: number; isListed: boolean; isPending: boolean } | null {
  if (kind === 'firstReview' || kind === 'secondReview') {
    const application = m.applications.get(subject);
    if (application?.list == null || m.publicities.get(application.list)!.kind !== kind) return null;
    const isPending = application.state === (kind === 'firstReview' ? 'firstPublicity' : 'secondPublicity');
    return { list: application.list, round: application.round, isListed: isPending, isPending };
  }
  if (kind === 'result') {
    const allocation = m.allocations.get(subject);
    const isPending = allocation?.state === 'publicised';
    return allocation === undefined ? null : { list: allocation.list, round: 0, isListed: isPending, isPending };
  }
  const ticket = m.tickets.get(subject);
  // A number given stays on its list for all its days, whatever becomes of it: the list has no gaps (G2).
  if (kind === 'numbers') return ticket?.list == null ? null : { list: ticket.list, round: 0, isListed: true, isPending: ticket.state === 'publicised' };
  const miss = m.misses.get(subject);
  return miss?.list == null ? null : { list: miss.list, round: 0, isListed: true, isPending: miss.state === 'asked' };
}


const raiseObjection: Rule = (m, act) => {
  const on = listing(m, act.act!, act.on ?? '');
  if (on === null) return refused('NOT_FOUND');
  const publicity = m.publicities.get(on.list)!;
  const again = openObjections(m, on.list, act.on!, on.round).some(({ by }) => by === act.by);
  return unless(act, [m.nowMs >= publicity.takesEffectMs && 'PUBLICITY_OVER', !on.isPending && 'NOT_FOUND', again && 'ALREADY_DONE'], () => {
    m.objections.set(act.as!, { by: act.by, list: on.list, subject: act.on!, round: on.round, district: publicity.district || act.group!, state: 'open' });
  });
};

const decideObjection: Rule = (m, act) => {
  const objection = m.objections.get(act.on ?? '');
  if (objection === undefined) return refused(...NOT_YOURS);
  const who = staff[act.by];
  if (who?.role !== 'districtReviewer' || !who.districts.includes(objection.district)) return refused(...NOT_YOURS);
  return unless(act, [objection.state !== 'open' && 'ALREADY_DONE'], () => {
    objection.state = act.yes! ? 'upheld' : 'dismissed';
    const publicity = m.publicities.get(objection.list)!;
    const { subject } = objection;
    const at = listing(m, publicity.kind, subject);
    if (at === null || at.list !== objection.list || at.round !== objection.round) return;
    if (act.yes! && publicity.kind === 'numbers') voidNumber(m, subject);
    if (!at.isPending) return;
    if (act.yes!) {
      if (publicity.kind === 'numbers') return;
      if (publicity.kind === 'continuation') refuseContinuation(m, subject);
      else if (publicity.kind === 'result') rejectAllocation(m, subject);
      // Brought before the district again, which decides what the objection means (adr 20).
      else m.applications.get(subject)!.state = 'levelTwo';
    } else if (publicity.isOver) takeEffect(m, publicity.kind, subject, m.nowMs);
  });
};

/** Without an open objection, what was published takes effect. */
function takeEffect(m: Model, kind: string, subject: string, eligibleFromMs: number): void {
  const at = listing(m, kind, subject)!;
  if (!at.isPending || openObjections(m, at.list, subject, at.round).length > 0) return;
  if (kind === 'numbers') joinQueue(m, subject);
  else if (kind === 'continuation') grantContinuation(m, subject, eligibleFromMs);
  else if (kind === 'result') qualify(m, subject);
  else listOver(m, subject, eligibleFromMs);
}

/** T2: lists that are over by now. What takes effect at 00:00 of D was complete the day before, so it is in the batch of D (G4). */
export function endPublicities(m: Model): void {
  for (const [name, publicity] of m.publicities) {
    if (publicity.isOver || publicity.takesEffectMs > m.nowMs) continue;
    publicity.isOver = true;
    const subjects = { firstReview: m.applications, secondReview: m.applications, numbers: m.tickets, continuation: m.misses, result: m.allocations }[publicity.kind]!;
    for (const subject of subjects.keys()) if (listing(m, publicity.kind, subject)?.list === name) takeEffect(m, publicity.kind, subject, publicity.takesEffectMs - 1);
  }
}

export const publicityRules: Readonly<Record<string, Rule>> = { raiseObjection, decideObjection };
