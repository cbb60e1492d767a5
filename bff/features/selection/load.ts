/** Loads what a decision about a lane looks at: a handful of documents, however long the queue is. */
import type { SelectionView } from '../../domain/selection/selection';
import type { RuleSet } from '../../domain/rules/rule-set';
import type { Kernel } from '../../kernel';
import type { Lane, Listing, Ticket } from '../../store/collections';
import type { Tx } from '../../store/port';

/** The city's one document that turns contend for under Q3's setting. */
export const CITY_GATE = 'selection';

/** Q1: the tickets at the head of a lane that may be called at `nowMs`, in order. */
export async function queuedTickets(tx: Tx, laneId: string, nowMs: number, limit: number): Promise<Ticket[]> {
  return tx.tickets.find({ laneId, state: 'queued', notBeforeMs: { lte: nowMs } }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']], limit });
}

/** Null when there is no such lane. */
export async function loadSelection(tx: Tx, laneId: string, nowMs: number, rules: RuleSet): Promise<SelectionView | null> {
  const lane = await tx.lanes.get(laneId);
  if (lane === null) return null;
  const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
  const ticket = turn === null ? null : await tx.tickets.get(turn.ticketId);
  const [head] = await queuedTickets(tx, laneId, nowMs, 1);
  return {
    lane,
    turn: turn === null || ticket === null ? null : { turn, ticket },
    head: head ?? null,
    availableCount: await tx.listings.count({ laneId, state: 'available' }),
    cityBusy: rules.values.oneTurnInCity && (await isCityBusy(tx, lane)),
    ranked: turn?.deadlineMs != null && nowMs >= turn.deadlineMs ? await rankedHomes(tx, turn.ticketId) : [],
  };
}

/** Q9: the homes of an agreed ranking as they are now, best first. */
async function rankedHomes(tx: Tx, ticketId: string): Promise<Listing[]> {
  const ranking = await tx.rankings.get(ticketId);
  const homes: Listing[] = [];
  for (const id of ranking?.agreed == null ? [] : ranking.listingIds) {
    const listing = await tx.listings.get(id);
    if (listing !== null) homes.push(listing);
  }
  return homes;
}

/** A running turn keeps the rules it was opened under. */
export function rulesOfTurn(kernel: Pick<Kernel, 'rulesOf'>, view: SelectionView, rules: RuleSet): RuleSet {
  return view.turn === null ? rules : kernel.rulesOf(view.turn.turn.ruleSetVersion);
}

async function isCityBusy(tx: Tx, lane: Lane): Promise<boolean> {
  const open = await tx.turns.find({ isOpen: true }, { limit: 2 });
  return open.some((turn) => turn.laneId !== lane.id);
}
