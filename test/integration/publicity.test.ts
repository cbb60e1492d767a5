/** T2 and objections, with a kind of publicity made for the test: what takes effect, when, and what an objection stops. */
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { duePublicitiesOf } from '../../bff/features/publicity/due-publicities';
import { contestedSubjects, objectionState, openPublicity, type PublicityKinds } from '../../bff/features/publicity/publicity';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { sweepExpired } from '../../bff/jobs/jobs';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { DAY_MS, dayOf, startOfDay } from '../../shared/shanghai-time';
import { publicityPeriod, naturalActPeriod } from '../../bff/domain/time/periods';
import { buildWorld, MORNING_MS, type World } from '../support/world';

let world: World;
let effected: string[];
let undone: string[];
const kinds: PublicityKinds = {
  numbers: {
    title: '轮候顺序号公示', columns: ['组别', '顺序号'],
    lines: () => Promise.resolve([{ key: 't1', cells: ['廉租住房一居室组', '1'] }, { key: 't2', cells: ['廉租住房一居室组', '2'] }]),
    has: (_tx, _publicity, subjectId) => Promise.resolve(['t1', 't2'].includes(subjectId)),
    over: async (kernel, publicity) => {
      const contested = await kernel.store.read((tx) => contestedSubjects(tx, publicity.id));
      effected.push(...['t1', 't2'].filter((t) => !contested.has(t)));
    },
    decided: async (_kernel, work, publicity, objection) => {
      if (objection.state === 'upheld') undone.push(objection.subjectId);
      else if (publicity.state === 'over' && (await objectionState(work.tx, publicity.id, objection.subjectId)) === 'none') effected.push(objection.subjectId);
    },
  },
};
const reviewer: Caller = { kind: 'staff', sessionId: 's', staffId: 'r', role: 'districtReviewer', districts: ['章贡区'] };
const neighbour: Caller = { kind: 'family', sessionId: 's', phoneIndex: 'p1' };
const ask = (caller: Caller, params: Record<string, string>, body: unknown = undefined, query: unknown = {}) => ({ caller, params, body, query, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {} }) as unknown as ApiRequest<never>;
const handlers = () => publicityHandlers(world.kernel, kinds) as Record<string, (request: ApiRequest<never>) => Promise<unknown>>;
const call = async <T = Record<string, unknown>>(name: string, request: ApiRequest<never>) => (await handlers()[name]!(request)) as T;
const job = duePublicitiesOf(kinds);
const open = () => change(world.kernel, systemAct('t'), (work) => openPublicity(world.kernel, work, { kind: 'numbers', scopeId: 'batch-1', district: '章贡区', firstDay: dayOf(work.nowMs), days: 3 }));

beforeEach(async () => {
  world = await buildWorld();
  effected = [];
  undone = [];
});
afterEach(() => world.close());

test('T2, T3: a publicity counts its first day; a time to act does not count the day it starts on', () => {
  expect(publicityPeriod('2026-06-01', 3)).toEqual({ firstDay: '2026-06-01', lastDay: '2026-06-03', takesEffectMs: startOfDay('2026-06-04') });
  expect(publicityPeriod('2026-12-31', 1).takesEffectMs).toBe(startOfDay('2027-01-01'));
  expect(() => publicityPeriod('2026-06-01', 0)).toThrow(RangeError);
  for (const atMs of [startOfDay('2026-06-01'), startOfDay('2026-06-02') - 1]) expect(naturalActPeriod(atMs, 3)).toEqual({ lastDay: '2026-06-04', endsMs: startOfDay('2026-06-05') });
});

test('T2: takes effect at 00:00 of the fourth day, once, however often one looks', async () => {
  const publicity = await open();
  expect((await open()).id).toBe(publicity.id);
  expect(await world.store.read((tx) => job.nextDue(tx, world.kernel, MORNING_MS))).toBe(startOfDay('2026-06-04'));
  world.clock.nowMs = startOfDay('2026-06-04') - 1;
  await job.run(world.kernel);
  expect(effected).toEqual([]);
  world.clock.nowMs += 1;
  await job.run(world.kernel);
  await job.run(world.kernel);
  expect(effected).toEqual(['t1', 't2']);
});

test('an objection holds its subject; dismissed afterwards, the subject takes effect then; upheld, never', async () => {
  const { id } = await open();
  const raised = await call<{ id: string }>('raiseObjection', ask(neighbour, { publicityId: id }, { subjectId: 't1', text: '该家庭已有住房' }));
  expect(await call('raiseObjection', ask(neighbour, { publicityId: id }, { subjectId: 't1', text: '再说一遍理由' }))).toMatchObject({ code: 'ALREADY_DONE' });
  expect(await call('raiseObjection', ask(neighbour, { publicityId: id }, { subjectId: 'elsewhere', text: '不在公示中' }))).toMatchObject({ code: 'NOT_FOUND' });
  world.clock.nowMs = startOfDay('2026-06-04');
  expect(await call('raiseObjection', ask({ ...neighbour, phoneIndex: 'p2' }, { publicityId: id }, { subjectId: 't2', text: '太晚了的异议' }))).toMatchObject({ code: 'PUBLICITY_OVER' });
  await job.run(world.kernel);
  expect(effected).toEqual(['t2']);
  const { objections } = await call<{ objections: { id: string; version: number; text: string }[] }>('listObjections', ask(reviewer, {}));
  expect(objections).toMatchObject([{ id: raised.id, text: '该家庭已有住房' }]);
  const decide = (caller: Caller, version: number, upheld: boolean) => call('decideObjection', ask(caller, { objectionId: raised.id }, { version, upheld, answer: '经核实不成立' }));
  expect(await decide({ ...reviewer, districts: ['赣州经开区'] } as Caller, 1, false)).toBeInstanceOf(Refusal);
  expect(await decide({ ...reviewer, role: 'city' } as Caller, 1, false)).toBeInstanceOf(Refusal);
  expect(await decide(reviewer, 7, false)).toMatchObject({ code: 'REQUEST_IN_CONFLICT' });
  expect(await decide(reviewer, 1, false)).toEqual({ ok: true });
  expect(effected).toEqual(['t2', 't1']);
  expect(await decide(reviewer, 2, true)).toMatchObject({ code: 'ALREADY_DONE' });
  expect(undone).toEqual([]);
});

test('P2: what was publicised is not shown any more once the days are over; objections are sealed at rest', async () => {
  const { id } = await open();
  await call('raiseObjection', ask(neighbour, { publicityId: id }, { subjectId: 't2', text: '某某某家有两套房' }));
  expect(await call<{ lines: unknown[] }>('getPublicity', ask({ kind: 'public' }, { publicityId: id }))).toMatchObject({ lines: [{ key: 't1' }, { key: 't2' }] });
  const [stored] = await world.store.read((tx) => tx.objections.find({}));
  expect(JSON.stringify(stored)).not.toContain('某某某');
  world.clock.nowMs = startOfDay('2026-06-04');
  await job.run(world.kernel);
  expect(await call('getPublicity', ask({ kind: 'public' }, { publicityId: id }))).toBeInstanceOf(Refusal);
});

test('G5: objections pile up elsewhere and the one of this district is still on its first page; overdue ones are marked; pages lose none', async () => {
  const { id } = await open();
  await world.store.transact(async (tx) => {
    for (let i = 0; i < 250; i += 1) {
      await tx.objections.insert({ id: `o${i}`, publicityId: id, subjectId: 't1', district: '南康区', textSealed: '', byPhoneSealed: '', byPhoneIndex: `x${i}`, state: 'open', raisedAtMs: MORNING_MS + i, decidedAtMs: null, decidedBy: '', answerSealed: '' });
    }
    await tx.objections.insert({ id: 'mine', publicityId: id, subjectId: 't2', district: '章贡区', textSealed: '', byPhoneSealed: '', byPhoneIndex: 'y', state: 'open', raisedAtMs: MORNING_MS - 20 * DAY_MS, decidedAtMs: null, decidedBy: '', answerSealed: '' });
  });
  type Page = { objections: { id: string; isOverdue: boolean }[]; next: string | null };
  expect((await call<Page>('listObjections', ask(reviewer, {}))).objections).toMatchObject([{ id: 'mine', isOverdue: true }]);
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    const { objections, next } = await call<Page>('listObjections', ask({ ...reviewer, role: 'city', districts: [] } as Caller, {}, undefined, { state: 'open', limit: '100', ...(after === undefined ? {} : { after }) }));
    for (const objection of objections) seen.add(objection.id);
    after = next ?? undefined;
  } while (after !== undefined);
  expect(seen.size).toBe(251);
  expect(await call('listObjections', ask(reviewer, {}, undefined, { after: 'bm9uZQ' }))).toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('G5, P1: who objected reads the answer, and only its own; it is told on the number it signed in with, long after its code expired', async () => {
  const { id } = await open();
  const phoneSealed = world.kernel.crypto.seal('13900000007');
  await world.store.transact((tx) => tx.signInCodes.insert({ id: 'p1', codeSealed: '', phoneSealed, createdAtMs: MORNING_MS, expiresAtMs: MORNING_MS, attempts: 0, used: true, lastSentAtMs: MORNING_MS, day: '2026-06-01', sendsToday: 1 }));
  world.clock.nowMs = MORNING_MS + 2 * DAY_MS;
  await sweepExpired(world.kernel);
  const raised = await call<{ id: string }>('raiseObjection', ask(neighbour, { publicityId: id }, { subjectId: 't1', text: '该家庭已有住房' }));
  await call('decideObjection', ask(reviewer, { objectionId: raised.id }, { version: 1, upheld: false, answer: '经查该家庭没有住房' }));
  await world.tick();
  expect(world.gateway.sent.filter(({ phone }) => phone === '13900000007').map(({ text }) => text)).toEqual([expect.stringContaining('不成立')]);
  const mine = (caller: Caller) => call<{ objections: object[] }>('listMyObjections', ask(caller, {}));
  expect((await mine(neighbour)).objections).toMatchObject([{ id: raised.id, title: '轮候顺序号公示', text: '该家庭已有住房', state: 'dismissed', answer: '经查该家庭没有住房' }]);
  expect((await mine({ ...neighbour, phoneIndex: 'p2' })).objections).toEqual([]);
});
