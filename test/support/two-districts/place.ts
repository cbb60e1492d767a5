/** One place of the city of two districts, and the writing of documents that belong to it. Every person is invented. */
import type { Kernel } from '../../../bff/kernel';
import type { Listing, Ticket } from '../../../bff/store/collections';
import type { Tx } from '../../../bff/store/port';
import { DAY_MS, HOUR_MS } from '../../../shared/shanghai-time';
import { buildHousehold, buildListing, buildTicket, phoneOf } from '../build';
import { identityNumber } from '../workbook-registers';
import { MORNING_MS } from '../world';

export interface Place {
  /** Begins the id of everything here: what an answer shows of a place is seen by it. */
  readonly key: 'near' | 'beside' | 'far';
  readonly area: string;
  readonly district: string;
  readonly street: string;
  /** Where its people's phones and identity numbers begin, and its queue numbers. */
  readonly base: number;
}

export const here: Place = { key: 'near', area: 'zhanggong', district: '章贡区', street: '解放街道', base: 100 };
/** Another street of the same district: applications only. */
export const beside: Place = { key: 'beside', area: 'zhanggong', district: '章贡区', street: '南外街道', base: 300 };
export const there: Place = { key: 'far', area: 'nankang', district: '南康区', street: '蓉江街道', base: 500 };

/** The phone that speaks for every household of a place. */
export const phoneOfPlace = ({ base }: Place): string => phoneOf(base);

const unversioned = <D extends { version: number }>({ version: _version, ...doc }: D) => doc;

/** Writes documents of one place in one transaction, and remembers whom it named: nobody may be shown these in the clear (P2). */
export class Seeder {
  private people = 0;
  readonly secrets: string[];

  constructor(readonly kernel: Kernel, readonly tx: Tx, readonly place: Place) {
    this.secrets = [phoneOfPlace(place)];
  }

  id(name: string): string {
    return `${this.place.key}-${name}`;
  }

  seal(text: string): string {
    return this.kernel.crypto.seal(text);
  }

  get phoneIndex(): string {
    return this.kernel.crypto.blindIndex('phone', phoneOfPlace(this.place));
  }

  /** A household of one, `<place>-<name>`; its member is `<place>-<name>-1`. */
  async household(name: string): Promise<string> {
    this.people += 1;
    const person = { name: `${'甲乙丙丁戊己庚辛壬癸'[this.people % 10]!}大${this.place.key === 'far' ? '河' : '江'}`, identity: identityNumber(40_000 + this.place.base * 100 + this.people) };
    this.secrets.push(person.name, person.identity);
    const id = this.id(name);
    const { district, street } = this.place;
    await this.tx.households.insert({ ...buildHousehold(this.kernel, this.place.base, { district, street, size: 1 }), id, applicantSealed: this.seal(person.name), applicantNameIndex: this.kernel.crypto.blindIndex('name', person.name), source: 'application' });
    await this.tx.members.insert({ id: `${id}-1`, householdId: id, relation: '本人', personSealed: this.seal(JSON.stringify(person)), identityIndex: this.kernel.crypto.blindIndex('identity', person.identity), caseOpen: true });
    return id;
  }

  /** The household's number, `<place>-<name>-ticket`. */
  async ticket(name: string, state: Ticket['state'], change: Partial<Ticket> = {}): Promise<Ticket> {
    const id = await this.household(name);
    return this.tx.tickets.insert(unversioned(buildTicket({ id: `${id}-ticket`, householdId: id, laneId: `${this.place.area}-2`, queueNumber: this.place.base + this.people, state, ...change })));
  }

  async home(name: string, state: Listing['state'], change: Partial<Listing> = {}): Promise<string> {
    const id = this.id(`home-${name}`);
    await this.tx.listings.insert(unversioned(buildListing({ id, communityId: this.id('community'), communityName: `${this.place.area}家园`, district: this.place.district, laneId: `${this.place.area}-2`, state, ...change })));
    return id;
  }

  /** What the pool keeps of a home, where it is under review, vacated or assigned. */
  async file(name: string, reviewKind: 'report' | 'vacated', reviewStep: 'district' | 'city'): Promise<void> {
    const vacated = reviewKind === 'vacated' ? { vacatedDay: '2026-05-25', poolByMs: MORNING_MS + 3 * DAY_MS, isClockRunning: true } : { vacatedDay: null, poolByMs: null, isClockRunning: false };
    await this.tx.listingFiles.insert({ id: this.id(`home-${name}`), district: this.place.district, laneId: `${this.place.area}-2`, reviewKind, reviewStep, reviewSinceMs: MORNING_MS - HOUR_MS, ...vacated, resumeTo: 'available', transferId: null });
  }

  /** A household that lives in a home of its own. */
  async tenant(name: string): Promise<{ householdId: string; listingId: string; tenancyId: string }> {
    const [householdId, listingId] = [await this.household(name), await this.home(name, 'leased', { floor: 5 })];
    const tenancyId = `tenancy-${householdId}`;
    await this.tx.tenancies.insert({ id: tenancyId, householdId, listingId, district: this.place.district, contractNumber: `HT-${householdId}`, startedDay: '2026-01-01', isRunning: true, endedDay: null, origin: 'allocation', originId: householdId });
    return { householdId, listingId, tenancyId };
  }
}
