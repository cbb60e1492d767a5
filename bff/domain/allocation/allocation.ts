/**
 * 配租 from a pick to a lease (A1, A2, A4, F1): publicised, qualified with its notice, leased, or lost. Pure.
 * One allocation is one household's claim to one home; when it is lost the home goes back to the pool.
 */
import { DAY_MS, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';
import { endAfterOutage, naturalActPeriod } from '../time/periods';
import type { RuleSetValues } from '../rules/rule-set';

export const allocationStates = ['publicised', 'qualified', 'inDoubt', 'leased', 'forfeited', 'cancelled', 'rejected'] as const;
export type AllocationState = (typeof allocationStates)[number];
export const doubtKinds = ['ineligible', 'documentsRefused'] as const;
export type DoubtKind = (typeof doubtKinds)[number];

/** Q8: whether the family knows of its notice: nobody can say, it certainly does not, or it certainly does. */
export const tellings = ['unproven', 'untold', 'told'] as const;
export type Telling = (typeof tellings)[number];

export interface AllocationView {
  readonly state: AllocationState;
  /** A1: 00:00 of the day after the publicity. */
  readonly takesEffectMs: number;
  readonly objection: 'none' | 'open' | 'upheld';
  readonly noticeDay: Day | null;
  readonly qualifiedAtMs: number | null;
  /** A2. Exclusive; null before it qualified. */
  readonly downloadByMs: number | null;
  readonly leaseByMs: number | null;
  /** The time to sign is over; until then a lease signed in time may still be entered. Exclusive; null while it runs. */
  readonly entryByMs: number | null;
  readonly isDownloaded: boolean;
  readonly isReminded: boolean;
  readonly isLeaseReminded: boolean;
  readonly telling: Telling;
  readonly areOriginalsChecked: boolean;
  readonly doubt: DoubtKind | null;
  readonly doubtSinceMs: number | null;
  readonly endCause: string | null;
  /** What `reinstate` rests on; null for every other command. */
  readonly reinstating: { readonly home: 'free' | 'lastInTurn' | 'gone'; readonly areMembersFree: boolean } | null;
}

export type AllocationCommand =
  /** Time alone: publicity over, download late, lease due soon, lease late. */
  | { readonly type: 'settle' }
  /** T6: the service was away. */
  | { readonly type: 'creditOutage'; readonly fromMs: number; readonly toMs: number }
  /** Q8: the notice's message can reach nobody; later something shows that the family knows after all. */
  | { readonly type: 'undeliverable' }
  | { readonly type: 'told' }
  | { readonly type: 'upholdObjection' }
  | { readonly type: 'download' }
  | { readonly type: 'giveUp' }
  | { readonly type: 'checkOriginals' }
  | { readonly type: 'signLease'; readonly signedDay: Day }
  | { readonly type: 'raiseDoubt'; readonly kind: DoubtKind }
  | { readonly type: 'confirmDoubt' }
  | { readonly type: 'clearDoubt' }
  /** W1, F3: the district ends it; no forfeit. */
  | { readonly type: 'cancel'; readonly cause: CancelCause }
  /** W6: the district takes a forfeit for lateness back. */
  | { readonly type: 'reinstate' };
export type AllocationActor = 'system' | 'family' | 'operator' | 'district';

/** F1: how a batch is given up after a pick. */
export type LostBy = 'gaveUpAfterPick' | 'noticeNotDownloaded' | 'leaseNotSigned' | 'documentsRefused';
/** How the district ends it: a doubt confirmed, its own decision, a member barred. */
export type CancelCause = 'cancelled' | 'districtCancelled' | 'barred';
/** What lateness cost may be given back. */
const lateCauses: readonly string[] = ['leaseNotSigned', 'noticeNotDownloaded'] satisfies readonly LostBy[];

export type AllocationEvent =
  /** The periods of A2 run from when the family is told, which is not at night (T4). */
  | { readonly type: 'Qualified'; readonly downloadByMs: number; readonly leaseByMs: number }
  | { readonly type: 'NoticeUndeliverable' }
  /** The periods run anew from here. */
  | { readonly type: 'FamilyTold'; readonly downloadByMs: number; readonly leaseByMs: number }
  | { readonly type: 'PeriodsMoved'; readonly downloadByMs: number; readonly leaseByMs: number; readonly entryByMs: number | null }
  | { readonly type: 'NoticeDownloaded'; readonly isLate: boolean }
  | { readonly type: 'DownloadReminded' }
  | { readonly type: 'LeaseReminded' }
  | { readonly type: 'LeasePeriodOver'; readonly entryByMs: number }
  | { readonly type: 'OriginalsChecked' }
  | { readonly type: 'LeaseSigned'; readonly signedDay: Day }
  | { readonly type: 'DoubtRaised'; readonly kind: DoubtKind }
  | { readonly type: 'DoubtCleared'; readonly leaseByMs: number }
  /** Forfeited counts as a batch given up; cancelled (not eligible) and rejected (objection) do not. */
  | { readonly type: 'Forfeited'; readonly cause: LostBy }
  | { readonly type: 'Cancelled'; readonly cause: CancelCause }
  | { readonly type: 'Rejected' }
  | { readonly type: 'Reinstated'; readonly leaseByMs: number };

export type AllocationRefusal = 'FORBIDDEN' | 'STATE_MISMATCH' | 'LEASE_TOO_LATE' | 'ORIGINALS_NOT_CHECKED' | 'SIGNED_DAY_WRONG' | 'HOME_NOT_AVAILABLE' | 'LAST_HOME_IN_TURN' | 'PERSON_IN_OPEN_CASE';
export type AllocationDecision = { readonly events: readonly AllocationEvent[] } | { readonly refusal: AllocationRefusal };
type Rules = Pick<RuleSetValues, 'noticeDownloadDays' | 'leaseWithinDays' | 'lateDownloadForfeits' | 'leaseEntryGraceDays' | 'leaseRemindDays' | 'untoldHoldDays' | 'periodOutageMs'>;

/** Whose acts these are. A family may give up at a window, so the operator and the district take it down too. */
const owners: Readonly<Record<AllocationCommand['type'], readonly AllocationActor[]>> = {
  settle: ['system'], creditOutage: ['system'], undeliverable: ['system'], told: ['system'], upholdObjection: ['district'], download: ['family'], giveUp: ['family', 'operator', 'district'],
  checkOriginals: ['operator'], signLease: ['operator'], raiseDoubt: ['operator'], confirmDoubt: ['district'], clearDoubt: ['district'], cancel: ['district'], reinstate: ['district'],
};

/** Decides one command. `toldAtMs` is the first instant at or after now at which the family may be told (T4). */
export function decideAllocation(view: AllocationView, command: AllocationCommand, actor: AllocationActor, nowMs: number, toldAtMs: number, rules: Rules): AllocationDecision {
  if (!owners[command.type].includes(actor)) return { refusal: 'FORBIDDEN' };
  const { state } = view;
  const isLive = state === 'publicised' || state === 'qualified' || state === 'inDoubt';
  // Whoever acts on the notice knows of it from now on, and has its whole time from now on.
  const told = view.telling === 'untold' ? toldNow(view, nowMs, rules) : null;
  const isLate = state === 'qualified' && told === null && view.leaseByMs !== null && nowMs >= view.leaseByMs;
  const events = (...happened: (AllocationEvent | null)[]): AllocationDecision => ({ events: happened.filter((event) => event !== null) });
  switch (command.type) {
    case 'settle':
      return { events: settle(view, nowMs, toldAtMs, rules) };
    case 'creditOutage':
      return events(moved(view, command, rules));
    case 'undeliverable':
      return events((state === 'qualified' || state === 'inDoubt') && view.telling === 'unproven' && !view.isDownloaded && !view.areOriginalsChecked ? { type: 'NoticeUndeliverable' } : null);
    case 'told':
      return events(state === 'qualified' || state === 'inDoubt' ? told : null);
    case 'upholdObjection':
      return state === 'publicised' ? events({ type: 'Rejected' }) : mismatch;
    case 'download': {
      if (state !== 'qualified' && state !== 'inDoubt' && state !== 'leased') return mismatch;
      const dueMs = told?.downloadByMs ?? view.downloadByMs;
      // Downloaded again: nothing new.
      return view.isDownloaded ? events() : events(told, { type: 'NoticeDownloaded', isLate: dueMs !== null && nowMs >= dueMs });
    }
    case 'giveUp':
      return isLive ? events({ type: 'Forfeited', cause: 'gaveUpAfterPick' }) : mismatch;
    case 'checkOriginals':
      // Also in the days in which a lease signed in time may still be entered: it is entered with its papers.
      return state === 'qualified' ? events(told, { type: 'OriginalsChecked' }) : mismatch;
    case 'signLease': {
      const { signedDay } = command;
      if (state !== 'qualified' || view.leaseByMs === null || view.noticeDay === null) return mismatch;
      if (signedDay > dayOf(nowMs) || signedDay < view.noticeDay) return { refusal: 'SIGNED_DAY_WRONG' };
      if (told === null && startOfDay(signedDay) >= view.leaseByMs) return tooLate;
      return view.areOriginalsChecked ? events({ type: 'LeaseSigned', signedDay }) : { refusal: 'ORIGINALS_NOT_CHECKED' };
    }
    case 'raiseDoubt':
      if (state !== 'qualified') return mismatch;
      return isLate ? tooLate : events(told, { type: 'DoubtRaised', kind: command.kind });
    case 'confirmDoubt':
      if (state !== 'inDoubt') return mismatch;
      return events(view.doubt === 'documentsRefused' ? { type: 'Forfeited', cause: 'documentsRefused' } : { type: 'Cancelled', cause: 'cancelled' });
    case 'clearDoubt':
      if (state !== 'inDoubt' || view.leaseByMs === null || view.doubtSinceMs === null) return mismatch;
      // The days the office took are not the family's: given back whole.
      return events({ type: 'DoubtCleared', leaseByMs: view.leaseByMs + Math.ceil(Math.max(nowMs - view.doubtSinceMs, 0) / DAY_MS) * DAY_MS });
    case 'cancel':
      return isLive ? events({ type: 'Cancelled', cause: command.cause }) : mismatch;
    case 'reinstate':
      if (state !== 'forfeited' || view.reinstating === null || !lateCauses.includes(view.endCause ?? '')) return mismatch;
      if (view.reinstating.home !== 'free') return { refusal: view.reinstating.home === 'gone' ? 'HOME_NOT_AVAILABLE' : 'LAST_HOME_IN_TURN' };
      if (!view.reinstating.areMembersFree) return { refusal: 'PERSON_IN_OPEN_CASE' };
      return events({ type: 'Reinstated', leaseByMs: naturalActPeriod(toldAtMs, rules.leaseEntryGraceDays).endsMs });
  }
}

const mismatch: AllocationDecision = { refusal: 'STATE_MISMATCH' };
const tooLate: AllocationDecision = { refusal: 'LEASE_TOO_LATE' };

/** A2: both periods, from when the family is told. */
function periodsFrom(fromMs: number, rules: Rules): { readonly downloadByMs: number; readonly leaseByMs: number } {
  return { downloadByMs: naturalActPeriod(fromMs, rules.noticeDownloadDays).endsMs, leaseByMs: naturalActPeriod(fromMs, rules.leaseWithinDays).endsMs };
}

function toldNow({ downloadByMs, leaseByMs }: AllocationView, nowMs: number, rules: Rules) {
  const anew = periodsFrom(nowMs, rules);
  return { type: 'FamilyTold', downloadByMs: Math.max(anew.downloadByMs, downloadByMs ?? 0), leaseByMs: Math.max(anew.leaseByMs, leaseByMs ?? 0) } as const;
}

function settle(view: AllocationView, nowMs: number, toldAtMs: number, rules: Rules): AllocationEvent[] {
  if (view.state === 'publicised' && nowMs >= view.takesEffectMs && view.objection === 'none') return [{ type: 'Qualified', ...periodsFrom(toldAtMs, rules) }];
  if (view.state !== 'qualified' || view.leaseByMs === null) return [];
  if (nowMs >= view.leaseByMs) {
    // Q8: who certainly was never told keeps the home until staff reached it, but not for ever.
    const graceDays = Math.max(rules.leaseEntryGraceDays, view.telling === 'untold' ? rules.untoldHoldDays : 0);
    if (view.entryByMs !== null ? nowMs >= view.entryByMs : graceDays === 0) return [{ type: 'Forfeited', cause: 'leaseNotSigned' }];
    if (view.entryByMs !== null) return [];
    const entryByMs = view.leaseByMs + graceDays * DAY_MS;
    // Never an end that is over when it becomes known: whoever signed in time is to hear of it.
    return [{ type: 'LeasePeriodOver', entryByMs: nowMs < entryByMs ? entryByMs : naturalActPeriod(nowMs, 1).endsMs }];
  }
  const events: AllocationEvent[] = [];
  if (isDownloadWatched(view) && nowMs >= view.downloadByMs) {
    if (rules.lateDownloadForfeits && view.telling !== 'untold') return [{ type: 'Forfeited', cause: 'noticeNotDownloaded' }];
    events.push({ type: 'DownloadReminded' });
  }
  const remindAtMs = leaseReminderMs(view, rules);
  if (remindAtMs !== null && nowMs >= remindAtMs) events.push({ type: 'LeaseReminded' });
  return events;
}

type Dated = Pick<AllocationView, 'state' | 'qualifiedAtMs' | 'downloadByMs' | 'leaseByMs' | 'entryByMs' | 'isDownloaded' | 'isReminded' | 'isLeaseReminded'>;

function isDownloadWatched<V extends Dated>(view: V): view is V & { readonly downloadByMs: number } {
  return !view.isDownloaded && !view.isReminded && view.downloadByMs !== null;
}

/** When the family is reminded of its lease; null: not, or it was. Never on the day it hears of its notice. */
function leaseReminderMs({ isLeaseReminded, leaseByMs, qualifiedAtMs }: Dated, { leaseRemindDays }: Pick<Rules, 'leaseRemindDays'>): number | null {
  if (isLeaseReminded || leaseRemindDays === 0 || leaseByMs === null || qualifiedAtMs === null) return null;
  const atMs = leaseByMs - leaseRemindDays * DAY_MS;
  return atMs > qualifiedAtMs ? atMs : null;
}

/** T6: what an outage took of the periods that ran in it is given back. While the district looks into a doubt none runs. */
function moved(view: AllocationView, outage: { readonly fromMs: number; readonly toMs: number }, { periodOutageMs }: Rules): AllocationEvent | null {
  const { state, qualifiedAtMs, downloadByMs, leaseByMs, entryByMs } = view;
  if (state !== 'qualified' || qualifiedAtMs === null || downloadByMs === null || leaseByMs === null) return null;
  const after = (startedAtMs: number, endsMs: number) => endAfterOutage({ startedAtMs, endsMs }, outage, periodOutageMs);
  const next = {
    downloadByMs: view.isDownloaded || view.isReminded ? downloadByMs : after(qualifiedAtMs, downloadByMs), leaseByMs: after(qualifiedAtMs, leaseByMs), entryByMs: entryByMs === null ? null : after(leaseByMs, entryByMs),
  };
  return next.downloadByMs === downloadByMs && next.leaseByMs === leaseByMs && next.entryByMs === entryByMs ? null : { type: 'PeriodsMoved', ...next };
}

/** When time will next matter to a qualified allocation; null: never. */
export function nextDueOf(view: Dated, rules: Pick<Rules, 'leaseRemindDays'>): number | null {
  if (view.state !== 'qualified' || view.leaseByMs === null) return null;
  if (view.entryByMs !== null) return view.entryByMs;
  return Math.min(view.leaseByMs, isDownloadWatched(view) ? view.downloadByMs : view.leaseByMs, leaseReminderMs(view, rules) ?? view.leaseByMs);
}
