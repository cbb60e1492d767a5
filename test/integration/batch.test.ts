/** G2–G6: the daily batch on a real store: who gets which number, when it is seen, when it counts, and that it happens once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateBatches } from '../../bff/features/batch/generate';
import { dailyBatch } from '../../bff/features/batch/daily-batch';
import { duePublicities, duePublicitiesOf } from '../../bff/features/publicity/due-publicities';
import { publicityKinds } from '../../bff/features/publicity/kinds';
import { lastNumber } from '../../bff/features/batch/counters';
import { importRegister } from '../../bff/features/imports/handlers';
import { systemAct } from '../../bff/kernel';
import { groupStream, laneStream } from '../../bff/store/ledger';
import { UniqueViolation } from '../../bff/store/port';
import { replayLane } from '../../shared/verify/lane-order';
import type { PublicEntry } from '../../shared/verify/entry';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants } from '../support/applications';
import { buildTicket, phoneOf } from '../support/build';
import { caller, callerOf, goTo, offer, otherReviewer, reviewer, seedHousehold, ticketOf, ticketsOf } from '../support/waiting';
import { buildWorkbook } from '../support/workbook-builder';
import { table, waitlistHeader, waitlistRow } from '../support/workbook-registers';
import { buildWorld, type World } from '../support/world';

const midnight = (day: string) => startOfDay(day);
let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

const seed = async (indexes: readonly number[], priority: readonly number[] = []) => {
  for (const index of indexes) await seedHousehold(world, index, { priorityCategory: priority.includes(index) ? '优抚' : null });
};
const numbersOf = async (group: string) => (await ticketsOf(world, group)).map(({ householdId, queueNumber, state }) => `${queueNumber} ${householdId} ${state}`);
const batchOf = (day: string) => world.store.read((tx) => tx.batches.get(`batch:${day}`));

test('G2, G3, G5, S2: priority first, then by submission; continuing the group; seen, told, and queued on the fourth day', async () => {
  await seed([0, 1, 2, 3, 4], [3]);
  await world.store.transact(async (tx) => {
    const { version: _v, ...imported } = buildTicket({ queueNumber: 7, householdId: 'household-0' });
    await tx.tickets.insert(imported);
  });
  for (const index of [2, 1, 3]) await offer(world, index, { priorityCategory: index === 3 ? '优抚' : null });
  await offer(world, 4, { group: 'lowRent-1', priorityCategory: '优抚' });
  expect(await world.store.read((tx) => dailyBatch.nextDue(tx, world.kernel, world.clock.nowMs))).toBe(midnight('2026-06-02'));
  await goTo(world, midnight('2026-06-02') - 1);
  expect(await batchOf('2026-06-02')).toBeNull();

  await goTo(world, midnight('2026-06-02'));
  expect(await numbersOf('publicRental-2')).toEqual(['7 household-0 queued', '8 household-3 publicised', '9 household-1 publicised', '10 household-2 publicised']);
  expect(await numbersOf('lowRent-1')).toEqual(['1 household-4 publicised']);
  const given = await world.store.read((tx) => tx.ledger.find({ stream: groupStream('publicRental-2') }));
  expect(given).toMatchObject([{ type: 'NumbersGiven', open: { batchDay: '2026-06-02', ranges: [{ fromNumber: 8, toNumber: 10, priority: 1 }] } }]);
  expect(JSON.stringify(given[0]!.open)).not.toContain('household');
  const call = caller(world);
  const [publicity] = (await call<{ publicities: { id: string; lastDay: string }[] }>('listPublicities', { kind: 'public' }, {}, undefined, { kind: 'numbers' })).publicities;
  expect(publicity).toMatchObject({ lastDay: '2026-06-04' });
  const { lines } = await call<{ lines: { key: string; cells: string[] }[] }>('getPublicity', { kind: 'public' }, { publicityId: publicity!.id });
  expect(lines.map(({ key, cells }) => [key, cells[1], /\*/.test(cells[2]!)])).toEqual([['ticket-lowRent-1-1', '1', true], ['ticket-publicRental-2-8', '8', true], ['ticket-publicRental-2-9', '9', true], ['ticket-publicRental-2-10', '10', true]]);
  expect((await call<{ lines: { key: string }[] }>('getPublicity', { kind: 'public' }, { publicityId: publicity!.id }, undefined, { after: 'ticket-publicRental-2-8' })).lines.map(({ key }) => key)).toEqual(['ticket-publicRental-2-9', 'ticket-publicRental-2-10']);

  // By day, not at night (T4).
  expect(world.gateway.sent).toEqual([]);
  await goTo(world, midnight('2026-06-02') + 8 * HOUR_MS);
  expect(world.gateway.sent.filter(({ text }) => text.includes('第9号') && text.includes('6月5日')).map(({ phone }) => phone)).toEqual([phoneOf(1)]);
  expect(world.gateway.sent).toHaveLength(4);

  await goTo(world, midnight('2026-06-05') - 1);
  expect((await ticketsOf(world, 'lowRent-1'))[0]!.state).toBe('publicised');
  await goTo(world, midnight('2026-06-05'));
  await goTo(world, midnight('2026-06-05') + 1_000);
  expect((await numbersOf('publicRental-2')).every((line) => line.endsWith('queued'))).toBe(true);
  // Anyone can replay it: the numbers were given, then joined, once.
  const entries = (stream: string) => world.store.read(async (tx) => (await tx.ledger.find({ stream }, { sort: [['seq', 'asc']] })) as unknown as PublicEntry[]);
  const verdict = replayLane({ laneId: 'zhanggong-1', lane: await entries(laneStream('zhanggong-1')), groups: [await entries(groupStream('lowRent-1'))], rulesOf: () => null });
  expect(verdict).toMatchObject({ numbers: 1, problems: [], unknownTypes: [] });
});

test('G4: every missed day in order as if on time; twice changes nothing; the publicity is seen for its full days', async () => {
  await seed([1, 2, 3, 4]);
  await offer(world, 1, { eligibleFromMs: midnight('2026-06-03') - 1 });
  await offer(world, 2, { eligibleFromMs: midnight('2026-06-02'), submittedAtMs: 1 });
  await offer(world, 3, { eligibleFromMs: midnight('2026-06-01') + 1, submittedAtMs: 2_000_000_000_000 });
  await offer(world, 4, { eligibleFromMs: midnight('2026-06-06') });
  await goTo(world, midnight('2026-06-06') + HOUR_MS);
  expect((await ticketsOf(world, 'publicRental-2')).map(({ householdId, batchDay }) => [householdId, batchDay])).toEqual([['household-3', '2026-06-02'], ['household-2', '2026-06-03'], ['household-1', '2026-06-03']]);
  const before = await world.store.read(async (tx) => [await tx.tickets.find({}), await tx.batches.find({}), await tx.ledgerHeads.find({ id: { prefix: 'group.' } })]);
  await goTo(world, midnight('2026-06-06') + HOUR_MS);
  expect(await world.store.read(async (tx) => [await tx.tickets.find({}), await tx.batches.find({}), await tx.ledgerHeads.find({ id: { prefix: 'group.' } })])).toEqual(before);
  expect(await world.store.read((tx) => tx.publicities.find({ kind: 'numbers' }))).toMatchObject([{ firstDay: '2026-06-06', lastDay: '2026-06-08' }, { firstDay: '2026-06-06' }]);
  // Offered after its own day's batch was done: the next one takes it in.
  await seed([5]);
  await offer(world, 5, { eligibleFromMs: midnight('2026-06-02') - 1 });
  await goTo(world, midnight('2026-06-07'));
  expect((await ticketsOf(world, 'publicRental-2')).slice(3).map(({ householdId, batchDay }) => [householdId, batchDay])).toEqual([['household-5', '2026-06-04'], ['household-4', '2026-06-07']]);
});

test('G4: in chunks, hidden until complete, resumed after a crash, nobody let in before those already numbered', async () => {
  await seed([1, 2, 3, 4, 5, 6, 7]);
  for (const index of [2, 3, 4, 5, 6]) await offer(world, index);
  await offer(world, 7, { group: 'lowRent-3' });
  world.clock.nowMs = midnight('2026-06-02');
  expect(await generateBatches(world.kernel, 2, 2)).toBe(true);
  expect((await batchOf('2026-06-02'))!.state).toBe('numbering');
  expect(await numbersOf('publicRental-2')).toHaveLength(3);
  const call = caller(world);
  const places = async (index: number) => (await call<{ households: { places: unknown[] }[] }>('getMe', callerOf(world, index))).households[0]!.places;
  expect(await places(2)).toEqual([]);
  expect((await call<{ households: { tickets: unknown[]; candidates: { state: string }[] }[] }>('getMyWaiting', callerOf(world, 2))).households[0]).toMatchObject({ tickets: [], candidates: [{ state: 'waiting' }] });
  expect((await call<{ batches: { ranges: unknown[] }[] }>('listBatches', { ...reviewer, role: 'city' } as never)).batches[0]!.ranges).toEqual([]);
  expect(await world.store.read((tx) => tx.ledger.find({ type: 'NumbersGiven' }))).toEqual([]);
  // The process is gone here; whoever is offered meanwhile with a better claim waits for the next batch.
  await offer(world, 1, { eligibleFromMs: midnight('2026-06-02') - 1 });
  while (await generateBatches(world.kernel, 1, 2)) { /* resumed */ }
  expect((await ticketsOf(world, 'publicRental-2')).map(({ householdId }) => householdId)).toEqual([2, 3, 4, 5, 6].map((n) => `household-${n}`));
  expect(await places(2)).toHaveLength(1);
  await goTo(world, midnight('2026-06-03'));
  expect(await numbersOf('publicRental-2')).toContain('6 household-1 publicised');
});

test('G2: two processes at once give every number once, without a gap; without the guard they collide', async () => {
  const indexes = Array.from({ length: 14 }, (_, i) => i + 1);
  await seed(indexes);
  for (const index of indexes) await offer(world, index, { group: index % 2 === 0 ? 'publicRental-2' : 'lowRent-2' });
  world.clock.nowMs = midnight('2026-06-02');
  await Promise.all([generateBatches(world.kernel, 20, 3), generateBatches(world.kernel, 20, 3), generateBatches(world.kernel, 20, 3)]);
  for (const group of ['publicRental-2', 'lowRent-2']) expect((await ticketsOf(world, group)).map(({ queueNumber }) => queueNumber)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await world.store.read((tx) => tx.ledger.find({ type: 'NumbersGiven' }))).toHaveLength(2);
  // The twin: each reads the last number, then writes on its own. The unique index is all that is left between them.
  const naive = async (householdId: string) => {
    const number = (await world.store.read((tx) => lastNumber(tx, 'lowRent-2'))) + 1;
    const { version: _v, ...ticket } = buildTicket({ id: `naive-${householdId}`, group: 'lowRent-2', queueNumber: number, householdId });
    await world.store.transact((tx) => tx.tickets.insert(ticket));
  };
  const outcomes = await Promise.allSettled([naive('a'), naive('b')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ index: 'oneNumberPerGroup' } satisfies Partial<UniqueViolation>);
});

test('G5, G2: an objection holds its number; dismissed late it joins then; upheld it is void, and never given again', async () => {
  await seed([1, 2, 3]);
  for (const index of [1, 2, 3]) await offer(world, index);
  await goTo(world, midnight('2026-06-02'));
  const call = caller(world);
  const [publicity] = (await call<{ publicities: { id: string }[] }>('listPublicities', { kind: 'public' }, {}, undefined, { kind: 'numbers' })).publicities;
  const object = (number: number, by: number) => call<{ id: string }>('raiseObjection', callerOf(world, by), { publicityId: publicity!.id }, { subjectId: `ticket-publicRental-2-${number}`, text: '该家庭不符合条件' });
  const [first, second] = [await object(1, 3), await object(2, 3)];
  expect(await call('raiseObjection', callerOf(world, 3), { publicityId: publicity!.id }, { subjectId: 'ticket-publicRental-2-9', text: '没有这个号' })).toEqual({ refused: 'NOT_FOUND' });
  await goTo(world, midnight('2026-06-05'));
  expect((await numbersOf('publicRental-2')).map((line) => line.split(' ')[2])).toEqual(['publicised', 'publicised', 'queued']);
  const decide = (id: string, upheld: boolean, by = reviewer) => call('decideObjection', by, { objectionId: id }, { version: 1, upheld, answer: '经核实' });
  expect(await decide(first.id, true, otherReviewer)).toEqual({ refused: 'NOT_FOUND' });
  expect(await decide(first.id, true)).toEqual({ ok: true });
  expect(await decide(second.id, false)).toEqual({ ok: true });
  expect((await numbersOf('publicRental-2')).map((line) => line.split(' ')[2])).toEqual(['void', 'queued', 'queued']);
  expect(await world.store.read((tx) => tx.ledger.find({ type: 'NumbersVoided' }))).toMatchObject([{ stream: groupStream('publicRental-2'), open: { queueNumbers: [1], reason: 'ended' } }]);
  // V3: its people may apply again; and whoever comes next gets the next number, not the free one.
  expect((await world.store.read((tx) => tx.members.find({ householdId: 'household-1' }))).map(({ caseOpen }) => caseOpen)).toEqual([false, false]);
  await seed([4]);
  await offer(world, 4);
  await goTo(world, midnight('2026-06-06'));
  expect((await ticketOf(world, 'ticket-publicRental-2-4')).householdId).toBe('household-4');
});

test('G6: a roll imported after numbers were generated: overlaps refused, generated numbers go on after the highest', async () => {
  await seed([1, 2]);
  await offer(world, 1);
  await goTo(world, midnight('2026-06-02'));
  const roll = async (...numbers: number[]) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'batch-roll-'));
    const file = path.join(dir, 'roll.xlsx');
    const rows = numbers.map((queueNumber) => waitlistRow(queueNumber + 40, { 组别: '公租房二居室组', 轮候顺序号: queueNumber }));
    writeFileSync(file, buildWorkbook({ sheets: [{ name: '轮候名册', rows: table(waitlistHeader, rows) }] }));
    const imported = await importRegister(world.kernel, systemAct('test'), file);
    rmSync(dir, { recursive: true, force: true });
    return imported;
  };
  const report = await roll(1, 5);
  expect(report).toMatchObject({ kind: 'waitlist', accepted: 1, refusedRows: 1 });
  await offer(world, 2);
  await goTo(world, midnight('2026-06-02') + DAY_MS);
  // A number below the last one that nobody has: as it was won; the count does not go back.
  expect(await roll(3)).toMatchObject({ accepted: 1, refusedRows: 0 });
  await seed([3]);
  await offer(world, 3);
  await goTo(world, midnight('2026-06-02') + 2 * DAY_MS);
  expect((await ticketsOf(world, 'publicRental-2')).map(({ queueNumber, origin }) => [queueNumber, origin])).toEqual([[1, 'batch'], [3, 'lottery'], [5, 'lottery'], [6, 'batch'], [7, 'batch']]);
});

/** A second list that was over when the 2nd of June began. */
const dueList = (id: string) => ({ id, kind: 'secondReview' as const, scopeId: id, district: '章贡区', firstDay: '2026-05-30', lastDay: '2026-06-01', takesEffectMs: midnight('2026-06-02'), state: 'open' as const, overAtMs: null, ruleSetVersion: 1 });
/** An application in that list: eligible once it is over, for the batch of that very day. */
async function inList(publicityId: string): Promise<string> {
  const people = applicants(world.kernel);
  const { id } = await people.submit(1);
  await world.store.transact(async (tx) => tx.applications.replace({ ...(await tx.applications.get(id))!, state: 'secondPublicity', dueMs: null, publicityId, publicityRound: 1 }));
  return id;
}

test('G4: a continuation or second list that is over belongs to the batch of that very day: the batch waits for it, but not for ever', async () => {
  await seed([1]);
  await offer(world, 1);
  const [day, due] = ['2026-06-02', midnight('2026-06-02')];
  await world.store.transact((tx) => tx.publicities.insert(dueList('stuck')));
  // It goes ahead at the twentieth look, half a minute apart; a night in which nothing was attempted is none of them.
  for (let look = 0; look < 19; look += 1) {
    world.clock.nowMs = due + 9 * HOUR_MS + look * 30_000;
    await generateBatches(world.kernel);
    await generateBatches(world.kernel);
    expect(await batchOf(day)).toBeNull();
  }
  world.clock.nowMs += 30_000;
  await generateBatches(world.kernel);
  expect((await batchOf(day))!.state).toBe('numbered');
  const [entry] = await world.store.read((tx) => tx.ledger.find({ stream: 'office', type: 'BatchDidNotWait' }));
  expect(JSON.parse(entry!.detail)).toMatchObject({ batchDay: day, sinceMs: due + 9 * HOUR_MS, publicityIds: ['stuck'] });
});

test('G4: down across midnight with more lists due than one look takes: whose list is taken at the second look is still in that day’s batch', async () => {
  await seed([2]);
  await offer(world, 2);
  const id = await inList('list-999');
  for (let from = 0; from < 205; from += 41) await world.store.transact(async (tx) => { for (let at = from; at < from + 41; at += 1) await tx.publicities.insert(dueList(`list-${100 + at}`)); });
  await world.store.transact((tx) => tx.publicities.insert(dueList('list-999')));
  world.clock.nowMs = midnight('2026-06-02') + 30 * 60_000;
  await duePublicities.run(world.kernel);
  await dailyBatch.run(world.kernel);
  expect([(await world.store.read((tx) => tx.applications.get(id)))!.state, await batchOf('2026-06-02')]).toEqual(['secondPublicity', null]);
  // And down again at that moment, for longer than it would ever wait.
  world.clock.nowMs += HOUR_MS;
  await dailyBatch.run(world.kernel);
  expect(await batchOf('2026-06-02')).toBeNull();
  await duePublicities.run(world.kernel);
  await dailyBatch.run(world.kernel);
  expect(await world.store.read((tx) => tx.batchCandidates.get(`candidate-${id}`))).toMatchObject({ state: 'numbered', batchDay: '2026-06-02' });
});

test('G4: as long as lists take effect, however many there are, the batch waits; with none any more it goes ahead', async () => {
  await seed([2]);
  await offer(world, 2);
  for (const name of ['a', 'b', 'c']) await world.store.transact((tx) => tx.publicities.insert(dueList(name)));
  const look = async (times: number) => {
    for (let at = 0; at < times; at += 1) {
      world.clock.nowMs += 30_000;
      await generateBatches(world.kernel);
    }
    return batchOf('2026-06-02');
  };
  world.clock.nowMs = midnight('2026-06-02');
  for (const name of ['a', 'b']) {
    expect(await look(19)).toBeNull();
    await world.store.transact(async (tx) => tx.publicities.replace({ ...(await tx.publicities.get(name))!, state: 'over' }));
  }
  expect(await look(19)).toBeNull();
  expect(await look(1)).toMatchObject({ state: 'numbered' });
});

test('G4: a list that fails once, hours after midnight, is waited for all the same', async () => {
  await seed([2]);
  await offer(world, 2);
  const id = await inList('list');
  await world.store.transact((tx) => tx.publicities.insert(dueList('list')));
  world.clock.nowMs = midnight('2026-06-02') + 3 * HOUR_MS;
  await duePublicitiesOf({ ...publicityKinds, secondReview: { ...publicityKinds['secondReview']!, over: () => Promise.reject(new Error('the store was away')) } }).run(world.kernel);
  await dailyBatch.run(world.kernel);
  world.clock.nowMs += 1_000;
  await duePublicities.run(world.kernel);
  await dailyBatch.run(world.kernel);
  expect(await world.store.read((tx) => tx.batchCandidates.get(`candidate-${id}`))).toMatchObject({ state: 'numbered', batchDay: '2026-06-02' });
});
