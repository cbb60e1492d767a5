/** The selection core against the rules it names: given / when / then, and properties under any schedule. */
import fc from 'fast-check';
import { defaultRuleSet } from '../../config/default-rule-set';
import { decideSelection } from '../../bff/domain/selection/decide';
import { compareTickets, type SelectionCommand, type SelectionEvent, type SelectionView } from '../../bff/domain/selection/selection';
import { isWindowOpen, nextWindowStart, windowAtOrAfter } from '../../bff/domain/rules/notification-window';
import type { RuleSet, RuleSetValues } from '../../bff/domain/rules/rule-set';
import { startOfDay } from '../../shared/shanghai-time';
import { buildLane, buildListing, buildTicket, buildTurn } from '../support/build';

const HOUR = 3_600_000;
const DAY_START = startOfDay('2026-06-01');
const at = (hours: number) => DAY_START + hours * HOUR;
const rulesWith = (values: Partial<RuleSetValues> = {}): RuleSet => ({ version: 1, values: { ...defaultRuleSet, ...values } });
const rules = rulesWith();
const names = (events: readonly SelectionEvent[]) => events.map((e) => e.type);

const own = buildTicket({ state: 'onTurn', queueNumber: 1 });
const other = buildTicket({ queueNumber: 2 });
const home = buildListing();
const running = (overrides = {}) => buildTurn({ openedAtMs: at(9), notifiedAtMs: at(9), deadlineMs: at(13), proof: 'smsReceipt', ...overrides });

function view(overrides: Partial<SelectionView> = {}): SelectionView {
  return { lane: buildLane({ openTurnId: running().id }), turn: { turn: running(), ticket: own }, head: other, availableCount: 2, cityBusy: false, ranked: [], ...overrides };
}
const idle = (overrides: Partial<SelectionView> = {}) => view({ lane: buildLane(), turn: null, ...overrides });
const pick = (overrides: Partial<Extract<SelectionCommand, { type: 'PickHome' }>> = {}): SelectionCommand => ({ type: 'PickHome', ticket: own, listing: home, assisted: null, ...overrides });

describe('T4: a turn may start only in the notification window', () => {
  test.each([[7.999, false], [8, true], [17.9999, true], [18, false], [23, false], [0, false]])('at %p h: %p', (hours, open) => {
    expect(isWindowOpen(rules.values, at(hours))).toBe(open);
    expect(names(decideSelection(idle(), { type: 'Settle' }, at(hours), rules).events)).toEqual(open ? ['TurnOpened'] : []);
  });
  test('to the millisecond', () => {
    expect(isWindowOpen(rules.values, at(8) - 1)).toBe(false);
    expect(isWindowOpen(rules.values, at(18) - 1)).toBe(true);
    expect(isWindowOpen(rules.values, at(18))).toBe(false);
  });
  test('the next start is strictly later, and within a day', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
      const next = nextWindowStart(rules.values, ms);
      expect(next).toBeGreaterThan(ms);
      expect(next - ms).toBeLessThanOrEqual(24 * HOUR);
      expect(isWindowOpen(rules.values, next)).toBe(true);
      expect(isWindowOpen(rules.values, next - 1)).toBe(false);
      expect(isWindowOpen(rules.values, windowAtOrAfter(rules.values, ms))).toBe(true);
    }));
  });
  test('a running turn runs on past 18:00; the next one waits for the morning', () => {
    const late = view({ turn: { turn: running({ deadlineMs: at(21) }), ticket: own } });
    expect(decideSelection(late, { type: 'Settle' }, at(20), rules).events).toEqual([]);
    expect(names(decideSelection(late, pick(), at(20), rules).events)).toEqual(['HomePicked']);
  });
});

describe('T5: four hours from the hand-over', () => {
  const waiting = view({ turn: { turn: buildTurn({ openedAtMs: at(9) }), ticket: own } });
  test('the clock starts at the hand-over, not before', () => {
    expect(decideSelection(waiting, { type: 'Settle' }, at(40), rules).events).toEqual([]);
    const { events } = decideSelection(waiting, { type: 'RecordNotified', turnId: waiting.turn!.turn.id, handedAtMs: at(9.5) }, at(9.6), rules);
    expect(events).toMatchObject([{ type: 'TurnNotified', atMs: at(9.5), deadlineMs: at(13.5), handed: true }]);
  });
  test('told twice, the first time counts', () => {
    const answer = decideSelection(view(), { type: 'RecordNotified', turnId: running().id, handedAtMs: at(11) }, at(11), rules);
    expect(answer).toEqual({ events: [], refusal: 'ALREADY_DONE' });
  });
  test('the deadline is exclusive: a millisecond before counts, the deadline itself does not', () => {
    expect(decideSelection(view(), pick(), at(13) - 1, rules)).toMatchObject({ refusal: null, events: [{ type: 'HomePicked' }, { type: 'TurnOpened' }] });
    const late = decideSelection(view(), pick(), at(13), rules);
    expect(late.refusal).toBe('TURN_OVER');
    expect(names(late.events)).toEqual(['TurnMissed', 'TurnOpened']);
  });
});

describe('Q1: low-rent before public rental, then by number', () => {
  test('is a total order', () => {
    const a = buildTicket({ group: 'lowRent-2', queueNumber: 900 });
    const b = buildTicket({ group: 'publicRental-2', queueNumber: 1 });
    expect([b, a].sort(compareTickets)).toEqual([a, b]);
    expect(compareTickets(buildTicket({ queueNumber: 1 }), buildTicket({ queueNumber: 2 }))).toBeLessThan(0);
  });
});

describe('Q3: at most one open turn', () => {
  test('opens the head when none is open, the window is open and a home is free', () => {
    expect(decideSelection(idle(), { type: 'Settle' }, at(9), rules).events).toMatchObject([{ type: 'TurnOpened', ticket: { id: other.id } }]);
  });
  test.each<[string, Partial<SelectionView>]>([
    ['no home', { availableCount: 0 }], ['nobody waiting', { head: null }], ['lane closed', { lane: buildLane({ state: 'closed' }) }], ['lane paused', { lane: buildLane({ state: 'paused', pausedAtMs: at(8) }) }],
  ])('opens nothing: %s', (_why, overrides) => {
    expect(decideSelection(idle(overrides), { type: 'Settle' }, at(9), rules).events).toEqual([]);
  });
  test('never a second one', () => {
    expect(decideSelection(view(), { type: 'Settle' }, at(10), rules).events).toEqual([]);
  });
  test('with one turn in the city, another lane holds it up', () => {
    expect(decideSelection(idle({ cityBusy: true }), { type: 'Settle' }, at(9), rulesWith({ oneTurnInCity: true })).events).toEqual([]);
    expect(names(decideSelection(idle({ cityBusy: true }), { type: 'Settle' }, at(9), rules).events)).toEqual(['TurnOpened']);
  });
  test('the last home ends it: no turn opens with nothing to pick', () => {
    expect(names(decideSelection(view({ availableCount: 1 }), pick(), at(10), rules).events)).toEqual(['HomePicked']);
  });
});

describe('Q4: who may pick what', () => {
  test.each<[string, SelectionCommand, string]>([
    ['another family', pick({ ticket: other }), 'NOT_YOUR_TURN'],
    ['a home that is gone', pick({ listing: buildListing({ state: 'picked' }) }), 'HOME_NOT_AVAILABLE'],
    ['a reserved home', pick({ listing: buildListing({ state: 'reserved' }) }), 'HOME_NOT_AVAILABLE'],
    ['a home of another lane', pick({ listing: buildListing({ laneId: 'jingkai-2' }) }), 'HOME_NOT_IN_LANE'],
    ['no such home', pick({ listing: null }), 'HOME_NOT_IN_LANE'],
    ['twice', pick({ ticket: buildTicket({ state: 'picked' }) }), 'ALREADY_PICKED'],
    ['after a miss', pick({ ticket: buildTicket({ queueNumber: 9, state: 'missed' }) }), 'TURN_OVER'],
  ])('refused and nothing changes: %s', (_why, command, code) => {
    expect(decideSelection(view(), command, at(10), rules)).toEqual({ events: [], refusal: code });
  });
  test('Q10: an assisted pick carries who helped', () => {
    const assisted = { staffId: 's1', place: '章贡窗口', consent: '本人到场签字' };
    expect(decideSelection(view(), pick({ assisted }), at(10), rules).events[0]).toMatchObject({ type: 'HomePicked', assisted });
  });
});

describe('Q5: passing', () => {
  test('ends the turn at once and the next begins', () => {
    expect(names(decideSelection(view(), { type: 'PassTurn', ticket: own }, at(10), rules).events)).toEqual(['TurnPassed', 'TurnOpened']);
  });
  test('only by the family whose turn it is', () => {
    expect(decideSelection(view(), { type: 'PassTurn', ticket: other }, at(10), rules)).toEqual({ events: [], refusal: 'NOT_YOUR_TURN' });
  });
});

describe('Q6, Q8: at the deadline', () => {
  test('told and silent: missed, once, and the turn moves on', () => {
    const { events } = decideSelection(view(), { type: 'Settle' }, at(13), rules);
    expect(events).toMatchObject([{ type: 'TurnMissed', atMs: at(13) }, { type: 'TurnOpened', atMs: at(13), ticket: { id: other.id } }]);
  });
  test('no proof that the family was told: deferred to the next window, keeping its number', () => {
    const unproven = view({ turn: { turn: running({ proof: 'none' }), ticket: own } });
    expect(decideSelection(unproven, { type: 'Settle' }, at(13), rules).events[0]).toMatchObject({ type: 'TurnDeferred', notBeforeMs: at(32) });
  });
  test('at most as often as the rule set says', () => {
    const unproven = (deferrals: number) => view({ turn: { turn: running({ proof: 'none' }), ticket: buildTicket({ ...own, deferrals }) } });
    expect(names(decideSelection(unproven(1), { type: 'Settle' }, at(13), rules).events)[0]).toBe('TurnDeferred');
    expect(names(decideSelection(unproven(2), { type: 'Settle' }, at(13), rules).events)[0]).toBe('TurnMissed');
    expect(names(decideSelection(unproven(0), { type: 'Settle' }, at(13), rulesWith({ maxDeferrals: 0 })).events)[0]).toBe('TurnMissed');
  });
  test('a receipt that says it arrived in time counts, even when we learn of it at the deadline', () => {
    const unproven = view({ turn: { turn: running({ proof: 'none' }), ticket: own } });
    const proof = (atMs: number): SelectionCommand => ({ type: 'RecordProof', turnId: running().id, proof: 'smsReceipt', atMs });
    expect(names(decideSelection(unproven, proof(at(12)), at(13), rules).events)).toEqual(['TurnProven', 'TurnMissed', 'TurnOpened']);
    expect(names(decideSelection(unproven, proof(at(13)), at(13), rules).events)).toEqual(['TurnDeferred', 'TurnOpened']);
  });
  test('a telephone call is the moment the family learns of it: four hours from then', () => {
    const unproven = view({ turn: { turn: running({ proof: 'none' }), ticket: own } });
    const { events } = decideSelection(unproven, { type: 'RecordProof', turnId: running().id, proof: 'staffCall', atMs: at(12) }, at(12), rules);
    expect(events).toMatchObject([{ type: 'TurnProven' }, { type: 'DeadlineMoved', byMs: 3 * HOUR, deadlineMs: at(16), cause: 'toldLate' }]);
  });
  test('a message that can never go out starts the clock, without proof', () => {
    const stuck = view({ turn: { turn: buildTurn({ openedAtMs: at(9) }), ticket: own } });
    expect(decideSelection(stuck, { type: 'RecordUndeliverable', turnId: stuck.turn!.turn.id, atMs: at(9.5) }, at(9.5), rules).events).toMatchObject([{ type: 'TurnNotified', handed: false, deadlineMs: at(13.5) }]);
  });
});

describe('T6: time given back', () => {
  test('an outage moves the deadline by its length, before anything expires', () => {
    const { events } = decideSelection(view(), { type: 'CreditOutage', fromMs: at(12), toMs: at(15) }, at(15), rules);
    expect(events).toMatchObject([{ type: 'DeadlineMoved', byMs: 3 * HOUR, deadlineMs: at(16), cause: 'outage' }]);
  });
  test('only the part that fell into the running clock', () => {
    expect(decideSelection(view(), { type: 'CreditOutage', fromMs: at(8), toMs: at(10) }, at(10), rules).events).toMatchObject([{ byMs: HOUR }]);
    expect(names(decideSelection(view(), { type: 'CreditOutage', fromMs: at(13), toMs: at(14) }, at(14), rules).events)).toEqual(['TurnMissed', 'TurnOpened']);
  });
  test('a paused lane neither expires nor serves; on resuming the pause is given back', () => {
    const paused = view({ lane: buildLane({ state: 'paused', pausedAtMs: at(10), openTurnId: 'x' }) });
    expect(decideSelection(paused, { type: 'Settle' }, at(20), rules).events).toEqual([]);
    expect(decideSelection(paused, pick(), at(11), rules)).toEqual({ events: [], refusal: 'LANE_PAUSED' });
    expect(decideSelection(paused, { type: 'CreditOutage', fromMs: at(11), toMs: at(12) }, at(12), rules).events).toEqual([]);
    expect(decideSelection(paused, { type: 'ResumeLane', reason: '恢复' }, at(20), rules).events).toMatchObject([{ type: 'DeadlineMoved', byMs: 10 * HOUR, deadlineMs: at(23), cause: 'pause' }, { type: 'LaneResumed' }]);
  });
  test('pausing settles what was already due', () => {
    expect(names(decideSelection(view(), { type: 'PauseLane', reason: '停电' }, at(13), rules).events)).toEqual(['TurnMissed', 'LanePaused']);
  });
});

describe('staff acts on a lane', () => {
  const cases: [SelectionCommand['type'], 'closed' | 'open' | 'paused', string | null][] = [
    ['OpenLane', 'closed', null], ['OpenLane', 'open', 'LANE_ALREADY_OPEN'], ['OpenLane', 'paused', 'LANE_PAUSED'],
    ['PauseLane', 'closed', 'LANE_NOT_OPEN'], ['PauseLane', 'open', null], ['PauseLane', 'paused', 'LANE_PAUSED'],
    ['ResumeLane', 'closed', 'LANE_NOT_PAUSED'], ['ResumeLane', 'open', 'LANE_NOT_PAUSED'], ['ResumeLane', 'paused', null],
  ];
  test.each(cases)('%s while %s: %p', (type, state, refusal) => {
    const lane = buildLane({ state, pausedAtMs: state === 'paused' ? at(8) : null });
    expect(decideSelection(idle({ lane, availableCount: 0 }), { type, reason: '测试' } as SelectionCommand, at(9), rules).refusal).toBe(refusal);
  });
});

test('a late request and a late timer settle time alike, whichever comes first', () => {
  const moments = fc.oneof(fc.integer({ min: at(9), max: at(60) }), fc.constantFrom(at(13) - 1, at(13), at(13) + 1, at(18), at(32)));
  fc.assert(fc.property(moments, fc.constantFrom<'none' | 'smsReceipt'>('none', 'smsReceipt'), (nowMs, proof) => {
    const before = view({ turn: { turn: running({ proof }), ticket: own } });
    const outsider = pick({ ticket: buildTicket({ queueNumber: 77 }) });
    const byTimer = decideSelection(before, { type: 'Settle' }, nowMs, rules);
    const byRequest = decideSelection(before, outsider, nowMs, rules);
    expect(byRequest.events).toEqual(byTimer.events);
    expect(byRequest.refusal).not.toBeNull();
  }));
});

test('no order of moves ever brings a deadline forward (T6)', () => {
  const spans = fc.array(fc.record({ fromMs: fc.integer({ min: at(8), max: at(20) }), lastsMs: fc.nat(6 * HOUR) }), { maxLength: 8 });
  fc.assert(fc.property(spans, (outages) => {
    let turn = running();
    for (const { fromMs, lastsMs } of outages) {
      const { events } = decideSelection(view({ turn: { turn, ticket: own } }), { type: 'CreditOutage', fromMs, toMs: fromMs + lastsMs }, Math.min(fromMs + lastsMs, turn.deadlineMs! - 1), rules);
      for (const event of events) if (event.type === 'DeadlineMoved') {
        expect(event.deadlineMs).toBe(turn.deadlineMs! + event.byMs);
        expect(event.byMs).toBeGreaterThan(0);
        turn = { ...turn, deadlineMs: event.deadlineMs };
      }
    }
  }));
});
