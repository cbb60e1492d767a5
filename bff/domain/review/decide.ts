/** The one door to an application (V1): time is settled first, then the command is looked at. Pure: `nowMs` is given. */
import { DAY_MS } from '../../../shared/shanghai-time';
import type { RuleSetValues } from '../rules/rule-set';
import { actPeriod, type PeriodKind } from '../time/periods';
import { isMissingYear, type WorkCalendar } from '../time/working-days';
import { isEditable, isOpenState, type CaseWarning, type ReviewCommand, type ReviewDecision, type ReviewEvent, type ReviewEventType, type ReviewLevel, type ReviewList, type ReviewRefusal, type ReviewState, type ReviewView } from './review';

export type ReviewRules = Pick<RuleSetValues, 'draftKeepDays' | 'levelOneReviewDays' | 'levelTwoReviewDays' | 'reviewDaysKind' | 'supplementWithinDays' | 'supplementDaysKind'>;
export type WarningRules = Pick<RuleSetValues, 'reviewWarnDays' | 'reviewStalledDays'>;

const reviewOf: Readonly<Record<ReviewLevel, ReviewState>> = { 1: 'levelOne', 2: 'levelTwo' };
const publicityOf: Readonly<Record<ReviewList, ReviewState>> = { first: 'firstPublicity', second: 'secondPublicity' };

/** Decides a command at `nowMs`. `calendar` is asked only where a period counts working days. */
export function decideReview(view: ReviewView, command: ReviewCommand, nowMs: number, rules: ReviewRules, calendar: WorkCalendar): ReviewDecision {
  if (isEditable(view.state) && view.dueMs !== null && nowMs >= view.dueMs) {
    const expired: ReviewEvent = { type: 'ApplicationExpired', atMs: view.dueMs, from: view.state, to: 'expired', dueMs: null };
    return { events: [expired], refusal: command.type === 'Expire' ? null : 'APPLICATION_CLOSED' };
  }
  const move = (type: ReviewEventType, to: ReviewState): ReviewDecision => {
    const dueMs = dueOf(to, nowMs, rules, calendar);
    return dueMs === 'CALENDAR_YEAR_MISSING' ? refuse(dueMs) : { events: [{ type, atMs: nowMs, from: view.state, to, dueMs }], refusal: null };
  };
  const { state } = view;
  switch (command.type) {
    case 'SaveDraft':
      // A supplement keeps the end it was given; only a draft lives longer for being worked on.
      if (state === 'draft') return move('DraftSaved', 'draft');
      return isEditable(state) ? { events: [{ type: 'DraftSaved', atMs: nowMs, from: state, to: state, dueMs: view.dueMs }], refusal: null } : refuse(notNow(state, 'APPLICATION_UNDER_REVIEW'));
    case 'Submit':
      if (state === 'draft') return move('ApplicationSubmitted', 'levelOne');
      if (state === 'supplementOne' || state === 'supplementTwo') return move(command.newTime ? 'ApplicationStartedAnew' : 'ApplicationSupplemented', state === 'supplementOne' || command.newReview ? 'levelOne' : 'levelTwo');
      return refuse(notNow(state, 'APPLICATION_UNDER_REVIEW'));
    case 'Withdraw':
      return isOpenState(state) ? move('ApplicationWithdrawn', 'withdrawn') : refuse('APPLICATION_CLOSED');
    case 'Review':
      if (state !== reviewOf[command.level]) return refuse(notNow(state, 'REVIEW_OUT_OF_ORDER'));
      switch (command.outcome) {
        case 'approve': return move('ApplicationApproved', command.level === 1 ? 'firstPublicity' : 'secondPublicity');
        case 'reject': return move('ApplicationRejected', 'rejected');
        case 'sendBack': return move('ApplicationSentBack', command.level === 1 ? 'supplementOne' : 'supplementTwo');
      }
    case 'EndPublicity':
      if (state !== publicityOf[command.list] || command.objection !== 'none') return nothing;
      return move('PublicityPassed', command.list === 'first' ? 'levelTwo' : 'eligible');
    case 'UpholdObjection':
      // What the objection means for the case (out, or set right) is a review of its own: the district's, who upheld it.
      return state === publicityOf[command.list] ? move('ObjectionUpheld', 'levelTwo') : nothing;
    case 'Bar':
      // A draft is nobody's application yet: it is refused when it is handed in, and may leave that person out by then.
      return isOpenState(state) && state !== 'draft' ? move('ApplicationBarred', 'rejected') : nothing;
    case 'Expire':
      return nothing;
  }
}

const nothing: ReviewDecision = { events: [], refusal: null };
const refuse = (refusal: ReviewRefusal): ReviewDecision => ({ events: [], refusal });
const notNow = (state: ReviewState, refusal: ReviewRefusal): ReviewRefusal => (isOpenState(state) ? refusal : 'APPLICATION_CLOSED');

/**
 * T3: when a state's time is up. A family's time is never guessed: without the calendar it needs, the act that would
 * start it is refused. A desk's is for staff; a family's case does not wait for their calendar, so it stays open-ended.
 */
function dueOf(state: ReviewState, nowMs: number, rules: ReviewRules, calendar: WorkCalendar): number | null | 'CALENDAR_YEAR_MISSING' {
  const within = (days: number, kind: PeriodKind) => {
    const period = actPeriod(nowMs, days, kind, calendar);
    return isMissingYear(period) ? null : period.endsMs;
  };
  switch (state) {
    case 'draft': return within(rules.draftKeepDays, 'natural');
    case 'levelOne': return within(rules.levelOneReviewDays, rules.reviewDaysKind);
    case 'levelTwo': return within(rules.levelTwoReviewDays, rules.reviewDaysKind);
    case 'supplementOne':
    case 'supplementTwo': return within(rules.supplementWithinDays, rules.supplementDaysKind) ?? 'CALENDAR_YEAR_MISSING';
    case 'firstPublicity': case 'secondPublicity': case 'eligible': case 'rejected': case 'withdrawn': case 'expired': return null;
  }
}

/** T3: by when a desk should decide a case that came to it at `sinceMs`; null: a year its working days need is not loaded. */
export function deskDue(state: 'levelOne' | 'levelTwo', sinceMs: number, rules: ReviewRules, calendar: WorkCalendar): number | null {
  const dueMs = dueOf(state, sinceMs, rules, calendar);
  return dueMs === 'CALENDAR_YEAR_MISSING' ? null : dueMs;
}

/** How urgent a case on a desk is at `nowMs`. `stalled`: overdue for so long that somebody should ask why. */
export function warningOf(state: ReviewState, dueMs: number | null, nowMs: number, rules: WarningRules): CaseWarning {
  if (dueMs === null || (state !== 'levelOne' && state !== 'levelTwo')) return 'none';
  if (nowMs >= dueMs + rules.reviewStalledDays * DAY_MS) return 'stalled';
  if (nowMs >= dueMs) return 'overdue';
  return nowMs >= dueMs - rules.reviewWarnDays * DAY_MS ? 'dueSoon' : 'none';
}
