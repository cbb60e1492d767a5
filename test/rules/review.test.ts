/** V1: the two reviews and the two lists as a table: every state × every act, and what the periods are (T2, T3). */
import fc from 'fast-check';
import { defaultCalendar } from '../../config/default-calendar';
import { defaultRuleSet } from '../../config/default-rule-set';
import { checkContent } from '../../bff/domain/review/content';
import { decideReview, warningOf, type ReviewRules } from '../../bff/domain/review/decide';
import { isEditable, isOpenState, reviewStates, type ReviewCommand, type ReviewDecision, type ReviewState, type ReviewView } from '../../bff/domain/review/review';
import type { WorkCalendar } from '../../bff/domain/time/working-days';
import type { ApplicationContent } from '../../shared/contract/application-schemas';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { identityNumber } from '../support/workbook-registers';

const NOW = startOfDay('2026-06-01') + 10 * 3_600_000;
const noCalendar: WorkCalendar = new Map();
const view = (state: ReviewState, dueMs: number | null = null): ReviewView => ({ state, dueMs, submittedAtMs: state === 'draft' ? null : 1 });
const decide = (state: ReviewState, command: ReviewCommand, dueMs: number | null = null, rules: ReviewRules = defaultRuleSet, calendar = noCalendar) => decideReview(view(state, dueMs), command, NOW, rules, calendar);

const acts = {
  save: { type: 'SaveDraft' }, submit: { type: 'Submit', newReview: false, newTime: false }, restart: { type: 'Submit', newReview: true, newTime: false }, replace: { type: 'Submit', newReview: true, newTime: true }, withdraw: { type: 'Withdraw' },
  approve1: { type: 'Review', level: 1, outcome: 'approve' }, reject1: { type: 'Review', level: 1, outcome: 'reject' }, sendBack1: { type: 'Review', level: 1, outcome: 'sendBack' },
  approve2: { type: 'Review', level: 2, outcome: 'approve' }, reject2: { type: 'Review', level: 2, outcome: 'reject' }, sendBack2: { type: 'Review', level: 2, outcome: 'sendBack' },
  end1: { type: 'EndPublicity', list: 'first', objection: 'none' }, hold1: { type: 'EndPublicity', list: 'first', objection: 'open' }, bad1: { type: 'EndPublicity', list: 'first', objection: 'upheld' },
  end2: { type: 'EndPublicity', list: 'second', objection: 'none' }, hold2: { type: 'EndPublicity', list: 'second', objection: 'open' }, bad2: { type: 'EndPublicity', list: 'second', objection: 'upheld' },
  uphold1: { type: 'UpholdObjection', list: 'first' }, uphold2: { type: 'UpholdObjection', list: 'second' },
  expire: { type: 'Expire' }, bar: { type: 'Bar' },
} as const satisfies Record<string, ReviewCommand>;
type Act = keyof typeof acts;

// `→ state`, a refusal, or `·`: nothing happens. CLOSED and BUSY and ORDER stand for their refusals.
const CLOSED = 'APPLICATION_CLOSED', BUSY = 'APPLICATION_UNDER_REVIEW', ORDER = 'REVIEW_OUT_OF_ORDER';
const quiet = { end1: '·', hold1: '·', bad1: '·', end2: '·', hold2: '·', bad2: '·', uphold1: '·', uphold2: '·', expire: '·', bar: '·' };
const outOfOrder = { approve1: ORDER, reject1: ORDER, sendBack1: ORDER, approve2: ORDER, reject2: ORDER, sendBack2: ORDER };
const underReview = { ...quiet, ...outOfOrder, save: BUSY, submit: BUSY, restart: BUSY, replace: BUSY, withdraw: 'withdrawn', bar: 'rejected' };
const over = { ...quiet, save: CLOSED, submit: CLOSED, restart: CLOSED, replace: CLOSED, withdraw: CLOSED, approve1: CLOSED, reject1: CLOSED, sendBack1: CLOSED, approve2: CLOSED, reject2: CLOSED, sendBack2: CLOSED };
const table: Record<ReviewState, Record<Act, string>> = {
  draft: { ...quiet, ...outOfOrder, save: 'draft', submit: 'levelOne', restart: 'levelOne', replace: 'levelOne', withdraw: 'withdrawn' },
  levelOne: { ...underReview, approve1: 'firstPublicity', reject1: 'rejected', sendBack1: 'supplementOne' },
  supplementOne: { ...quiet, ...outOfOrder, bar: 'rejected', save: 'supplementOne', submit: 'levelOne', restart: 'levelOne', replace: 'levelOne', withdraw: 'withdrawn' },
  firstPublicity: { ...underReview, end1: 'levelTwo', uphold1: 'levelTwo' },
  levelTwo: { ...underReview, approve2: 'secondPublicity', reject2: 'rejected', sendBack2: 'supplementTwo' },
  supplementTwo: { ...quiet, ...outOfOrder, bar: 'rejected', save: 'supplementTwo', submit: 'levelTwo', restart: 'levelOne', replace: 'levelOne', withdraw: 'withdrawn' },
  secondPublicity: { ...underReview, end2: 'eligible', uphold2: 'levelTwo' },
  eligible: over, rejected: over, withdrawn: over, expired: over,
};

describe('V1: every state × every act', () => {
  test.each(reviewStates)('%s', (state) => {
    const actual = Object.fromEntries(Object.entries(acts).map(([name, command]) => {
      const { events, refusal } = decide(state, command);
      if (refusal !== null) expect(events).toEqual([]);
      expect(events.length).toBeLessThanOrEqual(1);
      for (const event of events) expect(event).toMatchObject({ from: state, atMs: NOW });
      return [name, refusal ?? events[0]?.to ?? '·'];
    }));
    expect(actual).toEqual(table[state]);
  });

  test('a time that is up is settled before any act: what the family does then comes too late', () => {
    for (const state of reviewStates.filter(isEditable)) {
      for (const [name, command] of Object.entries(acts)) {
        const { events, refusal } = decide(state, command, NOW);
        expect({ name, to: events.map(({ to, atMs }) => [to, atMs]), refusal }).toEqual({ name, to: [['expired', NOW]], refusal: name === 'expire' ? null : CLOSED });
        // A millisecond before, it is the act that counts.
        expect(decide(state, command, NOW + 1).events.every(({ to }) => to !== 'expired')).toBe(true);
      }
    }
    expect(decide('levelOne', acts.approve1, NOW - DAY_MS).events[0]?.to).toBe('firstPublicity');
  });

  test('no row of acts leads out of a closed state, skips a list, or changes the end of a supplement', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...(Object.keys(acts) as Act[])), { maxLength: 60 }), (names) => {
      const path: ReviewState[] = ['draft'];
      let state: ReviewState = 'draft';
      let dueMs: number | null = null;
      for (const name of names) {
        const { events }: ReviewDecision = decideReview(view(state, dueMs), acts[name], NOW, defaultRuleSet, noCalendar);
        for (const event of events) {
          expect(isOpenState(event.from)).toBe(true);
          if (name === 'save' && event.from !== 'draft') expect(event.dueMs).toBe(dueMs);
          ({ to: state, dueMs } = event);
          if (event.from !== event.to) path.push(event.to);
        }
      }
      const lasts = (of: ReviewState) => path.lastIndexOf(of);
      if (path.includes('eligible')) {
        expect(path.at(-2)).toBe('secondPublicity');
        expect(path.at(-3)).toBe('levelTwo');
        expect(lasts('firstPublicity')).toBeGreaterThan(-1);
      }
    }), { numRuns: 300 });
  });
});

describe('T3: when time is up', () => {
  test('the day it starts does not count; a draft lives on with every change', () => {
    expect(decide('draft', acts.submit).events[0]?.dueMs).toBe(startOfDay('2026-06-17'));
    expect(decide('levelOne', acts.sendBack1).events[0]?.dueMs).toBe(startOfDay('2026-07-02'));
    expect(decide('draft', acts.save).events[0]?.dueMs).toBe(startOfDay('2026-08-31'));
    expect(decide('levelOne', acts.approve1).events[0]?.dueMs).toBeNull();
    // A supplement does not: its end was given with the reasons.
    expect(decide('supplementOne', acts.save, NOW + 7).events[0]?.dueMs).toBe(NOW + 7);
  });

  test('working days: the calendar decides; without it a family gets no date that was guessed, and no case waits for one', () => {
    const working = { ...defaultRuleSet, reviewDaysKind: 'working', supplementDaysKind: 'working', levelOneReviewDays: 3, supplementWithinDays: 3 } as const;
    const calendar: WorkCalendar = new Map(defaultCalendar.map(({ year, festivals }) => [year, festivals]));
    expect(decide('draft', acts.submit, null, working, calendar).events[0]?.dueMs).toBe(startOfDay('2026-06-05'));
    expect(decide('levelOne', acts.sendBack1, null, working)).toEqual({ events: [], refusal: 'CALENDAR_YEAR_MISSING' });
    expect(decide('draft', acts.submit, null, working).events[0]).toMatchObject({ to: 'levelOne', dueMs: null });
  });

  test('warnings: soon, overdue, stalled; only where somebody reviews', () => {
    const at = (dueMs: number | null, state: ReviewState = 'levelOne') => warningOf(state, dueMs, NOW, { reviewWarnDays: 3, reviewStalledDays: 10 });
    expect([NOW + 3 * DAY_MS + 1, NOW + 3 * DAY_MS, NOW + 1, NOW, NOW - 10 * DAY_MS + 1, NOW - 10 * DAY_MS, null].map((dueMs) => at(dueMs))).toEqual(['none', 'dueSoon', 'dueSoon', 'overdue', 'overdue', 'stalled', 'none']);
    expect(at(NOW - 99 * DAY_MS, 'supplementOne')).toBe('none');
  });
});

describe('V1: what must be filled in', () => {
  const phone = '13812341234';
  const complete: ApplicationContent = {
    applicantName: '苏 小雨', identity: identityNumber(1).toLowerCase(), phone: '138 1234 1234', members: [{ name: '苏大海', identity: identityNumber(2), relation: '配偶' }],
    district: '章贡区', street: '解放街道', address: '解放路１号', tier: 'publicRental', bedrooms: 2, priorityCategory: null,
  };
  const check = (content: ApplicationContent) => checkContent(content, '2026-06-01', defaultRuleSet, (given) => given === phone);
  const paths = (content: ApplicationContent) => {
    const checked = check(content);
    return 'problems' in checked ? checked.problems.map(({ path }) => path) : [];
  };

  test('a whole one is read as registers are', () => {
    expect(check(complete)).toEqual({ complete: {
      people: [{ name: '苏小雨', identity: identityNumber(1), relation: '本人' }, { name: '苏大海', identity: identityNumber(2), relation: '配偶' }],
      phone, district: '章贡区', street: '解放街道', address: '解放路1号', group: 'publicRental-2', bedrooms: 2, priorityClaimed: null,
    } });
  });

  test('every failing field is named at once', () => {
    expect(paths({})).toEqual(['applicantName', 'identity', 'phone', 'district', 'street', 'address', 'tier', 'bedrooms']);
    expect(paths({ ...complete, phone: '13912341234' })).toEqual(['phone']);
    expect(paths({ ...complete, district: '火星区' })).toEqual(['district']);
    expect(paths({ ...complete, street: '潭口镇' })).toEqual(['street']);
    expect(paths({ ...complete, bedrooms: 4 })).toEqual(['bedrooms']);
    expect(paths({ ...complete, members: [{ name: '苏', identity: identityNumber(1), relation: '本人' }, {}] })).toEqual(['members.0.relation', 'members.0.name', 'members.0.identity', 'members.1.relation', 'members.1.name', 'members.1.identity']);
  });

  test('P2, GB 11643: citizens, foreigners with permanent residence, permits for Hong Kong, Macao and Taiwan; nothing is repaired', () => {
    const withCheck = (digits: string) => digits + '10X98765432'[[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11];
    for (const digits of ['36070119900101123', '93604419900101123', '81000019900101123', '82000019900101123', '83000019900101123']) {
      const identity = withCheck(digits);
      expect(paths({ ...complete, identity })).toEqual([]);
      const wrong = identity.slice(0, 17) + (identity[17] === '0' ? '1' : '0');
      expect(paths({ ...complete, identity: wrong })).toEqual(['identity']);
    }
    for (const identity of ['360701900101123', withCheck('36070120260602123'), withCheck('36070119900231123'), withCheck('99999919900101123')]) expect(paths({ ...complete, identity })).toEqual(['identity']);
  });
});
