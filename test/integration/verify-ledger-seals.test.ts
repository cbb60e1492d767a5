/** S1, S2: what the chain of hashes alone cannot show, the day seals do; and what the stored seals cannot, copies kept outside do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../../shared/canonical-json';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { hashOfSeal, readSeal, type SealContent, type Signed } from '../../shared/verify/seal';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { sealDays } from '../../bff/features/seals/seal-days';
import { systemAct } from '../../bff/kernel';
import { createSigner, generateSigningKey } from '../../bff/security/signer';
import { change } from '../../bff/store/change';
import type { LedgerEntry, Seal } from '../../bff/store/collections';
import { GENESIS_HASH, hashDetail, hashEntry, ledgerEntryId } from '../../bff/store/ledger';
import type { Tx } from '../../bff/store/port';
import { buildWorld, type World } from '../support/world';

const root = path.resolve(__dirname, '../..');
const LANE = 'lane.zhanggong-1';
const GROUP = 'group.lowRent-1';

let world: World;
/** What was published before anybody tampered. */
let published: Signed[];
beforeEach(async () => {
  world = await buildWorld();
  // Three days: two entries in the lane each, one in the group on the first; the third day is not over.
  for (let day = 0; day < 3; day += 1) {
    world.clock.nowMs = startOfDay('2026-06-01') + day * DAY_MS + 10 * 3_600_000;
    await change(world.kernel, systemAct('test'), async (work) => {
      for (let i = 0; i < 2; i += 1) await work.record({ stream: LANE, type: 'Something', open: { day, i }, detail: { note: `${day}-${i}` } });
      if (day === 0) await work.record({ stream: GROUP, type: 'Something', open: {} });
      await work.record({ stream: 'office', type: 'Something', open: {} });
    });
    await sealDays.run(world.kernel);
  }
  published = (await seals()).map(({ body, signature, keyId }) => ({ body, signature, keyId }));
  expect(published).toHaveLength(2);
});
afterEach(() => world.close());

const seals = () => world.store.read((tx) => tx.seals.find({}, { sort: [['number', 'asc']] }));
const verdict = (outside: readonly Signed[] = [], keys: Readonly<Record<string, string>> | null = world.kernel.publicKeys) =>
  verifyLedger(world.store, { nowMs: world.clock.nowMs, seals: { keys, published: outside, sealedThrough: '2026-06-02' } });
const tamper = (work: (tx: Tx) => Promise<unknown>) => world.store.transact(work);
const found = async (outside: readonly Signed[] = []) => (await verdict(outside)).problems.map(({ stream, seq, what }) => `${stream} ${seq} ${what}`);
const entriesOf = (tx: Tx, stream: string) => tx.ledger.find({ stream }, { sort: [['seq', 'asc']] });

/** Writes a stream anew, every hash and the head as the system would have made them. */
async function rewrite(tx: Tx, stream: string, content: readonly Pick<LedgerEntry, 'atMs' | 'type' | 'open' | 'detail' | 'salt'>[]): Promise<void> {
  for (const entry of await entriesOf(tx, stream)) await tx.ledger.remove(entry);
  let prevHash = GENESIS_HASH;
  for (const [at, { atMs, type, open, detail, salt }] of content.entries()) {
    const part = { stream, seq: at + 1, atMs, type, open, detailHash: hashDetail(salt, detail), prevHash };
    prevHash = hashEntry(part);
    await tx.ledger.insert({ id: ledgerEntryId(stream, at + 1), ...part, detail, salt, hash: prevHash });
  }
  await tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(stream))!, seq: content.length, hash: prevHash });
}

/** A seal with other content, signed again: what somebody who has the server's key can do. */
function resigned(seal: Seal, patch: Partial<SealContent>, signer = world.kernel.signer): Seal {
  const body = canonicalJson({ ...readSeal(seal.body)!, ...patch });
  return { ...seal, body, hash: hashOfSeal({ body }), signature: signer.sign(body), keyId: signer.keyId };
}

test('S2: a ledger and its seals as the system wrote them agree, with copies from outside as well', async () => {
  expect(await verdict(published)).toMatchObject({ streams: 3, seals: 2, verified: true, problems: [] });
});

const cases: readonly (readonly [string, (tx: Tx) => Promise<unknown>, readonly RegExp[]])[] = [
  ['a tail is cut off together with its head', async (tx) => {
    const entries = await entriesOf(tx, LANE);
    for (const entry of entries.slice(3)) await tx.ledger.remove(entry);
    await tx.ledgerHeads.replace({ ...(await tx.ledgerHeads.get(LANE))!, seq: 3, hash: entries[2]!.hash });
  }, [/^lane\.zhanggong-1 4 末尾被截去： 2026-06-02 第 2 号封存记有第 4 条，现在只到第 3 条/]],
  ['a stream and its head are gone without a trace', async (tx) => {
    for (const entry of await entriesOf(tx, GROUP)) await tx.ledger.remove(entry);
    await tx.ledgerHeads.remove((await tx.ledgerHeads.get(GROUP))!);
  }, [/^group\.lowRent-1 1 末尾被截去/]],
  ['a whole stream is written anew with every hash right', async (tx) => rewrite(tx, LANE, (await entriesOf(tx, LANE)).map((entry) => (entry.seq === 2 ? { ...entry, open: { day: 9, i: 9 } } : entry))), [/^lane\.zhanggong-1 2 与 2026-06-01 第 1 号封存不符/]],
  ['only what the second day sealed is written anew', async (tx) => rewrite(tx, LANE, (await entriesOf(tx, LANE)).map((entry) => (entry.seq === 3 ? { ...entry, type: 'Other' } : entry))), [/^lane\.zhanggong-1 4 与 2026-06-02 第 2 号封存不符/]],
  ['a salt is changed', async (tx) => tx.ledger.replace({ ...(await entriesOf(tx, LANE))[0]!, salt: '00'.repeat(16) }), [/^lane\.zhanggong-1 1 明细与其哈希不符/]],
  ['a salt and a detail are changed, and everything hashed again', async (tx) => rewrite(tx, LANE, (await entriesOf(tx, LANE)).map((entry) => (entry.seq === 1 ? { ...entry, salt: '00', detail: '{}' } : entry))), [/^lane\.zhanggong-1 2 与 2026-06-01 第 1 号封存不符/]],
  ['an entry is inserted, dated back, and everything hashed again', async (tx) => {
    const entries = await entriesOf(tx, LANE);
    await rewrite(tx, LANE, [entries[0]!, { ...entries[0]!, open: { queueJumper: true } }, ...entries.slice(1)]);
  }, [/^lane\.zhanggong-1 2 与 2026-06-01 第 1 号封存不符.*插入/]],
  ['a seal between others is removed', async (tx) => tx.seals.remove((await tx.seals.get('seal-2026-06-01'))!), [/^日封存 2 之前缺少封存/]],
  ['the last seal is removed', async (tx) => tx.seals.remove((await tx.seals.get('seal-2026-06-02'))!), [/^日封存 2 缺少 2026-06-02 至 2026-06-02 的封存/]],
  ['two seals are swapped', async (tx) => {
    const [first, second] = (await tx.seals.find({}, { sort: [['number', 'asc']] })) as [Seal, Seal];
    const text = ({ body, hash, signature, keyId }: Seal) => ({ body, hash, signature, keyId });
    await tx.seals.replace({ ...first, ...text(second) });
    await tx.seals.replace({ ...second, ...text(first) });
  }, [/^日封存 1 这里放着的是 2026-06-02 第 2 号封存：封存被调换/, /^日封存 1 之前缺少封存/, /^日封存 2 这里放着的是 2026-06-01 第 1 号封存/, /^日封存 2 之前缺少封存/, /^日封存 2 缺少/]],
  ['a seal is signed with another key', async (tx) => tx.seals.replace(resigned((await tx.seals.get('seal-2026-06-02'))!, {}, createSigner(generateSigningKey(), 'other'))), [/^日封存 2 .*由不认识的密钥/]],
  ['a seal’s text is changed', async (tx) => tx.seals.replace({ ...(await tx.seals.get('seal-2026-06-02'))!, body: (await tx.seals.get('seal-2026-06-02'))!.body.replace('"number":2', '"number":3') }), [/^日封存 2 这里放着的是/, /内容与其哈希不符/, /签名无效/, /之前缺少封存/]],
  ['a seal’s root is not that of its entries', async (tx) => tx.seals.replace(resigned((await tx.seals.get('seal-2026-06-02'))!, { root: 'ab'.repeat(32) })), [/^日封存 2 .*的根与它所封存的记录不符/]],
];
test.each(cases)('S2: found and named when %s', async (_name, act, expected) => {
  await tamper(act);
  const problems = await found();
  expect(problems).toHaveLength(expected.length);
  for (const [at, pattern] of expected.entries()) expect(problems[at]).toMatch(pattern);
  // The same with the seals that were published: never less.
  expect((await found(published)).length).toBeGreaterThanOrEqual(expected.length);
});

/** Stream and seals made anew together with the server's own key: in itself everything is right. */
async function forge(tx: Tx): Promise<void> {
  await rewrite(tx, LANE, (await entriesOf(tx, LANE)).map((entry) => (entry.seq === 1 ? { ...entry, open: { day: 0, i: 7 } } : entry)));
  for (const page of await tx.sealPages.find({})) await tx.sealPages.remove(page);
  for (const range of await tx.sealRanges.find({})) await tx.sealRanges.remove(range);
  for (const seal of await tx.seals.find({})) await tx.seals.remove(seal);
}

test('S2: stream and seals made anew with the server’s own key are in order by themselves; seals kept outside tell', async () => {
  await tamper(forge);
  await sealDays.run(world.kernel);
  expect(await verdict()).toMatchObject({ seals: 2, verified: true });
  const problems = await found(published);
  expect(problems).toEqual([
    expect.stringMatching(/^lane\.zhanggong-1 2 与外部提供的 2026-06-01 第 1 号封存不符/),
    expect.stringMatching(/^日封存 1 与公布的第 1 号封存不同：封存被重做过/),
    expect.stringMatching(/^日封存 2 与公布的第 2 号封存不同/),
  ]);
  // One day's copy is enough to know that something is wrong.
  expect(await found(published.slice(1))).toHaveLength(2);
});

test('S2: published seals that are no longer there, that contradict each other, that nobody signed', async () => {
  await tamper(async (tx) => tx.seals.remove((await tx.seals.get('seal-2026-06-02'))!));
  expect(await found(published)).toEqual(expect.arrayContaining([expect.stringMatching(/^日封存 2 .*已经公布，库中没有：被移除/)]));
  const [seal] = await seals();
  expect(await found([published[0]!, resigned(seal!, { root: 'cd'.repeat(32) })])).toEqual(expect.arrayContaining([expect.stringMatching(/有两个不同的版本/)]));
  expect(await found([{ ...published[0]!, body: '{}' }])).toEqual(expect.arrayContaining([expect.stringMatching(/外部提供的封存中有一份内容不成立/)]));
  expect(await found([{ ...published[0]!, signature: published[1]!.signature }])).toEqual(expect.arrayContaining([expect.stringMatching(/外部提供的 2026-06-01 第 1 号封存签名无效/)]));
});

test('S2: the command holds the store against seals kept outside, and says what it could not check', async () => {
  const command = execFileSync('node', ['--input-type=module', '-e', `import { bundle } from ${JSON.stringify(`file://${path.join(root, 'config/run/bundle.mjs')}`)}; console.log(await bundle('bff/cli/verify-ledger.ts'))`], { cwd: root, encoding: 'utf8' }).trim();
  const run = (...args: string[]) => spawnSync('node', [command, '--data', world.dir, ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, MONGODB_URI: '', DATA_DIR: '', INIT_CWD: root } });
  const file = path.join(world.dir, 'published.json');
  writeFileSync(file, JSON.stringify({ seals: published, nextBeforeNumber: null }));
  await tamper(forge);
  await sealDays.run(world.kernel);
  await world.store.close();
  const alone = run('--json');
  expect([alone.status, JSON.parse(alone.stdout.trim().split('\n').at(-1)!)]).toMatchObject([0, { seals: 2, verified: true }]);
  expect(alone.stderr).toMatch(/与 2 份日封存一致/);
  const held = run('--seals', file);
  expect([held.status, held.stdout]).toEqual([1, expect.stringMatching(/✗ 日封存 第 1 号：与公布的第 1 号封存不同/)]);
  const foreign = run('--key', `04${'1'.repeat(128)}`);
  expect([foreign.status, foreign.stdout]).toEqual([1, expect.stringMatching(/由不认识的密钥/)]);
  writeFileSync(file, '{"hello":1}');
  for (const args of [['--seals', file], ['--seals', path.join(world.dir, 'none.json')], ['--key', 'x']]) expect(run(...args).status).toBe(2);
}, 30_000);
