/** Q9: what a family may do with its ranking, and what comes of it at the deadline. */
import fc from 'fast-check';
import { defaultRuleSet } from '../../config/default-rule-set';
import { decideSelection } from '../../bff/domain/selection/decide';
import { decideRanking, type RankingCommand, type RankingView } from '../../bff/domain/selection/ranking';
import type { SelectionCommand, SelectionView } from '../../bff/domain/selection/selection';
import type { RuleSet, RuleSetValues } from '../../bff/domain/rules/rule-set';
import { listingStates, ticketStates, type Listing, type Ranking } from '../../bff/store/collections';
import { startOfDay } from '../../shared/shanghai-time';
import { buildLane, buildListing, buildTicket, buildTurn, LANE } from '../support/build';

const HOUR = 3_600_000;
const at = (hours: number) => startOfDay('2026-06-01') + hours * HOUR;
const rulesWith = (values: Partial<RuleSetValues> = {}): RuleSet => ({ version: 1, values: { ...defaultRuleSet, rankedPickOffered: true, ...values } });
const rules = rulesWith();
const own = buildTicket({ state: 'onTurn', queueNumber: 1 });
const other = buildTicket({ queueNumber: 2 });
const running = (overrides = {}) => buildTurn({ openedAtMs: at(9), notifiedAtMs: at(9), deadlineMs: at(13), proof: 'smsReceipt', ...overrides });
const [first, second] = [buildListing({ id: 'first' }), buildListing({ id: 'second' })];
const view = (overrides: Partial<SelectionView> = {}): SelectionView =>
  ({ lane: buildLane({ openTurnId: running().id }), turn: { turn: running(), ticket: own }, head: other, availableCount: 2, cityBusy: false, ranked: [first, second], ...overrides });
const settle: SelectionCommand = { type: 'Settle' };

describe('Q9: at the deadline', () => {
  test('the highest-ranked home is picked, dated at the deadline, and the next turn begins', () => {
    expect(decideSelection(view(), settle, at(13.5), rules).events).toMatchObject([
      { type: 'HomePicked', atMs: at(13), listing: { id: 'first' }, ranked: true, assisted: null }, { type: 'TurnOpened', ticket: { id: other.id } },
    ]);
  });
  test('and only then: a millisecond before, nothing', () => expect(decideSelection(view(), settle, at(13) - 1, rules).events).toEqual([]));
  test('the last home goes by rank: no turn opens with nothing to pick', () => {
    expect(decideSelection(view({ availableCount: 1 }), settle, at(13), rules).events.map(({ type }) => type)).toEqual(['HomePicked']);
  });
  test('off by default: the same as if nothing had been ranked', () => {
    const off = rulesWith({ rankedPickOffered: defaultRuleSet.rankedPickOffered });
    expect(decideSelection(view(), settle, at(13), off)).toEqual(decideSelection(view({ ranked: [] }), settle, at(13), off));
    expect(decideSelection(view(), settle, at(13), off).events[0]).toMatchObject({ type: 'TurnMissed' });
  });
  test('the turn\'s own rules decide, not those in force now', () => {
    const off = { ...rulesWith({ rankedPickOffered: false }), version: 2 };
    expect(decideSelection(view(), settle, at(13), off, rules).events[0]).toMatchObject({ type: 'HomePicked' });
    expect(decideSelection(view(), settle, at(13), rules, off).events[0]).toMatchObject({ type: 'TurnMissed' });
  });
  test('Q8: without proof that the family was told it is deferred first; only a miss is replaced', () => {
    const unproven = (deferrals: number) => view({ turn: { turn: running({ proof: 'none' }), ticket: { ...own, deferrals } } });
    expect(decideSelection(unproven(0), settle, at(13), rules).events[0]).toMatchObject({ type: 'TurnDeferred' });
    expect(decideSelection(unproven(1), settle, at(13), rules).events[0]).toMatchObject({ type: 'TurnDeferred' });
    expect(decideSelection(unproven(2), settle, at(13), rules).events[0]).toMatchObject({ type: 'HomePicked', ranked: true });
  });
  test('T6: an outage or a pause moves the deadline, and the ranked pick with it', () => {
    expect(decideSelection(view(), { type: 'CreditOutage', fromMs: at(12), toMs: at(14) }, at(14), rules).events.map(({ type }) => type)).toEqual(['DeadlineMoved']);
    const paused = view({ lane: buildLane({ state: 'paused', pausedAtMs: at(12), openTurnId: running().id }) });
    expect(decideSelection(paused, settle, at(20), rules).events).toEqual([]);
  });
  test('Q4, Q5: what the family does itself comes first', () => {
    expect(decideSelection(view(), { type: 'PickHome', ticket: own, listing: second, assisted: null }, at(13) - 1, rules).events[0]).toMatchObject({ type: 'HomePicked', ranked: false, listing: { id: 'second' } });
    expect(decideSelection(view(), { type: 'PassTurn', ticket: own }, at(13) - 1, rules).events[0]).toMatchObject({ type: 'TurnPassed' });
  });
  test('its own late pick finds it picked, not over', () => {
    const late = decideSelection(view(), { type: 'PickHome', ticket: own, listing: second, assisted: null }, at(13), rules);
    expect(late).toMatchObject({ refusal: 'ALREADY_PICKED', events: [{ type: 'HomePicked', ranked: true, listing: { id: 'first' } }, { type: 'TurnOpened' }] });
  });
  test('property: the highest-ranked home of the lane still available, never another; none: missed', () => {
    const homes = fc.array(fc.record({ state: fc.constantFrom(...listingStates), laneId: fc.constantFrom(LANE, LANE, 'jingkai-2') }), { maxLength: 8 });
    fc.assert(fc.property(homes, fc.boolean(), fc.integer({ min: -2, max: 3 * HOUR }), (made, offered, byMs) => {
      const ranked = made.map((home, i) => buildListing({ id: `home-${i}`, ...home }));
      const { events } = decideSelection(view({ ranked, availableCount: 9 }), settle, at(13) + byMs, rulesWith({ rankedPickOffered: offered }));
      if (byMs < 0) return expect(events).toEqual([]);
      const may = offered ? ranked.findIndex((home) => home.state === 'available' && home.laneId === LANE) : -1;
      expect(events).toHaveLength(2);
      expect(events[0]).toMatchObject(may === -1 ? { type: 'TurnMissed', atMs: at(13) } : { type: 'HomePicked', atMs: at(13), listing: { id: `home-${may}` }, ranked: true });
    }));
  });
});

describe('Q9: ranking, agreeing, revoking', () => {
  const ranking = (overrides: Partial<Ranking> = {}): Ranking => ({ id: own.id, version: 3, householdId: own.householdId, laneId: LANE, listingIds: ['first', 'second'], rankedAtMs: at(9), agreed: null, ...overrides });
  const agreed = { atMs: at(10), wording: 1, assisted: null };
  const of = (overrides: Partial<RankingView> = {}): RankingView => ({ ticket: own, ranking: ranking(), offered: true, maxHomes: 3, wording: 1, ...overrides });
  const rank = (...listings: (Listing | string)[]): RankingCommand => ({ type: 'RankHomes', consent: null, homes: listings.map((l) => (typeof l === 'string' ? { id: l, listing: null } : { id: l.id, listing: l })) });
  const agree: RankingCommand = { type: 'AgreeToRanking', version: 3, wording: 1 };
  const assisted = { staffId: 's', place: '窗口', consent: '到场签字' };

  test('a new order takes the place of the old one, and ends the consent given to it', () => {
    expect(decideRanking(of({ ranking: ranking({ agreed }) }), rank(second), at(11))).toEqual({ refusal: null, listingIds: ['second'], rankedAtMs: at(11), agreed: null });
  });
  test('Q10: at a window the consent comes with the order', () => {
    expect(decideRanking(of(), { ...rank(second), consent: { wording: 1, assisted } } as RankingCommand, at(11))).toMatchObject({ listingIds: ['second'], agreed: { atMs: at(11), wording: 1, assisted } });
    expect(decideRanking(of(), { ...rank(), consent: { wording: 1, assisted } } as RankingCommand, at(11))).toEqual({ refusal: 'RANKING_EMPTY' });
    expect(decideRanking(of(), { ...rank(second), consent: { wording: 9, assisted } } as RankingCommand, at(11))).toEqual({ refusal: 'CONSENT_WORDING_CHANGED' });
  });
  test('consent is to this order in these words', () => {
    expect(decideRanking(of(), agree, at(11))).toEqual({ refusal: null, listingIds: ['first', 'second'], rankedAtMs: at(9), agreed: { atMs: at(11), wording: 1, assisted: null } });
  });
  test('and can be taken back, also when it is no longer offered', () => {
    expect(decideRanking(of({ offered: false, ranking: ranking({ agreed }) }), { type: 'RevokeRanking' }, at(11))).toMatchObject({ refusal: null, agreed: null, listingIds: ['first', 'second'] });
  });
  const gone = buildListing({ id: 'first', state: 'picked' });
  test('a home that went since may stay in the order, a new one must be available', () => {
    expect(decideRanking(of(), rank(gone, second), at(11)).refusal).toBeNull();
    expect(decideRanking(of({ ranking: null }), rank(gone, second), at(11)).refusal).toBe('HOME_NOT_AVAILABLE');
  });
  test.each<[string, Partial<RankingView>, RankingCommand, string]>([
    ['not offered', { offered: false }, rank(first), 'RANKING_NOT_OFFERED'], ['not offered, agreeing', { offered: false }, agree, 'RANKING_NOT_OFFERED'],
    ['too long', {}, rank(first, second, buildListing({ id: 'c' }), buildListing({ id: 'd' })), 'RANKING_TOO_LONG'],
    ['another lane', {}, rank(buildListing({ laneId: 'jingkai-2' })), 'HOME_NOT_IN_LANE'], ['no such home', {}, rank('nowhere'), 'HOME_NOT_IN_LANE'],
    ['nothing ranked', { ranking: null }, agree, 'RANKING_EMPTY'], ['an empty order', { ranking: ranking({ listingIds: [] }) }, agree, 'RANKING_EMPTY'],
    ['another order than was seen', { ranking: ranking({ version: 4 }) }, agree, 'REQUEST_IN_CONFLICT'], ['other words', { wording: 2 }, agree, 'CONSENT_WORDING_CHANGED'],
    ['nothing to revoke', {}, { type: 'RevokeRanking' }, 'ALREADY_DONE'], ['nothing at all to revoke', { ranking: null }, { type: 'RevokeRanking' }, 'ALREADY_DONE'],
  ])('refused: %s', (_why, overrides, command, code) => expect(decideRanking(of(overrides), command, at(11))).toEqual({ refusal: code }));

  /** Q2: who has not been called up has not seen the homes. */
  const stateRefusals: Record<(typeof ticketStates)[number], string | null> = {
    publicised: 'NOT_CALLED_UP', queued: null, onTurn: null, picked: 'ALREADY_PICKED', missed: 'TURN_OVER', renewing: 'NUMBER_NOT_WAITING', forfeited: 'NUMBER_NOT_WAITING', void: 'NUMBER_NOT_WAITING',
  };
  test.each(ticketStates)('%s', (state) => {
    for (const command of [rank(first), agree, { type: 'RevokeRanking' } as const]) {
      expect(decideRanking(of({ ticket: { ...own, state, calledUpAtMs: 1 }, ranking: ranking({ agreed }) }), command, at(11)).refusal).toBe(stateRefusals[state]);
    }
    expect(decideRanking(of({ ticket: { ...own, state: 'queued', calledUpAtMs: null } }), rank(first), at(11)).refusal).toBe('NOT_CALLED_UP');
  });
});
