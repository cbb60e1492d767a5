/** A1, A2, A4: from the pick to the lease: papers downloaded or not, originals checked, doubts, leases signed in time or not. */
import { HOUR, MINUTE } from '../city';
import { DAY, dateOf, dayNumber } from '../days';
import type { Acts, Expected } from './acts';
import type { AllocationBook } from './books';

type StaffAct = 'checkOriginals' | 'signLease' | 'raiseDoubt' | 'confirmDoubt' | 'clearDoubt' | 'giveUp';

export class MovingIn {
  private contracts = 0;

  constructor(private readonly acts: Acts, private readonly homeDistrictOf: (listingId: string) => string) {}

  /** Somebody has picked: a few give up before anything else. */
  picked(allocation: AllocationBook): void {
    const { acts } = this;
    if (allocation.case.household.isQuitter || acts.chance.happens(0.04)) acts.in(acts.chance.int(HOUR, 4 * DAY), () => this.givesUp(allocation));
    else if (acts.chance.happens(0.05)) acts.in(acts.chance.int(HOUR, 3 * DAY), () => this.onStaff(allocation, 'signLease'));
  }

  /** The notice is there, for the first time or again after a doubt. */
  qualified(allocation: AllocationBook): void {
    const { acts } = this;
    const { chance } = acts;
    if (!allocation.isDownloaded) {
      const when = chance.weighted({ inTime: 78, edge: 6, late: 10, never: 6 });
      if (when === 'inTime') acts.in(chance.int(HOUR, 3 * DAY), () => this.downloads(allocation));
      else if (when === 'edge') acts.at(allocation.downloadByMs + chance.int(-1, 0), () => this.downloads(allocation));
      else if (when === 'late') acts.at(allocation.downloadByMs + chance.int(HOUR, 10 * DAY), () => this.downloads(allocation));
    }
    switch (chance.weighted({ signs: 70, edge: 6, never: 8, givesUp: 5, refuses: 5, cleared: 6, ineligible: 4, unchecked: 4 })) {
      case 'signs':
        acts.onDay(1, 8, () => this.onStaff(allocation, 'checkOriginals'));
        return acts.onDay(9, 24, () => this.onStaff(allocation, 'signLease'));
      case 'edge':
        acts.onDay(1, 8, () => this.onStaff(allocation, 'checkOriginals'));
        return acts.at(allocation.leaseByMs + chance.int(-1, 1), () => this.onStaff(allocation, 'signLease'));
      case 'never':
        if (chance.happens(0.5)) acts.at(allocation.leaseByMs + chance.int(MINUTE, DAY), () => this.onStaff(allocation, 'signLease'));
        return;
      case 'givesUp': return acts.onDay(1, 25, () => this.givesUp(allocation));
      case 'refuses': return this.doubts(allocation, 'documentsRefused', 'confirmDoubt');
      case 'cleared': return this.doubts(allocation, 'ineligible', 'clearDoubt');
      case 'ineligible': return this.doubts(allocation, 'ineligible', 'confirmDoubt');
      case 'unchecked':
        acts.onDay(1, 3, () => this.onStaff(allocation, 'signLease'));
        acts.onDay(4, 8, () => this.onStaff(allocation, 'checkOriginals'));
        return acts.onDay(9, 24, () => this.onStaff(allocation, 'signLease'));
    }
  }

  private doubts(allocation: AllocationBook, doubt: 'ineligible' | 'documentsRefused', then: 'confirmDoubt' | 'clearDoubt'): void {
    this.acts.onDay(1, 20, async () => {
      await this.onStaff(allocation, 'raiseDoubt', doubt);
      this.acts.in(this.acts.chance.int(HOUR, 15 * DAY), () => this.onStaff(allocation, then));
    });
  }

  private async downloads(allocation: AllocationBook): Promise<void> {
    const { acts } = this;
    await acts.sitting(`the notice of ${allocation.id} is downloaded`, async () => {
      const isThere = ['qualified', 'inDoubt', 'leased'].includes(allocation.state);
      const notice = await acts.ask<{ noticeNumber: string }>('downloadNotice', acts.family(allocation.case.household), { params: { allocationId: allocation.id } }, isThere ? 'granted' : 'STATE_MISMATCH');
      acts.sim.oracle.check(notice === null || notice.noticeNumber === allocation.noticeNumber, () => `A3: the notice of ${allocation.id} is number ${allocation.noticeNumber}`);
      return allocation;
    }, () => this.downloads(allocation));
  }

  private async givesUp(allocation: AllocationBook): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${allocation.id} is given up`, async () => {
      const isOpen = ['publicised', 'qualified', 'inDoubt'].includes(allocation.state);
      await acts.ask('giveUpAllocation', acts.family(allocation.case.household), { params: { allocationId: allocation.id }, body: { version: await acts.versionOf('allocations', allocation.id), confirm: true } }, isOpen ? 'granted' : 'STATE_MISMATCH');
      return allocation;
    }, () => this.givesUp(allocation));
  }

  /** What the rules say of an act at move-in, at this instant. */
  private expected({ state, leaseByMs, areOriginalsChecked, isUntold }: AllocationBook, act: StaffAct): Expected {
    // Originals are checked also while a lease signed in time may be entered.
    const isLate = this.acts.nowMs >= leaseByMs && !isUntold && act !== 'checkOriginals';
    if (act === 'confirmDoubt' || act === 'clearDoubt') return state === 'inDoubt' ? 'granted' : 'STATE_MISMATCH';
    if (state !== 'qualified') return 'STATE_MISMATCH';
    if (isLate) return 'LEASE_TOO_LATE';
    return act === 'signLease' && !areOriginalsChecked ? 'ORIGINALS_NOT_CHECKED' : 'granted';
  }

  private async onStaff(allocation: AllocationBook, act: StaffAct, doubt?: 'ineligible' | 'documentsRefused'): Promise<void> {
    const { acts } = this;
    const isStale = acts.chance.happens(0.05);
    await acts.sitting(`${act} of ${allocation.id}`, async () => {
      const isDistrict = act === 'confirmDoubt' || act === 'clearDoubt';
      const by = isDistrict ? acts.staff('districtReviewer', allocation.case.household.district) : acts.staff('operator', this.homeDistrictOf(allocation.listingId));
      this.contracts += 1;
      const version = await acts.versionOf('allocations', allocation.id);
      const body = { act, version, reason: '按规定办理', ...(act === 'signLease' ? { contractNumber: `C-${this.contracts}` } : {}), ...(doubt === undefined ? {} : { doubt }) };
      const params = { allocationId: allocation.id };
      if (isStale) await acts.ask('actOnAllocation', by, { params, body: { ...body, version: version - 1 } }, 'REQUEST_IN_CONFLICT');
      await acts.ask('actOnAllocation', by, { params, body }, this.expected(allocation, act));
      return allocation;
    }, () => this.onStaff(allocation, act, doubt));
  }

  /** L1: some move out again after a while; the operator reports the home vacated. */
  leased(allocation: AllocationBook): void {
    const { acts } = this;
    if (acts.chance.happens(0.25)) acts.in(acts.chance.int(30, 160) * DAY, () => this.vacates(allocation));
  }

  private async vacates({ listingId }: AllocationBook): Promise<void> {
    const { acts } = this;
    await acts.sitting(`home ${listingId} is vacated`, async () => {
      if (acts.sim.oracle.city.homes.get(listingId)?.state !== 'leased') return acts;
      const body = { act: 'reportVacated', reason: '承租户退房', vacatedDay: dateOf(dayNumber(acts.nowMs) - acts.chance.int(0, 3)), items: [{ listingId, version: await acts.versionOf('listings', listingId) }] };
      const answer = await acts.ask<{ results: { ok: boolean; code: string | null }[] }>('actOnHomes', acts.staff('operator', this.homeDistrictOf(listingId)), { body });
      acts.sim.oracle.check(answer?.results[0]?.ok === true, () => `L1: a leased home is reported vacated (${answer?.results[0]?.code})`);
      return acts;
    }, () => Promise.resolve());
  }
}
