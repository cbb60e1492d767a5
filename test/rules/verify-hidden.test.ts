/** S2: a server that hides, back-dates, passes over, or signs with another key, against the reader who downloads it all. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultRuleSet } from '../../config/default-rule-set';
import { canonicalJson } from '../../shared/canonical-json';
import { DAY_MS, HOUR_MS } from '../../shared/shanghai-time';
import { entryText, GENESIS_HASH, type PublicEntry } from '../../shared/verify/entry';
import { EMPTY_ROOT } from '../../shared/verify/merkle';
import { Papers } from '../../shared/verify/papers';
import { hashOfSeal, type Signed } from '../../shared/verify/seal';
import { sm3OfText } from '../../shared/verify/sm3';
import { addLeaves, EMPTY_TOWER, finishTower, pathOf } from '../../bff/domain/seal/tower';
import { createSigner, generateSigningKey, keyIdOf } from '../../bff/security/signer';

type Draft = Pick<PublicEntry, 'atMs' | 'type' | 'open'>;

const official = createSigner(generateSigningKey(), 'key-1');
const thief = createSigner(generateSigningKey(), 'key-2');
const keys = { [keyIdOf(official.publicKeyHex)]: official.publicKeyHex };
const START_MS = Date.parse('2026-06-01T09:00:00+08:00');

function chain(stream: string, drafts: readonly Draft[]): PublicEntry[] {
  let prevHash = GENESIS_HASH;
  return drafts.map((draft, at) => {
    const part = { stream, seq: at + 1, detailHash: 'd'.repeat(64), prevHash, ...draft };
    prevHash = sm3OfText(entryText(part));
    return { ...part, hash: prevHash };
  });
}

/** Two entries a day for ten days. */
const entries = chain('lane.a-1', Array.from({ length: 20 }, (_, at) => ({ atMs: START_MS + (at >> 1) * DAY_MS, type: 'LaneOpened', open: {} })));

/** Seals of ten days over one stream; `upTo`: how far each got. */
function sealsOf(signer: typeof official, of: readonly PublicEntry[], upTo: readonly number[]): Signed[] {
  let prevHash = GENESIS_HASH;
  return upTo.map((seq, at) => {
    const fromSeq = upTo[at - 1] ?? 0;
    const root = seq === fromSeq ? EMPTY_ROOT : finishTower(addLeaves(EMPTY_TOWER, of.slice(fromSeq, seq).map(({ hash }) => hash)).tower).root;
    const streams = seq === 0 ? [] : [{ stream: of[0]!.stream, fromSeq, seq, hash: of[seq - 1]!.hash }];
    const body = canonicalJson({ kind: 'daySeal', number: at + 1, day: `2026-06-${String(at + 1).padStart(2, '0')}`, size: seq - fromSeq, root, streams, prevHash });
    prevHash = hashOfSeal({ body });
    return { body, signature: signer.sign(body), keyId: keyIdOf(signer.publicKeyHex), publicKey: signer.publicKeyHex };
  });
}
const TWO_A_DAY = Array.from({ length: 10 }, (_, at) => (at + 1) * 2);
const seals = sealsOf(official, entries, TWO_A_DAY);

function read(documents: readonly unknown[], more: { keys?: Record<string, string>; downloadedAtMs?: number } = {}) {
  const papers = new Papers();
  for (const document of documents) expect(papers.add(document)).toBe(true);
  const findings = papers.check({ keys, rulesOf: () => defaultRuleSet, ...more });
  const of = (verdict: string) => findings.filter((one) => one.verdict === verdict).map(({ en }) => en).join('\n');
  return { proven: of('proven'), wrong: of('wrong'), open: of('open') };
}
const page = (given: readonly PublicEntry[]) => ({ stream: given[0]!.stream, entries: given });

test('S2: ten days, sealed each day, are proven with nothing wrong and nothing missing', () => {
  for (const more of [{}, { downloadedAtMs: START_MS + 10 * DAY_MS }]) {
    const { proven, wrong, open } = read([{ seals }, page(entries)], more);
    expect(proven).toMatch(/seals 1–10 \(until 2026-06-10\)/);
    expect(proven).toMatch(/lane\.a-1 up to 20 is what the published seals say/);
    expect(wrong).toBe('');
    expect(open).not.toMatch(/seal|given|hidden/);
  }
});

describe('S2: signed with another key', () => {
  const forged = sealsOf(thief, entries, TWO_A_DAY);
  const { pages } = finishTower(addLeaves(EMPTY_TOWER, entries.slice(0, 2).map(({ hash }) => hash)).tower);
  const proof = { entry: entries[0], path: pathOf(0, [...addLeaves(EMPTY_TOWER, entries.slice(0, 2).map(({ hash }) => hash)).pages, ...pages]), seal: forged[0] };

  test('with the key given it is wrong; without any key of it, nothing under it is proven', () => {
    const given = read([{ seals: forged }, page(entries), proof]);
    expect(given.wrong).toMatch(/seal 1 of 2026-06-01: not signed with a key that was given/);
    expect(given.proven).not.toMatch(/seal/);
    const unknown = forged.map(({ body, signature, keyId }) => ({ body, signature, keyId }));
    const { proven, wrong, open } = read([{ seals: unknown }, page(entries), { ...proof, seal: unknown[0] }], { keys: {} });
    expect(proven).not.toMatch(/seal/);
    expect(wrong).toBe('');
    expect(open).toMatch(/lane\.a-1 1 \(LaneOpened\) is under the seal of 2026-06-01, whose signature is not verified/);
    expect(open).toMatch(/seals 1–10 .*signatures are not verified/);
    expect(open).toMatch(/lane\.a-1 up to 20 is what the seals say, whose signature is not verified/);
    // The same proof under the official seal is one.
    expect(read([{ ...proof, seal: seals[0] }]).proven).toMatch(/lane\.a-1 1 \(LaneOpened\) is under the seal of 2026-06-01, unchanged/);
  });

  test('a receipt and a manifest are wrong likewise', () => {
    const body = canonicalJson({ kind: 'export', files: [] });
    expect(read([{ body, signature: thief.sign(body), keyId: keyIdOf(thief.publicKeyHex) }]).wrong).toMatch(/export manifest: not signed with a key/);
    const pick = chain('lane.a-1', [{ atMs: START_MS, type: 'HomePicked', open: { group: 'lowRent-1', queueNumber: 3, listingId: 'h1' } }]);
    const receipt = canonicalJson({ kind: 'pick', group: 'lowRent-1', queueNumber: 3, listingId: 'h1', address: '', pickedAtMs: START_MS, ledger: { stream: 'lane.a-1', seq: 1, hash: pick[0]!.hash } });
    const forgedReceipt = { body: receipt, signature: thief.sign(receipt), keyId: keyIdOf(thief.publicKeyHex) };
    expect(read([forgedReceipt, page(pick)]).wrong).toMatch(/receipt of lowRent-1 3: not signed with a key/);
    expect(read([forgedReceipt, page(pick)]).proven).not.toMatch(/receipt/);
  });

  test('verify-proof --key leaves with 1, and with 0 for the papers of that key', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'fair-queue-forged-'));
    const run = (name: string, document: unknown) => new Promise<number>((resolve) => {
      const file = path.join(dir, name);
      writeFileSync(file, JSON.stringify(document));
      execFile(process.execPath, ['config/run/cli.mjs', 'bff/cli/verify-proof.ts', '--key', official.publicKeyHex, file], { cwd: path.resolve(__dirname, '../..') }, (error) => resolve(Number(error?.code ?? 0)));
    });
    try {
      expect([await run('forged.json', [{ seals: forged }, page(entries)]), await run('official.json', [{ seals }, page(entries)])]).toEqual([1, 0]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 60_000);
});

describe('S2: what is hidden or back-dated', () => {
  const all = { downloadedAtMs: START_MS + 10 * DAY_MS };
  const cases: readonly [string, readonly unknown[], RegExp][] = [
    ['a stream cut short of its seals', [{ seals }, page(entries.slice(0, 6))], /lane\.a-1.*(6\/20|only 6 were served)/],
    ['a stream not shown at all', [{ seals }], /lane\.a-1.*(0\/20|only 0 were served)/],
    ['seals left out', [{ seals: [...seals.slice(0, 4), ...seals.slice(7)] }, page(entries)], /seals 5–7 are missing/],
    ['the first seals left out', [{ seals: seals.slice(4, 5) }, page(entries)], /seals 1–4 are missing/],
  ];
  test.each(cases)('%s: told of files, wrong of a whole site', (_name, documents, expected) => {
    const some = read(documents);
    expect([some.wrong, some.open]).toEqual(['', expect.stringMatching(expected)]);
    expect(read(documents, all).wrong).toMatch(expected);
  });

  test('an entry dated after the day of its seal is wrong, in a stream and in a proof', () => {
    const late = chain('lane.a-1', [{ atMs: START_MS + 8 * DAY_MS, type: 'LaneOpened', open: {} }]);
    const [seal] = sealsOf(official, late, [1]);
    expect(read([seal, page(late)]).wrong).toMatch(/lane\.a-1 1 is dated after 2026-06-01, whose seal covers it/);
    expect(read([{ entry: late[0], path: [], seal }])).toMatchObject({ proven: expect.not.stringContaining('unchanged') as string, wrong: expect.stringMatching(/dated after the day of its seal/) as string });
  });

  test('entries sealed late, and seals that lag behind, are told', () => {
    const early = chain('lane.a-1', [0, 1, 2, 3].map((ms) => ({ atMs: START_MS + ms, type: 'LaneOpened', open: {} })));
    const held = read([{ seals: sealsOf(official, early, [0, 0, 0, 0, 0, 0, 0, 0, 0, 4]) }, page(early)]);
    expect([held.wrong, held.open]).toEqual(['', expect.stringMatching(/4 entries were sealed later than they are dated, by up to 9 days.*lane\.a-1 1、/)]);
    // Three days went on after the last seal; of a whole site, also with no entry since.
    expect(read([{ seals: seals.slice(0, 7) }, page(entries)]).open).toMatch(/the last seal is of 2026-06-07, while the ledger or today is at 2026-06-10/);
    expect(read([{ seals: seals.slice(0, 9) }, page(entries)]).open).not.toMatch(/last seal/);
    expect(read([{ seals }, page(entries)], { downloadedAtMs: START_MS + 11 * DAY_MS }).open).toMatch(/the last seal is of 2026-06-10/);
  });
});

describe('S2: somebody passed over where no single entry shows it', () => {
  const [one, two] = [1, 2].map((queueNumber) => ({ group: 'lowRent-2', queueNumber }));
  const at = (ms: number, type: string, open: Record<string, unknown>): Draft => ({ atMs: START_MS + ms, type, open: { ruleSet: 1, ...open } });
  const group = (...more: Draft[]) => page(chain('group.lowRent-2', [at(0, 'NumbersGiven', { batchDay: '2026-05-28', ranges: [{ fromNumber: 1, toNumber: 2, priority: 0 }] }), ...more]));
  const lane = (id: string, drafts: readonly Draft[]) => page(chain(`lane.${id}`, [at(0, 'ListingsImported', { listingIds: [`${id}-h1`] }), ...drafts]));
  const untilDeadline = [at(0, 'NumbersJoined', { numbers: [one, two] }), at(1, 'LaneOpened', {}), at(2, 'TurnOpened', one!), at(3, 'TurnNotified', { turnId: 'a-2.4', deadlineMs: START_MS + 3 + 4 * HOUR_MS })];
  const deferred = (notBeforeMs: number) => at(3 + 4 * HOUR_MS, 'TurnDeferred', { turnId: 'a-2.4', ...one, notBeforeMs: START_MS + notBeforeMs });
  const nextWindowMs = 23 * HOUR_MS;

  test('Q8: deferred beyond the next window, or although delivery was proven', () => {
    const next = at(4 * HOUR_MS + 4, 'TurnOpened', two!);
    expect(read([group(), lane('a-2', [...untilDeadline, deferred(nextWindowMs), next])])).toMatchObject({ wrong: '', open: expect.not.stringContaining('deferred beyond') as string });
    expect(read([group(), lane('a-2', [...untilDeadline, deferred(nextWindowMs + 1), next])]).wrong).toMatch(/lowRent-2 1$/m);
    expect(read([group(), lane('a-2', [...untilDeadline, deferred(nextWindowMs + 1), next])]).wrong).toMatch(/deferred beyond the next window while others were served/);
    const proven = at(4, 'TurnProven', { turnId: 'a-2.4', proof: 'smsReceipt' });
    expect(read([group(), lane('a-2', [...untilDeadline, proven, deferred(nextWindowMs), next])]).wrong).toMatch(/deferred although delivery was proven/);
  });

  test('Q8: a deferral written long after its deadline counts from when the lane went on', () => {
    const nextDay = at(24 * HOUR_MS, 'TurnOpened', two!);
    const { wrong, open } = read([group(), lane('a-2', [...untilDeadline, deferred(nextWindowMs + DAY_MS), nextDay])]);
    expect([wrong, open]).toEqual(['', expect.stringMatching(/lane a-2: deferred beyond the next notification window: lowRent-2 1/)]);
  });

  test('G5: given out, not void, and never joined, although its batch did', () => {
    const served = lane('a-2', [at(0, 'NumbersJoined', { numbers: [two] }), at(1, 'LaneOpened', {}), at(2, 'TurnOpened', two!)]);
    expect(read([group(), served]).open).toMatch(/lowRent-2: others of their batch joined a queue, these 1 did not and are not void: 1;/);
    expect(read([group(at(1, 'NumbersVoided', { queueNumbers: [1], reason: 'ended' })), served]).open).not.toMatch(/others of their batch/);
  });

  test('Q1: one number in two lanes at a time; out of one and into the other is none', () => {
    const joined = (ms: number) => at(ms, 'NumbersJoined', { numbers: [one] });
    expect(read([group(), lane('a-2', [joined(0)]), lane('b-2', [joined(5)])]).wrong).toMatch(/lane\.b-2 2: lowRent-2 1 is in lane\.a-2 at the same time/);
    expect(read([group(), lane('a-2', [joined(0), at(4, 'NumbersLeft', { numbers: [one], reason: 'renewed' })]), lane('b-2', [joined(5)])]).wrong).toBe('');
  });
});
