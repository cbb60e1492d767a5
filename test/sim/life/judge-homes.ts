/** A1, A2, A4, L1–L4: from a pick to a lease or back to the pool, and homes before and after. */
import { inWindow, nextMorning, type CityHome, type CityLane, type CityTicket } from '../city';
import { DAY, dateOf, dayNumber, endOfPeriod } from '../days';
import { periods, SHORT_OUTAGE_MS, type AllocationBook, type AllocationState, type Case } from './books';
import type { Entry, Judging } from './judging';
import type { WaitingJudge } from './judge-waiting';

/** L1–L3: what staff may do to a home, and what it is then. */
const poolMoves: Readonly<Record<string, readonly (readonly [from: CityHome['state'], to: CityHome['state']])[]>> = {
  submit: [['draft', 'inReview']], approve: [['inReview', 'inReview'], ['inReview', 'available'], ['available', 'available'], ['available', 'reserved']], // A home that was asked to be reserved may be anybody's by the time the request is turned down.
  reject: [['inReview', 'draft'], ['available', 'available'], ['picked', 'picked'], ['allocated', 'allocated'], ['leased', 'leased'], ['maintenance', 'maintenance'], ['reserved', 'reserved']],
  reportVacated: [['leased', 'inReview']], requestReserve: [['available', 'available']], releaseReserve: [['reserved', 'available']],
  startMaintenance: [['available', 'maintenance'], ['reserved', 'maintenance']], endMaintenance: [['maintenance', 'available'], ['maintenance', 'reserved']],
  withdraw: [['draft', 'withdrawn'], ['inReview', 'withdrawn'], ['available', 'withdrawn'], ['reserved', 'withdrawn'], ['maintenance', 'withdrawn']], restore: [['withdrawn', 'draft']],
};

export class HomeJudge {
  /** Homes that must come back in the transaction that lost them. */
  private readonly returning = new Map<string, AllocationBook>();
  private readonly notices = new Map<string, number>();
  /** T6: whose ends move in the transaction that finds the outage, and to when: the download's, the lease's, the entry's. */
  private readonly moving = new Map<AllocationBook, readonly [number, number, number | null]>();

  constructor(private readonly on: Judging, private readonly waiting: WaitingJudge) {}

  /** A1: a pick is publicised from its own day on. */
  picked(turnId: string, ticket: CityTicket, listingId: string, atMs: number): void {
    const { books, duties } = this.on;
    const { case: of } = ticket;
    const shown = books.show('result', `${ticket.family.laneId} ${ticket.family.district}`, dayNumber(atMs), periods.result);
    const allocation: AllocationBook = {
      id: `allocation-${turnId}`, case: of, ticket, listingId, shown, state: 'publicised', noticeNumber: '', downloadByMs: 0, leaseByMs: 0, isDownloaded: false, isReminded: false, qualifiedAtMs: 0, isLeaseReminded: false, entryByMs: null, isUntold: false, areOriginalsChecked: false, doubt: null, doubtSinceMs: 0,
    };
    of.allocation = allocation;
    books.allocations.set(allocation.id, allocation);
    duties.add(shown.effectMs, `A1: ${allocation.id} qualifies after its five days`, () => allocation.state !== 'publicised' || books.isContested(shown, allocation.id));
    this.on.hearers.picked(allocation);
  }

  transactionEnds(): void {
    for (const [listingId, { id }] of this.returning) this.on.findings.violate(`A2, L4: home ${listingId} comes back when ${id} is lost`);
    this.returning.clear();
    for (const [{ id }, ends] of this.moving) this.on.findings.violate(`T6: the outage moves the ends of ${id} to ${ends.join()}`);
    this.moving.clear();
  }

  /** T6: what an outage took of the time to download and to sign, and of the days in which a lease may still be entered. */
  outage(fromMs: number, toMs: number): void {
    const after = (startedAtMs: number, endsMs: number) => {
      const lostMs = toMs - Math.max(fromMs, startedAtMs);
      return fromMs >= endsMs || lostMs <= 0 || (lostMs < SHORT_OUTAGE_MS && toMs < endsMs) ? endsMs : endsMs + Math.ceil(lostMs / DAY) * DAY;
    };
    for (const a of this.on.books.allocations.values()) {
      if (a.state !== 'qualified') continue;
      const ends = [a.isDownloaded || a.isReminded ? a.downloadByMs : after(a.qualifiedAtMs, a.downloadByMs), after(a.qualifiedAtMs, a.leaseByMs), a.entryByMs === null ? null : after(a.leaseByMs, a.entryByMs)] as const;
      if (ends[0] !== a.downloadByMs || ends[1] !== a.leaseByMs || ends[2] !== a.entryByMs) this.moving.set(a, ends);
    }
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
      case 'LeaseReminded':
        from('qualified');
        findings.check(!allocation.isLeaseReminded && entry.atMs >= allocation.leaseByMs - periods.leaseReminder * DAY && entry.atMs < allocation.leaseByMs, () => `A2: ${allocation.id} is reminded of its lease once, in its last days`);
        allocation.isLeaseReminded = true;
        return true;
      case 'LeasePeriodOver':
        from('qualified');
        this.leasePeriodOver(allocation, entry);
        return true;
      case 'PeriodsMoved': {
        const ends = this.moving.get(allocation);
        findings.check(ends?.[0] === detail['downloadByMs'] && ends?.[1] === detail['leaseByMs'] && ends?.[2] === detail['entryByMs'], () => `T6: the ends of ${allocation.id} move to ${ends?.join()}`);
        this.moving.delete(allocation);
        this.endsAre(allocation, Number(detail['downloadByMs']), Number(detail['leaseByMs']), detail['entryByMs'] as number | null);
        return true;
      }
      case 'NoticeUndeliverable':
        from('qualified', 'inDoubt');
        findings.check(!allocation.isUntold && !allocation.isDownloaded && !allocation.areOriginalsChecked, () => `Q8: ${allocation.id} is not known to know of its notice`);
        allocation.isUntold = true;
        if (allocation.entryByMs !== null) this.endsAre(allocation, allocation.downloadByMs, allocation.leaseByMs, null);
        return true;
      case 'FamilyTold': {
        from('qualified', 'inDoubt');
        const [downloadByMs, leaseByMs] = [Math.max(endOfPeriod(entry.atMs, periods.download), allocation.downloadByMs), Math.max(endOfPeriod(entry.atMs, periods.lease), allocation.leaseByMs)];
        findings.check(allocation.isUntold && detail['downloadByMs'] === downloadByMs && detail['leaseByMs'] === leaseByMs, () => `Q8: the time of ${allocation.id} runs from when it was told, until ${downloadByMs} and ${leaseByMs}`);
        Object.assign(allocation, { isUntold: false, isReminded: false, isLeaseReminded: false });
        this.endsAre(allocation, downloadByMs, leaseByMs, null);
        return true;
      }
      case 'OriginalsChecked':
        from('qualified');
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
        // F3: whoever is barred loses what it picked.
        if (detail['cause'] === 'barred') from('publicised', 'qualified', 'inDoubt');
        else from('inDoubt');
        findings.check(detail['cause'] === 'barred' || allocation.doubt === 'ineligible', () => `A4: ${allocation.id} is cancelled because it was found not to be eligible`);
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
    const { books, findings, city, hearers } = this.on;
    const { shown, id } = allocation;
    findings.check(atMs >= shown.effectMs, () => `A1, T2: ${id} qualifies at ${shown.effectMs}, not at ${atMs}`);
    findings.check(!books.isContested(shown, id), () => `A1: ${id} qualifies only when no objection is open or upheld`);
    const year = dateOf(dayNumber(atMs)).slice(0, 4);
    const number = (this.notices.get(year) ?? 0) + 1;
    this.notices.set(year, number);
    findings.check(detail['noticeNumber'] === `${year}-${String(number).padStart(6, '0')}`, () => `A3: notice ${number} of ${year} follows the one before, not ${String(detail['noticeNumber'])}`);
    // T4: the family is told by day, and its time runs from then.
    const toldAtMs = inWindow(atMs) ? atMs : nextMorning(atMs);
    Object.assign(allocation, { state: 'qualified', qualifiedAtMs: atMs, noticeNumber: String(detail['noticeNumber']), downloadByMs: endOfPeriod(toldAtMs, periods.download), leaseByMs: endOfPeriod(toldAtMs, periods.lease) });
    const home = city.homes.get(allocation.listingId);
    if (home !== undefined) home.state = 'allocated';
    books.counts.qualified += 1;
    this.mustAct(allocation);
    hearers.qualified(allocation);
  }

  private endsAre(allocation: AllocationBook, downloadByMs: number, leaseByMs: number, entryByMs: number | null): void {
    Object.assign(allocation, { downloadByMs, leaseByMs, entryByMs });
    this.mustAct(allocation);
  }

  /** A2: what time brings about while the family does nothing: two reminders, the end of its time, the forfeit. */
  private mustAct(allocation: AllocationBook): void {
    const { id, downloadByMs, leaseByMs, entryByMs, qualifiedAtMs } = allocation;
    const isOver = () => allocation.state !== 'qualified' || allocation.leaseByMs !== leaseByMs || allocation.entryByMs !== entryByMs;
    const { duties } = this.on;
    if (entryByMs !== null) return duties.add(entryByMs, `A2: ${id} is given up when no lease was entered`, isOver);
    duties.add(leaseByMs, `A2: the time of ${id} to sign is over`, isOver);
    duties.add(downloadByMs, `A2: ${id} is reminded of its notice`, () => isOver() || allocation.isDownloaded || allocation.isReminded || allocation.downloadByMs !== downloadByMs);
    const remindAtMs = leaseByMs - periods.leaseReminder * DAY;
    if (remindAtMs > qualifiedAtMs) duties.add(remindAtMs, `A2: ${id} is reminded of its lease`, () => isOver() || allocation.isLeaseReminded);
  }

  /** A2, Q8: some days in which a lease signed in time is entered; many for who was not told. */
  private leasePeriodOver(allocation: AllocationBook, { atMs, detail }: Entry): void {
    const planned = allocation.leaseByMs + (allocation.isUntold ? periods.untoldHold : periods.leaseEntry) * DAY;
    const entryByMs = atMs < planned ? planned : endOfPeriod(atMs, 1);
    this.on.findings.check(allocation.entryByMs === null && atMs >= allocation.leaseByMs && detail['entryByMs'] === entryByMs, () => `A2: a lease of ${allocation.id} may be entered until ${entryByMs}, not ${String(detail['entryByMs'])}`);
    this.endsAre(allocation, allocation.downloadByMs, allocation.leaseByMs, entryByMs);
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
    Object.assign(allocation, { state: 'qualified', doubt: null });
    this.endsAre(allocation, allocation.downloadByMs, leaseByMs, null);
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
      findings.check(allocation.entryByMs !== null && atMs >= allocation.entryByMs, () => `A2: a lease of ${allocation.id} may be entered until ${allocation.entryByMs}, and it is given up at ${atMs}`);
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
        this.on.findings.check(open['cause'] === 'returned', () => `P2: why ${lost.id} lost home ${id} is not public (${String(open['cause'])})`);
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
