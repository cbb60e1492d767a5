/** How the simulated people act: one request after another through the service's own handlers, each answer held against the rules. */
import { Refusal, type ApiRequest, type Caller } from '../../../bff/http/request';
import type { CollectionTx, Doc } from '../../../bff/store/port';
import type { RouteName } from '../../../shared/contract/routes';
import { HOUR, MINUTE, timeOfDay } from '../city';
import { DAY } from '../days';
import type { SeededChance } from '../seeded-chance';
import type { Simulation } from '../simulation';
import type { Household } from './people';

type Asked = { readonly params?: Record<string, string>; readonly body?: unknown; readonly query?: unknown; readonly key?: string };
export type Expected = string | readonly string[];

/** What a refused request may leave behind all the same: what time alone brought about. */
const BY_TIME = ['APPLICATION_CLOSED'];

export class Acts {
  constructor(readonly sim: Simulation, readonly chance: SeededChance) {}

  family({ phone }: Pick<Household, 'phone'>): Caller {
    return { kind: 'family', sessionId: 'session', phoneIndex: this.sim.world.crypto.blindIndex('phone', phone) };
  }

  clerk(district: string, street: string): Caller {
    return { kind: 'staff', sessionId: 'session', staffId: `staff-clerk-${street}`, role: 'streetClerk', districts: [district], streets: [street] };
  }

  staff(role: 'districtReviewer' | 'operator' | 'window', district: string): Caller {
    return { kind: 'staff', sessionId: 'session', staffId: `staff-${role}-${district}`, role, districts: [district] };
  }

  readonly city: Caller = { kind: 'staff', sessionId: 'session', staffId: 'staff-city', role: 'city', districts: [] };

  get nowMs(): number {
    return this.sim.world.systemNow();
  }

  /** A plan, in true time from now. */
  in(ms: number, act: () => Promise<void>): void {
    this.sim.agenda.add(this.sim.time.trueMs + ms, act);
  }

  /** At an instant of the service's time, as far as can be foreseen. */
  at(systemMs: number, act: () => Promise<void>): void {
    this.sim.agenda.add(this.sim.time.trueTimeOf(systemMs), act);
  }

  /** Some working hour between `from` and `to` days from today. */
  onDay(from: number, to: number, act: () => Promise<void>): void {
    const { trueMs } = this.sim.time;
    const day = this.chance.int(from, to);
    const atMs = trueMs - timeOfDay(trueMs) + day * DAY + 9 * HOUR + this.chance.int(0, 8 * HOUR);
    this.sim.agenda.add(Math.max(atMs, trueMs + MINUTE), act);
  }

  /** Requests of one sitting, one step of the simulation. When the service is down or dies of it, `again` later; null then. */
  async sitting<T extends object>(step: string, act: () => Promise<T>, again: () => Promise<void>): Promise<T | null> {
    const done = await this.sim.run(step, act);
    if (done !== undefined) return done;
    this.in(this.chance.int(5_000, 30 * MINUTE), again);
    return null;
  }

  /** A request; its answer, or null when it was refused. Both are as expected, and a refusal changes nothing. */
  async ask<A = Record<string, unknown>>(name: RouteName, caller: Caller, asked: Asked, expected: Expected = 'granted'): Promise<A | null> {
    const { sim } = this;
    const before = sim.world.written.pending('ledger');
    const answer = await this.send(name, caller, asked);
    const code = answer instanceof Refusal ? answer.code : 'granted';
    const isExpected = typeof expected === 'string' ? code === expected : expected.includes(code);
    sim.oracle.check(isExpected, () => `${name} ${JSON.stringify(asked.params ?? {})} is ${String(expected)}, not ${code}${answer instanceof Refusal ? ` ${JSON.stringify(answer.extras.fields ?? '')}` : ''}`);
    if (!(answer instanceof Refusal)) return answer as A;
    sim.oracle.books.counts.refusals += 1;
    sim.oracle.check(sim.world.written.pending('ledger') === before || BY_TIME.includes(code), () => `${name} refused with ${code} changes nothing`);
    return null;
  }

  send(name: RouteName, caller: Caller, { params = {}, body, query = {}, key = '' }: Asked): Promise<unknown> {
    return this.sim.world.call(name, { caller, params, body, query, idempotencyKey: key } as unknown as Partial<ApiRequest<RouteName>> & { caller: Caller });
  }

  /** The version somebody's screen shows. */
  async versionOf(collection: 'tickets' | 'listings' | 'applications' | 'allocations' | 'waitingRequests' | 'subsidies' | 'bars', id: string): Promise<number> {
    return (await this.sim.world.store.read<Doc | null>((tx) => (tx[collection] as Pick<CollectionTx<Doc>, 'get'>).get(id)))?.version ?? 0;
  }
}
