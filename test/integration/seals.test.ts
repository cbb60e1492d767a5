/** S2: the daily seal on a real store: every day once, nothing left out, nothing twice; proofs anyone can check. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addDays, DAY_MS, dayOf, startOfDay } from '../../shared/shanghai-time';
import type { EntryProofView, SealView } from '../../shared/contract/supervision-schemas';
import { entryProof, publicRules, seal as sealSchema, sealPage } from '../../shared/contract/supervision-schemas';
import { findProofProblem, findSealProblem, leafIndex, readSeal } from '../../shared/verify/seal';
import { sealHandlers } from '../../bff/features/seals/handlers';
import { sealDays } from '../../bff/features/seals/seal-days';
import { Refusal, type ApiRequest } from '../../bff/http/request';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { startDemo } from '../support/service';
import { buildWorld, MORNING_MS, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

const nextDay = (day: string) => addDays(day, 1);
const record = (stream: string, atMs?: number, count = 1) => change(world.kernel, systemAct('test'), async (work) => {
  for (let i = 0; i < count; i += 1) await work.record({ stream, type: 'Something', ...(atMs === undefined ? {} : { atMs }), open: { i } });
});
const seals = () => world.store.read((tx) => tx.seals.find({ state: 'sealed' }, { sort: [['number', 'asc']] }));
const call = async <T>(name: 'listSeals' | 'getSeal' | 'getEntryProof', params: Record<string, string> = {}, query: Record<string, string> = {}): Promise<T> => {
  const handler = sealHandlers(world.kernel)[name] as (request: ApiRequest) => Promise<unknown>;
  return (await handler({ params, query } as unknown as ApiRequest)) as T;
};
const proofOf = (stream: string, seq: number) => call<EntryProofView | Refusal>('getEntryProof', { stream, seq: String(seq) });
const toDay = async (day: string, ms = 0) => {
  world.clock.nowMs = startOfDay(day) + ms;
  await sealDays.run(world.kernel);
};

/** Every public entry is under exactly one seal, or not yet under any; `proveOne` picks those whose proof is also checked. Returns how many are sealed. */
async function everyEntryIsCovered(proveOne: (entry: { seq: number }) => boolean = () => true): Promise<number> {
  const entries = await world.store.read((tx) => tx.ledger.find({ or: [{ stream: { prefix: 'lane.' } }, { stream: { prefix: 'group.' } }] }));
  const covering = (await seals()).map(({ body }) => readSeal(body)!);
  let sealed = 0;
  for (const entry of entries) {
    const times = covering.filter((content) => leafIndex(content, entry.stream, entry.seq) !== null).length;
    expect(times).toBeLessThanOrEqual(1);
    sealed += times;
    if (!proveOne(entry)) continue;
    const proof = await proofOf(entry.stream, entry.seq);
    if (proof instanceof Refusal) {
      expect([proof.code, times]).toEqual(['NOT_YET_SEALED', 0]);
      continue;
    }
    expect(entryProof.safeParse(proof).success).toBe(true);
    expect([findProofProblem(proof), times]).toEqual([null, 1]);
  }
  expect(covering.reduce((sum, { size }) => sum + size, 0)).toBe(sealed);
  return sealed;
}

test('S2: each missed day in order, once; today is not yet sealed; the chain and every proof hold', async () => {
  await record('lane.a-1', undefined, 3);
  await record('group.lowRent-1');
  await record('office');
  expect((await proofOf('lane.a-1', 1)) as Refusal).toMatchObject({ code: 'NOT_YET_SEALED' });
  expect(await call('getSeal', { day: '2026-06-01' })).toMatchObject({ code: 'NOT_YET_SEALED' });
  await sealDays.run(world.kernel);
  expect(await seals()).toHaveLength(0);
  expect(await world.store.read((tx) => sealDays.nextDue(tx, world.kernel, world.clock.nowMs))).toBe(startOfDay('2026-06-02'));

  await toDay('2026-06-02');
  expect((await seals()).map(({ day }) => day)).toEqual(['2026-06-01']);
  await record('lane.a-1', undefined, 2);
  await record('lane.b-2');
  await toDay('2026-06-06', 5); // three days late
  await sealDays.run(world.kernel);
  const all = await seals();
  expect(all.map(({ day, number }) => [day, number])).toEqual([['2026-06-01', 1], ['2026-06-02', 2], ['2026-06-03', 3], ['2026-06-04', 4], ['2026-06-05', 5]]);
  expect(all.map(({ body }) => readSeal(body)!.size)).toEqual([4, 3, 0, 0, 0]);
  const keys = world.kernel.publicKeys;
  expect(findSealProblem(all, keys, nextDay, true)).toBeNull();
  expect(findSealProblem([...all.slice(0, 2), ...all.slice(3)], keys, nextDay, true)).toEqual({ number: 4, what: 'missing' });
  expect(await everyEntryIsCovered()).toBe(7);

  expect(await proofOf('office', 1)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await proofOf('lane.a-1', 99)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await proofOf('lane.a-1', 0)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await call('getSeal', { day: '2026-05-31' })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await call('getSeal', { day: '2026-06-06' })).toMatchObject({ code: 'NOT_YET_SEALED' });
  expect(await call('getSeal', { day: 'nonsense' })).toMatchObject({ code: 'NOT_FOUND' });
  const one = await call<SealView>('getSeal', { day: '2026-06-02' });
  expect(sealSchema.safeParse(one).success).toBe(true);
  expect(one.hash).toBe(createHash('sm3').update(one.body).digest('hex'));
  const page = await call<{ seals: SealView[]; nextBeforeNumber: number | null }>('listSeals', {}, { limit: '2' });
  expect(sealPage.safeParse(page).success).toBe(true);
  expect(page.seals.map(({ content }) => content.number)).toEqual([5, 4]);
  const rest = await call<{ seals: SealView[]; nextBeforeNumber: number | null }>('listSeals', {}, { beforeNumber: String(page.nextBeforeNumber), limit: '9' });
  expect([rest.seals.map(({ content }) => content.number), rest.nextBeforeNumber]).toEqual([[3, 2, 1], null]);
});

test('S2: an entry decided before midnight and written after it is covered by the next seal; one of today never by yesterday’s', async () => {
  await record('lane.a-1');
  await toDay('2026-06-02');
  await record('lane.a-1', startOfDay('2026-06-02') - 1); // an expiry dated at its deadline
  await record('lane.a-1');
  await toDay('2026-06-03');
  // Written on the 3rd before anything of the 3rd was sealed, dated on the 2nd, behind one of the 3rd.
  await record('lane.a-1');
  await record('lane.a-1', startOfDay('2026-06-03') - 1);
  await toDay('2026-06-05');
  const sizes = (await seals()).map(({ day, body }) => [day, readSeal(body)!.size]);
  expect(sizes).toEqual([['2026-06-01', 1], ['2026-06-02', 2], ['2026-06-03', 2], ['2026-06-04', 0]]);
  expect(await everyEntryIsCovered()).toBe(5);
});

test('S2: sealing late separates the days by what was written in each', async () => {
  await record('lane.a-1', undefined, 2);
  world.clock.nowMs += DAY_MS;
  await record('lane.a-1', undefined, 3);
  world.clock.nowMs += DAY_MS;
  await record('lane.b-1');
  world.clock.nowMs += 2 * DAY_MS;
  await record('lane.a-1', undefined, 4);
  world.clock.nowMs += DAY_MS;
  await record('lane.a-1');
  await sealDays.run(world.kernel);
  expect((await seals()).map(({ body }) => readSeal(body)!.size)).toEqual([2, 3, 1, 0, 4]);
  expect(await everyEntryIsCovered()).toBe(10);
});

test('S2: two processes at once, and one that dies in the middle of a big day: each day once, every proof holds', async () => {
  await record('group.lowRent-1', undefined, 700);
  await record('lane.a-1', undefined, 1_900);
  await record('lane.b-1', undefined, 257);
  world.clock.nowMs = startOfDay('2026-06-03');
  // Dies after the first transaction: what is published meanwhile is nothing of it.
  const dying = { ...world.kernel, store: { ...world.store, kind: world.store.kind, close: () => Promise.resolve(), read: world.store.read.bind(world.store), transact: dieAfter(1) } };
  await expect(sealDays.run(dying)).rejects.toThrow('died');
  expect(await world.store.read((tx) => tx.seals.count({ state: 'building' }))).toBe(1);
  expect(await call('getSeal', { day: '2026-06-01' })).toMatchObject({ code: 'NOT_YET_SEALED' });
  expect(await proofOf('group.lowRent-1', 1)).toMatchObject({ code: 'NOT_YET_SEALED' });
  // Meanwhile a late entry comes into a stream already passed: it waits for the next seal.
  await record('group.lowRent-1', startOfDay('2026-06-02') - 1);
  await Promise.all([sealDays.run(world.kernel), sealDays.run(world.kernel), sealDays.run(world.kernel)]);
  const all = await seals();
  expect(all.map(({ day }) => day)).toEqual(['2026-06-01', '2026-06-02']);
  expect(findSealProblem(all, world.kernel.publicKeys, nextDay, true)).toBeNull();
  expect(all.map(({ body }) => readSeal(body)!.size)).toEqual([2_857, 1]);
  expect(await everyEntryIsCovered(({ seq }) => seq < 3 || seq % 97 === 0 || seq % 256 < 2 || seq === 1_900)).toBe(2_858);
  expect(await world.store.read((tx) => tx.seals.count({}))).toBe(2);
}, 60_000);

test('S2: an entry changed in the store after its seal no longer has a proof that holds', async () => {
  await record('lane.a-1', undefined, 5);
  await toDay('2026-06-02');
  await world.store.transact(async (tx) => {
    const [entry] = await tx.ledger.find({ stream: 'lane.a-1', seq: 3 });
    await tx.ledger.replace({ ...entry!, open: { i: 99 } });
  });
  expect(findProofProblem((await proofOf('lane.a-1', 3)) as EntryProofView)).toBe('entryChanged');
  expect(findProofProblem((await proofOf('lane.a-1', 4)) as EntryProofView)).toBeNull();
});

test('S2: seals survive a restart, and the clock’s midnight belongs to the new day', async () => {
  await record('lane.a-1');
  world.clock.nowMs = startOfDay('2026-06-02') - 1;
  await sealDays.run(world.kernel);
  expect(await seals()).toHaveLength(0);
  world.clock.nowMs += 1;
  await record('lane.a-1');
  await sealDays.run(world.kernel);
  expect((await seals()).map(({ body }) => readSeal(body)!.size)).toEqual([1]);
  expect(dayOf(world.clock.nowMs)).toBe('2026-06-02');
  expect(MORNING_MS).toBeLessThan(world.clock.nowMs);
});

describe('S2: npm run verify-proof, for inspectors', () => {
  interface Verdict { verified: boolean; findings: { verdict: string; zh: string; en: string }[] }
  const verifyProof = (...args: string[]) => new Promise<{ code: number; verdict: Verdict; text: string }>((resolve) => {
    execFile(process.execPath, ['config/run/cli.mjs', 'bff/cli/verify-proof.ts', '--json', ...args], { cwd: path.resolve(__dirname, '../..'), maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), verdict: (stdout === '' ? null : JSON.parse(stdout)) as Verdict, text: stderr });
    });
  });

  test('a city that has been at it for two days proves its order; downloaded and altered papers do not', async () => {
    const app = await startDemo();
    const dir = mkdtempSync(path.join(tmpdir(), 'fair-queue-papers-'));
    const save = (name: string, document: unknown) => {
      const file = path.join(dir, name);
      writeFileSync(file, JSON.stringify(document));
      return file;
    };
    try {
      await app.call('POST', '/api/demo/autopilot', { body: { on: true } });
      for (let i = 0; i < 4; i += 1) await app.call('POST', '/api/demo/clock/travel', { body: { byMs: 13 * 3_600_000 } });
      const all = await verifyProof(app.url);
      expect(all.verdict.findings.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
      expect([all.code, all.verdict.verified]).toEqual([0, true]);
      expect(all.verdict.findings.filter(({ en }) => en.includes('all in order'))).toHaveLength(9);
      expect(all.text).toContain('核验通过');
      // Judged by the published rules, and says by which.
      expect(all.verdict.findings.filter(({ en }) => en.includes('judged by rule set 1: turns start 08:00–18:00, last 4 h'))).toHaveLength(1);
      expect(publicRules.safeParse((await app.call('GET', '/api/rules')).body).success).toBe(true);

      const { body: key } = await app.call<{ publicKey: string }>('GET', '/api/signing-key');
      const { body: proof } = await app.call<EntryProofView>('GET', '/api/ledger/lane.jingkai-1/2/proof');
      expect(entryProof.safeParse(proof).success).toBe(true);
      const good = await verifyProof('--key', key.publicKey, save('proof.json', proof));
      expect([good.code, good.verdict.findings.map(({ verdict }) => verdict)]).toEqual([0, ['proven', 'proven', 'proven']]);
      const bad = await verifyProof(save('bad.json', { ...proof, entry: { ...proof.entry, atMs: proof.entry.atMs + 1 } }));
      expect([bad.code, bad.verdict.verified]).toEqual([1, false]);
      // The file of another city, and things that are no papers at all.
      expect((await verifyProof('--key', `04${'1'.repeat(128)}`, save('proof.json', proof))).verdict.findings.map(({ verdict }) => verdict)).toContain('open');
      for (const args of [[], ['--key', 'x', 'y'], [save('other.json', { hello: 1 })], [path.join(dir, 'none.json')], ['--nonsense'], ['http://127.0.0.1:1/x']]) expect((await verifyProof(...args)).code).toBe(2);
      expect(await app.call('GET', '/api/ledger/lane.jingkai-1/999/proof')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
      const { body: ledger } = await app.call<{ head: { seq: number } }>('GET', '/api/ledger/lane.jingkai-1?limit=1');
      expect(await app.call('GET', `/api/ledger/lane.jingkai-1/${ledger.head.seq}/proof`)).toMatchObject({ status: 409, body: { code: 'NOT_YET_SEALED' } });
    } finally {
      await app.close();
      rmSync(dir, { recursive: true, force: true });
    }
  }, 120_000);
});

function dieAfter(count: number): World['store']['transact'] {
  let done = 0;
  return async (work, options) => {
    if (done >= count) throw new Error('died');
    done += 1;
    return world.store.transact(work, options);
  };
}
