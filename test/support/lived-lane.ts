/** A real lane lived for weeks: families join, homes come, turns are answered or not, all from a seed; nights have their jobs. */
import { forecastHandlers } from '../../bff/features/forecast/handlers';
import { returnHome } from '../../bff/features/listing-pool/pool';
import { endTicket, joinQueue } from '../../bff/features/waiting/queue';
import { createKernel } from '../../bff/compose';
import type { RuleSetValues } from '../../bff/domain/rules/rule-set';
import type { Caller } from '../../bff/http/request';
import { dueJobs } from '../../bff/jobs/due-jobs';
import { systemAct, type Kernel } from '../../bff/kernel';
import type { TurnDoc } from '../../bff/store/collections';
import { change } from '../../bff/store/change';
import { routes } from '../../shared/contract/routes';
import type { Forecast } from '../../shared/contract/place-schemas';
import { addDays, dayOf, HOUR_MS, MINUTE_MS, SECOND_MS, startOfDay } from '../../shared/shanghai-time';
import { SeededChance } from '../sim/seeded-chance';
import { call, isRefusal } from './applications';
import { buildHousehold, buildListing, buildTicket, LANE, phoneOf, seedLane } from './build';
import { goTo } from './waiting';
import { buildWorld, quietLog, type World } from './world';

export interface Life {
  readonly seed: string;
  readonly rules: RuleSetValues;
  readonly families: number;
  readonly lowRent: number;
}

export class LivedLane {
  private homes = 0;
  private readonly numbers = { 'lowRent-2': 0, 'publicRental-2': 0 };
  /** The number furthest back of those there at the beginning. */
  last = '';

  private constructor(readonly world: World, private readonly chance: SeededChance) {}

  static async open({ seed, rules, families, lowRent }: Life): Promise<LivedLane> {
    const world = await buildWorld();
    await world.store.transact((tx) => tx.ruleSets.insert({ id: 'ruleSet-2', number: 2, title: '', reason: '', effectiveAtMs: 0, publishedAtMs: 0, publishedBy: '', values: rules }));
    await world.kernel.rulebook.refresh();
    await seedLane(world.kernel, { families: [], homes: 0 });
    const lane = new LivedLane(world, new SeededChance(`lived ${seed}`));
    await lane.join('lowRent-2', lowRent);
    lane.last = (await lane.join('publicRental-2', families - lowRent)).at(-1)!;
    await lane.offer(3);
    await world.command(LANE, { type: 'OpenLane', reason: 'test' });
    return lane;
  }

  async join(group: 'lowRent-2' | 'publicRental-2', count: number): Promise<string[]> {
    const { kernel } = this.world;
    const ids: string[] = [];
    if (count === 0) return ids;
    await change(kernel, systemAct('test'), async (work) => {
      const joining = [];
      for (let i = 0; i < count; i += 1) {
        const queueNumber = (this.numbers[group] += 1);
        const household = await work.tx.households.insert(buildHousehold(kernel, indexOf(group, queueNumber), { id: `household-${group}-${queueNumber}` }));
        const { version: _v, ...ticket } = buildTicket({ group, queueNumber, householdId: household.id, state: 'publicised' });
        joining.push(await work.tx.tickets.insert(ticket));
        ids.push(`${group}-${queueNumber}`);
      }
      await joinQueue(work, joining);
    });
    return ids;
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

  turn(): Promise<TurnDoc | null> {
    return this.world.store.read(async (tx) => (await tx.turns.find({ laneId: LANE, isOpen: true }))[0] ?? null);
  }

  async act(how: 'pick' | 'pass' | 'proof'): Promise<void> {
    const turn = await this.turn();
    if (turn === null) return;
    const ticket = (await this.world.store.read((tx) => tx.tickets.get(turn.ticketId)))!;
    const [listing] = await this.world.store.read((tx) => tx.listings.find({ laneId: LANE, state: 'available' }, { limit: 1 }));
    if (how === 'proof') await this.world.command(LANE, { type: 'RecordProof', turnId: turn.id, proof: 'smsReceipt', atMs: this.world.clock.nowMs });
    else await this.world.command(LANE, how === 'pass' ? { type: 'PassTurn', ticket } : { type: 'PickHome', ticket, listing: listing ?? null, assisted: null });
  }

  /** Just after 00:00, until the night's work is done. */
  async midnight(): Promise<void> {
    const { world } = this;
    await goTo(world, startOfDay(addDays(dayOf(world.clock.nowMs), 1)) + SECOND_MS);
    while (await this.isAtWork(world.kernel)) await nightJob.run(world.kernel);
  }

  private async isAtWork(kernel: Kernel): Promise<boolean> {
    const dueMs = await kernel.store.read((tx) => nightJob.nextDue(tx, kernel, kernel.clock.now()));
    return dueMs! < kernel.clock.now() + HOUR_MS;
  }

  /** One day: somebody joins or leaves, homes come, and whoever is called picks, passes, is silent or is not told. */
  async daytime(): Promise<void> {
    const { chance, world } = this;
    const dayMs = startOfDay(dayOf(world.clock.nowMs));
    if (chance.happens(0.08)) await this.join('lowRent-2', 1);
    if (chance.happens(0.5)) await this.join('publicRental-2', 1);
    if (chance.happens(0.1)) await this.leave();
    const homesAtMs = dayMs + chance.int(8, 15) * HOUR_MS;
    const homes = chance.weighted({ none: 45, one: 45, two: 10 });
    await this.goTo(homesAtMs);
    await this.offer({ none: 0, one: 1, two: 2 }[homes]);
    if (homes !== 'none') await world.tick();
    while (world.clock.nowMs < dayMs + 18 * HOUR_MS && (await this.turn()) !== null) {
      const how = chance.weighted({ pick: 70, pass: 10, silent: 12, untold: 8 });
      if (how !== 'untold') await this.act('proof');
      await this.goTo(world.clock.nowMs + (how === 'pick' || how === 'pass' ? chance.int(10, 150) * MINUTE_MS : 4 * HOUR_MS));
      if (how === 'pick' || how === 'pass') await this.act(how);
      await world.tick();
    }
  }

  private async leave(): Promise<void> {
    await change(this.world.kernel, systemAct('test'), async (work) => {
      const queued = await work.tx.tickets.find({ laneId: LANE, state: 'queued' });
      await endTicket(work, this.chance.of(queued), 'void');
    });
  }

  goTo(atMs: number): Promise<void> {
    return goTo(this.world, Math.max(atMs, this.world.clock.nowMs));
  }

  /** The night's work as a process does it that has just started. */
  async anotherProcess(): Promise<void> {
    const { store, clock, keys } = this.world;
    const { kernel } = await createKernel({ store, clock, keys, log: quietLog });
    while (await this.isAtWork(kernel)) await nightJob.run(kernel);
  }

  callerOf(index: number): Caller {
    return { kind: 'family', sessionId: 's', phoneIndex: this.world.kernel.crypto.blindIndex('phone', phoneOf(index)) };
  }
}

const nightJob = dueJobs.find(({ name }) => name === 'forecasts')!;
const indexOf = (group: string, queueNumber: number) => (group === 'lowRent-2' ? 100_000 : 200_000) + queueNumber;

/** Everything a forecast may say, in one. */
export interface Said {
  readonly state: Forecast['state'];
  readonly earliestDay: string;
  readonly latestDay: string;
}
export type Asked = (name: 'getMyForecast' | 'getTicketForecast', ticketId: string, by?: Caller) => Promise<Said>;

/** Asks as the number's own family, or as somebody else; what is answered fits the contract. */
export function handlersOf(lane: LivedLane): Asked {
  return async (name, ticketId, by) => {
    const [tier, bedrooms, queueNumber] = ticketId.split('-');
    const answer = await call<Said>(forecastHandlers(lane.world.kernel), name, by ?? lane.callerOf(indexOf(`${tier}-${bedrooms}`, Number(queueNumber))), { params: { ticketId } });
    if (!isRefusal(answer)) expect(routes[name].answer.safeParse(answer).error).toBeUndefined();
    return answer;
  };
}
