/** The demonstration's own API: its clock, and who is on stage. Registered in demo mode only. */
import { bedroomLabels, ticketLabel, type Group } from '../../../shared/lane';
import type { Handlers } from '../../http/request';
import { nextDue } from '../../jobs/agenda';
import type { TravelClock } from '../../jobs/clocks';
import type { OutboxRelay } from '../../jobs/outbox-relay';
import type { Scheduler } from '../../jobs/scheduler';
import type { Kernel } from '../../kernel';
import type { Autopilot } from './autopilot';
import { demoStaff } from './city';
import { travelTo } from './travel';

export interface DemoDeps {
  readonly kernel: Kernel;
  readonly clock: TravelClock;
  readonly relay: OutboxRelay;
  readonly scheduler: Scheduler;
  readonly autopilot: Autopilot;
  readonly inboxUrl: string;
  readonly settle: () => Promise<void>;
}

export function demoHandlers(deps: DemoDeps): Handlers {
  const { kernel, clock } = deps;
  const present = async () => ({ nowMs: clock.now(), nextDueMs: await nextDue(kernel), autopilot: deps.autopilot.on });
  return {
    getDemoClock: present,
    travel: async ({ body }) => {
      await deps.scheduler.exclusively(() => travelTo(kernel, clock, deps.relay, clock.now() + body.byMs, deps.settle));
      return present();
    },
    setAutopilot: async ({ body }) => {
      deps.autopilot.on = body.on;
      return present();
    },
    getDemoCast: () => kernel.store.read(async (tx) => {
      const lanes = [];
      for (const lane of await tx.lanes.find({ state: { in: ['open', 'paused'] } }, { sort: [['areaCode', 'asc'], ['bedrooms', 'asc']] })) {
        const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
        const household = turn === null ? null : await tx.households.get(turn.householdId);
        lanes.push({
          laneId: lane.id, laneName: `${lane.areaName} ${bedroomLabels[lane.bedrooms] ?? ''}`, label: turn === null ? '' : ticketLabel(turn.group as Group, turn.queueNumber), group: turn?.group ?? null, queueNumber: turn?.queueNumber ?? null,
          // Invented people of the demonstration city: a visitor must be able to sign in as them.
          phone: household === null ? null : kernel.crypto.open(household.phoneSealed), name: household === null ? null : kernel.crypto.open(household.applicantSealed),
        });
      }
      return { lanes, staff: demoStaff.map(({ account, password, name }) => ({ account, password, name })), inboxUrl: deps.inboxUrl };
    }),
  };
}
