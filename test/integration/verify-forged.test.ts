/**
 * S2: a family holds what the server publishes against itself. A real lane with continuation, deferral, a pause, an
 * outage, a restart and a ranked pick is in order; the same papers forged, with every hash made right again, are not,
 * and the verifier says in Chinese what is wrong.
 */
import { defaultRuleSet } from '../../config/default-rule-set';
import { entryText, GENESIS_HASH, type PublicEntry } from '../../shared/verify/entry';
import { Papers, type CheckOptions } from '../../shared/verify/papers';
import { sm3OfText } from '../../shared/verify/sm3';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { ledgerHandlers } from '../../bff/features/ledger/handlers';
import { rankingHandlers } from '../../bff/features/ranking/handlers';
import { sealHandlers } from '../../bff/features/seals/handlers';
import { sealDays } from '../../bff/features/seals/seal-days';
import { systemAct } from '../../bff/kernel';
import type { ApiRequest, Handlers } from '../../bff/http/request';
import { change } from '../../bff/store/change';
import { groupStream, laneStream } from '../../bff/store/ledger';
import { rankedPickConsent } from '../../shared/ranked-pick';
import { LANE, seedLane } from '../support/build';
import { caller, callerOf, goTo, seedHousehold } from '../support/waiting';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const GROUP = 'publicRental-2';
/** What a reader can download: directory, streams, seals, rules, key. */
interface Published { directory: { streams: { stream: string; seq: number; hash: string }[]; nextCursor: string | null }; streams: Record<string, PublicEntry[]>; seals: unknown; rules: unknown; key: unknown }
let published: Published;

const openTurn = (world: World) => world.store.read(async (tx) => (await tx.turns.find({ isOpen: true }))[0]!);
const pick = async (world: World, home: number) => {
  const [ticket, listing] = await world.store.read(async (tx) => [(await tx.tickets.find({ laneId: LANE, state: 'onTurn' }))[0]!, await tx.listings.get(`${LANE}-home-${home}`)] as const);
  await world.command(LANE, { type: 'PickHome', ticket, listing, assisted: null });
  await world.tick();
};

beforeAll(async () => {
  let world = await buildWorld();
  const { dir } = world;
  try {
    await world.store.transact((tx) => tx.ruleSets.insert({ id: 'ruleSet-2', number: 2, title: '', reason: '', effectiveAtMs: 0, publishedAtMs: 0, publishedBy: '', values: { ...defaultRuleSet, rankedPickOffered: true } }));
    await world.kernel.rulebook.refresh();
    await seedLane(world.kernel, { families: [], homes: 6 });
    for (const index of [1, 2, 3, 4, 5, 6]) await seedHousehold(world, index);
    await change(world.kernel, systemAct('import'), async (work) => {
      const numbers = [1, 2, 3, 4, 5, 6].map((queueNumber) => ({ queueNumber, laneId: LANE }));
      for (const { queueNumber } of numbers) await work.tx.tickets.insert({ id: `${GROUP}-${queueNumber}`, householdId: `household-${queueNumber}`, laneId: LANE, group: GROUP, tier: 1, bedrooms: 2, queueNumber, batchDay: '2026-05-01', submittedAtMs: queueNumber, origin: 'lottery', state: 'queued', calledUpAtMs: null, deferrals: 0, notBeforeMs: 0, ruleSetVersion: 2 });
      await work.tx.groupCounters.insert({ id: GROUP, last: 6 });
      await work.record({ stream: groupStream(GROUP), type: 'NumbersImported', open: { numbers } });
      await work.record({ stream: laneStream(LANE), type: 'NumbersJoined', open: { count: 6, numbers: numbers.map(({ queueNumber }) => ({ group: GROUP, queueNumber })) } });
      await work.record({ stream: laneStream(LANE), type: 'ListingsImported', open: { listingIds: [1, 2, 3, 4, 5, 6].map((n) => `${LANE}-home-${n}`) } });
    });
    await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
    await world.tick();
    // 1 picks. 2 lets its turn go by and asks to continue. 3 never had proof that it was told: deferred.
    await pick(world, 1);
    const two = await world.store.read(async (tx) => (await tx.tickets.get(`${GROUP}-2`))!);
    await world.command(LANE, { type: 'PassTurn', ticket: two });
    await world.tick();
    await caller(world)('askToContinue', callerOf(world, 2), { ticketId: `${GROUP}-2` }, { confirm: true });
    const threeUntil = (await openTurn(world)).deadlineMs!;
    // A pause in the middle, an outage after it, and a restart.
    await goTo(world, MORNING_MS + HOUR_MS);
    await world.command(LANE, { type: 'PauseLane', reason: '核对房源' });
    await goTo(world, MORNING_MS + 2 * HOUR_MS);
    await world.command(LANE, { type: 'ResumeLane', reason: '继续' });
    await world.store.close();
    const nowMs = MORNING_MS + 2 * HOUR_MS + 20 * 60_000;
    world = await buildWorld({ dir, nowMs });
    await world.kernel.ensureAlive();
    await world.tick();
    await goTo(world, threeUntil + HOUR_MS + 20 * 60_000 + 60_000);
    // 4 ranked its homes beforehand: at its deadline the first still free is picked for it.
    const four = await openTurn(world);
    expect(four.queueNumber).toBe(4);
    await world.command(LANE, { type: 'RecordProof', turnId: four.id, proof: 'smsReceipt', atMs: world.clock.nowMs });
    const asked = (body: object) => ({ caller: callerOf(world, 4), params: { ticketId: `${GROUP}-4` }, body, query: {}, idempotencyKey: `key-${Object.keys(body).join('-')}`, address: 'test' }) as unknown as ApiRequest<never>;
    const ranking = rankingHandlers(world.kernel) as unknown as Record<string, (request: ApiRequest<never>) => Promise<{ version: number }>>;
    const { version } = await ranking['rankHomes']!(asked({ listingIds: [`${LANE}-home-2`, `${LANE}-home-3`] }));
    await ranking['agreeToRanking']!(asked({ version, wording: rankedPickConsent.wording, confirm: true }));
    for (let day = 1; day <= 8; day += 1) {
      for (const hour of [0, 9, 14]) {
        await goTo(world, startOfDay('2026-06-01') + day * DAY_MS + hour * HOUR_MS);
        await sealDays.run(world.kernel);
      }
    }
    published = await download(world);
  } finally {
    await world.close();
  }
}, 120_000);

async function download(world: World): Promise<Published> {
  const handlers: Handlers = { ...ledgerHandlers(world.kernel), ...sealHandlers(world.kernel) };
  const get = async <T>(name: keyof Handlers, params: Record<string, string> = {}, query: Record<string, string> = {}) => (await (handlers[name] as (request: ApiRequest) => Promise<unknown>)({ params, query } as unknown as ApiRequest)) as T;
  const directory = await get<Published['directory']>('listLedgerStreams');
  const streams: Published['streams'] = {};
  for (const { stream } of directory.streams) streams[stream] = (await get<{ entries: PublicEntry[] }>('getLedger', { stream }, { limit: '500' })).entries;
  return { directory, streams, seals: await get('listSeals', {}, { limit: '99' }), rules: await get('listRules'), key: await get('getSigningKey') };
}

/** A stream as the server would publish it after tampering: seqs, chain and hashes made right. */
function rechained(entries: readonly PublicEntry[]): PublicEntry[] {
  let prevHash = GENESIS_HASH;
  return entries.map((entry, at) => {
    const part = { ...entry, seq: at + 1, prevHash };
    prevHash = sm3OfText(entryText(part));
    return { ...part, hash: prevHash };
  });
}

/** Tampers with the lane; turn ids follow the places of their openings, as a careful server would see to. */
function forged(tamper: (lane: PublicEntry[]) => PublicEntry[]): Published {
  const lane = published.streams[laneStream(LANE)]!.map((entry) => ({ ...entry, open: { ...entry.open } }));
  const openings = new Map(lane.filter(({ type }) => type === 'TurnOpened').map((entry) => [`${LANE}.${entry.seq}`, entry]));
  const changed = tamper(lane);
  for (const entry of changed) {
    const opening = openings.get(String(entry.open['turnId']));
    if (opening !== undefined && changed.includes(opening)) (entry as { open: Record<string, unknown> }).open['turnId'] = `${LANE}.${changed.indexOf(opening) + 1}`;
  }
  return { ...published, streams: { ...published.streams, [laneStream(LANE)]: rechained(changed) } };
}

function read(of: Published, { seals = true, number }: { seals?: boolean; number?: CheckOptions['number'] } = {}): { wrong: string[]; proven: string[]; open: string[] } {
  const papers = new Papers();
  const documents: unknown[] = [of.key, of.rules, ...(seals ? [of.seals] : []), ...Object.entries(of.streams).map(([stream, entries]) => ({ stream, entries, head: { seq: entries.length, hash: '' } }))];
  for (const document of documents) expect(papers.add(document)).toBe(true);
  const findings = papers.check({ keys: {}, rulesOf: () => null, ...(number === undefined ? {} : { number }) });
  const of_ = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).map(({ zh }) => zh);
  return { wrong: of_('wrong'), proven: of_('proven'), open: of_('open') };
}
const types = () => published.streams[laneStream(LANE)]!.map(({ type }) => type);
const indexOf = (lane: readonly PublicEntry[], type: string, queueNumber?: number) => {
  const at = lane.findIndex((entry) => entry.type === type && (queueNumber === undefined || entry.open['queueNumber'] === queueNumber));
  if (at < 0) throw new Error(`${type} ${queueNumber} did not happen`);
  return at;
};

test('S2: what really happened is proven, with everything that can happen to a lane in it', () => {
  expect(types()).toEqual(expect.arrayContaining(['HomePicked', 'TurnPassed', 'TurnDeferred', 'LanePaused', 'LaneResumed', 'DeadlineMoved']));
  expect(published.streams[laneStream(LANE)]!.filter(({ open }) => open['ranked'] === true)).toHaveLength(1);
  expect(published.streams[groupStream(GROUP)]!.map(({ type }) => type)).toEqual(expect.arrayContaining(['NumbersImported', 'NumbersGiven']));
  const { wrong, proven } = read(published);
  expect(wrong).toEqual([]);
  expect(proven).toEqual(expect.arrayContaining([expect.stringMatching(/zhanggong-2 通道：.*全部按序，无人被越过/), expect.stringMatching(/与公布的封存一致/)]));
});

test('S2: a family reads the story of its own number, and that nobody before it was out of order', () => {
  const five = read(published, { number: { group: GROUP, queueNumber: 5 } });
  expect(five.proven).toEqual(expect.arrayContaining([expect.stringMatching(/^公租房二居室组 第5号：group\.publicRental-2 第 1 条发放；lane\.zhanggong-2 第 1 条进入排队；其间排在它前面的轮到 \d+ 次.*它前面的每一次轮到都按序/)]));
  // It asked to continue: its old number is void, the new one came with a batch.
  expect([...read(published, { number: { group: GROUP, queueNumber: 2 } }).proven].join()).toMatch(/第2号：.*轮到本号，让给下一户.*作废/);
  expect(read(published, { number: { group: GROUP, queueNumber: 99 } }).wrong).toEqual(['公租房二居室组 第99号：没有发放记录']);
});

type Lane = PublicEntry[];
const forgeries: readonly (readonly [string, (lane: Lane) => Lane, RegExp])[] = [
  ['two families swapped', (lane) => lane.map((entry) => (entry.open['queueNumber'] === 1 ? { ...entry, open: { ...entry.open, queueNumber: 6 } } : entry.open['queueNumber'] === 6 ? { ...entry, open: { ...entry.open, queueNumber: 1 } } : entry)), /有更靠前的家庭被越过（Q1） publicRental-2 1/],
  ['a pick inserted for a family whose turn it was not', (lane) => [...lane.slice(0, indexOf(lane, 'TurnOpened', 1)), { ...lane[indexOf(lane, 'HomePicked', 1)]!, open: { ...lane[indexOf(lane, 'HomePicked', 1)]!.open, queueNumber: 6, listingId: `${LANE}-home-6`, turnId: `${LANE}.999` } }, ...lane.slice(indexOf(lane, 'TurnOpened', 1))], /没有这一次轮到 zhanggong-2\.999/],
  ['the turn of a family hidden', (lane) => lane.filter((entry) => !(entry.type === 'TurnOpened' && entry.open['queueNumber'] === 1)), /没有这一次轮到/],
  ['a family’s joining hidden', (lane) => lane.map((entry) => (entry.type === 'NumbersJoined' ? { ...entry, open: { ...entry.open, numbers: (entry.open['numbers'] as { queueNumber: number }[]).filter(({ queueNumber }) => queueNumber !== 1) } } : entry)), /这一户当时不在排队 publicRental-2 1/],
  ['a deadline moved earlier', (lane) => lane.map((entry) => (entry.type === 'DeadlineMoved' ? { ...entry, open: { ...entry.open, byMs: -1, deadlineMs: (entry.open['deadlineMs'] as number) - (entry.open['byMs'] as number) - 1 } } : entry)), /截止时刻被提前（T6）/],
  ['the time of the pause kept back', (lane) => lane.filter(({ type }) => type !== 'DeadlineMoved'), /暂停的时间没有补回（T6）/],
  ['a deferral made a miss', (lane) => lane.map((entry) => (entry.type === 'TurnDeferred' ? { ...entry, type: 'TurnMissed' } : entry)), /没有送达凭证就判逾期（Q8）/],
  ['a deferred family called too early', (lane) => lane.map((entry) => (entry.type === 'TurnDeferred' ? { ...entry, open: { ...entry.open, notBeforeMs: entry.atMs + 30 * DAY_MS } } : entry)), /顺延的家庭提前被叫（Q8）/],
  ['a shorter turn', (lane) => lane.map((entry) => (entry.type === 'TurnNotified' ? { ...entry, open: { ...entry.open, deadlineMs: entry.atMs + HOUR_MS } } : entry)), /选房时间短于规则（T5）/],
  ['a ranked pick before its deadline', (lane) => lane.map((entry) => (entry.open['ranked'] === true ? { ...entry, atMs: entry.atMs - 60_000 } : entry)), /未到截止时刻就判逾期（Q6）/],
  ['a home picked twice', (lane) => lane.map((entry) => (entry.type === 'HomePicked' ? { ...entry, open: { ...entry.open, listingId: `${LANE}-home-1` } } : entry)), /同一套房被选两次（Q4）/],
];
test.each(forgeries)('S2: %s: found from the lane alone, and as rewritten from the seals', (_name, tamper, expected) => {
  const alone = read(forged(tamper), { seals: false });
  expect(alone.wrong).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  const sealed = read(forged(tamper));
  expect(sealed.wrong).toEqual(expect.arrayContaining([expect.stringMatching(/与 2026-06-0\d 的封存不符：台账在封存之后被改写/)]));
});

test('S2: an entry left out without making the hashes right is found where it is missing', () => {
  const lane = published.streams[laneStream(LANE)]!;
  const { open, wrong } = read({ ...published, streams: { ...published.streams, [laneStream(LANE)]: [...lane.slice(0, 4), ...lane.slice(5)] } });
  expect([...open, ...wrong].join()).toMatch(/lane\.zhanggong-2 第 5 条：缺少这一条/);
  expect(read({ ...published, streams: { ...published.streams, [laneStream(LANE)]: lane.map((entry, at) => (at === 4 ? { ...entry, atMs: entry.atMs + 1 } : entry)) } }).wrong.join()).toMatch(/第 5 条：内容与哈希不符，被改过/);
});

test('S2: a tail or a whole stream that the service hides is given away by the seals', () => {
  const lane = published.streams[laneStream(LANE)]!;
  expect(read({ ...published, streams: { ...published.streams, [laneStream(LANE)]: lane.slice(0, 5) } }).wrong.join()).toMatch(/lane\.zhanggong-2：.*封存记有第 \d+ 条，网站却说只有 5 条：末尾的记录被隐去/);
  const papers = new Papers();
  const shown = published.directory.streams.filter(({ stream }) => stream !== groupStream(GROUP));
  for (const document of [published.seals, { streams: shown, nextCursor: null }]) papers.add(document);
  expect(papers.check({ keys: {}, rulesOf: () => null }).filter(({ verdict }) => verdict === 'wrong').map(({ zh }) => zh)).toEqual([expect.stringMatching(/^group\.publicRental-2：.*目录里却没有：整条链被隐去/)]);
});
