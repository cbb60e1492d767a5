/** The contract on the embedded store, and what only a store of one's own must prove: ownership, crashes, the disk. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { collection } from '../../../bff/store/collection';
import { openEmbeddedStore } from '../../../bff/store/embedded/embedded-store';
import { componentsOf, keyOf, offsetAfter } from '../../../bff/store/embedded/keys';
import { StoreLockedError } from '../../../bff/store/embedded/owner';
import { Snapshot } from '../../../bff/store/embedded/scan';
import { migrations, runMigrations } from '../../../bff/store/migrations';
import { openStore } from '../../../bff/store/open-store';
import { UniqueViolation, type Scalar } from '../../../bff/store/port';
import { compareValues } from '../../../bff/store/query';
import { describeConcurrency } from './concurrency-contract';
import { asTestStore, buildSeat, buildThing, testCollections, testDefinitions, type TestStore } from './fixtures';
import { describeQueries } from './query-contract';
import { describeDocuments } from './store-contract';

jest.setTimeout(60_000);
const temporary: string[] = [];
const newDir = () => {
  temporary.push(fs.mkdtempSync(path.join(os.tmpdir(), 'store.test-')));
  return temporary.at(-1)!;
};
const openIn = async (dir: string, collections = testDefinitions) => asTestStore(await openEmbeddedStore({ dir, collections }));
afterAll(() => { for (const dir of temporary) fs.rmSync(dir, { recursive: true, force: true }); });

describe('store on LMDB', () => {
  let store: TestStore;
  beforeAll(async () => { store = await openIn(newDir()); });
  afterAll(() => store.close());
  describeDocuments(() => store);
  describeConcurrency(() => store);
  describeQueries(() => store, 100);
});

describe('keys', () => {
  const scalar: fc.Arbitrary<Scalar> = fc.oneof(fc.constant(null), fc.boolean(), fc.double({ noNaN: true }).map((n) => n + 0), fc.integer(), fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\0', '\x01', 'a', '\uffff', '\u{10000}', '\ue000') }));

  it('sort as their values do', () => {
    fc.assert(fc.property(fc.array(fc.tuple(scalar, scalar), { minLength: 2, maxLength: 20 }), (pairs) => {
      const byValue = [...pairs].sort((a, b) => compareValues(a[0], b[0]) || compareValues(a[1], b[1]));
      const byKey = [...pairs].sort((a, b) => Buffer.compare(keyOf(7, a), keyOf(7, b)));
      expect(byKey).toEqual(byValue);
    }));
  });

  it('tell their values', () => {
    fc.assert(fc.property(fc.array(scalar, { maxLength: 5 }), (values) => {
      const key = keyOf(7, values);
      expect(componentsOf(key, values.length)).toEqual(values);
      expect(offsetAfter(key, values.length)).toBe(key.length - 1);
    }));
  });

  it('and values compare by UTF-8 bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }));
  });
});

describe('indexes', () => {
  const fill = (store: TestStore, from: number, to: number) => store.transact(async (tx) => {
    for (let i = from; i < to; i++) await tx.things.insert(buildThing({ id: `t${i}`, group: `g${i % 3}`, rank: i, flag: true, size: 1 }));
  });
  const costOf = async (store: TestStore, ask: (tx: Parameters<Parameters<TestStore['read']>[0]>[0]) => Promise<unknown>) => {
    let visited = 0;
    const { entries } = Snapshot.prototype;
    const spies = [jest.spyOn(Snapshot.prototype, 'get'), jest.spyOn(Snapshot.prototype, 'entries').mockImplementation(function* (this: Snapshot, ...args) {
      for (const entry of entries.apply(this, args)) {
        visited++;
        yield entry;
      }
    })];
    await store.read(ask);
    const cost = visited + spies[0]!.mock.calls.length;
    for (const spy of spies) spy.mockRestore();
    return cost;
  };

  it('make the cost of the first of a sorted query independent of how many there are', async () => {
    const store = await openIn(newDir());
    const queries: Parameters<typeof costOf>[1][] = [
      (tx) => tx.things.find({ group: 'g1' }, { sort: [['rank', 'asc']], limit: 1 }),
      (tx) => tx.things.find({ group: 'g1' }, { sort: [['rank', 'desc']], limit: 1 }),
      (tx) => tx.things.find({ group: 'g1', rank: { gt: 5 } }, { sort: [['rank', 'asc']], limit: 1 }),
      (tx) => tx.things.find({ group: { in: ['g0', 'g1'] } }, { sort: [['rank', 'desc']], limit: 1 }),
      // All alike but for the id: walked backwards, ties still come by id ascending.
      (tx) => tx.things.find({ flag: true }, { sort: [['size', 'desc'], ['note', 'desc']], limit: 1 }),
      (tx) => tx.things.find({}, { limit: 1 }),
      (tx) => tx.things.find({}, { sort: [['rank', 'desc']], limit: 1 }),
      (tx) => tx.things.find({ group: 'g1' }, { sort: [['rank', 'asc']], limit: 1, after: { ...buildThing({ id: 't40', group: 'g1', rank: 40 }), version: 1 } }),
      (tx) => tx.things.find({ id: 't7' }),
      (tx) => tx.things.count({ group: 'g1', rank: { gte: 3 } }),
    ];
    await fill(store, 0, 60);
    const few = [];
    for (const ask of queries) few.push(await costOf(store, ask));
    await fill(store, 60, 2000);
    const many = [];
    for (const ask of queries) many.push(await costOf(store, ask));
    expect(many).toEqual(few);
    expect(Math.max(...many)).toBeLessThanOrEqual(6);
    await store.close();
  });

  it('are built when new, built anew when changed, dropped when gone, and refuse what contradicts them', async () => {
    const dir = newDir();
    const withIndexes = (...indexes: Parameters<typeof collection>[1][number][]) => ({ ...testDefinitions, seats: collection(testCollections.seats.schema, indexes) });
    let store = await openIn(dir, withIndexes({ name: 'one', fields: ['hall'] }));
    await store.transact(async (tx) => {
      for (let i = 0; i < 1200; i++) await tx.seats.insert(buildSeat({ id: `s${i}`, hall: `h${i % 2}`, door: i, person: 'p' }));
    });
    await store.close();
    const sizes = async (definitions: ReturnType<typeof withIndexes>) => {
      store = await openIn(dir, definitions);
      const cost = await costOf(store, (tx) => tx.seats.find({ hall: 'h1', door: 601 }));
      const found = await store.read((tx) => tx.seats.count({ hall: 'h1', door: 601 }));
      await store.close();
      return [cost, found];
    };
    expect(await sizes(withIndexes({ name: 'one', fields: ['hall', 'door'] }))).toEqual([2, 1]);
    expect(await sizes(withIndexes())).toEqual([1200, 1]);
    await expect(openIn(dir, withIndexes({ name: 'three', fields: ['person'], unique: true }))).rejects.toThrow(UniqueViolation);
    expect(await sizes(withIndexes({ name: 'two', fields: ['door'], unique: true }))).toEqual([2, 1]);
    // What changes while an index is gone is not in it when it comes back unless it is built anew.
    store = await openIn(dir, withIndexes());
    await store.transact(async (tx) => {
      await tx.seats.remove((await tx.seats.get('s601'))!);
      await tx.seats.insert(buildSeat({ id: 'other', hall: 'h1', door: 601 }));
    });
    await store.close();
    expect(await sizes(withIndexes({ name: 'two', fields: ['door'], unique: true }))).toEqual([2, 1]);
  });
});

const childFile = path.join(__dirname, '../../../.cache/store-test', `crash-child-${process.pid}.cjs`);
const children: ChildProcess[] = [];
beforeAll(() => {
  // Inside the project, so that the bundle finds its packages.
  buildSync({ entryPoints: [path.join(__dirname, 'crash-child.ts')], outfile: childFile, bundle: true, platform: 'node', packages: 'external', logLevel: 'warning' });
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(childFile, { force: true });
});

/** Starts the child; `lines` grows with what it says, `said` waits for a line that starts so. */
function start(dir: string, task: string) {
  const child = spawn(process.execPath, [childFile, dir, task], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part; });
  const ended = new Promise<void>((resolve) => { child.once('close', () => resolve()); });
  const whole = () => text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const said = async (beginning: string, count = 1) => {
    while (whole().filter((line) => line.startsWith(beginning)).length < count) {
      if (child.exitCode !== null) throw new Error(`the child ended: ${text}`);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
  };
  return { child, ended, said, lines: whole };
}

it('is what openStore opens when no MongoDB is named, with every collection of the system', async () => {
  const store = await openStore({ mongoUri: '', dir: path.join(newDir(), 'made/when.absent') });
  await runMigrations(store, migrations, 1000);
  expect([store.kind, await store.read((tx) => tx.turns.count({ isOpen: true }))]).toEqual(['embedded', 0]);
  await expect(runMigrations(store, [], 2000)).rejects.toThrow('Start the newer version');
  await store.close();
});

describe('one owner', () => {
  it('refuses a second store in the same process, also by another name of the directory, until the first closes', async () => {
    const dir = newDir();
    const store = await openIn(dir);
    await expect(openIn(dir)).rejects.toThrow(StoreLockedError);
    fs.symlinkSync(dir, `${dir}-link`);
    await expect(openIn(`${dir}-link`)).rejects.toThrow(/this process already.*Stop/s);
    fs.unlinkSync(`${dir}-link`);
    await store.transact((tx) => tx.counters.insert({ id: 'c', n: 1 }));
    await store.close();
    await (await openIn(dir)).close();
    await expect(store.read(async () => 1)).rejects.toThrow('closed');
  });

  it('refuses a second process in either direction, and takes over from a killed one at once', async () => {
    const dir = newDir();
    const holder = start(dir, 'hold');
    await holder.said('open');
    await expect(openIn(dir)).rejects.toThrow(`process ${holder.child.pid}`);
    holder.child.kill('SIGKILL');
    await holder.ended;
    const store = await openIn(dir);
    const second = start(dir, 'once');
    await second.ended;
    expect(second.lines()[0]).toContain('StoreLockedError');
    expect(second.lines()[0]).toContain(`process ${process.pid}`);
    await store.close();
  });

  (process.platform === 'linux' ? it : it.skip)('is not confused by a process that got the pid of a dead owner', async () => {
    const dir = newDir();
    const store = await openIn(dir);
    await store.close();
    const { open } = await import('lmdb');
    const raw = open<Buffer, Buffer>({ path: path.join(dir, 'data.mdb'), noSubdir: true, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
    const record = { token: 't', pid: process.pid, bootId: fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(), pidNamespace: fs.readlinkSync('/proc/self/ns/pid') };
    await raw.put(Buffer.from('\0\0owner'), Buffer.from(JSON.stringify({ ...record, startedAt: '12345' })));
    await raw.close();
    await (await openIn(dir)).close();
  });

  it('waits for the heartbeat of an owner it cannot see, in another container', async () => {
    const dir = newDir();
    await (await openIn(dir)).close();
    const { open } = await import('lmdb');
    const raw = open<Buffer, Buffer>({ path: path.join(dir, 'data.mdb'), noSubdir: true, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
    await raw.put(Buffer.from('\0\0owner'), Buffer.from(JSON.stringify({ token: 't', pid: 1, startedAt: '1', bootId: 'this', pidNamespace: 'another' })));
    await raw.close();
    const beating = setInterval(() => { fs.utimesSync(path.join(dir, 'heartbeat'), new Date(), new Date()); }, 300);
    await expect(openIn(dir)).rejects.toThrow(StoreLockedError);
    clearInterval(beating);
    await (await openIn(dir)).close();
  });
});

describe('a crash', () => {
  /** All documents, by the primary order; then the same by every index. */
  const verify = async (store: TestStore, acknowledged: readonly string[]) => {
    await store.read(async (tx) => {
      const things = new Map((await tx.things.find({})).map((doc) => [doc.id, doc]));
      const seats = new Map((await tx.seats.find({})).map((doc) => [doc.id, doc]));
      for (const name of acknowledged) if (!things.has(`a-${name}`) || !seats.has(`b-${name}`)) throw new Error(`${name} was acknowledged and is lost`);
      // Each transaction whole or not at all.
      expect(seats.size).toBe(things.size + (seats.has('moved') ? 1 : 0));
      for (const id of things.keys()) expect(seats.has(id.replace('a-', 'b-'))).toBe(true);
      expect(seats.get('moved')?.door ?? 0).toBe(things.size);
      expect((await tx.things.find({ group: { in: ['g0', 'g1', 'g2'] } })).length).toBe(things.size);
      expect((await tx.things.find({}, { sort: [['rank', 'asc']] })).length).toBe(things.size);
      expect((await tx.things.find({ flag: false })).length).toBe(things.size);
      for (const doc of seats.values()) expect(await tx.seats.find({ hall: doc.hall, door: doc.door })).toEqual([doc]);
      // No entry left over from where the moved seat was.
      expect((await tx.seats.find({ hall: 'moved', door: { gte: 0 } })).length).toBe(seats.has('moved') ? 1 : 0);
    });
  };

  it('by kill -9 under load, again and again, loses nothing that was acknowledged and leaves every index right', async () => {
    const dir = newDir();
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round++) {
      const child = start(dir, 'load');
      await child.said('ack', 1 + Math.floor(Math.random() * 200));
      child.child.kill('SIGKILL');
      await child.ended;
      acknowledged.push(...child.lines().filter((line) => line.startsWith('ack ')).map((line) => line.slice(4)));
      const store = await openIn(dir);
      await verify(store, acknowledged);
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(4);
  });

  const hasStrace = process.platform === 'linux' && spawnSync('strace', ['-V']).status === 0;
  if (!hasStrace) console.warn('SKIPPED: that a commit is flushed before it is acknowledged (needs strace).');
  (hasStrace ? it : it.skip)('of the power cannot take what was acknowledged: data is flushed, then its root, then the answer given', () => {
    const dir = newDir();
    const trace = path.join(dir, 'trace');
    const { status, stdout } = spawnSync('strace', ['-f', '-y', '-o', trace, '-e', 'trace=pwrite64,pwritev,pwritev2,writev,write,fdatasync,fsync', process.execPath, childFile, dir, 'once'], { encoding: 'utf8' });
    expect([status, stdout.split('\n').length]).toEqual([0, 5]);
    // D: pages written, F: flushed, R: root written through the other descriptor, opened O_DSYNC, A: acknowledged.
    const calls = [...fs.readFileSync(trace, 'utf8').matchAll(/^\d+ +(\w+)\((\d+)<([^>]*)>(.*)$/gm)].map(([, call, fd, file, rest]) => ({ call: call!, fd: fd!, isData: file!.endsWith('data.mdb'), rest: rest! }));
    const dataFd = calls.find(({ call, isData }) => isData && call === 'fdatasync')?.fd;
    const story = calls.map(({ call, fd, isData, rest }) => (isData ? (call.includes('sync') ? 'F' : fd === dataFd ? 'D' : 'R') : fd === '1' && rest.includes('"ack ') ? 'A' : '')).join('');
    expect(story.match(/D+FRA/g)).toHaveLength(3);
  });
});
