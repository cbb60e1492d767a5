/** M1, W1–W4, F3: what families and districts do between number and home. */
import type { ErrorCode } from '../../../shared/errors';
import { MINUTE, type CityTicket } from '../city';
import { DAY } from '../days';
import type { Acts, Expected } from './acts';
import type { Books, Case } from './books';

export class GoingOn {
  constructor(private readonly acts: Acts, private readonly books: Books, private readonly anyTicket: () => CityTicket | null) {}

  /** M1: whether a family asks to go on: in time, in the last millisecond, too late, twice, not at all. */
  missed(of: Case): void {
    const { acts } = this;
    const { chance } = acts;
    const { miss } = of;
    if (miss === null || of.household.isQuitter) return;
    const when = chance.weighted({ inTime: 62, edge: 8, late: 6, never: 24 });
    const act = () => this.asks(of, miss.ticket);
    if (when === 'inTime') acts.at(acts.nowMs + Math.floor((miss.untilMs - acts.nowMs) * chance.next()), act);
    else if (when === 'edge') acts.at(miss.untilMs + chance.int(-1, 1), act);
    else if (when === 'late') acts.at(miss.untilMs + chance.int(MINUTE, DAY), act);
  }

  private async asks(of: Case, ticket: CityTicket): Promise<void> {
    const { acts } = this;
    const { chance } = acts;
    const isAssisted = chance.happens(0.1);
    const isTwice = chance.happens(0.1);
    await acts.sitting(`${ticket.id} asks to go on`, async () => {
      const ask = () => (isAssisted
        ? acts.ask('continueForFamily', acts.staff('window', of.household.district), { params: { ticketId: ticket.id }, body: { place: '窗口', consent: '本人到场' } }, this.continuation(of, ticket))
        : acts.ask('askToContinue', acts.family(of.household), { params: { ticketId: ticket.id }, body: { confirm: true } }, this.continuation(of, ticket)));
      const granted = await ask();
      if (granted !== null && isTwice) await acts.ask('askToContinue', acts.family(of.household), { params: { ticketId: ticket.id }, body: { confirm: true } }, 'ALREADY_DONE');
      return of;
    }, () => this.asks(of, ticket));
  }

  private continuation(of: Case, ticket: CityTicket): Expected {
    const { miss } = of;
    if (miss?.ticket !== ticket) return ['ALREADY_DONE', 'NOTHING_MISSED'];
    if (miss.state === 'asked') return 'ALREADY_DONE';
    if (miss.state === 'open') return this.acts.nowMs < miss.untilMs ? 'granted' : 'CONTINUATION_TOO_LATE';
    return ticket.state === 'forfeited' ? 'CONTINUATION_TOO_LATE' : ['ALREADY_DONE', 'NOTHING_MISSED'];
  }

  /** Something comes up in some waiting household. */
  async something(): Promise<void> {
    const ticket = this.anyTicket();
    if (ticket === null) return;
    const { acts } = this;
    const { case: of } = ticket;
    if (of.household.isQuitter) return;
    switch (acts.chance.weighted({ adjust: 30, toSubsidy: 10, cancel: 6, giveUp: 6, contact: 20, blacklist: 8, stale: 5 })) {
      case 'adjust': return this.adjusts(of, ticket);
      case 'toSubsidy': return this.requests(of, { kind: 'toSubsidy', ticketId: ticket.id, reason: '改领补贴' }, this.waiting(of, ticket));
      case 'cancel': return this.leaves(of, ticket, 'cancelQualification');
      case 'giveUp': return this.leaves(of, ticket, 'giveUpWaiting');
      case 'contact': return this.confirms(of);
      case 'blacklist': return this.blacklists(of);
      case 'stale': return this.leavesStale(of, ticket);
    }
  }

  private waiting(of: Case, ticket: CityTicket): Expected {
    const taken = isTaken(ticket);
    if (taken !== null) return taken;
    if (!['queued', 'publicised'].includes(ticket.state)) return 'NUMBER_NOT_WAITING';
    return of.request === null ? 'granted' : 'REQUEST_ALREADY_OPEN';
  }

  private async adjusts(of: Case, ticket: CityTicket): Promise<void> {
    const { chance } = this.acts;
    const { group } = ticket.family;
    const [tier, bedrooms] = [chance.of(['lowRent', 'publicRental']), chance.int(1, 3)];
    const wanted = `${tier}-${bedrooms}`;
    const size = of.household.people.length + (chance.happens(0.1) ? 1 : 0);
    const waiting = this.waiting(of, ticket);
    // W2: the same family, another group, never more bedrooms.
    const expected = waiting !== 'granted' && waiting !== 'REQUEST_ALREADY_OPEN' ? waiting : size !== of.household.people.length ? 'SIZE_CHANGED' : wanted === group || bedrooms > Number(group.at(-1)) ? 'GROUP_NOT_SMALLER' : waiting;
    await this.requests(of, { kind: 'adjust', ticketId: ticket.id, group: wanted, size, reason: '家庭情况变化' }, expected);
  }

  private async requests(of: Case, body: object, expected: Expected): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${of.id} asks for a change`, async () => {
      await acts.ask('makeWaitingRequest', acts.family(of.household), { body }, expected);
      return of;
    }, () => Promise.resolve());
  }

  /** A request is there: its district decides, or the family takes it back. */
  asked(of: Case): void {
    const { acts } = this;
    const { request } = of;
    if (request === null) return;
    if (acts.chance.happens(0.08)) acts.in(acts.chance.int(MINUTE, 2 * DAY), () => this.withdraws(of, request.id));
    acts.in(acts.chance.int(60 * MINUTE, 5 * DAY), () => this.decides(of, request.id));
  }

  private async withdraws(of: Case, requestId: string): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${requestId} is withdrawn`, async () => {
      await acts.ask('withdrawWaitingRequest', acts.family(of.household), { params: { requestId }, body: { version: await acts.versionOf('waitingRequests', requestId) } }, of.request?.id === requestId ? 'granted' : 'ALREADY_DONE');
      return of;
    }, () => Promise.resolve());
  }

  private async decides(of: Case, requestId: string): Promise<void> {
    const { acts } = this;
    const approved = acts.chance.happens(0.85);
    await acts.sitting(`${requestId} is decided`, async () => {
      const { request } = of;
      const ticket = request?.ticket ?? null;
      const isThere = request?.id === requestId;
      const waiting = ticket === null ? 'granted' : isTaken(ticket) ?? (['queued', 'publicised'].includes(ticket.state) ? this.books.isOpenlyContested(ticket.id) ? 'OBJECTION_OPEN' : 'granted' : 'NUMBER_NOT_WAITING');
      const expected = !isThere ? 'ALREADY_DONE' : !approved ? 'granted' : request?.kind === 'fromSubsidy' ? (!of.hasSubsidy ? 'NO_SUBSIDY_RUNNING' : this.books.isBarred(of.household, acts.nowMs) ? 'PERSON_BARRED' : 'granted') : waiting;
      const done = await acts.ask('decideWaitingRequest', acts.staff('districtReviewer', of.household.district), { params: { requestId }, body: { version: await acts.versionOf('waitingRequests', requestId), approved, answer: '已核实' } }, expected);
      // The turn is on, or an objection is open: looked at again another day.
      if (done === null && isThere) acts.in(3 * DAY, () => this.decides(of, requestId));
      return of;
    }, () => this.decides(of, requestId));
  }

  /** W3, W4: from rent subsidy back to the queue, or the subsidy is stopped. */
  gotSubsidy(of: Case): void {
    const { acts } = this;
    const subsidyId = async () => (await acts.sim.world.store.read((tx) => tx.subsidies.find({ householdId: of.id, state: 'running' }, { limit: 1 })))[0];
    acts.in(acts.chance.int(5, 60) * DAY, async () => {
      if (acts.chance.happens(0.6)) return this.requests(of, { kind: 'fromSubsidy', householdId: of.id, group: `${of.household.tier}-${of.household.bedrooms}`, reason: '希望配租' }, of.request !== null ? 'REQUEST_ALREADY_OPEN' : !of.hasSubsidy ? 'NO_SUBSIDY_RUNNING' : this.books.isBarred(of.household, acts.nowMs) ? 'PERSON_BARRED' : 'granted');
      await acts.sitting(`the subsidy of ${of.id} is stopped`, async () => {
        const subsidy = await subsidyId();
        if (subsidy !== undefined) await acts.ask('stopSubsidy', acts.staff('districtReviewer', of.household.district), { params: { subsidyId: subsidy.id }, body: { version: subsidy.version, reason: '不再符合条件' } });
        return of;
      }, () => Promise.resolve());
    });
  }

  private async leaves(of: Case, ticket: CityTicket, how: 'cancelQualification' | 'giveUpWaiting'): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${how} of ${ticket.id}`, async () => {
      const expected = isTaken(ticket) ?? (['void', 'forfeited'].includes(ticket.state) ? 'NUMBER_NOT_WAITING' : 'granted');
      await acts.ask(how, acts.staff('districtReviewer', of.household.district), { params: { ticketId: ticket.id }, body: { version: await acts.versionOf('tickets', ticket.id), reason: '情况变化' } }, expected);
      return of;
    }, () => Promise.resolve());
  }

  private async leavesStale(of: Case, ticket: CityTicket): Promise<void> {
    const { acts } = this;
    await acts.sitting(`a stale cancellation of ${ticket.id}`, async () => {
      await acts.ask('cancelQualification', acts.staff('districtReviewer', of.household.district), { params: { ticketId: ticket.id }, body: { version: (await acts.versionOf('tickets', ticket.id)) + 1, reason: '情况变化' } }, 'REQUEST_IN_CONFLICT');
      return of;
    }, () => Promise.resolve());
  }

  private async confirms(of: Case): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${of.id} confirms its number`, async () => {
      await acts.ask('confirmContact', acts.family(of.household), { body: { householdId: of.id } });
      return of;
    }, () => Promise.resolve());
  }

  /** F3: barred by staff, and lifted again some day. */
  private async blacklists(of: Case): Promise<void> {
    const { acts } = this;
    const by = acts.staff('districtReviewer', of.household.district);
    const at = acts.chance.int(0, of.household.people.length - 1);
    const barred: { id: string } = { id: '' };
    await acts.sitting(`somebody of ${of.id} is blacklisted`, async () => {
      const standing = await acts.ask<{ members: { memberId: string }[] }>('getHouseholdStanding', by, { params: { householdId: of.id } });
      const member = standing?.members[at];
      if (member === undefined) return of;
      const openCases = of.household.people.map(({ identity }) => this.books.openCaseOf.get(identity));
      const running = openCases.some((one) => one?.ticket?.state === 'onTurn');
      const bar = await acts.ask<{ id: string }>('blacklistMember', by, { params: { memberId: member.memberId }, body: { reason: '提供虚假材料', untilDay: null, creditRecordId: null } }, running ? 'TURN_RUNNING' : 'granted');
      if (bar !== null) barred.id = bar.id;
      return of;
    }, () => Promise.resolve());
    if (barred.id !== '' && acts.chance.happens(0.5)) acts.in(acts.chance.int(5, 60) * DAY, () => this.lifts(of, barred.id));
  }

  private async lifts(of: Case, barId: string): Promise<void> {
    const { acts } = this;
    await acts.sitting(`${barId} is lifted`, async () => {
      const by = acts.staff('districtReviewer', of.household.district);
      const version = await acts.versionOf('bars', barId);
      await acts.ask('liftBar', by, { params: { barId }, body: { version, reason: '已更正' } });
      await acts.ask('liftBar', by, { params: { barId }, body: { version: version + 1, reason: '已更正' } }, 'ALREADY_DONE');
      return of;
    }, () => Promise.resolve());
  }
}

/** W1–W4: the turn is the lane's, and a pick the allocation's. */
function isTaken({ state }: CityTicket): ErrorCode | null {
  return state === 'onTurn' ? 'TURN_RUNNING' : state === 'picked' ? 'ALREADY_PICKED' : null;
}
