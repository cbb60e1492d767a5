/** S1, S2: whoever tampers with the stored ledger is found, and where. The command says so to operators. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { collections, type LedgerEntry } from '../../bff/store/collections';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import { hashDetail, hashEntry, laneStream, ledgerEntryId, OFFICE_STREAM } from '../../bff/store/ledger';
import type { Tx } from '../../bff/store/port';
import { LANE, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

const root = path.resolve(__dirname, '../..');
const STREAM = laneStream(LANE);

let world: World;
beforeEach(async () => {
  world = await buildWorld();
  await seedLane(world.kernel, { families: [{ group: 'publicRental-2', queueNumber: 1 }, { group: 'lowRent-2', queueNumber: 9 }], homes: 3 });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
  for (const name of ['甲', '乙']) {
    await change(world.kernel, systemAct(name), (work) => work.record({ stream: OFFICE_STREAM, type: 'Noted', open: {}, detail: { name } }));
  }
});
afterEach(() => world.close());

const verdict = () => verifyLedger(world.store, { nowMs: world.clock.nowMs });
const tamper = (work: (tx: Tx) => Promise<unknown>) => world.store.transact(work);
const entryOf = async (tx: Tx, seq: number, stream = STREAM): Promise<LedgerEntry> => (await tx.ledger.get(ledgerEntryId(stream, seq)))!;
/** What a tamperer who knows the format would write. */
const rehashed = (entry: LedgerEntry): LedgerEntry => ({ ...entry, hash: hashEntry(entry) });

test('S1: a ledger as the system wrote it is verified', async () => {
  const { entries, ...rest } = await verdict();
  expect(rest).toEqual({ streams: 2, seals: 0, verified: true, problems: [] });
  expect(entries).toBe(await world.store.read((tx) => tx.ledger.count({})));
  expect(entries).toBeGreaterThan(5);
});

test('S1: an empty ledger is verified', async () => {
  const empty = await buildWorld();
  try {
    expect(await verifyLedger(empty.store, { nowMs: 0 })).toEqual({ streams: 0, entries: 0, seals: 0, verified: true, problems: [] });
  } finally {
    await empty.close();
  }
});

const cases: readonly (readonly [string, (tx: Tx) => Promise<unknown>, readonly (readonly [string, number, RegExp])[]])[] = [
  ['the published part is changed', async (tx) => tx.ledger.replace({ ...(await entryOf(tx, 2)), open: { group: 'lowRent-2', queueNumber: 8 } }), [[STREAM, 2, /was changed/]]],
  ['… and its hash with it', async (tx) => tx.ledger.replace(rehashed({ ...(await entryOf(tx, 2)), open: { group: 'lowRent-2', queueNumber: 8 } })), [[STREAM, 3, /does not follow from entry 2/]]],
  ['a time is changed', async (tx) => tx.ledger.replace({ ...(await entryOf(tx, 2)), atMs: world.clock.nowMs - 1 }), [[STREAM, 2, /was changed/]]],
  ['the detail is changed', async (tx) => tx.ledger.replace({ ...(await entryOf(tx, 1)), detail: '{"actor":"nobody"}' }), [[STREAM, 1, /detail was changed/]]],
  ['detail, salt and their hash are changed', async (tx) => tx.ledger.replace({ ...(await entryOf(tx, 1)), detail: '{}', salt: '00', detailHash: hashDetail('00', '{}') }), [[STREAM, 1, /entry was changed/]]],
  ['an entry is deleted', async (tx) => tx.ledger.remove(await entryOf(tx, 2)), [[STREAM, 2, /this entry is missing/]]],
  ['the first entries are deleted', async (tx) => {
    await tx.ledger.remove(await entryOf(tx, 1));
    await tx.ledger.remove(await entryOf(tx, 2));
  }, [[STREAM, 1, /entries 1–2 are missing/]]],
  ['the tail is deleted', async (tx) => tx.ledger.remove(await entryOf(tx, 2, OFFICE_STREAM)), [[OFFICE_STREAM, 2, /tail is missing/]]],
  ['the tail is deleted and the head set back to another', async (tx) => {
    await tx.ledger.remove(await entryOf(tx, 2, OFFICE_STREAM));
    await tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(OFFICE_STREAM))!, seq: 1 });
  }, [[OFFICE_STREAM, 1, /not the one the head names/]]],
  ['the head is set back', async (tx) => tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(OFFICE_STREAM))!, seq: 1 }), [[OFFICE_STREAM, 2, /head ends at 1/]]],
  ['the head is deleted', async (tx) => tx.ledgerHeads.remove((await tx.ledgerHeads.get(OFFICE_STREAM))!), [[OFFICE_STREAM, 2, /no head/]]],
  ['a whole stream is deleted', async (tx) => {
    for (const entry of await tx.ledger.find({ stream: OFFICE_STREAM })) await tx.ledger.remove(entry);
  }, [[OFFICE_STREAM, 1, /whole stream is gone/]]],
  ['an internal stream is marked published', async (tx) => tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(OFFICE_STREAM))!, isPublic: true }), [[OFFICE_STREAM, 0, /mark is wrong/]]],
  ['two entries change places', async (tx) => {
    const [second, third] = [await entryOf(tx, 2), await entryOf(tx, 3)];
    const content = ({ type, atMs, open, detail, salt, detailHash, prevHash, hash }: LedgerEntry) => ({ type, atMs, open, detail, salt, detailHash, prevHash, hash });
    await tx.ledger.replace({ ...second, ...content(third) });
    await tx.ledger.replace({ ...third, ...content(second) });
  }, [[STREAM, 2, /does not follow from entry 1/], [STREAM, 2, /was changed/], [STREAM, 3, /does not follow/], [STREAM, 3, /was changed/], [STREAM, 4, /does not follow/]]],
  ['the chain forks', async (tx) => {
    const [second, third] = [await entryOf(tx, 2), await entryOf(tx, 3)];
    await tx.ledger.replace(rehashed({ ...third, prevHash: second.prevHash }));
  }, [[STREAM, 3, /forks here/], [STREAM, 4, /does not follow from entry 3/]]],
  ['an entry is moved to another stream', async (tx) => {
    const { version: _v, ...entry } = await entryOf(tx, 2, OFFICE_STREAM);
    await tx.ledger.remove(await entryOf(tx, 2, OFFICE_STREAM));
    await tx.ledger.insert({ ...entry, stream: 'lane.nowhere', seq: 1, id: ledgerEntryId('lane.nowhere', 1) });
  }, [['lane.nowhere', 1, /does not start a chain/], ['lane.nowhere', 1, /was changed/], ['lane.nowhere', 1, /no head/], [OFFICE_STREAM, 2, /tail is missing/]]],
  ['an entry lies under a foreign id', async (tx) => {
    const { version: _v, ...entry } = await entryOf(tx, 2, OFFICE_STREAM);
    await tx.ledger.remove(await entryOf(tx, 2, OFFICE_STREAM));
    await tx.ledger.insert({ ...entry, id: 'office-2' });
  }, [[OFFICE_STREAM, 2, /tail is missing/], [OFFICE_STREAM, 2, /not the id of an entry/]]],
  ['an entry is dated in the future', async (tx) => {
    const entry = rehashed({ ...(await entryOf(tx, 2, OFFICE_STREAM)), atMs: world.clock.nowMs + 3 * 86_400_000 });
    await tx.ledger.replace(entry);
    await tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(OFFICE_STREAM))!, hash: entry.hash });
  }, [[OFFICE_STREAM, 2, /implausible time/]]],
  ['time runs backwards by days', async (tx) => {
    const entry = rehashed({ ...(await entryOf(tx, 2, OFFICE_STREAM)), atMs: world.clock.nowMs - 3 * 86_400_000 });
    await tx.ledger.replace(entry);
    await tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(OFFICE_STREAM))!, hash: entry.hash });
  }, [[OFFICE_STREAM, 2, /runs backwards/]]],
];
test.each(cases)('S1: found when %s', async (_name, act, expected) => {
  await tamper(act);
  const found = await verdict();
  expect(found.verified).toBe(false);
  const byPlace = (a: readonly [string, number, unknown], b: readonly [string, number, unknown]) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);
  const problems = found.problems.map(({ stream, seq, what }) => [stream, seq, what] as const).sort(byPlace);
  expect(problems).toEqual([...expected].sort(byPlace).map(([stream, seq, what]) => [stream, seq, expect.stringMatching(what)]));
});

test('S1: a second entry of one number, where the unique index was taken away, is found', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'fair-queue-fork-'));
  const { ledger, ledgerHeads, seals } = collections;
  const store = await openEmbeddedStore({ dir, collections: { ledger: { schema: ledger.schema, indexes: [] }, ledgerHeads, seals } });
  try {
    const entries = await world.store.read((tx) => tx.ledger.find({ stream: OFFICE_STREAM }));
    const head = (await world.store.read((tx) => tx.ledgerHeads.get(OFFICE_STREAM)))!;
    await store.transact(async (tx) => {
      for (const { version: _v, ...entry } of entries) await tx.ledger.insert(entry);
      const { version: _v, ...second } = entries.find((e) => e.seq === 2)!;
      await tx.ledger.insert({ ...second, id: `${second.id}~` });
      const { version: _h, ...kept } = head;
      await tx.ledgerHeads.insert(kept);
    });
    const { problems } = await verifyLedger(store, { nowMs: world.clock.nowMs });
    expect(problems.map(({ seq, what }) => [seq, what])).toEqual([[2, expect.stringMatching(/id and content disagree/)], [2, expect.stringMatching(/number used again/)]]);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('S1: a stream of many pages is walked to its end', async () => {
  await world.store.transact(async (tx) => {
    const { appendToLedger } = await import('../../bff/store/ledger');
    for (let i = 0; i < 1_200; i += 1) await appendToLedger(tx, world.kernel.chance, { stream: 'lane.a-1', type: 'T', atMs: world.clock.nowMs, open: { i }, detail: {} });
  });
  expect(await verdict()).toMatchObject({ streams: 3, verified: true });
  await tamper(async (tx) => tx.ledger.remove(await entryOf(tx, 1_001, 'lane.a-1')));
  expect((await verdict()).problems).toMatchObject([{ stream: 'lane.a-1', seq: 1_001 }]);
});

describe('the command', () => {
  const script = () => execFileSync('node', ['--input-type=module', '-e', `import { bundle } from ${JSON.stringify(`file://${path.join(root, 'config/run/bundle.mjs')}`)}; console.log(await bundle('bff/cli/verify-ledger.ts'))`], { cwd: root, encoding: 'utf8' }).trim();
  let command: string;
  beforeAll(() => {
    command = script();
  });
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('node', [command, ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, MONGODB_URI: '', DATA_DIR: '', INIT_CWD: root } });
    return { status, stdout, stderr };
  };

  test('S1: says verified and leaves with 0; says where it breaks and leaves with 1; refuses a directory in use', async () => {
    const locked = run('--data', world.dir);
    expect(locked.status).toBe(1);
    expect(locked.stderr).toMatch(/正由另一个程序使用/);
    await world.store.close();
    const good = run('--data', world.dir, '--json');
    expect(JSON.parse(good.stdout.trim().split('\n').at(-1)!)).toMatchObject({ streams: 2, verified: true, problems: [] });
    expect(good.status).toBe(0);
    const store = await openEmbeddedStore({ dir: path.join(world.dir, 'store') });
    await store.transact(async (tx) => tx.ledger.remove(await entryOf(tx, 2)));
    await store.close();
    const bad = run('--data', world.dir, '--json');
    expect(bad.status).toBe(1);
    expect(JSON.parse(bad.stdout.trim().split('\n').at(-1)!)).toMatchObject({ verified: false, problems: [{ stream: STREAM, seq: 2 }] });
    expect(run('--data', world.dir).stdout).toMatch(/有问题/);
    expect(run('--data', path.join(world.dir, 'nowhere')).stderr).toMatch(/没有数据/);
    expect(run('--nonsense').status).toBe(2);
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/npm run verify-ledger/) });
  });
});
