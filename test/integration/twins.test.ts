/**
 * Races whose interleaving is forced, each with its twin: with the guards one of two acts sees the other; without them
 * both are granted, and what that does to a family is what the twin asserts.
 */
import { applicationHandlers } from '../../bff/features/applications/handlers';
import { reviewHandlers } from '../../bff/features/applications/staff-handlers';
import { allocationHandlers } from '../../bff/features/allocations/handlers';
import { resultPublicity } from '../../bff/features/allocations/result-publicity';
import { generateBatches } from '../../bff/features/batch/generate';
import { numbersPublicity } from '../../bff/features/batch/numbers-publicity';
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { enterLane } from '../../bff/features/selection/door';
import { standingHandlers } from '../../bff/features/standing/handlers';
import { waitingHandlers } from '../../bff/features/waiting/handlers';
import { continuationPublicity } from '../../bff/features/waiting/continuation-publicity';
import { Refusal, type ApiRequest, type Caller, type Handlers } from '../../bff/http/request';
import { systemAct, type Kernel } from '../../bff/kernel';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { change } from '../../bff/store/change';
import { startOfDay } from '../../shared/shanghai-time';
import { applicants, clerk } from '../support/applications';
import { LANE, seedLane } from '../support/build';
import { atOnce, withoutGuards } from '../support/interleave';
import { callerOf, offer, reviewer, seedHousehold, ticketsOf } from '../support/waiting';
import { buildWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

type Race = typeof atOnce | typeof withoutGuards;
/** Who writes first: of two acts at once each may. */
const orders: [string, Race][] = [['the first writes first', atOnce], ['the second writes first', async (kernel, first, second) => {
  const [b, a] = await atOnce(kernel, second, first);
  return [a, b];
}]];

/** An act at its endpoint, as a kernel would carry it out. */
const act = (handlersOf: (kernel: Kernel) => Handlers, name: string, caller: Caller, params: Record<string, string>, body: unknown) => async (kernel: Kernel): Promise<unknown> => {
  const request = { caller, params, body, query: {}, idempotencyKey: `${name}-1`, address: 'test', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>;
  return (handlersOf(kernel) as Record<string, (request: ApiRequest<never>) => Promise<unknown>>)[name]!(request);
};
const said = (outcome: PromiseSettledResult<unknown>): string => (outcome.status === 'rejected' ? `failed: ${String(outcome.reason)}` : outcome.value instanceof Refusal ? outcome.value.code : 'granted');
const one = <T>(read: (tx: Parameters<Parameters<World['store']['read']>[0]>[0]) => Promise<T>) => world.store.read(read);
const openPublicityOf = (kind: string) => one(async (tx) => (await tx.publicities.find({ kind, state: 'open' } as never))[0]!);
/** The district upholds what was raised. */
const upholdRaised = async (raised: PromiseSettledResult<unknown>): Promise<PromiseSettledResult<unknown>> => {
  const [outcome] = await Promise.allSettled([uphold((raised as PromiseFulfilledResult<{ id: string }>).value.id)(world.kernel)]);
  return outcome;
};
/** Another machine, whose clock is a little ahead: for it the day is over while here an objection is still heard. */
const at = (kernel: Kernel, nowMs: number): Kernel => ({ ...kernel, clock: { now: () => nowMs } });
/** To an instant, nothing being done on the way. */
const goTo = async (atMs: number) => {
  await beatWithoutCredit(world.kernel, atMs);
  world.clock.nowMs = atMs;
};
const objection = (publicityId: string, subjectId: string, by: number) => act(publicityHandlers, 'raiseObjection', callerOf(world, by), { publicityId }, { subjectId, text: '该家庭另有住房' });
const uphold = (objectionId: string) => act(publicityHandlers, 'decideObjection', reviewer, { objectionId }, { version: 1, upheld: true, answer: '经核实成立' });

describe('V1: two clerks decide one case', () => {
  async function decide(race: Race) {
    const { id, version } = await applicants(world.kernel).submit(1);
    const by = (staffId: string, outcome: string) => act((kernel) => ({ ...applicationHandlers(kernel), ...reviewHandlers(kernel) }), 'reviewApplication', { ...clerk, staffId } as Caller, { applicationId: id }, { version, level: 1, outcome, reasons: '材料不齐，请补收入证明' });
    const outcomes = (await race(world.kernel, by('one', 'reject'), by('two', 'sendBack'))).map(said).sort();
    const steps = await one(async (tx) => (await tx.outbox.find({ kind: 'applicationStep' })).map((message) => message.payload['step']).sort());
    return { outcomes, steps: steps.filter((step) => step !== 'submitted') };
  }
  test.each(orders)('V1: one decides, the other is told; the family hears one decision (%s)', async (_, race) => {
    const { outcomes, steps } = await decide(race);
    expect(outcomes).toEqual(['REQUEST_IN_CONFLICT', 'granted']);
    expect(steps).toHaveLength(1);
  });
  test('the twin: both have decided, and one decision is lost without anybody noticing', async () => {
    const { outcomes } = await decide(withoutGuards);
    expect(outcomes).toEqual(['granted', 'granted']);
    expect(await one((tx) => tx.applicationReviews.count({}))).toBe(1);
  });
});

describe('G2, G4: two processes generate one batch', () => {
  async function generate(race: Race) {
    const offerNew = async (index: number) => {
      await seedHousehold(world, index);
      await offer(world, index);
    };
    for (let index = 1; index <= 5; index += 1) await offerNew(index);
    await goTo(startOfDay('2026-06-02'));
    await race(world.kernel, (kernel) => generateBatches(kernel, 20, 3), (kernel) => generateBatches(kernel, 1, 2));
    while (await generateBatches(world.kernel, 20, 2)) { /* to its end */ }
    // The next day's batch goes on where this one ended.
    await offerNew(6);
    await goTo(startOfDay('2026-06-03'));
    while (await generateBatches(world.kernel, 20, 2)) { /* to its end */ }
    return (await ticketsOf(world, 'publicRental-2')).map(({ queueNumber, householdId }) => `${queueNumber} ${householdId}`);
  }
  test.each(orders)('G2, G4: every family has one number, in order, without a gap; the next day goes on from there (%s)', async (_, race) => {
    expect(await generate(race)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${n} household-${n}`));
  });
  test('the twin: what one process counted is forgotten, and nobody gets a number any more', async () => {
    await expect(generate(withoutGuards)).rejects.toThrow(/unique/);
  });
});

describe('F3, Q3: a person is blacklisted while the turn of its household opens', () => {
  async function bar(race: Race) {
    await seedLane(world.kernel, { families: [{ group: 'publicRental-2', queueNumber: 1 }, { group: 'publicRental-2', queueNumber: 2 }] }, 5);
    await world.store.transact((tx) => tx.members.insert({ id: 'm', householdId: 'household-5', relation: '本人', personSealed: world.kernel.crypto.seal(JSON.stringify({ name: '试五', identity: '360702198001010059' })), identityIndex: 'person-5', caseOpen: true }));
    const blacklist = act(standingHandlers, 'blacklistMember', reviewer, { memberId: 'm' }, { reason: '弄虚作假', untilDay: null, creditRecordId: null });
    const open = (kernel: Kernel) => change(kernel, systemAct('开启'), (work) => enterLane(kernel, work, LANE, { type: 'OpenLane', reason: '开始' }));
    const [listed] = await race(world.kernel, blacklist, open);
    const [first] = await ticketsOf(world, 'publicRental-2');
    const [turn] = await one((tx) => tx.turns.find({ isOpen: true }));
    return { listed: said(listed), ticket: first!.state, turnIsIts: turn?.ticketId === first!.id, bars: await one((tx) => tx.bars.count({})) };
  }
  test('F3, Q3: barred first, the next family has the turn', async () => {
    expect(await bar(orders[0]![1])).toEqual({ listed: 'granted', ticket: 'void', turnIsIts: false, bars: 1 });
  });
  test('F3, Q3: its turn opened first, it is not barred until that is over', async () => {
    expect(await bar(orders[1]![1])).toEqual({ listed: 'TURN_RUNNING', ticket: 'onTurn', turnIsIts: true, bars: 0 });
  });
  test('the twin: a barred family has the turn', async () => {
    expect(await bar(withoutGuards)).toMatchObject({ listed: 'granted', turnIsIts: true, bars: 1 });
  });
});

describe('G5: an objection to a number in the last moment, and the number joins the queue', () => {
  async function join(race: Race) {
    await seedLane(world.kernel, { families: [], homes: 2 });
    for (const index of [1, 2]) {
      await seedHousehold(world, index);
      await offer(world, index);
    }
    await goTo(startOfDay('2026-06-02'));
    while (await generateBatches(world.kernel)) { /* the whole batch */ }
    const publicity = await openPublicityOf('numbers');
    await goTo(publicity.takesEffectMs - 1);
    const [first] = await ticketsOf(world, 'publicRental-2');
    const [raised, joined] = await race(world.kernel, objection(publicity.id, first!.id, 2), (kernel) => numbersPublicity.over(at(kernel, publicity.takesEffectMs), publicity));
    const [ticket] = await ticketsOf(world, 'publicRental-2');
    return { raised: said(raised), joined: joined.status, state: ticket!.state, ticket: ticket!, publicity };
  }
  test('G5: heard first, it holds the number back', async () => {
    const { raised, joined, state } = await join(orders[0]![1]);
    expect([raised, joined, state]).toEqual(['granted', 'fulfilled', 'publicised']);
  });
  test('G5: the number in the queue, it is not heard any more', async () => {
    const { raised, joined, state } = await join(orders[1]![1]);
    expect([raised, joined, state]).toEqual(['NOT_FOUND', 'fulfilled', 'queued']);
  });
  test('the twin: the number is in the queue with the objection open; upheld while the family picks, nobody can carry it out', async () => {
    const { state, publicity } = await join(withoutGuards);
    expect(state).toBe('queued');
    await goTo(publicity.takesEffectMs + 10 * 3_600_000);
    await world.command(LANE, { type: 'OpenLane', reason: '开始' });
    const [open] = await one((tx) => tx.objections.find({ state: 'open' }));
    await expect(uphold(open!.id)(world.kernel)).rejects.toThrow('contested and went on all the same');
    expect((await ticketsOf(world, 'publicRental-2'))[0]!.state).toBe('onTurn');
  });
});

describe('M1: an objection to a continuation in the last moment, and the continuation is granted', () => {
  async function settle(race: Race) {
    await seedLane(world.kernel, { families: [], homes: 2 });
    for (const index of [1, 2]) await seedHousehold(world, index);
    await offer(world, 1);
    await goTo(startOfDay('2026-06-02'));
    while (await generateBatches(world.kernel)) { /* the whole batch */ }
    const [ticket] = await ticketsOf(world, 'publicRental-2');
    await world.store.transact(async (tx) => {
      await tx.tickets.replace({ ...ticket!, state: 'missed' });
      await tx.misses.insert({ id: `miss-${ticket!.id}`, ticketId: ticket!.id, householdId: 'household-1', batchDay: ticket!.batchDay, missedAtMs: 0, continueUntilMs: startOfDay('2026-06-05'), state: 'open', requestedAtMs: null, receiptNumber: null, publicityId: null, ruleSetVersion: 1 });
    });
    await act(waitingHandlers, 'askToContinue', callerOf(world, 1), { ticketId: ticket!.id }, { confirm: true })(world.kernel);
    const publicity = await openPublicityOf('continuation');
    await goTo(publicity.takesEffectMs - 1);
    const [raised] = await race(world.kernel, objection(publicity.id, ticket!.id, 2), (kernel) => continuationPublicity.over(at(kernel, publicity.takesEffectMs), publicity));
    await goTo(publicity.takesEffectMs);
    const upheld = said(raised) === 'granted' ? said(await upholdRaised(raised)) : said(raised);
    await duePublicities.run(world.kernel);
    while (await generateBatches(world.kernel)) { /* the day's batch */ }
    return { upheld, numbers: (await ticketsOf(world, 'publicRental-2')).map(({ queueNumber, state }) => `${queueNumber} ${state}`) };
  }
  test('M1: heard first, it holds the continuation; upheld, the number is void and there is no new one', async () => {
    expect(await settle(orders[0]![1])).toEqual({ upheld: 'granted', numbers: ['1 void'] });
  });
  test('M1: the continuation granted, it is not heard any more', async () => {
    expect(await settle(orders[1]![1])).toEqual({ upheld: 'NOT_FOUND', numbers: ['1 void', '2 publicised'] });
  });
  test('the twin: the objection is upheld, and the family has its new number all the same', async () => {
    expect(await settle(withoutGuards)).toEqual({ upheld: 'granted', numbers: ['1 void', '2 publicised'] });
  });
});

describe('A1: results of a pick', () => {
  async function picked() {
    await seedLane(world.kernel, { families: [1, 2].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })), homes: 2 });
    await world.command(LANE, { type: 'OpenLane', reason: '开始' });
    const [ticket] = await ticketsOf(world, 'publicRental-2');
    await world.command(LANE, { type: 'PickHome', ticket: ticket!, listing: await one((tx) => tx.listings.get(`${LANE}-home-1`)), assisted: null });
    return { allocation: (await one((tx) => tx.allocations.find({})))[0]!, publicity: await openPublicityOf('result') };
  }
  const stateOf = async (id: string) => one(async (tx) => ({ allocation: (await tx.allocations.get(id))!.state, home: (await tx.listings.get(`${LANE}-home-1`))!.state, notice: (await tx.allocations.get(id))!.noticeNumber !== null, forfeits: await tx.forfeits.count({}) }));

  async function qualify(race: Race) {
    const { allocation, publicity } = await picked();
    await goTo(publicity.takesEffectMs - 1);
    const [raised] = await race(world.kernel, objection(publicity.id, allocation.id, 1), (kernel) => resultPublicity.over(at(kernel, publicity.takesEffectMs), publicity));
    await goTo(publicity.takesEffectMs);
    return { upheld: said(raised) === 'granted' ? said(await upholdRaised(raised)) : said(raised), ...(await stateOf(allocation.id)) };
  }
  test('A1: an objection in the last moment, heard first, holds the notice; upheld, the home goes back', async () => {
    expect(await qualify(orders[0]![1])).toEqual({ upheld: 'granted', allocation: 'rejected', home: 'available', notice: false, forfeits: 0 });
  });
  test('A1: the notice issued, it is not heard any more', async () => {
    expect(await qualify(orders[1]![1])).toEqual({ upheld: 'NOT_FOUND', allocation: 'qualified', home: 'allocated', notice: true, forfeits: 0 });
  });
  test('the twin: the notice is out, and an upheld objection changes nothing any more', async () => {
    expect(await qualify(withoutGuards)).toMatchObject({ upheld: 'granted', allocation: 'qualified', home: 'allocated', notice: true });
  });

  async function upholdAndGiveUp(race: Race) {
    const { allocation, publicity } = await picked();
    const { id } = (await objection(publicity.id, allocation.id, 1)(world.kernel)) as { id: string };
    const giveUp = act(allocationHandlers, 'giveUpAllocation', callerOf(world, 0), { allocationId: allocation.id }, { version: allocation.version, confirm: true });
    const outcomes = (await race(world.kernel, giveUp, uphold(id))).map(said);
    const { allocation: state, forfeits } = await stateOf(allocation.id);
    const returned = await one((tx) => tx.ledger.count({ stream: `lane.${LANE}`, type: 'HomesOffered' }));
    return { outcomes, consistent: (state === 'forfeited') === (forfeits === 1), state, returned };
  }
  test('A1, F1: given up first, it is a batch given up, and the objection has nothing left to undo', async () => {
    expect(await upholdAndGiveUp(orders[0]![1])).toEqual({ outcomes: ['granted', 'granted'], state: 'forfeited', consistent: true, returned: 1 });
  });
  test('A1, F1: upheld first, there is nothing left to give up', async () => {
    expect(await upholdAndGiveUp(orders[1]![1])).toEqual({ outcomes: ['REQUEST_IN_CONFLICT', 'granted'], state: 'rejected', consistent: true, returned: 1 });
  });
  test('the twin: a family whose pick was rejected has a batch given up on its account', async () => {
    expect(await upholdAndGiveUp(withoutGuards)).toMatchObject({ outcomes: ['granted', 'granted'], consistent: false, state: 'rejected' });
  });
});
