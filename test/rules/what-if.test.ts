/**
 * What-if: a past period played again. Under the rules really in force it gives exactly what happened, whatever families,
 * staff, the gateway and outages did; under others it gives what these rules say, as worked out by hand. Nothing is touched.
 */
import fc from 'fast-check';
import { defaultRuleSet } from '../../config/default-rule-set';
import type { RuleSetValues } from '../../bff/domain/rules/rule-set';
import { proveTurn, recordSmsReceipt } from '../../bff/features/contact/proof';
import { returnHome } from '../../bff/features/listing-pool/pool';
import { playWhatIf } from '../../bff/features/rule-sets/what-if';
import { endTicket, joinQueue } from '../../bff/features/waiting/queue';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { laneStream } from '../../bff/store/ledger';
import { buildHousehold, buildListing, buildTicket, seedLane } from '../support/build';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DAY = 24 * HOUR;
const LANES = ['zhanggong-2', 'jingkai-2'];

class City {
  private families = 0;
  private homes = 0;
  constructor(readonly world: World) {}

  /** Under these rules, and from 15:00 on under others: turns run on across the change. */
  static async build(values: Partial<RuleSetValues> = {}, later: Partial<RuleSetValues> = {}): Promise<City> {
    const world = await buildWorld();
    for (const [number, effectiveAtMs, changed] of [[2, 0, values], [3, MORNING_MS + 5 * HOUR, { ...values, ...later }]] as const) {
      await world.store.transact((tx) => tx.ruleSets.insert({ id: `ruleSet-${number}`, number, title: '', reason: '', effectiveAtMs, publishedAtMs: 0, publishedBy: '', values: { ...defaultRuleSet, ...changed } }));
    }
    await world.kernel.rulebook.refresh();
    for (const laneId of LANES) await seedLane(world.kernel, { laneId, families: [], homes: 0 });
    return new City(world);
  }
  /** A family joins; `of` gives an earlier one a new number. */
  async join(laneId: string, group = 'publicRental-2', of: string | null = null): Promise<string> {
    const queueNumber = (this.families += 1);
    const { kernel } = this.world;
    await change(kernel, systemAct('test'), async (work) => {
      const household = of === null ? await work.tx.households.insert(buildHousehold(kernel, queueNumber)) : (await work.tx.households.get(of))!;
      const { version: _v, ...ticket } = buildTicket({ laneId, group, queueNumber, householdId: household.id, state: 'publicised', batchDay: `2026-05-${String(Math.min(queueNumber, 31)).padStart(2, '0')}`, ruleSetVersion: 2 });
      await joinQueue(work, [await work.tx.tickets.insert(ticket)]);
    });
    return `${group}-${queueNumber}`;
  }
  async offer(laneId: string): Promise<void> {
    const id = `${laneId}-home-${(this.homes += 1)}`;
    await change(this.world.kernel, systemAct('test'), async (work) => {
      const { version: _v, ...listing } = buildListing({ id, laneId, room: id, communityId: `community-${laneId.split('-')[0]}`, state: 'inReview' });
      await returnHome(work, await work.tx.listings.insert(listing), 'test');
    });
  }
  async withdraw(laneId: string): Promise<void> {
    await change(this.world.kernel, systemAct('test'), async (work) => {
      const [listing] = await work.tx.listings.find({ laneId, state: 'available' }, { limit: 1 });
      if (listing === undefined) return;
      await work.tx.listings.replace({ ...listing, state: 'maintenance' });
      await work.record({ stream: laneStream(laneId), type: 'HomesRemoved', open: { removedListingIds: [listing.id], cause: 'test' } });
    });
  }
  async leave(laneId: string, queueNumber?: number): Promise<void> {
    await change(this.world.kernel, systemAct('test'), async (work) => {
      const queued = await work.tx.tickets.find({ laneId, state: 'queued' });
      const leaving = queueNumber === undefined ? queued.at(-1) : queued.find((ticket) => ticket.queueNumber === queueNumber);
      if (queued.length > 1) await endTicket(work, leaving!, 'void');
    });
  }
  turn(laneId: string) {
    return this.world.store.read(async (tx) => (await tx.turns.find({ laneId, isOpen: true }))[0] ?? null);
  }
  async act(laneId: string, how: 'pick' | 'pass' | 'receipt' | 'call', agoMs = 0): Promise<void> {
    const { store, kernel } = this.world;
    const turn = await this.turn(laneId);
    if (turn === null) return;
    await kernel.ensureAlive();
    const ticket = (await store.read((tx) => tx.tickets.get(turn.ticketId)))!;
    if (how === 'receipt') await recordSmsReceipt(kernel, systemAct('回执'), { gatewayId: `gw-sms-turnOpened-${turn.id}`, status: 'delivered', atMs: this.world.clock.nowMs - agoMs });
    else if (how === 'call') await change(kernel, systemAct('电话'), (work) => proveTurn(kernel, work, turn, 'staffCall', work.nowMs));
    else if (how === 'pass') await this.world.command(laneId, { type: 'PassTurn', ticket });
    else {
      const [listing] = await store.read((tx) => tx.listings.find({ laneId, state: 'available' }, { limit: 1 }));
      await this.world.command(laneId, { type: 'PickHome', ticket, listing: listing ?? null, assisted: null });
    }
  }
  /** Q9: the family at turn agrees to have one of these picked for it. */
  async rank(laneId: string, homes: number): Promise<void> {
    const turn = await this.turn(laneId);
    if (turn === null) return;
    await this.world.store.transact(async (tx) => {
      const listingIds = (await tx.listings.find({ laneId }, { sort: [['id', 'desc']], limit: homes })).map(({ id }) => id);
      const { ticketId, householdId } = turn;
      const ranking = { id: ticketId, householdId, laneId, listingIds, rankedAtMs: 0, agreed: { atMs: 0, wording: 1, assisted: null } };
      const earlier = await tx.rankings.get(ticketId);
      if (earlier === null) await tx.rankings.insert(ranking);
      else await tx.rankings.replace({ ...earlier, listingIds });
    });
  }
  /** Time passes with the service up; the timer looks `lagMs` late. */
  async pass(ms: number, lagMs = 0, look = true): Promise<void> {
    const { world } = this;
    world.clock.nowMs += ms + lagMs;
    await beatWithoutCredit(world.kernel, world.clock.nowMs);
    world.heartbeat.forget();
    if (look) await world.tick();
  }
  async outage(ms: number): Promise<void> {
    await this.world.kernel.ensureAlive();
    this.world.clock.nowMs += ms;
    this.world.heartbeat.forget();
    await this.world.tick();
  }
  async play(values: Partial<RuleSetValues> | null, fromMs: number, toMs = this.world.clock.nowMs + 1) {
    const answer = await playWhatIf(this.world.kernel, 'x', values === null ? this.world.kernel.rules() : { version: 0, values: { ...this.world.kernel.rules().values, ...values } }, fromMs, toMs);
    return answer!;
  }
}

type Deed = readonly [kind: number, lane: number, amount: number];
async function perform(city: City, [kind, at, amount]: Deed): Promise<void> {
  const { world } = city;
  const laneId = LANES[at]!;
  switch (kind) {
    case 0: return city.pass(amount * 10 * MINUTE, amount * 37);
    case 1: return city.pass(amount * 3 * MINUTE, 0, false);
    case 2: return city.act(laneId, 'pick');
    case 3: return city.act(laneId, 'pass');
    case 4: return city.act(laneId, 'receipt', amount % 2 === 0 ? 0 : amount * 5 * MINUTE);
    case 5: return city.act(laneId, 'call');
    case 6: return void (await city.join(laneId, amount % 3 === 0 ? 'lowRent-2' : 'publicRental-2'));
    case 7: return city.offer(laneId);
    case 8: return amount % 4 === 0 ? city.withdraw(laneId) : city.leave(laneId);
    case 9: return void (await world.command(laneId, { type: amount % 2 === 0 ? 'PauseLane' : 'ResumeLane', reason: 'test' }));
    case 10: return city.outage(20_000 + amount * MINUTE);
    case 11: world.gateway.next = amount % 2 === 0 ? () => ({ kind: 'accepted', gatewayId: '' }) : () => ({ kind: 'rejected', reason: 'down', permanent: amount % 3 === 0 }); return;
    case 12: return world.tick();
    case 13: return city.pass(4 * HOUR, 0, false); // nobody looked: what is learned now may still count
    case 14: return city.rank(laneId, amount % 4);
    default: return city.pass(4 * HOUR + amount * MINUTE, amount * 11);
  }
}

const deed: fc.Arbitrary<Deed> = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 30 }));

test('property: under the rules really in force, exactly what happened, wherever the period begins and ends', async () => {
  await fc.assert(fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 70 }), fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 2 }), fc.double({ min: 0, max: 0.9, noNaN: true }), fc.double({ min: 0.2, max: 1, noNaN: true }), async (deeds, oneTurnInCity, rulesChange, maxDeferrals, begin, length) => {
    const city = await City.build({ oneTurnInCity, maxDeferrals, rankedPickOffered: true }, !rulesChange ? {} : { turnMs: 2 * HOUR, windowStartMs: 7 * HOUR, maxDeferrals: 1, rankedPickOffered: false });
    try {
      for (const laneId of LANES) {
        for (let i = 0; i < 4; i += 1) await city.join(laneId, i === 0 ? 'lowRent-2' : 'publicRental-2');
        for (let i = 0; i < 3; i += 1) await city.offer(laneId);
        await city.world.command(laneId, { type: 'OpenLane', reason: 'test' });
      }
      await city.world.tick();
      for (const each of deeds) {
        await perform(city, each);
        // The streams of two lanes have no order among themselves but time; it matters where one waits for the other.
        if (oneTurnInCity) await city.pass(1, 0, false);
      }
      await city.world.tick(); // what is over has been settled
      const span = city.world.clock.nowMs + 1 - MORNING_MS;
      const fromMs = MORNING_MS + Math.floor(span * begin);
      const answer = await city.play(null, fromMs, Math.min(city.world.clock.nowMs + 1, fromMs + Math.ceil(span * length)));
      expect(answer.lanes.map(({ laneId, faithful, firstDifference }) => ({ laneId, faithful, firstDifference }))).toEqual([...LANES].sort().map((laneId) => ({ laneId, faithful: true, firstDifference: null })));
      // Across a change of rules the present ones are other rules.
      if (!rulesChange) expect(answer.differences).toEqual([]);
    } finally {
      await city.world.close();
    }
  }), { numRuns: Number(process.env['WHAT_IF_RUNS'] ?? 12), endOnFailure: true });
}, 600_000);

describe('under other rules', () => {
  let city: City;
  const lane = LANES[0]!;
  beforeEach(async () => {
    city = await City.build();
    for (let i = 0; i < 4; i += 1) await city.join(lane);
    for (let i = 0; i < 3; i += 1) await city.offer(lane);
    await city.world.command(lane, { type: 'OpenLane', reason: 'test' });
    await city.world.tick(); // 10:00: number 1
    await city.act(lane, 'receipt');
  });
  afterEach(() => city.world.close());
  const at = (hour: number) => MORNING_MS + (hour - 10) * HOUR;
  const turnsOf = (answer: Awaited<ReturnType<City['play']>>, queueNumber: number) => answer.differences.find((each) => each.queueNumber === queueNumber)?.replayed.map(({ openedAtMs, endedAtMs, outcome }) => [openedAtMs, endedAtMs, outcome]);

  test('T5: a shorter turn ends a silent family\'s sooner, and everybody after it comes sooner', async () => {
    await city.pass(4 * HOUR); // 14:00: 1 misses, 2 begins
    await city.act(lane, 'receipt');
    await city.pass(HOUR);
    await city.act(lane, 'pick'); // 15:00: 2 picks after an hour, 3 begins
    await city.world.tick();
    await city.act(lane, 'receipt');
    await city.pass(90 * MINUTE);
    await city.act(lane, 'pass'); // 16:30
    const answer = await city.play({ turnMs: 2 * HOUR }, MORNING_MS);
    expect(answer.lanes.every((each) => each.faithful)).toBe(true);
    expect(turnsOf(answer, 1)).toEqual([[at(10), at(12), 'missed']]);
    expect(turnsOf(answer, 2)).toEqual([[at(12), at(13), 'picked']]);
    expect(turnsOf(answer, 3)).toEqual([[at(13), at(14.5), 'passed']]);
    // Number 4's turn is not over, so what it will do is not known: it does as families here do, it picks after an hour.
    expect(turnsOf(answer, 4)).toEqual([[at(14.5), at(15.5), 'picked']]);
    // Whoever took longer than the new turn lasts is too late.
    expect(turnsOf(await city.play({ turnMs: 50 * MINUTE }, MORNING_MS), 2)).toEqual([[at(10) + 50 * MINUTE, at(10) + 100 * MINUTE, 'missed']]);
  });

  test('T4: a window that ends earlier lets the next family begin the next morning', async () => {
    await city.pass(4 * HOUR);
    await city.act(lane, 'pick');
    expect(turnsOf(await city.play({ windowEndMs: 12 * HOUR }, MORNING_MS), 2)).toEqual([]); // the period ends before
    await city.pass(20 * HOUR);
    const answer = await city.play({ windowEndMs: 12 * HOUR }, MORNING_MS);
    expect(turnsOf(answer, 2)?.[0]?.[0]).toBe(at(8) + DAY);
  });

  test('Q8: without proof and without deferrals it is a miss', async () => {
    await city.act(lane, 'pick');
    await city.world.tick(); // number 2, no receipt ever
    await city.pass(4 * HOUR);
    const past = await city.play(null, MORNING_MS);
    expect(past.lanes.find((each) => each.laneId === lane)?.happened).toMatchObject({ picked: 1, deferred: 1 });
    const answer = await city.play({ maxDeferrals: 0 }, MORNING_MS);
    expect(turnsOf(answer, 2)).toEqual([[at(10), at(14), 'missed']]);
    expect(answer.unchanged).toBeGreaterThan(0);
  });

  test('Q9: a home picked by ranking is picked at the new deadline, and missed where the rules do not offer it', async () => {
    await city.world.close();
    city = await City.build({ rankedPickOffered: true });
    for (let i = 0; i < 2; i += 1) await city.join(lane);
    for (let i = 0; i < 2; i += 1) await city.offer(lane);
    await city.world.command(lane, { type: 'OpenLane', reason: 'test' });
    await city.world.tick();
    await city.rank(lane, 1);
    await city.act(lane, 'receipt');
    await city.pass(4 * HOUR);
    await city.pass(3 * HOUR);
    const past = await city.play(null, MORNING_MS);
    expect(past.lanes.find((each) => each.laneId === lane)).toMatchObject({ faithful: true, happened: { picked: 1, missed: 0 } });
    expect(turnsOf(await city.play({ turnMs: 6 * HOUR }, MORNING_MS), 1)).toEqual([[at(10), at(16), 'picked']]);
    expect(turnsOf(await city.play({ turnMs: 2 * HOUR }, MORNING_MS), 1)).toEqual([[at(10), at(12), 'picked']]);
    expect(turnsOf(await city.play({ rankedPickOffered: false }, MORNING_MS), 1)).toEqual([[at(10), at(14), 'missed']]);
  });

  test('W2: whoever picks in the replay takes no new number afterwards', async () => {
    for (let i = 0; i < 3; i += 1) await city.offer(lane);
    await city.pass(3 * HOUR);
    await city.leave(lane, 2); // 13:00: number 2 was never called, changes its application …
    await city.pass(30 * MINUTE);
    await city.join(lane, 'publicRental-2', 'household-2'); // … and comes again as number 5
    await city.pass(30 * MINUTE); // 14:00: number 1 misses, 3 begins
    await city.act(lane, 'receipt');
    await city.pass(10 * MINUTE);
    await city.act(lane, 'pick');
    await city.world.tick();
    await city.pass(50 * MINUTE);
    const answer = await city.play({ turnMs: HOUR }, MORNING_MS);
    expect(turnsOf(answer, 2)).toEqual([[at(11), at(11) + 10 * MINUTE, 'picked']]);
    expect(turnsOf(answer, 4)).toEqual([[at(11) + 20 * MINUTE, at(11) + 30 * MINUTE, 'picked']]);
    expect(turnsOf(answer, 5)).toBeUndefined();
  });

  test('M1: a new number is replayed as recorded', async () => {
    await city.pass(3 * HOUR + 30 * MINUTE);
    await city.act(lane, 'pass'); // number 1 passes after 3.5 h …
    const renewed = await city.join(lane, 'publicRental-2', 'household-1'); // … and comes again as number 5
    await city.act(lane, 'receipt');
    for (let i = 0; i < 3; i += 1) {
      await city.act(lane, 'pass');
      await city.world.tick();
    }
    expect((await city.turn(lane))?.ticketId).toBe(renewed);
    const answer = await city.play({ oneTurnInCity: true }, MORNING_MS);
    expect(answer.differences).toEqual([]);
    expect(answer.lanes[1]?.happened.turns).toBe(5);
  });

  test('nothing is touched, and no person appears', async () => {
    await city.pass(4 * HOUR);
    const snapshot = () => city.world.store.read(async (tx) => [await tx.ledger.count({}), await tx.turns.find({}), await tx.tickets.find({}), await tx.outbox.count({}), await tx.listings.find({})]);
    const before = await snapshot();
    const answer = await city.play({ turnMs: HOUR }, MORNING_MS);
    expect(await snapshot()).toEqual(before);
    expect(answer.assumptions.length).toBeGreaterThan(3);
    expect(JSON.stringify(answer)).not.toMatch(/199\d{8}|试\d|household/);
  });
});
