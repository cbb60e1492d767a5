/** V2: what is left, per community and bedrooms, while an application is filled in. */
import { listingHandlers } from '../../bff/features/listings/handlers';
import { Refusal, type ApiRequest } from '../../bff/http/request';
import type { Store, Tx } from '../../bff/store/port';
import { routes, type AnswerOf } from '../../shared/contract/routes';
import { applicants, family } from '../support/applications';
import { buildCommunity, buildLane, buildListing } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await world.store.transact(async (tx) => {
    for (const [name, district] of [['水西家园', '章贡区'], ['水东家园', '章贡区'], ['蟠龙家园', '赣州经开区']] as const) await tx.communities.insert(buildCommunity(name, district));
    for (const [area, bedrooms] of [['zhanggong', 1], ['zhanggong', 2], ['zhanggong', 3], ['jingkai', 2]] as const) {
      const { version: _v, ...lane } = buildLane({ id: `${area}-${bedrooms}`, areaCode: area, bedrooms });
      await tx.lanes.insert(lane);
    }
    let room = 100;
    const home = async (name: string, bedrooms: number, state: 'available' | 'picked' | 'inReview' | 'reserved') => {
      const area = name === '蟠龙家园' ? 'jingkai' : 'zhanggong';
      const { version: _v, ...listing } = buildListing({ id: `home-${(room += 1)}`, room: String(room), communityId: name, communityName: name, laneId: `${area}-${bedrooms}`, bedrooms, state });
      await tx.listings.insert(listing);
    };
    for (const state of ['available', 'available', 'picked', 'inReview', 'reserved'] as const) await home('水西家园', 2, state);
    await home('水西家园', 1, 'available');
    await home('水东家园', 2, 'picked');
    await home('蟠龙家园', 2, 'available');
  });
});
afterEach(() => world.close());

type Answer = AnswerOf<'getRemainingHomes'>;
async function remaining(district: string, store: Store = world.store): Promise<Answer | string> {
  const request = { caller: family(world.kernel, 1), params: {}, query: { district }, body: undefined } as unknown as ApiRequest<never>;
  const answer = await listingHandlers({ ...world.kernel, store }).getRemainingHomes!(request);
  if (answer instanceof Refusal) return answer.code;
  expect(routes.getRemainingHomes.answer.safeParse(answer).error).toBeUndefined();
  return answer as Answer;
}
const tableOf = (answer: Answer | string) => (typeof answer === 'string' ? answer : Object.fromEntries(answer.communities.map(({ name, remaining: left }) => [name, left.map(({ bedrooms, homes }) => `${bedrooms}:${homes}`).join(' ')])));

test('V2: an applicant with a draft sees what is left in its district’s area, per community and bedrooms, only what can be picked', async () => {
  const draft = await applicants(world.kernel).draft(1, {});
  expect(draft.id).toBeTruthy();
  expect(tableOf(await remaining('章贡区'))).toEqual({ 水东家园: '1:0 2:0 3:0', 水西家园: '1:1 2:2 3:0' });
  // In whichever district, however it is written in the registers.
  expect(tableOf(await remaining('经开区'))).toEqual({ 蟠龙家园: '2:1' });
  expect(await remaining('某区')).toBe('NOT_FOUND');
  await world.store.transact(async (tx) => tx.listings.replace({ ...(await tx.listings.get('home-101'))!, state: 'picked' }));
  expect(tableOf(await remaining('章贡区'))).toMatchObject({ 水西家园: '1:1 2:1 3:0' });
});

test('V2: one cheap look: counted by index, no home and no waiting family is read', async () => {
  const used: string[] = [];
  const watched = (tx: Tx): Tx => new Proxy(tx, {
    get: (target, name) => new Proxy(target[name as keyof Tx] as object, {
      get: (collection, method) => {
        used.push(`${String(name)}.${String(method)}`);
        const value = (collection as Record<PropertyKey, unknown>)[method];
        return typeof value === 'function' ? value.bind(collection) : value;
      },
    }),
  });
  await remaining('章贡区', { ...world.store, read: (work) => world.store.read((tx) => work(watched(tx))) } as Store);
  expect(used.sort()).toEqual(['communities.find', 'lanes.find', 'listings.countBy', 'listings.countBy', 'listings.countBy']);
});
