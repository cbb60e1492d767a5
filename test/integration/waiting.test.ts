/** M1, M2, W1–W4, T3 on a real store: what becomes of a household after a miss and while it waits. */
import { endTicket } from '../../bff/features/waiting/queue';
import { leaveWaiting } from '../../bff/features/waiting/door';
import { enterLane } from '../../bff/features/selection/door';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { householdStream, laneStream } from '../../bff/store/ledger';
import { HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { buildListing, buildTicket, LANE, phoneOf } from '../support/build';
import { caller, callerOf, goTo, otherReviewer, reviewer, seedHousehold, ticketOf, ticketsOf } from '../support/waiting';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const midnight = (day: string) => startOfDay(day);
let world: World;
let call: ReturnType<typeof caller>;
beforeEach(async () => {
  world = await buildWorld();
  call = caller(world);
  const { version: _l, ...lane } = { version: 1, id: LANE, areaCode: 'zhanggong', areaName: '章贡区', bedrooms: 2, state: 'closed' as const, pausedAtMs: null, openTurnId: null, calledUpFor: 0 };
  await world.store.transact(async (tx) => {
    await tx.lanes.insert(lane);
    for (const id of ['home-1', 'home-2']) {
      const { version: _v, ...home } = buildListing({ id });
      await tx.listings.insert(home);
    }
  });
  for (const index of [1, 2]) {
    await seedHousehold(world, index, { births: ['1980', '1985', '2015'] });
    const { version: _v, ...ticket } = buildTicket({ queueNumber: index, householdId: `household-${index}` });
    await world.store.transact((tx) => tx.tickets.insert(ticket));
  }
});
afterEach(() => world.close());

const FIRST = 'publicRental-2-1';
const openLane = () => world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
const passTurn = async (ticketId = FIRST) => world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(world, ticketId) });
const missOf = (ticketId: string) => world.store.read(async (tx) => (await tx.misses.get(`miss-${ticketId}`))!);
const forfeits = () => world.store.read((tx) => tx.forfeits.find({}));
const ask = (ticketId = FIRST, index = 1) => call<{ batchDay?: string; publicUntilDay?: string }>('askToContinue', callerOf(world, index), { ticketId }, { confirm: true });
const opened = (index: number) => world.store.read(async (tx) => (await tx.members.find({ householdId: `household-${index}` })).map(({ caseOpen }) => caseOpen));

test('M1, M2, T2, T3, G3: continue after a miss, publicised, a new number, the old one void; the second miss is a forfeit', async () => {
  await openLane();
  expect(await ask()).toEqual({ refused: 'TURN_RUNNING' });
  await passTurn();
  expect(await missOf(FIRST)).toMatchObject({ state: 'open', continueUntilMs: midnight('2026-06-05') });
  await world.tick();
  expect(world.gateway.sent.find(({ phone, text }) => phone === phoneOf(1) && text.includes('让给下一户'))!.text).toContain('6月4日24时前');
  expect(await ask(FIRST, 2)).toEqual({ refused: 'NOT_FOUND' });
  world.clock.nowMs = midnight('2026-06-03') + 9 * HOUR_MS;
  expect(await ask()).toMatchObject({ publicUntilDay: '2026-06-05', batchDay: '2026-06-06' });
  expect(await ask()).toEqual({ refused: 'ALREADY_DONE' });
  expect((await ticketOf(world, FIRST)).state).toBe('renewing');
  const [shown] = (await call<{ publicities: { id: string }[] }>('listPublicities', { kind: 'public' }, {}, undefined, { kind: 'continuation' })).publicities;
  expect((await call<{ lines: { cells: string[] }[] }>('getPublicity', { kind: 'public' }, { publicityId: shown!.id })).lines).toMatchObject([{ key: FIRST, cells: ['公租房二居室组', '1', '试*'] }]);
  await goTo(world, midnight('2026-06-06') - 1);
  expect(await ticketsOf(world, 'publicRental-2')).toHaveLength(2);
  await goTo(world, midnight('2026-06-06'));
  const renewed = (await ticketsOf(world, 'publicRental-2'))[2]!;
  expect(renewed).toMatchObject({ queueNumber: 3, householdId: 'household-1', batchDay: '2026-06-06', submittedAtMs: midnight('2026-06-03') + 9 * HOUR_MS, state: 'publicised' });
  expect((await ticketOf(world, FIRST)).state).toBe('void');
  expect(await forfeits()).toEqual([]);

  // Joined on the fourth day; the family before it passes for good, then its own turn comes, and goes.
  await goTo(world, midnight('2026-06-09'));
  await goTo(world, midnight('2026-06-09') + 9 * HOUR_MS);
  for (const { id } of (await ticketsOf(world, 'publicRental-2')).filter(({ state }) => state === 'onTurn' || state === 'queued')) {
    if ((await ticketOf(world, id)).state !== 'onTurn') await world.tick();
    await passTurn(id);
  }
  expect(await ticketOf(world, renewed.id)).toMatchObject({ state: 'forfeited' });
  expect(await ask(renewed.id)).toEqual({ refused: 'CONTINUATION_TOO_LATE' });
  // F1: both adults, not the child; and they may apply again (V3).
  const [forfeit] = await forfeits();
  expect(forfeit).toMatchObject({ householdId: 'household-1', batchDay: '2026-06-06', cause: 'secondMiss' });
  expect(forfeit!.personIds).toHaveLength(2);
  expect(await opened(1)).toEqual([false, false, false]);
  await world.tick();
  expect(world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(1) && text.includes('资格已放弃'))).toHaveLength(1);
});

test('M2: nobody asks, and at 24:00 of the third day the batch is forfeited, once; a minute before it can still be saved', async () => {
  await openLane();
  await passTurn();
  await passTurn('publicRental-2-2');
  await goTo(world, midnight('2026-06-05') - 1);
  expect(await ask('publicRental-2-2', 2)).toMatchObject({ batchDay: '2026-06-07' });
  await goTo(world, midnight('2026-06-05'));
  await goTo(world, midnight('2026-06-05') + 60_000);
  expect([(await ticketOf(world, FIRST)).state, (await ticketOf(world, 'publicRental-2-2')).state]).toEqual(['forfeited', 'renewing']);
  expect(await ask()).toEqual({ refused: 'CONTINUATION_TOO_LATE' });
  expect(await forfeits()).toMatchObject([{ householdId: 'household-1', batchDay: '2026-05-01', cause: 'noRequest' }]);
  expect((await call<{ households: { misses: { state: string }[] }[] }>('getMyWaiting', callerOf(world, 1))).households[0]!.misses).toMatchObject([{ state: 'forfeited' }]);
});

test('M1: an objection to a continuation: dismissed late it joins the next batch, upheld the number is void without a forfeit', async () => {
  await openLane();
  await passTurn();
  await passTurn('publicRental-2-2');
  await ask();
  await ask('publicRental-2-2', 2);
  const object = async (ticketId: string, by: number) => call<{ id: string }>('raiseObjection', callerOf(world, by), { publicityId: `publicity-continuation-${ticketId}-2026-06-01` }, { subjectId: ticketId, text: '该家庭另有住房' });
  const [first, second] = [await object(FIRST, 2), await object('publicRental-2-2', 1)];
  await goTo(world, midnight('2026-06-04'));
  expect(await world.store.read((tx) => tx.batchCandidates.find({}))).toEqual([]);
  const decide = (id: string, upheld: boolean) => call('decideObjection', reviewer, { objectionId: id }, { version: 1, upheld, answer: '经核实' });
  expect([await decide(first.id, true), await decide(second.id, false)]).toEqual([{ ok: true }, { ok: true }]);
  // Both families heard that somebody objected, and what came of it.
  await goTo(world, midnight('2026-06-04') + 9 * HOUR_MS);
  const heard = (index: number, words: string) => world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(index) && text.includes(words)).length;
  expect([heard(1, '提出异议'), heard(1, '顺序号已作废'), heard(2, '提出异议'), heard(2, '不成立，照常参加下一批次')]).toEqual([1, 1, 1, 1]);
  expect([(await ticketOf(world, FIRST)).state, (await missOf(FIRST)).state]).toEqual(['void', 'refused']);
  await goTo(world, midnight('2026-06-05'));
  expect((await ticketsOf(world, 'publicRental-2'))[2]).toMatchObject({ householdId: 'household-2', batchDay: '2026-06-05' });
  expect(await forfeits()).toEqual([]);
});

test('T3: on working days, an end nobody can state yet does not come; it is stated once the notice is loaded', async () => {
  const rules = world.kernel.rules();
  const working = { ...rules, values: { ...rules.values, continueDaysKind: 'working' as const } };
  Object.assign(world.kernel, { rules: () => working, rulesOf: () => working });
  await openLane();
  await passTurn();
  expect((await missOf(FIRST)).continueUntilMs).toBe(midnight('2026-06-05'));
  await world.store.transact(async (tx) => { for (const year of await tx.calendarYears.find({})) await tx.calendarYears.remove(year); });
  await passTurn('publicRental-2-2');
  expect((await missOf('publicRental-2-2')).continueUntilMs).toBeNull();
  await goTo(world, midnight('2026-06-20'));
  expect((await ticketOf(world, 'publicRental-2-2')).state).toBe('missed');
  await world.store.transact((tx) => tx.calendarYears.insert({ id: 'calendar-2026', year: 2026, festivals: [], source: 't', loadedAtMs: 0, loadedBy: '' }));
  await goTo(world, midnight('2026-06-20') + 1);
  expect((await missOf('publicRental-2-2')).continueUntilMs).toBe(midnight('2026-06-25')); // three working days from the day it could first be known
});

test('W2: to fewer bedrooms: decided by the district, under versions; the old number void once the new one is there', async () => {
  const make = (body: object) => call<{ id: string; version: number }>('makeWaitingRequest', callerOf(world, 1), {}, { kind: 'adjust', ticketId: FIRST, size: 3, reason: '孩子外出工作', ...body });
  expect([await make({ group: 'publicRental-3' }), await make({ group: 'publicRental-1', size: 2 })]).toEqual([{ refused: 'GROUP_NOT_SMALLER' }, { refused: 'SIZE_CHANGED' }]);
  const request = await make({ group: 'publicRental-1' });
  expect(await make({ group: 'lowRent-2' })).toEqual({ refused: 'REQUEST_ALREADY_OPEN' });
  const [listed] = (await call<{ requests: { id: string; version: number; reason: string }[] }>('listWaitingRequests', reviewer, {}, undefined, { district: '章贡区', state: 'open' })).requests;
  expect(listed).toMatchObject({ id: request.id, reason: '孩子外出工作', applicantMasked: '试*', ticket: { id: FIRST } });
  expect(await call('listWaitingRequests', otherReviewer, {}, undefined, { district: '章贡区' })).toEqual({ refused: 'FORBIDDEN' });
  const decide = (by: typeof reviewer, version: number) => call('decideWaitingRequest', by, { requestId: request.id }, { version, approved: true, answer: '同意调整' });
  expect([await decide(otherReviewer, 1), await decide({ ...reviewer, role: 'city' } as never, 1), await decide(reviewer, 9)]).toEqual([{ refused: 'NOT_FOUND' }, { refused: 'NOT_FOUND' }, { refused: 'REQUEST_IN_CONFLICT' }]);
  // Two clerks at once: one decides, the other is told (the twin of the version check is in the store's own suite).
  const both = await Promise.all([decide(reviewer, 1), decide(reviewer, 1)]);
  expect(both.map(({ refused }) => refused ?? 'ok').sort()).toEqual(['REQUEST_IN_CONFLICT', 'ok']);
  expect((await ticketOf(world, FIRST)).state).toBe('renewing');
  expect((await world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE), type: 'NumbersLeft' }))).map(({ open }) => open)).toEqual([{ numbers: [{ group: 'publicRental-2', queueNumber: 1 }], reason: 'renewed' }]);
  await goTo(world, midnight('2026-06-02'));
  expect(await ticketsOf(world, 'publicRental-1')).toMatchObject([{ householdId: 'household-1', queueNumber: 1, laneId: 'zhanggong-1', submittedAtMs: MORNING_MS, batchDay: '2026-06-02' }]);
  expect((await ticketOf(world, FIRST)).state).toBe('void');
  expect((await call<{ households: { tickets: { state: string }[] }[] }>('getMyWaiting', callerOf(world, 1))).households[0]!.tickets.map(({ state }) => state).sort()).toEqual(['publicised', 'void']);
});

test('W3, W4: to rent subsidy and back; a subsidy stopped; and the household stays in one case until it is over', async () => {
  const toSubsidy = await call<{ id: string; version: number }>('makeWaitingRequest', callerOf(world, 1), {}, { kind: 'toSubsidy', ticketId: FIRST, reason: '已在外租房' });
  await call('decideWaitingRequest', reviewer, { requestId: toSubsidy.id }, { version: 1, approved: true, answer: '同意' });
  expect((await ticketOf(world, FIRST)).state).toBe('void');
  expect(await forfeits()).toEqual([]);
  const subsidies = async () => (await call<{ subsidies: { id: string; version: number; state: string }[] }>('listSubsidies', reviewer, {}, undefined, { district: '章贡区' })).subsidies;
  expect(await subsidies()).toMatchObject([{ state: 'running' }]);
  expect(await opened(1)).toEqual([true, true, true]);
  const back = await call<{ id: string }>('makeWaitingRequest', callerOf(world, 1), {}, { kind: 'fromSubsidy', householdId: 'household-1', group: 'lowRent-1', reason: '想住公租房' });
  await call('decideWaitingRequest', reviewer, { requestId: back.id }, { version: 1, approved: true, answer: '同意' });
  expect(await subsidies()).toMatchObject([{ state: 'converted' }]);
  await goTo(world, midnight('2026-06-02'));
  expect(await ticketsOf(world, 'lowRent-1')).toMatchObject([{ householdId: 'household-1', queueNumber: 1 }]);

  const other = await call<{ id: string }>('makeWaitingRequest', callerOf(world, 2), {}, { kind: 'toSubsidy', ticketId: 'publicRental-2-2', reason: '已在外租房' });
  expect(await call('withdrawWaitingRequest', callerOf(world, 1), { requestId: other.id }, { version: 1 })).toEqual({ refused: 'NOT_FOUND' });
  expect(await call('withdrawWaitingRequest', callerOf(world, 2), { requestId: other.id }, { version: 1 })).toMatchObject({ state: 'withdrawn' });
  const again = await call<{ id: string }>('makeWaitingRequest', callerOf(world, 2), {}, { kind: 'toSubsidy', ticketId: 'publicRental-2-2', reason: '已在外租房' });
  await call('decideWaitingRequest', reviewer, { requestId: again.id }, { version: 1, approved: true, answer: '同意' });
  const running = (await subsidies()).find(({ state }) => state === 'running')!;
  expect(await call('stopSubsidy', reviewer, { subsidyId: running.id }, { version: 1, reason: '收入超过标准' })).toMatchObject({ state: 'stopped' });
  expect(await call('stopSubsidy', reviewer, { subsidyId: running.id }, { version: 2, reason: '再来一次' })).toEqual({ refused: 'NO_SUBSIDY_RUNNING' });
  expect(await opened(2)).toEqual([false, false, false]);
});

test('W1, W4: the district ends waiting, with its reason in the household ledger and not in the public one', async () => {
  const end = async (name: string, by: typeof reviewer, version = 1) => call(name, by, { ticketId: FIRST }, { version, reason: '名下已有住房' });
  expect([await end('cancelQualification', otherReviewer), await end('cancelQualification', reviewer, 3)]).toEqual([{ refused: 'NOT_FOUND' }, { refused: 'REQUEST_IN_CONFLICT' }]);
  expect(await end('cancelQualification', reviewer)).toMatchObject({ state: 'void' });
  expect(await end('giveUpWaiting', reviewer, 2)).toEqual({ refused: 'NUMBER_NOT_WAITING' });
  const ledger = await world.store.read((tx) => tx.ledger.find({}));
  expect(ledger.find(({ stream, type }) => stream === householdStream('household-1') && type === 'Leave')!.detail).toContain('名下已有住房');
  expect(ledger.filter(({ stream }) => /^(lane|group)\./.test(stream)).map(({ open }) => JSON.stringify(open)).join()).not.toMatch(/household|住房/);
  await world.tick();
  expect(world.gateway.sent.find(({ phone }) => phone === phoneOf(1))!.text).toContain('轮候资格已取消');
  expect(await call('giveUpWaiting', reviewer, { ticketId: 'publicRental-2-2' }, { version: 1, reason: '家庭自愿放弃' })).toMatchObject({ state: 'void' });
  expect(await forfeits()).toEqual([]);
});

test('Q3, W1: cancelled while the turn opens: one of the two sees the other; without the guard both happen', async () => {
  const cancel = () => change(world.kernel, systemAct('t'), async (work) => leaveWaiting(world.kernel, work, (await work.tx.tickets.get(FIRST))!, 'cancelled', '不再符合条件'));
  const [refusal] = await Promise.all([cancel(), change(world.kernel, systemAct('t'), (work) => enterLane(world.kernel, work, LANE, { type: 'OpenLane', reason: '开始' }))]);
  const ticket = await ticketOf(world, FIRST);
  const openTurn = async () => world.store.read(async (tx) => (await tx.turns.find({ isOpen: true }))[0]!);
  expect([refusal, ticket.state, (await openTurn()).ticketId]).toEqual(refusal === null ? [null, 'void', 'publicRental-2-2'] : ['TURN_RUNNING', 'onTurn', FIRST]);

  // The twin: judged on what was read before, written over whatever is there now.
  const second = await ticketOf(world, 'publicRental-2-2');
  const stale = { ...second, state: 'queued' as const };
  if (second.state !== 'onTurn') await passTurn();
  await change(world.kernel, systemAct('t'), async (work) => endTicket(work, { ...stale, version: (await work.tx.tickets.get(second.id))!.version }, 'void'));
  expect([(await ticketOf(world, second.id)).state, (await openTurn()).ticketId]).toEqual(['void', second.id]);
});
