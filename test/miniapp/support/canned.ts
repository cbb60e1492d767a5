/**
 * Answers a server of ours could give, made from one small world. Every one of them is checked against the
 * contract's schemas by canned.test.ts, so a page tested on them is tested on the real shapes.
 */
import type { AnswerOf, RouteName } from '@shared/contract/routes';
import type { Home, LiveView, Me, MyPlace, Receipt } from '@shared/contract/schemas';
import type { ErrorCode, Problem } from '@shared/errors';
import { errorCatalogue } from '@shared/errors';
import { HOUR_MS, MINUTE_MS } from '@shared/shanghai-time';

/** 2026-11-21 10:30 in Shanghai: inside the notification window. */
export const NOON_MS = Date.UTC(2026, 10, 21, 2, 30);

const AREAS = [['zhanggong', '章贡区'], ['jingkai', '赣州经开区'], ['rongjiang', '赣州蓉江新区']] as const;
const COMMUNITIES: Record<string, readonly (readonly [string, string])[]> = {
  zhanggong: [['c1', '水西家园'], ['c2', '虔东新居'], ['c3', '蟠龙公寓']], jingkai: [['c4', '金岭安居小区']], rongjiang: [['c5', '蓉江花苑']],
};

/** A live view; override what the test is about. */
export function buildView(overrides: Partial<LiveView> = {}): LiveView {
  const nowMs = overrides.serverNowMs ?? NOON_MS;
  return {
    laneId: 'zhanggong-2', seq: 40, serverNowMs: nowMs, state: 'open', pausedAtMs: null,
    turn: { group: 'publicRental-2', queueNumber: 23, openedAtMs: nowMs - 50 * MINUTE_MS, deadlineMs: nowMs + 3 * HOUR_MS + 10 * MINUTE_MS + 5_000 },
    remaining: 12,
    communities: [{ communityId: 'c1', name: '水西家园', remaining: 5 }, { communityId: 'c2', name: '虔东新居', remaining: 7 }, { communityId: 'c3', name: '蟠龙公寓', remaining: 0 }],
    waiting: 56,
    next: [24, 25, 26, 27, 28].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })),
    recent: [
      { group: 'publicRental-2', queueNumber: 22, outcome: 'picked', endedAtMs: nowMs - HOUR_MS },
      { group: 'publicRental-2', queueNumber: 21, outcome: 'passed', endedAtMs: nowMs - 3 * HOUR_MS },
      { group: 'lowRent-2', queueNumber: 118, outcome: 'missed', endedAtMs: nowMs - 26 * HOUR_MS },
    ],
    ...overrides,
  };
}

/** Nine lanes in every state the board must show. */
export function buildLanes(nowMs = NOON_MS): AnswerOf<'listLanes'> {
  const states: Partial<LiveView>[] = [
    { turn: { group: 'lowRent-1', queueNumber: 7, openedAtMs: nowMs - MINUTE_MS, deadlineMs: null } },
    {},
    { state: 'paused', pausedAtMs: nowMs - 20 * MINUTE_MS },
    { turn: null, remaining: 3 },
    { turn: { group: 'publicRental-2', queueNumber: 1042, openedAtMs: nowMs - 3 * HOUR_MS, deadlineMs: nowMs + 18 * MINUTE_MS } },
    { turn: null, remaining: 0, waiting: 12 },
    { state: 'closed', turn: null, seq: 0, recent: [], next: [] },
    { turn: null, waiting: 0, next: [], remaining: 4 },
    { state: 'closed', turn: null, seq: 0, recent: [] },
  ];
  const lanes = AREAS.flatMap(([code, areaName], a) => [1, 2, 3].map((bedrooms, b) => {
    const communities = COMMUNITIES[code]!.map(([communityId, name], i) => ({ communityId, name, remaining: Math.max(0, 7 - 3 * i - a) }));
    const id = `${code}-${bedrooms}`;
    return { id, areaName, bedrooms, live: buildView({ laneId: id, serverNowMs: nowMs, communities, remaining: communities.reduce((sum, c) => sum + c.remaining, 0), ...states[a * 3 + b] }) };
  }));
  return { lanes };
}

const STATES: Home['state'][] = ['available', 'leased', 'available', 'picked', 'available', 'maintenance', 'reserved', 'allocated'];

/** A community's homes: two buildings, two entrances, four floors, two doors. */
export function buildHomes(communityId = 'c1', communityName = '水西家园'): Home[] {
  const homes: Home[] = [];
  for (const building of ['1栋', '2栋']) for (const entrance of ['1单元', '2单元']) for (const floor of [1, 4, 7, 13]) for (const door of [1, 2]) {
    const n = homes.length;
    homes.push({
      id: `${communityId}-h${n}`, communityId, communityName, building, entrance, floor, room: `${floor}0${door}`, bedrooms: n % 3 === 0 ? 1 : 2,
      areaSqm: 38 + ((n * 7) % 25) + 0.53, orientation: ['南', '东南', '北', '西南'][n % 4]!, rentFen: (240 + n * 9) * 100, state: STATES[n % STATES.length]!,
    });
  }
  return homes;
}

export function buildUnitTable(communityId = 'c1', communityName = '水西家园'): AnswerOf<'getUnitTable'> {
  const homes = buildHomes(communityId, communityName);
  return { community: { id: communityId, name: communityName, district: '章贡区', homes: homes.length, remainingByBedrooms: { 1: 5, 2: 7 } }, homes };
}

/** Homes the family may choose from. */
export function buildHomeList(overrides: Partial<AnswerOf<'listMyHomes'>> = {}): AnswerOf<'listMyHomes'> {
  const homes = [...buildHomes('c1', '水西家园'), ...buildHomes('c2', '虔东新居')].filter((home) => home.state === 'available' && home.bedrooms === 2);
  return { serverNowMs: NOON_MS, seq: 40, homes, ...overrides };
}

export function buildPlace(overrides: Partial<MyPlace> = {}): MyPlace {
  return {
    ticketId: 't23', group: 'publicRental-2', queueNumber: 23, laneId: 'zhanggong-2', areaName: '章贡区', bedrooms: 2,
    state: 'queued', calledUp: false, ahead: 17, deferrals: 0, notBeforeMs: 0, turn: null, ...overrides,
  };
}

/** The same family when its turn has come. */
export function buildOnTurn(nowMs = NOON_MS, overrides: Partial<MyPlace> = {}): MyPlace {
  return buildPlace({
    state: 'onTurn', calledUp: true, ahead: null,
    turn: { id: 'zhanggong-2.38', openedAtMs: nowMs - 50 * MINUTE_MS, notifiedAtMs: nowMs - 50 * MINUTE_MS, deadlineMs: nowMs + 3 * HOUR_MS + 10 * MINUTE_MS + 5_000, movedMs: 0 },
    ...overrides,
  });
}

export function buildMe(places: readonly MyPlace[] = [buildPlace()], nowMs = NOON_MS): Me {
  return { serverNowMs: nowMs, phoneMasked: '138****0023', households: [{ id: 'hh23', applicantMasked: '张**', size: 3, district: '章贡区', street: '解放街道', places: [...places] }] };
}

export function buildReceipt(home: Home = buildHomeList().homes[0]!): Receipt {
  const content: Receipt['content'] = {
    kind: 'pick', ticketId: 't23', group: 'publicRental-2', queueNumber: 23, applicantMasked: '张**', listingId: home.id,
    address: `${home.communityName}${home.building}${home.entrance}${home.room}`, bedrooms: home.bedrooms, areaSqm: home.areaSqm, rentFen: home.rentFen,
    pickedAtMs: NOON_MS, assisted: false, ruleSetVersion: 1, ledger: { stream: 'lane.zhanggong-2', seq: 41, hash: 'ab12'.repeat(16) },
  };
  return { content, body: JSON.stringify(content), signature: '9f3c7a21'.repeat(16), keyId: 'k1', publicKey: `04${'7d'.repeat(64)}` };
}

export function buildLedger(): AnswerOf<'getLedger'> {
  const opens: [string, Record<string, unknown>][] = [
    ['LaneOpened', {}], ['FamiliesCalledUp', { tickets: [{ group: 'publicRental-2', queueNumber: 22 }, { group: 'publicRental-2', queueNumber: 23 }], homes: 12 }],
    ['TurnOpened', { group: 'publicRental-2', queueNumber: 22 }], ['TurnNotified', { turnId: 'zhanggong-2.3', deadlineMs: NOON_MS + HOUR_MS, handed: true }],
    ['HomePicked', { turnId: 'zhanggong-2.3', group: 'publicRental-2', queueNumber: 22, community: '水西家园', building: '1栋', entrance: '1单元', room: '401', assisted: false }],
    ['TurnOpened', { group: 'publicRental-2', queueNumber: 23 }],
  ];
  const entries = opens.map(([type, open], i) => ({
    stream: 'lane.zhanggong-2', seq: i + 1, atMs: NOON_MS - (opens.length - i) * 20 * MINUTE_MS, type, open: { ...open, ruleSet: 1 },
    detailHash: '0a'.repeat(32), prevHash: '0b'.repeat(32), hash: `${i}c`.repeat(32),
  }));
  return { stream: 'lane.zhanggong-2', entries, head: { seq: entries.length, hash: entries.at(-1)!.hash } };
}

export function buildHealth(demo = false, nowMs = NOON_MS): AnswerOf<'health'> {
  return { status: 'ok', store: 'embedded', version: '0.1.0', serverNowMs: nowMs, demo };
}

/** A refusal as the server words it. */
export function buildProblem(code: ErrorCode, extra: Partial<Problem> = {}): Problem {
  return { type: `/problems/${code.toLowerCase()}`, code, traceId: 'trace-1', ...errorCatalogue[code], ...extra };
}

/** One answer of each route the client calls, to be checked against the contract. */
export const samples: Partial<{ [N in RouteName]: AnswerOf<N>[] }> = {
  health: [buildHealth(), buildHealth(true)],
  listLanes: [buildLanes()],
  getLive: [buildView(), buildView({ state: 'paused' }), buildView({ turn: null })],
  getUnitTable: [buildUnitTable()],
  listMyHomes: [buildHomeList()],
  getMe: [buildMe(), buildMe([buildOnTurn()]), buildMe([buildPlace({ state: 'picked', ahead: null }), buildPlace({ state: 'missed', ahead: null })])],
  pickHome: [buildReceipt()],
  getLedger: [buildLedger()],
  requestCode: [{ resendAfterS: 60, validForS: 600 }],
  signIn: [{ token: 'token-1', expiresAtMs: NOON_MS + 24 * HOUR_MS }],
  passTurn: [{ ticketId: 't23', endedAtMs: NOON_MS, ledger: { stream: 'lane.zhanggong-2', seq: 41, hash: 'ab'.repeat(32) } }],
  checkReceipt: [{ valid: true, inLedger: true }],
};
