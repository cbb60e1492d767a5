/** The client's pure parts: which view to believe, what time it is, one key per act, what the words say. */
import fc from 'fast-check';
import { Acts, isUnsettled, uuidOf, type Act } from '@/services/acts';
import { LiveFeed, type ChannelEvents } from '@/services/live-feed';
import { judgePush, judgeSnapshot, place, type Views } from '@/services/live-view';
import { ServerClock } from '@/services/server-clock';
import { buildEntranceGrids, doorSlot } from '@/components/unit-rows';
import { laneStatus } from '@/components/lane-status';
import { differences, narrow, noFilter } from '@/selection/home-filter';
import { formatLeft, nearMoment, nextNumbers, spokenLeft } from '@/wording';
import { routes, type RouteName } from '@shared/contract/routes';
import { HOUR_MS, MINUTE_MS } from '@shared/shanghai-time';
import { buildHomes, buildView, NOON_MS, samples } from './support/canned';

test('every canned answer is one the contract allows', () => {
  for (const name of Object.keys(samples) as RouteName[]) {
    for (const sample of samples[name] as unknown[]) expect(() => routes[name].answer.parse(sample)).not.toThrow();
  }
});

describe('live view: old dropped, next applied, gap resynced', () => {
  test('by sequence', () => {
    const held = buildView({ seq: 10 });
    expect(judgePush(undefined, buildView({ seq: 3 }))).toBe('apply');
    expect(judgePush(held, buildView({ seq: 9 }))).toBe('drop');
    expect(judgePush(held, buildView({ seq: 11 }))).toBe('apply');
    expect(judgePush(held, buildView({ seq: 12 }))).toBe('resync');
    expect(judgePush(held, buildView({ seq: 10, serverNowMs: held.serverNowMs + 1 }))).toBe('apply'); // counts coalesced
    expect(judgeSnapshot(held, buildView({ seq: 9 }))).toBe('drop'); // a slow answer, overtaken by the socket
    expect(judgeSnapshot(held, buildView({ seq: 15 }))).toBe('apply');
  });

  test('whatever the order of arrival, what is shown never goes back and ends at the newest', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean()), { minLength: 1, maxLength: 40 }), (arrivals) => {
      let views: Views = {};
      let shown = 0;
      for (const [seq, isPush] of arrivals) {
        const view = buildView({ seq, serverNowMs: NOON_MS + seq });
        const held = views[view.laneId];
        const verdict = isPush ? judgePush(held, view) : judgeSnapshot(held, view);
        if (verdict !== 'drop') views = place(views, view);
        expect(views[view.laneId]!.seq).toBeGreaterThanOrEqual(shown);
        shown = views[view.laneId]!.seq;
      }
      expect(shown).toBe(Math.max(...arrivals.map(([seq]) => seq)));
    }));
  });

  test('says in words what state a lane is in', () => {
    const idle = { turn: null, remaining: 3, waiting: 5 };
    expect(laneStatus(buildView(idle), NOON_MS)).toBe('waitingNext');
    expect(laneStatus(buildView(idle), NOON_MS + 8 * HOUR_MS)).toBe('waitingWindow'); // T4: 18:30
    expect(laneStatus(buildView({ ...idle, remaining: 0 }), NOON_MS)).toBe('noHomes');
    expect(laneStatus(buildView(), NOON_MS)).toBe('running');
  });
});

describe('live feed', () => {
  beforeEach(() => { jest.useFakeTimers(); });
  afterEach(() => { jest.useRealTimers(); });
  const settle = () => jest.advanceTimersByTimeAsync(0);

  function feedOn({ withChannel = true } = {}) {
    const seen: number[] = [];
    const state = { seq: 1, fetches: 0, isOffline: false, closed: 0, events: null as ChannelEvents | null };
    const feed = new LiveFeed({
      fetchSnapshots: async () => { state.fetches += 1; return state.isOffline ? null : [buildView({ seq: state.seq, serverNowMs: NOON_MS + state.seq })]; },
      openChannel: withChannel ? async (_laneIds, events) => { state.events = events; return { close: () => { state.closed += 1; } }; } : undefined,
      onViews: (views) => seen.push(views['zhanggong-2']!.seq),
      pollMs: 5_000, jitterMs: () => 100,
    });
    return { feed, state, seen };
  }

  test('polls until the channel is up, again when it is down, and not at all when stopped', async () => {
    const { feed, state } = feedOn();
    await feed.start();
    await settle();
    state.events!.up([buildView({ seq: 1 })]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(state.fetches).toBe(1);
    state.events!.down();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(state.fetches).toBe(2);
    feed.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(state.fetches).toBe(2);
    expect(state.closed).toBe(1);
  });

  test('a gap is shown at once and then resynced', async () => {
    const { feed, state, seen } = feedOn();
    await feed.start();
    await settle();
    state.events!.up([]);
    state.events!.pushed(buildView({ seq: 2 }));
    state.events!.pushed(buildView({ seq: 5 }));
    state.events!.pushed(buildView({ seq: 4 }));
    expect(seen).toEqual([1, 2, 5]);
    state.seq = 6;
    await jest.advanceTimersByTimeAsync(150);
    expect(state.fetches).toBe(2);
    expect(seen.at(-1)).toBe(6);
  });

  test('page shown again fetches; a channel is opened once the first snapshot could be had', async () => {
    const { feed, state } = feedOn();
    state.isOffline = true;
    await feed.start();
    expect(state.events).toBeNull();
    state.isOffline = false;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(state.events).not.toBeNull();
    feed.stop();
    void feed.start();
    await settle();
    expect(state.fetches).toBe(3);
    feed.stop();
  });
});

describe('server clock', () => {
  test('believes the shortest round trip, whatever the phone\'s own clock says', () => {
    fc.assert(fc.property(fc.integer({ min: -86_400_000, max: 86_400_000 }), fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 20 }), (skewMs, trips) => {
      let localMs = NOON_MS + skewMs;
      const clock = new ServerClock(() => localMs);
      for (const [roundTripMs, share] of trips) {
        const sentMs = localMs;
        localMs += roundTripMs;
        clock.sample({ sentMs, receivedMs: localMs, serverNowMs: sentMs - skewMs + roundTripMs * share });
      }
      const best = Math.min(...trips.map(([roundTripMs]) => roundTripMs));
      expect(Math.abs(clock.nowMs() - (localMs - skewMs))).toBeLessThanOrEqual(best / 2 + 1);
    }));
  });

  test('follows a clock that leaps (demonstration), by request or by push', () => {
    let localMs = NOON_MS;
    const clock = new ServerClock(() => localMs);
    clock.sample({ sentMs: localMs, receivedMs: localMs + 20, serverNowMs: NOON_MS + 10 });
    clock.sample({ sentMs: localMs, receivedMs: localMs + 400, serverNowMs: NOON_MS + 4 * HOUR_MS });
    expect(clock.nowMs() - NOON_MS).toBeGreaterThan(3 * HOUR_MS);
    clock.notBefore(NOON_MS + 9 * HOUR_MS);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(NOON_MS + 9 * HOUR_MS);
    localMs += 1_000;
    clock.notBefore(NOON_MS); // an old push proves nothing
    expect(clock.nowMs()).toBeGreaterThanOrEqual(NOON_MS + 9 * HOUR_MS);
  });
});

describe('one key per intended act (Q4)', () => {
  const stored = () => { const map = new Map<string, string>(); return { map, store: { get: (k: string) => map.get(k), set: (k: string, v: string) => void map.set(k, v), remove: (k: string) => void map.delete(k) } }; };

  test('until it is answered an act keeps its key, through restarts; different acts never share one', () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('pick' as const), ticketId: fc.constantFrom('t1', 't2'), listingId: fc.constantFrom('h1', 'h2') }),
      fc.record({ kind: fc.constant('pass' as const), ticketId: fc.constantFrom('t1', 't2'), turnId: fc.constantFrom('u1', 'u2') }),
    );
    fc.assert(fc.property(fc.array(fc.tuple(act, fc.boolean())), (steps) => {
      const { store } = stored();
      let n = 0;
      const open = new Map<string, string>();
      const used = new Set<string>();
      for (const [one, isAnswered] of steps as [Act, boolean][]) {
        const acts = new Acts(store, () => `key-${++n}`); // a new start of the app each time
        const key = acts.keyFor(one);
        const name = JSON.stringify(one);
        const kept = open.get(name);
        if (kept === undefined) expect(used.has(key)).toBe(false);
        else expect(key).toBe(kept);
        used.add(key);
        open.set(name, key);
        if (isAnswered) { acts.settle(one); open.delete(name); }
        expect(acts.isUnanswered(one)).toBe(!isAnswered);
      }
    }));
  });

  test('only an answer that decides settles it', () => {
    expect([null, 401, 429, 500, 502, 503].every(isUnsettled)).toBe(true);
    expect([403, 404, 409, 422].some(isUnsettled)).toBe(false);
  });

  test('keys are UUIDs', () => {
    expect(uuidOf(new Uint8Array(16).fill(255))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  });
});

describe('words and drawings', () => {
  test('time left and moments as people say them', () => {
    expect(formatLeft(3 * HOUR_MS + 5 * MINUTE_MS + 9_999)).toBe('3:05:09');
    expect(formatLeft(-5)).toBe('0:00:00');
    expect(spokenLeft(2 * HOUR_MS)).toBe('2 小时');
    expect(nearMoment(NOON_MS + 4 * HOUR_MS, NOON_MS)).toBe('今天下午 2:30');
    expect(nearMoment(NOON_MS + 22 * HOUR_MS, NOON_MS)).toBe('明天上午 8:30');
    expect(nearMoment(NOON_MS + 90 * HOUR_MS, NOON_MS)).toBe('11月25日 04:30');
    expect(nextNumbers([{ group: 'lowRent-1', queueNumber: 9 }, { group: 'publicRental-1', queueNumber: 1 }, { group: 'publicRental-1', queueNumber: 2 }])).toBe('廉租 9 号，公租 1、2 号');
  });

  test('every home stands once in the unit table, on its floor, top floor first', () => {
    const homes = buildHomes();
    const grids = buildEntranceGrids(homes);
    expect(grids.flatMap((grid) => grid.floors.flatMap((row) => row.doors)).filter((home) => home !== null)).toHaveLength(homes.length);
    expect(grids[0]!.floors.map((row) => row.floor)).toEqual([13, 7, 4, 1]);
    expect(doorSlot({ floor: 13, room: '1302' })).toBe('02');
    expect(doorSlot({ floor: 1, room: '商铺1' })).toBe('1');
  });

  test('filter, order and differences', () => {
    const homes = buildHomes();
    expect(narrow(homes, { ...noFilter, floors: 'high' }).every((home) => home.floor >= 13)).toBe(true);
    const rents = narrow(homes, { ...noFilter, sort: 'rentUp' }).map((home) => home.rentFen);
    expect(rents).toEqual([...rents].sort((a, b) => a - b));
    expect(differences(homes, homes.slice(1)).gone).toEqual([homes[0]]);
  });
});
