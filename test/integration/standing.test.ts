/** F1–F3 on a real store: forfeits per person, bars that come and end by themselves, the blacklist, credit; and contact near the turn. */
import { barredPersons } from '../../bff/features/standing/persons';
import { recordForfeit, resetForfeits } from '../../bff/features/standing/forfeits';
import { enterLane } from '../../bff/features/selection/door';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { LANE, phoneOf, seedLane } from '../support/build';
import { caller, callerOf, goTo, otherReviewer, reviewer, seedHousehold, ticketOf } from '../support/waiting';
import { buildWorld, type World } from '../support/world';

let world: World;
let call: ReturnType<typeof caller>;
beforeEach(async () => {
  world = await buildWorld();
  call = caller(world);
});
afterEach(() => world.close());

type Standing = { members: { memberId: string; consecutiveForfeits: number; isBarred: boolean; barredUntilMs: number | null; bars: { id: string; version: number; cause: string; isInForce: boolean; reason: string }[] }[]; forfeits: unknown[] };
const forfeit = (householdId: string, batchDay: string) => change(world.kernel, systemAct('t'), (work) => recordForfeit(world.kernel, work, { householdId, cause: 'leaseNotSigned', batchDay }));
const mine = async (index: number) => (await call<{ households: Standing[] }>('getMyStanding', callerOf(world, index))).households[0]!;
const barredNow = (index: number) => change(world.kernel, systemAct('t'), async (work) => {
  const ids = (await work.tx.members.find({ householdId: `household-${index}` })).map(({ identityIndex }) => identityIndex);
  return (await barredPersons(work, ids)).length;
});

test('F1, F2: three batches in a row bar both adults for two years, not the child; visible, and over by itself', async () => {
  await seedHousehold(world, 1, { births: ['1980', '1985', '2015'] });
  await forfeit('household-1', '2026-06-01');
  await forfeit('household-1', '2026-06-01'); // the same batch is given up once
  await forfeit('household-1', '2026-06-20');
  expect([await barredNow(1), (await mine(1)).members.map(({ consecutiveForfeits }) => consecutiveForfeits)]).toEqual([0, [2, 2, 0]]);
  await forfeit('household-1', '2026-07-01');
  const until = startOfDay('2028-06-02'); // recorded on 1 June 2026
  expect((await mine(1)).members.map(({ barredUntilMs, bars }) => [barredUntilMs, bars.map(({ cause, isInForce }) => [cause, isInForce])])).toEqual([[until, [['forfeits', true]]], [until, [['forfeits', true]]], [null, []]]);
  expect((await mine(1)).forfeits).toHaveLength(3);
  expect(await barredNow(1)).toBe(2);
  await world.tick();
  expect(world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(1) && text.includes('到2028-06-01为止'))).toHaveLength(2);
  world.clock.nowMs = until - 1;
  expect(await barredNow(1)).toBe(2);
  world.clock.nowMs = until;
  expect([await barredNow(1), (await mine(1)).members[0]!.barredUntilMs]).toEqual([0, null]);
});

test('F2: a signed lease ends the row', async () => {
  await seedHousehold(world, 1);
  for (const day of ['2026-06-01', '2026-06-02']) await forfeit('household-1', day);
  await change(world.kernel, systemAct('t'), (work) => resetForfeits(work, 'household-1'));
  for (const day of ['2026-06-03', '2026-06-04']) await forfeit('household-1', day);
  expect(await barredNow(1)).toBe(0);
  await forfeit('household-1', '2026-06-05');
  expect(await barredNow(1)).toBe(2);
});

test('F1, F2, P1: who left the household is none of it: no forfeit, no end of a row by its lease, nothing the family may know', async () => {
  await seedHousehold(world, 1);
  const left = await world.store.transact(async (tx) => tx.members.replace({ ...(await tx.members.get('household-1-2'))!, caseOpen: false }));
  await world.store.transact((tx) => tx.persons.insert({ id: left.identityIndex, consecutiveForfeits: 2, lastForfeitAtMs: 0, barredUntilMs: null }));
  await forfeit('household-1', '2026-06-01');
  expect((await mine(1)).members.map(({ memberId, consecutiveForfeits }) => [memberId, consecutiveForfeits])).toEqual([['household-1-1', 1]]);
  await change(world.kernel, systemAct('t'), (work) => resetForfeits(work, 'household-1'));
  expect((await mine(1)).members[0]!.consecutiveForfeits).toBe(0);
  expect((await world.store.read((tx) => tx.persons.get(left.identityIndex)))!.consecutiveForfeits).toBe(2);
});

test('F3: credit record, blacklist with its number void, lifted with a reason; only by district or administrator', async () => {
  await seedLane(world.kernel, { families: [{ group: 'publicRental-2', queueNumber: 1 }] }, 5);
  const household = 'household-5';
  await world.store.transact((tx) => tx.members.insert({ id: `${household}-1`, householdId: household, relation: '本人', personSealed: world.kernel.crypto.seal(JSON.stringify({ name: '试五', identity: '360702198001010059' })), identityIndex: 'person-5', caseOpen: true }));
  const credit = await call<{ id: string }>('addCreditRecord', reviewer, { householdId: household }, { memberId: `${household}-1`, text: '提供虚假收入证明' });
  expect(await call('addCreditRecord', otherReviewer, { householdId: household }, { memberId: `${household}-1`, text: '别区' })).toEqual({ refused: 'NOT_FOUND' });
  expect((await call<{ records: object[] }>('listCreditRecords', reviewer, { householdId: household })).records).toMatchObject([{ id: credit.id, text: '提供虚假收入证明' }]);
  const body = { reason: '弄虚作假', untilDay: null, creditRecordId: credit.id };
  const list = (by: object, change = {}) => call<{ id: string; version: number }>('blacklistMember', by as never, { memberId: `${household}-1` }, { ...body, ...change });
  expect([await list(otherReviewer), await list({ ...reviewer, role: 'window' }), await list(reviewer, { creditRecordId: 'none' })]).toEqual([{ refused: 'NOT_FOUND' }, { refused: 'NOT_FOUND' }, { refused: 'VALIDATION_FAILED' }]);
  const bar = await list(reviewer);
  expect(bar).toMatchObject({ cause: 'blacklist', untilMs: null, isInForce: true, reason: '弄虚作假' });
  expect((await ticketOf(world, 'publicRental-2-1')).state).toBe('void');
  expect((await call<{ bars: object[] }>('listBars', { ...reviewer, role: 'administrator' } as never, {}, undefined, { district: '章贡区' })).bars).toMatchObject([{ id: bar.id, nameMasked: '试*' }]);
  expect(JSON.stringify(await world.store.read((tx) => tx.bars.find({})))).not.toContain('弄虚作假');
  const second = await list(reviewer, { untilDay: '2026-12-31', creditRecordId: null });
  expect((await mine(5)).members).toMatchObject([{ isBarred: true, barredUntilMs: null }]); // the longer bar counts
  world.clock.nowMs = startOfDay('2027-02-01');
  expect(await barredNow(5)).toBe(1);
  expect(await call('liftBar', reviewer, { barId: bar.id }, { version: 9, reason: '查无此事' })).toEqual({ refused: 'REQUEST_IN_CONFLICT' });
  expect(await call('liftBar', reviewer, { barId: bar.id }, { version: bar.version, reason: '查无此事' })).toMatchObject({ state: 'lifted', liftReason: '查无此事' });
  world.clock.nowMs = startOfDay('2026-12-31');
  expect((await mine(5)).members[0]).toMatchObject({ isBarred: true, barredUntilMs: startOfDay('2027-01-01') }); // the other bar stands
  await call('liftBar', reviewer, { barId: second.id }, { version: second.version, reason: '查无此事' });
  expect(await barredNow(5)).toBe(0);
});

test('F3, P1: not into the past, not twice, and not from a district the person is no longer in; its own district sees the bar; lifting is told', async () => {
  const person = { relation: '本人', personSealed: world.kernel.crypto.seal(JSON.stringify({ name: '试七', identity: '360702198001010075' })), identityIndex: 'person-7' };
  const home = await seedHousehold(world, 7);
  const before = await seedHousehold(world, 8);
  await world.store.transact(async (tx) => {
    for (const member of await tx.members.find({ householdId: before })) await tx.members.replace({ ...member, caseOpen: false });
    await tx.households.replace({ ...(await tx.households.get(before))!, district: '南康区' });
    await tx.members.insert({ id: 'was', householdId: before, ...person, caseOpen: false });
    await tx.members.insert({ id: 'is', householdId: home, ...person, caseOpen: true });
  });
  const list = (by: typeof reviewer, memberId: string, untilDay: string | null) => call<{ id: string; version: number }>('blacklistMember', by, { memberId }, { reason: '弄虚作假', untilDay, creditRecordId: null });
  expect(await list(otherReviewer, 'was', null)).toEqual({ refused: 'FORBIDDEN' });
  expect(await list(reviewer, 'is', '2020-01-01')).toEqual({ refused: 'VALIDATION_FAILED' });
  expect(await world.store.read((tx) => tx.bars.find({}))).toEqual([]);
  const bar = await list(reviewer, 'is', '2026-12-31');
  expect(await list(reviewer, 'is', '2026-12-31')).toEqual({ refused: 'ALREADY_DONE' });
  expect((await call<{ bars: object[] }>('listBars', reviewer, {}, undefined, { district: '章贡区' })).bars).toMatchObject([{ id: bar.id, householdId: home, nameMasked: '试*' }]);
  const other = await list(reviewer, 'is', null);
  await call('liftBar', reviewer, { barId: other.id }, { version: other.version, reason: '查无此事' });
  await call('liftBar', reviewer, { barId: bar.id }, { version: bar.version, reason: '查无此事' });
  await world.tick();
  const told = world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(7) && text.includes('已解除')).map(({ text }) => text);
  expect(told).toHaveLength(2);
  expect([told.some((text) => text.includes('到2026-12-31为止')), told.some((text) => text.includes('现在可以申请公租房'))]).toEqual([true, true]);
});

test('F3, Q3: blacklisted while the turn opens: the turn is refused to it or it to the turn (the twin is in twins.test.ts)', async () => {
  await seedLane(world.kernel, { families: [{ group: 'publicRental-2', queueNumber: 1 }] }, 5);
  await world.store.transact((tx) => tx.members.insert({ id: 'm', householdId: 'household-5', relation: '本人', personSealed: world.kernel.crypto.seal(JSON.stringify({ name: '试五', identity: '360702198001010059' })), identityIndex: 'person-5', caseOpen: true }));
  const listing = call<{ id?: string }>('blacklistMember', reviewer, { memberId: 'm' }, { reason: '弄虚作假', untilDay: null, creditRecordId: null });
  const opening = change(world.kernel, systemAct('t'), (work) => enterLane(world.kernel, work, LANE, { type: 'OpenLane', reason: '开始' }));
  const [listed] = await Promise.all([listing, opening]);
  const turns = () => world.store.read((tx) => tx.turns.count({ isOpen: true }));
  if (listed.refused === undefined) {
    expect([(await ticketOf(world, 'publicRental-2-1')).state, await turns(), await barredNow(5)]).toEqual(['void', 0, 1]);
  } else {
    expect([listed.refused, (await ticketOf(world, 'publicRental-2-1')).state, await turns(), await barredNow(5)]).toEqual(['TURN_RUNNING', 'onTurn', 1, 0]);
    // Its turn over, the same act goes through.
    await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(world, 'publicRental-2-1') });
    expect(await call('blacklistMember', reviewer, { memberId: 'm' }, { reason: '弄虚作假', untilDay: null, creditRecordId: null })).toMatchObject({ isInForce: true });
  }
  expect((await ticketOf(world, 'publicRental-2-1')).state).toBe('void');
});

test('Q8: families near their turn are asked to confirm their number; who has not is on a list; old confirmations are asked for again', async () => {
  await seedLane(world.kernel, { families: Array.from({ length: 22 }, (_, i) => ({ group: 'publicRental-2', queueNumber: i + 1 })), homes: 1 }, 30);
  await world.command(LANE, { type: 'OpenLane', reason: '开始' });
  await world.tick();
  await world.tick();
  const asked = () => world.gateway.sent.filter(({ text }) => text.includes('确认这个手机号')).map(({ phone }) => phone);
  expect(asked().sort()).toEqual(Array.from({ length: 20 }, (_, i) => phoneOf(31 + i))); // the first has its turn; the twenty after it
  expect(await call('confirmContact', callerOf(world, 31), {}, { householdId: 'household-32' })).toEqual({ refused: 'NOT_FOUND' });
  expect(await call('confirmContact', callerOf(world, 31), {}, { householdId: 'household-31' })).toEqual({ ok: true });
  const { contacts, next } = await call<{ contacts: { householdId: string; phoneMasked: string }[]; next: string | null }>('listStaleContacts', reviewer, {}, undefined, { district: '章贡区', limit: '10' });
  expect([contacts.length, contacts.some(({ householdId }) => householdId === 'household-31'), next !== null, /\*/.test(contacts[0]!.phoneMasked)]).toEqual([10, false, true, true]);
  expect(await call('listStaleContacts', otherReviewer, {}, undefined, { district: '章贡区' })).toEqual({ refused: 'FORBIDDEN' });
  // Who no longer waits is no longer on it.
  const onList = async () => (await call<{ contacts: { householdId: string }[] }>('listStaleContacts', reviewer, {}, undefined, { district: '章贡区', limit: '40' })).contacts.map(({ householdId }) => householdId);
  expect(await onList()).toContain('household-32');
  const leaving = await ticketOf(world, 'publicRental-2-3');
  await call('giveUpWaiting', reviewer, { ticketId: leaving.id }, { version: leaving.version, reason: '已购房' });
  expect(await onList()).not.toContain('household-32');
  await world.command(LANE, { type: 'PauseLane', reason: '休息' });
  await goTo(world, world.clock.nowMs + 90 * DAY_MS);
  await world.command(LANE, { type: 'ResumeLane', reason: '继续' });
  await world.tick();
  expect(asked().filter((phone) => phone === phoneOf(31))).toHaveLength(2);
});
