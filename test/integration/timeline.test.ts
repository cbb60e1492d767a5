/**
 * W5: the timeline tells every change of a family's place, whatever families, staff and outages did, and its counts are
 * those the family saw at the time. Only its own household and the staff who may see it get it (P1).
 */
import fc from 'fast-check';
import { readPlace } from '../../bff/features/family/place';
import { returnHome } from '../../bff/features/listing-pool/pool';
import { timelineHandlers } from '../../bff/features/timeline/handlers';
import { endTicket, joinQueue } from '../../bff/features/waiting/queue';
import type { Caller } from '../../bff/http/request';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { laneStream } from '../../bff/store/ledger';
import type { Tx } from '../../bff/store/port';
import { routes, type AnswerOf } from '../../shared/contract/routes';
import { call, isRefusal } from '../support/applications';
import { buildHousehold, buildListing, buildTicket, LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
type Timeline = AnswerOf<'getMyTimeline'>;

/** A lane whose families join, leave, are called and answer or not; after every act it is noted what each family saw. */
class Lane {
  private homes = 0;
  private readonly numbers = new Map<string, number>();
  readonly seen: { readonly seq: number; readonly ahead: ReadonlyMap<string, number | null> }[] = [];
  constructor(readonly world: World) {}

  async join(groups: readonly string[], numbers: readonly (number | null)[] = []): Promise<string[]> {
    const { kernel } = this.world;
    const ids: string[] = [];
    await change(kernel, systemAct('test'), async (work) => {
      const joining = [];
      for (const [at, group] of groups.entries()) {
        const queueNumber = numbers[at] ?? (this.numbers.get(group) ?? 0) + 2;
        this.numbers.set(group, Math.max(queueNumber, this.numbers.get(group) ?? 0));
        const id = `${group}-${queueNumber}`;
        const household = await work.tx.households.insert(buildHousehold(kernel, Number(`${group.startsWith('low') ? 1 : 2}${queueNumber}`), { id: `household-${id}` }));
        const { version: _v, ...ticket } = buildTicket({ group, queueNumber, householdId: household.id, state: 'publicised' });
        joining.push(await work.tx.tickets.insert(ticket));
        ids.push(id);
      }
      await joinQueue(work, joining);
    });
    return ids;
  }
  /** A number that another was given before, lower than all: contested until now. */
  late(group: string): Promise<unknown> {
    const free = Array.from({ length: 400 }, (_, at) => 1 + 2 * at).find((number) => !this.seen.at(-1)!.ahead.has(`${group}-${number}`))!;
    return this.join([group], [free]);
  }
  async offer(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const id = `home-${(this.homes += 1)}`;
      await change(this.world.kernel, systemAct('test'), async (work) => {
        const { version: _v, ...listing } = buildListing({ id, room: id, state: 'inReview' });
        await returnHome(work, await work.tx.listings.insert(listing), 'test');
      });
    }
  }
  async leave(nth: number, state: 'void' | 'renewing'): Promise<void> {
    await change(this.world.kernel, systemAct('test'), async (work) => {
      const queued = await work.tx.tickets.find({ laneId: LANE, state: 'queued' });
      const leaving = queued[nth % Math.max(queued.length, 1)];
      if (leaving !== undefined) await endTicket(work, leaving, state);
    });
  }
  async act(how: 'pick' | 'pass' | 'proof'): Promise<void> {
    const { store } = this.world;
    const turn = await store.read(async (tx) => (await tx.turns.find({ laneId: LANE, isOpen: true }))[0]);
    if (turn === undefined) return;
    const ticket = (await store.read((tx) => tx.tickets.get(turn.ticketId)))!;
    if (how === 'proof') await this.world.command(LANE, { type: 'RecordProof', turnId: turn.id, proof: 'smsReceipt', atMs: this.world.clock.nowMs });
    else if (how === 'pass') await this.world.command(LANE, { type: 'PassTurn', ticket });
    else {
      const [listing] = await store.read((tx) => tx.listings.find({ laneId: LANE, state: 'available' }, { limit: 1 }));
      await this.world.command(LANE, { type: 'PickHome', ticket, listing: listing ?? null, assisted: null });
    }
  }
  async pass(ms: number): Promise<void> {
    const { world } = this;
    world.clock.nowMs += ms;
    await beatWithoutCredit(world.kernel, world.clock.nowMs);
    world.heartbeat.forget();
    await world.tick();
  }
  /** What everybody sees now. */
  async note(): Promise<void> {
    await this.world.store.read(async (tx) => {
      const places = new Map<string, number | null>();
      for (const ticket of await tx.tickets.find({ laneId: LANE })) places.set(ticket.id, (await readPlace(tx, ticket)).ahead);
      this.seen.push({ seq: (await tx.ledgerHeads.get(laneStream(LANE)))?.seq ?? 0, ahead: places });
    });
  }
  async perform([kind, amount]: readonly [number, number]): Promise<void> {
    const { world } = this;
    switch (kind) {
      case 0: await this.join(amount % 3 === 0 ? ['lowRent-2'] : amount % 3 === 1 ? ['publicRental-2'] : ['lowRent-2', 'publicRental-2', 'lowRent-2']); break;
      case 1: await this.late(amount % 2 === 0 ? 'lowRent-2' : 'publicRental-2'); break;
      case 2: await this.offer(1 + (amount % 2)); break;
      case 3: await this.leave(amount, amount % 2 === 0 ? 'void' : 'renewing'); break;
      case 4: await this.act('pick'); break;
      case 5: await this.act('pass'); break;
      case 6: await this.act('proof'); break;
      case 7: await world.command(LANE, { type: amount % 2 === 0 ? 'PauseLane' : 'ResumeLane', reason: 'test' }); break;
      case 8: await this.pass(amount * 10 * MINUTE); break;
      default: await this.pass(4 * HOUR); break; // whoever was not told is deferred, the others miss
    }
    await this.note();
  }
}

async function build(): Promise<Lane> {
  const world = await buildWorld();
  await seedLane(world.kernel, { families: [], homes: 0 });
  const lane = new Lane(world);
  await lane.note();
  return lane;
}

const familyOf = ({ kernel }: World, index: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: kernel.crypto.blindIndex('phone', phoneOf(index)) });
const staff = (role: string, districts: string[] = [], streets: string[] = []): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets });
const indexOf = (ticketId: string) => Number(`${ticketId.startsWith('low') ? 1 : 2}${ticketId.split('-')[2]}`);

/** Every page of it; answers and questions fit the contract. */
async function wholeTimeline(world: World, ticketId: string, limit = 3): Promise<Timeline> {
  let after: string | undefined;
  const items: Timeline['items'] = [];
  for (;;) {
    const query = { limit: String(limit), ...(after === undefined ? {} : { after }) };
    expect(routes.getMyTimeline.query.safeParse(query).error).toBeUndefined();
    const page = await call<Timeline>(timelineHandlers(world.kernel), 'getMyTimeline', familyOf(world, indexOf(ticketId)), { params: { ticketId }, query });
    expect(routes.getMyTimeline.answer.safeParse(page).error).toBeUndefined();
    items.push(...page.items);
    if (page.next === null) return { ...page, items };
    after = page.next;
  }
}

test('W5, Q1: at every moment the timeline says what the family saw, each item going on from the one before', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 30 })), { minLength: 25, maxLength: 70 }), async (deeds) => {
    const lane = await build();
    try {
      for (let i = 0; i < 3; i += 1) await lane.join(['publicRental-2', 'lowRent-2']);
      await lane.offer(4);
      await lane.note();
      await lane.world.command(LANE, { type: 'OpenLane', reason: 'test' });
      await lane.note();
      for (const deed of deeds) await lane.perform(deed);
      for (const ticketId of lane.seen.at(-1)!.ahead.keys()) {
        const { items, ahead } = await wholeTimeline(lane.world, ticketId);
        expect(ahead).toBe(lane.seen.at(-1)!.ahead.get(ticketId));
        expect(items.at(-1)).toMatchObject({ kind: 'ownJoined', before: null });
        for (const [at, item] of items.slice(0, -1).entries()) expect([ticketId, item.seq, item.before]).toEqual([ticketId, item.seq, items[at + 1]!.after]);
        for (const { seq, ahead: saw } of lane.seen) {
          if (!saw.has(ticketId)) continue;
          const latest = items.find((item) => item.seq <= seq);
          expect([ticketId, seq, latest?.after]).toEqual([ticketId, seq, saw.get(ticketId)]);
        }
      }
    } finally {
      await lane.world.close();
    }
  }), { numRuns: Number(process.env['TIMELINE_RUNS'] ?? 15), endOnFailure: true });
}, 600_000);

describe('one family', () => {
  let lane: Lane;
  beforeEach(async () => {
    lane = await build();
    await lane.join(['publicRental-2', 'publicRental-2']);
    await lane.offer(3);
    await lane.world.command(LANE, { type: 'OpenLane', reason: 'test' });
  });
  afterEach(() => lane.world.close());
  const told = async (ticketId: string) => (await wholeTimeline(lane.world, ticketId)).items.map(({ kind, before, after, text }) => [kind, before, after, text]);

  test('W5, Q1, Q8: its own turn, and what came before it, in words', async () => {
    await lane.join(['lowRent-2', 'lowRent-2']);
    await lane.act('pick'); // publicRental 2; lowRent 2 is called
    await lane.world.tick();
    await lane.pass(4 * HOUR); // not told: deferred; lowRent 4 is called
    await lane.act('pass');
    await lane.world.tick();
    expect((await told('publicRental-2-4')).reverse()).toEqual([
      ['ownJoined', null, 1, '您家的轮候顺序号开始排队。您家前面有 1 户。'],
      ...[1, 1, 1].map(() => ['homesOffered', 1, 1, '新增 1 套可选房源。有房可选，选房就接着进行。']),
      ['laneOpened', 1, 1, '本通道开始选房。'],
      ['ownCalledUp', 1, 1, '您家快轮到了，已经可以看可选房源的地址和房号。'],
      ['familiesJoinedBefore', 1, 3, '2 户廉租住房家庭加入排队。按规定，廉租住房家庭排在公租房家庭之前。您家前面变为 3 户。'],
      ['familyPicked', 3, 2, '公租房二居室组 第2号选定了住房。您家前面还有 2 户。'],
      ['familyDeferred', 2, 2, '廉租住房二居室组 第2号没有收到通知，按规定保留顺序号，下次再叫。您家前面仍是 2 户。'],
      ['familyPassed', 2, 1, '廉租住房二居室组 第4号把机会让给了下一户。您家前面还有 1 户。'],
      ['ownTurnOpened', 1, null, '14:00轮到您家选房。'],
    ]);
    await lane.act('pick');
    // Long afterwards it is the same, and begins where it ended.
    await lane.join(['lowRent-2']);
    await lane.offer(1);
    expect((await told('publicRental-2-4')).slice(0, 2)).toEqual([['ownPicked', null, null, '您家选定了住房。'], ['ownTurnOpened', 1, null, '14:00轮到您家选房。']]);
  });

  test('W2, W4: who leaves makes place, and why is told as far as everyone may know; one\'s own leaving ends it', async () => {
    await lane.join(['publicRental-2']);
    await lane.leave(0, 'renewing');
    await lane.leave(0, 'void');
    expect((await told('publicRental-2-6'))[0]).toEqual(['ownLeft', 1, null, '您家的轮候顺序号退出了排队。']);
    expect((await told('publicRental-2-6'))[1]).toEqual(['familiesLeft', 2, 1, '公租房二居室组 第4号换了新的轮候顺序号，原来的不再排队。您家前面还有 1 户。']);
  });

  test('P1: its own family and the staff who may see it waiting; nobody else learns that there is such a number', async () => {
    const { world } = lane;
    const ask = (name: string, by: Caller, ticketId = 'publicRental-2-2') => call(timelineHandlers(world.kernel), name, by, { params: { ticketId } });
    for (const by of [familyOf(world, 24), familyOf(world, 999), staff('city'), { kind: 'public' } as const]) expect(await ask('getMyTimeline', by)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ask('getMyTimeline', familyOf(world, 22), 'no-such')).toMatchObject({ code: 'NOT_FOUND' });
    const allowed = [staff('city'), staff('inspector'), staff('districtReviewer', ['章贡区']), staff('window', ['章贡区']), staff('streetClerk', ['章贡区'], ['解放街道'])];
    const refused = [staff('districtReviewer', ['南康区']), staff('window', ['南康区']), staff('streetClerk', ['章贡区'], ['水南镇']), staff('operator', ['章贡区']), staff('administrator'), familyOf(world, 22)];
    for (const by of allowed) expect(isRefusal(await ask('getTicketTimeline', by))).toBe(false);
    for (const by of refused) expect(await ask('getTicketTimeline', by)).toMatchObject({ code: 'NOT_FOUND' });
    // G5: a number of a batch still being numbered is nobody's yet.
    await world.store.transact(async (tx) => {
      await tx.batches.insert({ id: 'batch:2026-05-01', day: '2026-05-01', state: 'numbering', cursor: null, toldUpTo: null, ranges: [], startedAtMs: 0, numberedAtMs: null, toldAtMs: null, publicityId: null, ruleSetVersion: 1 });
      const ticket = (await tx.tickets.get('publicRental-2-4'))!;
      await tx.tickets.replace({ ...ticket, state: 'publicised' });
    });
    expect(await ask('getMyTimeline', familyOf(world, 24), 'publicRental-2-4')).toMatchObject({ code: 'NOT_FOUND' });
    await world.store.transact(async (tx) => tx.batches.replace({ ...(await tx.batches.get('batch:2026-05-01'))!, state: 'numbered' }));
    expect(await ask('getMyTimeline', familyOf(world, 24), 'publicRental-2-4')).toMatchObject({ state: 'publicised', ahead: null, items: [], next: null });
  });

  test('W5, P2: it names nobody', async () => {
    const text = JSON.stringify(await wholeTimeline(lane.world, 'publicRental-2-4', 50));
    expect(text).not.toMatch(/199\d{8}|试\d|household/);
  });

  test('a page costs what it shows, not what the ledger holds', async () => {
    const { store, kernel } = lane.world;
    for (let i = 0; i < 30; i += 1) await change(kernel, systemAct('test'), async ({ record }) => { for (let n = 0; n < 40; n += 1) await record({ stream: laneStream(LANE), type: 'TurnProven', open: {} }); });
    let read = 0;
    const counted = (tx: Tx): Tx => new Proxy(tx, { get: (target, name) => (name !== 'ledger' ? Reflect.get(target, name) as unknown : { find: async (...asked: Parameters<Tx['ledger']['find']>) => {
      const found = await tx.ledger.find(...asked);
      read += found.length;
      return found;
    } }) });
    const counting = { ...kernel, store: { ...store, read: <T>(work: (tx: Tx) => Promise<T>) => store.read((tx) => work(counted(tx))) } };
    const page = await call<Timeline>(timelineHandlers(counting), 'getMyTimeline', familyOf(lane.world, 24), { params: { ticketId: 'publicRental-2-4' } });
    // Nothing in the newest 600 entries concerned it: an empty page that says where to go on.
    expect(page).toMatchObject({ items: [], next: expect.stringMatching(/^\d+\.1\.queued$/) });
    expect(read).toBeLessThanOrEqual(700);
  });
});
