/** G3, V1: who belongs to the priority group is what the reviewers confirm from the closed list, never what was typed. */
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { generateBatches } from '../../bff/features/batch/generate';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { routes } from '../../shared/contract/routes';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants, clerk, contentOf, family, isRefusal, reviewer } from '../support/applications';
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
/** Both reviews and both lists. Null or a code is stated by that level; undefined leaves it to `people.review`. */
async function reviewed(cases: readonly { id: string; one?: string | null; two?: string | null }[]): Promise<void> {
  for (const { id, one } of cases) expect(code(await people.review(clerk, id, 1, 'approve', undefined, one))).toBe('granted');
  await at(MORNING_MS + 8 * DAY_MS);
  for (const { id, two } of cases) expect(code(await people.review(reviewer, id, 2, 'approve', undefined, two))).toBe('granted');
  await at(MORNING_MS + 16 * DAY_MS);
  expect((await stored(cases[0]!.id)).state).toBe('eligible');
  await generateBatches(world.kernel);
}
/** Receipt numbers in the order of the queue. */
const order = () => world.store.read(async (tx) => {
  const candidates = await tx.batchCandidates.find({ state: 'numbered' });
  const tickets = await tx.tickets.find({ group: 'publicRental-2' }, { sort: [['queueNumber', 'asc']] });
  return tickets.map(({ id }) => candidates.find(({ ticketId }) => ticketId === id)!.receiptNumber);
});

test('G3: what was typed moves nobody forward: neither 无 nor a claim the clerk did not confirm goes ahead of an earlier ordinary family', async () => {
  const ordinary = await people.submit(1);
  const none = await people.submit(2, { priorityCategory: '无' });
  const refused = await people.submit(3, { priorityCategory: 'sanitationWorker' });
  const confirmed = await people.submit(4, { priorityCategory: 'preferentialTreatment' });
  const found = await people.submit(5);
  await reviewed([ordinary, none, { ...refused, one: null }, confirmed, { ...found, one: 'severeDisability' }]);
  expect(await order()).toEqual([4, 5, 1, 2, 3]);
  // The household keeps it for a later number (M1, W2), in the register's own words.
  const households = await world.store.read(async (tx) => Promise.all([none, refused, confirmed, found].map(async ({ id }) => (await tx.households.get((await stored(id)).householdId))!.priorityCategory)));
  expect(households).toEqual([null, null, '优抚对象', '重度残疾']);
});

test('V1, G3: a category that is not on the list is refused while it is typed, telling which are', async () => {
  const { id, version } = await people.draft(1);
  for (const priorityCategory of ['环卫工人', '特困', 'SanitationWorker', '0']) {
    const answer = await people.ask('saveDraft', family(world.kernel, 1), { params: { applicationId: id }, body: { version, content: contentOf(1, { priorityCategory }) } });
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'content.priorityCategory', message: '没有这一优先类别，请选择环卫工人（sanitationWorker）、烈士遗属（martyrFamily）、优抚对象（preferentialTreatment）、重度残疾（severeDisability）之一；没有优先情形的留空' }] } });
  }
  expect(await people.ask('listPriorityCategories', { kind: 'public' } as never)).toMatchObject({ categories: [{ code: 'sanitationWorker', label: '环卫工人' }, {}, {}, {}] });
  // Typed under earlier rules: said when it is handed in, at the latest.
  await world.store.transact(async (tx) => tx.applications.replace({ ...(await tx.applications.get(id))!, contentSealed: world.kernel.crypto.seal(JSON.stringify(contentOf(1, { priorityCategory: '环卫' }))) }));
  const late = await people.ask('submitApplication', family(world.kernel, 1), { params: { applicationId: id }, body: { version: version + 1, confirm: true } });
  expect(late).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'priorityCategory' }] } });
});

test('V1, G3: level one states it in any case, level two may put it right; what differs needs a reason the family reads', async () => {
  const body = { version: 1, level: 1, outcome: 'approve', reasons: '' };
  const isAccepted = (given: Record<string, unknown>) => routes.reviewApplication.body!.safeParse(given).success;
  expect([body, { ...body, priorityCategory: null }, { ...body, level: 2 }, { ...body, level: 2, priorityCategory: null }, { ...body, outcome: 'sendBack', reasons: '材料不齐', priorityCategory: null }].map(isAccepted)).toEqual([false, true, true, true, false]);

  const { id } = await people.submit(1, { priorityCategory: 'sanitationWorker' });
  const review = async (level: 1 | 2, priorityCategory: string | null | undefined, reasons: string) => people.ask('reviewApplication', level === 1 ? clerk : reviewer, { params: { applicationId: id }, body: { version: (await stored(id)).version, level, outcome: 'approve', reasons, priorityCategory } });
  expect(await people.ask('getApplication', clerk, { params: { applicationId: id } })).toMatchObject({ priorityClaimed: '环卫工人', priorityCategory: null });
  expect(await review(1, 'nobody', '')).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'priorityCategory' }] } });
  expect(await review(1, null, ' 否 ')).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'reasons' }] } });
  expect((await stored(id)).state).toBe('levelOne');
  expect(await review(1, null, '未提供环卫单位证明')).toMatchObject({ state: 'firstPublicity', priorityClaimed: '环卫工人', priorityCategory: null });
  expect(await people.ask('getMyApplication', family(world.kernel, 1), { params: { applicationId: id } })).toMatchObject({ priorityClaimed: '环卫工人', priorityCategory: null, lastReview: { reasons: '未提供环卫单位证明' } });

  await at(startOfDay('2026-06-09'));
  expect(await review(2, 'sanitationWorker', '')).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'reasons' }] } });
  expect(await review(2, 'sanitationWorker', '已补交环卫单位证明')).toMatchObject({ state: 'secondPublicity', priorityCategory: '环卫工人' });
  const acts = await world.store.read(async (tx) => (await tx.ledger.find({ stream: `household.${(await stored(id)).householdId}` }, { sort: [['seq', 'asc']] })).filter(({ type }) => type === 'ApplicationApproved').map(({ detail }) => (JSON.parse(detail) as { priority: unknown }).priority));
  expect(acts).toEqual([{ before: null, after: null }, { before: null, after: '环卫工人' }]);
});
