/** A1, A2, A4, F1: from a pick to a lease, or back to the pool. */
import { endOfPeriod, rules, staff } from '../city';
import { closeCase, forfeit } from './standing';
import { endRequests } from './waiting';
import { districtOf, midnight, NOT_YOURS, owns, publish, refused, today, unless, type Act, type Allocation, type Model, type Rule } from './state';
import { DAY_MS, dayOf } from '../../../shared/shanghai-time';

/** A1: publicised from the day of the pick. */
export function makeAllocation(m: Model, ticket: string, home: string): void {
  const { household } = m.tickets.get(ticket)!;
  m.homes.get(home)!.state = 'picked';
  m.allocations.set(ticket, {
    home, state: 'publicised', list: publish(m, 'result', districtOf(m, household), rules.resultPublicityDays), pickedAtMs: m.nowMs, isNumbered: false, noticeDay: null, downloadByMs: null, leaseByMs: null,
    isDownloaded: false, isLate: false, isChecked: false, doubt: null, doubtSinceMs: 0, cause: null,
  });
}

/** A1, A2: the notice, numbered without gaps, and the periods that start with it. */
export function qualify(m: Model, ticket: string): void {
  const allocation = m.allocations.get(ticket)!;
  m.notices += 1;
  // The family's days count from the day it is told (T3), and it is told by day (T4).
  const toldDay = m.nowMs < midnight(m) + rules.windowEndMs ? midnight(m) : midnight(m) + DAY_MS;
  Object.assign(allocation, {
    state: 'qualified', isNumbered: true, noticeDay: today(m),
    downloadByMs: endOfPeriod(toldDay, rules.noticeDownloadDays), leaseByMs: endOfPeriod(toldDay, rules.leaseWithinDays),
  });
  m.homes.get(allocation.home)!.state = 'allocated';
}

/** The home goes back to the pool, the number is over, its people are free. */
function end(m: Model, ticket: string, state: string, cause: string): void {
  const allocation = m.allocations.get(ticket)!;
  Object.assign(allocation, { state, cause });
  m.homes.get(allocation.home)!.state = 'available';
  const { household, batchDay } = m.tickets.get(ticket)!;
  m.tickets.get(ticket)!.state = state === 'forfeited' ? 'forfeited' : 'void';
  if (state === 'forfeited') forfeit(m, household, batchDay, cause);
  closeCase(m, household);
  endRequests(m, ticket);
}
export const rejectAllocation = (m: Model, ticket: string): void => end(m, ticket, 'rejected', 'objectionUpheld');

/** A2: a late download is flagged, a lease not signed in time is a forfeit; not while a doubt lies with the district. */
export function settleAllocations(m: Model): void {
  for (const [ticket, a] of m.allocations) {
    if (a.state !== 'qualified') continue;
    if (!a.isDownloaded && a.downloadByMs! <= m.nowMs) a.isLate = true;
    // A lease signed in time may still be entered for some days.
    if (a.leaseByMs! + rules.leaseEntryGraceDays * DAY_MS <= m.nowMs) end(m, ticket, 'forfeited', 'leaseNotSigned');
  }
}

const download: Rule = (m, act) => {
  const allocation = m.allocations.get(act.on ?? '');
  if (allocation === undefined || !owns(m, act.by, m.tickets.get(act.on!)!.household)) return refused('NOT_FOUND');
  return unless(act, [!['qualified', 'inDoubt', 'leased'].includes(allocation.state) && 'STATE_MISMATCH'], () => {
    if (!allocation.isDownloaded && m.nowMs >= allocation.downloadByMs!) allocation.isLate = true;
    allocation.isDownloaded = true;
  });
};

type Step = { readonly who: 'operator' | 'district' | 'anyone'; readonly from: readonly string[]; readonly also?: (m: Model, a: Allocation, act: Act) => readonly (string | false)[]; readonly apply: (m: Model, ticket: string, a: Allocation, doubt: string) => void };
/** A4: originals are checked before the lease; doubts go to the district, which cancels (no forfeit) or finds papers refused (a forfeit). */
const steps: Readonly<Record<string, Step>> = {
  checkOriginals: { who: 'operator', from: ['qualified'], apply: (_m, _t, a) => void (a.isChecked = true) },
  signLease: {
    who: 'operator', from: ['qualified'], also: (m, a, { toMs }) => [
      !a.isChecked && 'ORIGINALS_NOT_CHECKED', (dayOf(toMs!) > dayOf(m.nowMs) || dayOf(toMs!) < a.noticeDay!) && 'VALIDATION_FAILED', toMs! >= a.leaseByMs! && 'LEASE_TOO_LATE',
    ], apply: (m, ticket, a) => {
      Object.assign(a, { state: 'leased', cause: 'leased' });
      const { household } = m.tickets.get(ticket)!;
      Object.assign(m.homes.get(a.home)!, { state: 'leased', household });
      // F2: a signed lease ends the row of forfeits.
      for (const person of m.households.get(household)!.persons) m.counts.set(person, 0);
    },
  },
  raiseDoubt: { who: 'operator', from: ['qualified'], also: (m, a) => [m.nowMs >= a.leaseByMs! && 'LEASE_TOO_LATE'], apply: (m, _t, a, doubt) => void Object.assign(a, { state: 'inDoubt', doubt, doubtSinceMs: m.nowMs }) },
  confirmDoubt: { who: 'district', from: ['inDoubt'], apply: (m, ticket, a) => (a.doubt === 'documentsRefused' ? end(m, ticket, 'forfeited', 'documentsRefused') : end(m, ticket, 'cancelled', 'cancelled')) },
  clearDoubt: {
    // The days the district took are given back.
    who: 'district', from: ['inDoubt'], apply: (m, _t, a) => void Object.assign(a, { state: 'qualified', doubt: null, leaseByMs: a.leaseByMs! + Math.ceil((m.nowMs - a.doubtSinceMs) / DAY_MS) * DAY_MS }),
  },
  giveUp: { who: 'anyone', from: ['publicised', 'qualified', 'inDoubt'], apply: (m, ticket) => end(m, ticket, 'forfeited', 'gaveUpAfterPick') },
};

const actOnAllocation: Rule = (m, act) => {
  const allocation = m.allocations.get(act.on ?? '');
  if (allocation === undefined) return refused(...NOT_YOURS);
  const { household } = m.tickets.get(act.on!)!;
  const who = staff[act.by];
  const as = who === undefined ? (owns(m, act.by, household) ? 'family' : null) : who.role === 'operator' ? (who.districts.includes(m.homes.get(allocation.home)!.district) ? 'operator' : null)
    : who.role === 'districtReviewer' && who.districts.includes(districtOf(m, household)) ? 'district' : null;
  const step = steps[act.act!]!;
  if (as === null) return refused(...NOT_YOURS);
  // Whoever may see it is told of an old version first.
  if (as === 'family' ? act.act !== 'giveUp' : step.who !== 'anyone' && step.who !== as) return refused(...NOT_YOURS, ...(act.stale === true ? ['REQUEST_IN_CONFLICT'] : []));
  return unless(act, [!step.from.includes(allocation.state) && 'STATE_MISMATCH', ...(step.from.includes(allocation.state) ? (step.also?.(m, allocation, act) ?? []) : [])], () => {
    step.apply(m, act.on!, allocation, act.doubt ?? '');
    return { state: allocation.state };
  });
};

export const allocationRules: Readonly<Record<string, Rule>> = { download, actOnAllocation };
