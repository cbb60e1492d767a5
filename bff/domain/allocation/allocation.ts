/**
 * 配租 from a pick to a lease (A1, A2, A4, F1): publicised, qualified with its notice, leased, or lost. Pure.
 * One allocation is one household's claim to one home; when it is lost the home goes back to the pool.
 */
import { DAY_MS } from '../../../shared/shanghai-time';
import { naturalActPeriod } from '../time/periods';
import type { RuleSetValues } from '../rules/rule-set';

export const allocationStates = ['publicised', 'qualified', 'inDoubt', 'leased', 'forfeited', 'cancelled', 'rejected'] as const;
export type AllocationState = (typeof allocationStates)[number];
export const doubtKinds = ['ineligible', 'documentsRefused'] as const;
export type DoubtKind = (typeof doubtKinds)[number];

export interface AllocationView {
  readonly state: AllocationState;
  /** A1: 00:00 of the day after the publicity. */
  readonly takesEffectMs: number;
  readonly objection: 'none' | 'open' | 'upheld';
  /** A2. Exclusive; null before it qualified. */
  readonly downloadByMs: number | null;
  readonly leaseByMs: number | null;
  readonly isDownloaded: boolean;
  readonly isReminded: boolean;
  readonly areOriginalsChecked: boolean;
  readonly doubt: DoubtKind | null;
  readonly doubtSinceMs: number | null;
}

export type AllocationCommand =
  /** Time alone: publicity over, download late, lease late. */
  | { readonly type: 'settle' }
  | { readonly type: 'upholdObjection' }
  | { readonly type: 'download' }
  | { readonly type: 'giveUp' }
  | { readonly type: 'checkOriginals' }
  | { readonly type: 'signLease' }
  | { readonly type: 'raiseDoubt'; readonly kind: DoubtKind }
  | { readonly type: 'confirmDoubt' }
  | { readonly type: 'clearDoubt' };
export type AllocationActor = 'system' | 'family' | 'operator' | 'district';

/** F1: how a batch is given up after a pick. */
export type LostBy = 'gaveUpAfterPick' | 'leaseNotSigned' | 'documentsRefused';

export type AllocationEvent =
  /** The periods of A2 run from when the family is told, which is not at night (T4). */
  | { readonly type: 'Qualified'; readonly downloadByMs: number; readonly leaseByMs: number }
  | { readonly type: 'NoticeDownloaded'; readonly isLate: boolean }
  | { readonly type: 'DownloadReminded' }
  | { readonly type: 'OriginalsChecked' }
  | { readonly type: 'LeaseSigned' }
  | { readonly type: 'DoubtRaised'; readonly kind: DoubtKind }
  | { readonly type: 'DoubtCleared'; readonly leaseByMs: number }
  /** Forfeited counts as a batch given up; cancelled (not eligible) and rejected (objection) do not. */
  | { readonly type: 'Forfeited'; readonly cause: LostBy }
  | { readonly type: 'Cancelled' }
  | { readonly type: 'Rejected' };

export type AllocationRefusal = 'FORBIDDEN' | 'STATE_MISMATCH' | 'LEASE_TOO_LATE' | 'ORIGINALS_NOT_CHECKED';
export type AllocationDecision = { readonly events: readonly AllocationEvent[] } | { readonly refusal: AllocationRefusal };
type Rules = Pick<RuleSetValues, 'noticeDownloadDays' | 'leaseWithinDays' | 'lateDownloadForfeits'>;

/** Whose acts these are. A family may give up at a window, so the operator and the district take it down too. */
const owners: Readonly<Record<AllocationCommand['type'], readonly AllocationActor[]>> = {
  settle: ['system'], upholdObjection: ['district'], download: ['family'], giveUp: ['family', 'operator', 'district'],
  checkOriginals: ['operator'], signLease: ['operator'], raiseDoubt: ['operator'], confirmDoubt: ['district'], clearDoubt: ['district'],
};

/** Decides one command. `toldAtMs` is the first instant at or after now at which the family may be told (T4). */
export function decideAllocation(view: AllocationView, command: AllocationCommand, actor: AllocationActor, nowMs: number, toldAtMs: number, rules: Rules): AllocationDecision {
  if (!owners[command.type].includes(actor)) return { refusal: 'FORBIDDEN' };
  const { state } = view;
  const isLate = state === 'qualified' && view.leaseByMs !== null && nowMs >= view.leaseByMs;
  switch (command.type) {
    case 'settle':
      return { events: settle(view, isLate, nowMs, toldAtMs, rules) };
    case 'upholdObjection':
      return state === 'publicised' ? one({ type: 'Rejected' }) : mismatch;
    case 'download':
      if (state !== 'qualified' && state !== 'inDoubt' && state !== 'leased') return mismatch;
      // Downloaded again: nothing new.
      return view.isDownloaded ? { events: [] } : one({ type: 'NoticeDownloaded', isLate: view.downloadByMs !== null && nowMs >= view.downloadByMs });
    case 'giveUp':
      return state === 'publicised' || state === 'qualified' || state === 'inDoubt' ? one({ type: 'Forfeited', cause: 'gaveUpAfterPick' }) : mismatch;
    case 'checkOriginals':
      if (state !== 'qualified') return mismatch;
      return isLate ? tooLate : one({ type: 'OriginalsChecked' });
    case 'signLease':
      if (state !== 'qualified') return mismatch;
      if (isLate) return tooLate;
      return view.areOriginalsChecked ? one({ type: 'LeaseSigned' }) : { refusal: 'ORIGINALS_NOT_CHECKED' };
    case 'raiseDoubt':
      if (state !== 'qualified') return mismatch;
      return isLate ? tooLate : one({ type: 'DoubtRaised', kind: command.kind });
    case 'confirmDoubt':
      if (state !== 'inDoubt') return mismatch;
      return one(view.doubt === 'documentsRefused' ? { type: 'Forfeited', cause: 'documentsRefused' } : { type: 'Cancelled' });
    case 'clearDoubt':
      if (state !== 'inDoubt' || view.leaseByMs === null || view.doubtSinceMs === null) return mismatch;
      // The days the office took are not the family's: given back whole.
      return one({ type: 'DoubtCleared', leaseByMs: view.leaseByMs + Math.ceil(Math.max(nowMs - view.doubtSinceMs, 0) / DAY_MS) * DAY_MS });
  }
}

const one = (event: AllocationEvent): AllocationDecision => ({ events: [event] });
const mismatch: AllocationDecision = { refusal: 'STATE_MISMATCH' };
const tooLate: AllocationDecision = { refusal: 'LEASE_TOO_LATE' };

function settle(view: AllocationView, isLeaseLate: boolean, nowMs: number, toldAtMs: number, rules: Rules): AllocationEvent[] {
  if (view.state === 'publicised' && nowMs >= view.takesEffectMs && view.objection === 'none') {
    return [{ type: 'Qualified', downloadByMs: naturalActPeriod(toldAtMs, rules.noticeDownloadDays).endsMs, leaseByMs: naturalActPeriod(toldAtMs, rules.leaseWithinDays).endsMs }];
  }
  if (view.state !== 'qualified') return [];
  if (isLeaseLate) return [{ type: 'Forfeited', cause: 'leaseNotSigned' }];
  if (view.isDownloaded || view.isReminded || view.downloadByMs === null || nowMs < view.downloadByMs) return [];
  return [rules.lateDownloadForfeits ? { type: 'Forfeited', cause: 'gaveUpAfterPick' } : { type: 'DownloadReminded' }];
}

/** When time will next matter to a qualified allocation; null: never. */
export function nextDueOf(view: Pick<AllocationView, 'state' | 'downloadByMs' | 'leaseByMs' | 'isDownloaded' | 'isReminded'>): number | null {
  if (view.state !== 'qualified') return null;
  return !view.isDownloaded && !view.isReminded && view.downloadByMs !== null ? Math.min(view.downloadByMs, view.leaseByMs ?? view.downloadByMs) : view.leaseByMs;
}
