/** What staff do: import registers, open, pause and resume lanes, telephone families, help at the window. */
import type { ListingState } from '../../shared/lane';
import { Refusal, type Caller } from '../../bff/http/request';
import { sweepExpired } from '../../bff/jobs/jobs';
import { HOUR, MINUTE, type CityTicket } from './city';
import { districtNames } from './life/people';
import { doorOf, importFamilies, importHomes, type RollFamily, type RollHome } from './registers';
import type { SeededChance } from './seeded-chance';
import type { Simulation } from './simulation';

const city: Caller = { kind: 'staff', sessionId: 'session', staffId: 'staff-city', role: 'city', districts: [] };

export class Staff {
  /** Q7: who reviews in which district. */
  readonly reviewerOf = new Map(districtNames.map((district, at) => [district as string, `staff-reviewer-${at}`]));
  private readonly lanesOpened = new Set<string>();
  private files = 0;
  /** Homes of files that are being imported and of reports under way. */
  private readonly coming = new Map<RollHome, ListingState>();

  constructor(private readonly sim: Simulation, private readonly chance: SeededChance) {}

  window(district: string): Caller {
    return { kind: 'staff', sessionId: 'session', staffId: `staff-window-${district}`, role: 'window', districts: [district] };
  }

  /** The reviewers of Q7 exist from the first day. */
  async hire(): Promise<void> {
    const { kernel } = this.sim.world;
    await this.sim.world.store.transact(async (tx) => {
      for (const [district, id] of this.reviewerOf) {
        await tx.staff.insert({ id, account: id, passwordHash: '', name: '审核员', role: 'districtReviewer', districts: [district], streets: [], phoneSealed: kernel.crypto.seal(`1580000000${id.at(-1)}`), active: true });
      }
    });
  }

  /** A register comes in; until the file is through, staff start it again (an import done twice changes nothing). */
  async imports(families: readonly RollFamily[], homes: readonly RollHome[]): Promise<void> {
    const { sim } = this;
    const again = () => sim.agenda.add(sim.time.trueMs + 10 * MINUTE, () => this.imports(families, homes));
    if (!sim.world.isUp) return again();
    this.files += 1;
    this.expects(homes);
    const done = await sim.run('import', async () => {
      const [roll, listings] = [families.length === 0 ? null : await importFamilies(sim.world.kernel, `${sim.world.dir}/roll-${this.files}.xlsx`, families), homes.length === 0 ? null : await importHomes(sim.world.kernel, `${sim.world.dir}/homes-${this.files}.xlsx`, homes)];
      await this.meetHomes(homes);
      if (roll !== null) sim.oracle.check(roll.refusedRows === 0 && roll.accepted === families.length, () => `G6: all ${families.length} families are accepted: ${JSON.stringify(roll.refused.slice(0, 3))}`);
      if (listings !== null) sim.oracle.check(listings.refusedRows === 0 && listings.accepted === homes.length, () => `L1: all ${homes.length} homes are accepted: ${JSON.stringify(listings.refused.slice(0, 3))}`);
      return true;
    }, () => this.meetHomes(homes));
    if (done === undefined) return again();
    this.arrived(homes);
    await sim.run('families bind WeChat', () => this.bindWechat(families));
    this.opensNewLanes();
    await sim.afterAct();
  }

  /** The same file again, and a number somebody has already: nothing changes (G2, G6). */
  async importsInVain(families: readonly RollFamily[]): Promise<void> {
    const { sim } = this;
    const [first, second] = families;
    if (first === undefined || second === undefined) return;
    this.files += 1;
    const before = sim.oracle.city.tickets.size;
    await sim.run('import again', async () => {
      const again = await importFamilies(sim.world.kernel, `${sim.world.dir}/again-${this.files}.xlsx`, families);
      sim.oracle.check(again.unchanged === families.length, 'G6: a register imported again changes nothing');
      const swapped = { ...second, row: { ...second.row, 组别: first.row.组别, 轮候顺序号: first.row.轮候顺序号 } };
      const taken = await importFamilies(sim.world.kernel, `${sim.world.dir}/taken-${this.files}.xlsx`, [swapped]);
      sim.oracle.check(taken.refusedRows === 1, 'G2: a number somebody has is not given to another');
    });
    sim.oracle.check(sim.oracle.city.tickets.size === before, 'G2: no number is used again');
  }

  /** A process that died in the middle of an import or a report may have written some of its homes. */
  async meetsInterrupted(): Promise<void> {
    if (this.coming.size > 0) await this.meetHomes([...this.coming.keys()], this.coming);
  }

  /** Homes that may be written from now on; those an operator reports are drafts first. */
  expects(homes: readonly RollHome[], state?: 'draft'): void {
    for (const home of homes) this.coming.set(home, state ?? home.state);
  }

  arrived(homes: readonly RollHome[]): void {
    for (const home of homes) this.coming.delete(home);
  }

  /** Which stored home is which of the register's; the oracle takes state and lane from the register. */
  async meetHomes(homes: readonly RollHome[], states: ReadonlyMap<RollHome, ListingState> = new Map()): Promise<void> {
    const { world, oracle } = this.sim;
    const byDoor = new Map(homes.map((home) => [home.door, home]));
    for (const listing of await world.store.read((tx) => tx.listings.find({}))) {
      const roll = byDoor.get(doorOf(listing.communityName, listing.building, listing.entrance, listing.room));
      if (roll !== undefined && !oracle.city.homes.has(listing.id)) oracle.city.homes.set(listing.id, { laneId: roll.laneId, district: listing.district, floor: Number(roll.row.楼层), state: states.get(roll) ?? roll.state, review: null, holder: undefined });
    }
  }

  /** The second channel is there for those who bound it. */
  private async bindWechat(families: readonly RollFamily[]): Promise<void> {
    const { kernel, store } = this.sim.world;
    const bound = families.filter((family) => this.sim.hasWechat(family));
    await store.transact(async (tx) => {
      for (const family of bound) {
        const household = await tx.households.get(`household-${family.group}-${family.queueNumber}`);
        if (household !== null && household.wechatOpenIdSealed === null) await tx.households.replace({ ...household, wechatOpenIdSealed: kernel.crypto.seal(`openid-${family.index}`) });
      }
    });
  }

  /** A lane opens once it has somebody; at any time of day, and often at an awkward one. */
  opensNewLanes(): void {
    const { sim, chance } = this;
    for (const lane of sim.oracle.city.lanes.values()) {
      if (this.lanesOpened.has(lane.id)) continue;
      this.lanesOpened.add(lane.id);
      const when = chance.weighted({ soon: 4, evening: 2, morning: 1, any: 2 });
      const atMs = { soon: sim.time.trueMs + chance.int(1, 60) * MINUTE, evening: sim.time.trueTimeOf(sim.eveningMs() + chance.int(-1, 0)), morning: sim.time.trueTimeOf(sim.eveningMs() + 14 * HOUR - 1), any: sim.time.trueMs + chance.int(1, 30 * HOUR) }[when];
      sim.agenda.add(atMs, () => this.opens(lane.id));
      sim.agenda.add(atMs + chance.int(HOUR, 90 * HOUR), () => this.pauses(lane.id));
    }
  }

  private async opens(laneId: string): Promise<void> {
    if (await this.runLane('openLane', laneId)) return;
    this.sim.agenda.add(this.sim.time.trueMs + 5 * MINUTE, () => this.opens(laneId));
  }

  private async pauses(laneId: string): Promise<void> {
    const { sim, chance } = this;
    await this.runLane('pauseLane', laneId);
    const lengthMs = chance.weighted({ short: 5, long: 2 }) === 'short' ? chance.int(1_000, HOUR) : chance.int(HOUR, 20 * HOUR);
    sim.agenda.add(sim.time.trueMs + lengthMs, () => this.resumes(laneId));
  }

  private async resumes(laneId: string): Promise<void> {
    const { sim, chance } = this;
    if (!(await this.runLane('resumeLane', laneId))) return sim.agenda.add(sim.time.trueMs + 5 * MINUTE, () => this.resumes(laneId));
    sim.agenda.add(sim.time.trueMs + chance.int(12 * HOUR, 8 * 24 * HOUR), () => this.pauses(laneId));
  }

  /** False when nobody answered. */
  private async runLane(name: 'openLane' | 'pauseLane' | 'resumeLane', laneId: string): Promise<boolean> {
    const { sim } = this;
    const before = sim.oracle.city.lane(laneId).state;
    const answer = await sim.run(`${name} ${laneId}`, () => sim.world.call(name, { params: { laneId }, body: { reason: '模拟' }, caller: city }));
    if (answer === undefined) return false;
    const allowed = { openLane: 'closed', pauseLane: 'open', resumeLane: 'paused' }[name] === before;
    sim.oracle.check(answer instanceof Refusal !== allowed, () => `${name} of a ${before} lane is ${allowed ? 'granted' : 'refused'}, not ${answer instanceof Refusal ? answer.code : 'granted'}`);
    await sim.afterAct();
    return true;
  }

  /** Q8: a telephone task is taken up, or not. */
  hearsOfTask(turnId: string): void {
    const { sim, chance } = this;
    if (chance.happens(0.25)) return;
    sim.agenda.add(sim.time.trueMs + chance.int(MINUTE, 100 * MINUTE), () => this.telephones(turnId, 1));
  }

  private async telephones(turnId: string, attempt: number): Promise<void> {
    const { sim, chance } = this;
    const { city: known } = sim.oracle;
    const turn = known.turns.get(turnId);
    if (turn === undefined || !sim.world.isUp) return;
    const reached = sim.answersPhone(turn.ticket.family) && chance.happens(0.8);
    const wasUnproven = turn.proof === 'none';
    const offer = reached ? known.offer(turnId, 'staffCall', sim.world.systemNow()) : null;
    const answer = await sim.run(`staff call about ${turnId}`, () => sim.world.call('recordCall', { params: { taskId: `call-${turnId}` }, body: { reached, note: '模拟' }, caller: this.window(turn.ticket.family.district) }));
    if (answer === undefined) return;
    if (!(answer instanceof Refusal)) {
      // Told is told: from here the family has its whole four hours, unless it was told before.
      if (offer !== null && wasUnproven) offer.acknowledged = true;
      if (reached) sim.families.learnsOf(turnId, () => turn.ticket);
      else if (attempt < 3) sim.agenda.add(sim.time.trueMs + chance.int(10, 60) * MINUTE, () => this.telephones(turnId, attempt + 1));
    }
    await sim.afterAct();
  }

  /** Q10. */
  async assists(ticket: CityTicket, listingId: string, key: string): Promise<void> {
    await this.sim.families.tryPick(ticket, listingId, key, true);
  }

  /** Once a day: what is kept only for a time is removed. */
  async tidies(): Promise<void> {
    await this.sim.run('tidy', () => sweepExpired(this.sim.world.kernel));
  }
}
