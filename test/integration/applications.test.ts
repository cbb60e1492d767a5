/** V1, V3, G3, T2, P1, P2: an application from its draft to the batch, through the real handlers on the real store. */
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { enterReview } from '../../bff/features/applications/door';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { dueApplications } from '../../bff/features/applications/due-applications';
import type { Application } from '../../bff/store/collections';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants, call, cityStaff, clerk, contentOf, family, isRefusal, reviewer } from '../support/applications';
import { phoneOf } from '../support/build';
import { buildWorld, MORNING_MS, type World } from '../support/world';

let world: World;
let people: ReturnType<typeof applicants>;
beforeEach(async () => {
  world = await buildWorld();
  people = applicants(world.kernel);
});
afterEach(() => world.close());

const stored = async (id: string): Promise<Application> => (await world.store.read((tx) => tx.applications.get(id)))!;
const code = (answer: unknown) => (isRefusal(answer) ? answer.code : 'granted');
/** To an instant, with the service up all along. */
const at = async (ms: number) => {
  await beatWithoutCredit(world.kernel, ms);
  world.clock.nowMs = ms;
  await dueApplications.run(world.kernel);
  await duePublicities.run(world.kernel);
};
const smsSteps = () => world.store.read(async (tx) => (await tx.outbox.find({ kind: 'applicationStep' }, { sort: [['createdAtMs', 'asc']] })).map((m) => m.payload['step']));

test('V1, G3, G4: from draft to the next batch; each step told, each in the household’s ledger stream', async () => {
  const begun = await people.draft(1, { street: '' });
  const own = family(world.kernel, 1);
  // Incomplete is kept, and says what is missing; it cannot be submitted.
  expect(begun).toMatchObject({ problems: [{ path: 'street' }] });
  const early = await people.ask('submitApplication', own, { params: { applicationId: begun.id }, body: { version: begun.version, confirm: true } });
  expect(early).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'street', message: '必填' }] } });
  const saved = await people.ask<{ version: number }>('saveDraft', own, { params: { applicationId: begun.id }, body: { version: begun.version, content: contentOf(1) } });
  const submit = () => people.ask('submitApplication', own, { params: { applicationId: begun.id }, body: { version: saved.version, confirm: true }, key: 'submit-once' });
  expect(await submit()).toMatchObject({ state: 'levelOne', receiptNumber: 1, submittedAtMs: MORNING_MS });
  expect(await submit()).toMatchObject({ state: 'levelOne', receiptNumber: 1 });

  expect(await people.review(clerk, begun.id, 1)).toMatchObject({ state: 'firstPublicity', mayReview: false });
  await at(startOfDay('2026-06-08') - 1);
  expect((await stored(begun.id)).state).toBe('firstPublicity');
  await at(startOfDay('2026-06-08'));
  expect(await stored(begun.id)).toMatchObject({ state: 'levelTwo', dueMs: startOfDay('2026-06-24') });
  await at(startOfDay('2026-06-10') + DAY_MS / 2);
  expect(await people.review(reviewer, begun.id, 2)).toMatchObject({ state: 'secondPublicity' });
  await at(startOfDay('2026-06-19'));
  const application = await stored(begun.id);
  expect(application.state).toBe('eligible');
  await world.store.read(async (tx) => {
    expect(await tx.batchCandidates.get(`candidate-${begun.id}`)).toMatchObject({
      kind: 'new', householdId: application.householdId, group: 'publicRental-2', rank: 1, submittedAtMs: MORNING_MS, receiptNumber: 1, state: 'waiting',
      // Over at the last instant of the 16th: in the batch of the 17th, whenever the job looked.
      eligibleFromMs: startOfDay('2026-06-17') - 1,
    });
    expect(await tx.households.get(application.householdId)).toMatchObject({ district: '章贡区', street: '解放街道', size: 2, source: 'application' });
    expect((await tx.members.find({ householdId: application.householdId })).every((member) => member.caseOpen)).toBe(true);
    const entries = await tx.ledger.find({ stream: `household.${application.householdId}` }, { sort: [['seq', 'asc']] });
    expect(entries.map(({ type }) => type)).toEqual(['ApplicationBegun', 'ApplicationSubmitted', 'ApplicationApproved', 'PublicityPassed', 'ApplicationApproved', 'PublicityPassed']);
    // P2: nothing readable of the family anywhere in the store but what is sealed.
    const text = JSON.stringify([await tx.applications.find({}), await tx.households.find({}), await tx.members.find({}), await tx.outbox.find({}), entries, await tx.idempotency.find({})]);
    for (const secret of ['苏小雨', '苏大海', contentOf(1).identity!, phoneOf(1), '解放路1号']) expect(text).not.toContain(secret);
  });
  expect(await smsSteps()).toEqual(['submitted', 'firstPublicity', 'levelTwo', 'secondPublicity', 'eligible']);
  await at(startOfDay('2026-06-19') + DAY_MS / 2);
  await world.tick();
  expect(world.gateway.sent.map(({ text }) => text).filter((text) => text.includes('受理号1'))).toHaveLength(5);
});

test('V1: sent back, supplemented, the first submission’s time stays; who left the family is free for another case', async () => {
  const { id } = await people.submit(1);
  const own = family(world.kernel, 1);
  expect(code(await people.review(reviewer, id, 2))).toBe('REVIEW_OUT_OF_ORDER');
  expect(await people.review(clerk, id, 1, 'sendBack')).toMatchObject({ state: 'supplementOne', reviews: [{ level: 1, outcome: 'sendBack', reasons: '材料不齐，请补收入证明' }] });
  await at(MORNING_MS + 5 * DAY_MS);
  const mine = await people.ask<{ version: number; content: unknown; lastReview: unknown }>('getMyApplication', own, { params: { applicationId: id } });
  expect(mine).toMatchObject({ editable: true, content: { applicantName: '苏小雨' }, lastReview: { reasons: '材料不齐，请补收入证明' } });
  const saved = await people.ask<{ version: number }>('saveDraft', own, { params: { applicationId: id }, body: { version: mine.version, content: contentOf(1, { members: [] }) } });
  expect(await people.ask('submitApplication', own, { params: { applicationId: id }, body: { version: saved.version, confirm: true }, key: 'again' })).toMatchObject({ state: 'levelOne', receiptNumber: 1, submittedAtMs: MORNING_MS });
  // Both submissions are kept (W6); the spouse may now apply alone, and cannot be taken back into this one.
  const spouse = contentOf(1).members![0]!;
  const other = await people.submit(2, { applicantName: spouse.name!, identity: spouse.identity!, members: [] });
  expect(other).toMatchObject({ state: 'levelOne', receiptNumber: 2 });
  await people.review(clerk, id, 1, 'sendBack');
  const again = await people.ask<{ version: number }>('saveDraft', own, { params: { applicationId: id }, body: { version: (await stored(id)).version, content: contentOf(1) } });
  expect(code(await people.ask('submitApplication', own, { params: { applicationId: id }, body: { version: again.version, confirm: true }, key: 'third' }))).toBe('PERSON_IN_OPEN_CASE');
  expect(await world.store.read((tx) => tx.applicationSubmissions.count({ applicationId: id }))).toBe(2);
  // A supplement never handed in ends by itself, and its people are free.
  await at(MORNING_MS + 40 * DAY_MS);
  expect(await stored(id)).toMatchObject({ state: 'expired', dueMs: null });
  expect(await world.store.read((tx) => tx.members.count({ householdId: id.replace('application-', 'household-'), caseOpen: true }))).toBe(0);
  expect(code(await people.ask('saveDraft', own, { params: { applicationId: id }, body: { version: (await stored(id)).version, content: {} } }))).toBe('APPLICATION_CLOSED');
});

test('V3: nobody is in two open cases; a case that ended lets its people go; who holds them is not said', async () => {
  const first = await people.submit(1);
  const shared = contentOf(1).identity!;
  const second = await people.draft(2, { members: [{ name: '苏小雨', identity: shared, relation: '姐' }] });
  const submit = (key: string) => people.ask('submitApplication', family(world.kernel, 2), { params: { applicationId: second.id }, body: { version: second.version, confirm: true }, key });
  const refused = await submit('one');
  expect(code(refused)).toBe('PERSON_IN_OPEN_CASE');
  expect(JSON.stringify(refused)).not.toContain(first.id);
  expect((await stored(second.id)).state).toBe('draft');
  await people.review(clerk, first.id, 1, 'reject');
  expect(code(await submit('two'))).toBe('granted');
  // At the same moment, two families with one person: one wins, the other is told, nobody is in both.
  const third = await people.draft(3, { members: [{ name: '某某', identity: contentOf(50).identity!, relation: '子' }] });
  const fourth = await people.draft(4, { members: [{ name: '某某', identity: contentOf(50).identity!, relation: '子' }] });
  const race = await Promise.all([[3, third], [4, fourth]].map(([index, draft]) => people.ask('submitApplication', family(world.kernel, index as number), { params: { applicationId: (draft as typeof third).id }, body: { version: (draft as typeof third).version, confirm: true }, key: `race-${String(index)}` })));
  expect(race.map(code).sort()).toEqual(['PERSON_IN_OPEN_CASE', 'granted']);
  // F2: a person who may not apply for a home now.
  await world.store.transact((tx) => tx.persons.insert({ id: world.kernel.crypto.blindIndex('identity', contentOf(5).identity!), consecutiveForfeits: 0, lastForfeitAtMs: null, barredUntilMs: MORNING_MS + 1 }));
  const barred = await people.draft(5);
  expect(code(await people.ask('submitApplication', family(world.kernel, 5), { params: { applicationId: barred.id }, body: { version: barred.version, confirm: true } }))).toBe('PERSON_BARRED');
});

test('P1: a family sees its own, a street its street, a district its district; the city looks on; drafts are nobody’s', async () => {
  const { id } = await people.submit(1);
  const hidden = await people.draft(2);
  const see = async (caller: Parameters<typeof people.ask>[1], name = 'getApplication', applicationId = id) => code(await people.ask(name, caller, { params: { applicationId } }));
  expect(await see(family(world.kernel, 1), 'getMyApplication')).toBe('granted');
  expect(await see(family(world.kernel, 2), 'getMyApplication')).toBe('NOT_FOUND');
  for (const caller of [clerk, reviewer, cityStaff, { ...cityStaff, role: 'inspector' }]) expect(await see(caller)).toBe('granted');
  for (const caller of [{ ...clerk, streets: ['南外街道'] }, { ...clerk, districts: ['赣州经开区'] }, { ...reviewer, districts: ['赣州经开区'] }, { ...cityStaff, role: 'administrator' }, { ...cityStaff, role: 'operator' }]) expect(await see(caller)).toBe('NOT_FOUND');
  expect(await see(cityStaff, 'getApplication', hidden.id)).toBe('NOT_FOUND');
  const shown = await people.ask('getApplication', clerk, { params: { applicationId: id } });
  expect(shown).toMatchObject({ applicantMasked: '苏*雨', phoneMasked: '199****0001', mayReview: true, members: [{ nameMasked: '苏*雨', relation: '本人' }, { nameMasked: '苏*海', relation: '配偶' }] });
  for (const caller of [reviewer, cityStaff]) expect(code(await people.review(caller, id, 1))).toBe('FORBIDDEN');
  expect((await stored(id)).state).toBe('levelOne');
  // Once submitted, its own family is shown it masked too.
  expect(JSON.stringify(await people.ask('getMyApplication', family(world.kernel, 1), { params: { applicationId: id } }))).not.toContain('苏小雨');
});

test('V1: two clerks, one case: who decides on what is no longer so is refused, also at the same moment', async () => {
  const { id, version } = await people.submit(1);
  const both = await Promise.all([people.review(clerk, id, 1, 'approve', version), people.review({ ...clerk, staffId: 'second' } as typeof clerk, id, 1, 'reject', version)]);
  expect(both.map(code).sort()).toEqual(['REQUEST_IN_CONFLICT', 'granted']);
  expect(await world.store.read((tx) => tx.applicationReviews.count({ applicationId: id }))).toBe(1);
  expect(code(await people.review(clerk, id, 1, 'approve', version))).toBe('REQUEST_IN_CONFLICT');
});

test('V1, the twin: without the version, a decision on papers that were replaced meanwhile would be granted', async () => {
  const { id, version } = await people.submit(1);
  await people.review(clerk, id, 1, 'sendBack');
  const saved = await people.ask<{ version: number }>('saveDraft', family(world.kernel, 1), { params: { applicationId: id }, body: { version: (await stored(id)).version, content: contentOf(1, { bedrooms: 3 }) } });
  await people.ask('submitApplication', family(world.kernel, 1), { params: { applicationId: id }, body: { version: saved.version, confirm: true }, key: 'again' });
  // On the same desk again, and another case than the one the second clerk still has open.
  expect(code(await people.review(clerk, id, 1, 'approve', version))).toBe('REQUEST_IN_CONFLICT');
  const unguarded = await change(world.kernel, systemAct('twin'), async (work) => enterReview(world.kernel, work, (await work.tx.applications.get(id))!, { type: 'Review', level: 1, outcome: 'approve' }));
  expect(unguarded.application.state).toBe('firstPublicity');
});

test('T2: one list a district and day, masked; an upheld objection brings the case before the district, a dismissed one only holds it', async () => {
  const publicity = publicityHandlers(world.kernel);
  const ids: string[] = [];
  for (const index of [1, 2, 3]) ids.push((await people.submit(index)).id);
  for (const id of ids) await people.review(clerk, id, 1);
  const { publicities } = await call<{ publicities: { id: string }[] }>(publicity, 'listPublicities', { kind: 'public' });
  expect(publicities).toHaveLength(1);
  const listId = publicities[0]!.id;
  const page = await call<{ lines: { key: string; cells: string[] }[] }>(publicity, 'getPublicity', { kind: 'public' }, { params: { publicityId: listId } });
  expect(page.lines.map(({ key }) => key)).toEqual([...ids].sort().map((id) => `${id}.1`));
  expect(page.lines.find(({ key }) => key === `${ids[0]!}.1`)!.cells).toEqual(['1', '苏*雨', '解放街道', '公租房二居室组', '2']);

  const object = (by: number, subjectId: string) => call<{ id: string }>(publicity, 'raiseObjection', family(world.kernel, by), { params: { publicityId: listId }, body: { subjectId, text: '该家庭另有住房' } });
  const decide = async (objection: { id: string }, upheld: boolean) => call(publicity, 'decideObjection', reviewer, { params: { objectionId: objection.id }, body: { version: (await world.store.read((tx) => tx.objections.get(objection.id)))!.version, upheld, answer: '已经核实' } });
  const [bad, held] = [await object(90, `${ids[0]!}.1`), await object(91, `${ids[1]!}.1`)];
  await decide(bad, true);
  expect(await stored(ids[0]!)).toMatchObject({ state: 'levelTwo', objectionUpheldAtMs: MORNING_MS });
  await at(startOfDay('2026-06-08'));
  expect((await Promise.all(ids.map(stored))).map(({ state }) => state)).toEqual(['levelTwo', 'firstPublicity', 'levelTwo']);
  await decide(held, false);
  expect((await stored(ids[1]!)).state).toBe('levelTwo');

  // Second list: held past its end, it takes part from the moment of the decision; published twice on one day, it is in the list anew.
  for (const id of ids) await people.review(reviewer, id, 2);
  const second = (await stored(ids[0]!)).publicityId!;
  const objectSecond = (by: number, subjectId: string) => call<{ id: string }>(publicity, 'raiseObjection', family(world.kernel, by), { params: { publicityId: second }, body: { subjectId, text: '该家庭另有住房' } });
  await decide(await objectSecond(92, `${ids[2]!}.2`), true);
  await people.review(reviewer, ids[2]!, 2);
  expect(await stored(ids[2]!)).toMatchObject({ state: 'secondPublicity', publicityId: second, publicityRound: 3 });
  const late = await objectSecond(93, `${ids[1]!}.2`);
  await decide(await objectSecond(94, `${ids[0]!}.2`), false);
  expect((await stored(ids[0]!)).state).toBe('secondPublicity');
  await at(startOfDay('2026-06-15'));
  expect((await Promise.all(ids.map(stored))).map(({ state }) => state)).toEqual(['eligible', 'secondPublicity', 'eligible']);
  await at(startOfDay('2026-06-18') + 1);
  await decide(late, false);
  const candidates = await world.store.read((tx) => Promise.all(ids.map((id) => tx.batchCandidates.get(`candidate-${id}`))));
  expect(candidates.map((candidate) => candidate?.eligibleFromMs)).toEqual([startOfDay('2026-06-15') - 1, startOfDay('2026-06-18') + 1, startOfDay('2026-06-15') - 1]);
});

test('withdrawn at any step: no list shows it, no objection and no end of a list moves it, its people are free', async () => {
  const publicity = publicityHandlers(world.kernel);
  const { id } = await people.submit(1);
  await people.review(clerk, id, 1);
  const { publicityId, version } = await stored(id);
  const objection = await call<{ id: string }>(publicity, 'raiseObjection', family(world.kernel, 9), { params: { publicityId: publicityId! }, body: { subjectId: `${id}.1`, text: '该家庭另有住房' } });
  expect(await people.ask('withdrawApplication', family(world.kernel, 1), { params: { applicationId: id }, body: { version, confirm: true } })).toMatchObject({ state: 'withdrawn' });
  expect(await call<{ lines: unknown[] }>(publicity, 'getPublicity', { kind: 'public' }, { params: { publicityId: publicityId! } })).toMatchObject({ lines: [] });
  await call(publicity, 'decideObjection', reviewer, { params: { objectionId: objection.id }, body: { version: 1, upheld: true, answer: '已经核实' } });
  await at(startOfDay('2026-06-08'));
  expect((await stored(id)).state).toBe('withdrawn');
  expect(await people.submit(1)).toMatchObject({ state: 'levelOne', receiptNumber: 2 });
});

test('drafts: three at most, kept for ninety days after the last change, never anybody else’s', async () => {
  const drafts = [await people.draft(1), await people.draft(1), await people.draft(1)];
  expect(code(await people.ask('createApplication', family(world.kernel, 1), { body: {}, key: 'a-fourth' }))).toBe('TOO_MANY_DRAFTS');
  expect(code(await people.ask('saveDraft', family(world.kernel, 2), { params: { applicationId: drafts[0]!.id }, body: { version: drafts[0]!.version, content: {} } }))).toBe('NOT_FOUND');
  expect(code(await people.ask('saveDraft', family(world.kernel, 1), { params: { applicationId: drafts[0]!.id }, body: { version: 1, content: {} } }))).toBe('REQUEST_IN_CONFLICT');
  await at(MORNING_MS + 60 * DAY_MS);
  await people.ask('saveDraft', family(world.kernel, 1), { params: { applicationId: drafts[0]!.id }, body: { version: drafts[0]!.version, content: {} } });
  await at(MORNING_MS + 100 * DAY_MS);
  expect((await Promise.all(drafts.map(({ id }) => stored(id)))).map(({ state }) => state)).toEqual(['draft', 'expired', 'expired']);
  expect(await smsSteps()).toEqual([]);
});

describe('work lists', () => {
  const search = <T = { items: { id: string; warning: string }[]; nextCursor: string | null }>(caller: Parameters<typeof people.ask>[1], body: Record<string, unknown> = {}) => people.ask<T>('searchApplications', caller, { body });

  test('by role, region, street, name, what is overdue; in pages that neither lose nor repeat a case', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      world.clock.nowMs = MORNING_MS + Math.floor(index / 2) * DAY_MS;
      ids.push((await people.submit(index, { applicantName: index === 3 ? '欧阳小明' : '苏小雨', street: index === 5 ? '南外街道' : '解放街道' })).id);
    }
    const mine = ids.filter((_, index) => index !== 5);
    expect((await search(clerk)).items.map(({ id }) => id).sort()).toEqual([...mine].sort());
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: { items: { id: string }[]; nextCursor: string | null } = await search(clerk, { limit: 2, sort: 'submitted', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      // What is decided meanwhile does not shift the next page.
      if (seen.length === 2) await people.review(clerk, seen[0]!, 1);
    }
    expect([...seen].sort()).toEqual([...mine].sort());
    expect((await search(reviewer, { state: 'levelOne' })).items).toHaveLength(6);
    expect((await search(reviewer, { state: 'levelOne', street: '南外街道' })).items.map(({ id }) => id)).toEqual([ids[5]]);
    expect((await search(clerk, { street: '南外街道' })).items).toEqual([]);
    expect((await search({ ...reviewer, districts: ['赣州经开区'] } as typeof reviewer, { state: 'levelOne' })).items).toEqual([]);
    expect((await search(cityStaff, { state: 'levelOne', name: '欧阳 小明' })).items.map(({ id }) => id)).toEqual([ids[3]]);
    expect((await search(clerk, { overdue: true })).items).toEqual([]);
    world.clock.nowMs = startOfDay('2026-06-18');
    expect((await search(clerk)).items.map(({ warning }) => warning)).toContain('overdue');
    expect((await search(clerk, { overdue: true })).items.every(({ warning }) => warning === 'overdue')).toBe(true);
    world.clock.nowMs = startOfDay('2026-07-18');
    expect((await search(clerk, { overdue: true })).items.map(({ warning }) => warning)).toEqual(Array.from({ length: 5 }, () => 'stalled'));
  });

  test('V1: what is stalled is found and counted apart; the numbers agree with the lists', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      world.clock.nowMs = MORNING_MS + index * 5 * DAY_MS;
      ids.push((await people.submit(index, { street: index === 1 ? '南外街道' : '解放街道' })).id);
    }
    const counts = async (who: typeof clerk, body = {}) => {
      const { serverNowMs: _now, ...numbers } = await people.ask<Record<string, unknown>>('countApplications', who, { body });
      return numbers;
    };
    // Due on the 17th, 22nd, 27th of June and 2nd of July; stalled ten days on; said three days before.
    world.clock.nowMs = startOfDay('2026-06-27');
    expect(await counts(reviewer, { state: 'levelOne' })).toEqual({ state: 'levelOne', all: 4, undated: 0, stalled: 1, overdue: 2, dueSoon: 0 });
    expect(await counts(clerk)).toEqual({ state: 'levelOne', all: 3, undated: 0, stalled: 1, overdue: 1, dueSoon: 0 });
    expect(await counts(reviewer, { state: 'levelOne', street: '南外街道' })).toMatchObject({ all: 1, overdue: 1 });
    expect(await counts(reviewer)).toMatchObject({ state: 'levelTwo', all: 0 });
    expect((await search(cityStaff, { state: 'levelOne', stalled: true })).items.map(({ id, warning }) => [id, warning])).toEqual([[ids[0], 'stalled']]);
    world.clock.nowMs = startOfDay('2026-06-27') - 1;
    expect((await search(cityStaff, { state: 'levelOne', stalled: true })).items).toEqual([]);
    world.clock.nowMs = startOfDay('2026-06-29');
    expect(await counts(cityStaff, { state: 'levelOne' })).toMatchObject({ stalled: 1, overdue: 2, dueSoon: 1 });
    expect(code(await people.ask('countApplications', { ...cityStaff, role: 'operator' } as typeof cityStaff, { body: {} }))).toBe('FORBIDDEN');
  });

  test('a cursor of another order or of nobody’s making is refused; other roles have no list; drafts are in none', async () => {
    await people.draft(1);
    for (let index = 2; index < 5; index += 1) await people.submit(index);
    const { nextCursor } = await search(clerk, { limit: 1 });
    expect(code(await search(clerk, { cursor: nextCursor, sort: 'submitted' }))).toBe('VALIDATION_FAILED');
    expect(code(await search(clerk, { cursor: 'nonsense' }))).toBe('VALIDATION_FAILED');
    for (const role of ['window', 'operator', 'administrator']) expect(code(await search({ ...cityStaff, role } as typeof cityStaff))).toBe('FORBIDDEN');
    expect(code(await search(cityStaff, { state: 'draft' }))).toBe('FORBIDDEN');
  });
});
