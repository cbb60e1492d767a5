/**
 * Drives the real system through a city's weeks on a virtual clock, with everything decided by one seed, and lets
 * the oracle judge it after every step.
 */
import { Papers } from '../../shared/verify/papers';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { enterLane } from '../../bff/features/selection/door';
import { startOfDay } from '../../shared/shanghai-time';
import { HOUR, law, MINUTE, timeOfDay } from './city';
import { DAY, dayNumber } from './days';
import { Families, isCrash } from './families';
import { Faults } from './faults';
import { SimGateway, SimMessenger } from './gateway';
import { Liveness } from './liveness';
import { Oracle } from './oracle';
import { Receipts } from './receipts';
import { Audit } from './life/audit';
import { Life } from './life/life';
import { drawHouseholds, type Household } from './life/people';
import { drawHomes, drawRoll, type RollFamily, type RollHome } from './registers';
import type { SimulationOptions } from './options';
import type { SimulationResult } from './report';
import { SeededChance } from './seeded-chance';
import { Staff } from './staff';
import { Sweep } from './sweep';
import { Agenda, VirtualTime } from './virtual-time';
import { SimWorld } from './world';

const FIRST_DAY = '2026-06-01';
/** Of the families, those who won a number before the system; of the homes, those in the city's registers. */
const ROLL_SHARE = 0.45;
const REGISTERED_SHARE = 0.65;
/** Families of the roll that come in a day later. */
const LATE_ROLL = 5;

export class Simulation {
  readonly time = new VirtualTime(startOfDay(FIRST_DAY) + 7 * HOUR + 30 * MINUTE, law.outageThresholdMs);
  readonly agenda: Agenda;
  readonly gateway: SimGateway;
  readonly world: SimWorld;
  readonly oracle: Oracle;
  readonly families: Families;
  readonly staff: Staff;
  private readonly chance: SeededChance;
  private readonly faults: Faults;
  private readonly liveness: Liveness;
  private readonly sweep: Sweep;
  private readonly audit: Audit;
  private readonly roll: readonly RollFamily[];
  private readonly rollHomes: readonly RollHome[];
  private readonly byNumber: ReadonlyMap<string, RollFamily>;
  private readonly byPhone: ReadonlyMap<string, Household>;
  private readonly life: Life;
  private identities: ReadonlyMap<string, string> | null = null;
  private nextLookMs = Number.POSITIVE_INFINITY;
  private lastDueMs: number | null = null;
  private due: { readonly transactions: number; readonly atMs: number | null } = { transactions: -1, atMs: null };
  private upSinceMs = 0;
  private lookedAtMs = 0;
  private steps = 0;

  /** `onDay`: told of each day that is over; decides nothing. */
  constructor(private readonly options: SimulationOptions, private readonly onDay: (day: number, violations: number) => void = () => undefined) {
    const chance = (this.chance = new SeededChance(`seed ${options.seed}`));
    this.agenda = new Agenda(() => ties.next());
    const ties = chance.fork('ties');
    const systemNow = () => this.world.systemNow();
    const receipts = new Receipts(this, chance.fork('receipts'));
    this.gateway = new SimGateway({ time: this.time, chance: chance.fork('gateway'), faults: options.faults, systemNow, onAccepted: (accepted) => receipts.accepted(accepted), die: () => this.world.store.die() });
    const messenger = new SimMessenger(chance.fork('wechat'), ({ key }) => this.toldByWechat(key));
    this.world = new SimWorld(this.time, chance.fork('world'), { gateway: this.gateway, messenger });
    const households = drawHouseholds(options.families, dayNumber(this.time.trueMs), chance.fork('families'));
    // The others apply in the course of it.
    this.roll = drawRoll(households.slice(0, Math.ceil(options.families * ROLL_SHARE)));
    this.rollHomes = drawHomes(options.listings, chance.fork('homes'));
    this.byNumber = new Map(this.roll.map((family) => [`${family.group} ${family.queueNumber}`, family]));
    this.byPhone = new Map(households.map((household) => [household.phone, household]));
    for (const household of households) if (this.trait(household, 'wrong number', 0.02)) this.gateway.invalidPhones.add(household.phone);
    this.families = new Families(this, chance.fork('conduct'));
    this.staff = new Staff(this, chance.fork('staff'));
    this.oracle = new Oracle({
      seed: options.seed, time: this.time, gateway: this.gateway, written: this.world.written, systemNow, familyOf: (group, number) => this.byNumber.get(`${group} ${number}`), onCallTask: (turnId) => this.staff.hearsOfTask(turnId),
      identityOf: (index) => this.identityOf(index), hearers: () => this.life.hearers,
    });
    this.life = new Life(this, chance.fork('life'), { households, rollSize: this.roll.length });
    this.audit = new Audit(this.oracle, (index) => this.identityOf(index));
    this.liveness = new Liveness(this.oracle, { time: this.time, gateway: this.gateway });
    this.faults = new Faults(this, chance.fork('faults'));
    this.sweep = new Sweep({ world: this.world, oracle: this.oracle, gateway: this.gateway, time: this.time, upSinceMs: () => this.upSinceMs, reviewerOf: this.staff.reviewerOf });
  }

  familyOfPhone(phone: string): Household | undefined {
    return this.byPhone.get(phone);
  }

  /** Whose blind index this is: everybody's is worked out once. */
  private identityOf(blindIndex: string): string | undefined {
    this.identities ??= new Map([...this.byPhone.values()].flatMap(({ people }) => people.map(({ identity }) => [this.world.crypto.blindIndex('identity', identity), identity] as const)));
    return this.identities.get(blindIndex);
  }

  readsMessages(family: { readonly index: number }): boolean {
    return !this.trait(family, 'reads nothing', 0.12);
  }

  answersPhone(family: { readonly index: number }): boolean {
    return !this.trait(family, 'hears nothing', 0.3);
  }

  hasWechat(family: { readonly index: number }): boolean {
    return this.trait(family, 'wechat', 0.3);
  }

  /** 18:00 of the system's day, or of the next one when it is past. */
  eveningMs(): number {
    const nowMs = this.world.systemNow();
    const evening = nowMs - timeOfDay(nowMs) + law.windowEndMs;
    return evening > nowMs ? evening : evening + DAY;
  }

  /**
   * One step: something happens to the running service, and the oracle looks. Undefined when the service is down or
   * dies of it. `beforeJudging` lets the oracle learn first what it could not know.
   */
  async run<T>(step: string, act: () => Promise<T>, beforeJudging?: () => Promise<void>): Promise<T | undefined> {
    if (!this.world.isUp) return undefined;
    this.oracle.step = step;
    this.steps += 1;
    const beganMs = this.time.trueMs;
    let result: T | undefined;
    try {
      result = await act();
    } catch (error) {
      if (!isCrash(error)) this.oracle.violate(`no exception: ${String((error as Error).stack ?? error)}`);
    }
    if (this.world.hasDied) {
      await this.bury();
      return undefined;
    }
    // While a slow answer was waited for, something may have fallen due: the service looks again within a second.
    if (this.time.trueMs > beganMs && step !== 'time passes') this.lookBy(this.time.trueMs + this.chance.int(1, 1_000));
    await beforeJudging?.();
    await this.oracle.observe(this.world.store);
    for (const error of this.world.errors.splice(0)) this.oracle.violate(`no error is logged: ${error}`);
    return result;
  }

  /**
   * After an act the relay runs, unless it is just then that nobody gets to it. A look follows within a second; one
   * that comes after the relay and finds nothing due may as well be left out.
   */
  async afterAct(): Promise<void> {
    const isKicked = this.chance.happens(0.9);
    if (isKicked) await this.run('kick', () => this.world.kick());
    if (!isKicked || this.chance.happens(0.4)) this.lookBy(this.time.trueMs + this.chance.int(1, 1_000));
  }

  async look(): Promise<void> {
    this.nextLookMs = Number.POSITIVE_INFINITY;
    this.lastDueMs = null;
    const lookedAtMs = this.world.isUp ? this.world.systemNow() : 0;
    this.oracle.duties.lookBegins();
    const both = this.options.faults && this.chance.happens(0.3);
    await this.run('look', () => this.world.look(both));
    if (!this.world.isUp) return;
    this.lookedAtMs = lookedAtMs;
    this.liveness.check(lookedAtMs);
    this.oracle.duties.check(lookedAtMs);
  }

  /** The timer meeting an act in the same instant. */
  async settle(laneId: string): Promise<string> {
    const { kernel } = this.world;
    await change(kernel, systemAct('到时自动处理'), (work) => enterLane(kernel, work, laneId, { type: 'Settle' }));
    return 'settled';
  }

  /** The simulation from first to last. */
  async simulate(): Promise<SimulationResult> {
    let heads: readonly string[] = [];
    let ledgerVerified = false;
    try {
      const endMs = this.time.trueMs + this.options.days * DAY;
      await this.world.start();
      this.upSinceMs = this.time.trueMs;
      await this.staff.hire();
      this.plan(endMs);
      await this.live(endMs);
      await this.rest();
      await this.sweepAll(true);
      await this.readPublicLedger();
      ({ heads, ledgerVerified } = await this.verify());
    } catch (error) {
      // Such as a service that does not come up again.
      this.oracle.violate(`no exception: ${String((error as Error).stack ?? error)}`);
    } finally {
      await this.world.close();
    }
    const { entries, ...counts } = this.oracle.city.counts;
    return { counts: { ...counts, ...this.oracle.books.counts }, ledgerEntries: entries, ledgerVerified, violations: this.oracle.violations, steps: this.steps, heads };
  }

  private async sweepAll(whole: boolean): Promise<void> {
    await this.sweep.run(whole);
    if (whole) await this.audit.run(this.world.store, this.lookedAtMs);
  }

  /** S2: what everybody can download, replayed by the public verifier. */
  private async readPublicLedger(): Promise<void> {
    const papers = new Papers();
    const rules = { version: 1, windowStartMs: law.windowStartMs, windowEndMs: law.windowEndMs, turnMs: law.turnMs, maxDeferrals: law.maxDeferrals };
    for (const stream of [...this.oracle.publicEntries.keys()].sort()) {
      const entries = await this.world.store.read((tx) => tx.ledger.find({ stream }, { sort: [['seq', 'asc']] }));
      papers.add({ stream, entries: entries.map(({ seq, atMs, type, open, detailHash, prevHash, hash }) => ({ stream, seq, atMs, type, open, detailHash, prevHash, hash })) });
    }
    this.oracle.step = 'the public ledger is read';
    for (const { verdict, en } of papers.check({ keys: this.world.keys.publicKeys, rulesOf: () => rules })) this.oracle.check(verdict !== 'wrong', () => `S2: the public verifier finds nothing wrong: ${en}`);
  }

  /** S1: the whole ledger once more, from the store alone. */
  private async verify(): Promise<{ heads: readonly string[]; ledgerVerified: boolean }> {
    const { oracle, world } = this;
    const { entries, verified, problems } = await verifyLedger(world.store, { nowMs: world.systemNow() });
    for (const { stream, seq, what } of problems) oracle.violate(`ledger ${stream} ${seq}: ${what}`);
    oracle.check(entries === oracle.city.counts.entries, () => `${oracle.city.counts.entries} entries seen, ${entries} kept`);
    const heads = await world.store.read((tx) => tx.ledgerHeads.find({}, { sort: [['id', 'asc']] }));
    return { heads: heads.map(({ id, hash }) => `${id} ${hash}`), ledgerVerified: verified };
  }

  /** The last look, with nothing breaking any more. */
  private async rest(): Promise<void> {
    this.gateway.crashAtNextAcceptance = false;
    while (!this.world.isUp) await this.restart();
    this.world.store.disarm();
    await this.look();
  }

  private plan(endMs: number): void {
    const { agenda, chance, staff, time } = this;
    const { roll, rollHomes } = this;
    // Most of what there is comes from registers, the last homes while the city is at it; the others are reported one by one.
    const registered = rollHomes.slice(0, Math.ceil(rollHomes.length * REGISTERED_SHARE));
    const parts = Math.min(4, 1 + Math.floor(this.options.days / 4));
    const cut = <T>(items: readonly T[], part: number) => items.slice(part === 0 ? 0 : Math.floor(items.length * (0.6 + (0.4 * part) / parts)), Math.floor(items.length * (0.6 + (0.4 * (part + 1)) / parts)));
    for (let part = 0; part < parts; part += 1) {
      agenda.add(time.trueMs + (part === 0 ? 0 : Math.floor(((part + chance.next() * 0.5) * this.options.days * DAY) / (parts + 1))), () => staff.imports(part === 0 ? roll.slice(0, -LATE_ROLL) : [], cut(registered, part)));
    }
    // Before the first batch gives out the numbers that follow (G6).
    agenda.add(time.trueMs + chance.int(2 * HOUR, 20 * HOUR), () => staff.imports(roll.slice(-LATE_ROLL), []));
    agenda.add(time.trueMs + chance.int(HOUR, this.options.days * DAY), () => staff.importsInVain(roll.slice(0, 200)));
    this.life.plan(this.options.days, rollHomes.slice(registered.length));
    const firstMs = time.trueMs;
    for (let dayMs = time.trueMs - timeOfDay(time.trueMs); dayMs < endMs; dayMs += DAY) {
      for (const atMs of [law.windowStartMs - 1, law.windowStartMs, law.windowEndMs - 1, law.windowEndMs]) agenda.add(Math.max(time.trueMs, dayMs + atMs), () => this.look());
      agenda.add(dayMs + 27 * HOUR, async () => {
        this.onDay(Math.round((dayMs + 27 * HOUR - firstMs) / DAY), this.oracle.violations.length);
        await staff.tidies();
        await this.look();
        if (this.world.isUp) await this.life.sealing.inspects();
        if (this.world.isUp) await this.sweepAll(this.isWholeDay(dayMs));
      });
      for (let i = 0; i < 2; i += 1) agenda.add(dayMs + chance.int(9 * HOUR, 20 * HOUR), () => this.someonePushesIn());
    }
    if (this.options.faults) this.faults.begin();
  }

  private async live(endMs: number): Promise<void> {
    for (;;) {
      await this.noticeDue();
      const nextMs = Math.min(this.agenda.nextAtMs, this.nextLookMs);
      if (nextMs >= endMs || this.oracle.violations.length > 50) return;
      if (this.world.isUp) await this.run('time passes', () => this.world.advanceTo(nextMs));
      // Also when the service is down, or has just died of the beat.
      if (this.time.trueMs < nextMs) await this.world.advanceTo(nextMs);
      if (this.agenda.nextAtMs <= this.time.trueMs) await this.agenda.take()!();
      else if (this.world.isUp) await this.look();
      else this.nextLookMs = Number.POSITIVE_INFINITY;
    }
  }

  /** The service looks every second; here it looks when something is due, or up to a second later. */
  private async noticeDue(): Promise<void> {
    if (!this.world.isUp) return;
    const dueMs = await this.nextDue();
    if (dueMs === null || dueMs === this.lastDueMs) return;
    this.lastDueMs = dueMs;
    this.lookBy(Math.max(this.time.trueMs + 1, this.time.trueTimeOf(dueMs)) + (this.chance.happens(0.5) ? 0 : this.chance.int(1, 1_000)));
  }

  /** Asked again only when somebody wrote, or when what was due has come. */
  private async nextDue(): Promise<number | null> {
    const { transactions } = this.world.store;
    if (transactions !== this.due.transactions || (this.due.atMs !== null && this.due.atMs <= this.world.systemNow())) this.due = { transactions, atMs: await this.world.nextDue() };
    return this.due.atMs;
  }

  private lookBy(trueMs: number): void {
    this.nextLookMs = Math.min(this.nextLookMs, trueMs);
  }

  private async bury(): Promise<void> {
    this.nextLookMs = Number.POSITIVE_INFINITY;
    this.due = { transactions: -1, atMs: null };
    this.world.errors.length = 0;
    this.time.serviceDown();
    this.oracle.processDied();
    await this.world.bury();
    this.agenda.add(this.time.trueMs + this.faults.downtimeMs(), () => this.restart());
  }

  private async restart(): Promise<void> {
    if (this.world.isUp) return;
    this.oracle.step = 'restart';
    await this.world.start();
    this.upSinceMs = this.time.trueMs;
    this.liveness.serviceBack();
    await this.staff.meetsInterrupted();
    await this.oracle.observe(this.world.store);
    await this.sweep.run(false);
    await this.look();
    // A dead relay's claims lapse after half a minute.
    this.agenda.add(this.time.trueMs + 31_000, () => this.look());
    if (this.chance.happens(0.1) && this.world.isUp) this.world.store.arm(this.chance.int(1, 4), 'after');
  }

  private toldByWechat(key: string): void {
    const turnId = key.replace('subscription-turnOpened-', '');
    this.oracle.city.offer(turnId, 'subscriptionMessage', this.world.systemNow());
    this.agenda.add(this.time.trueMs + 1_000, async () => this.families.learnsOf(turnId, () => this.oracle.city.turns.get(turnId)?.ticket));
  }

  /** Everything is looked at every day of a short run, every tenth of a long one. */
  private isWholeDay(dayMs: number): boolean {
    return this.options.days <= 10 || Math.floor(dayMs / DAY) % 10 === 0;
  }

  private async someonePushesIn(): Promise<void> {
    const tickets = [...this.oracle.city.tickets.values()];
    if (tickets.length > 0) await this.families.pushIn(this.chance.of(tickets));
  }

  /** A lasting trait of a family, the same whenever it is asked for. */
  private trait(family: { readonly index: number }, name: string, share: number): boolean {
    return new SeededChance(`seed ${this.options.seed}/${name}/${family.index}`).happens(share);
  }
}
