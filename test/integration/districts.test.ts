/** V1, Q1: no change of rules leaves a district's families behind. */
import { ruleSetHandlers } from '../../bff/features/rule-sets/handlers';
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import type { Caller } from '../../bff/http/request';
import { defaultRuleSet } from '../../config/default-rule-set';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants, call, clerk, isRefusal, reviewer } from '../support/applications';
import { buildHousehold } from '../support/build';
import { offer } from '../support/waiting';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const admin: Caller = { kind: 'staff', sessionId: 's', staffId: 'admin', role: 'administrator', districts: [] };
/** 章贡区 called by another name: its area and lanes stay. */
const renamed = {
  areas: defaultRuleSet.areas.map((area) => (area.code === 'zhanggong' ? { ...area, districts: ['中心区'] } : area)),
  reviewStreets: defaultRuleSet.reviewStreets.map((each) => (each.district === '章贡区' ? { ...each, district: '中心区' } : each)),
};
let world: World;
let people: ReturnType<typeof applicants>;
beforeEach(async () => {
  world = await buildWorld();
  people = applicants(world.kernel);
});
afterEach(() => world.close());

async function publish(effectiveDay: string) {
  const handlers = ruleSetHandlers(world.kernel);
  const draft = await call<{ id: string; version: number }>(handlers, 'createRuleDraft', admin, { body: { title: '改名', values: renamed } });
  return call(handlers, 'publishRuleDraft', admin, { params: { ruleSetId: draft.id }, body: { version: draft.version, effectiveDay, reason: '行政区划调整' } });
}
const at = async (ms: number) => {
  await beatWithoutCredit(world.kernel, ms);
  world.clock.nowMs = ms;
  await duePublicities.run(world.kernel);
};
const stuck = { code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'values.areas', message: '还有未办结的申请、等待生成顺序号的家庭或租赁补贴的所属区不能删除：章贡区' }] } };

test('V1: a district with an application that can still move, a family waiting for a number, a request or a subsidy cannot be taken out; one without can', async () => {
  await people.draft(7);
  const { id } = await people.submit(1);
  expect(await publish('2026-07-01')).toMatchObject(stuck);
  await people.review(clerk, id, 1, 'reject');

  await world.store.transact((tx) => tx.households.insert(buildHousehold(world.kernel, 2)));
  await offer(world, 2);
  expect(await publish('2026-07-01')).toMatchObject(stuck);
  await world.store.transact(async (tx) => tx.batchCandidates.replace({ ...(await tx.batchCandidates.get('candidate-2'))!, state: 'withdrawn' }));

  const request = { id: 'request', kind: 'toSubsidy' as const, householdId: 'household-2', district: '章贡区', ticketId: null, group: null, reasonSealed: world.kernel.crypto.seal('x'), receiptNumber: 9, state: 'open' as const, requestedAtMs: 1, decidedAtMs: null, decidedBy: '', ruleSetVersion: 1 };
  await world.store.transact((tx) => tx.waitingRequests.insert({ ...request, answerSealed: world.kernel.crypto.seal('') }));
  expect(await publish('2026-07-01')).toMatchObject(stuck);
  await world.store.transact(async (tx) => tx.waitingRequests.replace({ ...(await tx.waitingRequests.get('request'))!, state: 'withdrawn' }));

  await world.store.transact((tx) => tx.subsidies.insert({ id: 'subsidy', householdId: 'household-2', district: '章贡区', state: 'running', fromMs: 1, endedAtMs: null, endedBy: '', reasonSealed: world.kernel.crypto.seal('') }));
  expect(await publish('2026-07-01')).toMatchObject(stuck);
  await world.store.transact(async (tx) => tx.subsidies.replace({ ...(await tx.subsidies.get('subsidy'))!, state: 'stopped' }));

  expect(isRefusal(await publish('2026-07-01'))).toBe(false);
});

test('V1, G4: who applied between the publishing and its day still gets a number, in the area the district had', async () => {
  expect(isRefusal(await publish('2026-06-02'))).toBe(false);
  const { id } = await people.submit(1);
  await at(startOfDay('2026-06-02') + DAY_MS / 2);
  expect(world.kernel.rules().values.areas[0]!.districts).toEqual(['中心区']);
  // Sent back and supplemented too: its street is its own, listed or not.
  await people.review(clerk, id, 1, 'sendBack');
  const { version } = (await world.store.read((tx) => tx.applications.get(id)))!;
  const owner = { kind: 'family', sessionId: 's1', phoneIndex: (await world.store.read((tx) => tx.applications.get(id)))!.phoneIndex } as Caller;
  expect(await people.ask('submitApplication', owner, { params: { applicationId: id }, body: { version, confirm: true }, key: 'again' })).toMatchObject({ state: 'levelOne' });
  await people.review(clerk, id, 1);
  await at(MORNING_MS + 12 * DAY_MS);
  await people.review(reviewer, id, 2);
  await at(MORNING_MS + 24 * DAY_MS);
  expect(await world.store.read((tx) => tx.batchCandidates.get(`candidate-${id}`))).toMatchObject({ state: 'waiting', laneId: 'zhanggong-2', district: '章贡区' });
});
