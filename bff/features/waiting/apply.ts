/** Writes what a waiting decision brought about: documents, the household's ledger, what the family is told. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { WaitingCommand, WaitingEvent } from '../../domain/waiting/waiting';
import { dayOf } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { Miss, Ticket, WaitingRequest } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { offerCandidate, takeReceiptNumber, withdrawCandidate } from '../batch/candidates';
import { closeCase } from '../households/case';
import { openPublicity } from '../publicity/publicity';
import { recordForfeit } from '../standing/forfeits';
import type { WaitingCase } from './load';
import { endTicket } from './queue';

/** What goes with a command into documents and the household's ledger. */
export interface Why {
  /** In the words of whoever acts. */
  readonly reason?: string;
  /** M1: when the continuation counts as eligible (G4). */
  readonly eligibleFromMs?: number;
}

/** One applier lives for one decision inside one transaction. */
export class WaitingApplier {
  private readonly now: number;
  private ticket: Ticket | null;
  private miss: Miss | null;
  private request: WaitingRequest | null;

  constructor(private readonly kernel: Kernel, private readonly work: Work, private readonly subject: WaitingCase, private readonly command: WaitingCommand['type'], private readonly why: Why) {
    ({ ticket: this.ticket, miss: this.miss, request: this.request } = subject);
    this.now = work.nowMs;
  }

  async apply(events: readonly WaitingEvent[]): Promise<void> {
    const before = this.subject.ticket?.state ?? null;
    for (const event of events) await this.one(event);
    await this.work.record({
      stream: householdStream(this.subject.household.id), type: this.command,
      open: { ...this.named(), ruleSet: this.kernel.rules().version },
      detail: { before, after: this.ticket?.state ?? null, requestId: this.request?.id ?? null, missId: this.miss?.id ?? null, events, reason: this.why.reason ?? '' },
    });
  }

  private async one(event: WaitingEvent): Promise<void> {
    const { tx } = this.work;
    const { household, subsidy } = this.subject;
    switch (event.type) {
      case 'ContinuationAsked':
        return this.askToContinue();
      case 'MissSettled':
        this.miss = await tx.misses.replace({ ...this.has(this.miss), state: event.state });
        // M1: the publicity ended against the family; every other end has words of its own.
        if (event.state === 'refused') await this.tell('leftQueue', this.miss.ticketId, { cause: 'objectionUpheld' });
        return;
      case 'RequestMade':
        return this.makeRequest(event);
      case 'RequestSettled':
        return this.settleRequest(event.state);
      case 'TicketEnded':
        this.ticket = await endTicket(this.work, this.has(this.ticket), event.state);
        return;
      case 'CandidateOffered':
        return this.offer(event);
      case 'CandidateWithdrawn':
        return withdrawCandidate(this.work, household.id);
      case 'BatchForfeited': {
        const { batchDay } = this.has(this.ticket);
        await recordForfeit(this.kernel, this.work, { householdId: household.id, cause: event.cause, batchDay });
        return this.tell('batchForfeited', `${household.id}-${batchDay}`, {});
      }
      case 'SubsidyStarted':
        await tx.subsidies.insert({ id: `subsidy-${this.has(this.request).id}`, householdId: household.id, district: household.district, state: 'running', fromMs: this.now, endedAtMs: null, endedBy: '', reasonSealed: this.seal('') });
        return;
      case 'SubsidyEnded':
        await tx.subsidies.replace({ ...this.has(subsidy), state: event.state, endedAtMs: this.now, endedBy: this.work.act.actor.id, reasonSealed: this.seal(this.why.reason) });
        if (event.state === 'stopped') await this.tell('subsidyStopped', this.has(subsidy).id, {});
        return;
      case 'CaseClosed':
        return closeCase(this.work, household.id);
    }
  }

  /** M1: publicised from its own day on. */
  private async askToContinue(): Promise<void> {
    const miss = this.has(this.miss);
    const { household } = this.subject;
    const publicity = await openPublicity(this.kernel, this.work, {
      kind: 'continuation', scopeId: miss.ticketId, district: household.district, firstDay: dayOf(this.now), days: this.kernel.rules().values.continuationPublicityDays,
    });
    this.miss = await this.work.tx.misses.replace({ ...miss, state: 'asked', requestedAtMs: this.now, receiptNumber: await takeReceiptNumber(this.work), publicityId: publicity.id });
    await this.tell('continuationAsked', miss.ticketId, { joinsDay: dayOf(publicity.takesEffectMs) });
  }

  private async makeRequest({ kind, group }: Extract<WaitingEvent, { type: 'RequestMade' }>): Promise<void> {
    const { household } = this.subject;
    const receiptNumber = await takeReceiptNumber(this.work);
    this.request = await this.work.tx.waitingRequests.insert({
      id: `waiting-request-${receiptNumber}`, kind, householdId: household.id, district: household.district, ticketId: this.ticket?.id ?? null, group,
      reasonSealed: this.seal(this.why.reason), receiptNumber, state: 'open', requestedAtMs: this.now, decidedAtMs: null, decidedBy: '', answerSealed: this.seal(''),
      ruleSetVersion: this.kernel.rules().version,
    });
  }

  private async settleRequest(state: 'approved' | 'rejected' | 'withdrawn'): Promise<void> {
    const request = this.has(this.request);
    this.request = await this.work.tx.waitingRequests.replace({ ...request, state, decidedAtMs: this.now, decidedBy: this.work.act.actor.id, answerSealed: this.seal(state === 'withdrawn' ? '' : this.why.reason) });
    if (state !== 'withdrawn') await this.tell('requestDecided', request.id, { requestKind: request.kind, approved: state === 'approved', ...(request.group === null ? {} : { group: request.group }) });
  }

  /** G3: its submission time is that of the request, its receipt the one it was given then. */
  private async offer({ kind, group }: Extract<WaitingEvent, { type: 'CandidateOffered' }>): Promise<void> {
    const { household } = this.subject;
    const source = kind === 'continue' ? this.has(this.miss) : this.has(this.request);
    if (source.requestedAtMs === null || source.receiptNumber === null) throw new Error(`${source.id} was never asked for`);
    await offerCandidate(this.kernel, this.work, {
      id: `candidate-${source.id}`, kind, householdId: household.id, district: household.district, group, priorityCategory: household.priorityCategory,
      submittedAtMs: source.requestedAtMs, receiptNumber: source.receiptNumber, eligibleFromMs: this.why.eligibleFromMs ?? this.now,
      ...(this.ticket === null ? {} : { previousTicketId: this.ticket.id }),
    });
  }

  private seal(text = ''): string {
    return this.kernel.crypto.seal(text);
  }

  private named(): { group?: string; queueNumber?: number } {
    return this.ticket === null ? {} : { group: this.ticket.group, queueNumber: this.ticket.queueNumber };
  }

  private async tell(kind: string, subjectId: string, payload: Record<string, unknown>): Promise<void> {
    await this.work.tell({
      id: `sms-${kind}-${subjectId}`, topic: 'sms', kind, subjectId, recipientSealed: this.subject.household.phoneSealed,
      payload: { ...this.named(), ...payload }, dueAtMs: windowAtOrAfter(this.kernel.rules().values, this.now),
    });
  }

  /** What the decision looked at must be there; anything else is a fault. */
  private has<D>(doc: D | null): D {
    if (doc === null) throw new Error(`${this.command} without its document`);
    return doc;
  }
}
