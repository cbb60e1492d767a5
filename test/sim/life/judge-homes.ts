/** A1, A2, A4, L1–L4: from a pick to a lease or back to the pool, and homes before and after. */
import { inWindow, nextMorning, type CityHome, type CityLane, type CityTicket } from '../city';
import { DAY, dateOf, dayNumber, endOfPeriod } from '../days';
import { periods, type AllocationBook, type AllocationState, type Case } from './books';
import type { Entry, Judging } from './judging';
import type { WaitingJudge } from './judge-waiting';

/** L1–L3: what staff may do to a home, and what it is then. */
const poolMoves: Readonly<Record<string, readonly (readonly [from: CityHome['state'], to: CityHome['state']])[]>> = {
  submit: [['draft', 'inReview']], approve: [['inReview', 'inReview'], ['inReview', 'available'], ['available', 'available'], ['available', 'reserved']], reject: [['inReview', 'draft'], ['available', 'available']],
  reportVacated: [['leased', 'inReview']], requestReserve: [['available', 'available']], releaseReserve: [['reserved', 'available']],
  startMaintenance: [['available', 'maintenance'], ['reserved', 'maintenance']], endMaintenance: [['maintenance', 'available'], ['maintenance', 'reserved']],
  withdraw: [['draft', 'withdrawn'], ['inReview', 'withdrawn'], ['available', 'withdrawn'], ['reserved', 'withdrawn'], ['maintenance', 'withdrawn']], restore: [['withdrawn', 'draft']],
};

export class HomeJudge {
  /** Homes that must come back in the transaction that lost them. */
  private readonly returning = new Map<string, AllocationBook>();
  private readonly notices = new Map<string, number>();

  constructor(private readonly on: Judging, private readonly waiting: WaitingJudge) {}

  /** A1: a pick is publicised from its own day on. */
  picked(turnId: string, ticket: CityTicket, listingId: string, atMs: number): void {
    const { books, duties } = this.on;
    const { case: of } = ticket;
    const shown = books.show('result', `${ticket.family.laneId} ${ticket.family.district}`, dayNumber(atMs), periods.result);
    const allocation: AllocationBook = {
      id: `allocation-${turnId}`, case: of, ticket, listingId, shown, state: 'publicised', noticeNumber: '', downloadByMs: 0, leaseByMs: 0, isDownloaded: false, isReminded: false, areOriginalsChecked: false, doubt: null, doubtSinceMs: 0,
    };
    of.allocation = allocation;
    books.allocations.set(allocation.id, allocation);
    duties.add(shown.effectMs, `A1: ${allocation.id} qualifies after its five days`, () => allocation.state !== 'publicised' || books.isContested(shown, allocation.id));
    this.on.hearers.picked(allocation);
  }

  transactionEnds(): void {
    for (const [listingId, { id }] of this.returning) this.on.findings.violate(`A2, L4: home ${listingId} comes back when ${id} is lost`);
    this.returning.clear();
  }

  judge(of: Case, entry: Entry): boolean {
    const { type, detail } = entry;
    if (type === 'TenancyBegan') return true;
    if (type === 'TenancyEnded') return this.tenancyEnded(of);
    const allocation = this.on.books.allocations.get(String(detail['allocationId']));
    if (allocation === undefined) return false;
    const { findings } = this.on;
    findings.check(allocation.case === of, () => `A1: ${type} of ${allocation.id} is in its household's stream, not that of ${of.id}`);
    const from = (...states: AllocationState[]) => findings.check(states.includes(allocation.state), () => `A1, A2: ${type} of ${allocation.id} while it is ${states.join(' or ')}, not ${allocation.state}`);
    switch (type) {
      case 'AllocationQualified':
        from('publicised');
        this.qualified(allocation, entry);
        return true;
      case 'NoticeDownloaded':
        from('qualified', 'inDoubt', 'leased');
        findings.check(detail['isLate'] === entry.atMs >= allocation.downloadByMs, () => `A2: ${allocation.id} is downloaded late from ${allocation.downloadByMs} on, not ${entry.atMs}`);
        allocation.isDownloaded = true;
        return true;
      case 'DownloadReminded':
        from('qualified');
        findings.check(!allocation.isDownloaded && !allocation.isReminded && entry.atMs >= allocation.downloadByMs, () => `A2: ${allocation.id} is reminded once, of a notice not downloaded in its days`);
        allocation.isReminded = true;
        return true;
      case 'OriginalsChecked':
        from('qualified');
        findings.check(entry.atMs < allocation.leaseByMs, () => `A2: originals of ${allocation.id} are checked in time`);
        allocation.areOriginalsChecked = true;
        return true;
      case 'LeaseSigned':
        from('qualified');
        this.leased(allocation, entry.atMs);
        return true;
      case 'DoubtRaised':
        from('qualified');
        Object.assign(allocation, { state: 'inDoubt', doubt: detail['doubt'], doubtSinceMs: entry.atMs });
        return true;
      case 'DoubtCleared':
        from('inDoubt');
        this.cleared(allocation, entry);
        return true;
      case 'AllocationForfeited':
        this.forfeited(allocation, entry, from);
        return true;
      case 'AllocationCancelled':
        from('inDoubt');
        findings.check(allocation.doubt === 'ineligible', () => `A4: ${allocation.id} is cancelled because it was found not to be eligible`);
        this.lost(allocation, 'cancelled', 'void');
        return true;
      case 'AllocationRejected':
        from('publicised');
        findings.check(this.on.books.against(allocation.shown, allocation.id).some(({ state }) => state === 'upheld'), () => `A1: ${allocation.id} is rejected because an objection was upheld`);
        this.lost(allocation, 'rejected', 'void');
        return true;
      default:
        return false;
    }
  }

  private qualified(allocation: AllocationBook, { atMs, detail }: Entry): void {
    const { books, findings, duties, city, hearers } = this.on;
    const { shown, id } = allocation;
    findings.check(atMs >= shown.effectMs, () => `A1, T2: ${id} qualifies at ${shown.effectMs}, not at ${atMs}`);
    findings.check(!books.isContested(shown, id), () => `A1: ${id} qualifies only when no objection is open or upheld`);
    const year = dateOf(dayNumber(atMs)).slice(0, 4);
    const number = (this.notices.get(year) ?? 0) + 1;
    this.notices.set(year, number);
    findings.check(detail['noticeNumber'] === `${year}-${String(number).padStart(6, '0')}`, () => `A3: notice ${number} of ${year} follows the one before, not ${String(detail['noticeNumber'])}`);
    // T4: the family is told by day, and its time runs from then.
    const toldAtMs = inWindow(atMs) ? atMs : nextMorning(atMs);
    Object.assign(allocation, { state: 'qualified', noticeNumber: String(detail['noticeNumber']), downloadByMs: endOfPeriod(toldAtMs, periods.download), leaseByMs: endOfPeriod(toldAtMs, periods.lease) });
    const home = city.homes.get(allocation.listingId);
    if (home !== undefined) home.state = 'allocated';
    books.counts.qualified += 1;
    duties.add(allocation.downloadByMs, `A2: ${id} is reminded of its notice`, () => allocation.state !== 'qualified' || allocation.isDownloaded || allocation.isReminded);
    this.mustSign(allocation);
    hearers.qualified(allocation);
  }

  private mustSign(allocation: AllocationBook): void {
    const { leaseByMs } = allocation;
    this.on.duties.add(leaseByMs, `A2: ${allocation.id} is given up when no lease is signed`, () => allocation.state !== 'qualified' || allocation.leaseByMs !== leaseByMs);
  }

  private leased(allocation: AllocationBook, atMs: number): void {
    const { books, findings, city, hearers } = this.on;
    findings.check(atMs < allocation.leaseByMs, () => `A2: the lease of ${allocation.id} is signed before ${allocation.leaseByMs}, not at ${atMs}`);
    findings.check(allocation.areOriginalsChecked, () => `A4: originals of ${allocation.id} are checked before its lease`);
    allocation.state = 'leased';
    const home = city.homes.get(allocation.listingId);
    if (home !== undefined) home.state = 'leased';
    books.counts.leases += 1;
    // F2: signing a lease resets the count.
    for (const { identity } of allocation.case.household.people) books.forfeitsInRow.delete(identity);
    hearers.leased(allocation);
  }

  /** A2: the days the office took are given back whole. */
  private cleared(allocation: AllocationBook, { atMs, detail }: Entry): void {
    const leaseByMs = allocation.leaseByMs + Math.ceil((atMs - allocation.doubtSinceMs) / DAY) * DAY;
    this.on.findings.check(detail['leaseByMs'] === leaseByMs, () => `A2: the time of ${allocation.id} runs until ${leaseByMs} after a doubt, not ${String(detail['leaseByMs'])}`);
    Object.assign(allocation, { state: 'qualified', doubt: null, leaseByMs });
    this.mustSign(allocation);
    this.on.duties.add(allocation.downloadByMs, `A2: ${allocation.id} is reminded of its notice`, () => allocation.state !== 'qualified' || allocation.isDownloaded || allocation.isReminded);
    this.on.hearers.qualified(allocation);
  }

  private forfeited(allocation: AllocationBook, { atMs, detail }: Entry, from: (...states: AllocationState[]) => void): void {
    const { findings } = this.on;
    const cause = detail['cause'] as 'gaveUpAfterPick' | 'leaseNotSigned' | 'documentsRefused';
    if (cause === 'gaveUpAfterPick') from('publicised', 'qualified', 'inDoubt');
    else if (cause === 'documentsRefused') {
      from('inDoubt');
      findings.check(allocation.doubt === 'documentsRefused', () => `F1: ${allocation.id} refused its documents`);
    } else {
      from('qualified');
      findings.check(atMs >= allocation.leaseByMs, () => `A2: ${allocation.id} may sign until ${allocation.leaseByMs}, and is given up at ${atMs}`);
    }
    this.waiting.givesUp(allocation.case, cause);
    this.lost(allocation, 'forfeited', 'forfeited');
  }

  private lost(allocation: AllocationBook, state: AllocationState, ticketState: 'forfeited' | 'void'): void {
    allocation.state = state;
    allocation.ticket.state = ticketState;
    this.returning.set(allocation.listingId, allocation);
    this.waiting.closes(allocation.case);
  }

  private tenancyEnded(of: Case): true {
    this.on.books.counts.vacated += 1;
    this.waiting.closes(of);
    return true;
  }

  /** L4, A2: back because what was picked came to nothing, once; or put on offer by staff. */
  offered(lane: CityLane, { open, detail }: Entry): void {
    for (const id of open['listingIds'] as string[]) {
      const home = this.on.city.homes.get(id);
      const lost = this.returning.get(id);
      if (home === undefined || home.laneId !== lane.id) {
        this.on.findings.violate(`L3: a known home of ${lane.id} is offered, not ${id}`);
        continue;
      }
      if (lost !== undefined) {
        this.returning.delete(id);
        this.on.findings.check(['picked', 'allocated'].includes(home.state) && home.holder === lost.ticket, () => `A2: home ${id} comes back once, from the family that lost it (${home.state})`);
        this.on.books.counts.homesReturned += 1;
        home.state = 'available';
        home.holder = undefined;
        this.on.city.returned += 1;
      } else this.move(home, id, String(open['cause']), String(detail['after']) as CityHome['state']);
      lane.homes.add(id);
    }
  }

  removed(lane: CityLane, { open, detail }: Entry): void {
    for (const id of open['removedListingIds'] as string[]) {
      const home = this.on.city.homes.get(id);
      if (home === undefined || !lane.homes.delete(id)) this.on.findings.violate(`L3: only a home on offer is taken off it, not ${id}`);
      else this.move(home, id, String(open['cause']), String(detail['after']) as CityHome['state']);
    }
  }

  /** L1: what the operator reports is a draft. */
  reported({ detail }: Entry): void {
    const home = this.on.city.homes.get(String(detail['listingId']));
    this.on.findings.check(home === undefined || home.state === 'draft', () => `L1: a home that is reported is new: ${String(detail['listingId'])}`);
  }

  moved({ detail }: Entry): void {
    const id = String(detail['listingId']);
    const home = this.on.city.homes.get(id);
    if (home === undefined) return this.on.findings.violate(`L1: a known home is moved, not ${id}`);
    this.move(home, id, String(detail['act']), String(detail['after']) as CityHome['state']);
    const review = detail['review'] as { kind: string; step: string } | null;
    home.review = review === null ? null : { kind: review.kind, step: review.step };
    if (review !== null) this.on.hearers.underReview(id);
  }

  private move(home: CityHome, id: string, act: string, to: CityHome['state']): void {
    const { findings } = this.on;
    findings.check((poolMoves[act] ?? []).some(([a, b]) => a === home.state && b === to), () => `L1–L3: ${act} leads ${id} from ${home.state} to ${to}`);
    if (act === 'approve') {
      const { review } = home;
      // L1, L2: vacated and reserved homes are seen by the district and then by the city, others by the district alone.
      const isLast = review !== null && (review.kind === 'report' || review.step === 'city');
      findings.check(review !== null, () => `L1: ${id} is under review before it is approved`);
      findings.check(isLast === (to === 'reserved' || (home.state === 'inReview' && to === 'available')), () => `L1, L2: ${id} is ${isLast ? 'through' : 'not through'} its reviews (${review?.kind}, ${review?.step}), and becomes ${to}`);
    }
    home.state = to;
    home.review = null;
  }
}
