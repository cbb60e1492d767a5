/** Turns in one process with the real kernel, relay and store: what one costs in a short and a long queue, in a young and an old ledger. */
import { readLiveView } from '../../../bff/features/live/live-view';
import { enterLane } from '../../../bff/features/selection/door';
import { OutboxRelay } from '../../../bff/jobs/outbox-relay';
import { createSmsTemplates } from '../../../bff/adapters/sms/templates';
import { systemAct, type Kernel } from '../../../bff/kernel';
import { change } from '../../../bff/store/change';
import { laneStream } from '../../../bff/store/ledger';
import { ScriptedGateway } from '../../support/world';
import { fillLane, openKernel, planLane } from '../city';
import { median } from '../measure';
import { scratchDir, type Offers } from '../processes';

export interface GrowthRequest {
  readonly waiting: number;
  readonly entries: number;
}

interface Place {
  readonly kernel: Kernel;
  readonly laneId: string;
  readonly relay: OutboxRelay;
  readonly homes: readonly string[];
  turn: number;
}

const HOMES = 400;
const ENTRIES_A_CHANGE = 1_000;
const places: Place[] = [];

export const turns: Offers = {
  /** Builds a lane with so many families waiting and so old a ledger; its number. */
  async build({ waiting, entries }: GrowthRequest): Promise<number> {
    const kernel = await openKernel(scratchDir());
    const lane = planLane(0, { lanes: 1, familiesPerLane: waiting, homesPerLane: HOMES });
    await fillLane(kernel, lane, 0);
    for (let from = 0; from < entries; from += ENTRIES_A_CHANGE) {
      await change(kernel, systemAct('bench'), async (work) => {
        for (let i = 0; i < Math.min(ENTRIES_A_CHANGE, entries - from); i += 1) await work.record({ stream: laneStream(lane.laneId), type: 'Earlier', open: { turnId: `${lane.laneId}.${from + i}`, group: 'publicRental-2', queueNumber: i } });
      });
    }
    await change(kernel, systemAct('bench'), (work) => enterLane(kernel, work, lane.laneId, { type: 'OpenLane', reason: 'bench' }));
    const relay = new OutboxRelay(kernel, {
      sms: new ScriptedGateway(), templates: createSmsTemplates(), subscription: null,
      // What announcing costs is building the view: the sockets are measured elsewhere.
      announce: (laneId) => kernel.store.read(async (tx) => void (await readLiveView(tx, (await tx.lanes.get(laneId))!, kernel.clock.now()))),
    }, 'bench');
    await relay.run();
    return places.push({ kernel, laneId: lane.laneId, relay, homes: lane.homes, turn: 0 }) - 1;
  },

  /** Processor time of the median turn, in ms: the pick, the next turn, everyone told. Waiting for the disk is not counted: it is the same everywhere. */
  async turn({ place, count }: { place: number; count: number }): Promise<number> {
    const at = places[place]!;
    const costs: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const before = process.cpuUsage();
      await onePick(at);
      await at.relay.run();
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000);
    }
    return median(costs);
  },

  /** Milliseconds to build the lane's live view. */
  async view({ place, count }: { place: number; count: number }): Promise<number> {
    const { kernel, laneId } = places[place]!;
    const costs: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const startedAt = performance.now();
      await kernel.store.read(async (tx) => void (await readLiveView(tx, (await tx.lanes.get(laneId))!, kernel.clock.now())));
      costs.push(performance.now() - startedAt);
    }
    return median(costs);
  },
};

async function onePick(at: Place): Promise<void> {
  const { kernel, laneId, homes } = at;
  const home = homes[at.turn]!;
  at.turn += 1;
  await change(kernel, systemAct('bench'), async (work) => {
    const lane = await work.tx.lanes.get(laneId);
    const turn = await work.tx.turns.get(lane!.openTurnId!);
    const [ticket, listing] = [await work.tx.tickets.get(turn!.ticketId), await work.tx.listings.get(home)];
    const entered = await enterLane(kernel, work, laneId, { type: 'PickHome', ticket: ticket!, listing, assisted: null });
    if (entered?.pick == null) throw new Error(`the pick was refused: ${entered?.refusal}`);
  });
}
