/** V1, T3: a due date that a missing calendar left open is stated once the calendar is there; one broken case holds up no other. */
import { dueApplications } from '../../bff/features/applications/due-applications';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { defaultRuleSet } from '../../config/default-rule-set';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants, cityStaff, clerk } from '../support/applications';
import { buildWorld, MORNING_MS, type World } from '../support/world';

let world: World;
let people: ReturnType<typeof applicants>;
const errors: string[] = [];
beforeEach(async () => {
  errors.length = 0;
  world = await buildWorld({ nowMs: startOfDay('2026-12-29') + 10 * 3_600_000, log: { info: () => undefined, warn: () => undefined, error: (_fields, message) => void errors.push(message) } });
  people = applicants(world.kernel);
});
afterEach(() => world.close());

const stored = async (id: string) => (await world.store.read((tx) => tx.applications.get(id)))!;
const festival = (name: string, firstDay: string, lastDay: string) => ({ name, firstDay, lastDay, makeUpDays: [] });
const load2027 = () => world.store.transact((tx) => tx.calendarYears.insert({ id: 'calendar-2027', year: 2027, festivals: [festival('元旦', '2027-01-01', '2027-01-03'), festival('劳动节', '2027-05-01', '2027-05-05'), festival('国庆节', '2027-10-01', '2027-10-07')], source: '国办发明电〔2026〕9号', loadedAtMs: 1, loadedBy: 'admin' }));

async function countWorkingDays(): Promise<void> {
  await world.store.transact((tx) => tx.ruleSets.insert({ id: 'ruleSet-2', number: 2, title: '工作日', reason: '', effectiveAtMs: MORNING_MS, publishedAtMs: MORNING_MS, publishedBy: '', values: { ...defaultRuleSet, reviewDaysKind: 'working', levelOneReviewDays: 5 } }));
  await world.kernel.rulebook.refresh();
}

test('V1, T3: without the year no date is guessed; once it is loaded the date is stated, from when the case came, and it is overdue like any other', async () => {
  await countWorkingDays();
  const ids = [(await people.submit(1)).id, (await people.submit(2)).id];
  for (const id of ids) expect(await stored(id)).toMatchObject({ state: 'levelOne', dueMs: null });
  expect(await people.ask('countApplications', cityStaff, { body: { state: 'levelOne' } })).toMatchObject({ all: 2, undated: 2, overdue: 0 });
  await dueApplications.run(world.kernel);
  expect((await stored(ids[0]!)).dueMs).toBeNull();

  // Decided before it was loaded: nothing is owed any more.
  await people.review(clerk, ids[1]!, 1);
  await beatWithoutCredit(world.kernel, MORNING_MS + 240 * DAY_MS);
  world.clock.nowMs = startOfDay('2027-01-20');
  await load2027();
  await dueApplications.run(world.kernel);
  // 30th, 31st of December, 4th, 5th and 6th of January.
  expect((await stored(ids[0]!)).dueMs).toBe(startOfDay('2027-01-07'));
  expect(await stored(ids[1]!)).toMatchObject({ state: 'firstPublicity', dueMs: null });
  expect(await people.ask('searchApplications', clerk, { body: { stalled: true } })).toMatchObject({ items: [{ id: ids[0], warning: 'stalled' }] });
  const [entry] = await world.store.read(async (tx) => tx.ledger.find({ stream: `household.${(await stored(ids[0]!)).householdId}`, type: 'ReviewDueStated' }));
  expect(JSON.parse(entry!.detail)).toMatchObject({ dueMs: startOfDay('2027-01-07') });
  const { version } = await stored(ids[0]!);
  await dueApplications.run(world.kernel);
  expect((await stored(ids[0]!)).version).toBe(version);
});

test('V1: a supplement that cannot be ended is logged and holds up no other', async () => {
  const ids: string[] = [];
  for (const index of [1, 2, 3]) {
    const { id } = await people.submit(index);
    await people.review(clerk, id, 1, 'sendBack');
    ids.push(id);
  }
  // The first one's household stream cannot be appended to: its head is of another chain.
  const broken = (await stored(ids[0]!)).householdId;
  await world.store.transact(async (tx) => {
    const head = (await tx.ledgerHeads.get(`household.${broken}`))!;
    await tx.ledgerHeads.replace({ ...head, seq: head.seq - 1 });
    await tx.applications.replace({ ...(await tx.applications.get(ids[0]!))!, dueMs: 1 });
  });
  world.clock.nowMs += 60 * DAY_MS;
  await dueApplications.run(world.kernel);
  expect(await Promise.all(ids.map(async (id) => (await stored(id)).state))).toEqual(['supplementOne', 'expired', 'expired']);
  expect(errors).toEqual(['an application could not expire']);
});
