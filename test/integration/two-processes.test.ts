/**
 * Two server processes on one MongoDB: one truth, one clock, one job at a time; what one does the other's
 * watchers see. Runs wherever TEST_MONGODB_URI names a replica set.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createConnection } from 'mongoose';
import { io, type Socket } from 'socket.io-client';
import { startSmsSimulator, type SmsSimulator } from '../../bff/adapters/sms/simulator/start';
import { createKernel } from '../../bff/compose';
import { storeOffset } from '../../bff/features/demo/travel';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { holdLease } from '../../bff/jobs/lease';
import { settleDueLanes } from '../../bff/jobs/turn-timer';
import type { Kernel } from '../../bff/kernel';
import { loadKeys } from '../../bff/security/keys';
import { hashPassword } from '../../bff/security/passwords';
import { openMongoStore } from '../../bff/store/mongo/mongo-store';
import type { Store } from '../../bff/store/port';
import { defaultRuleSet } from '../../config/default-rule-set';
import type { HomeList, LiveView, Me } from '../../shared/contract/schemas';
import { phoneOf, seedLane } from '../support/build';
import { killLeftovers, pause, runToEnd, signInAt, startChild, until, type Answer, type ChildServer } from '../support/child-server';
import { quietLog } from '../support/world';

const base = process.env.TEST_MONGODB_URI ?? '';
if (!base) console.warn('SKIPPED: two server processes on MongoDB. Set TEST_MONGODB_URI to the uri of a replica set to run it.');

/** The uri with another database. */
const uriOf = (name: string) => base.replace(/^([a-z+]+:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/, `$1/${name}$2`);
const LANES = ['zhanggong-1', 'jingkai-2', 'rongjiang-1', 'nankang-2', 'ganxian-1', 'east-2', 'west-1'] as const;
const [WATCHED, RACED, REPEATED, EXPIRED] = LANES;
const FAMILIES = 12;
const OUTAGE_THRESHOLD_MS = 6_000;
const DAY_MS = 86_400_000;
const clock = { now: () => Date.now() };

(base ? describe : describe.skip)('two processes', () => {
  jest.setTimeout(120_000);
  const dbName = `two_processes_${randomUUID().slice(0, 8)}`;
  const uri = uriOf(dbName);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fair-queue-two-'));
  const sockets: Socket[] = [];
  let env: Record<string, string>;
  let store: Store;
  let kernel: Kernel;
  let simulator: SmsSimulator;
  let a: ChildServer;
  let b: ChildServer;
  let staffToken: string;

  const startOne = () => startChild({ dir, args: ['--no-demo'], env });
  const live = async (server: ChildServer, laneId: string) => (await server.call<LiveView>('GET', `/api/lanes/${laneId}/live`)).body;
  const entriesOf = (type: string) => store.read((tx) => tx.ledger.find({ type }));
  const holder = () => store.read(async (tx) => (await tx.leases.get('jobs'))!);
  /** The family whose turn it is, signed in through one of the two. */
  async function familyOnTurn(server: ChildServer, laneId: string) {
    const turn = await until(`a told family in ${laneId}`, async () => {
      const found = (await live(server, laneId)).turn;
      return found?.deadlineMs != null && found;
    });
    const token = await signInAt(server.url, simulator.url, phoneOf(turn.queueNumber - 1));
    const { ticketId } = (await server.call<Me>('GET', '/api/me', { token })).body.households[0]!.places[0]!;
    return { turn, token, ticketId };
  }
  const connect = (server: ChildServer, namespace: string, auth = {}) => {
    const socket = io(`${server.url}${namespace}`, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
    sockets.push(socket);
    return socket;
  };
  const heard = <T>(socket: Socket, event: string) => new Promise<T>((resolve) => socket.once(event, resolve));

  beforeAll(async () => {
    loadKeys({ dir, env: {}, allowGenerate: true });
    const keys = JSON.parse(fs.readFileSync(path.join(dir, 'keys.json'), 'utf8')) as Record<string, string>;
    // Only in the environment, as on machines of a cluster: a file would be each one's own.
    fs.rmSync(path.join(dir, 'keys.json'));
    simulator = await startSmsSimulator({ port: 0, callbackUrl: () => `${(a ?? b).url}/api/callbacks/sms-receipts`, appKey: keys['SMS_APP_KEY']!, callbackKey: keys['SMS_CALLBACK_KEY']!, clock, receiptDelayMs: 50 });
    env = { ...keys, MONGODB_URI: uri, SMS_URL: simulator.url, LOG_LEVEL: 'warn' };
    store = await openMongoStore({ uri });
    // The window is open all day: this test runs when it runs.
    const values = { ...defaultRuleSet, windowStartMs: 0, windowEndMs: DAY_MS, outageThresholdMs: OUTAGE_THRESHOLD_MS };
    await store.transact((tx) => tx.ruleSets.insert({ id: 'ruleSet-1', number: 1, title: '测试', reason: '', effectiveAtMs: 0, publishedAtMs: 0, publishedBy: '', values }));
    kernel = (await createKernel({ store, clock, keys: loadKeys({ dir, env, allowGenerate: false }), log: quietLog })).kernel;
    for (const [i, laneId] of LANES.entries()) {
      // Numbers count on through the lanes, so that the number tells the telephone.
      const families = Array.from({ length: FAMILIES }, (_, n) => ({ group: `publicRental-${laneId.split('-')[1]}`, queueNumber: i * FAMILIES + n + 1 }));
      await seedLane(kernel, { laneId, families, homes: 6 }, i * FAMILIES);
    }
    const passwordHash = await hashPassword('city-2026-password');
    await store.transact((tx) => tx.staff.insert({ id: 'staff-city', account: 'city', passwordHash, name: '市中心', role: 'city', districts: [], streets: [], phoneSealed: '', active: true }));
    [a, b] = await Promise.all([startOne(), startOne()]);
    staffToken = (await a.call<{ token: string }>('POST', '/api/staff/sessions', { body: { account: 'city', password: 'city-2026-password' } })).body.token;
    // Opened through both, so that either's word counts for the other.
    for (const [i, laneId] of LANES.entries()) {
      const { status, body } = await (i % 2 === 0 ? a : b).call('POST', `/api/staff/lanes/${laneId}/open`, { token: staffToken, body: { reason: '测试' } });
      expect({ laneId, status, code: body['code'] }).toEqual({ laneId, status: 200, code: undefined });
    }
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await killLeftovers();
    await simulator?.close();
    await store?.close();
    const connection = await createConnection(uri).asPromise();
    await connection.dropDatabase();
    await connection.close();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  test('a change made through A reaches a watcher and the family at B, and B answers it at once', async () => {
    const family = await familyOnTurn(a, WATCHED);
    // Signed in at A: as good at B.
    expect((await b.call('GET', '/api/me', { token: family.token })).status).toBe(200);
    const watcher = connect(b, '/live');
    await new Promise((resolve) => watcher.emit('watch', [WATCHED], resolve));
    const mine = connect(b, '/family', { token: family.token });
    await heard(mine, 'connect');
    const view = heard<LiveView>(watcher, 'live');
    const told = heard<{ ticketId: string }>(mine, 'place');
    const passed = await a.call<{ ledger: { seq: number } }>('POST', `/api/me/tickets/${family.ticketId}/passes`, { token: family.token, key: randomUUID(), body: { confirm: true } });
    expect(passed.status).toBe(201);
    expect((await view).seq).toBeGreaterThanOrEqual(passed.body.ledger.seq);
    expect((await told).ticketId).toBe(family.ticketId);
    await until('B to show it', async () => (await live(b, WATCHED)).turn?.queueNumber === family.turn.queueNumber + 1, 3_000);
    // Signed out at A: out at B, sockets and all.
    const cut = heard(mine, 'disconnect');
    await a.call('DELETE', '/api/sign-in/sessions', { token: family.token });
    await cut;
    expect((await b.call('GET', '/api/me', { token: family.token })).status).toBe(401);
  });

  test('Q4: 200 picks of one home through both: one wins, everyone is answered, and its key answers the same at either', async () => {
    const family = await familyOnTurn(b, RACED);
    const [home] = (await a.call<HomeList>('GET', `/api/me/tickets/${family.ticketId}/homes`, { token: family.token })).body.homes;
    const pick = (server: ChildServer, key: string) => server.call('POST', `/api/me/tickets/${family.ticketId}/picks`, { token: family.token, key, body: { listingId: home!.id } });
    const keys = Array.from({ length: 200 }, () => randomUUID());
    const answers = await Promise.all(keys.map((key, i) => pick(i % 2 === 0 ? a : b, key)));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    expect([...new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => (body as { code: string }).code))]).toEqual(['ALREADY_PICKED']);
    const winner = keys[answers.indexOf(won[0] as Answer)]!;
    for (const server of [a, b]) expect((await pick(server, winner)).body).toEqual(won[0]!.body);
    const ofHome = await store.read((tx) => tx.picks.find({ listingId: home!.id }));
    expect(ofHome).toHaveLength(1);
  });

  test('Q4: 100 times the same key through both: one pick, a hundred times its receipt', async () => {
    const family = await familyOnTurn(a, REPEATED);
    const [home] = (await b.call<HomeList>('GET', `/api/me/tickets/${family.ticketId}/homes`, { token: family.token })).body.homes;
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? a : b).call('POST', `/api/me/tickets/${family.ticketId}/picks`, { token: family.token, key, body: { listingId: home!.id } })));
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test('Q6: one process looks at the clock; when it is killed the other takes over, and what fell due is settled once', async () => {
    // After a rush, in which a look may last longer than the lease, it settles on one of them.
    const before = await until('one holder that stays', async () => {
      const then = await holder();
      await pause(2_500);
      return (await holder()).token === then.token && then;
    }, 60_000);
    const pid = Number(before.holder.split('-')[0]);
    const [first, second] = a.pid === pid ? [a, b] : [b, a];
    expect(first.pid).toBe(pid);
    const { turn } = await familyOnTurn(second, EXPIRED);
    await first.kill();
    const stored = await store.transact(async (tx) => {
      const [open] = await tx.turns.find({ laneId: EXPIRED, isOpen: true });
      return tx.turns.replace({ ...open!, deadlineMs: clock.now() + 300 });
    });
    await until('the other to move on', async () => (await live(second, EXPIRED)).turn?.queueNumber === turn.queueNumber + 1, 30_000);
    const after = await holder();
    expect(Number(after.holder.split('-')[0])).toBe(second.pid);
    expect(after.token).toBe(before.token + 1);
    await pause(1_500);
    const ended = [...(await entriesOf('TurnMissed')), ...(await entriesOf('TurnDeferred'))].filter(({ open }) => open['turnId'] === stored.id);
    expect(ended).toHaveLength(1);
    [a, b] = [second, await startOne()];
    expect(await holder()).toMatchObject({ token: after.token });
  });

  test('Q6: both timers, and two more, forced at the same instant: every turn ends once', async () => {
    const others = await Promise.all([1, 2].map(async () => {
      const own = await openMongoStore({ uri });
      return { own, kernel: (await createKernel({ store: own, clock, keys: loadKeys({ dir, env, allowGenerate: false }), log: quietLog })).kernel };
    }));
    await Promise.all(LANES.map((laneId) => familyOnTurn(b, laneId)));
    const due = await store.transact(async (tx) => {
      const open = await tx.turns.find({ isOpen: true });
      for (const turn of open) await tx.turns.replace({ ...turn, deadlineMs: clock.now() });
      return open.map(({ id }) => id);
    });
    expect(due).toHaveLength(LANES.length);
    await Promise.all([...others, ...others, ...others].map(({ kernel: k }) => settleDueLanes(k)));
    const ended = [...(await entriesOf('TurnMissed')), ...(await entriesOf('TurnDeferred'))].map(({ open }) => String(open['turnId'])).filter((id) => due.includes(id));
    expect(ended.sort()).toEqual(due.sort());
    const openLanes = (await store.read((tx) => tx.turns.find({ isOpen: true }))).map(({ laneId }) => laneId);
    expect(openLanes.sort()).toEqual([...LANES].sort());
    for (const { own } of others) await own.close();
  });

  test('T6: while one of them runs the service is up; when both are gone it is not, and that is given back once', async () => {
    await Promise.all(LANES.map((laneId) => familyOnTurn(b, laneId)));
    const deadlines = async () => new Map((await store.read((tx) => tx.turns.find({ isOpen: true }))).map(({ id, deadlineMs }) => [id, deadlineMs!]));
    const outages = () => store.read((tx) => tx.outages.find({}));
    const before = await deadlines();
    expect(await outages()).toEqual([]);
    await a.kill();
    await pause(OUTAGE_THRESHOLD_MS + 1_500);
    a = await startOne();
    expect(await outages()).toEqual([]);
    expect(await deadlines()).toEqual(before);

    await Promise.all([a.kill(), b.kill()]);
    await pause(OUTAGE_THRESHOLD_MS + 500);
    [a, b] = await Promise.all([startOne(), startOne()]);
    const [outage, ...more] = await outages();
    expect(more).toEqual([]);
    const lengthMs = outage!.toMs - outage!.fromMs;
    expect(lengthMs).toBeGreaterThanOrEqual(OUTAGE_THRESHOLD_MS);
    const after = await deadlines();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [id, deadlineMs] of after) expect(deadlineMs).toBe(before.get(id)! + lengthMs);
    await pause(1_500);
    expect(await deadlines()).toEqual(after);
  });

  test('S1: the ledger both wrote verifies; every message was handed over once', async () => {
    const verdict = await verifyLedger(store, { nowMs: clock.now() });
    expect(verdict.problems).toEqual([]);
    const texts = simulator.messages().map(({ key }) => key);
    expect(new Set(texts).size).toBe(texts.length);
    for (const server of [a, b]) expect(server.errors()).toBe('');
  });

  describe('what they refuse', () => {
    const refused = async (args: readonly string[], settings: Record<string, string>) => {
      const empty = fs.mkdtempSync(path.join(dir, 'empty-'));
      const result = await runToEnd(['--port', '0', '--data', empty, ...args], settings);
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toMatch(/[\u4e00-\u9fff]/);
      expect(result.stderr).not.toMatch(/^\s+at /m);
      return result.stderr;
    };
    test('without keys, with other keys', async () => {
      const said = await refused(['--no-demo'], { MONGODB_URI: uri, SMS_URL: simulator.url });
      for (const name of ['FIELD_KEYS', 'INDEX_KEY', 'SIGNING_KEY']) expect(said).toContain(name);
      expect(await refused(['--no-demo'], { ...env, INDEX_KEY: 'a'.repeat(64) })).toContain('INDEX_KEY');
    });
    test('a database that does not answer', async () => {
      expect(await refused(['--no-demo'], { ...env, MONGODB_URI: 'mongodb://user:secret@127.0.0.1:1/x?directConnection=true' })).not.toContain('secret');
    });
    test('a demonstration on real data, the real thing on a demonstration\'s, two demonstrations at once', async () => {
      expect(await refused(['--demo'], env)).toContain('正式运行的数据');
      const demo = { ...env, MONGODB_URI: uriOf(`${dbName}_demo`) };
      const own = await openMongoStore({ uri: demo.MONGODB_URI });
      await holdLease(own, clock, 'demo', 'another process', 60_000);
      expect(await refused(['--demo'], demo)).toContain('另一个演示');
      await storeOffset(own, 0);
      expect(await refused(['--no-demo'], demo)).toContain('演示数据');
      await own.close();
      const connection = await createConnection(demo.MONGODB_URI).asPromise();
      await connection.dropDatabase();
      await connection.close();
    });
  });

  test('SIGTERM: both stop in order', async () => {
    const gone = await Promise.all([a.stop(), b.stop()]);
    expect(gone.map(({ code }) => code)).toEqual([0, 0]);
    expect((await holder()).untilMs).toBe(0);
  });
});
