/** G1: six groups, a household in one of them. Q2: the first K of a lane are called up, and no others. */
import { isRefusal, applicants, contentOf, family } from '../support/applications';
import { familyHandlers } from '../../bff/features/family/handlers';
import type { ApiRequest } from '../../bff/http/request';
import { UniqueViolation } from '../../bff/store/port';
import { LANE, phoneOf, seedLane } from '../support/build';
import { goTo, offer, seedHousehold, ticketsOf } from '../support/waiting';
import { startOfDay } from '../../shared/shanghai-time';
import { buildWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

test('G1: an application is for one of six groups: each is taken as it is, and there is no seventh', async () => {
  const people = applicants(world.kernel);
  const groups: string[] = [];
  for (const [at, [tier, bedrooms]] of ([['lowRent', 1], ['lowRent', 2], ['lowRent', 3], ['publicRental', 1], ['publicRental', 2], ['publicRental', 3]] as const).entries()) {
    const { id } = await people.submit(at + 1, { tier, bedrooms });
    groups.push((await world.store.read((tx) => tx.applications.get(id)))!.group);
  }
  expect(groups).toEqual(['lowRent-1', 'lowRent-2', 'lowRent-3', 'publicRental-1', 'publicRental-2', 'publicRental-3']);
  for (const bedrooms of [0, 4, null]) {
    const { id, version } = await people.draft(9, { bedrooms });
    const refused = await people.ask('submitApplication', family(world.kernel, 9), { params: { applicationId: id }, body: { version, confirm: true }, key: `submit-${id}` });
    expect(isRefusal(refused) && refused.extras.fields).toMatchObject([{ path: 'bedrooms' }]);
    await people.ask('withdrawApplication', family(world.kernel, 9), { params: { applicationId: id }, body: { version, confirm: true } });
  }
  expect(contentOf(9).tier).toBe('publicRental');
});

test('G1: a household is in exactly one: it takes part in a batch for one group, and the number it gets is its only one', async () => {
  await seedHousehold(world, 1);
  await offer(world, 1, { group: 'publicRental-2' });
  await expect(offer(world, 1, { id: 'candidate-1-again', group: 'lowRent-1' })).rejects.toThrow(UniqueViolation);
  await goTo(world, startOfDay('2026-06-02'));
  expect([(await ticketsOf(world, 'publicRental-2')).map(({ householdId }) => householdId), await ticketsOf(world, 'lowRent-1')]).toEqual([['household-1'], []]);
});

test('Q2: of more families than homes × factor the first of those still queued are called up, told, and see doors; nobody behind them', async () => {
  const families = [1, 2, 3, 4, 5, 6].map((queueNumber) => ({ group: 'publicRental-2', queueNumber }));
  await seedLane(world.kernel, { families, homes: 2 });
  expect(world.kernel.rules().values.callUpFactor).toBe(1.5);
  const called = async () => (await ticketsOf(world, 'publicRental-2')).filter(({ calledUpAtMs }) => calledUpAtMs !== null).map(({ queueNumber }) => queueNumber);
  const told = () => world.gateway.sent.filter(({ key }) => key.startsWith('sms-calledUp')).map(({ phone }) => phone).sort();
  const homesOf = (number: number) => familyHandlers(world.kernel).listMyHomes!({ caller: family(world.kernel, number - 1), params: { ticketId: `publicRental-2-${number}` } } as unknown as ApiRequest<'listMyHomes'>);
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
  // Number 1 has its turn; K = 2 × 1.5 of those who still queue.
  expect([await called(), told()]).toEqual([[1, 2, 3, 4], [phoneOf(1), phoneOf(2), phoneOf(3)]]);
  expect(await homesOf(4)).toMatchObject({ homes: [{ room: '101' }, { room: '102' }] });
  expect(await homesOf(5)).toMatchObject({ code: 'NOT_YOUR_TURN' });
  // A turn that ends without a pick brings the next one within K, and only that one.
  await world.command(LANE, { type: 'PassTurn', ticket: (await ticketsOf(world, 'publicRental-2'))[0]! });
  await world.tick();
  expect([await called(), told()]).toEqual([[1, 2, 3, 4, 5], [phoneOf(1), phoneOf(2), phoneOf(3), phoneOf(4)]]);
});
