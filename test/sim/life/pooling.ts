/** L1–L4: operators report homes, districts and the city review them; homes are reserved, repaired, withdrawn and put back. */
import { HOUR, type CityHome } from '../city';
import { DAY } from '../days';
import type { RollHome } from '../registers';
import type { Acts } from './acts';
import { districtNames } from './people';

type PoolAct = 'submit' | 'approve' | 'reject' | 'requestReserve' | 'releaseReserve' | 'startMaintenance' | 'endMaintenance' | 'withdraw' | 'restore';

interface BulkAnswer {
  readonly results: readonly { readonly ok: boolean; readonly code: string | null; readonly listingId: string | null }[];
}

export class Pooling {
  constructor(private readonly acts: Acts, private readonly meetHomes: (homes: readonly RollHome[]) => Promise<void>) {}

  private get homes(): ReadonlyMap<string, CityHome> {
    return this.acts.sim.oracle.city.homes;
  }

  /** Homes are finished: the operator reports them, one of them twice. */
  async reports(homes: readonly RollHome[]): Promise<void> {
    const { acts } = this;
    for (const district of districtNames) {
      const own = homes.filter(({ row }) => row.所属区 === district);
      if (own.length > 0) await this.reportsIn(district, own);
    }
    if (acts.sim.world.isUp) acts.sim.staff.opensNewLanes();
  }

  private async reportsIn(district: string, homes: readonly RollHome[]): Promise<void> {
    const { acts } = this;
    acts.sim.staff.expects(homes, 'draft');
    const done = await acts.sitting('homes are reported', async () => {
      // Those of a request whose answer was lost are there already.
      await this.meetHomes(homes);
      const body = { submit: true, homes: homes.map(reportedHome) };
      const answer = await acts.ask<BulkAnswer>('reportHomes', acts.staff('operator', district), { body });
      acts.sim.oracle.check(answer?.results.length === homes.length && answer.results.every(({ ok, code }) => ok || code === 'HOME_EXISTS'), () => `L1: homes are reported: ${JSON.stringify(answer?.results.find(({ ok }) => !ok))}`);
      const again = await acts.ask<BulkAnswer>('reportHomes', acts.staff('operator', district), { body: { submit: true, homes: homes.slice(0, 1).map(reportedHome) } });
      acts.sim.oracle.check(again?.results[0]?.code === 'HOME_EXISTS', () => `L1: one door is one home, not ${String(again?.results[0]?.code)}`);
      const elsewhere = await acts.ask<BulkAnswer>('reportHomes', acts.staff('operator', districtNames.find((name) => name !== district)!), { body: { submit: true, homes: homes.slice(0, 1).map(reportedHome) } });
      acts.sim.oracle.check(elsewhere?.results[0]?.code === 'FORBIDDEN', () => `P1: another district's operator reports nothing here, not ${String(elsewhere?.results[0]?.code)}`);
      await this.meetHomes(homes);
      return acts;
    }, () => this.reportsIn(district, homes));
    if (done !== null) acts.sim.staff.arrived(homes);
  }

  /** On somebody's desk. */
  underReview(listingId: string): void {
    const { acts } = this;
    acts.in(acts.chance.int(HOUR, 5 * DAY), () => this.reviews(listingId));
  }

  private async reviews(listingId: string): Promise<void> {
    const { acts } = this;
    const home = this.homes.get(listingId);
    if (home?.review == null) return;
    const rejects = home.review.kind !== 'vacated' && acts.chance.happens(0.08);
    if (acts.chance.happens(0.08)) await this.does(listingId, 'approve', home.review.step === 'city' ? 'districtReviewer' : 'city');
    await this.does(listingId, rejects ? 'reject' : 'approve', home.review.step === 'city' ? 'city' : 'districtReviewer');
    if (home.state === 'draft') acts.in(acts.chance.int(HOUR, 10 * DAY), () => this.does(listingId, 'submit', 'operator'));
  }

  /** Something is done to some home that nobody has. */
  async something(): Promise<void> {
    const { acts } = this;
    const free = [...this.homes.keys()].filter((id) => !['picked', 'allocated', 'leased'].includes(this.homes.get(id)!.state));
    if (free.length === 0) return;
    const id = acts.chance.of(free);
    switch (this.homes.get(id)!.state) {
      case 'available': return this.does(id, acts.chance.weighted({ requestReserve: 5, startMaintenance: 3, withdraw: 1 }), acts.chance.happens(0.1) ? 'districtReviewer' : 'operator');
      case 'reserved': return this.does(id, acts.chance.weighted({ releaseReserve: 6, startMaintenance: 2 }), 'operator');
      case 'maintenance': return this.does(id, 'endMaintenance', 'operator');
      case 'withdrawn': return this.does(id, 'restore', 'districtReviewer');
      case 'draft': return this.does(id, 'submit', 'operator');
      default: return this.does(id, 'endMaintenance', 'operator');
    }
  }

  private async does(listingId: string, act: PoolAct, role: 'operator' | 'districtReviewer' | 'city'): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${act} of home ${listingId}`, async () => {
      const home = this.homes.get(listingId)!;
      const expected = this.expected(home, act, role);
      const by = role === 'city' ? acts.city : acts.staff(role, home.district);
      const answer = await acts.ask<BulkAnswer>('actOnHomes', by, { body: { act, reason: '按规定办理', items: [{ listingId, version: await acts.versionOf('listings', listingId) }] } });
      const code = answer?.results[0]?.ok === true ? 'granted' : String(answer?.results[0]?.code);
      acts.sim.oracle.check(expected.includes(code), () => `L1–L3: ${act} by ${role} of home ${listingId} (${home.state}) is ${expected.join(' or ')}, not ${code}`);
      return acts;
    }, () => Promise.resolve());
  }

  /** L1–L3, P1, Q4, from the rules. */
  private expected(home: CityHome, act: PoolAct, role: 'operator' | 'districtReviewer' | 'city'): string[] {
    const { state, review, laneId, floor } = home;
    const lane = this.acts.sim.oracle.city.lane(laneId);
    // The last home is not taken from under the hands of who has the turn.
    const takes = () => (state === 'available' && lane.turn !== null && lane.homes.size <= 1 ? ['LAST_HOME_IN_TURN'] : ['granted']);
    const only = (role_: string, states: readonly string[], then = () => ['granted']) => (role !== role_ ? ['FORBIDDEN'] : states.includes(state) ? then() : ['STATE_MISMATCH']);
    switch (act) {
      case 'approve':
      case 'reject':
        if (role === 'operator') return ['FORBIDDEN'];
        if (review === null) return ['STATE_MISMATCH'];
        if (review.step !== (role === 'city' ? 'city' : 'district')) return ['FORBIDDEN'];
        if (act === 'reject') return ['granted'];
        if (review.kind === 'reserve' && state !== 'available') return ['HOME_NOT_AVAILABLE'];
        return review.kind === 'reserve' && review.step === 'city' ? takes() : ['granted'];
      case 'submit': return only('operator', ['draft']);
      case 'requestReserve': return only('operator', ['available'], () => (review !== null ? ['STATE_MISMATCH'] : floor <= 2 ? ['granted'] : ['granted', 'FLOOR_NOT_RESERVABLE']));
      case 'releaseReserve': return only('operator', ['reserved']);
      case 'startMaintenance': return only('operator', ['available', 'reserved'], takes);
      case 'endMaintenance': return only('operator', ['maintenance']);
      case 'withdraw': return role === 'operator' ? (state === 'draft' ? ['granted'] : ['STATE_MISMATCH']) : only('districtReviewer', ['draft', 'inReview', 'available', 'reserved', 'maintenance'], takes);
      case 'restore': return only('districtReviewer', ['withdrawn']);
    }
  }
}

function reportedHome({ row }: RollHome): object {
  return {
    district: row.所属区, community: row.小区名称, building: row.楼栋, entrance: row.单元, floor: row.楼层, room: row.房号, bedrooms: row.居室, areaSqm: row['建筑面积（㎡）'], orientation: row.朝向,
    rentFen: Number(row['月租金（元）']) * 100, owner: row.产权单位, remark: '',
  };
}
