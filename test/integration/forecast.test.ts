/**
 * W5 over a real lane: weeks pass, every night the job writes the day before, judges what it said and draws today's ranges.
 * A family sees days only with their record; the record is what really came; nobody else sees them; nothing else changes.
 */
import { defaultRuleSet } from '../../config/default-rule-set';
import { handlersOf, LivedLane, type Asked } from '../support/lived-lane';
import type { Caller } from '../../bff/http/request';
import { dayOf, HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { LANE } from '../support/build';

jest.setTimeout(300_000);
const rules = { ...defaultRuleSet, forecastMinDays: 14, forecastMinCases: 20, forecastHorizonDays: 365, leaseWithinDays: 365 };
const staff = (role: string, districts: string[] = [], streets: string[] = []): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets });

let lane: LivedLane;
let ask: Asked;
const states: string[] = [];

beforeAll(async () => {
  lane = await LivedLane.open({ seed: 'forecast', rules, families: 150, lowRent: 6 });
  ask = handlersOf(lane);
  for (let day = 0; day < 100; day += 1) {
    await lane.midnight();
    states.push((await ask('getMyForecast', lane.last)).state);
    await lane.daytime();
  }
  await lane.midnight();
});
afterAll(() => lane.world.close());

const waiting = () => lane.world.store.read((tx) => tx.tickets.find({ laneId: LANE, state: 'queued' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']] }));
const today = () => dayOf(lane.world.clock.nowMs);

test('W5: without enough history no guess; then days, with the record', () => {
  expect(new Set(states.slice(0, 30))).toEqual(new Set(['notEnoughHistory']));
  expect(states.filter((state) => state === 'range').length).toBeGreaterThan(10);
  // Once there is a record it stays; what it says depends on how it was.
  const shown = states.findIndex((state) => state !== 'notEnoughHistory');
  expect(states.slice(shown)).not.toContain('notEnoughHistory');
});

test('W5: the record is what came: every range that is over, held against the turns', async () => {
  const { cases, turns, night } = await lane.world.store.read(async (tx) => ({ cases: await tx.forecastCases.find({}), turns: await tx.turns.find({}, { sort: [['openedAtMs', 'asc']] }), night: (await tx.laneForecasts.get(LANE))! }));
  let [hits, misses] = [0, 0];
  for (const made of cases.filter(({ latest }) => latest < today())) {
    const turn = turns.find(({ ticketId, openedAtMs }) => ticketId === made.ticketId && openedAtMs >= made.madeAtMs);
    const isIn = turn !== undefined && dayOf(turn.openedAtMs) >= made.earliest && dayOf(turn.openedAtMs) <= made.latest;
    if (isIn) hits += 1;
    else if (made.state !== 'left') misses += 1;
    expect([made.id, made.state === 'hit']).toEqual([made.id, isIn]);
  }
  expect(cases.filter(({ latest, state }) => latest >= today() && state !== 'open')).toEqual([]);
  expect(hits + misses).toBeGreaterThan(20);
  expect(night).toMatchObject({ laneCases: hits + misses, laneHits: hits, cityCases: hits + misses, cityHits: hits, day: today() });
  const [first] = await waiting();
  const answer = await ask('getMyForecast', first!.id);
  expect(answer).toMatchObject({ state: 'range', asOfDay: today(), percent: 80, record: { scope: 'lane', cases: hits + misses, hits }, text: expect.stringContaining(`过去 ${hits + misses} 次这样的估计，有 ${hits} 次说中。`) });
});

test('W5, Q1: nobody further back is told earlier days; too far off is said as such', async () => {
  const answers = [];
  for (const { id } of await waiting()) answers.push(await ask('getMyForecast', id));
  const ranges = answers.filter((answer) => answer.state === 'range');
  expect(ranges.length).toBeGreaterThan(10);
  for (const [at, range] of ranges.slice(1).entries()) {
    expect(range.earliestDay >= ranges[at]!.earliestDay && range.latestDay >= ranges[at]!.latestDay).toBe(true);
  }
  expect(answers.slice(0, ranges.length).every(({ state }) => state === 'range')).toBe(true);
});

test('W5: the same all day for who still waits; who was called, has just joined or stands in a paused lane gets no days', async () => {
  const before = new Map<string, unknown>();
  for (const { id } of await waiting()) before.set(id, await ask('getMyForecast', id));
  const { world } = lane;
  const joined = await lane.join('lowRent-2', 4);
  await lane.offer(3);
  await lane.goTo(startOfDay(today()) + 9 * HOUR_MS);
  const onTurn = await lane.turn();
  expect((await ask('getTicketForecast', onTurn!.ticketId, staff('city'))).state).toBe('notWaiting');
  await lane.act('pick');
  await lane.world.tick();
  await lane.act('pass');
  await lane.world.tick();
  expect(await lane.turn()).not.toBeNull();
  const still = await waiting();
  for (const { id } of still) if (!joined.includes(id)) expect([id, await ask('getMyForecast', id)]).toEqual([id, before.get(id)]);
  expect(still.length).toBeGreaterThan(20);
  expect((await ask('getTicketForecast', joined.at(-1)!, staff('city'))).state).toBe('notYetToday');
  await world.command(LANE, { type: 'PauseLane', reason: 'test' });
  expect((await ask('getMyForecast', still.at(-1)!.id)).state).toBe('laneNotOpen');
  await world.command(LANE, { type: 'ResumeLane', reason: 'test' });
});

test('W5: made again from the same day it is the same, by whatever process; the queue and the ledger are not touched', async () => {
  // Nothing is under way at this midnight.
  await lane.daytime();
  await lane.goTo(startOfDay(today()) + 23 * HOUR_MS);
  await lane.midnight();
  const { store } = lane.world;
  const untouched = () => store.read(async (tx) => [await tx.ledger.count({}), await tx.tickets.find({}), await tx.turns.find({}), await tx.listings.find({}), await tx.lanes.find({}), await tx.outbox.count({}), await tx.forecastCases.find({}), await tx.laneDays.find({})]);
  const first = await store.read(async (tx) => (await tx.laneForecasts.get(LANE))!);
  const before = await untouched();
  await store.transact(async (tx) => tx.laneForecasts.remove((await tx.laneForecasts.get(LANE))!));
  await lane.anotherProcess();
  const { version: _a, ...again } = await store.read(async (tx) => (await tx.laneForecasts.get(LANE))!);
  const { version: _b, ...original } = first;
  // The cases of a step day are there already; everything else is drawn anew.
  expect(again).toEqual(original);
  expect(await untouched()).toEqual(before);
});

test('P1: its own family, and the staff who may see it waiting', async () => {
  const [ticket] = await waiting();
  for (const by of [lane.callerOf(999_999), staff('city'), { kind: 'public' } as const]) expect(await ask('getMyForecast', ticket!.id, by)).toMatchObject({ code: 'NOT_FOUND' });
  for (const by of [staff('city'), staff('inspector'), staff('districtReviewer', ['章贡区']), staff('window', ['章贡区']), staff('streetClerk', ['章贡区'], ['解放街道'])]) expect(await ask('getTicketForecast', ticket!.id, by)).toMatchObject({ state: 'range' });
  for (const by of [staff('districtReviewer', ['南康区']), staff('operator', ['章贡区']), staff('administrator'), staff('streetClerk', ['章贡区'], ['水南镇'])]) expect(await ask('getTicketForecast', ticket!.id, by)).toMatchObject({ code: 'NOT_FOUND' });
});
