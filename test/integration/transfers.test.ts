/** L2, H2, H5 on the real store: tenants moved to reserved homes, pairs of households swapping, and the lists homes are assigned from. */
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { openAllocation } from '../../bff/features/allocations/open';
import { beginTenancy } from '../../bff/features/allocations/tenancies';
import { assignmentHandlers } from '../../bff/features/assignments/handlers';
import { swapHandlers } from '../../bff/features/swaps/handlers';
import { transferHandlers } from '../../bff/features/transfers/handlers';
import { Download, type ApiRequest, type Caller } from '../../bff/http/request';
import { readXlsx } from 'hucre/xlsx';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
const home = (n: number) => `${LANE}-home-${n}`;
beforeEach(async () => {
  world = await buildWorld();
  // Homes 1–4 are on the first floor, 5–8 on the second, 9 on the third.
  await seedLane(world.kernel, { homes: 9, families: [1, 2, 3].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })) });
});
afterEach(() => world.close());

const staff = (role: string, districts: string[] = ['章贡区']): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets: [] }) as Caller;
const operator = staff('operator');
const reviewer = staff('districtReviewer');
const family = (i: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: world.kernel.crypto.blindIndex('phone', phoneOf(i)) });
type Answer = { code?: string; id: string; version: number; state: string; [key: string]: unknown };
const call = async <T = Answer>(name: string, caller: Caller, body?: unknown, params: Record<string, string> = {}, query: unknown = {}) => {
  const all = { ...transferHandlers(world.kernel), ...swapHandlers(world.kernel), ...assignmentHandlers(world.kernel) } as Record<string, (r: ApiRequest<never>) => Promise<unknown>>;
  return (await all[name]!({ caller, params, body, query, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>)) as T;
};
const put = (n: number, state: 'leased' | 'reserved') => world.store.transact(async (tx) => void (await tx.listings.replace({ ...(await tx.listings.get(home(n)))!, state })));
/** Household i lives in home n. */
const settle = async (i: number, n: number) => {
  await put(n, 'leased');
  await change(world.kernel, systemAct('入住'), (work) => beginTenancy(work, { householdId: `household-${i}`, listingId: home(n), district: '章贡区', contractNumber: `HT-${i}`, startedDay: '2026-01-01', origin: 'allocation', originId: `a${i}` }));
};
const states = (...homes: number[]) => world.store.read((tx) => Promise.all(homes.map(async (n) => (await tx.listings.get(home(n)))!.state)));
const livesIn = (i: number) => world.store.read(async (tx) => (await tx.tenancies.find({ householdId: `household-${i}`, isRunning: true })).map((t) => [t.listingId, t.contractNumber]));
const actOn = (name: string, param: string) => async (caller: Caller, subject: Answer, act: string, more: object = {}) => {
  const answer = await call(name, caller, { act, version: subject.version, reason: '按规定办理', ...more }, { [param]: subject.id });
  return answer;
};
const transferAct = actOn('actOnTransfer', 'transferId');
const swapAct = actOn('actOnSwap', 'swapId');

test('L2, H5: asked, reviewed twice, one reserved home to one tenant; signed, the home it leaves is vacated', async () => {
  await settle(0, 9);
  await settle(1, 8);
  await put(1, 'reserved');
  await put(5, 'reserved');
  const ask = (i: number, kind = 'lowFloor') => call('requestTransfer', family(i), { kind, reason: '家有行动不便的老人' });
  expect(await ask(2)).toMatchObject({ code: 'NO_TENANCY' });
  let [one, two] = [await ask(0), await ask(1)];
  expect(await ask(0)).toMatchObject({ code: 'ALREADY_DONE' });
  expect(JSON.stringify(await world.store.read((tx) => tx.transfers.find({})))).not.toContain('老人');
  expect(await transferAct(reviewer, one, 'approve')).toMatchObject({ code: 'STATE_MISMATCH' });
  for (const caller of [staff('operator', ['南康区']), staff('city'), family(1)]) expect(await transferAct(caller, one, 'accept')).toMatchObject({ code: 'NOT_FOUND' });
  const stale = one;
  [one, two] = [await transferAct(operator, one, 'accept'), await transferAct(operator, two, 'accept')];
  expect(await transferAct(operator, stale, 'accept')).toMatchObject({ code: 'REQUEST_IN_CONFLICT' });
  [one, two] = [await transferAct(reviewer, one, 'approve'), await transferAct(reviewer, two, 'approve')];

  const { results } = await call<{ results: { ok: boolean; code: string | null }[] }>('assignHomes', operator, { reason: '划拨', items: [
    { transferId: one.id, version: one.version, listingId: home(2) }, { transferId: one.id, version: one.version, listingId: home(1) }, { transferId: two.id, version: two.version, listingId: home(1) }, { transferId: 'transfer-none', version: 1, listingId: home(5) },
  ] });
  expect(results.map((r) => r.code)).toEqual(['HOME_NOT_AVAILABLE', null, 'HOME_NOT_AVAILABLE', 'NOT_FOUND']);
  const { transfers } = await call<{ transfers: Answer[] }>('listTransfers', operator, undefined, {}, { district: '章贡区', state: 'assigned' });
  expect(transfers).toMatchObject([{ id: one.id, toListingId: home(1), applicantMasked: '试*' }]);
  one = transfers[0]!;
  expect(await transferAct(operator, one, 'sign')).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await transferAct(operator, one, 'sign', { contractNumber: 'HT-9' })).toMatchObject({ state: 'moved', contractNumber: 'HT-9' });
  expect([await states(1, 9), await livesIn(0)]).toEqual([['leased', 'inReview'], [[home(1), 'HT-9']]]);
  expect(await world.store.read(async (tx) => (await tx.listingFiles.get(home(9)))!)).toMatchObject({ reviewKind: 'vacated', reviewStep: 'district', vacatedDay: '2026-06-01' });

  expect(await call('withdrawTransfer', family(0), { version: two.version, confirm: true }, { transferId: two.id })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await call('withdrawTransfer', family(1), { version: two.version, confirm: true }, { transferId: two.id })).toMatchObject({ state: 'withdrawn' });
});

test('H5, twin: one home assigned to two tenants at the same moment goes to one', async () => {
  await settle(0, 9);
  await settle(1, 8);
  await put(1, 'reserved');
  const ready: Answer[] = [];
  for (const i of [0, 1]) ready.push(await transferAct(reviewer, await transferAct(operator, await call('requestTransfer', family(i), { kind: 'lowFloor', reason: '行动不便' }), 'accept'), 'approve'));
  const assign = (t: Answer) => call<{ results: { ok: boolean }[] }>('assignHomes', operator, { reason: '划拨', items: [{ transferId: t.id, version: t.version, listingId: home(1) }] });
  const outcomes = (await Promise.all(ready.map(assign))).map(({ results }) => results[0]!.ok);
  expect(outcomes.sort()).toEqual([false, true]);
  expect(await world.store.read((tx) => tx.transfers.count({ isAssigned: true }))).toBe(1);
});

test('H2: a pair of tenants signs only after both homes passed inspection; filtered by inspection, time and contract', async () => {
  await settle(0, 9);
  await settle(1, 8);
  let pair = await call('matchSwap', operator, { firstListingId: home(9), secondListingId: home(8), consent: '双方到场签字' });
  expect(pair).toMatchObject({ state: 'matched', inspection: 'pending', isSigned: false });
  expect(await call('matchSwap', operator, { firstListingId: home(8), secondListingId: home(9), consent: '双方到场签字' })).toMatchObject({ code: 'ALREADY_DONE' });
  expect(await call('matchSwap', operator, { firstListingId: home(1), secondListingId: home(9), consent: '双方到场签字' })).toMatchObject({ code: 'NO_TENANCY' });
  pair = await swapAct(reviewer, pair, 'approve');
  const contracts = { firstContractNumber: 'HT-a', secondContractNumber: 'HT-b' };
  expect(await swapAct(operator, pair, 'sign', contracts)).toMatchObject({ code: 'INSPECTION_NOT_PASSED' });
  pair = await swapAct(operator, pair, 'inspect', { side: 'first', passed: true });
  pair = await swapAct(operator, pair, 'inspect', { side: 'second', passed: false });
  expect(await swapAct(operator, pair, 'sign', contracts)).toMatchObject({ code: 'INSPECTION_NOT_PASSED' });
  pair = await swapAct(operator, pair, 'inspect', { side: 'second', passed: true });
  const listed = async (query: object) => (await call<{ swaps: unknown[] }>('listSwaps', operator, undefined, {}, { district: '章贡区', ...query })).swaps.length;
  expect([await listed({ inspection: 'passed', signed: 'no', fromDay: '2026-06-01', toDay: '2026-06-01' }), await listed({ inspection: 'pending' }), await listed({ signed: 'yes' }), await listed({ toDay: '2026-05-31' })]).toEqual([1, 0, 0, 0]);
  expect(await swapAct(operator, pair, 'sign')).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await swapAct(operator, pair, 'sign', contracts)).toMatchObject({ state: 'signed', isSigned: true, inspectedAtMs: world.clock.nowMs });
  expect([await livesIn(0), await livesIn(1), await states(8, 9)]).toEqual([[[home(8), 'HT-a']], [[home(9), 'HT-b']], ['leased', 'leased']]);
  // Free for another swap.
  expect(await listed({ inspection: 'pending' })).toBe(0);
  expect(await call('matchSwap', operator, { firstListingId: home(8), secondListingId: home(9), consent: '双方到场签字' })).toMatchObject({ state: 'matched' });
});

test('H2, H5: what a household asked for ends with its tenancy: the home held for it is free again, its swap is off; never to more rooms, never on one contract', async () => {
  await settle(0, 9);
  await settle(1, 8);
  await put(1, 'reserved');
  const asked = await transferAct(reviewer, await transferAct(operator, await call('requestTransfer', family(0), { kind: 'lowFloor', reason: '行动不便' }), 'accept'), 'approve');
  await call('assignHomes', operator, { reason: '划拨', items: [{ transferId: asked.id, version: asked.version, listingId: home(1) }] });
  let pair = await call('matchSwap', operator, { firstListingId: home(9), secondListingId: home(8), consent: '双方到场签字' });
  await world.store.transact(async (tx) => void (await tx.listings.replace({ ...(await tx.listings.get(home(7)))!, bedrooms: 3, state: 'leased' })));
  expect(await call('matchSwap', operator, { firstListingId: home(7), secondListingId: home(8), consent: '双方到场签字' })).toMatchObject({ code: 'HOME_DOES_NOT_SUIT' });
  pair = await swapAct(reviewer, pair, 'approve');
  for (const side of ['first', 'second']) pair = await swapAct(operator, pair, 'inspect', { side, passed: true });
  expect(await swapAct(operator, pair, 'sign', { firstContractNumber: 'HT-a', secondContractNumber: 'HT-a' })).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await swapAct(operator, pair, 'sign', { firstContractNumber: 'HT-a', secondContractNumber: 'HT-b' })).toMatchObject({ state: 'signed' });
  const held = () => world.store.read(async (tx) => [(await tx.transfers.get(asked.id))!.state, (await tx.listingFiles.get(home(1)))!.transferId]);
  expect(await held()).toEqual(['withdrawn', null]);
  // The first moves out for good while the next swap is under way.
  const next = await call('matchSwap', operator, { firstListingId: home(9), secondListingId: home(8), consent: '双方到场签字' });
  const pool = listingPoolHandlers(world.kernel) as unknown as Record<string, (r: ApiRequest<never>) => Promise<{ results: { code: string | null }[] }>>;
  const { version } = await world.store.read(async (tx) => (await tx.listings.get(home(8)))!);
  const { results } = await pool['actOnHomes']!({ caller: operator, params: {}, query: {}, idempotencyKey: '', body: { act: 'reportVacated', reason: '退租', vacatedDay: '2026-06-01', items: [{ listingId: home(8), version }] }, address: '', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>);
  expect(results[0]!.code).toBeNull();
  expect(await world.store.read(async (tx) => [(await tx.swaps.get(next.id))!.state, ...(await tx.swapParties.find({})).map(({ swapId }) => swapId)])).toEqual(['withdrawn', null, null]);
});

test('H2: homes that nobody was handed yet are swapped without inspection; each then signs for the other home', async () => {
  await change(world.kernel, systemAct('选定'), async (work) => {
    for (const i of [0, 1]) {
      const [ticket, listing, household] = [(await work.tx.tickets.get(`publicRental-2-${i + 1}`))!, (await work.tx.listings.get(home(i + 1)))!, (await work.tx.households.get(`household-${i}`))!];
      const pick = await work.tx.picks.insert({ id: `pick-t${i}`, laneId: LANE, turnId: `t${i}`, ticketId: ticket.id, householdId: household.id, listingId: listing.id, pickedAtMs: work.nowMs, active: true, assisted: null, receipt: { body: '', signature: '', keyId: '' } });
      const allocation = await openAllocation(world.kernel, work, { pick, ticket, listing, household });
      await work.tx.allocations.replace({ ...allocation, state: 'qualified' });
      await work.tx.listings.replace({ ...listing, state: 'allocated' });
    }
  });
  let pair = await call('matchSwap', operator, { firstListingId: home(1), secondListingId: home(2), consent: '双方到场签字' });
  expect(pair).toMatchObject({ inspection: 'notNeeded' });
  pair = await swapAct(reviewer, pair, 'approve');
  expect(await swapAct(operator, pair, 'inspect', { side: 'first', passed: true })).toMatchObject({ code: 'STATE_MISMATCH' });
  expect(await swapAct(operator, pair, 'sign')).toMatchObject({ state: 'signed' });
  const held = await world.store.read(async (tx) => Promise.all([0, 1].map(async (i) => [(await tx.allocations.get(`allocation-t${i}`))!.listingId, (await tx.picks.get(`pick-t${i}`))!.listingId])));
  expect(held).toEqual([[home(2), home(2)], [home(1), home(1)]]);
});

test('H5, P1, P2: filtered by person, batch and numbers; masked; that a person was looked for is in the ledger, who is not', async () => {
  await world.store.transact((tx) => tx.members.insert({ id: 'm', householdId: 'household-1', relation: '本人', personSealed: world.kernel.crypto.seal('{}'), identityIndex: world.kernel.crypto.blindIndex('identity', '360702198001010016'), caseOpen: true }));
  await world.store.transact((tx) => tx.certificates.insert({ id: 'household-2', number: '杭公租2026-0003' }));
  const search = async (filter: object, caller = reviewer) => {
    const { families, code } = await call<{ families: { queueNumber: number; applicantMasked: string }[]; code?: string }>('searchAssignable', caller, { group: 'publicRental-2', ...filter });
    return code ?? families.map((f) => f.queueNumber);
  };
  expect(await search({})).toEqual([1, 2, 3]);
  expect([await search({ numberFrom: 2 }), await search({ numberTo: 2 }), await search({ numberFrom: 2, numberTo: 2 })]).toEqual([[2, 3], [1, 2], [2]]);
  expect([await search({ name: '试1' }), await search({ name: '某人' }), await search({ certificateNumber: '杭公租 2026-0003' }), await search({ certificateNumber: 'publicRental-2-3' })]).toEqual([[2], [], [3], []]);
  expect([await search({ name: '试1', numberFrom: 2, identity: '360702198001010016' }), await search({ name: '试1', certificateNumber: '杭公租2026-0003' }), await search({ name: '1' })]).toEqual([[2], [], 'VALIDATION_FAILED']);
  expect([await search({ year: 2026 }), await search({ year: 2025 }), await search({ period: '2026-05-01' }), await search({ period: '2026-02-30' })]).toEqual([[1, 2, 3], [], [1, 2, 3], 'VALIDATION_FAILED']);
  expect([await search({ assigned: true }), await search({ identity: '1234' }), await search({ identity: '360702198001010016' })]).toEqual([[], 'VALIDATION_FAILED', [2]]);
  const first = await call<{ families: { applicantMasked: string }[]; next: string }>('searchAssignable', reviewer, { group: 'publicRental-2', limit: 2 });
  expect([first.families.map((f) => f.applicantMasked), await search({ after: first.next })]).toEqual([['试*', '试*'], [3]]);
  expect([await search({}, staff('districtReviewer', ['南康区'])), await search({}, staff('streetClerk')), await search({}, staff('administrator'))]).toEqual([[], 'FORBIDDEN', 'FORBIDDEN']);
  const looked = await world.store.read((tx) => tx.ledger.find({ type: 'PeopleSearched' }));
  expect(looked.length).toBe(7);
  expect(JSON.stringify(looked)).not.toMatch(/试1|360702198001010016/);
});

test('H5, S1: the lists as spreadsheets, masked, and on record', async () => {
  const sheetOf = async (answer: unknown) => {
    if (!(answer instanceof Download)) throw new Error('no file');
    const bytes = Buffer.concat(await answer.body.toArray() as Buffer[]);
    expect(bytes.length).toBe(answer.bytes);
    return (await readXlsx(bytes)).sheets[0]!.rows;
  };
  const rows = await sheetOf(await call<unknown>('exportAssignable', reviewer, { group: 'publicRental-2', numberFrom: 2 }));
  expect(rows.map((row) => row.slice(0, 4))).toEqual([['组别', '轮候顺序号', '批次', '申请人'], ['公租房二居室组', '2', '2026-05-01', '试*'], ['公租房二居室组', '3', '2026-05-01', '试*']]);
  await settle(0, 9);
  await put(1, 'reserved');
  const asked = await transferAct(reviewer, await transferAct(operator, await call('requestTransfer', family(0), { kind: 'lowFloor', reason: '行动不便' }), 'accept'), 'approve');
  await call('assignHomes', operator, { reason: '划拨', items: [{ transferId: asked.id, version: asked.version, listingId: home(1) }] });
  const assigned = await sheetOf(await call<unknown>('exportTransfers', operator, undefined, {}, { district: '章贡区' }));
  expect(assigned.slice(1).map((row) => [row[1], row[3], row[5]])).toEqual([['试*', '调至低楼层', 'zhanggong家园1栋1单元101室']]);
  expect(await call('exportTransfers', staff('operator', ['南康区']), undefined, {}, { district: '章贡区' })).toMatchObject({ code: 'FORBIDDEN' });
  expect((await world.store.read((tx) => tx.ledger.find({ stream: 'office' }, { sort: [['seq', 'asc']] }))).map((e) => e.type)).toEqual(expect.arrayContaining(['AssignmentListExported', 'TransferListExported']));
});

test('L2, H5, H2: tenants are told what became of their transfer or swap, each with the home concerned, and of nothing that is not news', async () => {
  await settle(0, 9);
  await settle(1, 8);
  await put(1, 'reserved');
  const told = async (i: number) => {
    await world.tick();
    return world.gateway.sent.filter(({ phone }) => phone === phoneOf(i)).map(({ text }) => /^【赣州住保】您家(的房屋调整申请|)(.*)$/.exec(text)?.[2] ?? text);
  };
  let one = await call('requestTransfer', family(0), { kind: 'lowFloor', reason: '家有行动不便的老人' });
  one = await transferAct(operator, one, 'accept');
  expect(await told(0)).toEqual([]);
  one = await transferAct(reviewer, one, 'approve');
  await call('assignHomes', operator, { reason: '划拨', items: [{ transferId: one.id, version: one.version, listingId: home(1) }] });
  const version = async () => (await world.store.read((tx) => tx.transfers.get(one.id)))!.version;
  one = await transferAct(operator, { ...one, version: await version() }, 'unassign');
  await call('assignHomes', operator, { reason: '划拨', items: [{ transferId: one.id, version: one.version, listingId: home(1) }] });
  await transferAct(operator, { ...one, version: await version() }, 'sign', { contractNumber: 'HT-9' });
  expect(await told(0)).toEqual([
    expect.stringMatching(/^已通过审核/), expect.stringMatching(/^已为您家安排.*101室/), expect.stringMatching(/^原来安排的住房已取消/), expect.stringMatching(/^已为您家安排.*101室/), expect.stringMatching(/101室的租赁合同已签订/),
  ]);
  const rejected = await call('requestTransfer', family(1), { kind: 'lowFloor', reason: '行动不便' });
  await transferAct(operator, rejected, 'reject');
  expect(await told(1)).toEqual([expect.stringMatching(/^没有通过审核/)]);

  let pair = await call('matchSwap', operator, { firstListingId: home(1), secondListingId: home(8), consent: '双方到场签字' });
  pair = await swapAct(reviewer, pair, 'approve');
  pair = await swapAct(operator, pair, 'inspect', { side: 'first', passed: false });
  pair = await swapAct(operator, pair, 'inspect', { side: 'first', passed: true });
  pair = await swapAct(operator, pair, 'inspect', { side: 'second', passed: true });
  await swapAct(operator, pair, 'sign', { firstContractNumber: 'HT-a', secondContractNumber: 'HT-b' });
  expect((await told(0)).slice(5)).toEqual([
    expect.stringMatching(/^已登记与.*204室换房/), expect.stringMatching(/204室）已通过审核/), expect.stringMatching(/没有通过换房验房/), expect.stringMatching(/已通过换房验房/), expect.stringMatching(/换房已办结，新住房是.*204室/),
  ]);
  expect((await told(1)).slice(1)).toEqual([expect.stringMatching(/101室换房/), expect.stringMatching(/101室）已通过审核/), expect.stringMatching(/已通过换房验房/), expect.stringMatching(/新住房是.*101室/)]);
  const again = await call('matchSwap', operator, { firstListingId: home(1), secondListingId: home(8), consent: '双方到场签字' });
  await swapAct(operator, again, 'withdraw');
  expect((await told(1)).at(-1)).toMatch(/已撤回/);
});
