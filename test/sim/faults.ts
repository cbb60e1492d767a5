/** What breaks: processes, power, clocks, the gateway. Each fault plans the next one of its kind. */
import { HOUR, MINUTE } from './city';
import type { SeededChance } from './seeded-chance';
import type { Simulation } from './simulation';

const DAY = 24 * HOUR;

export class Faults {
  constructor(private readonly sim: Simulation, private readonly chance: SeededChance) {}

  begin(): void {
    this.every(8 * HOUR, () => this.crashSoon());
    this.every(2 * DAY, () => this.powerCut());
    this.every(2 * DAY, () => this.clockJumps());
    this.every(2 * DAY, () => this.gatewayFails());
    this.every(DAY, async () => {
      this.sim.gateway.crashAtNextAcceptance = true;
    });
  }

  /** How long a dead service stays down: seconds, minutes, hours, over a night or two. */
  downtimeMs(): number {
    const { chance } = this;
    switch (chance.weighted({ blink: 3, minutes: 4, hours: 2, nights: 1 })) {
      case 'blink': return chance.int(500, 14_000);
      case 'minutes': return chance.int(15_000, 30 * MINUTE);
      case 'hours': return chance.int(30 * MINUTE, 9 * HOUR);
      case 'nights': return chance.int(9 * HOUR, 40 * HOUR);
    }
  }

  private every(meanMs: number, act: () => Promise<void>): void {
    const { sim, chance } = this;
    const plan = () => sim.agenda.add(sim.time.trueMs + chance.int(Math.floor(meanMs / 10), Math.floor(meanMs * 1.9)), async () => {
      await act();
      plan();
    });
    plan();
  }

  /** Somewhere in the next transactions: before one, inside it, or after it and before its answer. */
  private async crashSoon(): Promise<void> {
    const { sim, chance } = this;
    if (sim.world.isUp) sim.world.store.arm(chance.int(1, 12), chance.of(['before', 'inside', 'after'] as const));
  }

  private async powerCut(): Promise<void> {
    await this.sim.run('power cut', async () => this.sim.world.store.die());
  }

  /** Set back, sprung forward, or put right again; forward leaps longer than a missed beat. */
  private async clockJumps(): Promise<void> {
    const { sim, chance } = this;
    const skewMs = chance.weighted({ back: 3, forward: 3, right: 3 });
    const lengthMs = chance.happens(0.6) ? chance.int(20_000, 30 * MINUTE) : chance.int(30 * MINUTE, 4 * HOUR);
    sim.time.setSkew({ back: sim.time.skew - lengthMs, forward: sim.time.skew + lengthMs, right: 0 }[skewMs]);
    // The service notices within a second, at its next look.
    await sim.look();
  }

  private async gatewayFails(): Promise<void> {
    const { sim, chance } = this;
    sim.gateway.isDown = true;
    sim.agenda.add(sim.time.trueMs + (chance.happens(0.7) ? chance.int(MINUTE, 40 * MINUTE) : chance.int(40 * MINUTE, 14 * HOUR)), async () => {
      sim.gateway.isDown = false;
      sim.gateway.upSinceMs = sim.time.trueMs;
    });
  }
}
