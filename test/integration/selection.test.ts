/** The selection core on a real store: what is written, what is told, what survives. */
import { GENESIS_HASH, hashDetail, hashEntry, laneStream } from '../../bff/store/ledger';
import { UniqueViolation } from '../../bff/store/port';
import { buildTicket, buildTurn, LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, MORNING_MS, type World } from '../support/world';
import { recordSmsReceipt } from '../../bff/features/contact/proof';
import { systemAct } from '../../bff/kernel';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { change } from '../../bff/store/change';

const HOUR = 3_600_000;
const families = [
  { group: 'publicRental-2', queueNumber: 1 }, { group: 'publicRental-2', queueNumber: 2 },
  { group: 'lowRent-2', queueNumber: 41 }, { group: 'lowRent-2', queueNumber: 42 },
];

let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { families, homes: 3 });
});
afterEach(() => world.close());

const openLane = async () => {
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
};
const currentTurn = () => world.store.read(async (tx) => (await tx.turns.find({ laneId: LANE, isOpen: true }))[0] ?? null);
const ticketOf = (id: string) => world.store.read(async (tx) => (await tx.tickets.get(id))!);
const entries = () => world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE) }, { sort: [['seq', 'asc']] }));
const pickBy = async (ticketId: string, listingId: string) => {
  const [ticket, listing] = await world.store.read(async (tx) => [(await tx.tickets.get(ticketId))!, await tx.listings.get(listingId)] as const);
  return world.command(LANE, { type: 'PickHome', ticket, listing, assisted: null });
};
/** Time passes with the service up. */
const pass = async (ms: number) => {
  await beatWithoutCredit(world.kernel, world.clock.nowMs + ms);
  world.clock.nowMs += ms;
  await world.tick();
};
const receipt = async (turnId: string, status: 'delivered' | 'failed' = 'delivered') =>
  recordSmsReceipt(world.kernel, systemAct('回执'), { gatewayId: `gw-sms-turnOpened-${turnId}`, status, atMs: world.clock.nowMs });

test('Q1, Q3, T5: low-rent families first, by number; the clock starts when the gateway took the message', async () => {
  await openLane();
  const turn = (await currentTurn())!;
  expect(turn).toMatchObject({ group: 'lowRent-2', queueNumber: 41, notifiedAtMs: MORNING_MS, deadlineMs: MORNING_MS + 4 * HOUR });
  expect(world.gateway.sent.filter((m) => m.key.startsWith('sms-turnOpened'))).toMatchObject([{ phone: phoneOf(2) }]);
});

test('Q2: the first K families are called up, and told', async () => {
  await openLane();
  const called = await world.store.read(async (tx) => (await tx.tickets.find({ laneId: LANE })).filter((t) => t.calledUpAtMs !== null).map((t) => t.id).sort());
  expect(called).toEqual(['lowRent-2-41', 'lowRent-2-42', 'publicRental-2-1', 'publicRental-2-2']); // 3 homes × 1.5 = 5 ≥ all four
  expect(world.gateway.sent.filter((m) => m.key.startsWith('sms-calledUp'))).toHaveLength(3);
});

test('Q4, S4: a pick takes the home, ends the turn, begins the next, and is receipted with its ledger position', async () => {
  await openLane();
  const entered = await pickBy('lowRent-2-41', `${LANE}-home-2`);
  expect(entered.refusal).toBeNull();
  expect(await ticketOf('lowRent-2-41')).toMatchObject({ state: 'picked' });
  expect(await world.store.read(async (tx) => (await tx.listings.get(`${LANE}-home-2`))!.state)).toBe('picked');
  expect(await currentTurn()).toMatchObject({ group: 'lowRent-2', queueNumber: 42 });
  const content = JSON.parse(entered.pick!.receipt.body) as { ledger: { seq: number; hash: string }; applicantMasked: string };
  const entry = (await entries()).find((e) => e.seq === content.ledger.seq)!;
  expect(entry).toMatchObject({ type: 'HomePicked', hash: content.ledger.hash });
  expect(content.applicantMasked).toMatch(/\*/);
});

test('Q6: at the deadline exactly once, and the turn moves on; the late pick is refused', async () => {
  await openLane();
  const turn = (await currentTurn())!;
  await receipt(turn.id);
  await pass(4 * HOUR - 1);
  expect((await currentTurn())!.id).toBe(turn.id);
  await pass(1);
  expect(await ticketOf('lowRent-2-41')).toMatchObject({ state: 'missed' });
  expect(await currentTurn()).toMatchObject({ queueNumber: 42 });
  expect((await pickBy('lowRent-2-41', `${LANE}-home-1`)).refusal).toBe('TURN_OVER');
  await world.tick();
  expect((await entries()).filter((e) => e.type === 'TurnMissed')).toHaveLength(1);
});

test('Q8: without a receipt staff are asked to call, and the deadline defers instead of forfeiting; the third time it counts', async () => {
  await openLane();
  await pass(30 * 60_000);
  expect(await world.store.read((tx) => tx.callTasks.find({}))).toMatchObject([{ ticketId: 'lowRent-2-41', state: 'open' }]);
  await pass(4 * HOUR);
  const deferred = await ticketOf('lowRent-2-41');
  expect(deferred).toMatchObject({ state: 'queued', deferrals: 1 });
  expect(await world.store.read((tx) => tx.callTasks.find({}))).toMatchObject([{ state: 'lapsed' }]);
  expect((await currentTurn())!.queueNumber).toBe(42);
  await receipt((await currentTurn())!.id);
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf('lowRent-2-42') });
  expect((await currentTurn())!.group).toBe('publicRental-2'); // 41 waits for the next window
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf('publicRental-2-1') });
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf('publicRental-2-2') });
  await pass(deferred.notBeforeMs - world.clock.nowMs);
  expect(await currentTurn()).toMatchObject({ queueNumber: 41 });
  await pass(5 * HOUR);
  await pass((await ticketOf('lowRent-2-41')).notBeforeMs - world.clock.nowMs);
  await pass(5 * HOUR);
  expect(await ticketOf('lowRent-2-41')).toMatchObject({ state: 'missed', deferrals: 2 });
});

test('Q8: a receipt twice, or a failure after a delivery, changes nothing', async () => {
  await openLane();
  const turn = (await currentTurn())!;
  await receipt(turn.id);
  const before = (await entries()).length;
  await receipt(turn.id);
  await receipt(turn.id, 'failed');
  expect((await entries()).length).toBe(before);
  expect((await currentTurn())!.proof).toBe('smsReceipt');
});

test('Q8: a failed receipt asks staff to call at once', async () => {
  await openLane();
  await receipt((await currentTurn())!.id, 'failed');
  expect(await world.store.read((tx) => tx.callTasks.find({}))).toMatchObject([{ state: 'open', reason: '短信未送达' }]);
});

test('T4: a lane opened in the evening starts its turn at eight; nothing is handed over before', async () => {
  world.clock.nowMs = MORNING_MS + 9 * HOUR; // 19:00
  await openLane();
  expect(await currentTurn()).toBeNull();
  await pass(12 * HOUR); // 07:00
  expect(world.gateway.sent).toEqual([]);
  await pass(HOUR); // 08:00
  expect(await currentTurn()).toMatchObject({ queueNumber: 41, notifiedAtMs: MORNING_MS + 22 * HOUR });
});

test('T4, T5: a gateway that is down holds the clock; a turn not handed over by 18:00 waits for the morning', async () => {
  world.gateway.next = () => ({ kind: 'rejected', reason: 'down', permanent: false });
  world.clock.nowMs = MORNING_MS + 8 * HOUR - 10 * 60_000; // 17:50
  await openLane();
  expect(await currentTurn()).toMatchObject({ notifiedAtMs: null, deadlineMs: null });
  for (let i = 0; i < 4; i += 1) await pass(3 * 60_000); // 18:02
  world.gateway.next = () => ({ kind: 'accepted', gatewayId: '' });
  await pass(HOUR);
  expect(await currentTurn()).toMatchObject({ notifiedAtMs: null });
  await pass(13 * HOUR); // 08:02
  expect(await currentTurn()).toMatchObject({ notifiedAtMs: world.clock.nowMs, deadlineMs: world.clock.nowMs + 4 * HOUR });
});

test('Q8: a number the gateway will never take starts the clock without proof, and staff must call', async () => {
  world.gateway.next = (m) => (m.key.startsWith('sms-turnOpened') ? { kind: 'rejected', reason: 'no such number', permanent: true } : { kind: 'accepted', gatewayId: '' });
  await openLane();
  expect(await currentTurn()).toMatchObject({ deadlineMs: MORNING_MS + 4 * HOUR, proof: 'none' });
  expect(await world.store.read((tx) => tx.callTasks.find({}))).toMatchObject([{ state: 'open' }]);
  expect(await world.store.read((tx) => tx.outbox.find({ state: 'dead' }))).toMatchObject([{ kind: 'turnOpened', attempts: 1 }]);
});

test('T6: an outage moves the running deadline by its length, also when the deadline passed meanwhile', async () => {
  await openLane();
  const before = (await currentTurn())!;
  world.clock.nowMs += 6 * HOUR; // nobody beat: the service was down
  world.heartbeat.forget();
  await world.tick();
  expect(await currentTurn()).toMatchObject({ id: before.id, deadlineMs: before.deadlineMs! + 6 * HOUR, movedMs: 6 * HOUR });
  expect((await entries()).at(-1)).toMatchObject({ type: 'DeadlineMoved', open: { cause: 'outage' } });
});

test('L4: homes left over after a round stay available, for whoever joins the queue later', async () => {
  await openLane();
  for (const id of ['lowRent-2-41', 'lowRent-2-42', 'publicRental-2-1', 'publicRental-2-2']) await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(id) });
  await world.tick();
  expect(await currentTurn()).toBeNull();
  expect(await world.store.read((tx) => tx.listings.count({ laneId: LANE, state: 'available' }))).toBe(3);
  const { version: _v, ...late } = buildTicket({ group: 'lowRent-2', queueNumber: 43, householdId: 'household-0' });
  await world.store.transact((tx) => tx.tickets.insert(late));
  await world.tick();
  expect(await currentTurn()).toMatchObject({ group: 'lowRent-2', queueNumber: 43 });
});

test('T6: a turn opened just before a pause is notified when the lane resumes, not before', async () => {
  world.gateway.next = () => ({ kind: 'rejected', reason: 'down', permanent: false });
  await openLane();
  await world.command(LANE, { type: 'PauseLane', reason: '停电' });
  world.gateway.next = () => ({ kind: 'accepted', gatewayId: '' });
  await pass(HOUR);
  expect(await currentTurn()).toMatchObject({ notifiedAtMs: null });
  await world.command(LANE, { type: 'ResumeLane', reason: '来电' });
  await world.tick();
  expect(await currentTurn()).toMatchObject({ notifiedAtMs: world.clock.nowMs, deadlineMs: world.clock.nowMs + 4 * HOUR });
});

test('Q7: for low-rent families the reviewing staff of their district are told as well', async () => {
  await world.store.transact((tx) => tx.staff.insert({ id: 'staff-r', account: 'r', passwordHash: '', name: '审', role: 'districtReviewer', districts: ['章贡区'], streets: [], phoneSealed: world.kernel.crypto.seal('19911111111'), active: true }));
  await openLane();
  const told = () => world.gateway.sent.filter((m) => m.phone === '19911111111');
  expect(told()).toHaveLength(1);
  expect(told()[0]!.text).toContain('第41号');
  await pickBy('lowRent-2-41', `${LANE}-home-1`);
  await world.tick();
  await pickBy('lowRent-2-42', `${LANE}-home-2`);
  await world.tick();
  expect(told()).toHaveLength(2); // not for the public-rental family that is up now
});

test('Q3: the unique index refuses a second open turn even where the rule would be wrong', async () => {
  await openLane();
  const { version: _v, ...second } = buildTurn({ id: 'second' });
  await expect(world.store.transact((tx) => tx.turns.insert(second))).rejects.toMatchObject({ index: 'oneOpenTurnPerLane' } satisfies Partial<UniqueViolation>);
});

test('Q4: the unique index refuses a second pick of one home', async () => {
  await openLane();
  const { pick } = await pickBy('lowRent-2-41', `${LANE}-home-1`);
  const { version: _v, ...again } = { ...pick!, id: 'again', ticketId: 'other' };
  await expect(world.store.transact((tx) => tx.picks.insert(again))).rejects.toMatchObject({ index: 'onePickPerListing' });
});

test('S1, S2: the ledger is a gapless chain, free of personal data in its public part', async () => {
  await openLane();
  await pickBy('lowRent-2-41', `${LANE}-home-1`);
  let prevHash = GENESIS_HASH;
  for (const [i, entry] of (await entries()).entries()) {
    expect(entry.seq).toBe(i + 1);
    expect(entry.prevHash).toBe(prevHash);
    expect(entry.hash).toBe(hashEntry(entry));
    expect(entry.detailHash).toBe(hashDetail(entry.salt, entry.detail));
    expect(JSON.stringify(entry.open)).not.toMatch(/199\d{8}|试\d/);
    prevHash = entry.hash;
  }
});

test('the outbox is written with the change: nothing told that was not committed, nothing committed untold', async () => {
  await openLane();
  const sentBefore = world.gateway.sent.length;
  await expect(change(world.kernel, systemAct('test'), async (work) => {
    await work.tell({ id: 'sms-x', topic: 'sms', kind: 'calledUp', subjectId: 'x', recipientSealed: world.kernel.crypto.seal('19900000000'), payload: {} });
    throw new Error('rolled back');
  })).rejects.toThrow('rolled back');
  await world.tick();
  expect(world.gateway.sent).toHaveLength(sentBefore);
  // Between commit and relay the process may die: the message is there for the next one.
  await pickBy('lowRent-2-41', `${LANE}-home-1`);
  expect(await world.store.read((tx) => tx.outbox.find({ state: 'pending', kind: 'turnOpened' }))).toHaveLength(1);
  await world.tick();
  expect(world.gateway.sent.some((m) => m.key.startsWith('sms-turnOpened') && m.phone === phoneOf(3))).toBe(true);
});

test('two timers at once change nothing twice', async () => {
  await openLane();
  await receipt((await currentTurn())!.id);
  await beatWithoutCredit(world.kernel, world.clock.nowMs + 5 * HOUR);
  world.clock.nowMs += 5 * HOUR;
  await Promise.all([world.tick(), world.tick(), world.command(LANE, { type: 'Settle' }), world.command(LANE, { type: 'Settle' })]);
  expect((await entries()).filter((e) => e.type === 'TurnMissed')).toHaveLength(1);
  expect(await world.store.read((tx) => tx.turns.count({ laneId: LANE, isOpen: true }))).toBe(1);
});
