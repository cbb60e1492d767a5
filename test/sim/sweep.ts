/**
 * The store held against the oracle's picture, and what was told against what happened. Every day the documents
 * somebody wrote since the last time; now and then, and at the end, every one there is.
 */
import { canonicalJson } from '../../shared/canonical-json';
import type { CityTurn } from './city';
import { MINUTE } from './city';
import type { SimGateway } from './gateway';
import type { Oracle } from './oracle';
import type { VirtualTime } from './virtual-time';
import { allOf, type SimWorld } from './world';

/** After this long with gateway and service up, nothing due is still unsent. */
const SENT_WITHIN_MS = 15 * MINUTE;

export interface SweepDeps {
  readonly world: SimWorld;
  readonly oracle: Oracle;
  readonly gateway: SimGateway;
  readonly time: VirtualTime;
  /** True time since which the service has been up. */
  upSinceMs(): number;
  /** Low-rent turns tell this many reviewers of the district (Q7). */
  readonly reviewerOf: ReadonlyMap<string, string>;
}

export class Sweep {
  private sweptKeys = 0;
  /** Turns whose telling is not complete yet, in the order they were opened. */
  private untold: CityTurn[] = [];
  private turnsSeen = 0;

  constructor(private readonly deps: SweepDeps) {}

  async run(whole: boolean): Promise<void> {
    const { world, oracle } = this.deps;
    oracle.step = whole ? 'sweep of everything' : 'sweep';
    await world.store.read(async (tx) => {
      const { city } = oracle;
      const written = { tickets: world.written.take('tickets'), listings: world.written.take('listings') };
      const tickets = whole ? await tx.tickets.find({}) : await allOf([...new Set(written.tickets.flat())].sort().map((id) => tx.tickets.get(id)));
      oracle.check(!whole || tickets.length === city.tickets.size, () => `G2: ${city.tickets.size} numbers given out, ${tickets.length} kept`);
      for (const ticket of tickets) {
        if (ticket === null) continue;
        const known = city.tickets.get(ticket.id);
        const [is, should] = [[ticket.state, ticket.householdId, ticket.batchDay, ticket.deferrals, ticket.notBeforeMs, ticket.laneId, ticket.group, ticket.queueNumber], known && [known.state, known.case.id, known.batchDay, known.deferrals, known.notBeforeMs, known.family.laneId, known.family.group, known.family.queueNumber]];
        oracle.check(canonicalJson(is) === canonicalJson(should ?? null), () => `S1: ticket ${ticket.id} is as the ledger tells: ${String(should)}, not ${String(is)}`);
      }
      for (const listing of whole ? await tx.listings.find({}) : await allOf([...new Set(written.listings.flat())].sort().map((id) => tx.listings.get(id)))) {
        if (listing === null) continue;
        const known = city.homes.get(listing.id);
        const holds = known !== undefined && listing.state === known.state && listing.laneId === known.laneId;
        oracle.check(holds, () => `S1: home ${listing.id} is as the ledger tells: ${known?.state}, not ${listing.state}`);
      }
      for (const lane of await tx.lanes.find({})) {
        const known = city.lanes.get(lane.id);
        oracle.check(known !== undefined && known.state === lane.state && (known.turn?.id ?? null) === lane.openTurnId, () => `S1: lane ${lane.id} is as the ledger tells: ${known?.state}, ${known?.turn?.id}, not ${lane.state}, ${lane.openTurnId}`);
      }
      const open = await tx.turns.find({ isOpen: true });
      oracle.check(new Set(open.map((turn) => turn.laneId)).size === open.length, 'Q3: at most one open turn a lane');
      for (const turn of open) {
        const known = city.turns.get(turn.id);
        oracle.check(known !== undefined && known.deadlineMs === turn.deadlineMs && known.movedMs === turn.movedMs && known.proof === turn.proof, () => `S1: turn ${turn.id} is as the ledger tells`);
      }
      const picks = whole ? await tx.picks.find({ active: true }) : [];
      oracle.check(!whole || picks.length === city.counts.picks - city.returned - oracle.books.counts.vacated && new Set(picks.map((p) => p.listingId)).size === picks.length && new Set(picks.map((p) => p.ticketId)).size === picks.length, () => `Q4: ${city.counts.picks} picks, of different homes by different families`);
      const stuck = await tx.outbox.find({ state: 'pending', dueAtMs: { lte: world.systemNow() - SENT_WITHIN_MS } }, { limit: 1 });
      oracle.check(!this.canSend() || stuck.length === 0, () => `every message is sent in time: ${stuck[0]?.id}, due ${stuck[0]?.dueAtMs}`);
      for (const task of await tx.callTasks.find({ state: 'open' })) oracle.check(task.allocationId !== null || open.some((turn) => turn.id === task.turnId), () => `a telephone task lapses with its turn: ${task.id}`);
      this.untold.push(...[...city.turns.values()].slice(this.turnsSeen));
      this.turnsSeen = city.turns.size;
      const untold: CityTurn[] = [];
      for (const turn of this.untold) if (!(await this.isTold(turn, async (id) => (await tx.outbox.get(id)) !== null))) untold.push(turn);
      this.untold = untold;
    });
    this.checkKeys();
    await this.checkBoard();
  }

  private canSend(): boolean {
    const { gateway, time } = this.deps;
    return !gateway.isDown && time.trueMs - Math.max(gateway.upSinceMs, this.deps.upSinceMs()) > SENT_WITHIN_MS;
  }

  /** S1, Q7: what happened was told, to the outbox at least; the sending is checked where it shows. True when nothing of it can change any more. */
  private async isTold(turn: CityTurn, isThere: (id: string) => Promise<boolean>): Promise<boolean> {
    const { oracle, gateway, reviewerOf } = this.deps;
    const isOver = oracle.city.lanes.get(turn.ticket.family.laneId)?.turn !== turn;
    oracle.check(await isThere(`sms-turnOpened-${turn.id}`), () => `turn ${turn.id} has its notification`);
    if (!isOver) return false;
    const kinds = ['homePicked', 'turnPassed', 'turnMissed', 'turnDeferred'];
    const found = [];
    for (const kind of kinds) if (await isThere(`sms-${kind}-${turn.id}`)) found.push(kind);
    oracle.check(found.length === 1, () => `the end of turn ${turn.id} is told once, not ${found.length} times`);
    const reviewer = reviewerOf.get(turn.ticket.family.district);
    if (turn.ticket.family.tier === 0 && turn.notifiedAtMs !== null) oracle.check(await isThere(`sms-reviewerTurn-${turn.id}-${reviewer}`), () => `Q7: reviewers hear of turn ${turn.id}`);
    // As the person sees it: once, or never when it could not be sent or was over before.
    oracle.check(turn.notifiedAtMs === null || gateway.accepted.has(`sms-turnOpened-${turn.id}`) || (gateway.refusals.get(`sms-turnOpened-${turn.id}`) ?? 0) >= 9, () => `the family was told of turn ${turn.id}`);
    return true;
  }

  /** Nobody is told of a turn that is not theirs, or of one that never was. */
  private checkKeys(): void {
    const { oracle, gateway } = this.deps;
    for (const { key, phone } of gateway.log.slice(this.sweptKeys)) {
      const turnId = /^sms-turnOpened-(.*?)(~\d+)?$/.exec(key)?.[1];
      if (turnId === undefined) continue;
      const turn = oracle.city.turns.get(turnId);
      oracle.check(turn !== undefined && turn.ticket.family.phone === phone, () => `${key} goes to the family whose turn it is`);
    }
    this.sweptKeys = gateway.log.length;
  }

  /** What everyone sees is what is. */
  private async checkBoard(): Promise<void> {
    const { oracle, world } = this.deps;
    for (const lane of oracle.city.lanes.values()) {
      const view = await world.board.view(lane.id);
      if (view === null && lane.queue.length === 0) continue;
      oracle.check(view !== null && view.remaining === lane.homes.size && view.state === lane.state && (view.turn?.queueNumber ?? null) === (lane.turn?.ticket.family.queueNumber ?? null), () => `the live view of ${lane.id} shows what is`);
    }
  }
}
