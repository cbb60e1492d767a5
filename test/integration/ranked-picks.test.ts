/** Q9 on a real store: what is written, what is told, what survives the server being down, and who wins a race. */
import { rankingHandlers } from '../../bff/features/ranking/handlers';
import { recordSmsReceipt } from '../../bff/features/contact/proof';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { systemAct } from '../../bff/kernel';
import { laneStream } from '../../bff/store/ledger';
import type { AnswerOf, Route } from '../../shared/contract/routes';
import { routes } from '../../shared/contract/routes';
import { rankedPickConsent } from '../../shared/ranked-pick';
import { dayOf } from '../../shared/shanghai-time';
import { defaultRuleSet } from '../../config/default-rule-set';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const HOUR = 3_600_000;
const [ONE, TWO, FAR] = ['publicRental-2-1', 'publicRental-2-2', 'publicRental-2-9'];
const home = (n: number) => `${LANE}-home-${n}`;
type RankingAnswer = AnswerOf<'getMyRanking'>;

let world: World;
let keys = 0;
beforeEach(async () => {
  world = await buildWorld();
  await offer(2, true);
  // Two homes: three families behind the one at turn are called up, the fifth is not.
  await seedLane(world.kernel, { families: [1, 2, 3, 4, 9].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })), homes: 2 });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
});
afterEach(() => world.close());

const offer = async (number: number, rankedPickOffered: boolean) => {
  await world.store.transact((tx) => tx.ruleSets.insert({ id: `ruleSet-${number}`, number, title: '', reason: '', effectiveAtMs: number === 2 ? 0 : world.clock.nowMs, publishedAtMs: 0, publishedBy: '', values: { ...defaultRuleSet, rankedPickOffered, rankedHomesMax: 2 } }));
  await world.kernel.rulebook.refresh();
};
const family = (index: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: world.kernel.crypto.blindIndex('phone', phoneOf(index)) });
const clerk: Caller = { kind: 'staff', sessionId: 's', staffId: 'window-1', role: 'window', districts: ['章贡区'] };

/** Through the handlers, held against the contract; the code when refused. */
async function call(name: 'getMyRanking' | 'rankHomes' | 'agreeToRanking' | 'revokeRanking' | 'rankForFamily' | 'revokeForFamily', by: Caller, ticketId: string, body?: unknown, key = `key-${(keys += 1)}`): Promise<RankingAnswer | string> {
  const route: Route = routes[name];
  if (route.body !== undefined) expect(route.body.safeParse(body).error).toBeUndefined();
  const handler = rankingHandlers(world.kernel)[name] as (request: ApiRequest<never>) => Promise<RankingAnswer | Refusal>;
  const answer = await handler({ caller: by, params: { ticketId }, body, query: {}, idempotencyKey: key, address: 'test', traceId: '', rawBody: '', headers: {} } as never);
  if (answer instanceof Refusal) return answer.code;
  expect(route.answer.safeParse(answer).error).toBeUndefined();
  return answer;
}
const rank = (...ids: string[]) => call('rankHomes', family(0), ONE, { listingIds: ids });
const agree = async (version?: number) => call('agreeToRanking', family(0), ONE, { version: version ?? ((await call('getMyRanking', family(0), ONE)) as RankingAnswer).version, wording: rankedPickConsent.wording, confirm: true });
const revoke = () => call('revokeRanking', family(0), ONE, { confirm: true });
const rankAndAgree = async (...ids: string[]) => {
  await rank(...ids);
  expect(await agree()).toMatchObject({ agreed: { wording: rankedPickConsent.wording, assisted: false } });
};
const turn = () => world.store.read(async (tx) => (await tx.turns.find({ laneId: LANE, isOpen: true }))[0] ?? null);
const ticketOf = (id: string) => world.store.read(async (tx) => (await tx.tickets.get(id))!);
const stateOf = (id: string) => world.store.read(async (tx) => (await tx.listings.get(id))!.state);
const entries = () => world.store.read((tx) => tx.ledger.find({ stream: laneStream(LANE) }, { sort: [['seq', 'asc']] }));
const told = async () => recordSmsReceipt(world.kernel, systemAct('回执'), { gatewayId: `gw-sms-turnOpened-${(await turn())!.id}`, status: 'delivered', atMs: world.clock.nowMs });
const texts = (index: number) => world.gateway.sent.filter((message) => message.phone === phoneOf(index)).map(({ text }) => text);
/** To an instant, with the service up all along; the timer looks unless told otherwise. */
const goTo = async (atMs: number, look = true) => {
  await beatWithoutCredit(world.kernel, atMs);
  world.clock.nowMs = atMs;
  if (look) await world.tick();
};
const DEADLINE = MORNING_MS + 4 * HOUR;

test('Q9, A1, S1, S2, S4: at the deadline its first choice is picked for it, publicised, receipted, told, and on public record as by ranking', async () => {
  await rankAndAgree(home(2), home(1));
  await told();
  await goTo(DEADLINE - 1);
  expect(await ticketOf(ONE)).toMatchObject({ state: 'onTurn' });
  await goTo(DEADLINE);
  expect([await ticketOf(ONE), await stateOf(home(2)), await stateOf(home(1))]).toMatchObject([{ state: 'picked' }, 'picked', 'available']);
  expect(await turn()).toMatchObject({ queueNumber: 2 });

  const entry = (await entries()).find(({ type }) => type === 'HomePicked')!;
  expect(entry).toMatchObject({ atMs: DEADLINE, open: { ranked: true, assisted: false, listingId: home(2), group: 'publicRental-2', queueNumber: 1 } });
  expect(JSON.stringify(entry.open)).not.toMatch(/199\d{8}|试0|household/);
  expect(JSON.parse(entry.detail)).toMatchObject({ ranking: { listingIds: [home(2), home(1)], agreed: { wording: rankedPickConsent.wording } } });

  const [pick] = await world.store.read((tx) => tx.picks.find({ ticketId: ONE }));
  expect(JSON.parse(pick!.receipt.body)).toMatchObject({ ranked: true, assisted: false, listingId: home(2), pickedAtMs: DEADLINE, ledger: { seq: entry.seq, hash: entry.hash } });
  expect(await world.store.read((tx) => tx.allocations.find({ ticketId: ONE }))).toMatchObject([{ state: 'publicised', listingId: home(2) }]);
  expect(texts(0).at(-1)).toMatch(/按您家事先同意的排序选定.*102室/);
  await goTo(DEADLINE + HOUR);
  expect((await entries()).filter(({ type }) => type === 'HomePicked' || type === 'TurnMissed')).toHaveLength(1);
});

test('Q9: off by default, nothing changes: nobody can rank, and what was agreed to before does not count', async () => {
  await rankAndAgree(home(1));
  await goTo(MORNING_MS + HOUR);
  await offer(3, false);
  // The running turn keeps the rules it was opened under (docs/adr/0006); the family behind it is under the new ones.
  expect(await call('rankHomes', family(1), TWO, { listingIds: [home(1)] })).toBe('RANKING_NOT_OFFERED');
  expect(await call('getMyRanking', family(1), TWO)).toMatchObject({ offered: false, version: 0, homes: [] });
  expect(await call('getMyRanking', family(0), ONE)).toMatchObject({ offered: true });
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(ONE) });
  expect(await ticketOf(ONE)).toMatchObject({ state: 'missed' });
});

test('Q9: a turn opened under rules that do not offer it is missed, whatever was agreed to before', async () => {
  expect(await call('rankForFamily', clerk, TWO, { listingIds: [home(1)], wording: 1, place: '章贡窗口', consent: '本人到场签字' })).toMatchObject({ agreed: { assisted: true } });
  await goTo(MORNING_MS + HOUR);
  await offer(3, false);
  await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(ONE) });
  await world.tick();
  await told();
  await goTo((await turn())!.deadlineMs!);
  expect(await ticketOf(TWO)).toMatchObject({ state: 'missed' });
});

test('Q9, Q6, T6: the server was down at the deadline: the time is given back, and then it is picked, once', async () => {
  await rankAndAgree(home(1));
  await told();
  world.clock.nowMs = DEADLINE + 2 * HOUR;
  world.heartbeat.forget();
  await world.tick();
  const moved = (await turn())!;
  expect(moved).toMatchObject({ queueNumber: 1 });
  await goTo(moved.deadlineMs!);
  expect((await entries()).filter(({ type }) => type === 'HomePicked')).toMatchObject([{ atMs: moved.deadlineMs, open: { ranked: true } }]);
});

test('Q9, Q6, T2: the timer comes late, past midnight: dated at the deadline, publicised from the day it can be seen', async () => {
  await world.command(LANE, { type: 'PauseLane', reason: '停电' });
  await goTo(MORNING_MS + 9.9 * HOUR);
  await world.command(LANE, { type: 'ResumeLane', reason: '来电' });
  await rankAndAgree(home(1));
  await told();
  const { deadlineMs } = (await turn())!;
  expect(dayOf(deadlineMs! + 3 * HOUR)).not.toBe(dayOf(deadlineMs!));
  await goTo(deadlineMs! + 3 * HOUR);
  expect((await entries()).find(({ type }) => type === 'HomePicked')).toMatchObject({ atMs: deadlineMs });
  const [publicity] = await world.store.read((tx) => tx.publicities.find({ kind: 'result' }));
  expect(publicity!.firstDay).toBe(dayOf(deadlineMs! + 3 * HOUR));
});

test('Q9: revoked, it is missed as before; the order stays and can be agreed to again', async () => {
  await rankAndAgree(home(1));
  expect(await revoke()).toMatchObject({ agreed: null, homes: [{ listingId: home(1), available: true }] });
  expect(await revoke()).toBe('ALREADY_DONE');
  await told();
  await goTo(DEADLINE);
  expect(await ticketOf(ONE)).toMatchObject({ state: 'missed' });
  expect(await agree(9)).toBe('TURN_OVER');
});

test('Q9: a revocation at the deadline meets what the deadline did, whichever comes first', async () => {
  await rankAndAgree(home(1));
  await told();
  await goTo(DEADLINE, false);
  expect(await revoke()).toBe('ALREADY_PICKED');
  expect(await ticketOf(ONE)).toMatchObject({ state: 'picked' });
  expect((await entries()).filter(({ type }) => type === 'HomePicked')).toHaveLength(1);
});

/** Runs `act`, and lets the timer commit the deadline while the act's own transaction is about to: it was judged a millisecond before. */
async function raceWithDeadline<T>(act: () => Promise<T>): Promise<T> {
  await goTo(DEADLINE - 1, false);
  const before = (await world.store.read((tx) => tx.rankings.get(ONE)))!.version;
  const original = world.store.transact.bind(world.store);
  let races = 0;
  const spy = jest.spyOn(world.store, 'transact').mockImplementation((work, options) => original(async (tx) => {
    const result = await work(tx);
    if (races === 0 && (await tx.rankings.get(ONE))!.version > before) {
      races += 1;
      await goTo(DEADLINE, false);
      await world.command(LANE, { type: 'Settle' });
    }
    return result;
  }, options));
  const answer = await act();
  spy.mockRestore();
  expect(races).toBe(1);
  return answer;
}

test('Q9: a revocation and the deadline at once: the later one sees the earlier', async () => {
  await rankAndAgree(home(1));
  await told();
  expect(await raceWithDeadline(revoke)).toBe('ALREADY_PICKED');
  expect(await ticketOf(ONE)).toMatchObject({ state: 'picked' });
  expect(await world.store.read(async (tx) => (await tx.rankings.get(ONE))!.agreed)).not.toBeNull();
});

test('Q9: agreeing and the deadline at once: refused, never a consent to a turn that was missed', async () => {
  await rank(home(1));
  await told();
  const { version } = (await call('getMyRanking', family(0), ONE)) as RankingAnswer;
  expect(await raceWithDeadline(() => agree(version))).toBe('TURN_OVER');
  expect(await ticketOf(ONE)).toMatchObject({ state: 'missed' });
  expect(await world.store.read(async (tx) => (await tx.rankings.get(ONE))!.agreed)).toBeNull();
});

test('Q9, L3: a home withdrawn or picked by another since is skipped; with none left it is missed', async () => {
  await rankAndAgree(home(1), home(2));
  await told();
  await world.store.transact(async (tx) => tx.listings.replace({ ...(await tx.listings.get(home(1)))!, state: 'maintenance' }));
  expect(await call('getMyRanking', family(0), ONE)).toMatchObject({ homes: [{ available: false }, { available: true }] });
  await goTo(DEADLINE);
  expect([await ticketOf(ONE), await stateOf(home(1)), await stateOf(home(2))]).toMatchObject([{ state: 'picked' }, 'maintenance', 'picked']);
});

test('Q9, Q8: without proof that the family was told it is deferred, keeping its consent; picked when it is told at last', async () => {
  await rankAndAgree(home(1));
  await goTo(DEADLINE);
  const deferred = await ticketOf(ONE);
  expect(deferred).toMatchObject({ state: 'queued', deferrals: 1 });
  for (const id of [TWO, 'publicRental-2-3', 'publicRental-2-4', FAR]) {
    await world.command(LANE, { type: 'PassTurn', ticket: await ticketOf(id) });
    await world.tick();
  }
  await goTo(deferred.notBeforeMs);
  expect(await turn()).toMatchObject({ queueNumber: 1 });
  await told();
  await goTo((await turn())!.deadlineMs!);
  expect(await ticketOf(ONE)).toMatchObject({ state: 'picked' });
});

test('Q9, Q2, P1: only who was called up may rank, only homes of its lane, only its own number', async () => {
  expect(await call('rankHomes', family(4), FAR, { listingIds: [home(1)] })).toBe('NOT_CALLED_UP');
  expect(await call('rankHomes', family(1), ONE, { listingIds: [home(1)] })).toBe('NOT_FOUND');
  expect(await call('getMyRanking', family(1), ONE)).toBe('NOT_FOUND');
  expect(await call('rankForFamily', { ...clerk, districts: ['南康区'] } as Caller, ONE, { listingIds: [home(1)], wording: 1, place: '窗口', consent: '本人到场签字' })).toBe('NOT_FOUND');
  await seedLane(world.kernel, { laneId: 'jingkai-2', families: [], homes: 1 });
  expect(await rank('jingkai-2-home-1')).toBe('HOME_NOT_IN_LANE');
  expect(await call('rankHomes', family(1), TWO, { listingIds: [home(1)] })).toMatchObject({ homes: [{ listingId: home(1) }] }); // called up, not yet at turn
  await seedLane(world.kernel, { laneId: 'rongjiang-2', families: [], homes: 1 });
  expect(await rank(home(1), home(2), 'rongjiang-2-home-1')).toBe('VALIDATION_FAILED');
});

test('Q9, Q4: the same request number, the same answer; another content under it is refused; nothing is told twice', async () => {
  await rank(home(1));
  const { version } = (await call('getMyRanking', family(0), ONE)) as RankingAnswer;
  const body = { version, wording: 1, confirm: true };
  const once = await call('agreeToRanking', family(0), ONE, body, 'a key of mine');
  expect(await call('agreeToRanking', family(0), ONE, body, 'a key of mine')).toEqual(once);
  expect(await call('revokeRanking', family(0), ONE, { confirm: true }, 'a key of mine')).toBe('IDEMPOTENCY_KEY_REUSED');
  await world.tick();
  expect(texts(0).filter((text) => text.includes('同意到截止时间'))).toHaveLength(1);
  expect(await call('agreeToRanking', family(0), ONE, { ...body, wording: 2 })).toBe('CONSENT_WORDING_CHANGED');
  expect(await agree(version)).toBe('REQUEST_IN_CONFLICT');
});

test('Q9, Q10, S1: a service window records order and consent for a family, and takes it back; who, where and how are on record', async () => {
  expect(await call('rankForFamily', clerk, ONE, { listingIds: [home(2)], wording: 9, place: '章贡窗口', consent: '本人到场签字' })).toBe('CONSENT_WORDING_CHANGED');
  expect(await world.store.read((tx) => tx.rankings.get(ONE))).toBeNull();
  await call('rankForFamily', clerk, ONE, { listingIds: [home(2)], wording: 1, place: '章贡窗口', consent: '本人到场签字' });
  expect(await call('revokeForFamily', clerk, ONE, { place: '章贡窗口', consent: '本人到场签字' })).toMatchObject({ agreed: null });
  const acts = await world.store.read((tx) => tx.ledger.find({ stream: 'household.household-0' }, { sort: [['seq', 'asc']] }));
  expect(acts.map(({ type, open }) => [type, open])).toEqual([['RankingAgreed', {}], ['RankingRevoked', {}]]);
  expect(JSON.parse(acts[0]!.detail)).toMatchObject({ actor: { id: 'window-1', role: 'window' }, assisted: { staffId: 'window-1', place: '章贡窗口', consent: '本人到场签字' }, listingIds: [home(2)] });
});
