/** Q2: who is among the first K families is called up when that becomes so, whatever made it so. */
import { joinQueue } from '../../bff/features/waiting/queue';
import { leaveWaiting } from '../../bff/features/waiting/door';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { buildHousehold, buildTicket, LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
// Two homes: K = 3, besides the family at turn.
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { families: [11, 12, 13, 14, 15, 16].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })), homes: 2 });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
});
afterEach(() => world.close());

const calledUp = () => world.store.read(async (tx) => (await tx.tickets.find({ laneId: LANE, state: 'queued' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']] })).filter((ticket) => ticket.calledUpAtMs !== null).map(({ id }) => id));
const toldOf = (index: number) => world.gateway.sent.filter((message) => message.phone === phoneOf(index) && message.key.startsWith('sms-calledUp')).length;
const join = (index: number, group: string, queueNumber: number) => change(world.kernel, systemAct('公示期满，进入排队'), async (work) => {
  const household = await work.tx.households.insert(buildHousehold(world.kernel, index));
  const { version: _v, ...ticket } = buildTicket({ group, queueNumber, householdId: household.id, state: 'publicised' });
  await joinQueue(work, [await work.tx.tickets.insert(ticket)]);
});

test('Q2: a family that joins among the first K is called up and told at once; one behind them is not', async () => {
  expect(await calledUp()).toEqual(['publicRental-2-12', 'publicRental-2-13', 'publicRental-2-14']);
  await join(20, 'lowRent-2', 3);
  await join(21, 'publicRental-2', 99);
  await world.tick();
  await world.tick();
  expect(await calledUp()).toEqual(['lowRent-2-3', 'publicRental-2-12', 'publicRental-2-13', 'publicRental-2-14']);
  expect([toldOf(20), toldOf(21), toldOf(1)]).toEqual([1, 0, 1]);
});

test('Q2, W4: who moves up among the first K because another left is called up', async () => {
  await change(world.kernel, systemAct('放弃'), async (work) => leaveWaiting(world.kernel, work, (await work.tx.tickets.get('publicRental-2-13'))!, 'gaveUp', '本人申请'));
  await world.tick();
  await world.tick();
  expect(await calledUp()).toEqual(['publicRental-2-12', 'publicRental-2-14', 'publicRental-2-15']);
  expect(toldOf(4)).toBe(1);
  expect(toldOf(3)).toBe(1);
});

test('Q2: nobody is called up in a closed lane, and nothing is looked at again without cause', async () => {
  const lane = () => world.store.read(async (tx) => (await tx.lanes.get(LANE))!);
  const before = await lane();
  await world.tick();
  expect((await lane()).version).toBe(before.version);
  await seedLane(world.kernel, { laneId: 'jingkai-2', families: [{ group: 'publicRental-2', queueNumber: 70 }], homes: 1 }, 30);
  await change(world.kernel, systemAct('公示期满，进入排队'), async (work) => {
    const { version: _v, ...ticket } = buildTicket({ group: 'publicRental-2', queueNumber: 71, laneId: 'jingkai-2', householdId: 'household-30', state: 'publicised' });
    await joinQueue(work, [await work.tx.tickets.insert(ticket)]);
  });
  await world.tick();
  expect(await world.store.read(async (tx) => (await tx.tickets.find({ laneId: 'jingkai-2' })).every((ticket) => ticket.calledUpAtMs === null))).toBe(true);
});
