/**
 * The server as a process on its embedded store: killed at any moment under load it loses nothing it
 * acknowledged (S1, S4, Q4, Q6, T6); asked to stop it stops in order; what it cannot start with, it says.
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { loadKeys } from '../../bff/security/keys';
import { createFieldCrypto } from '../../bff/security/field-crypto';
import { verifySignature } from '../../bff/security/signer';
import { newToken, tokenId } from '../../bff/security/tokens';
import type { LedgerEntry } from '../../bff/store/collections';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import { laneStream } from '../../bff/store/ledger';
import type { Store } from '../../bff/store/port';
import type { LiveView, Receipt } from '../../shared/contract/schemas';
import { buildHousehold, buildListing, buildTicket } from '../support/build';
import { ConnectionLost, killLeftovers, pause, runToEnd, signInAt, startChild, until, type ChildServer } from '../support/child-server';

const LANES = ['zhanggong-1', 'zhanggong-2', 'jingkai-2', 'rongjiang-2'];
const EXTRA_FAMILIES = 400;
const EXTRA_HOMES = 120;
const OUTAGE_MS = 10 * 60_000;
const ROUNDS = 5;

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fair-queue-process-'));
afterAll(async () => {
  await killLeftovers();
  fs.rmSync(dir, { recursive: true, force: true });
});
jest.setTimeout(120_000);

/** What one family asked for, and the answer it got; null while nobody knows whether it counted. */
interface Act {
  readonly laneId: string;
  readonly kind: 'pick' | 'pass';
  readonly ticketId: string;
  readonly token: string;
  readonly key: string;
  readonly body: Record<string, unknown>;
  answer: Record<string, unknown> | null;
}

const acts: Act[] = [];
/** By `group#number`: the ticket, and a session of its family. */
const families = new Map<string, { ticketId: string; token: string }>();
const live = async (server: ChildServer, laneId: string) => (await server.call<LiveView>('GET', `/api/lanes/${laneId}/live`)).body;
const perform = (server: ChildServer, act: Act) => server.call('POST', `/api/me/tickets/${act.ticketId}/${act.kind === 'pick' ? 'picks' : 'passes'}`, act);
const familyOf = (turn: { group: string; queueNumber: number }) => families.get(`${turn.group}#${turn.queueNumber}`)!;

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openEmbeddedStore({ dir: path.join(dir, 'store') });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const unversioned = <D extends { version: number }>({ version: _version, ...doc }: D) => doc;

/** More families and homes than the demonstration has, and a session for every family. */
async function enlarge(store: Store): Promise<void> {
  const crypto = createFieldCrypto(loadKeys({ dir, env: {}, allowGenerate: true }).field);
  for (const [l, laneId] of LANES.entries()) {
    await store.transact(async (tx) => {
      const bedrooms = Number(laneId.split('-')[1]);
      const [home] = await tx.listings.find({ laneId }, { limit: 1 });
      for (let i = 0; i < EXTRA_HOMES; i += 1) await tx.listings.insert(unversioned(buildListing({ ...home!, id: `extra-${laneId}-${i}`, building: '9栋', room: `${laneId}-${i}`, state: 'available' })));
      for (let i = 0; i < EXTRA_FAMILIES; i += 1) {
        const household = buildHousehold({ crypto }, l * EXTRA_FAMILIES + i, { id: `extra-${laneId}-${i}` });
        await tx.households.insert(household);
        await tx.tickets.insert(unversioned(buildTicket({ laneId, group: `publicRental-${bedrooms}`, queueNumber: 1_000 + l * EXTRA_FAMILIES + i, householdId: household.id })));
      }
    });
  }
  await store.transact(async (tx) => {
    for (const ticket of await tx.tickets.find({ laneId: { in: LANES } })) {
      const token = newToken();
      const { phoneIndex } = (await tx.households.get(ticket.householdId))!;
      await tx.sessions.insert({ id: tokenId(token), kind: 'family', subjectId: phoneIndex, phoneIndex, createdAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER });
      families.set(`${ticket.group}#${ticket.queueNumber}`, { ticketId: ticket.id, token });
    }
  });
}

/** Families of one lane act one after another until the server is gone under them. */
async function actUntilKilled(server: ChildServer, laneId: string): Promise<void> {
  for (let i = 0; ; i += 1) {
    try {
      const { turn } = await live(server, laneId);
      if (turn === null) throw new Error(`lane ${laneId} has nobody left: give the test more families`);
      const { ticketId, token } = familyOf(turn);
      const kind = i % 4 === 0 ? 'pick' : 'pass';
      const listingId = kind === 'pick' ? (await server.call<{ homes: { id: string }[] }>('GET', `/api/me/tickets/${ticketId}/homes`, { token })).body.homes[0]?.id : undefined;
      const act: Act = { laneId, kind, ticketId, token, key: `key-${laneId}-${acts.length}-${i}`, body: kind === 'pick' ? { listingId } : { confirm: true }, answer: null };
      acts.push(act);
      const { status, body } = await perform(server, act);
      if (status !== 201) throw new Error(`${act.kind}: ${status} ${JSON.stringify(body)}`);
      act.answer = body;
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      throw error;
    }
  }
}

/** The whole public ledger of a lane. */
async function ledgerOf(server: ChildServer, laneId: string): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (;;) {
    const { body } = await server.call<{ entries: LedgerEntry[] }>('GET', `/api/ledger/${laneStream(laneId)}?limit=500&afterSeq=${entries.length}`);
    if (body.entries.length === 0) return entries;
    entries.push(...body.entries);
  }
}

/** What the restarted server must still know of acts it may or must have seen. */
async function expectKept(server: ChildServer, since: number): Promise<void> {
  for (const act of acts.slice(since)) {
    const again = await perform(server, act);
    expect({ act, status: again.status }).toMatchObject({ status: 201 });
    // Acknowledged: the same answer. Cut off: it counts now, whether or not it counted then, and counts once.
    if (act.answer !== null) expect(again.body).toEqual(act.answer);
    act.answer = again.body;
    if (act.kind === 'pass') continue;
    const receipt = again.body as unknown as Receipt;
    expect(verifySignature(receipt.publicKey, receipt.body, receipt.signature)).toBe(true);
    expect((await server.call('GET', `/api/me/tickets/${act.ticketId}/receipt`, { token: act.token })).body).toEqual(receipt);
    expect((await server.call('POST', '/api/receipt-checks', { body: { body: receipt.body, signature: receipt.signature, keyId: receipt.keyId } })).body).toEqual({ valid: true, inLedger: true });
  }
}

/** T6: each turn still running ends when it was to end, plus exactly what the ledger says was given back. */
async function expectDeadlines(server: ChildServer, before: readonly LiveView[]): Promise<number[]> {
  const moved: number[] = [];
  for (const was of before) {
    const is = await live(server, was.laneId);
    if (was.turn?.deadlineMs == null || is.turn?.openedAtMs !== was.turn.openedAtMs || is.turn.queueNumber !== was.turn.queueNumber) continue;
    const given = (await ledgerOf(server, was.laneId)).filter((entry) => entry.type === 'DeadlineMoved' && entry.seq > was.seq).reduce((sum, entry) => sum + Number(entry.open['byMs']), 0);
    expect(is.turn.deadlineMs).toBe(was.turn.deadlineMs + given);
    moved.push(given);
  }
  return moved;
}

describe('killed under load', () => {
  let server: ChildServer;
  const allLive = () => Promise.all(LANES.map((laneId) => live(server, laneId)));
  beforeAll(async () => {
    server = await startChild({ dir });
    expect((await server.stop()).code).toBe(0);
    await withStore(enlarge);
    server = await startChild({ dir });
  });

  test('a session handed out before the kill is good after it', async () => {
    const { body } = await server.call<{ lanes: { phone: string | null }[] }>('GET', '/api/demo/cast');
    const token = await signInAt(server.url, server.inboxUrl, body.lanes.find(({ phone }) => phone !== null)!.phone!);
    await server.kill();
    server = await startChild({ dir });
    expect((await server.call('GET', '/api/me', { token })).status).toBe(200);
  });

  test(`S4, Q4: ${ROUNDS} times at a random moment; nothing acknowledged is lost, nothing counts twice`, async () => {
    let answered = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const since = acts.length;
      const load = Promise.all(LANES.map((laneId) => actUntilKilled(server, laneId)));
      await pause(150 + Math.random() * 500);
      const before = await allLive();
      await pause(Math.random() * 40);
      await server.kill();
      await load;
      answered += acts.slice(since).filter((act) => act.answer !== null).length;
      server = await startChild({ dir });
      await expectDeadlines(server, before);
      await expectKept(server, since);
    }
    // Otherwise it was not under load.
    expect(answered).toBeGreaterThan(ROUNDS * LANES.length);
  });

  test('Q8, T5: a notice that was not handed over before the kill goes out after it, and its clock starts then', async () => {
    const [laneId] = LANES as [string];
    await fetch(`${server.inboxUrl}/mode`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ mode: 'outage' }) });
    const leaving = familyOf((await live(server, laneId)).turn!);
    expect((await perform(server, { laneId, kind: 'pass', ...leaving, key: 'leaving-0001', body: { confirm: true }, answer: null })).status).toBe(201);
    const untold = (await live(server, laneId)).turn!;
    await pause(200);
    expect((await live(server, laneId)).turn).toEqual({ ...untold, deadlineMs: null });
    await server.kill();
    server = await startChild({ dir });
    const told = await until('the notice', async () => {
      const { turn } = await live(server, laneId);
      expect(turn).toMatchObject({ queueNumber: untold.queueNumber, openedAtMs: untold.openedAtMs });
      return turn!.deadlineMs;
    });
    expect(told).toBeGreaterThan(untold.openedAtMs + 4 * 3_600_000);
  });

  test('T6: an outage longer than the threshold is given back to every running turn, once, to the millisecond of the ledger', async () => {
    const before = await until('every family told', async () => {
      const views = await allLive();
      return views.every(({ turn }) => turn?.deadlineMs != null) && views;
    });
    await server.kill();
    // The demonstration clock's own offset: while nobody ran, ten minutes went by.
    await withStore((store) => store.transact(async (tx) => {
      const setting = (await tx.settings.get('demoClock'))!;
      await tx.settings.replace({ ...setting, value: Number(setting.value) + OUTAGE_MS });
    }));
    server = await startChild({ dir });
    const moved = await expectDeadlines(server, before);
    expect(moved).toHaveLength(LANES.length);
    // It counts from the last heartbeat, which may be a few seconds before the kill.
    for (const byMs of moved) expect(byMs).toBeGreaterThanOrEqual(OUTAGE_MS);
    for (const byMs of moved) expect(byMs).toBeLessThan(OUTAGE_MS + 120_000);
    const after = await allLive();
    await server.kill();
    server = await startChild({ dir });
    for (const byMs of await expectDeadlines(server, after)) expect(byMs).toBeLessThan(OUTAGE_MS);
  });

  test('Q3, S1, S2: what is left is whole: the ledger verifies, one turn a lane, one home a family', async () => {
    await expectKept(server, 0);
    const { nowMs } = (await server.call<{ nowMs: number }>('GET', '/api/demo/clock')).body;
    expect((await server.stop()).code).toBe(0);
    await withStore(async (store) => {
      const verdict = await verifyLedger(store, { nowMs });
      expect(verdict.problems).toEqual([]);
      await store.read(async (tx) => {
        const openLanes = (await tx.turns.find({ isOpen: true })).map(({ laneId }) => laneId);
        expect(new Set(openLanes).size).toBe(openLanes.length);
        const picks = await tx.picks.find({ active: true });
        const acknowledged = acts.filter((act) => act.kind === 'pick').map((act) => (act.answer as unknown as Receipt).content.listingId);
        expect(picks.map(({ listingId }) => listingId).sort()).toEqual(acknowledged.sort());
        expect(new Set(picks.map(({ ticketId }) => ticketId)).size).toBe(picks.length);
        expect(await tx.listings.count({ state: 'picked' })).toBe(picks.length);
        expect(await tx.ledger.count({ type: 'HomePicked' })).toBe(picks.length);
        expect(await tx.outbox.count({ state: 'dead' })).toBe(0);
      });
    });
  });
});

describe('asked to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s with sockets open, a request that hangs and families acting: in order, code 0, nothing acknowledged lost', async (signal) => {
    const since = acts.length;
    const server = await startChild({ dir });
    const sockets: Socket[] = [];
    for (let i = 0; i < 30; i += 1) sockets.push(io(`${server.url}/live`, { transports: ['websocket'], forceNew: true, reconnection: false }));
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.once('connect', resolve))));
    const hanging = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    hanging.on('error', () => undefined);
    hanging.write('POST /api/sign-in/codes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
    const load = Promise.all(LANES.map((laneId) => actUntilKilled(server, laneId)));
    await pause(300);
    const closed = Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.once('disconnect', () => resolve()))));
    const startedMs = Date.now();
    process.kill(server.pid, signal);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    // The hanging request costs its two seconds of grace; a machine under load some more.
    expect(Date.now() - startedMs).toBeLessThan(6_000);
    await load;
    await closed;
    expect(server.errors()).toBe('');
    const next = await startChild({ dir });
    await expectKept(next, since);
    const { tookMs, code } = await next.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(3_000);
  });
});

describe('what it cannot start with, it says in one readable sentence, and leaves with 1', () => {
  const stranger = fs.mkdtempSync(path.join(os.tmpdir(), 'fair-queue-refused-'));
  afterAll(() => fs.rmSync(stranger, { recursive: true, force: true }));
  const refused = async (args: readonly string[], env: Record<string, string> = {}) => {
    const result = await runToEnd(args, env);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/[\u4e00-\u9fff]/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    return result.stderr;
  };

  test('a data directory in use, a port in use; the one in use is not disturbed', async () => {
    const server = await startChild({ dir });
    expect(await refused(['--port', '0', '--data', dir])).toMatch(`进程 ${server.pid} `);
    expect(await refused(['--port', new URL(server.url).port, '--data', stranger])).toMatch('已被占用');
    expect((await server.call('GET', '/healthz')).status).toBe(200);
    await server.stop();
  });
  test('keys that are not those of the data', async () => {
    expect(await refused(['--port', '0', '--data', dir], { INDEX_KEY: 'a'.repeat(64) })).toMatch('INDEX_KEY');
    expect(await refused(['--port', '0', '--data', dir], { FIELD_KEYS: '1:short' })).toMatch('FIELD_KEYS');
  });
  test.each([
    [['--port', 'abc'], {}, '--port'], [['--port', '70000'], {}, '--port'], [[], { PORT: '-1' }, '--port'], [['--now', '2026-02-30'], {}, '--now'], [['--now', 'tomorrow'], {}, '--now'],
    [['--no-demo', '--now', '2026-06-01'], {}, '--now'], [['--fast'], {}, '--fast'], [['start'], {}, 'start'], [[], { REQUESTS_PER_10S: 'many' }, 'REQUESTS_PER_10S'], [['--no-demo'], {}, 'SMS_URL'],
  ] as [string[], Record<string, string>, string][])('%j %j', async (args, env, named) => {
    // A folder of its own each: what a demonstration touched, the real thing refuses.
    expect(await refused([...args, '--data', path.join(stranger, named)], env)).toContain(named);
  });
  test('--help says how', async () => {
    const { code, stdout, stderr } = await runToEnd(['--help', '--data', stranger]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['--port', '--data', '--demo', '--now', 'MONGODB_URI', '用法']) expect(stdout).toContain(word);
  });
});
