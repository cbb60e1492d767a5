/** A city's year around the lanes: who applies, objects, goes on, moves in, and when. Each hears of what concerns it through the oracle. */
import { HOUR, type CityTicket } from '../city';
import type { Caller } from '../../../bff/http/request';
import { DAY, dayOfDate, midnight } from '../days';
import type { RollHome } from '../registers';
import type { SeededChance } from '../seeded-chance';
import type { Simulation } from '../simulation';
import { Acts } from './acts';
import { Applying } from './applying';
import type { AllocationBook, Case } from './books';
import { GoingOn } from './going-on';
import type { Hearers } from './judging';
import { MovingIn } from './moving-in';
import { Objecting } from './objecting';
import { isTwin, type Household } from './people';
import { Pooling } from './pooling';
import { Sealing } from './sealing';

export class Life {
  readonly hearers: Hearers;
  readonly sealing: Sealing;
  private readonly acts: Acts;
  private readonly applying: Applying;
  private readonly objecting: Objecting;
  private readonly goingOn: GoingOn;
  private readonly movingIn: MovingIn;
  private readonly pooling: Pooling;

  constructor(private readonly sim: Simulation, private readonly chance: SeededChance, private readonly of: { readonly households: readonly Household[]; readonly rollSize: number }) {
    this.acts = new Acts(sim, chance.fork('acts'));
    this.applying = new Applying(this.acts, sim.oracle.books);
    this.objecting = new Objecting(this.acts, {
      shownOf: (publicityId, subjectId) => sim.oracle.shownOf(publicityId, subjectId), householdOf: (subjectId) => this.householdOf(subjectId), anybody: () => chance.of(of.households),
    });
    this.goingOn = new GoingOn(this.acts, sim.oracle.books, () => this.anyTicket());
    this.movingIn = new MovingIn(this.acts, (listingId) => sim.oracle.city.homes.get(listingId)?.district ?? '');
    this.pooling = new Pooling(this.acts, (homes) => sim.staff.meetHomes(homes, new Map(homes.map((home) => [home, 'draft']))));
    this.sealing = new Sealing(this.acts);
    this.hearers = {
      submitted: (application) => this.applying.submitted(application), atLevelTwo: (application) => this.applying.atLevelTwo(application), sentBack: (application) => this.applying.sentBack(application),
      missed: (one) => this.goingOn.missed(one), asked: (one) => this.goingOn.asked(one), gotSubsidy: (one) => this.goingOn.gotSubsidy(one),
      picked: (allocation) => this.movingIn.picked(allocation), qualified: (allocation) => this.movingIn.qualified(allocation), leased: (allocation: AllocationBook) => this.movingIn.leased(allocation),
      objected: (objection) => this.objecting.objected(objection), underReview: (listingId) => this.pooling.underReview(listingId), closed: (one) => this.closed(one),
    };
  }

  /** Everything that happens of itself. `homes`: those the operators finish in the course of it. */
  plan(days: number, homes: readonly RollHome[]): void {
    const { sim, chance, acts } = this;
    const newcomers = this.of.households.slice(this.of.rollSize);
    let lastMs = 0;
    for (const household of newcomers) {
      // Most come early enough to get through; those who give up again and again come first; twins at one instant.
      const atMs = isTwin(household) && lastMs > 0 ? lastMs : sim.time.trueMs + Math.floor((household.isQuitter ? chance.next() * 0.1 : chance.next() * 0.8) * days * DAY) + chance.int(0, HOUR);
      sim.agenda.add(atMs, () => this.applying.applies(household));
      lastMs = atMs;
    }
    this.plansCalendars(days);
    const lots = Math.max(1, Math.min(homes.length, Math.floor(days / 7)));
    for (let lot = 0; lot < lots; lot += 1) {
      const part = homes.slice(Math.floor((homes.length * lot) / lots), Math.floor((homes.length * (lot + 1)) / lots));
      if (part.length > 0) acts.in(Math.floor(((lot + chance.next()) * days * DAY * 0.85) / lots), () => this.pooling.reports(part));
    }
    const perDay = Math.max(1, this.of.households.length / 1_500);
    for (let day = 0; day < days; day += 1) {
      const times = (share: number, act: () => Promise<void>) => {
        for (let left = perDay * share; chance.happens(Math.min(1, left)); left -= 1) acts.in(day * DAY + chance.int(0, DAY - 1), act);
      };
      times(0.5, () => this.objecting.reads());
      times(0.4, () => this.goingOn.something());
      times(0.15, () => this.pooling.something());
      // V3: whoever is in a case already may not be in another.
      times(0.06, () => this.applying.applies(chance.of(this.of.households)));
    }
  }

  /** T3: each year's notice comes out in November, and the administrator loads it. */
  private plansCalendars(days: number): void {
    const { sim, acts } = this;
    for (let year = 2027; midnight(dayOfDate(`${year - 1}-11-25`)) < sim.time.trueMs + days * DAY; year += 1) {
      const festival = (name: string, from: string, to: string) => ({ name, firstDay: `${year}-${from}`, lastDay: `${year}-${to}`, makeUpDays: [] });
      const body = { version: 0, source: '模拟的通知', reason: '录入', festivals: [festival('元旦', '01-01', '01-03'), festival('春节', '02-05', '02-12'), festival('劳动节', '05-01', '05-05'), festival('国庆节', '10-01', '10-07')] };
      const administrator: Caller = { kind: 'staff', sessionId: 'session', staffId: 'staff-administrator', role: 'administrator', districts: [] };
      const loads = async (): Promise<void> => {
        await acts.sitting(`the calendar of ${year} is loaded`, async () => {
          await acts.ask('replaceCalendarYear', administrator, { params: { year: String(year) }, body }, ['granted', 'REQUEST_IN_CONFLICT']);
          return body;
        }, loads);
      };
      sim.agenda.add(midnight(dayOfDate(`${year - 1}-11-25`)) + 10 * HOUR, loads);
    }
  }

  /** Its case is closed: it applies again, some at once. */
  private closed({ household, allocation }: Case): void {
    const { acts, chance } = this;
    const again = () => this.applying.applies(household);
    if (household.isQuitter) acts.in(chance.int(1, 30) * HOUR, again);
    else if (chance.happens(allocation?.state === 'leased' ? 0.2 : 0.35)) acts.in(chance.int(1, 40) * DAY, again);
  }

  private anyTicket(): CityTicket | null {
    const tickets = this.sim.oracle.city.live;
    return tickets.length === 0 ? null : this.chance.of(tickets);
  }

  private householdOf(subjectId: string): Household | undefined {
    const { books, city } = this.sim.oracle;
    return (books.applications.get(subjectId.replace(/\.\d+$/, ''))?.case ?? city.tickets.get(subjectId)?.case ?? books.allocations.get(subjectId)?.case)?.household;
  }
}
