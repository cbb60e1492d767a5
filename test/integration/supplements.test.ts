/** V1, V3, G3: a supplement puts papers and members right; it cannot turn the case into another one and keep its time. */
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import type { ApplicationContent } from '../../shared/contract/application-schemas';
import { DAY_MS, MINUTE_MS } from '../../shared/shanghai-time';
import { applicants, cityStaff, clerk, contentOf, family, isRefusal, reviewer } from '../support/applications';
import { phoneOf } from '../support/build';
import { buildWorld, MORNING_MS, type World } from '../support/world';

let world: World;
let people: ReturnType<typeof applicants>;
beforeEach(async () => {
  world = await buildWorld();
  people = applicants(world.kernel);
});
afterEach(() => world.close());

const stored = async (id: string) => (await world.store.read((tx) => tx.applications.get(id)))!;
const code = (answer: unknown) => (isRefusal(answer) ? answer.code : 'granted');
const at = async (ms: number) => {
  await beatWithoutCredit(world.kernel, ms);
  world.clock.nowMs = ms;
  await duePublicities.run(world.kernel);
};
const lastStep = () => world.store.read(async (tx) => (await tx.outbox.find({ kind: 'applicationStep', subjectId: { in: (await tx.applications.find({ phoneIndex: world.kernel.crypto.blindIndex('phone', phoneOf(1)) })).map(({ householdId }) => householdId) } }, { sort: [['createdAtMs', 'desc'], ['id', 'desc']], limit: 1 }))[0]?.payload);
const own = () => family(world.kernel, 1);
const type = async (id: string, changes: Partial<ApplicationContent>) => people.ask<{ effect: unknown }>('saveDraft', own(), { params: { applicationId: id }, body: { version: (await stored(id)).version, content: contentOf(1, changes) } });
const handIn = async (id: string, body = {}) => people.ask('submitApplication', own(), { params: { applicationId: id }, body: { version: (await stored(id)).version, confirm: true, ...body }, key: `hand-in-${(await stored(id)).version}` });
/** Receipt 1, submitted on the morning; sent back by level two eight days later. */
async function sentBackByLevelTwo(): Promise<string> {
  const { id } = await people.submit(1);
  await people.review(clerk, id, 1);
  await at(MORNING_MS + 8 * DAY_MS);
  await people.review(reviewer, id, 2, 'sendBack');
  expect((await stored(id)).state).toBe('supplementTwo');
  return id;
}
const away: Partial<ApplicationContent> = { district: '南康区', street: '东山街道', tier: 'lowRent', bedrooms: 3 };

test('V1: papers and members are put right where the case stands; its time stays', async () => {
  const id = await sentBackByLevelTwo();
  const saved = await type(id, { address: '解放路2号', members: [{ name: '苏小海', identity: contentOf(9).identity!, relation: '子' }] });
  expect(saved.effect).toEqual({ newReview: false, newTime: false });
  expect(await handIn(id)).toMatchObject({ state: 'levelTwo', receiptNumber: 1, submittedAtMs: MORNING_MS });
  expect(await lastStep()).toMatchObject({ step: 'supplemented', receiptNumber: 1 });
  // V3: who is new in it was looked for, and is held from now on.
  const other = await people.draft(9);
  expect(code(await people.ask('submitApplication', family(world.kernel, 9), { params: { applicationId: other.id }, body: { version: other.version, confirm: true } }))).toBe('PERSON_IN_OPEN_CASE');
});

test('V3: a supplement cannot take in somebody of another case', async () => {
  const id = await sentBackByLevelTwo();
  await people.submit(2);
  await type(id, { members: [{ name: '苏小雨', identity: contentOf(2).identity!, relation: '姐' }] });
  expect(code(await handIn(id))).toBe('PERSON_IN_OPEN_CASE');
});

test('V1: another district, street or group is reviewed by level one and publicised once more, before any level two', async () => {
  const id = await sentBackByLevelTwo();
  // What level one of the old place confirmed is not confirmed for the new one.
  await world.store.transact(async (tx) => tx.applications.replace({ ...(await tx.applications.get(id))!, priorityCategory: '环卫工人' }));
  expect((await type(id, away)).effect).toEqual({ newReview: true, newTime: false });
  expect(code(await handIn(id))).toBe('SUPPLEMENT_CHANGES_CASE');
  expect(await stored(id)).toMatchObject({ state: 'supplementTwo', district: '章贡区', group: 'publicRental-2' });
  expect(await handIn(id, { acceptsNewReview: true })).toMatchObject({ state: 'levelOne', receiptNumber: 1, submittedAtMs: MORNING_MS });
  expect(await stored(id)).toMatchObject({ priorityCategory: null });
  expect(await lastStep()).toMatchObject({ step: 'reviewedAnew', receiptNumber: 1 });
  const elsewhere = { ...reviewer, districts: ['南康区'] } as typeof reviewer;
  expect(code(await people.review(elsewhere, id, 2))).toBe('REVIEW_OUT_OF_ORDER');
  const street = { ...clerk, districts: ['南康区'], streets: ['东山街道'] } as typeof clerk;
  expect(await people.review(street, id, 1)).toMatchObject({ state: 'firstPublicity', district: '南康区', group: 'lowRent-3' });
  expect(await stored(id)).toMatchObject({ publicityRound: 2 });
  expect(code(await people.ask('getApplication', clerk, { params: { applicationId: id } }))).toBe('NOT_FOUND');
});

test.each([1, 2] as const)('G3: another applicant never keeps the time nor the receipt number (sent back by level %i)', async (level) => {
  let id: string;
  if (level === 2) id = await sentBackByLevelTwo();
  else {
    id = (await people.submit(1)).id;
    await people.review(clerk, id, 1, 'sendBack');
  }
  await people.submit(2);
  const submitted = await stored(id);
  const spouse = contentOf(1).members![0]!;
  const saved = await type(id, { applicantName: spouse.name!, identity: spouse.identity!, members: [{ name: '苏小雨', identity: contentOf(1).identity!, relation: '配偶' }] });
  expect(saved.effect).toEqual({ newReview: level === 2, newTime: true });
  expect(code(await handIn(id))).toBe('SUPPLEMENT_CHANGES_CASE');
  await at(world.clock.nowMs + MINUTE_MS);
  expect(await handIn(id, { acceptsNewReview: true })).toMatchObject({ state: 'levelOne', receiptNumber: 3, submittedAtMs: world.clock.nowMs });
  expect(submitted).toMatchObject({ receiptNumber: 1, submittedAtMs: MORNING_MS });
  expect(await lastStep()).toEqual({ step: 'startedAnew', receiptNumber: 3, untilDay: expect.any(String) as string });
  const [last] = await world.store.read((tx) => tx.ledger.find({ stream: `household.${submitted.householdId}` }, { sort: [['seq', 'desc']], limit: 1 }));
  expect(JSON.parse(last!.detail)).toMatchObject({ newTime: true, before: { receiptNumber: 1, submittedAtMs: MORNING_MS } });
});

test('V1, P1: while a supplement is half typed, its clerks see the case as it was submitted; the family sees what it types', async () => {
  const id = await sentBackByLevelTwo();
  await type(id, { ...away, applicantName: '', identity: '', members: [] });
  const shown = { district: '章贡区', street: '解放街道', group: 'publicRental-2', size: 2, applicantMasked: '苏*雨' };
  for (const who of [clerk, reviewer, cityStaff]) expect(await people.ask('getApplication', who, { params: { applicationId: id } })).toMatchObject({ ...shown, members: [{ nameMasked: '苏*雨' }, { nameMasked: '苏*海' }] });
  expect(await people.ask('searchApplications', reviewer, { body: { state: 'supplementTwo', name: '苏小雨' } })).toMatchObject({ items: [{ id, ...shown }] });
  expect(await people.ask('getMyApplication', own(), { params: { applicationId: id } })).toMatchObject({ content: { district: '南康区', applicantName: '' }, effect: null, ...shown });
  // Withdrawn half typed, what was submitted is what remains.
  await people.ask('withdrawApplication', own(), { params: { applicationId: id }, body: { version: (await stored(id)).version, confirm: true } });
  expect(await people.ask('getMyApplication', own(), { params: { applicationId: id } })).toMatchObject({ content: { district: '章贡区', applicantName: '苏*雨' }, editable: false });
});
