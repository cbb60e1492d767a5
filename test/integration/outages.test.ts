/** T6 for times counted in days: what the service's absence took of them is given back before anything can lapse. */
import { applicants, clerk } from '../support/applications';
import { buildListing, buildTicket, LANE, phoneOf } from '../support/build';
import { caller, callerOf, goTo, seedHousehold, ticketOf } from '../support/waiting';
import { buildWorld, MORNING_MS, type World } from '../support/world';
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfDay } from '../../shared/shanghai-time';

const TICKET = 'publicRental-2-1';
let world: World;
let call: ReturnType<typeof caller>;
beforeEach(async () => {
  world = await buildWorld();
  call = caller(world);
  const { version: _v, ...home } = buildListing({ id: 'home-1' });
  const { version: _t, ...ticket } = buildTicket({ queueNumber: 1, householdId: 'household-1' });
  await seedHousehold(world, 1);
  await world.store.transact(async (tx) => {
    await tx.lanes.insert({ id: LANE, areaCode: 'zhanggong', areaName: '章贡区', bedrooms: 2, state: 'closed', pausedAtMs: null, openTurnId: null, calledUpFor: 0 });
    await tx.listings.insert(home);
    await tx.tickets.insert(ticket);
  });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(world, TICKET) });
  await goTo(world, MORNING_MS);
});
afterEach(() => world.close());

const end = () => world.store.read(async (tx) => (await tx.misses.get(`miss-${TICKET}`))!.continueUntilMs);
const told = () => world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(1) && text.includes('顺延到')).map(({ text }) => text);
const ask = () => call<{ batchDay?: string }>('askToContinue', callerOf(world, 1), { ticketId: TICKET }, { confirm: true });
const forfeits = () => world.store.read((tx) => tx.forfeits.find({}));
/** The service is away until then, and looks. */
const awayUntil = async (atMs: number) => {
  world.heartbeat.forget();
  world.clock.nowMs = atMs;
  await world.tick();
};

test('T6, M1: away over the end of the time to ask: the family has as many days again, is told, and nothing is forfeited meanwhile', async () => {
  expect(await end()).toBe(startOfDay('2026-06-05'));
  await goTo(world, startOfDay('2026-06-02') + 10 * HOUR_MS);
  // Three days less nine hours: three days are given back.
  await awayUntil(startOfDay('2026-06-05') + HOUR_MS);
  expect(await end()).toBe(startOfDay('2026-06-08'));
  expect(await forfeits()).toEqual([]);
  await goTo(world, startOfDay('2026-06-05') + 9 * HOUR_MS);
  expect(told()).toHaveLength(1);
  expect(told()[0]).toContain('6月7日24时');
  await goTo(world, startOfDay('2026-06-08') - 1);
  expect(await ask()).toMatchObject({ batchDay: '2026-06-10' });
  expect(await forfeits()).toEqual([]);
});

test('T6, M2: given back once; the end that was moved is an end all the same', async () => {
  await goTo(world, startOfDay('2026-06-04') + 23 * HOUR_MS);
  await awayUntil(startOfDay('2026-06-05') + 5 * MINUTE_MS);
  expect(await end()).toBe(startOfDay('2026-06-06'));
  await world.tick();
  expect(await end()).toBe(startOfDay('2026-06-06'));
  await goTo(world, startOfDay('2026-06-06'));
  expect(await forfeits()).toHaveLength(1);
  expect(await ask()).toEqual({ refused: 'CONTINUATION_TOO_LATE' });
});

test('T6: a restart of a minute moves no day and sends nobody a message', async () => {
  await goTo(world, startOfDay('2026-06-03'));
  await awayUntil(startOfDay('2026-06-03') + MINUTE_MS);
  expect(await end()).toBe(startOfDay('2026-06-05'));
  expect(told()).toEqual([]);
});

test('T6: a process that was frozen gives the time back before it hears the family out', async () => {
  await goTo(world, startOfDay('2026-06-04') + 20 * HOUR_MS);
  // Nothing ran in between, and nothing has looked since: the family is the first to knock.
  world.clock.nowMs = startOfDay('2026-06-05') + DAY_MS;
  expect(await ask()).toMatchObject({ batchDay: '2026-06-09' });
});

test('T6, V1: the time for a supplement is given back as well', async () => {
  const people = applicants(world.kernel);
  const { id } = await people.submit(2);
  await people.review(clerk, id, 1, 'sendBack');
  const stored = () => world.store.read(async (tx) => (await tx.applications.get(id))!);
  const before = (await stored()).dueMs!;
  await goTo(world, before - HOUR_MS);
  await awayUntil(before + 3 * DAY_MS);
  expect(await stored()).toMatchObject({ state: 'supplementOne', dueMs: before + 4 * DAY_MS });
  await goTo(world, before + 3 * DAY_MS + 9 * HOUR_MS);
  expect(world.gateway.sent.filter(({ phone, text }) => phone === phoneOf(2) && text.includes('补正期限顺延到'))).toHaveLength(1);
  await goTo(world, before + 4 * DAY_MS);
  expect(await stored()).toMatchObject({ state: 'expired' });
});
