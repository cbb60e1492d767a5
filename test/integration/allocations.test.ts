/** A1, A2, A4, F1 on the real store: from a pick to a lease, or back to the pool. */
import { nextDue } from '../../bff/jobs/agenda';
import type { Caller } from '../../bff/http/request';
import { householdStream, laneStream } from '../../bff/store/ledger';
import { HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { buildAllocationWorld, operator, OVER, reviewer, staff, type AllocationWorld } from '../support/allocations';
import { LANE, phoneOf } from '../support/build';

const HOUR = HOUR_MS;
let world: AllocationWorld;
beforeEach(async () => {
  world = await buildAllocationWorld();
});
afterEach(() => world.close());

const call: AllocationWorld['call'] = (...args) => world.call(...args);
const family = (i: number): Caller => world.family(i);
const pick = (home: number) => world.pick(home);
const allocationOf = (id: string) => world.allocationOf(id);
const homeState = (home: number) => world.homeState(home);
const ticketState = (n: number) => world.ticketState(n);
const travel = (toMs: number) => world.travel(toMs);
const act: AllocationWorld['act'] = (...args) => world.act(...args);
const sent = (kind: string) => world.sent(kind);

test('A1, A4, T2: a pick is publicised five days with its name masked, then qualified with a numbered notice and told by day; its move-in batch forms of its own accord', async () => {
  const [first, second] = [await pick(1), await pick(2)];
  const { publicities } = await call<{ publicities: { id: string; lastDay: string }[] }>('listPublicities', { kind: 'public' }, { query: { kind: 'result' } });
  expect(publicities).toMatchObject([{ firstDay: '2026-06-01', lastDay: '2026-06-05', district: '章贡区', title: '选房结果公示' }]);
  const { lines } = await call<{ lines: { key: string; cells: string[] }[] }>('getPublicity', { kind: 'public' }, { params: { publicityId: publicities[0]!.id } });
  expect(lines).toEqual([
    { key: first, cells: ['公租房二居室组', '1', '试*', 'zhanggong家园1栋1单元101室'] },
    { key: second, cells: ['公租房二居室组', '2', '试*', 'zhanggong家园1栋1单元102室'] },
  ]);
  await travel(OVER - 1);
  expect(await allocationOf(first)).toMatchObject({ state: 'publicised' });
  expect(await nextDue(world.kernel)).toBe(OVER);
  await travel(OVER);
  await world.tick();
  expect([await allocationOf(first), await allocationOf(second)]).toMatchObject([
    { state: 'qualified', noticeNumber: '2026-000001', noticeDay: '2026-06-06', downloadByMs: startOfDay('2026-06-10'), leaseByMs: startOfDay('2026-07-07') }, { state: 'qualified', noticeNumber: '2026-000002' },
  ]);
  expect([await homeState(1), await homeState(2)]).toEqual(['allocated', 'allocated']);
  expect(sent('allocationQualified')).toEqual([]);
  await travel(OVER + 8 * HOUR);
  expect(sent('allocationQualified').map((m) => m.phone)).toEqual([phoneOf(0), phoneOf(1)]);
  expect(sent('allocationQualified')[0]!.text).toMatch(/2026-000001.*6月9日24时前.*7月6日24时前/);
  const { batches } = await call<{ batches: unknown[] }>('listMoveInBatches', operator, { query: { district: '章贡区' } });
  expect(batches).toMatchObject([{ id: 'movein-community-zhanggong-2026-06-06', communityName: 'zhanggong家园', families: 2, leased: 0 }]);
});

test('A1, P2: an objection holds one pick; dismissed it qualifies then, upheld its home goes back to the pool and nobody is forfeited', async () => {
  const [held, lost] = [await pick(1), await pick(2)];
  const publicityId = (await allocationOf(held)).publicityId;
  const object = (subjectId: string, i: number) => call<{ id: string }>('raiseObjection', family(i), { params: { publicityId }, body: { subjectId, text: '该家庭已有住房' } });
  const [one, two] = [await object(held, 2), await object(lost, 2)];
  const decide = (id: string, upheld: boolean) => call('decideObjection', reviewer, { params: { objectionId: id }, body: { version: 1, upheld, answer: '经核实' } });
  await decide(two.id, true);
  expect([(await allocationOf(lost)).state, await homeState(2), await ticketState(2)]).toEqual(['rejected', 'available', 'void']);
  await travel(OVER);
  expect((await allocationOf(held)).state).toBe('publicised');
  await decide(one.id, false);
  expect(await allocationOf(held)).toMatchObject({ state: 'qualified', noticeNumber: '2026-000001' });
  expect(await world.store.read((tx) => tx.forfeits.count({}))).toBe(0);
  expect(await world.store.read((tx) => tx.picks.count({ active: true }))).toBe(1);
  const returned = await world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE), type: 'HomesOffered' }));
  expect(returned.map((e) => e.open)).toEqual([{ listingIds: [`${LANE}-home-2`], cause: 'returned' }]);
  // P2: why is for staff only.
  expect(JSON.parse(returned[0]!.detail)).toMatchObject({ cause: 'objectionUpheld' });
});

test('A2, F1: reminded once, then forfeited when no lease is signed; the home goes back and the next family gets its turn', async () => {
  const id = await pick(1);
  await travel(OVER + 9 * HOUR);
  await travel(startOfDay('2026-06-10') + 9 * HOUR);
  await world.tick();
  expect(sent('noticeLate')).toHaveLength(1);
  expect(await allocationOf(id)).toMatchObject({ state: 'qualified', isDownloadLate: true });
  const notice = await call<{ noticeNumber: string; applicant: string }>('downloadNotice', family(0), { params: { allocationId: id } });
  expect(notice).toMatchObject({ noticeNumber: '2026-000001', applicant: '试0', leaseByDay: '2026-07-06' });
  expect(await call('downloadNotice', family(1), { params: { allocationId: id } })).toMatchObject({ code: 'NOT_FOUND' });
  await travel(startOfDay('2026-06-30') + 9 * HOUR);
  expect(sent('leaseDueSoon').map((m) => m.text)).toEqual([expect.stringContaining('请在7月6日24时前带齐资料原件办理')]);
  await travel(startOfDay('2026-07-07') + 9 * HOUR);
  await world.tick();
  expect(await allocationOf(id)).toMatchObject({ state: 'qualified', entryByMs: startOfDay('2026-07-10') });
  expect(sent('leasePeriodOver').map((m) => m.text)).toEqual([expect.stringContaining('7月9日24时前请运营单位补录')]);
  await travel(startOfDay('2026-07-10') + 9 * HOUR);
  await world.tick();
  expect(await allocationOf(id)).toMatchObject({ state: 'forfeited', endCause: 'leaseNotSigned', nextDueMs: null });
  expect([await homeState(1), await ticketState(1)]).toEqual(['available', 'forfeited']);
  expect(await world.store.read((tx) => tx.forfeits.find({}))).toMatchObject([{ householdId: 'household-0', cause: 'leaseNotSigned', personIds: ['identity-0'] }]);
  expect(await world.store.read(async (tx) => (await tx.members.get('member-0'))!.caseOpen)).toBe(false);
  expect(sent('allocationLost')[0]!.text).toContain('计为放弃一批次');
  expect(await act(operator, id, 'checkOriginals')).toBe('STATE_MISMATCH');
});

test('A4, P1: originals checked before the lease; doubts go to the district; vacated, the family may apply again', async () => {
  const [id, doubted] = [await pick(1), await pick(2)];
  await travel(OVER + 9 * HOUR);
  for (const caller of [reviewer, family(1)]) expect(await act(caller, id, 'checkOriginals')).toMatch(/FORBIDDEN|NOT_FOUND/);
  for (const caller of [staff('operator', ['南康区']), staff('city'), staff('window')]) expect(await act(caller, id, 'checkOriginals')).toBe('NOT_FOUND');
  expect(await act(operator, id, 'signLease', { contractNumber: 'HT-1' })).toBe('ORIGINALS_NOT_CHECKED');
  expect(await act(operator, id, 'signLease')).toBe('VALIDATION_FAILED');
  expect(await act(operator, id, 'checkOriginals')).toBe('qualified');
  await world.store.transact((tx) => tx.persons.insert({ id: 'identity-0', consecutiveForfeits: 2, lastForfeitAtMs: 0, barredUntilMs: null }));
  const { version } = await allocationOf(id);
  const sign = () => call<{ state?: string; code?: string }>('actOnAllocation', operator, { params: { allocationId: id }, body: { act: 'signLease', version, reason: '签约', contractNumber: 'HT-1' } });
  expect((await Promise.all([sign(), sign()])).map((a) => a.code ?? a.state).sort()).toEqual(['REQUEST_IN_CONFLICT', 'leased']);
  expect(await homeState(1)).toBe('leased');
  // F2: a signed lease ends the row of forfeits.
  expect(await world.store.read(async (tx) => (await tx.persons.get('identity-0'))!.consecutiveForfeits)).toBe(0);

  expect(await act(operator, doubted, 'raiseDoubt', { doubt: 'ineligible' })).toBe('inDoubt');
  expect(await act(operator, doubted, 'confirmDoubt')).toBe('FORBIDDEN');
  expect(await act(reviewer, doubted, 'confirmDoubt')).toBe('cancelled');
  expect([await homeState(2), await ticketState(2)]).toEqual(['available', 'void']);
  expect(await world.store.read((tx) => tx.forfeits.count({}))).toBe(0);

  const home = await world.store.read(async (tx) => (await tx.listings.get(`${LANE}-home-1`))!);
  await call('actOnHomes', operator, { body: { act: 'reportVacated', reason: '退租', vacatedDay: '2026-06-06', items: [{ listingId: home.id, version: home.version }] } });
  expect(await world.store.read((tx) => tx.tenancies.find({}))).toMatchObject([{ contractNumber: 'HT-1', isRunning: false, endedDay: '2026-06-06' }]);
  expect(await world.store.read(async (tx) => (await tx.members.get('member-0'))!.caseOpen)).toBe(false);
  const acts = await world.store.read((tx) => tx.ledger.find({ stream: householdStream('household-0') }, { sort: [['seq', 'asc']] }));
  expect(acts.map((e) => e.type)).toEqual(['AllocationQualified', 'OriginalsChecked', 'TenancyBegan', 'ForfeitsReset', 'LeaseSigned', 'TenancyEnded']);
});

test('L1, Q4: a home vacated after its lease goes through its reviews and is picked again, by the next family', async () => {
  const id = await pick(1);
  await travel(OVER + 9 * HOUR);
  await act(operator, id, 'checkOriginals');
  expect(await act(operator, id, 'signLease', { contractNumber: 'HT-1' })).toBe('leased');
  const home = `${LANE}-home-1`;
  for (const [by, name, more] of [[operator, 'reportVacated', { vacatedDay: '2026-06-06' }], [reviewer, 'approve', {}], [staff('city', []), 'approve', {}]] as const) {
    const { version } = await world.store.read(async (tx) => (await tx.listings.get(home))!);
    expect(await call('actOnHomes', by, { body: { act: name, reason: '退租', ...more, items: [{ listingId: home, version }] } })).toMatchObject({ results: [{ ok: true }] });
  }
  expect(await homeState(1)).toBe('available');
  const again = await pick(1);
  expect([(await allocationOf(again)).listingId, await homeState(1)]).toEqual([home, 'picked']);
});

test('W3, F1: what was asked for about a number goes with it, also when it ends after its pick', async () => {
  await world.store.transact((tx) => tx.waitingRequests.insert({
    id: 'request-1', kind: 'toSubsidy', householdId: 'household-0', district: '章贡区', ticketId: 'publicRental-2-1', group: null, reasonSealed: world.kernel.crypto.seal('已在外租房'), receiptNumber: 1, state: 'open',
    requestedAtMs: world.clock.nowMs, decidedAtMs: null, decidedBy: '', answerSealed: world.kernel.crypto.seal(''), ruleSetVersion: 1,
  }));
  const id = await pick(1);
  expect(await act(reviewer, id, 'giveUp', { place: '服务窗口', consent: '本人到场签字', confirm: true })).toBe('forfeited');
  expect(await world.store.read((tx) => tx.waitingRequests.find({}))).toMatchObject([{ state: 'withdrawn', decidedAtMs: world.clock.nowMs, decidedBy: 'districtReviewer' }]);
});

test('F1: given up after picking by the family itself, once, and never by another', async () => {
  const id = await pick(1);
  const giveUp = async (i: number) => call<{ code?: string; state?: string }>('giveUpAllocation', family(i), { params: { allocationId: id }, body: { version: (await allocationOf(id)).version, confirm: true } });
  expect((await giveUp(1)).code).toBe('NOT_FOUND');
  expect((await giveUp(0)).state).toBe('forfeited');
  expect((await giveUp(0)).code).toBe('STATE_MISMATCH');
  expect(await world.store.read((tx) => tx.forfeits.find({}))).toMatchObject([{ cause: 'gaveUpAfterPick' }]);
  const mine = await call<{ allocations: unknown[] }>('listMyAllocations', family(0));
  expect(mine.allocations).toMatchObject([{ id, state: 'forfeited', endCause: 'gaveUpAfterPick' }]);
  await travel(OVER);
  expect(await homeState(1)).toBe('available');
  expect((await call<{ allocations: unknown[] }>('listAllocations', reviewer, { query: { district: '章贡区', state: 'forfeited' } })).allocations).toHaveLength(1);
  expect(await call('listAllocations', staff('streetClerk'), { query: { district: '章贡区' } })).toMatchObject({ code: 'FORBIDDEN' });
});
