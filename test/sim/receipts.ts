/** What becomes of a message: the family reads it or not, and the gateway reports it, late, twice, wrongly or never. */
import { Refusal } from '../../bff/http/request';
import { law, MINUTE } from './city';
import { gatewayIdOf, type Accepted } from './gateway';
import type { SeededChance } from './seeded-chance';
import type { Simulation } from './simulation';

const fates = { prompt: 60, twice: 8, late: 8, edge: 8, reportedLate: 5, lost: 8, failed: 5, failedThenDelivered: 5 } as const;
const TURN_KEY = /^sms-turnOpened-(.*?)(?:~\d+)?$/;

export class Receipts {
  constructor(private readonly sim: Simulation, private readonly chance: SeededChance) {}

  /** The gateway took a message: from here the world outside runs by itself. */
  accepted({ key, phone }: Accepted): void {
    const { sim, chance } = this;
    const turnId = TURN_KEY.exec(key)?.[1];
    if (turnId === undefined) {
      if (chance.happens(0.05)) this.report(key, null, 'delivered', chance.int(500, MINUTE));
      return;
    }
    const family = sim.familyOfPhone(phone);
    const fate = family !== undefined && sim.readsMessages(family) ? chance.weighted(fates) : chance.happens(0.6) ? 'lost' : 'failed';
    // A lost receipt is not a lost message; a failed one is.
    const readInMs = fate === 'failed' ? null : fate === 'failedThenDelivered' ? 20 * MINUTE : 1_000;
    if (family !== undefined && readInMs !== null && sim.readsMessages(family)) {
      sim.agenda.add(sim.time.trueMs + readInMs, async () => sim.families.learnsOf(turnId, () => sim.oracle.city.turns.get(turnId)?.ticket));
    }
    switch (fate) {
      case 'prompt': return this.report(key, turnId, 'delivered', chance.int(500, 20_000));
      case 'twice':
        this.report(key, turnId, 'delivered', chance.int(500, 20_000));
        return this.report(key, turnId, 'delivered', chance.int(500, 5 * MINUTE));
      case 'late': return this.report(key, turnId, 'delivered', chance.int(11 * MINUTE, law.turnMs - MINUTE));
      case 'edge': return this.atEdge(key, turnId);
      case 'reportedLate': return this.report(key, turnId, 'delivered', chance.int(MINUTE, law.turnMs - MINUTE), law.turnMs + chance.int(-1, 90 * MINUTE));
      case 'lost': return;
      case 'failed': return this.report(key, turnId, 'failed', chance.int(500, MINUTE));
      case 'failedThenDelivered':
        this.report(key, turnId, 'failed', chance.int(500, MINUTE));
        return this.report(key, turnId, 'delivered', chance.int(19 * MINUTE, 60 * MINUTE));
    }
  }

  /** Within a millisecond of the deadline, wherever that has moved to. */
  private atEdge(key: string, turnId: string): void {
    const { sim, chance } = this;
    sim.agenda.add(sim.time.trueMs + law.turnMs - 10 * MINUTE, async () => {
      const deadlineMs = sim.oracle.city.turns.get(turnId)?.deadlineMs;
      if (deadlineMs != null) this.reportAt(sim.time.trueTimeOf(deadlineMs + chance.int(-1, 1)), key, turnId, 'delivered', null, 1);
    });
  }

  /** Delivered after `inMs`; the gateway tells us then, or later. */
  private report(key: string, turnId: string | null, status: 'delivered' | 'failed', inMs: number, toldInMs = inMs): void {
    const { trueMs } = this.sim.time;
    const happened = { atMs: 0 };
    if (toldInMs === inMs) return this.reportAt(trueMs + inMs, key, turnId, status, null, 1);
    this.sim.agenda.add(trueMs + Math.min(inMs, toldInMs), async () => {
      happened.atMs = this.sim.world.systemNow();
    });
    this.reportAt(trueMs + toldInMs, key, turnId, status, happened, 1);
  }

  private reportAt(trueMs: number, key: string, turnId: string | null, status: 'delivered' | 'failed', happened: { atMs: number } | null, attempt: number): void {
    const { sim, chance } = this;
    sim.agenda.add(trueMs, async () => {
      const atMs = happened?.atMs ?? sim.world.systemNow();
      const again = () => attempt < 4 && this.reportAt(sim.time.trueMs + chance.int(5_000, 10 * MINUTE), key, turnId, status, { atMs }, attempt + 1);
      const offer = turnId === null || status === 'failed' ? null : sim.oracle.city.offer(turnId, 'smsReceipt', atMs);
      const answer = await sim.run(`receipt ${status} of ${key}`, () => sim.world.call('smsReceipt', { body: { gatewayId: gatewayIdOf(key), status, atMs }, caller: { kind: 'public' } }));
      // The service is down, or does not know of the message yet: gateways try again.
      if (answer === undefined || answer instanceof Refusal) return void again();
      if (offer !== null) offer.acknowledged = true;
      const turn = status === 'failed' ? undefined : [...sim.oracle.city.lanes.values()].find((lane) => lane.turn !== null && lane.turn.id === turnId)?.turn;
      sim.oracle.check(turn == null || (turn.deadlineMs !== null && atMs >= turn.deadlineMs) || turn.proof !== 'none', () => `Q8: a receipt that was taken proves ${turnId}`);
      await sim.afterAct();
    });
  }
}
