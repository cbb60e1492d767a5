/** F2, F3, V3, W1, W4: how a household leaves before it has a number: under review, in the batch to come, in publicity. */
import { dueApplications } from '../../bff/features/applications/due-applications';
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { startOfDay } from '../../shared/shanghai-time';
import { applicants, clerk, family, isRefusal, reviewer as districtReviewer } from '../support/applications';
import { phoneOf } from '../support/build';
import { caller, callerOf, goTo, offer, otherReviewer, reviewer, seedHousehold, ticketOf } from '../support/waiting';
import { buildWorld, type World } from '../support/world';

let world: World;
let call: ReturnType<typeof caller>;
beforeEach(async () => {
  world = await buildWorld();
  call = caller(world);
});
afterEach(() => world.close());

const reason = '家庭情况变化，不再符合条件';
const stateOf = (id: string) => world.store.read(async (tx) => (await tx.applications.get(id))!.state);
const openMembers = (householdId: string) => world.store.read((tx) => tx.members.count({ householdId, caseOpen: true }));
const candidatesOf = (householdId: string) => world.store.read((tx) => tx.batchCandidates.find({ householdId }));
const textsTo = (index: number) => world.gateway.sent.filter(({ phone }) => phone === phoneOf(index)).map(({ text }) => text);
const listed = (memberId: string) => call<{ isInForce?: boolean }>('blacklistMember', reviewer, { memberId }, { reason: '提供虚假材料', untilDay: null, creditRecordId: null });
const memberOf = (householdId: string) => world.store.read(async (tx) => (await tx.members.find({ householdId }))[0]!.id);
const at = async (ms: number) => {
  world.clock.nowMs = ms;
  await dueApplications.run(world.kernel);
  await duePublicities.run(world.kernel);
};

describe('F3, V3: whoever is blacklisted does not go on applying', () => {
  /** To the state, through the real reviews. */
  async function bring(state: 'levelOne' | 'supplementOne' | 'firstPublicity' | 'levelTwo' | 'supplementTwo' | 'secondPublicity' | 'eligible') {
    const people = applicants(world.kernel);
    const { id } = await people.submit(1);
    if (state === 'supplementOne') await people.review(clerk, id, 1, 'sendBack');
    if (state === 'levelOne' || state === 'supplementOne') return { people, id };
    await people.review(clerk, id, 1);
    if (state === 'firstPublicity') return { people, id };
    await at(startOfDay('2026-06-08'));
    if (state === 'supplementTwo') await people.review(districtReviewer, id, 2, 'sendBack');
    if (state === 'levelTwo' || state === 'supplementTwo') return { people, id };
    await people.review(districtReviewer, id, 2);
    if (state === 'eligible') await at(startOfDay('2026-06-16'));
    return { people, id };
  }
  test.each(['levelOne', 'supplementOne', 'firstPublicity', 'levelTwo', 'supplementTwo', 'secondPublicity', 'eligible'] as const)('%s: never becomes a number, is told, and frees its people', async (state) => {
    const { people, id } = await bring(state);
    expect(await stateOf(id)).toBe(state);
    const { householdId } = (await world.store.read((tx) => tx.applications.get(id)))!;
    expect(await listed(await memberOf(householdId))).toMatchObject({ isInForce: true });
    expect(await stateOf(id)).toBe(state === 'eligible' ? 'eligible' : 'rejected');
    expect(await openMembers(householdId)).toBe(0);
    for (const day of ['2026-06-20', '2026-06-30']) await goTo(world, startOfDay(day));
    expect(await world.store.read((tx) => tx.tickets.count({ householdId }))).toBe(0);
    expect((await candidatesOf(householdId)).filter((candidate) => candidate.state !== 'withdrawn')).toEqual([]);
    await goTo(world, startOfDay('2026-06-30') + 10 * 3_600_000);
    expect(textsTo(1).filter((text) => text.includes('被限制申请公租房') && text.includes(state === 'eligible' ? '不再生成轮候顺序号' : '受理号1'))).toHaveLength(1);
    // Held by the bar alone, no longer by the case that was open.
    const again = await people.draft(1, {});
    expect(await people.ask('submitApplication', family(world.kernel, 1), { params: { applicationId: again.id }, body: { version: again.version, confirm: true }, key: 'again' })).toMatchObject({ code: 'PERSON_BARRED' });
  });

  test('a draft stays a draft, and is refused when it is handed in', async () => {
    const people = applicants(world.kernel);
    const { id } = await bring('levelOne');
    const draft = await people.draft(1, {});
    const { householdId } = (await world.store.read((tx) => tx.applications.get(id)))!;
    await listed(await memberOf(householdId));
    expect(await stateOf(draft.id)).toBe('draft');
  });

  test('blacklisted while a clerk approves: whichever comes second sees the other, and no list shows it', async () => {
    const { people, id } = await bring('levelOne');
    const { householdId } = (await world.store.read((tx) => tx.applications.get(id)))!;
    const [, review] = await Promise.all([listed(await memberOf(householdId)), people.review(clerk, id, 1)]);
    expect(await stateOf(id)).toBe('rejected');
    if (isRefusal(review)) expect(['REQUEST_IN_CONFLICT', 'APPLICATION_CLOSED']).toContain(review.code);
    await at(startOfDay('2026-06-09'));
    expect(await stateOf(id)).toBe('rejected');
  });
});

describe('W1, W4: leaving before there is a number', () => {
  const candidateOf = async (index: number) => (await candidatesOf(`household-${index}`))[0]!;
  test.each([['cancelCandidate', '轮候资格已取消'], ['giveUpCandidate', '已按您家的意愿放弃轮候']] as const)('%s: the next batch is without it; its people are free; it is told why, the public ledger is not', async (act, words) => {
    await seedHousehold(world, 1);
    await seedHousehold(world, 2);
    await offer(world, 1);
    await offer(world, 2);
    const { id, version } = await candidateOf(1);
    expect((await call<{ candidates: object[] }>('getHouseholdWaiting', reviewer, { householdId: 'household-1' })).candidates).toMatchObject([{ id, version, state: 'waiting' }]);
    expect(await call(act, otherReviewer, { candidateId: id }, { version, reason })).toEqual({ refused: 'NOT_FOUND' });
    expect(await call(act, callerOf(world, 1), { candidateId: id }, { version, reason })).toEqual({ refused: 'NOT_FOUND' });
    expect(await call(act, reviewer, { candidateId: id }, { version: version + 1, reason })).toEqual({ refused: 'REQUEST_IN_CONFLICT' });
    expect(await call(act, reviewer, { candidateId: id }, { version, reason })).toMatchObject({ id, state: 'withdrawn' });
    expect(await call(act, reviewer, { candidateId: id }, { version: version + 1, reason })).toEqual({ refused: 'NUMBER_NOT_WAITING' });
    expect(await openMembers('household-1')).toBe(0);
    await world.tick();
    expect(textsTo(1)).toEqual([expect.stringContaining(words)]);
    const [entry] = await world.store.read((tx) => tx.ledger.find({ stream: 'household.household-1', type: 'Leave' }));
    expect(JSON.parse(entry!.detail)).toMatchObject({ reason, actor: { role: 'districtReviewer' } });
    await goTo(world, startOfDay('2026-06-02'));
    expect((await world.store.read((tx) => tx.tickets.find({}))).map(({ householdId }) => householdId)).toEqual(['household-2']);
  });

  test('W2: a household that waits for another number leaves with the one it had', async () => {
    await seedHousehold(world, 1);
    await offer(world, 1);
    await goTo(world, startOfDay('2026-06-02'));
    await goTo(world, startOfDay('2026-06-05') + 10 * 3_600_000);
    const made = await call<{ id: string; version: number }>('makeWaitingRequest', callerOf(world, 1), {}, { kind: 'adjust', ticketId: 'ticket-publicRental-2-1', group: 'publicRental-1', size: 2, reason: '够住' });
    await call('decideWaitingRequest', reviewer, { requestId: made.id }, { version: made.version, approved: true, answer: '同意' });
    const next = (await candidatesOf('household-1')).find(({ state }) => state === 'waiting')!;
    expect(await call('giveUpCandidate', reviewer, { candidateId: next.id }, { version: next.version, reason })).toMatchObject({ state: 'withdrawn' });
    expect(await ticketOf(world, 'ticket-publicRental-2-1')).toMatchObject({ state: 'void' });
    expect(await openMembers('household-1')).toBe(0);
  });

  test('G5: in the publicity of its number, by the number itself: void, never in the queue, never given again', async () => {
    await seedHousehold(world, 1);
    await offer(world, 1);
    await goTo(world, startOfDay('2026-06-02'));
    const ticket = await ticketOf(world, 'ticket-publicRental-2-1');
    expect(ticket.state).toBe('publicised');
    expect(await call('cancelQualification', reviewer, { ticketId: ticket.id }, { version: ticket.version, reason })).toMatchObject({ state: 'void' });
    await goTo(world, startOfDay('2026-06-06'));
    expect((await ticketOf(world, ticket.id)).state).toBe('void');
    await seedHousehold(world, 2);
    await offer(world, 2);
    await goTo(world, startOfDay('2026-06-07'));
    expect(await ticketOf(world, 'ticket-publicRental-2-2')).toMatchObject({ householdId: 'household-2' });
  });
});
