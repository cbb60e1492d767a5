/**
 * Tells the outside what was committed: live views to watchers, short messages to families. Every message
 * has a delivery record, is claimed before it is sent, retried with growing pauses, and put aside as `dead`
 * for staff when nothing helps. Sent twice is harmless (its id is the provider's idempotency key; watchers
 * drop an old `seq`), not sent is not: so a crash between sending and recording sends again.
 */
import type { SmsGateway, SmsOutcome } from '../adapters/sms/sms';
import type { SocialAssistance } from '../adapters/social-assistance/social-assistance';
import type { SmsTemplates } from '../adapters/sms/templates';
import type { SubscriptionMessenger } from '../adapters/wechat/subscribe-message';
import { isWindowOpen, nextWindowStart } from '../domain/rules/notification-window';
import type { RuleSetValues } from '../domain/rules/rule-set';
import { textOf } from '../features/contact/texts';
import { proveNotice, proveTurn, raiseCallTask } from '../features/contact/proof';
import { enterLane } from '../features/selection/door';
import { systemAct, type Kernel } from '../kernel';
import type { OutboxMessage, TurnDoc } from '../store/collections';
import { change } from '../store/change';
import type { Tx } from '../store/port';
import { ticketLabel, type Group } from '../../shared/lane';
import { formatInstant, MINUTE_MS, SECOND_MS } from '../../shared/shanghai-time';

/** Pauses between attempts; after the last one the message is dead. About half an hour in all. */
export const RETRY_PAUSES_MS: readonly number[] = [5 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 3 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 10 * MINUTE_MS];
const FAMILY_TOPICS: readonly OutboxMessage['topic'][] = ['live', 'sms', 'subscriptionMessage'];
const CLAIM_MS = 30 * SECOND_MS;
/** A paused lane's notification waits; resuming the lane makes it due at once. */
const HOLD_MS = 10 * MINUTE_MS;
const BATCH = 64;
/** Messages on their way to the gateway at the same time. */
const SEND_AT_ONCE = 8;

export interface Channels {
  readonly sms: SmsGateway;
  /** The second channel (Q8); null where none is configured. */
  readonly subscription: SubscriptionMessenger | null;
  readonly templates: SmsTemplates;
  /** 社会救助一件事 (V4); null or absent where none is configured. */
  readonly exchange?: Pick<SocialAssistance, 'report'> | null;
  /** Overrides how many messages are sent at once; 1 where the order must be the same every time. */
  readonly sendAtOnce?: number;
  /** Tells watchers of a lane, and the households concerned, of its new state. */
  announce(laneId: string, seq: number, concerned: readonly { householdId: string; ticketId: string }[]): Promise<void>;
}

type Verdict = { readonly kind: 'send'; readonly deadlineMs: number | null; readonly rules: RuleSetValues } | { readonly kind: 'drop' } | { readonly kind: 'hold'; readonly untilMs: number };

export class OutboxRelay {
  private running: Promise<void> | null = null;
  private again = false;

  /** `topics`: what this relay tells. A partner system that hangs must never hold up a family's message: it gets a relay of its own. */
  constructor(private readonly kernel: Kernel, private readonly channels: Channels, private readonly name: string, private readonly topics: readonly OutboxMessage['topic'][] = FAMILY_TOPICS) {}

  /** Works off everything due. Concurrent calls share one run, and a call during a run makes it look once more. */
  run(): Promise<void> {
    if (this.running !== null) {
      this.again = true;
      return this.running;
    }
    this.running = this.workOff().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async workOff(): Promise<void> {
    await this.kernel.ensureAlive();
    for (;;) {
      this.again = false;
      const nowMs = this.kernel.clock.now();
      // Not the claimed ones: those of a crashed relay would fill the batch, and everybody's messages would wait for them.
      const due = await this.kernel.store.read((tx) => tx.outbox.find({ topic: { in: [...this.topics] }, state: 'pending', dueAtMs: { lte: nowMs }, claimedUntilMs: { lte: nowMs } }, { sort: [['dueAtMs', 'asc']], limit: BATCH }));
      const live = due.filter((message) => message.topic === 'live');
      const claimable = due.filter((message) => message.topic !== 'live');
      if (live.length > 0) await this.relayLive(live);
      const claimed = claimable.length > 0 ? await this.claim(claimable) : [];
      await this.relayAll(claimed);
      if (live.length === 0 && claimed.length === 0 && !this.again) return;
    }
  }

  /** Several at once, so that one slow answer does not hold up a city; those somebody is waiting for go first. */
  private async relayAll(claimed: readonly OutboxMessage[]): Promise<void> {
    const waiting = [...claimed].sort((a, b) => urgency(a) - urgency(b));
    const lines = Math.max(1, this.channels.sendAtOnce ?? SEND_AT_ONCE);
    await Promise.all(Array.from({ length: Math.min(lines, waiting.length) }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.relay(next);
    }));
  }

  /** One announcement a lane, of its newest state, however often it changed meanwhile. */
  private async relayLive(messages: readonly OutboxMessage[]): Promise<void> {
    const lanes = new Map<string, OutboxMessage[]>();
    for (const message of messages) lanes.set(message.subjectId, [...(lanes.get(message.subjectId) ?? []), message]);
    for (const [laneId, ofLane] of lanes) {
      const seq = Math.max(...ofLane.map((m) => Number(m.payload['seq'])));
      const concerned = ofLane.flatMap((m) => m.payload['concerned'] as { householdId: string; ticketId: string }[]);
      await this.channels.announce(laneId, seq, concerned);
    }
    await this.kernel.store.transact(async (tx) => {
      for (const { id } of messages) {
        const current = await tx.outbox.get(id);
        if (current !== null) await tx.outbox.remove(current);
      }
    });
  }

  /** Claims what nobody else works on; a claim lapses, so that a crashed relay's messages are taken over. */
  private claim(messages: readonly OutboxMessage[]): Promise<OutboxMessage[]> {
    return this.kernel.store.transact(async (tx) => {
      const nowMs = this.kernel.clock.now();
      const claimed: OutboxMessage[] = [];
      for (const { id } of messages) {
        const current = await tx.outbox.get(id);
        if (current === null || current.state !== 'pending' || current.claimedUntilMs > nowMs) continue;
        claimed.push(await tx.outbox.replace({ ...current, claimedBy: this.name, claimedUntilMs: nowMs + CLAIM_MS }));
      }
      return claimed;
    });
  }

  private async relay(message: OutboxMessage): Promise<void> {
    try {
      const verdict = await this.kernel.store.read((tx) => this.judge(tx, message));
      if (verdict.kind !== 'send') return await this.putBack(message, verdict);
      const outcome = await this.send(message, verdict);
      await this.settle(message, outcome);
    } catch (error) {
      // A bug or a busy store: the claim lapses and the message is tried again; others must not wait for it.
      this.kernel.log.error({ messageId: message.id, err: error }, 'relaying a message failed');
    }
  }

  /** T4, T6: a turn's first notification starts its clock, so it goes out only in the window and not while the lane is paused. */
  private async judge(tx: Tx, message: OutboxMessage): Promise<Verdict> {
    const turn = await tx.turns.get(message.subjectId);
    // What a family is told of its turn are the rules the turn was opened under.
    const told = turn === null ? this.kernel.rules().values : this.kernel.rulesOf(turn.ruleSetVersion).values;
    if (message.kind !== 'turnOpened') return { kind: 'send', deadlineMs: null, rules: told };
    if (turn === null || !turn.isOpen) return { kind: 'drop' };
    if (turn.deadlineMs !== null) return { kind: 'send', deadlineMs: turn.deadlineMs, rules: told };
    const nowMs = this.kernel.clock.now();
    const rules = this.kernel.rules().values;
    if (!isWindowOpen(rules, nowMs)) return { kind: 'hold', untilMs: nextWindowStart(rules, nowMs) };
    const lane = await tx.lanes.get(turn.laneId);
    return lane?.state === 'paused' ? { kind: 'hold', untilMs: nowMs + HOLD_MS } : { kind: 'send', deadlineMs: null, rules: told };
  }

  private async putBack(message: OutboxMessage, verdict: Exclude<Verdict, { kind: 'send' }>): Promise<void> {
    await this.update(message.id, (current, nowMs) => verdict.kind === 'drop'
      ? { ...current, state: 'dropped', settledAtMs: nowMs, claimedUntilMs: 0 }
      : { ...current, dueAtMs: verdict.untilMs, claimedUntilMs: 0 });
  }

  private async send(message: OutboxMessage, { deadlineMs, rules }: Extract<Verdict, { kind: 'send' }>): Promise<SmsOutcome> {
    const { kernel, channels } = this;
    if (message.topic === 'subscriptionMessage') {
      if (channels.subscription === null) return { kind: 'rejected', reason: 'no second channel is configured', permanent: true };
      const outcome = await channels.subscription.send({ openId: kernel.crypto.open(message.recipientSealed), kind: message.kind, data: subscriptionData(message, deadlineMs), key: message.id });
      return outcome.kind === 'accepted' ? { ...outcome, gatewayId: outcome.gatewayId ?? '' } : outcome;
    }
    if (message.topic === 'exchange') {
      if (channels.exchange == null) return { kind: 'rejected', reason: 'no exchange is configured', permanent: true };
      const { caseNumber, step, receiptNumber, atMs } = message.payload as { caseNumber: string; step: string; receiptNumber: number; atMs: number };
      return channels.exchange.report({ caseNumber, step, receiptNumber, atMs, key: message.id });
    }
    const text = textOf(message, { templates: channels.templates, rules, crypto: kernel.crypto, nowMs: kernel.clock.now(), deadlineMs });
    return channels.sms.send({ phone: kernel.crypto.open(message.recipientSealed), text, key: message.id });
  }

  private async settle(message: OutboxMessage, outcome: SmsOutcome): Promise<void> {
    const handedAtMs = this.kernel.clock.now();
    await change(this.kernel, systemAct('发送通知'), async (work) => {
      const current = await work.tx.outbox.get(message.id);
      if (current === null || current.state !== 'pending') return;
      const attempts = current.attempts + 1;
      if (outcome.kind === 'accepted') {
        await work.tx.outbox.replace({ ...current, state: 'handed', attempts, handedAtMs, gatewayId: outcome.gatewayId, claimedUntilMs: 0, lastError: '' });
        const turn = await turnOf(work.tx, message);
        if (turn === null) return;
        if (message.topic === 'sms') await enterLane(this.kernel, work, turn.laneId, { type: 'RecordNotified', turnId: turn.id, handedAtMs });
        // A subscription message has no receipt: the platform's acceptance is its delivery.
        else await proveTurn(this.kernel, work, turn, 'subscriptionMessage', handedAtMs);
        return;
      }
      const pauseMs = RETRY_PAUSES_MS[attempts - 1];
      if (!outcome.permanent && pauseMs !== undefined) {
        await work.tx.outbox.replace({ ...current, attempts, dueAtMs: work.nowMs + pauseMs, claimedUntilMs: 0, lastError: outcome.reason });
        return;
      }
      await work.tx.outbox.replace({ ...current, state: 'dead', attempts, settledAtMs: work.nowMs, claimedUntilMs: 0, lastError: outcome.reason });
      if (message.kind === 'allocationQualified') await proveNotice(this.kernel, work, message, false);
      const turn = await turnOf(work.tx, message);
      if (turn === null) return;
      // Nobody can be told this way: staff must call. The clock starts, or one bad number would stop the lane; without proof it can only end in a deferral (Q8).
      if (message.topic === 'sms') await enterLane(this.kernel, work, turn.laneId, { type: 'RecordUndeliverable', turnId: turn.id, atMs: work.nowMs });
      const household = await work.tx.households.get(turn.householdId);
      await raiseCallTask(work, turn, household?.district ?? '', '通知无法发出');
    });
  }

  private update(id: string, next: (current: OutboxMessage, nowMs: number) => OutboxMessage): Promise<void> {
    return this.kernel.store.transact(async (tx) => {
      const current = await tx.outbox.get(id);
      if (current !== null && current.state === 'pending') await tx.outbox.replace(next(current, this.kernel.clock.now()));
    });
  }
}

/** Somebody looks at the phone for a code; a turn's clock waits for its notice; the rest is news. */
function urgency({ kind }: OutboxMessage): number {
  return kind === 'signInCode' ? 0 : kind === 'turnOpened' ? 1 : 2;
}

/** The fields of the city's subscription template: whose turn, until when, what to do. */
function subscriptionData(message: OutboxMessage, deadlineMs: number | null): Record<string, string> {
  const label = ticketLabel(message.payload['group'] as Group, Number(message.payload['queueNumber']));
  return { thing1: label, ...(deadlineMs === null ? {} : { time2: formatInstant(deadlineMs).slice(0, 16) }), thing3: '轮到您家选房，请打开小程序' };
}

async function turnOf(tx: Tx, message: OutboxMessage): Promise<TurnDoc | null> {
  if (message.kind !== 'turnOpened') return null;
  const turn = await tx.turns.get(message.subjectId);
  return turn !== null && turn.isOpen ? turn : null;
}
