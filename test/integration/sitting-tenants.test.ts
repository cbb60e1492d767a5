/** V3, L2, H2: tenants from before the system are registered from their papers; then they are tenants like any other. */
import { tenancyHandlers } from '../../bff/features/allocations/tenancy-handlers';
import { transferHandlers } from '../../bff/features/transfers/handlers';
import { swapHandlers } from '../../bff/features/swaps/handlers';
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import { applicants, contentOf, family } from '../support/applications';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
const home = (n: number) => `${LANE}-home-${n}`;
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { homes: 9, families: [] });
  for (const n of [7, 8, 9]) await put(n, 'leased');
});
afterEach(() => world.close());

const put = (n: number, state: 'leased' | 'draft' | 'reserved') => world.store.transact(async (tx) => void (await tx.listings.replace({ ...(await tx.listings.get(home(n)))!, state })));
const staff = (role: string, districts: string[] = ['章贡区']): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets: [] }) as Caller;
const operator = staff('operator');
let keys = 0;
interface Told { code?: string; fields?: readonly { path: string }[]; householdId: string; id: string; [key: string]: unknown }
async function call<T = Told>(name: RouteName, caller: Caller, body?: unknown, query: unknown = {}, key = `key-${(keys += 1)}`): Promise<T> {
  const route: Route = routes[name];
  const all = { ...tenancyHandlers(world.kernel), ...transferHandlers(world.kernel), ...swapHandlers(world.kernel), ...listingPoolHandlers(world.kernel) } as Record<string, (r: ApiRequest<never>) => Promise<unknown>>;
  const answer = await all[name]!({ caller, params: {}, body, query, idempotencyKey: key, address: '', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>);
  if (answer instanceof Refusal) return { code: answer.code, fields: answer.extras.fields } as T;
  expect(route.answer.safeParse(answer).error).toBeUndefined();
  return answer as T;
}
const papers = async (index: number, n: number, overrides: object = {}) => {
  const { applicantName, identity, phone, members, street } = contentOf(index);
  const { version } = (await world.store.read((tx) => tx.listings.get(home(n))))!;
  return { listingId: home(n), version, applicantName, identity, phone, members, street, contractNumber: `HT-${index}`, startedDay: '2019-03-01', documentsChecked: true, documents: '租赁合同、全家身份证', ...overrides };
};

test('V3: registered, its people are in an open case, and its lease runs; whoever it is hears of it; nothing personal in public', async () => {
  const body = await papers(1, 9);
  const registered = await call('registerTenancy', operator, body, {}, 'once');
  expect(registered).toMatchObject({ listingId: home(9), contractNumber: 'HT-1', startedDay: '2019-03-01', origin: 'registered', applicantMasked: '苏*雨' });
  expect(await call('registerTenancy', operator, body, {}, 'once')).toEqual(registered);
  expect(await call('registerTenancy', operator, { ...body, contractNumber: 'HT-2' }, {}, 'once')).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(await world.store.read((tx) => tx.members.count({ householdId: registered.householdId, caseOpen: true }))).toBe(2);
  await world.tick();
  expect(world.gateway.sent.filter(({ phone }) => phone === phoneOf(1)).map(({ text }) => text)).toEqual([expect.stringContaining('已按租赁合同登记')]);
  const entries = await world.store.read((tx) => tx.ledger.find({ type: 'SittingTenantRegistered' }));
  expect(entries.map(({ stream, open }) => [stream, open])).toEqual([['office', {}]]);
  expect(JSON.parse(entries[0]!.detail)).toMatchObject({ documents: '租赁合同、全家身份证', actor: { id: 'operator', role: 'operator' } });
  expect(JSON.stringify(await world.store.read((tx) => tx.households.find({})))).not.toMatch(/苏小雨|199\d{8}/);
  expect((await call<{ tenancies: object[] }>('listTenancies', operator, undefined, { district: '章贡区' })).tenancies).toMatchObject([{ householdId: registered.householdId }]);

  // The same person applies for a home elsewhere.
  const people = applicants(world.kernel);
  const { id, version } = await people.draft(1);
  expect(await people.ask('submitApplication', family(world.kernel, 1), { params: { applicationId: id }, body: { version, confirm: true }, key: 'apply' })).toMatchObject({ code: 'PERSON_IN_OPEN_CASE' });
  // Moved out for good, they may.
  const { version: letVersion } = (await world.store.read((tx) => tx.listings.get(home(9))))!;
  await call('actOnHomes', operator, { act: 'reportVacated', reason: '已办理腾退', vacatedDay: '2026-06-01', items: [{ listingId: home(9), version: letVersion }] });
  expect(await people.ask('submitApplication', family(world.kernel, 1), { params: { applicationId: id }, body: { version, confirm: true }, key: 'again' })).toMatchObject({ state: 'levelOne' });
});

test('L2, H2: it may ask for another home, and swap with another tenant', async () => {
  await call('registerTenancy', operator, await papers(1, 9));
  expect(await call('requestTransfer', family(world.kernel, 1), { kind: 'lowFloor', reason: '家有行动不便的老人' })).toMatchObject({ state: 'requested' });
  expect(await call('matchSwap', operator, { firstListingId: home(9), secondListingId: home(8), consent: '双方到场签字' })).toMatchObject({ code: 'NO_TENANCY' });
  await call('registerTenancy', operator, await papers(2, 8));
  expect(await call('matchSwap', operator, { firstListingId: home(9), secondListingId: home(8), consent: '双方到场签字' })).toMatchObject({ inspection: 'pending' });
});

test('a home that was never on offer may be let already; one on offer, or let to somebody known, may not be', async () => {
  await put(1, 'draft');
  expect(await call('registerTenancy', operator, await papers(1, 1))).toMatchObject({ listingId: home(1) });
  expect((await world.store.read((tx) => tx.listings.get(home(1))))!.state).toBe('leased');
  expect(await call('registerTenancy', operator, await papers(2, 2))).toEqual({ code: 'STATE_MISMATCH' });
  expect(await call('registerTenancy', operator, await papers(2, 1))).toEqual({ code: 'ALREADY_DONE' });
});

test('P1, V3: refused, and nothing changes', async () => {
  await call('registerTenancy', operator, await papers(1, 9));
  const ledger = () => world.store.read(async (tx) => [await tx.ledger.count({}), await tx.households.count({}), await tx.tenancies.count({}), await tx.outbox.count({})]);
  const before = await ledger();
  for (const caller of [staff('districtReviewer'), staff('window'), staff('city'), staff('administrator')]) expect(await call('registerTenancy', caller, await papers(2, 8))).toEqual({ code: 'FORBIDDEN' });
  expect(await call('registerTenancy', staff('operator', ['南康区']), await papers(2, 8))).toEqual({ code: 'NOT_FOUND' });
  expect(await call('registerTenancy', operator, await papers(2, 8, { version: 99 }))).toEqual({ code: 'REQUEST_IN_CONFLICT' });
  expect(await call('registerTenancy', operator, await papers(1, 8))).toEqual({ code: 'PERSON_IN_OPEN_CASE' });
  const wrong = await call('registerTenancy', operator, await papers(2, 8, { identity: '360702198001010000', phone: '123', startedDay: '2026-06-02', members: [{ name: '', identity: '', relation: '配偶' }] }));
  expect([wrong.code, wrong.fields!.map(({ path }) => path).sort()]).toEqual(['VALIDATION_FAILED', ['identity', 'members.0.identity', 'members.0.name', 'phone', 'startedDay']]);
  expect(await ledger()).toEqual(before);
  expect(routes.registerTenancy.body.safeParse({ ...(await papers(2, 8)), documentsChecked: false }).success).toBe(false);
});

test('V3: the same people registered in two homes at once are in one', async () => {
  const outcomes = await Promise.all([call('registerTenancy', operator, await papers(1, 8)), call('registerTenancy', operator, await papers(1, 9))]);
  expect(outcomes.map(({ code }) => code).sort()).toEqual(['PERSON_IN_OPEN_CASE', undefined]);
  expect(await world.store.read((tx) => tx.tenancies.count({ isRunning: true }))).toBe(1);
});
