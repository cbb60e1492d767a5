/** S2, S4: the verifier everyone has, against the libraries the server has, and against a server that cheats. */
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sm2 } from 'sm-crypto-v2';
import { defaultRuleSet } from '../../config/default-rule-set';
import { addDays } from '../../shared/shanghai-time';
import { entryText, findBreak, GENESIS_HASH, isEntryWhole, type PublicEntry } from '../../shared/verify/entry';
import { replayLane, type LaneProblemKind } from '../../shared/verify/lane-order';
import { EMPTY_ROOT, leafHash, nodeHash, rootOfPath } from '../../shared/verify/merkle';
import { Papers } from '../../shared/verify/papers';
import { receiptAgrees } from '../../shared/verify/receipt';
import { findProofProblem, findSealProblem, hashOfSeal, leafIndex, readSeal, type SealContent, type Signed } from '../../shared/verify/seal';
import { verifySm2 } from '../../shared/verify/sm2';
import { sm3, sm3OfText, toHex, utf8 } from '../../shared/verify/sm3';
import { canonicalJson } from '../../shared/canonical-json';
import { addLeaves, EMPTY_TOWER, finishTower, NODES_A_PAGE, pagesOfProof, pathOf, type Page } from '../../bff/domain/seal/tower';
import { createSigner, generateSigningKey, keyIdOf, verifySignature } from '../../bff/security/signer';
import { hashEntry } from '../../bff/store/ledger';

const signer = createSigner(generateSigningKey(), 'key-1');
const keys = { [signer.keyId]: signer.publicKeyHex };
const nodeSm3 = (bytes: Uint8Array) => createHash('sm3').update(bytes).digest('hex');

describe('SM3 and SM2 without node:crypto', () => {
  test('SM3: the examples of GB/T 32905', () => {
    expect(sm3OfText('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(sm3OfText('abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
  });
  test('SM3 and UTF-8 agree with node on anything', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => toHex(sm3(bytes)) === nodeSm3(bytes)));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => Buffer.from(utf8(text)).equals(Buffer.from(new TextEncoder().encode(text)))));
    expect(Buffer.from(utf8('半\ud800字😀'))).toEqual(Buffer.from(new TextEncoder().encode('半\ud800字😀')));
  });
  test('SM2: what node signs, and what sm-crypto-v2 signs, is accepted by all three; anything altered by none', () => {
    const other = sm2.generateKeyPairHex();
    for (let i = 0; i < 12; i += 1) {
      const text = `选房回执 ${i} ${'😀'.repeat(i)}`;
      const byNode = signer.sign(text);
      expect(verifySm2(signer.publicKeyHex, text, byNode)).toBe(true);
      const byLibrary = sm2.doSignature(text, other.privateKey, { der: true, hash: true });
      expect([verifySm2(other.publicKey, text, byLibrary), verifySignature(other.publicKey, text, byLibrary)]).toEqual([true, true]);
      expect(verifySm2(signer.publicKeyHex, `${text}.`, byNode)).toBe(false);
      expect(verifySm2(other.publicKey, text, byNode)).toBe(false);
      const at = 10 + (randomBytes(1)[0]! % (byNode.length - 12));
      const altered = byNode.slice(0, at) + (byNode[at] === '0' ? '1' : '0') + byNode.slice(at + 1);
      expect([verifySm2(signer.publicKeyHex, text, altered), verifySignature(signer.publicKeyHex, text, altered)]).toEqual([false, false]);
    }
  });
  test('SM2: the smallest keys, where sums meet on the way, are keys like any other', () => {
    for (const privateKey of [1, 2, 3, 4].map((d) => d.toString(16).padStart(64, '0'))) {
      const publicKey = sm2.getPublicKeyFromPrivateKey(privateKey);
      for (let i = 0; i < 4; i += 1) {
        const signature = sm2.doSignature(`text ${i}`, privateKey, { der: true, hash: true, publicKey });
        expect([verifySm2(publicKey, `text ${i}`, signature), verifySm2(publicKey, 'other', signature)]).toEqual([true, false]);
      }
    }
  });
  test('SM2: garbage is no signature, and a second encoding of one is none either', () => {
    const good = signer.sign('x');
    const { r, s } = /^30..0220(?<r>.{64})0220(?<s>.{64})$/.exec(signed32())!.groups as { r: string; s: string };
    for (const bad of ['', '00', 'zz', good.toUpperCase().replace(/[A-F]/, 'g'), `${good}00`, good.slice(2), `30460221${'00'}${r}0221${'00'}${s}`, '3006020100020100', '30'.repeat(72)]) {
      expect([bad, verifySm2(signer.publicKeyHex, 'x', bad)]).toEqual([bad, false]);
    }
    expect(verifySm2(`04${'11'.repeat(64)}`, 'x', good)).toBe(false); // not on the curve
    expect(verifySm2('', 'x', good)).toBe(false);
    /** A signature whose integers need no leading zero. */
    function signed32(): string {
      for (;;) {
        const signature = signer.sign('x');
        if (/^3044022[0]/.test(signature) && signature.length === 140) return signature;
      }
    }
  });
});

describe('S2: the tree of a day', () => {
  /** RFC 6962, word for word: split at the largest power of two below the size. */
  function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
    if (leaves.length === 1) return leaves[0]!;
    let split = 1;
    while (split * 2 < leaves.length) split *= 2;
    return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
  }
  const hashes = (count: number) => Array.from({ length: count }, (_, i) => nodeSm3(Buffer.from(`entry ${i}`)));
  /** Built in pieces of any sizes, as the job does. */
  function build(all: readonly string[], pieces: readonly number[]): { root: string; pages: Page[] } {
    let tower = EMPTY_TOWER;
    const pages: Page[] = [];
    let at = 0;
    for (let i = 0; at < all.length; i += 1) {
      const size = pieces.length === 0 ? all.length : Math.max(1, pieces[i % pieces.length]!);
      const step = addLeaves(JSON.parse(JSON.stringify(tower)) as typeof tower, all.slice(at, at + size));
      tower = step.tower;
      pages.push(...step.pages);
      at += size;
    }
    const { root, pages: last } = finishTower(tower);
    return { root, pages: [...pages, ...last] };
  }
  test.each([1, 2, 3, 5, 255, 256, 257, 511, 512, 513, 1_000, 65_536, 65_537])('%i entries: the root of RFC 6962, whatever the pieces; a path for each place', (count) => {
    const all = hashes(count);
    const { root, pages } = build(all, [1_000, 37, 256]);
    expect(root).toBe(toHex(naiveRoot(all.map((hash) => leafHash(Buffer.from(hash, 'hex'))))));
    expect(Math.max(...pages.map(({ nodes }) => nodes.length))).toBeLessThanOrEqual(NODES_A_PAGE * 64);
    for (const index of new Set([0, 1, 255, 256, count >> 1, count - 2, count - 1])) {
      if (index < 0 || index >= count) continue;
      const path = pathOf(index, pagesOfProof(index, count).map(({ floor, index: at }) => pages.find((page) => page.floor === floor && page.index === at)!));
      expect(rootOfPath(all[index]!, index, count, path)).toBe(root);
      expect(rootOfPath(all[index]!, index, count, [...path, root])).toBeNull();
      if (path.length > 0) expect(rootOfPath(all[index]!, index, count, path.slice(0, -1))).toBeNull();
      // Another place, another entry, another size: not this root.
      if (count > 1) expect(rootOfPath(all[(index + 1) % count]!, index, count, path)).not.toBe(root);
      if (count > 1) expect(rootOfPath(all[index]!, (index + 1) % count, count, path)).not.toBe(root);
    }
  }, 60_000);
  test('an empty day has the root of nothing, and no leaf; nodes cannot pass for entries', () => {
    expect(finishTower(EMPTY_TOWER)).toEqual({ root: EMPTY_ROOT, pages: [] });
    expect(rootOfPath('0'.repeat(64), 0, 0, [])).toBeNull();
    expect(rootOfPath('0'.repeat(64), 1, 1, [])).toBeNull();
    const [a, b] = hashes(2).map((hash) => Buffer.from(hash, 'hex'));
    const inner = nodeHash(a!, b!);
    expect(toHex(leafHash(a!))).toBe(nodeSm3(Buffer.concat([Buffer.of(0), a!])));
    expect(toHex(inner)).toBe(nodeSm3(Buffer.concat([Buffer.of(1), a!, b!])));
    expect(toHex(leafHash(inner))).not.toBe(toHex(inner));
    expect(rootOfPath('xyz', 0, 1, [])).toBeNull();
  });
});

// A chain of entries, and a server that rewrites it -------------------------------------------------------

type Draft = Omit<PublicEntry, 'seq' | 'detailHash' | 'prevHash' | 'hash' | 'stream'>;

/** A stream with every hash as it should be: a cheating server can always do this much. */
function chain(stream: string, drafts: readonly Draft[]): PublicEntry[] {
  let prevHash = GENESIS_HASH;
  return drafts.map((draft, at) => {
    const part = { stream, seq: at + 1, detailHash: 'd'.repeat(64), prevHash, ...draft };
    const hash = sm3OfText(entryText(part));
    prevHash = hash;
    return { ...part, hash };
  });
}

test('S2: an entry’s hash is the server’s; a changed, missing or foreign one is found where it is', () => {
  const entries = chain('lane.a-1', [1, 2, 3].map((atMs) => ({ atMs, type: 'X', open: { 文: atMs } })));
  expect(entries.every((entry) => isEntryWhole(entry) && hashEntry(entry) === entry.hash)).toBe(true);
  expect(findBreak('lane.a-1', entries)).toBeNull();
  expect(findBreak('lane.a-1', [entries[0]!, { ...entries[1]!, open: { 文: 9 } }])).toEqual({ seq: 2, what: 'changed' });
  expect(findBreak('lane.a-1', [entries[0]!, entries[2]!])).toEqual({ seq: 2, what: 'missing' });
  expect(findBreak('lane.b-1', entries)).toEqual({ seq: 1, what: 'otherStream' });
  const others = chain('lane.a-1', [5, 6].map((atMs) => ({ atMs, type: 'X', open: {} })));
  expect(findBreak('lane.a-1', [entries[0]!, others[1]!])).toEqual({ seq: 2, what: 'notChained' });
  expect(isEntryWhole({ ...entries[0]!, open: { bad: undefined } })).toBe(false);
});

/** A signed seal. */
function sealOf(content: Omit<SealContent, 'kind'>): Signed {
  const body = canonicalJson({ kind: 'daySeal', ...content });
  return { body, signature: signer.sign(body), keyId: signer.keyId };
}

describe('S2: seals', () => {
  const nextDay = (day: string) => addDays(day, 1);
  const entries = chain('lane.a-1', [1, 2, 3, 4].map((atMs) => ({ atMs, type: 'X', open: {} })));
  const treeOf = (some: readonly PublicEntry[]) => {
    const { tower, pages } = addLeaves(EMPTY_TOWER, some.map(({ hash }) => hash));
    const finished = finishTower(tower);
    return { root: finished.root, path: (index: number) => pathOf(index, [...pages, ...finished.pages]) };
  };
  const first = sealOf({ number: 1, day: '2026-06-01', size: 3, root: treeOf(entries.slice(0, 3)).root, prevHash: GENESIS_HASH, streams: [{ stream: 'lane.a-1', fromSeq: 0, seq: 3, hash: entries[2]!.hash }] });
  const second = (patch: Partial<SealContent> = {}) => sealOf({ number: 2, day: '2026-06-02', size: 1, root: treeOf(entries.slice(3)).root, prevHash: hashOfSeal(first), streams: [{ stream: 'lane.a-1', fromSeq: 3, seq: 4, hash: entries[3]!.hash }], ...patch });
  const lane = (fromSeq: number, seq: number, hash = entries[3]!.hash) => ({ stream: 'lane.a-1', fromSeq, seq, hash });

  test('a chain of days holds; every break in it is named', () => {
    const problem = (...seals: Signed[]) => findSealProblem(seals, keys, nextDay, true);
    expect(problem(first, second())).toBeNull();
    expect(problem(second())).toEqual({ number: 2, what: 'missing' });
    expect(problem(first, second({ number: 3 }))).toEqual({ number: 3, what: 'missing' });
    expect(problem(first, second({ prevHash: GENESIS_HASH }))).toEqual({ number: 2, what: 'notChained' });
    expect(problem(first, second({ day: '2026-06-03' }))).toEqual({ number: 2, what: 'dayOutOfOrder' });
    expect(problem(first, second({ streams: [], size: 0 }))).toEqual({ number: 2, what: 'streamVanished' });
    expect(problem(first, second({ streams: [lane(2, 3)] }))).toEqual({ number: 2, what: 'streamWentBack' });
    expect(problem(first, second({ streams: [lane(4, 5)] }))).toEqual({ number: 2, what: 'leftOut' });
    expect(problem(first, second({ streams: [lane(3, 3)], size: 0, root: EMPTY_ROOT }))).toEqual({ number: 2, what: 'streamWentBack' });
    expect(problem(first, second({ streams: [lane(3, 4), { stream: 'lane.b-1', fromSeq: 1, seq: 1, hash: EMPTY_ROOT }] }))).toEqual({ number: 2, what: 'leftOut' });
    expect(problem(first, { ...second(), signature: first.signature })).toEqual({ number: 2, what: 'badSignature' });
    expect(problem({ ...first, body: first.body.replace('daySeal', 'dayMeal') })).toEqual({ number: 1, what: 'notASeal' });
    expect(problem(sealOf({ ...readSeal(first.body)!, streams: [lane(1, 4)] }))).toEqual({ number: 1, what: 'leftOut' });
  });

  test('a seal that contradicts itself is none', () => {
    const content = readSeal(first.body)!;
    for (const patch of [{ size: 4 }, { number: 0 }, { root: 'x' }, { streams: [lane(0, 3), lane(3, 3)] }, { streams: [lane(3, 0)], size: -3 }]) expect(readSeal(canonicalJson({ ...content, ...patch }))).toBeNull();
    expect(readSeal('not json')).toBeNull();
    expect(leafIndex(content, 'lane.a-1', 4)).toBeNull();
    expect(leafIndex(content, 'lane.z-1', 1)).toBeNull();
  });

  test('a proof holds for its own entry and no other', () => {
    const proof = (index: number) => ({ entry: entries[index]!, path: treeOf(entries.slice(0, 3)).path(index), seal: first });
    for (const index of [0, 1, 2]) expect(findProofProblem(proof(index))).toBeNull();
    expect(findProofProblem({ ...proof(1), entry: { ...entries[1]!, atMs: 5 } })).toBe('entryChanged');
    expect(findProofProblem({ ...proof(1), entry: entries[3]! })).toBe('notCovered');
    expect(findProofProblem({ ...proof(1), path: proof(0).path })).toBe('notUnderRoot');
    expect(findProofProblem({ ...proof(1), entry: chain('lane.a-1', [7, 8].map((atMs) => ({ atMs, type: 'X', open: {} })))[1]! })).toBe('notUnderRoot');
    expect(findProofProblem({ ...proof(1), seal: { ...first, body: '{}' } })).toBe('notASeal');
    const lying = sealOf({ ...readSeal(first.body)!, streams: [{ ...lane(0, 3), hash: entries[0]!.hash }] });
    expect(findProofProblem({ ...proof(2), seal: lying })).toBe('lastIsNotHead');
  });

  test('papers: what is proven, what is wrong, and what they cannot prove, in both languages', () => {
    const read = (...documents: unknown[]) => {
      const papers = new Papers();
      expect(documents.map((document) => papers.add(document))).toEqual(documents.map(() => true));
      return papers.check({ keys, rulesOf: () => defaultRuleSet });
    };
    const verdicts = (findings: ReturnType<typeof read>) => findings.map(({ verdict }) => verdict);
    const good = read({ seals: [second(), first], nextBeforeNumber: null }, { stream: 'lane.a-1', entries });
    expect(verdicts(good)).not.toContain('wrong');
    expect(good.every(({ zh, en }) => /[一-鿿]/.test(zh) && /[a-z]/.test(en))).toBe(true);
    const rewritten = chain('lane.a-1', [1, 2, 30, 4].map((atMs) => ({ atMs, type: 'X', open: {} })));
    expect(verdicts(read(first, { stream: 'lane.a-1', entries: rewritten }))).toContain('wrong');
    expect(verdicts(read(first, sealOf({ ...readSeal(first.body)!, day: '2026-05-31' })))).toContain('wrong'); // two stories about one day
    expect(verdicts(read({ stream: 'lane.a-1', entries: entries.slice(1) }))).toEqual(['open']);
    const papers = new Papers();
    expect([papers.add({ hello: 1 }), papers.add('text'), papers.add({ body: '{}', signature: '', keyId: '' }), papers.add(null)]).toEqual([false, false, false, false]);
    // Keys out of the papers themselves are said to be; a key under another's id is not taken.
    const own = createSigner(generateSigningKey(), '');
    const keyId = keyIdOf(own.publicKeyHex);
    const body = first.body;
    const withKey = new Papers();
    withKey.add({ body, signature: own.sign(body), keyId, publicKey: own.publicKeyHex });
    expect(verdicts(withKey.check({ keys: {}, rulesOf: () => defaultRuleSet }))).toEqual(['open', 'proven', 'proven', 'open']); // … and the stream under the seal was not given
    const posing = new Papers();
    posing.add({ body, signature: own.sign(body), keyId: 'f'.repeat(16), publicKey: own.publicKeyHex });
    expect(verdicts(posing.check({ keys: {}, rulesOf: () => defaultRuleSet }))[0]).toBe('wrong');
  });
});

test('S4: a receipt agrees with its own ledger entry only', () => {
  const [entry] = chain('lane.a-1', [{ atMs: 77, type: 'HomePicked', open: { group: 'lowRent-1', queueNumber: 3, listingId: 'home-1' } }]);
  const receipt = (patch: Record<string, unknown> = {}) => ({ body: canonicalJson({ kind: 'pick', group: 'lowRent-1', queueNumber: 3, listingId: 'home-1', pickedAtMs: 77, ledger: { stream: 'lane.a-1', seq: 1, hash: entry!.hash }, ...patch }) });
  expect(receiptAgrees(receipt(), entry!)).toBe(true);
  for (const patch of [{ queueNumber: 4 }, { listingId: 'home-2' }, { pickedAtMs: 78 }, { group: 'lowRent-2' }, { kind: 'x' }, { ledger: { stream: 'lane.a-1', seq: 2, hash: entry!.hash } }]) expect(receiptAgrees(receipt(patch), entry!)).toBe(false);
  expect(receiptAgrees(receipt(), { ...entry!, open: { ...entry!.open, listingId: 'home-2' } })).toBe(false);
});

// The order of a lane -------------------------------------------------------------------------------------

describe('S2: an order that was not kept is found, whatever the server rewrote', () => {
  const HOUR = 3_600_000;
  const T = Date.parse('2026-06-01T09:00:00+08:00');
  const number = (group: string, queueNumber: number) => ({ group, queueNumber });
  const [low1, low2, pub1] = [number('lowRent-2', 1), number('lowRent-2', 2), number('publicRental-2', 1)];
  const lane = 'a-2';
  const at = (ms: number, type: string, open: Record<string, unknown>): Draft => ({ atMs: T + ms, type, open: { ruleSet: 1, ...open } });
  const batch = (ranges: readonly (readonly [number, number])[]) => at(0, 'NumbersGiven', { batchDay: '2026-06-01', ranges: ranges.map(([fromNumber, toNumber]) => ({ fromNumber, toNumber, priority: 0 })) });
  const given = (queueNumbers: readonly number[]) => at(0, 'NumbersImported', { numbers: queueNumbers.map((queueNumber) => ({ queueNumber, laneId: lane })) });
  const groups = [chain('group.lowRent-2', [given([1, 2])]), chain('group.publicRental-2', [given([1])])];
  const joined = at(0, 'NumbersJoined', { count: 3, numbers: [pub1, low2, low1] });
  const homes = at(0, 'ListingsImported', { listingIds: ['h1', 'h2', 'h3'] });
  const opened = at(1, 'LaneOpened', {});
  const turn = (ms: number, who: Record<string, unknown>) => at(ms, 'TurnOpened', who);
  const told = (ms: number, seq: number, forMs = 4 * HOUR) => at(ms, 'TurnNotified', { turnId: `${lane}.${seq}`, deadlineMs: T + ms + forMs });
  const proven = (ms: number, seq: number) => at(ms, 'TurnProven', { turnId: `${lane}.${seq}`, proof: 'smsReceipt' });
  const picked = (ms: number, seq: number, who: object, listingId: string) => at(ms, 'HomePicked', { turnId: `${lane}.${seq}`, ...who, listingId });
  const byRank = (ms: number, seq: number, who: object, listingId: string) => at(ms, 'HomePicked', { turnId: `${lane}.${seq}`, ...who, listingId, ranked: true });
  const missed = (ms: number, seq: number, who: object) => at(ms, 'TurnMissed', { turnId: `${lane}.${seq}`, ...who });
  const deferred = (ms: number, seq: number, who: object, notBeforeMs: number) => at(ms, 'TurnDeferred', { turnId: `${lane}.${seq}`, ...who, notBeforeMs: T + notBeforeMs });
  const moved = (ms: number, seq: number, byMs: number, deadlineMs: number) => at(ms, 'DeadlineMoved', { turnId: `${lane}.${seq}`, byMs, deadlineMs: T + deadlineMs });
  const begin = [homes, joined, opened];
  const replay = (drafts: readonly Draft[], of = groups) => replayLane({ laneId: lane, lane: chain(`lane.${lane}`, drafts), groups: of, rulesOf: (version) => (version === 1 ? defaultRuleSet : null) });
  const problems = (drafts: readonly Draft[], of = groups): LaneProblemKind[] => replay(drafts, of).problems.map(({ what }) => what);

  test('a lane in order has nothing to report, also with passes, misses, deferrals, a pause and an outage', () => {
    const day = 24 * HOUR;
    const drafts = [
      ...begin, at(1, 'FamiliesCalledUp', { tickets: [low1, low2] }),
      turn(2, low1), told(3, 5), deferred(3 + 4 * HOUR, 5, low1, day - HOUR),
      turn(3 + 4 * HOUR, low2), told(4 + 4 * HOUR, 8), proven(5 + 4 * HOUR, 8),
      at(5 * HOUR, 'LanePaused', {}), moved(6 * HOUR, 8, HOUR, 4 + 9 * HOUR), at(6 * HOUR, 'LaneResumed', {}),
      moved(7 * HOUR, 8, 60_000, 4 + 9 * HOUR + 60_000), missed(4 + 9 * HOUR + 60_000, 8, low2),
      turn(day, low1), told(day + 1, 16), picked(day + HOUR, 16, low1, 'h2'),
      turn(day + HOUR, pub1), at(day + HOUR + 5, 'TurnPassed', { turnId: `${lane}.19`, ...pub1 }),
    ];
    expect(replay(drafts)).toEqual({ turns: 4, ended: 4, numbers: 3, left: [], deferredLong: [], problems: [], unknownTypes: [] });
  });

  const firstTurn = [...begin, turn(2, low1), told(3, 4)];
  test('Q9: a pick by ranking at its deadline is in order where it is offered', () => {
    const drafts = [...firstTurn, proven(4, 4), byRank(3 + 4 * HOUR, 4, low1, 'h1'), turn(3 + 4 * HOUR, low2)];
    const verdict = replayLane({ laneId: lane, lane: chain(`lane.${lane}`, drafts), groups, rulesOf: () => ({ ...defaultRuleSet, rankedPickOffered: true }) });
    expect(verdict.problems).toEqual([]);
  });
  const cheats: readonly [string, LaneProblemKind, readonly Draft[]][] = [
    ['Q1: a later number first', 'betterClaim', [...begin, turn(2, low2)]],
    ['Q1: a public-rental family before a low-rent one', 'betterClaim', [...begin, turn(2, pub1)]],
    ['an invented kind of entry excuses nobody', 'betterClaim', [...begin, at(2, 'NumbersVanished', { numbers: [low1] }), turn(2, low2)]],
    ['Q2: called up over a head', 'calledUpOutOfOrder', [...begin, at(2, 'FamiliesCalledUp', { tickets: [low1, pub1] })]],
    ['Q3: a turn in a closed lane', 'laneNotOpen', [homes, joined, turn(2, low1)]],
    ['Q3: two at once', 'twoTurns', [...firstTurn, turn(4, low2)]],
    ['T4: before eight', 'outsideWindow', [...begin, turn(-HOUR - 1, low1)]],
    ['T4: at six in the evening', 'outsideWindow', [...begin, turn(9 * HOUR, low1)]],
    ['T5: a shorter turn', 'turnTooShort', [...begin, turn(2, low1), told(3, 4, 4 * HOUR - 1)]],
    ['T5: the clock set a second time', 'deadlineWrong', [...firstTurn, told(9, 4)]],
    ['T6: a deadline moved earlier', 'deadlineEarlier', [...firstTurn, moved(9, 4, -1, 2 + 4 * HOUR)]],
    ['T6: moved by less than it says', 'deadlineWrong', [...firstTurn, moved(9, 4, HOUR, 3 + 4 * HOUR + 1)]],
    ['T6: a pause not given back', 'pauseNotGivenBack', [...firstTurn, at(HOUR, 'LanePaused', {}), at(2 * HOUR, 'LaneResumed', {})]],
    ['T6: a pause given back in part', 'pauseNotGivenBack', [...firstTurn, at(HOUR, 'LanePaused', {}), moved(2 * HOUR, 4, HOUR - 1, 3 + 5 * HOUR - 1), at(2 * HOUR, 'LaneResumed', {})]],
    ['T6: a second pause not given back', 'pauseNotGivenBack', [...firstTurn, at(HOUR, 'LanePaused', {}), moved(3 * HOUR, 4, 2 * HOUR, 3 + 6 * HOUR), at(3 * HOUR, 'LaneResumed', {}), at(4 * HOUR, 'LanePaused', {}), at(5 * HOUR, 'LaneResumed', {})]],
    ['T6: expired while paused', 'laneNotOpen', [...firstTurn, proven(4, 4), at(HOUR, 'LanePaused', {}), missed(3 + 4 * HOUR, 4, low1)]],
    ['Q6: expired a millisecond early', 'endedEarly', [...firstTurn, proven(4, 4), missed(2 + 4 * HOUR, 4, low1)]],
    ['Q4: a pick at the deadline', 'endedLate', [...firstTurn, picked(3 + 4 * HOUR, 4, low1, 'h1')]],
    ['Q9: a home picked by ranking, under rules that do not offer it', 'rankedNotOffered', [...firstTurn, proven(4, 4), byRank(3 + 4 * HOUR, 4, low1, 'h1')]],
    ['Q9: by ranking, a millisecond before the deadline', 'endedEarly', [...firstTurn, proven(4, 4), byRank(2 + 4 * HOUR, 4, low1, 'h1')]],
    ['Q9, Q8: by ranking, without proof that the family was told', 'forfeitWithoutProof', [...firstTurn, byRank(3 + 4 * HOUR, 4, low1, 'h1')]],
    ['Q9: by ranking, a home that was gone', 'homeNotOfLane', [...firstTurn, proven(4, 4), byRank(3 + 4 * HOUR, 4, low1, 'h9')]],
    ['Q4: a home of another lane', 'homeNotOfLane', [...firstTurn, picked(9, 4, low1, 'h9')]],
    ['Q4: a home twice', 'homeTaken', [...firstTurn, picked(9, 4, low1, 'h1'), turn(10, low2), picked(11, 7, low2, 'h1')]],
    ['L3: a home taken off the list', 'homeNotOfLane', [...firstTurn, at(5, 'HomesRemoved', { removedListingIds: ['h1'] }), picked(9, 4, low1, 'h1')]],
    ['a number leaves that is not waiting', 'notQueued', [...firstTurn, at(5, 'NumbersLeft', { numbers: [low1] })]],
    ['Q4: another family picks in this turn', 'notItsTurn', [...firstTurn, picked(9, 4, low2, 'h1')]],
    ['a pick in no turn', 'noSuchTurn', [...begin, picked(9, 4, low1, 'h1')]],
    ['Q8: a forfeit without proof', 'forfeitWithoutProof', [...firstTurn, missed(3 + 4 * HOUR, 4, low1)]],
    ['T5: a forfeit without notification', 'clockNeverRan', [...begin, turn(2, low1), missed(9 * HOUR, 4, low1)]],
    ['Q8: a deferred family before its time', 'tooEarly', [...firstTurn, deferred(3 + 4 * HOUR, 4, low1, 30 * HOUR), turn(5 * HOUR, low1)]],
    ['Q8: a deferred family keeps its place afterwards', 'betterClaim', [...firstTurn, deferred(3 + 4 * HOUR, 4, low1, 5 * HOUR), turn(6 * HOUR, low2)]],
    ['a family whose turn is over is served again', 'notQueued', [...firstTurn, picked(9, 4, low1, 'h1'), turn(10, low1)]],
    ['a number nobody was given', 'numberUnknown', [homes, at(0, 'NumbersJoined', { numbers: [low1, number('lowRent-2', 7)] })]],
    ['a number joins twice', 'joinedTwice', [...begin, at(2, 'NumbersJoined', { numbers: [low1] })]],
    ['who joined is not said', 'numbersNotNamed', [homes, at(0, 'NumbersJoined', { count: 3 })]],
    ['rules nobody published', 'rulesUnknown', [...begin, turn(2, { ...low1, ruleSet: 9 })]],
    ['an entry that is not one', 'unreadable', [...begin, at(2, 'FamiliesCalledUp', {})]],
  ];
  test.each(cheats)('%s → %s', (_name, what, drafts) => {
    expect(problems(drafts)).toContain(what);
  });
  test('Q8: deferred a third time, and G2: numbers twice or skipped', () => {
    const day = 24 * HOUR;
    const again = (n: number, seq: number) => [turn(n * day, low1), told(n * day + 1, seq), deferred(n * day + 1 + 4 * HOUR, seq, low1, (n + 1) * day - HOUR)];
    expect(problems([...begin, ...again(0.0001, 4), ...again(1, 7), ...again(2, 10)])).toEqual(['deferredTooOften']);
    expect(problems(begin, [chain('group.lowRent-2', [given([1, 2, 1])]), groups[1]!])).toEqual(['numberTwice']);
    expect(problems(begin, [chain('group.lowRent-2', [given([1, 2]), batch([[4, 5]])]), groups[1]!])).toEqual(['numberSkipped']);
    expect(problems(begin, [chain('group.lowRent-2', [given([2, 1]), at(0, 'NumbersVoided', { queueNumbers: [2], reason: 'ended' }), batch([[3, 6]])]), groups[1]!])).toEqual([]);
  });
  test('L4: a home that comes back may be picked again', () => {
    expect(problems([...firstTurn, picked(9, 4, low1, 'h1'), at(10, 'HomesOffered', { listingIds: ['h1'], cause: 'returned' }), turn(11, low2), picked(12, 8, low2, 'h1')])).toEqual([]);
  });
  test('whoever left is no longer before anybody; kinds not known are named', () => {
    expect(replay([...begin, at(2, 'NumbersLeft', { numbers: [low1] }), turn(3, low2)])).toMatchObject({ problems: [], left: ['lowRent-2 1'] });
    // A number that comes back has its old place.
    expect(problems([...begin, at(2, 'NumbersLeft', { numbers: [low1] }), at(3, 'NumbersJoined', { numbers: [low1] }), turn(4, low2)])).toEqual(['betterClaim']);
    expect(replay([...begin, at(2, 'Whatever', {}), turn(3, low1)])).toMatchObject({ problems: [], unknownTypes: ['Whatever'] });
  });
  test('a broken chain is told, and nothing behind the break is believed', () => {
    const entries = chain(`lane.${lane}`, firstTurn);
    const verdict = replayLane({ laneId: lane, lane: [...entries.slice(0, 3), ...entries.slice(4)], groups, rulesOf: () => defaultRuleSet });
    expect(verdict).toMatchObject({ turns: 0, problems: [{ seq: 4, what: 'streamBroken', about: 'missing' }] });
  });
  test('papers ask for the groups they lack, and prove a lane when all is there', () => {
    const papers = new Papers();
    papers.add({ stream: `lane.${lane}`, entries: chain(`lane.${lane}`, firstTurn) });
    papers.add({ stream: 'group.lowRent-2', entries: groups[0] });
    const options = { keys, rulesOf: () => defaultRuleSet };
    expect(papers.check(options).at(-1)).toMatchObject({ verdict: 'open', en: expect.stringContaining('download group.publicRental-2') as string });
    papers.add({ stream: 'group.publicRental-2', entries: groups[1] });
    expect(papers.check(options).filter(({ en }) => en.includes('all in order'))).toMatchObject([{ verdict: 'proven' }]);
    const cheated = new Papers();
    for (const group of groups) cheated.add({ stream: group[0]!.stream, entries: group });
    cheated.add({ stream: `lane.${lane}`, entries: chain(`lane.${lane}`, [...begin, turn(2, low2)]) });
    expect(cheated.check(options).filter(({ verdict }) => verdict === 'wrong')).toMatchObject([{ zh: expect.stringContaining('越过') as string }]);
  });
});
