/** What families do: when they learn of their turn, how they decide, and everything that goes wrong on their side. */
import { Refusal, type Caller } from '../../bff/http/request';
import { verifySignature } from '../../bff/security/signer';
import { canonicalJson } from '../../shared/canonical-json';
import type { Receipt } from '../../shared/contract/schemas';
import { HOUR, law, MINUTE, type CityTicket } from './city';
import { CrashError } from './crashing-store';
import type { TicketFamily } from './registers';
import type { SeededChance } from './seeded-chance';
import type { Simulation } from './simulation';
import { allOf } from './world';

/** When in its turn a family acts. `edge`: within a millisecond of the deadline; `evening`: of 18:00. */
const tempers = { soon: 30, late: 10, edge: 15, evening: 8, pass: 10, passEdge: 4, miss: 15 } as const;
/** Those who give up one batch after another: most often by doing nothing. */
const quitterTempers = { ...tempers, soon: 20, pass: 25, miss: 60 } as const;
/** What goes wrong, or is done twice, when it picks. */
const manners = { plain: 40, twiceSameKey: 12, sameKeyAtOnce: 8, otherKeyAtOnce: 8, reusedKey: 5, takenFirst: 7, otherLaneFirst: 5, withRival: 7, assisted: 8 } as const;

type Answer = 'granted' | 'down' | 'lost' | string;

export class Families {
  /** What each idempotency key was answered. */
  private readonly answers = new Map<string, string>();
  /** By ticket: keys sent and not answered, each with the home it asked for; and the key that was granted. */
  private readonly unanswered = new Map<string, Map<string, string>>();
  private readonly granted = new Map<string, string>();
  private keys = 0;

  constructor(private readonly sim: Simulation, private readonly chance: SeededChance) {}

  caller(family: TicketFamily): Caller {
    return { kind: 'family', sessionId: 'session', phoneIndex: this.sim.world.crypto.blindIndex('phone', family.phone) };
  }

  /** A family has learnt that it is its turn: it makes up its mind. */
  learnsOf(turnId: string, ticketId: () => CityTicket | undefined): void {
    const { sim, chance } = this;
    const temper = chance.weighted(ticketId()?.family.household.isQuitter === true ? quitterTempers : tempers);
    const { trueMs } = sim.time;
    const inMs = (ms: number) => trueMs + ms;
    const act = (atMs: number, what: 'pick' | 'pass') => sim.agenda.add(atMs, async () => {
      const ticket = ticketId();
      if (ticket !== undefined) await (what === 'pick' ? this.pick(ticket) : this.pass(ticket));
    });
    switch (temper) {
      case 'soon': return act(inMs(chance.int(1, 40) * MINUTE + chance.int(0, 999)), 'pick');
      case 'late': return act(inMs(chance.int(3 * HOUR, law.turnMs - MINUTE)), 'pick');
      case 'pass': return act(inMs(chance.int(MINUTE, 3 * HOUR)), 'pass');
      case 'edge': return this.atEdge(turnId, inMs(law.turnMs - 10 * MINUTE), (atMs) => act(atMs, 'pick'));
      case 'passEdge': return this.atEdge(turnId, inMs(law.turnMs - 10 * MINUTE), (atMs) => act(atMs, 'pass'));
      case 'evening': return act(sim.time.trueTimeOf(sim.eveningMs() + chance.int(-1, 1)), chance.happens(0.7) ? 'pass' : 'pick');
      case 'miss': return;
    }
  }

  /** Close to the deadline the family watches the countdown, which may still move. */
  private atEdge(turnId: string, lookAtMs: number, act: (atMs: number) => void): void {
    const { sim, chance } = this;
    sim.agenda.add(lookAtMs, async () => {
      const turn = sim.oracle.city.turns.get(turnId);
      if (turn === undefined || turn.deadlineMs === null || turn.ticket.state !== 'onTurn') return;
      const deadlineAtMs = sim.time.trueTimeOf(turn.deadlineMs);
      if (deadlineAtMs - sim.time.trueMs > 15 * MINUTE) this.atEdge(turnId, deadlineAtMs - 10 * MINUTE, act);
      else act(sim.time.trueTimeOf(turn.deadlineMs + chance.int(-1, 1)));
    });
  }

  async pick(ticket: CityTicket): Promise<void> {
    const { sim, chance } = this;
    const { city } = sim.oracle;
    const homes = [...city.lane(ticket.family.laneId).homes];
    if (homes.length === 0) return;
    const listingId = chance.of(homes);
    const key = this.newKey();
    switch (chance.weighted(manners)) {
      case 'takenFirst': {
        const gone = [...city.homes].filter(([, home]) => home.laneId === ticket.family.laneId && home.state !== 'available').map(([id]) => id);
        if (gone.length > 0) await this.tryPick(ticket, chance.of(gone), this.newKey());
        break;
      }
      case 'otherLaneFirst': {
        const elsewhere = [...city.homes].filter(([, home]) => home.laneId !== ticket.family.laneId).map(([id]) => id);
        await this.tryPick(ticket, elsewhere.length === 0 || chance.happens(0.2) ? 'no-such-home' : chance.of(elsewhere), this.newKey());
        break;
      }
      case 'twiceSameKey':
        await this.tryPick(ticket, listingId, key);
        break;
      case 'sameKeyAtOnce':
        return this.atOnce('the same key at once', [() => this.send(ticket, listingId, key), () => this.send(ticket, listingId, key)], () => this.tryPick(ticket, listingId, key));
      case 'otherKeyAtOnce':
        return this.atOnce('another key at once', [() => this.send(ticket, listingId, key), () => this.send(ticket, chance.of(homes), this.newKey())], () => this.tryPick(ticket, listingId, key));
      case 'withRival': {
        const { queue } = city.lane(ticket.family.laneId);
        const rival = queue.length === 0 ? ticket : chance.of(queue);
        const rivalKey = this.newKey();
        return this.atOnce('a rival grabs the same home', [() => this.send(rival, listingId, rivalKey), () => this.send(ticket, listingId, key), ...(chance.happens(0.5) ? [() => sim.settle(ticket.family.laneId)] : [])], () => this.tryPick(ticket, listingId, key));
      }
      case 'reusedKey':
        await this.tryPick(ticket, listingId, key);
        if (homes.length > 1) await this.tryPick(ticket, homes.find((id) => id !== listingId)!, key);
        return;
      case 'assisted':
        return sim.staff.assists(ticket, listingId, key);
      case 'plain':
        break;
    }
    await this.tryPick(ticket, listingId, key);
  }

  async pass(ticket: CityTicket): Promise<void> {
    const { sim } = this;
    const key = this.newKey();
    const expected = this.expected(ticket, null);
    const answer = await sim.run(`${ticket.id} passes`, async () => sim.world.call('passTurn', { params: { ticketId: ticket.id }, body: { confirm: true }, caller: this.caller(ticket.family), idempotencyKey: key }));
    if (answer === undefined) return this.retry(() => this.pass(ticket));
    sim.oracle.check((answer instanceof Refusal ? answer.code : 'granted') === expected, () => `${ticket.id} passing is ${expected}, not ${answer instanceof Refusal ? answer.code : 'granted'}`);
    await sim.afterAct();
  }

  /** Somebody whose turn it is not tries all the same. */
  async pushIn(ticket: CityTicket): Promise<void> {
    const homes = [...this.sim.oracle.city.lane(ticket.family.laneId).homes];
    if (homes.length > 0) await this.tryPick(ticket, this.chance.of(homes), this.newKey());
  }

  newKey(): string {
    this.keys += 1;
    return `key-${this.keys}`;
  }

  /** Several requests in flight at once; the oracle judges by the ledger what became of them. */
  private async atOnce(step: string, sends: readonly (() => Promise<Answer>)[], again: () => Promise<void>): Promise<void> {
    if ((await this.sim.run(step, () => allOf(sends.map((send) => send())))) === undefined) return this.retry(again);
    await this.sim.afterAct();
  }

  /** One request, its answer judged; a lost one is sent again with the same key until it is answered. */
  async tryPick(ticket: CityTicket, listingId: string, key: string, assisted = false): Promise<void> {
    const { sim } = this;
    const expected = this.expected(ticket, listingId, key);
    const answer = await sim.run(`${ticket.id} picks ${listingId}`, () => this.send(ticket, listingId, key, assisted));
    if (answer === undefined) return this.retry(() => this.tryPick(ticket, listingId, key, assisted));
    sim.oracle.check(answer === expected || (expected === 'eitherWay' && ['granted', 'ALREADY_PICKED'].includes(answer)), () => `${ticket.id} picking ${listingId} is ${expected}, not ${answer}`);
    await sim.afterAct();
  }

  /** The service is down, or died with the answer: the family tries again later. */
  private retry(again: () => Promise<void>): void {
    this.sim.agenda.add(this.sim.time.trueMs + this.chance.int(5_000, 5 * MINUTE), again);
  }

  /** Sends a pick and keeps what was answered; the same key must be answered the same for ever (Q4). */
  async send(ticket: CityTicket, listingId: string, key: string, assisted = false): Promise<Answer> {
    const { sim } = this;
    const params = { ticketId: ticket.id };
    const unanswered = this.unanswered.get(ticket.id) ?? new Map<string, string>();
    this.unanswered.set(ticket.id, unanswered.has(key) ? unanswered : unanswered.set(key, listingId));
    const answer = assisted
      ? await sim.world.call('assistedPick', { params, body: { listingId, place: '南外街道窗口', consent: '本人到场' }, caller: sim.staff.window(ticket.family.district), idempotencyKey: key })
      : await sim.world.call('pickHome', { params, body: { listingId }, caller: this.caller(ticket.family), idempotencyKey: key });
    unanswered.delete(key);
    const earlier = this.answers.get(key);
    if (answer instanceof Refusal) {
      sim.oracle.check(earlier === undefined || answer.code === 'IDEMPOTENCY_KEY_REUSED', () => `Q4: key ${key} of ${ticket.id} is answered as before, not ${answer.code}`);
      return answer.code;
    }
    const receipt = answer as Receipt;
    const text = canonicalJson(receipt);
    sim.oracle.check(earlier === undefined || earlier === text, () => `Q4: key ${key} of ${ticket.id} gets the same answer again`);
    if (earlier === undefined) this.checkReceipt(ticket, listingId, receipt);
    this.answers.set(key, text);
    this.granted.set(ticket.id, key);
    return 'granted';
  }

  /** S4: what the family is given stands by itself. */
  private checkReceipt(ticket: CityTicket, listingId: string, { content, body, signature, keyId, publicKey }: Receipt): void {
    const { oracle, world } = this.sim;
    oracle.check(canonicalJson(content) === body && world.keys.publicKeys[keyId] === publicKey && verifySignature(publicKey, body, signature), () => `S4: the receipt of ${ticket.id} verifies`);
    oracle.check(content.ticketId === ticket.id && content.listingId === listingId && content.queueNumber === ticket.family.queueNumber, () => `S4: the receipt of ${ticket.id} says what was picked`);
    oracle.promise(content.ledger);
  }

  /** What the rules say of a request at this instant, from the oracle's picture alone. */
  private expected(ticket: CityTicket, listingId: string | null, key = ''): string {
    const { oracle, world } = this.sim;
    if (!world.isUp) return 'down';
    const lane = oracle.city.lane(ticket.family.laneId);
    const earlier = this.answers.get(key);
    if (earlier !== undefined) return (JSON.parse(earlier) as Receipt).content.listingId === listingId ? 'granted' : 'IDEMPOTENCY_KEY_REUSED';
    if (ticket.state === 'picked') return this.expectedOncePicked(ticket, listingId, key);
    if (lane.state === 'closed') return 'LANE_NOT_OPEN';
    if (lane.turn?.ticket !== ticket) return ['missed', 'renewing', 'forfeited', 'void'].includes(ticket.state) ? 'TURN_OVER' : 'NOT_YOUR_TURN';
    if (lane.state === 'paused') return 'LANE_PAUSED';
    if (lane.turn.deadlineMs !== null && world.systemNow() >= lane.turn.deadlineMs) return 'TURN_OVER';
    if (listingId === null) return 'granted';
    const home = oracle.city.homes.get(listingId);
    if (home?.laneId !== lane.id) return 'HOME_NOT_IN_LANE';
    return home.state === 'available' ? 'granted' : 'HOME_NOT_AVAILABLE';
  }

  /** A request lost with the process that granted it is answered when it is sent again: the answer is kept with the pick. */
  private expectedOncePicked(ticket: CityTicket, listingId: string | null, key: string): string {
    const unanswered = this.unanswered.get(ticket.id);
    const asked = unanswered?.get(key);
    if (asked === undefined || this.granted.has(ticket.id)) return 'ALREADY_PICKED';
    if (unanswered!.size > 1) return 'eitherWay';
    return asked === listingId ? 'granted' : 'IDEMPOTENCY_KEY_REUSED';
  }
}

/** Whether something failed because the process died. */
export function isCrash(error: unknown): boolean {
  return error instanceof CrashError || (error instanceof Error && error.cause !== undefined && isCrash(error.cause));
}
