/** L1–L3 on the real store: reported, reviewed, vacated in time, reserved, many at once; and never against selection. */
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { enterLane } from '../../bff/features/selection/door';
import type { ApiRequest, Caller } from '../../bff/http/request';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { laneStream } from '../../bff/store/ledger';
import type { AnswerOf } from '../../shared/contract/routes';
import { errorCatalogue } from '../../shared/errors';
import { startOfDay } from '../../shared/shanghai-time';
import { LANE, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { homes: 3 });
});
afterEach(() => world.close());

const staff = (role: string, districts: string[] = ['章贡区']): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets: [] }) as Caller;
const operator = staff('operator');
const reviewer = staff('districtReviewer');
const city = staff('city', []);
const ask = (caller: Caller, body: unknown, query: unknown = {}) => ({ caller, params: {}, body, query, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {} }) as unknown as ApiRequest<never>;
const call = async <T>(name: string, caller: Caller, body: unknown, query: unknown = {}) => (await (listingPoolHandlers(world.kernel) as Record<string, (r: ApiRequest<never>) => Promise<unknown>>)[name]!(ask(caller, body, query))) as T;
type Row = AnswerOf<'actOnHomes'>['results'][number];
const homeOf = (id: string) => world.store.read(async (tx) => (await tx.listings.get(id))!);
const acts = async (caller: Caller, act: string, ids: string[], more: object = {}): Promise<Row[]> => {
  const items = await Promise.all(ids.map(async (listingId) => ({ listingId, version: (await homeOf(listingId))?.version ?? 0 })));
  return (await call<{ results: Row[] }>('actOnHomes', caller, { act, reason: '按规定办理', items, ...more })).results;
};
const act = async (caller: Caller, name: string, id: string, more: object = {}) => { const [row] = await acts(caller, name, [id], more); return row!.ok ? row!.state : row!.code; };
const listed = (name: string, caller: Caller, query: object = {}) => call<AnswerOf<'listStaffListings'> & { code?: string }>(name, caller, undefined, { district: '章贡区', ...query });
const put = (id: string, state: 'leased' | 'reserved' | 'draft') => world.store.transact(async (tx) => { await tx.listings.replace({ ...(await tx.listings.get(id))!, state }); });
const home1 = `${LANE}-home-1`;
const home2 = `${LANE}-home-2`;
const reported = (room: string, more: object = {}) => ({ district: '章贡区', community: '新建家园', building: '3', entrance: '1', floor: 2, room, bedrooms: 2, areaSqm: 60, orientation: '南', rentFen: 30_000, owner: '', remark: '', ...more });

test('L1: reported by the operator, reviewed by the district, in the pool; one bad row does not stop the others', async () => {
  const { results } = await call<{ results: Row[] }>('reportHomes', operator, { submit: true, homes: [reported('201'), reported('201室'), reported('202', { district: '火星区' }), reported('203', { district: '南康区' }), reported('204')] });
  expect(results.map(({ row, ok, code, state }) => [row, ok, code, state])).toEqual([[1, true, null, 'inReview'], [2, false, 'HOME_EXISTS', null], [3, false, 'VALIDATION_FAILED', null], [4, false, 'FORBIDDEN', null], [5, true, null, 'inReview']]);
  expect(results[2]!.message).toContain('火星区');
  expect(await world.store.read((tx) => tx.listings.count({ laneId: LANE, state: 'available' }))).toBe(3);
  const { listings } = await listed('listListingReviews', reviewer);
  expect(listings.map((l) => [l.home.room, l.review?.kind, l.review?.step]).sort()).toEqual([['201', 'report', 'district'], ['204', 'report', 'district']]);
  expect(await listed('listListingReviews', operator)).toMatchObject({ code: 'FORBIDDEN' });
  const ids = listings.map((l) => l.home.id);
  expect((await acts(reviewer, 'approve', [ids[0]!, 'home-none', ids[1]!])).map((r) => r.ok ? r.state : r.code)).toEqual(['available', 'NOT_FOUND', 'available']);
  const offered = await world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE), type: 'HomesOffered' }, { sort: [['seq', 'asc']] }));
  expect(offered.map((e) => e.open['listingIds'])).toEqual([[ids[0]], [ids[1]]]);
  expect((await world.store.read((tx) => tx.outbox.find({ topic: 'live' }))).length).toBe(2);
  expect((await listed('listListingReviews', reviewer)).listings).toEqual([]);
});

test('L1: what was sent back is put right by reporting the door again; whatever is no draft is not', async () => {
  await call('reportHomes', operator, { submit: true, homes: [reported('201')] });
  const { id } = (await listed('listListingReviews', reviewer)).listings[0]!.home;
  expect(await act(reviewer, 'reject', id)).toBe('draft');
  const again = await call<{ results: Row[] }>('reportHomes', operator, { submit: true, homes: [reported('201室', { areaSqm: 48, bedrooms: 1 })] });
  expect(again.results).toMatchObject([{ ok: true, code: null, state: 'inReview', listingId: id }]);
  expect(await homeOf(id)).toMatchObject({ areaSqm: 48, bedrooms: 1, laneId: LANE.replace(/\d$/, '1') });
  expect((await call<{ results: Row[] }>('reportHomes', operator, { submit: true, homes: [reported('201')] })).results).toMatchObject([{ ok: false, code: 'HOME_EXISTS' }]);
  expect(await act(reviewer, 'approve', id)).toBe('available');
});

test('L1: the clock of a vacated home is not stopped by taking it out and putting it back', async () => {
  await put(home1, 'leased');
  await act(operator, 'reportVacated', home1, { vacatedDay: '2026-06-01' });
  world.clock.nowMs = startOfDay('2026-06-20');
  const overdue = async () => (await listed('listVacatedHomes', reviewer, { overdue: 'yes' })).listings.map((l) => l.home.id);
  expect(await overdue()).toEqual([home1]);
  expect([await act(reviewer, 'withdraw', home1), await overdue()]).toEqual(['withdrawn', []]);
  expect([await act(reviewer, 'restore', home1), await overdue()]).toEqual(['draft', [home1]]);
  expect([await act(operator, 'withdraw', home1), await act(operator, 'submit', home1), await overdue()]).toEqual(['FORBIDDEN', 'inReview', [home1]]);
});

test('two clerks: a decision on a stale version is refused, and changes nothing', async () => {
  const { version } = await homeOf(home1);
  const twice = () => call<{ results: Row[] }>('actOnHomes', operator, { act: 'startMaintenance', reason: '漏水', items: [{ listingId: home1, version }] });
  const rows = (await Promise.all([twice(), twice()])).map(({ results: [row] }) => row!.ok ? 'done' : row!.code);
  expect(rows.sort()).toEqual(['REQUEST_IN_CONFLICT', 'done']);
  expect(await world.store.read((tx) => tx.ledger.count({ stream: laneStream(LANE), type: 'HomesRemoved' }))).toBe(1);
});

test('P1: another district, another role, a family: nothing to see and nothing to do', async () => {
  for (const caller of [staff('operator', ['南康区']), staff('streetClerk'), staff('administrator'), staff('inspector'), { kind: 'family', sessionId: 's', phoneIndex: 'p' } as Caller]) expect(await act(caller, 'startMaintenance', home1)).toBe('NOT_FOUND');
  expect(await act(reviewer, 'startMaintenance', home1)).toBe('FORBIDDEN');
  expect(await listed('listStaffListings', staff('operator', ['南康区']))).toMatchObject({ code: 'FORBIDDEN' });
  expect((await listed('listStaffListings', staff('inspector', []))).listings).toHaveLength(3);
});

test('L1, T3: a vacated home passes district and city, and is overdue from the end of the tenth working day', async () => {
  await put(home1, 'leased');
  expect(await act(operator, 'reportVacated', home1, { vacatedDay: '2026-06-02' })).toBe('VALIDATION_FAILED');
  expect(await act(operator, 'reportVacated', home1)).toBe('VALIDATION_FAILED');
  expect(await act(operator, 'reportVacated', home1, { vacatedDay: '2026-06-01' })).toBe('inReview');
  // Dragon Boat Festival 2026: 19 June is off; ten working days after 1 June end on 15 June.
  expect((await listed('listVacatedHomes', operator)).listings).toMatchObject([{ home: { id: home1 }, vacated: { day: '2026-06-01', poolByMs: startOfDay('2026-06-16'), isOverdue: false } }]);
  expect((await listed('listVacatedHomes', reviewer, { overdue: 'yes' })).listings).toEqual([]);
  world.clock.nowMs = startOfDay('2026-06-16');
  expect((await listed('listVacatedHomes', city, { overdue: 'yes' })).listings).toMatchObject([{ vacated: { isOverdue: true } }]);
  expect(await act(city, 'approve', home1)).toBe('FORBIDDEN');
  expect(await act(reviewer, 'reject', home1)).toBe('draft');
  expect((await listed('listVacatedHomes', city, { overdue: 'yes' })).listings).toHaveLength(1);
  expect(await act(operator, 'submit', home1)).toBe('inReview');
  expect(await act(reviewer, 'approve', home1)).toBe('inReview');
  expect((await listed('listListingReviews', city)).listings).toMatchObject([{ review: { kind: 'vacated', step: 'city' } }]);
  expect(await act(city, 'approve', home1)).toBe('available');
  expect((await listed('listVacatedHomes', city)).listings).toEqual([]);
  // A year without its notice has no tenth working day anybody could name.
  await put(home2, 'leased');
  world.clock.nowMs = startOfDay('2031-03-03');
  expect(await act(operator, 'reportVacated', home2, { vacatedDay: '2031-03-03' })).toBe('CALENDAR_YEAR_MISSING');
  expect((await homeOf(home2)).state).toBe('leased');
});

test('L2: reserved only after district and city, on offer until then; H5: listing queries know what is assigned', async () => {
  expect(await act(operator, 'requestReserve', home1)).toBe('available');
  expect(await act(reviewer, 'approve', home1)).toBe('available');
  expect(await act(city, 'approve', home1)).toBe('reserved');
  expect(await act(operator, 'releaseReserve', home1)).toBe('available');
  await put(home2, 'leased');
  expect((await listed('listStaffListings', operator, { assigned: 'yes' })).listings.map((l) => l.home.id)).toEqual([home2]);
  const first = await listed('listStaffListings', operator, { assigned: 'no', limit: '1' });
  const second = await listed('listStaffListings', operator, { assigned: 'no', limit: '1', after: first.next });
  expect([first, second].map((page) => page.listings.map((l) => l.home.id))).toEqual([[home1], [`${LANE}-home-3`]]);
});

test('L3, Q4, twin: a home withdrawn and picked at the same moment is one or the other; the last one of a turn is not withdrawn at all', async () => {
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  const ticket = await world.store.read(async (tx) => (await tx.tickets.find({ state: 'onTurn' }))[0]!);
  const { version } = await homeOf(home1);
  const [withdrawn, picked] = await Promise.all([
    call<{ results: Row[] }>('actOnHomes', reviewer, { act: 'withdraw', reason: '拆除', items: [{ listingId: home1, version }] }),
    change(world.kernel, systemAct('选定住房'), async (work) => enterLane(world.kernel, work, LANE, { type: 'PickHome', ticket, listing: await work.tx.listings.get(home1), assisted: null })),
  ]);
  const { state } = await homeOf(home1);
  const isWithdrawn = withdrawn.results[0]!.ok;
  const isPicked = picked?.refusal === null;
  expect([isWithdrawn, isPicked]).toEqual([state === 'withdrawn', state === 'picked']);
  expect(isWithdrawn).not.toBe(isPicked);
});

test('Q4: while a family has the turn its last home stays', async () => {
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  expect((await acts(reviewer, 'withdraw', [home1, home2, `${LANE}-home-3`])).map((r) => r.ok ? r.state : r.code)).toEqual(['withdrawn', 'withdrawn', 'LAST_HOME_IN_TURN']);
  expect(errorCatalogue.LAST_HOME_IN_TURN.title).toContain('选房结束');
});

test('L1: pages while clerks work on them: what was approved on page one takes nothing from page two', async () => {
  const rooms = Array.from({ length: 7 }, (_, i) => reported(String(301 + i)));
  await call('reportHomes', operator, { submit: true, homes: rooms });
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const { listings, next } = await listed('listListingReviews', reviewer, { limit: '3', ...(after === undefined ? {} : { after }) });
    seen.push(...listings.map((l) => l.home.room));
    await acts(reviewer, 'approve', listings.map((l) => l.home.id));
    after = next ?? undefined;
  } while (after !== undefined);
  expect(seen.sort()).toEqual(rooms.map(({ room }) => room));
  // The last row of a page goes into maintenance before the next page is asked for.
  const first = await listed('listStaffListings', reviewer, { state: 'available', limit: '4' });
  await act(operator, 'startMaintenance', first.listings.at(-1)!.home.id);
  const second = await listed('listStaffListings', reviewer, { state: 'available', limit: '10', after: first.next });
  expect(new Set([...first.listings, ...second.listings].map((l) => l.home.id)).size).toBe(10);
  expect(await listed('listStaffListings', reviewer, { after: 'bm9uZQ' })).toMatchObject({ code: 'VALIDATION_FAILED' });
});
