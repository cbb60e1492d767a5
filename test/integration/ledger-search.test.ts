/** S1, P1, P2: the city's staff read all of the ledger, by household, actor, kind and day; page by page, masked, at a cost that age does not raise. S2: the public streams, paged. */
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { routes, type AnswerOf } from '../../shared/contract/routes';
import { ledgerHandlers } from '../../bff/features/ledger/handlers';
import { ledgerSearchHandlers } from '../../bff/features/ledger/search';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import type { Act } from '../../bff/store/change';
import { change } from '../../bff/store/change';
import type { Store, Tx } from '../../bff/store/port';
import { householdStream } from '../../bff/store/ledger';
import { seedLane, LANE } from '../support/build';
import { buildWorld, type World } from '../support/world';

type Answer = AnswerOf<'searchLedger'>;
let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await world.store.transact((tx) => tx.staff.insert({ id: 'clerk-1', account: 'clerk-1', passwordHash: '', name: '经办小赵', role: 'streetClerk', districts: [], streets: [], phoneSealed: '', active: true }));
});
afterEach(() => world.close());

const staff = (role: string): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts: ['章贡区'] });
const by = (id: string, role: string | null = 'streetClerk'): Act => ({ actor: { kind: 'staff', id, role }, from: 'http 10.0.0.1', why: '办理' });
const record = (act: Act, stream: string, type: string, detail: Record<string, unknown> = {}) => change(world.kernel, act, (work) => work.record({ stream, type, open: {}, detail }));
async function search(query: Record<string, string> = {}, caller = staff('city'), kernel = world.kernel): Promise<Answer & { code?: string }> {
  expect(routes.searchLedger.query!.safeParse(query).error).toBeUndefined();
  const answer = await ledgerSearchHandlers(kernel).searchLedger!({ query, params: {}, body: undefined, caller, address: 'test' } as unknown as ApiRequest<'searchLedger'>);
  if (answer instanceof Refusal) return { code: answer.code } as Answer & { code: string };
  expect(routes.searchLedger.answer.safeParse(answer).error).toBeUndefined();
  return answer as Answer;
}
const titles = ({ entries }: Answer) => entries.map(({ title }) => title);

test('S1: everything, newest first; by household, actor, kind, stream and day, and any of these together', async () => {
  const day = startOfDay('2026-06-01') + 9 * 3_600_000;
  for (const [at, type] of ['ApplicationSubmitted', 'ApplicationApproved', 'StaffSignedIn'].entries()) {
    world.clock.nowMs = day + at * DAY_MS;
    await record(by('clerk-1'), type === 'StaffSignedIn' ? 'office' : householdStream('household-1'), type, { note: '电话13812341234，证件360702199001011239' });
    world.clock.nowMs += 1;
    await record(by('clerk-2'), householdStream('household-2'), 'ApplicationSubmitted');
  }
  expect(titles(await search())).toEqual(['提交申请', '工作人员登录', '提交申请', '审核通过', '提交申请', '提交申请']);
  const own = await search({ householdId: 'household-1' });
  expect(own.entries).toMatchObject([{ title: '审核通过', actor: { id: 'clerk-1', name: '经办小赵（clerk-1）', roleName: '街道（乡镇）经办' }, from: 'http 10.0.0.1', why: '办理' }, { title: '提交申请' }]);
  // P2: numbers of people that somebody typed are masked.
  expect(own.entries[0]!.detail).toBe('备注：电话138****1234，证件360***********1239');
  expect(titles(await search({ actorId: 'clerk-1', type: 'ApplicationApproved' }))).toEqual(['审核通过']);
  expect(titles(await search({ stream: 'office', type: 'StaffSignedIn' }))).toEqual(['工作人员登录']);
  expect(titles(await search({ fromDay: '2026-06-02', toDay: '2026-06-02' }))).toEqual(['提交申请', '审核通过']);
  expect(titles(await search({ fromDay: '2026-06-02', toDay: '2026-06-03', householdId: 'household-1' }))).toEqual(['审核通过']);
  expect(titles(await search({ fromDay: '2026-06-03', type: 'StaffSignedIn' }))).toEqual(['工作人员登录']);
});

test('S1: a household’s search includes its turns, as the lane recorded them', async () => {
  await seedLane(world.kernel, {});
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
  const found = await search({ householdId: 'household-0' });
  expect(titles(found)).toEqual(['通知已发出，开始计时', '轮到选房']);
  expect(found.entries.every(({ stream }) => stream === `lane.${LANE}`)).toBe(true);
});

test('S1: pages join without gap or repeat, also when what is asked for is rare', async () => {
  for (let i = 0; i < 25; i += 1) {
    world.clock.nowMs += 1;
    await record(by('clerk-1'), 'office', i % 5 === 0 ? 'StaffAdded' : 'StaffSignedIn', { i });
  }
  const page = async (query: Record<string, string>) => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer: Answer = await search({ ...query, limit: '3', ...(cursor === '' ? {} : { cursor }) });
      expect(answer.entries.length).toBeLessThanOrEqual(3);
      seen.push(...answer.entries.map(({ id }) => id));
      cursor = answer.nextCursor;
    }
    return seen;
  };
  const all = await page({});
  expect(all).toHaveLength(25);
  expect(new Set(all).size).toBe(25);
  expect(await page({ type: 'StaffAdded' })).toHaveLength(5);
  expect(await page({ stream: 'office' })).toEqual(all);
});

test('S1: what a search looks at is the days asked for, however old the ledger; one request looks at so much and no more', async () => {
  await world.store.transact(async (tx) => {
    const { appendToLedger } = await import('../../bff/store/ledger');
    for (let i = 0; i < 5_200; i += 1) await appendToLedger(tx, world.kernel.chance, { stream: 'office', type: 'Old', atMs: startOfDay('2025-01-01') + i, open: {}, detail: { actor: { kind: 'staff', id: 'clerk-1', role: null } } });
    for (let i = 0; i < 10; i += 1) await appendToLedger(tx, world.kernel.chance, { stream: 'office', type: 'New', atMs: world.clock.nowMs + i, open: {}, detail: { actor: { kind: 'staff', id: 'clerk-1', role: null } } });
  });
  let read = 0;
  const counting: Store = { ...world.store, kind: world.store.kind, close: () => Promise.resolve(), transact: world.store.transact.bind(world.store), read: (work) => world.store.read((tx) => work(watched(tx))) };
  const watched = (tx: Tx): Tx => new Proxy(tx, { get: (target, name) => (name !== 'ledger' ? Reflect.get(target, name) as unknown : { get: (id: string) => tx.ledger.get(id), find: async (...given: Parameters<Tx['ledger']['find']>) => {
    const found = await tx.ledger.find(...given);
    read += found.length;
    return found;
  } }) });
  const kernel = { ...world.kernel, store: counting };
  expect((await search({ fromDay: '2026-06-01', type: 'New' }, staff('city'), kernel)).entries).toHaveLength(10);
  expect(read).toBe(10);
  read = 0;
  const rare = await search({ type: 'Nothing' }, staff('city'), kernel);
  expect([rare.entries, rare.nextCursor === null, read]).toEqual([[], false, 2_000]);
  const later = await search({ type: 'Nothing', cursor: (await search({ type: 'Nothing', cursor: rare.nextCursor! })).nextCursor! });
  expect(later).toEqual({ entries: [], nextCursor: null });
}, 60_000);

test('P1: city and inspectors only; bad days and cursors are refused; looking into somebody is itself on record', async () => {
  for (const role of ['administrator', 'districtReviewer', 'streetClerk', 'operator', 'window']) expect(await search({}, staff(role))).toEqual({ code: 'FORBIDDEN' });
  expect(routes.searchLedger.query!.safeParse({ fromDay: '2026-02-30' }).success).toBe(false);
  for (const query of [{ fromDay: '2026-06-02', toDay: '2026-06-01' }, { cursor: 'office#0000000099' }] as Record<string, string>[]) expect(await search(query)).toEqual({ code: 'VALIDATION_FAILED' });
  await search({ householdId: 'household-1' }, staff('inspector'));
  await search({ type: 'StaffAdded' });
  const office = await world.store.read((tx) => tx.ledger.find({ stream: 'office' }));
  expect(office.map(({ type, detail }) => [type, JSON.parse(detail) as unknown])).toMatchObject([['LedgerSearched', { householdId: 'household-1', actor: { id: 'inspector' } }]]);
});

test('S2: the directory of public streams comes in pages, and never names an internal one', async () => {
  for (let i = 0; i < 7; i += 1) {
    await record(by('clerk-1'), `lane.area${i}-1`, 'LaneOpened');
    await record(by('clerk-1'), householdStream(`h-${i}`), 'ApplicationBegun');
  }
  await record(by('clerk-1'), 'group.lowRent-1', 'NumbersGiven', {});
  await record(by('clerk-1'), 'office', 'StaffSignedIn');
  const list = async (query: Record<string, string>) => (await ledgerHandlers(world.kernel).listLedgerStreams!({ query } as unknown as ApiRequest<'listLedgerStreams'>)) as AnswerOf<'listLedgerStreams'>;
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: AnswerOf<'listLedgerStreams'> = await list({ limit: '3', ...(cursor === '' ? {} : { cursor }) });
    expect(page.streams.length).toBeLessThanOrEqual(3);
    seen.push(...page.streams.map(({ stream }) => stream));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(['group.lowRent-1', ...Array.from({ length: 7 }, (_, i) => `lane.area${i}-1`)]);
  expect((await list({})).nextCursor).toBeNull();
});
