/** A1, A2, A4, F1 on the real store: from a pick to a lease, or back to the pool. */
import { allocationHandlers } from '../../bff/features/allocations/handlers';
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { nextDue } from '../../bff/jobs/agenda';
import type { ApiRequest, Caller } from '../../bff/http/request';
import { householdStream, laneStream } from '../../bff/store/ledger';
import { startOfDay } from '../../shared/shanghai-time';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

const HOUR = 3_600_000;
let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { homes: 3, families: [1, 2, 3].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })) });
  await world.store.transact(async (tx) => {
    for (let i = 0; i < 3; i += 1) {
      const person = JSON.stringify({ name: `试${i}`, identity: `36070219800101000${i}` });
      await tx.members.insert({ id: `member-${i}`, householdId: `household-${i}`, relation: 'applicant', personSealed: world.kernel.crypto.seal(person), identityIndex: `identity-${i}`, caseOpen: true } as never);
    }
  });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
});
afterEach(() => world.close());

const staff = (role: string, districts: string[] = ['章贡区']): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets: [] }) as Caller;
const operator = staff('operator');
const reviewer = staff('districtReviewer');
const family = (i: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: world.kernel.crypto.blindIndex('phone', phoneOf(i)) });
const call = async <T = Record<string, unknown>>(name: string, caller: Caller, { params = {}, body, query = {} }: { params?: Record<string, string>; body?: unknown; query?: unknown } = {}) => {
  const all = { ...allocationHandlers(world.kernel), ...publicityHandlers(world.kernel), ...listingPoolHandlers(world.kernel) } as Record<string, (r: ApiRequest<never>) => Promise<unknown>>;
  return (await all[name]!({ caller, params, body, query, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>)) as T;
};
const onTurn = () => world.store.read(async (tx) => (await tx.tickets.find({ laneId: LANE, state: 'onTurn' }))[0]!);
const pick = async (home: number) => {
  const [ticket, listing] = [await onTurn(), await world.store.read((tx) => tx.listings.get(`${LANE}-home-${home}`))];
  const { pick: made } = await world.command(LANE, { type: 'PickHome', ticket, listing, assisted: null });
  return made!.id.replace('pick-', 'allocation-');
};
const allocationOf = (id: string) => world.store.read(async (tx) => (await tx.allocations.get(id))!);
const homeState = (home: number) => world.store.read(async (tx) => (await tx.listings.get(`${LANE}-home-${home}`))!.state);
const ticketState = (n: number) => world.store.read(async (tx) => (await tx.tickets.get(`publicRental-2-${n}`))!.state);
const travel = async (toMs: number) => {
  await beatWithoutCredit(world.kernel, toMs);
  world.clock.nowMs = toMs;
  await world.tick();
};
const act = async (caller: Caller, id: string, name: string, more: object = {}) => {
  const answer = await call<{ state?: string; code?: string }>('actOnAllocation', caller, { params: { allocationId: id }, body: { act: name, version: (await allocationOf(id)).version, reason: '按规定办理', ...more } });
  return answer.code ?? answer.state;
};
const sent = (kind: string) => world.gateway.sent.filter((m) => m.key.startsWith(`sms-${kind}-`));
const OVER = startOfDay('2026-06-06');

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
  expect(sent('allocationQualified')[0]!.text).toMatch(/2026-000001.*6月9日.*7月6日/);
  const { batches } = await call<{ batches: unknown[] }>('listMoveInBatches', operator, { query: { district: '章贡区' } });
  expect(batches).toMatchObject([{ id: 'movein-community-zhanggong-2026-06-06', communityName: 'zhanggong家园', families: 2, leased: 0 }]);
});

test('A1: an objection holds one pick; dismissed it qualifies then, upheld its home goes back to the pool and nobody is forfeited', async () => {
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
  expect(returned.map((e) => e.open)).toEqual([{ listingIds: [`${LANE}-home-2`], cause: 'objectionUpheld' }]);
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
  // Down for a month: settled when it is up again, as of then.
  world.clock.nowMs = startOfDay('2026-07-07') + 9 * HOUR;
  await world.tick();
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
