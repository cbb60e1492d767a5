/** The rule set: no field without words and bounds, values checked whole, changes said in words, the set in force at an instant. */
import fc from 'fast-check';
import { defaultRuleSet } from '../../config/default-rule-set';
import { checkValues } from '../../bff/domain/rules/check';
import { compareRules } from '../../bff/domain/rules/compare';
import { nextEffectiveAfter, ruleSetAt } from '../../bff/domain/rules/in-force';
import { ruleFields, ruleSetValues, type RuleFieldName } from '../../bff/domain/rules/rule-set';
import { decideSelection } from '../../bff/domain/selection/decide';
import { ruleFields as fieldsAnswer } from '../../shared/contract/rules-schemas';
import { buildLane, buildTicket, buildTurn } from '../support/build';

const names = Object.keys(ruleFields) as RuleFieldName[];
const HOUR = 3_600_000;

describe('every field of the rule set', () => {
  test.each(names)('%s has label, help, rule id and a default within its bounds', (name) => {
    const field = ruleFields[name];
    expect(field.label).toMatch(/^[\u4e00-\u9fff（）]{2,}/);
    expect(field.help).toMatch(/[\u4e00-\u9fff].*。$/);
    expect(field.rule).toMatch(/^[A-Z]\d{1,2}$/);
    expect(field.schema.safeParse(defaultRuleSet[name]).success).toBe(true);
  });
  test('labels are told apart, and the schema has exactly these fields', () => {
    expect(new Set(names.map((name) => ruleFields[name].label)).size).toBe(names.length);
    expect(Object.keys(ruleSetValues.shape).sort()).toEqual([...names].sort());
    expect(Object.keys(defaultRuleSet).sort()).toEqual([...names].sort());
  });
  test.each(names.filter((name) => ruleFields[name].min !== null))('%s: the stated bounds are the enforced ones, and it has a unit', (name) => {
    const { min, max, unit, schema, kind } = ruleFields[name];
    expect(unit).not.toBe('');
    expect([min! - 1, min, max, max! + 1].map((value) => schema.safeParse(value).success)).toEqual([false, true, true, false]);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '3', null, ...(kind === 'factor' ? [] : [min! + 0.5])]) expect(schema.safeParse(value).success).toBe(false);
  });
  test('they fit the contract the form is drawn from', () => {
    const fields = names.map((name) => {
      const { schema: _schema, ...facts } = ruleFields[name];
      return { name, ...facts };
    });
    expect(fieldsAnswer.safeParse({ fields }).success).toBe(true);
  });
});

describe('checkValues', () => {
  const problemsOf = (patch: Record<string, unknown>) => checkValues({ ...defaultRuleSet, ...patch }).problems?.map((problem) => problem.path) ?? [];
  test('the default is a rule set', () => expect(checkValues(defaultRuleSet)).toEqual({ values: defaultRuleSet, problems: null }));
  test.each<[Record<string, unknown>, string[]]>([
    [{ turnMs: 0 }, ['values.turnMs']], [{ turnMs: undefined, barYears: 99 }, ['values.turnMs', 'values.barYears']], [{ nonsense: 1 }, ['values.nonsense']],
    [{ windowStartMs: 18 * HOUR }, ['values.windowEndMs']], [{ callTaskAfterMs: 9 * 60_000 }, ['values.callTaskAfterMs']], [{ turnMs: HOUR / 2 }, ['values.callTaskAfterMs']],
    [{ continueDaysKind: 'lunar' }, ['values.continueDaysKind']], [{ oneTurnInCity: 'yes' }, ['values.oneTurnInCity']], [{ areas: [] }, ['values.areas']],
    [{ areas: [...defaultRuleSet.areas, { code: 'zhanggong', name: '又一区', districts: ['某区'] }] }, ['values.areas']],
    [{ areas: [...defaultRuleSet.areas, { code: 'other', name: '又一区', districts: ['章贡区'] }] }, ['values.areas']],
    // V1: what a district listed twice, a street listed twice, a district of no area would quietly do without.
    [{ reviewStreets: [...defaultRuleSet.reviewStreets, { district: '章贡区', streets: ['解放街道'] }] }, ['values.reviewStreets']],
    [{ reviewStreets: [{ district: '章贡区', streets: ['解放街道', '水东镇', '解放街道'] }] }, ['values.reviewStreets']],
    [{ reviewStreets: [{ district: '火星区', streets: ['一街道'] }] }, ['values.reviewStreets']],
    [{ areas: defaultRuleSet.areas.slice(1) }, ['values.reviewStreets']],
    // G3
    [{ priorityCategories: [] }, []], [{ priorityCategories: [{ code: 'none', label: '无' }] }, ['values.priorityCategories']], [{ priorityCategories: [{ code: '1', label: '环卫工人' }] }, ['values.priorityCategories']],
    [{ priorityCategories: [{ code: 'one', label: '环卫工人' }, { code: 'one', label: '烈士遗属' }] }, ['values.priorityCategories']], [{ priorityCategories: [{ code: 'one', label: '环卫工人' }, { code: 'two', label: '环卫工人' }] }, ['values.priorityCategories']],
  ])('%j', (patch, paths) => expect(problemsOf(patch)).toEqual(paths));
  test('the sentence names the field and its bounds in people\'s words', () => {
    expect(checkValues({ ...defaultRuleSet, turnMs: 1 }).problems).toEqual([{ path: 'values.turnMs', message: '选房时长：应在 10分钟 至 168小时 之间' }]);
  });
});

describe('compareRules', () => {
  test('what changes, in words, and whom it reaches', () => {
    expect(compareRules(defaultRuleSet, { ...defaultRuleSet, turnMs: 5.5 * HOUR, continueDaysKind: 'working', oneTurnInCity: true }).map(({ text }) => text)).toEqual([
      '选房时长：由“4小时”改为“5小时30分钟”；生效时正在选房的家庭仍按原规则。',
      '全市同时只有一户选房：由“关闭”改为“开启”；生效后一律按新规则。',
      '申请继续轮候期限的计算方式：由“自然日”改为“工作日”；生效时正在选房的家庭仍按原规则。',
    ]);
    // Every number with what it counts, as people say it.
    const patch = { reviewWarnDays: 5, confirmContactPlaces: 30, reservableLowFloors: 1, forfeitsToBar: 4, callUpFactor: 2, continueDaysKind: 'working', continueWithinDays: 5, maxDeferrals: 1 } as const;
    expect(Object.fromEntries(compareRules(defaultRuleSet, { ...defaultRuleSet, ...patch }).map(({ field, before, after }) => [field, `${before}→${after}`]))).toEqual({
      callUpFactor: '1.5倍→2倍', maxDeferrals: '2次→1次', reviewWarnDays: '3天→5天', continueWithinDays: '3天→5个工作日', continueDaysKind: '自然日→工作日', confirmContactPlaces: '20户→30户', reservableLowFloors: '2层→1层', forfeitsToBar: '3批次→4批次',
    });
    expect(compareRules(defaultRuleSet, { ...defaultRuleSet, windowStartMs: 8.5 * HOUR })[0]).toMatchObject({ before: '08:00', after: '08:30' });
    expect(compareRules(defaultRuleSet, structuredClone(defaultRuleSet))).toEqual([]);
  });
});

describe('the set in force', () => {
  const sets = [{ version: 1, effectiveAtMs: 100 }, { version: 2, effectiveAtMs: 200 }, { version: 3, effectiveAtMs: 300 }, { version: 4, effectiveAtMs: 300 }].map((each) => ({ ...each, values: defaultRuleSet }));
  test.each([[99, undefined], [100, 1], [199, 1], [200, 2], [299, 2], [300, 4], [9_999, 4]])('at %i: %p', (atMs, version) => expect(ruleSetAt(sets, atMs)?.version).toBe(version));
  test.each([[0, 100], [100, 200], [299, 300], [300, null]])('after %i the next takes effect at %p', (atMs, next) => expect(nextEffectiveAfter(sets, atMs)).toBe(next));
  test('property: the order they are read in does not matter, and the version never goes back', () => {
    fc.assert(fc.property(fc.shuffledSubarray(sets, { minLength: 4 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 100 }), (shuffled, atMs, later) =>
      ruleSetAt(shuffled, atMs) === ruleSetAt(sets, atMs) && (ruleSetAt(sets, atMs)?.version ?? 0) <= (ruleSetAt(sets, atMs + later)?.version ?? 0)));
  });
});

describe('T5, Q8: a running turn keeps the rules it was opened under', () => {
  const own = buildTicket({ state: 'onTurn' });
  const old = { version: 1, values: defaultRuleSet };
  const changed = { version: 2, values: { ...defaultRuleSet, turnMs: 2 * HOUR, maxDeferrals: 0 } };
  const at = Date.parse('2026-06-02T09:00:00+08:00');
  const view = (turn = buildTurn({ openedAtMs: at })) => ({ lane: buildLane({ openTurnId: turn.id }), turn: { turn, ticket: own }, head: null, availableCount: 1, cityBusy: false, ranked: [] });
  test('its four hours', () => {
    const notified = (rulesOfTurn: typeof old) => decideSelection(view(), { type: 'RecordNotified', turnId: view().turn.turn.id, handedAtMs: at }, at, changed, rulesOfTurn).events;
    expect(notified(old)).toMatchObject([{ type: 'TurnNotified', deadlineMs: at + 4 * HOUR }]);
    expect(notified(changed)).toMatchObject([{ deadlineMs: at + 2 * HOUR }]);
  });
  test('its deferrals', () => {
    const over = view(buildTurn({ openedAtMs: at, notifiedAtMs: at, deadlineMs: at + HOUR }));
    expect(decideSelection(over, { type: 'Settle' }, at + HOUR, changed, old).events[0]).toMatchObject({ type: 'TurnDeferred' });
    expect(decideSelection(over, { type: 'Settle' }, at + HOUR, changed, changed).events[0]).toMatchObject({ type: 'TurnMissed' });
  });
  test('four hours from a call, too', () => {
    const unproven = view(buildTurn({ openedAtMs: at, notifiedAtMs: at, deadlineMs: at + 4 * HOUR }));
    expect(decideSelection(unproven, { type: 'RecordProof', turnId: unproven.turn.turn.id, proof: 'staffCall', atMs: at + HOUR }, at + HOUR, changed, old).events).toMatchObject([{ type: 'TurnProven' }, { type: 'DeadlineMoved', deadlineMs: at + 5 * HOUR }]);
  });
});
