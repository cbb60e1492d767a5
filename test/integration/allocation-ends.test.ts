/** A2, A4, F1, F3, Q7, Q8, Q10, T6, W1, W6: how allocations end, what holds an end up, and what takes one back. */
import { laneStream } from '../../bff/store/ledger';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { buildAllocationWorld, operator, OVER, reviewer, staff, type AllocationWorld } from '../support/allocations';
import { LANE, phoneOf } from '../support/build';

const NINE = 9 * HOUR_MS;
/** The end of the time to sign of picks of the first day: 24:00 of 6 July. */
const LATE = startOfDay('2026-07-07');
let world: AllocationWorld;
beforeEach(async () => {
  world = await buildAllocationWorld();
});
afterEach(() => world.close());

const qualified = async (home = 1) => {
  const id = await world.pick(home);
  await world.travel(OVER + NINE);
  await world.tick();
  return id;
};
const forfeited = async (home = 1) => {
  const id = await qualified(home);
  await world.travel(LATE + NINE);
  await world.travel(LATE + 3 * DAY_MS + NINE);
  expect((await world.allocationOf(id)).state).toBe('forfeited');
  return id;
};
const reviewerWithPhone = () => world.store.transact((tx) => tx.staff.insert({ id: 'reviewer-1', account: 'r1', passwordHash: '', name: '试审', role: 'districtReviewer', districts: ['章贡区'], streets: [], phoneSealed: world.kernel.crypto.seal(phoneOf(90)), active: true }));
const texts = (kind: string) => world.sent(kind).map(({ text }) => text);

test('A2, T6: signed before the deadline, entered after days of downtime: no forfeit, and the lease runs from its own day', async () => {
  const id = await qualified();
  await world.act(operator, id, 'checkOriginals');
  await world.travel(startOfDay('2026-07-05') + NINE);
  await world.downUntil(LATE + NINE);
  // Away for two days and some hours of the time to sign: three whole days are given back, and the family is told.
  expect(await world.allocationOf(id)).toMatchObject({ state: 'qualified', leaseByMs: LATE + 2 * DAY_MS, entryByMs: null });
  expect(texts('leasePeriodMoved')).toEqual([expect.stringContaining('7月8日24时前办完承租手续')]);
  expect((await world.entriesOf(0, 'PeriodsMoved')).map(({ detail }) => JSON.parse(detail) as object)).toMatchObject([{ leaseByMs: LATE + 2 * DAY_MS, before: { leaseByMs: LATE } }]);
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1', signedDay: '2026-07-08' })).toBe('VALIDATION_FAILED');
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1', signedDay: '2026-02-30' })).toBe('VALIDATION_FAILED');
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1', signedDay: '2026-07-06' })).toBe('leased');
  expect(await world.store.read((tx) => tx.tenancies.find({}))).toMatchObject([{ contractNumber: 'HT-1', startedDay: '2026-07-06', isRunning: true }]);
  await world.tick();
  expect(texts('leaseSigned')).toEqual([expect.stringContaining('HT-1，7月6日签订')]);
});

test('A2: in the days of grace a lease of the last day is still entered, one of the day after is not', async () => {
  const id = await qualified();
  await world.act(operator, id, 'checkOriginals');
  await world.travel(LATE + NINE);
  const { matters } = await world.call<{ matters: { kind: string }[] }>('listStalledAllocations', operator, { query: { district: '章贡区' } });
  expect(matters).toMatchObject([{ kind: 'entry', sinceMs: LATE, allocation: { id, entryByMs: LATE + 3 * DAY_MS } }]);
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1', signedDay: '2026-07-07' })).toBe('LEASE_TOO_LATE');
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1', signedDay: '2026-07-06' })).toBe('leased');
  await world.travel(LATE + 9 * DAY_MS);
  expect(await world.store.read((tx) => tx.forfeits.count({}))).toBe(0);
});

test('W6, F1, F2, P2: the district takes a forfeit for lateness back while the home is free; missed again, it counts again', async () => {
  await world.store.transact((tx) => tx.persons.insert({ id: 'identity-0', consecutiveForfeits: 2, lastForfeitAtMs: 0, barredUntilMs: null }));
  const id = await forfeited();
  const person = () => world.store.read((tx) => tx.persons.get('identity-0'));
  expect((await person())!.barredUntilMs).not.toBeNull();
  for (const caller of [operator, world.family(0)]) expect(await world.act(caller, id, 'reinstate')).toBe('FORBIDDEN');
  expect(await world.act(staff('districtReviewer', ['南康区']), id, 'reinstate')).toBe('NOT_FOUND');
  expect(await world.act(reviewer, id, 'reinstate', { reason: '家庭住院，有证明' })).toBe('qualified');
  const until = startOfDay('2026-07-14');
  expect(await world.allocationOf(id)).toMatchObject({ state: 'qualified', leaseByMs: until, entryByMs: null, endCause: null, endedAtMs: null, nextDueMs: until });
  expect([await world.homeState(1), await world.ticketState(1), await person()]).toMatchObject(['allocated', 'picked', { consecutiveForfeits: 2, barredUntilMs: null }]);
  expect(await world.store.read((tx) => tx.bars.find({}))).toMatchObject([{ state: 'lifted', cause: 'forfeits' }]);
  expect(await world.store.read(async (tx) => (await tx.members.get('member-0'))!.caseOpen)).toBe(true);
  await world.tick();
  expect(texts('allocationReinstated')).toEqual([expect.stringContaining('7月13日24时前')]);
  const removed = await world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE), type: 'HomesRemoved' }));
  expect(removed.map(({ open }) => open)).toEqual([{ removedListingIds: [`${LANE}-home-1`], cause: 'taken' }]);

  await world.travel(until + NINE);
  await world.travel(until + 3 * DAY_MS + NINE);
  expect(await world.allocationOf(id)).toMatchObject({ state: 'forfeited', endCause: 'leaseNotSigned' });
  expect(await world.store.read((tx) => tx.forfeits.find({}))).toMatchObject([{ reversedAtMs: null, personIds: ['identity-0'] }]);
  expect((await world.store.read((tx) => tx.bars.find({}))).map(({ state }) => state).sort()).toEqual(['lifted', 'standing']);
  const { forfeits } = await world.call<{ forfeits: unknown[] }>('getHouseholdStanding', reviewer, { params: { householdId: 'household-0' } });
  expect(forfeits).toMatchObject([{ cause: 'leaseNotSigned', reversedAtMs: null }]);
});

test('W6, Q4, V3: not when another family has the home, when it is the last one somebody may pick, or when a member is in another case', async () => {
  const id = await forfeited();
  const ticket = (await world.store.read((tx) => tx.tickets.find({ laneId: LANE, state: 'onTurn' })))[0];
  expect(ticket).toBeDefined();
  await world.store.transact(async (tx) => {
    for (const home of [2, 3]) await tx.listings.replace({ ...(await tx.listings.get(`${LANE}-home-${home}`))!, state: 'maintenance' });
  });
  expect(await world.act(reviewer, id, 'reinstate')).toBe('LAST_HOME_IN_TURN');
  await world.store.transact(async (tx) => {
    await tx.listings.replace({ ...(await tx.listings.get(`${LANE}-home-2`))!, state: 'available' });
    await tx.members.insert({ id: 'elsewhere', householdId: 'household-9', relation: 'spouse', personSealed: '', identityIndex: 'identity-0', caseOpen: true });
  });
  expect(await world.act(reviewer, id, 'reinstate')).toBe('PERSON_IN_OPEN_CASE');
  await world.pick(1);
  expect(await world.act(reviewer, id, 'reinstate')).toBe('HOME_NOT_AVAILABLE');
});

test('A4, W1: the district cancels before, after and in doubt; it is no forfeit, and nobody else does', async () => {
  const [first, second, third] = [await world.pick(1), await world.pick(2), await world.pick(3)];
  expect(await world.act(reviewer, first, 'cancel')).toBe('VALIDATION_FAILED');
  for (const caller of [operator, world.family(0)]) expect(await world.act(caller, first, 'cancel', { confirm: true })).toBe('FORBIDDEN');
  expect(await world.act(reviewer, first, 'cancel', { confirm: true })).toBe('cancelled');
  await world.travel(OVER + NINE);
  await world.act(operator, third, 'raiseDoubt', { doubt: 'documentsRefused' });
  for (const id of [second, third]) expect(await world.act(reviewer, id, 'cancel', { confirm: true })).toBe('cancelled');
  expect(await world.act(reviewer, third, 'cancel', { confirm: true })).toBe('STATE_MISMATCH');
  expect([await world.homeState(1), await world.homeState(2), await world.homeState(3), await world.ticketState(1)]).toEqual(['available', 'available', 'available', 'void']);
  expect(await world.store.read((tx) => tx.forfeits.count({}))).toBe(0);
  await world.tick();
  expect(texts('allocationLost')).toHaveLength(3);
  expect(texts('allocationLost')[0]).toContain('由区级住房保障部门取消，不计为放弃');
  const { batches } = await world.call<{ batches: unknown[] }>('listMoveInBatches', operator, { query: { district: '章贡区' } });
  expect(batches).toMatchObject([{ families: 0, leased: 0 }]);
});

test('F3: who is blacklisted with a home picked loses the allocation with the same act, and cannot sign', async () => {
  const id = await qualified();
  await world.act(operator, id, 'checkOriginals');
  expect(await world.call('blacklistMember', reviewer, { params: { memberId: 'member-0' }, body: { reason: '弄虚作假', untilDay: null, creditRecordId: null } })).toMatchObject({ cause: 'blacklist' });
  expect(await world.allocationOf(id)).toMatchObject({ state: 'cancelled', endCause: 'barred' });
  expect(await world.act(operator, id, 'signLease', { contractNumber: 'HT-1' })).toBe('STATE_MISMATCH');
  expect([await world.homeState(1), await world.store.read((tx) => tx.forfeits.count({}))]).toEqual(['available', 0]);
  await world.tick();
  expect(texts('allocationLost')).toEqual([expect.stringContaining('被限制申请公租房，配租已取消')]);
});

test('Q8: a notice whose message is lost becomes a telephone task; the home is held until the family was reached, and its time begins then', async () => {
  world.gateway.next = (message) => (message.key.startsWith('sms-allocationQualified-') ? { kind: 'rejected', reason: 'no such number', permanent: true } : { kind: 'accepted', gatewayId: '' });
  const id = await qualified();
  expect(await world.allocationOf(id)).toMatchObject({ state: 'qualified', telling: 'untold' });
  const { tasks } = await world.call<{ tasks: { id: string }[] }>('listCallTasks', reviewer);
  expect(tasks).toMatchObject([{ id: `call-${id}`, allocationId: id, queueNumber: 1, state: 'open', deadlineMs: LATE }]);
  await world.travel(LATE + NINE);
  await world.travel(LATE + 20 * DAY_MS);
  expect(await world.allocationOf(id)).toMatchObject({ state: 'qualified', entryByMs: LATE + 30 * DAY_MS });
  const { matters } = await world.call<{ matters: { kind: string }[] }>('listStalledAllocations', reviewer, { query: { district: '章贡区' } });
  expect(matters.map(({ kind }) => kind)).toEqual(['untold']);
  const recordCall = (reached: boolean) => world.call('recordCall', reviewer, { params: { taskId: `call-${id}` }, body: { reached, note: '' } });
  expect(await recordCall(false)).toEqual({ ok: true });
  expect((await world.allocationOf(id)).telling).toBe('untold');
  expect(await recordCall(true)).toEqual({ ok: true });
  // Told on 27 July: thirty days after that day.
  expect(await world.allocationOf(id)).toMatchObject({ state: 'qualified', telling: 'told', entryByMs: null, leaseByMs: startOfDay('2026-08-27'), downloadByMs: startOfDay('2026-07-31') });
  expect(await recordCall(true)).toMatchObject({ code: 'ALREADY_DONE' });
});

test('Q8: a receipt of failure counts as lost, one of delivery later ends the task', async () => {
  const id = await qualified();
  const [message] = world.sent('allocationQualified');
  const receipt = (status: string) => world.call('smsReceipt', { kind: 'public' }, { body: { gatewayId: `gw-${message!.key}`, status, atMs: world.clock.nowMs } });
  await receipt('failed');
  expect((await world.allocationOf(id)).telling).toBe('untold');
  await receipt('delivered');
  expect((await world.allocationOf(id)).telling).toBe('told');
  expect(await world.store.read((tx) => tx.callTasks.find({ allocationId: id }))).toMatchObject([{ state: 'lapsed' }]);
});

test('Q7, A1, A4: family and reviewers hear of objections and doubts, reviewers once a day; what waits for long is listed', async () => {
  await reviewerWithPhone();
  const [objected, doubted] = [await world.pick(1), await world.pick(2)];
  const { publicityId } = await world.allocationOf(objected);
  for (const i of [1, 2]) await world.call('raiseObjection', world.family(i), { params: { publicityId }, body: { subjectId: objected, text: '该家庭已有住房' } });
  await world.tick();
  expect(world.sent('objectionRaised').map(({ phone }) => phone)).toEqual([phoneOf(0), phoneOf(0)]);
  expect(world.sent('matterWaiting').map(({ phone }) => phone)).toEqual([phoneOf(90)]);
  await world.travel(OVER + NINE);
  await world.act(operator, doubted, 'raiseDoubt', { doubt: 'ineligible' });
  await world.tick();
  expect([texts('doubtRaised'), world.sent('matterWaiting')].map(({ length }) => length)).toEqual([1, 2]);
  const stalled = async () => (await world.call<{ matters: { kind: string; objectionId: string | null }[] }>('listStalledAllocations', reviewer, { query: { district: '章贡区' } })).matters;
  expect((await stalled()).map(({ kind }) => kind)).toEqual([]);
  await world.travel(startOfDay('2026-06-15') + NINE);
  const matters = await stalled();
  expect(matters.map(({ kind }) => kind)).toEqual(['objection', 'objection', 'doubt']);
  for (const [at, { objectionId }] of matters.slice(0, 2).entries()) {
    expect(await world.call('decideObjection', reviewer, { params: { objectionId: objectionId! }, body: { version: 1, upheld: false, answer: '经核实' } })).toEqual({ ok: true });
    expect((await world.allocationOf(objected)).state).toBe(at === 0 ? 'publicised' : 'qualified');
  }
  await world.act(reviewer, doubted, 'clearDoubt');
  await world.tick();
  expect(world.sent('objectionDismissed')).toHaveLength(2);
  expect(texts('doubtCleared')).toEqual([expect.stringContaining('请在7月15日24时前办完')]);
  expect(await stalled()).toEqual([]);
});

test('F1, Q10: staff give up for a family only with its consent and a confirmation, on record and told', async () => {
  const id = await qualified();
  const window = { place: '水西小区办事窗口', consent: '本人到场签字' };
  for (const lacking of [{}, window, { ...window, consent: undefined, confirm: true }, { ...window, place: undefined, confirm: true }]) expect(await world.act(operator, id, 'giveUp', lacking)).toBe('VALIDATION_FAILED');
  expect(await world.act(operator, id, 'giveUp', { ...window, confirm: true })).toBe('forfeited');
  const [entry] = await world.entriesOf(0, 'AllocationForfeited');
  expect(JSON.parse(entry!.detail)).toMatchObject({ cause: 'gaveUpAfterPick', assisted: { staffId: 'operator', ...window } });
  await world.tick();
  expect(texts('allocationLost')).toEqual([expect.stringMatching(/由窗口工作人员协助，已放弃选定的住房.*不是您家的意思/)]);
});

test('A2: an allocation keeps the rules it was picked under, and its entries name them', async () => {
  const id = await world.pick(1);
  await world.store.transact(async (tx) => {
    const [set] = await tx.ruleSets.find({});
    await tx.ruleSets.insert({ ...set!, id: 'ruleSet-2', number: 2, effectiveAtMs: startOfDay('2026-06-03'), values: { ...set!.values, leaseWithinDays: 10, noticeDownloadDays: 1 } });
  });
  await world.kernel.rulebook.refresh();
  await world.travel(OVER + NINE);
  expect(world.kernel.rules()).toMatchObject({ version: 2 });
  expect(await world.allocationOf(id)).toMatchObject({ leaseByMs: LATE, downloadByMs: startOfDay('2026-06-10'), ruleSetVersion: 1 });
  expect((await world.entriesOf(0, 'AllocationQualified')).map(({ open }) => open)).toEqual([{ ruleSet: 1 }]);
});

test('A1: an allocation that cannot qualify does not hold up the others of its list, and is looked at again', async () => {
  const [broken, sound] = [await world.pick(1), await world.pick(2)];
  const home = (await world.store.read((tx) => tx.listings.get(`${LANE}-home-1`)))!;
  await world.store.transact(async (tx) => tx.listings.remove((await tx.listings.get(home.id))!));
  await world.travel(OVER + NINE);
  expect([(await world.allocationOf(broken)).state, (await world.allocationOf(sound)).state]).toEqual(['publicised', 'qualified']);
  const { version: _version, ...back } = home;
  await world.store.transact((tx) => tx.listings.insert(back));
  await world.tick();
  expect((await world.allocationOf(broken)).state).toBe('qualified');
});

test('L1: a tenant reads that its home was reported vacated', async () => {
  const id = await qualified();
  await world.act(operator, id, 'checkOriginals');
  await world.act(operator, id, 'signLease', { contractNumber: 'HT-1' });
  const home = await world.store.read(async (tx) => (await tx.listings.get(`${LANE}-home-1`))!);
  await world.call('actOnHomes', operator, { body: { act: 'reportVacated', reason: '退租', vacatedDay: '2026-06-06', items: [{ listingId: home.id, version: home.version }] } });
  await world.tick();
  expect(texts('tenancyEnded')).toEqual([expect.stringMatching(/101室已于6月6日登记腾退/)]);
});
