/**
 * Writes what a selection decision brought about: the changed documents, the ledger entries everyone can
 * check, and the messages people are owed. One applier lives for one decision inside one transaction.
 */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { RuleSet } from '../../domain/rules/rule-set';
import type { SelectionEvent } from '../../domain/selection/selection';
import type { Kernel } from '../../kernel';
import type { Lane, LedgerEntry, Pick as PickDoc, Ticket, TurnDoc } from '../../store/collections';
import type { Work } from '../../store/change';
import { laneStream } from '../../store/ledger';
import { endContact } from '../households/case';
import { openMiss } from '../waiting/misses';
import { openAllocation } from '../allocations/open';
import { CITY_GATE, queuedTickets } from './load';
import { addressOf, signReceipt } from './receipt';

export interface Applied {
  readonly lane: Lane;
  /** The ledger entry of each event, in order. */
  readonly entries: readonly LedgerEntry[];
  /** The pick, when one was made. */
  readonly pick: PickDoc | null;
}

type TicketPatch = Partial<Pick<Ticket, 'state' | 'calledUpAtMs' | 'deferrals' | 'notBeforeMs'>>;
type TurnPatch = Partial<Pick<TurnDoc, 'state' | 'isOpen' | 'notifiedAtMs' | 'deadlineMs' | 'endedAtMs' | 'movedMs' | 'proof' | 'proofAtMs'>>;
const named = (ticket: Ticket) => ({ group: ticket.group, queueNumber: ticket.queueNumber });

/** Applies the events in order, calls families up where homes allow (Q2), and announces the lane. */
export async function applySelection(kernel: Kernel, work: Work, lane: Lane, events: readonly SelectionEvent[]): Promise<Applied> {
  const applier = new Applier(kernel, work, lane);
  for (const event of events) await applier.apply(event);
  await applier.callUp(events);
  return applier.finish();
}

class Applier {
  private readonly entries: LedgerEntry[] = [];
  private readonly tickets = new Map<string, Ticket>();
  private readonly concerned = new Map<string, { householdId: string; ticketId: string }>();
  private pick: PickDoc | null = null;
  private laneChanged = false;

  private readonly rules: RuleSet;

  constructor(private readonly kernel: Kernel, private readonly work: Work, private lane: Lane) {
    this.rules = kernel.rules(work.nowMs);
  }

  async apply(event: SelectionEvent): Promise<void> {
    switch (event.type) {
      case 'LaneOpened':
      case 'LaneResumed':
        this.patchLane({ state: 'open', pausedAtMs: null });
        if (this.lane.openTurnId !== null) await this.releaseHeldNotice(this.lane.openTurnId);
        await this.record(event, {}, { reason: event.reason });
        return;
      case 'LanePaused': {
        this.patchLane({ state: 'paused', pausedAtMs: event.atMs });
        const { seq } = await this.record(event, {}, { reason: event.reason });
        if (this.lane.openTurnId !== null) await this.tellOfPause(this.lane.openTurnId, event.reason, seq);
        return;
      }
      case 'TurnOpened':
        return this.openTurn(event.ticket, event);
      case 'TurnNotified':
        return this.notifyTurn(event);
      case 'TurnProven':
        await this.patchTurn(event.turnId, { proof: event.proof, proofAtMs: event.atMs });
        await this.record(event, { turnId: event.turnId, proof: event.proof });
        return;
      case 'DeadlineMoved':
        return this.moveDeadline(event);
      case 'HomePicked':
        return this.pickHome(event);
      case 'TurnPassed':
        return this.missTurn(event, 'passed');
      case 'TurnMissed':
        return this.missTurn(event, 'missed');
      case 'TurnDeferred':
        return this.endTurn(event, 'deferred', { state: 'queued', deferrals: event.ticket.deferrals + 1, notBeforeMs: event.notBeforeMs }, { notBeforeMs: event.notBeforeMs });
    }
  }

  private async record(event: SelectionEvent, open: Record<string, unknown>, detail: Record<string, unknown> = {}): Promise<LedgerEntry> {
    // What befalls a running turn is decided under the rules it was opened under.
    const turn = 'turnId' in event ? await this.work.tx.turns.get(event.turnId) : null;
    const ruleSet = turn?.ruleSetVersion ?? this.rules.version;
    const entry = await this.work.record({ stream: laneStream(this.lane.id), type: event.type, atMs: event.atMs, open: { ...open, ruleSet }, detail });
    this.entries.push(entry);
    return entry;
  }

  private async openTurn(ticket: Ticket, event: SelectionEvent): Promise<void> {
    const { tx, nowMs } = this.work;
    const { rules } = this;
    const entry = await this.record(event, named(ticket));
    // Named after its place in the ledger: unique, and the same when the transaction is tried again.
    const turnId = `${this.lane.id}.${entry.seq}`;
    await tx.turns.insert({
      id: turnId, laneId: this.lane.id, ticketId: ticket.id, householdId: ticket.householdId, group: ticket.group, queueNumber: ticket.queueNumber,
      state: 'open', isOpen: true, openedAtMs: event.atMs, notifiedAtMs: null, deadlineMs: null, endedAtMs: null, movedMs: 0,
      proof: 'none', proofAtMs: null, ruleSetVersion: rules.version,
    });
    await this.patchTicket(ticket, { state: 'onTurn', calledUpAtMs: ticket.calledUpAtMs ?? nowMs });
    this.patchLane({ openTurnId: turnId });
    if (rules.values.oneTurnInCity) await this.holdCityGate(turnId);
    await this.tellFamily('turnOpened', turnId, ticket, {}, nowMs);
  }

  private async notifyTurn(event: Extract<SelectionEvent, { type: 'TurnNotified' }>): Promise<void> {
    const turn = await this.patchTurn(event.turnId, { notifiedAtMs: event.atMs, deadlineMs: event.deadlineMs });
    await this.record(event, { turnId: event.turnId, deadlineMs: event.deadlineMs, handed: event.handed });
    const ticket = await this.ticketOf(turn);
    if (ticket.tier === 0) await this.tellReviewers(turn.id, ticket, event.deadlineMs);
  }

  /** While the lane was paused its notification was held (T6): it is due again now. */
  private async releaseHeldNotice(turnId: string): Promise<void> {
    const held = await this.work.tx.outbox.get(`sms-turnOpened-${turnId}`);
    if (held?.state === 'pending' && held.dueAtMs > this.work.nowMs) await this.work.tx.outbox.replace({ ...held, dueAtMs: this.work.nowMs });
  }

  private async tellOfPause(turnId: string, reason: string, seq: number): Promise<void> {
    const turn = await this.work.tx.turns.get(turnId);
    if (turn !== null) await this.tellFamily('lanePaused', `${turnId}.${seq}`, await this.ticketOf(turn), { reason });
  }

  private async ticketOf(turn: TurnDoc): Promise<Ticket> {
    const ticket = this.tickets.get(turn.ticketId) ?? (await this.work.tx.tickets.get(turn.ticketId));
    if (ticket === null) throw new Error(`turn ${turn.id} without its ticket`);
    return ticket;
  }

  /** Two lanes opening at once each see a free city: contending for one document lets only one of them commit. */
  private async holdCityGate(holder: string): Promise<void> {
    const gate = await this.work.tx.gates.get(CITY_GATE);
    if (gate === null) await this.work.tx.gates.insert({ id: CITY_GATE, holder });
    else await this.work.tx.gates.replace({ ...gate, holder });
  }

  private async moveDeadline(event: Extract<SelectionEvent, { type: 'DeadlineMoved' }>): Promise<void> {
    const turn = await this.patchTurn(event.turnId, (t) => ({ deadlineMs: event.deadlineMs, movedMs: t.movedMs + event.byMs }));
    const entry = await this.record(event, { turnId: event.turnId, byMs: event.byMs, deadlineMs: event.deadlineMs, cause: event.cause });
    await this.tellFamily('deadlineMoved', `${turn.id}.${entry.seq}`, await this.ticketOf(turn), { deadlineMs: event.deadlineMs, byMs: event.byMs });
  }

  private async pickHome(event: Extract<SelectionEvent, { type: 'HomePicked' }>): Promise<void> {
    const { tx } = this.work;
    const { ticket, listing, turnId, assisted, ranked } = event;
    const door = { listingId: listing.id, community: listing.communityName, building: listing.building, entrance: listing.entrance, room: listing.room };
    const entry = await this.record(event, { turnId, ...named(ticket), ...door, assisted: assisted !== null, ...(ranked ? { ranked } : {}) }, { householdId: ticket.householdId, assisted, ...(ranked ? { ranking: await tx.rankings.get(ticket.id) } : {}) });
    await tx.listings.replace({ ...listing, state: 'picked' });
    await this.closeTurn(turnId, 'picked', event.atMs);
    await this.patchTicket(ticket, { state: 'picked' });
    const household = await tx.households.get(ticket.householdId);
    if (household === null) throw new Error(`ticket ${ticket.id} without its household`);
    this.pick = await tx.picks.insert({
      id: `pick-${turnId}`, laneId: this.lane.id, turnId, ticketId: ticket.id, householdId: ticket.householdId, listingId: listing.id,
      pickedAtMs: event.atMs, active: true, assisted,
      receipt: signReceipt(this.kernel, { ticket, listing, household, entry, assisted: assisted !== null, ranked, pickedAtMs: event.atMs }),
    });
    await endContact(this.work, household.id);
    await openAllocation(this.kernel, this.work, { pick: this.pick, ticket, listing, household });
    await this.tellFamily('homePicked', turnId, ticket, { address: addressOf(listing), assisted: assisted !== null, ranked });
  }

  /** M1, M2: what is left of the ticket depends on whether the family may still ask to go on waiting. */
  private async missTurn(event: Extract<SelectionEvent, { type: 'TurnPassed' | 'TurnMissed' }>, state: 'passed' | 'missed'): Promise<void> {
    const turn = await this.work.tx.turns.get(event.turnId);
    if (turn === null) throw new Error(`no turn ${event.turnId}`);
    const miss = await openMiss(this.kernel, this.work, event.ticket, turn, event.atMs);
    return this.endTurn(event, state, { state: miss.state }, {}, { isForfeited: miss.state === 'forfeited', continueUntilMs: miss.continueUntilMs });
  }

  private async endTurn(event: Extract<SelectionEvent, { type: 'TurnPassed' | 'TurnMissed' | 'TurnDeferred' }>, state: 'passed' | 'missed' | 'deferred', ticketPatch: TicketPatch, open: Record<string, unknown> = {}, told: Record<string, unknown> = {}): Promise<void> {
    const turn = await this.closeTurn(event.turnId, state, event.atMs);
    await this.patchTicket(event.ticket, ticketPatch);
    await this.record(event, { turnId: event.turnId, ...named(event.ticket), proof: turn.proof, ...open });
    const kind = { passed: 'turnPassed', missed: 'turnMissed', deferred: 'turnDeferred' }[state];
    await this.tellFamily(kind, event.turnId, event.ticket, { ...open, ...told, endedAtMs: event.atMs });
  }

  private async closeTurn(turnId: string, state: TurnDoc['state'], endedAtMs: number): Promise<TurnDoc> {
    this.patchLane({ openTurnId: null });
    const task = await this.work.tx.callTasks.get(`call-${turnId}`);
    if (task !== null && task.state === 'open') await this.work.tx.callTasks.replace({ ...task, state: 'lapsed', doneAtMs: this.work.nowMs });
    return this.patchTurn(turnId, { state, isOpen: false, endedAtMs });
  }

  /**
   * Q2: the first K families still queued move to the selection registry, K = homes × call-up factor. A pick
   * takes one home and one family away and so brings nobody new within K: nothing to look at then. Homes left
   * over stay available (L4): whoever joins the queue later, or moves up in it, is called up for them
   * (`callUpAgain` in bff/features/waiting/queue.ts lets the lane's timer look).
   */
  async callUp(events: readonly SelectionEvent[]): Promise<void> {
    if (this.lane.state !== 'open') return;
    const { tx, nowMs } = this.work;
    const available = await tx.listings.count({ laneId: this.lane.id, state: 'available' });
    const moved = events.some((e) => e.type === 'LaneOpened' || e.type === 'TurnPassed' || e.type === 'TurnMissed' || e.type === 'TurnDeferred');
    const moreHomes = available > this.lane.calledUpFor;
    if (available !== this.lane.calledUpFor) this.patchLane({ calledUpFor: available });
    if (available === 0 || !(moved || moreHomes)) return;
    const limit = Math.ceil(available * this.rules.values.callUpFactor);
    const fresh = (await queuedTickets(tx, this.lane.id, nowMs, limit)).filter((ticket) => ticket.calledUpAtMs === null);
    if (fresh.length === 0) return;
    this.entries.push(await this.work.record({ stream: laneStream(this.lane.id), type: 'FamiliesCalledUp', open: { tickets: fresh.map(named), homes: available, ruleSet: this.rules.version } }));
    for (const ticket of fresh) {
      await this.patchTicket(ticket, { calledUpAtMs: nowMs });
      await this.tellFamily('calledUp', ticket.id, ticket, { homes: available });
    }
  }

  private patchLane(patch: Partial<Lane>): void {
    this.lane = { ...this.lane, ...patch };
    this.laneChanged = true;
  }

  private async patchTurn(turnId: string, patch: TurnPatch | ((turn: TurnDoc) => TurnPatch)): Promise<TurnDoc> {
    const turn = await this.work.tx.turns.get(turnId);
    if (turn === null) throw new Error(`no turn ${turnId}`);
    this.concerned.set(turn.ticketId, { householdId: turn.householdId, ticketId: turn.ticketId });
    return this.work.tx.turns.replace({ ...turn, ...(typeof patch === 'function' ? patch(turn) : patch) });
  }

  private async patchTicket(ticket: Ticket, patch: TicketPatch): Promise<void> {
    const current = this.tickets.get(ticket.id) ?? ticket;
    this.tickets.set(ticket.id, await this.work.tx.tickets.replace({ ...current, ...patch }));
    this.concerned.set(ticket.id, { householdId: ticket.householdId, ticketId: ticket.id });
  }

  /** T4: only the turn's own notification is bound to the window by the relay; other news waits for daytime here. */
  private async tellFamily(kind: string, subjectId: string, ticket: Ticket, payload: Record<string, unknown>, dueAtMs = windowAtOrAfter(this.rules.values, this.work.nowMs)): Promise<void> {
    const household = await this.work.tx.households.get(ticket.householdId);
    if (household === null) throw new Error(`ticket ${ticket.id} without its household`);
    await this.work.tell({
      id: `sms-${kind}-${subjectId}`, topic: 'sms', kind, subjectId, recipientSealed: household.phoneSealed, dueAtMs,
      payload: { ...named(ticket), ...payload },
    });
  }

  /** Q7: for low-rent families the reviewing staff of their district are told as well. */
  private async tellReviewers(turnId: string, ticket: Ticket, deadlineMs: number): Promise<void> {
    const household = await this.work.tx.households.get(ticket.householdId);
    const reviewers = await this.work.tx.staff.find({ role: 'districtReviewer', active: true });
    for (const reviewer of reviewers) {
      if (household === null || reviewer.phoneSealed === '' || !reviewer.districts.includes(household.district)) continue;
      await this.work.tell({
        id: `sms-reviewerTurn-${turnId}-${reviewer.id}`, topic: 'sms', kind: 'reviewerTurn', subjectId: turnId, recipientSealed: reviewer.phoneSealed,
        payload: { ...named(ticket), deadlineMs },
      });
    }
  }

  async finish(): Promise<Applied> {
    if (this.laneChanged) this.lane = await this.work.tx.lanes.replace(this.lane);
    if (this.entries.length > 0) await this.work.announceLane(this.lane.id, [...this.concerned.values()]);
    return { lane: this.lane, entries: this.entries, pick: this.pick };
  }
}
