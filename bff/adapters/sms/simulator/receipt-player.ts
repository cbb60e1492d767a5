/** Calls back with signed delivery receipts, and tries again with back-off, as gateways do. Real timers throughout. */
import type { Clock } from '../../../../shared/clock';
import { callApi } from '../../call-api';
import { signatureHeaders } from '../message-signature';
import type { Mailbox } from './mailbox';

export interface ReceiptPlayerOptions {
  /** May be a function, for a server that learns its own port later. */
  readonly callbackUrl: string | (() => string);
  readonly callbackKey: string;
  readonly clock: Clock;
  /** From acceptance to the receipt. */
  readonly receiptDelayMs: number;
  /** Waits before the second, third … attempt; after the last one it gives up. */
  readonly retryDelaysMs: readonly number[];
}

const CALLBACK_TIMEOUT_MS = 5_000;

export class ReceiptPlayer {
  private readonly timers = new Map<NodeJS.Timeout, string>();
  private readonly running = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly options: ReceiptPlayerOptions,
  ) {}

  /** Plays a receipt for a message, `times` times, the first after `delayMs`. */
  play(gatewayId: string, status: 'delivered' | 'failed', { times = 1, delayMs = this.options.receiptDelayMs } = {}): void {
    this.mailbox.update(gatewayId, { callback: 'pending', callbackAttempts: 0 });
    for (let i = 0; i < times; i += 1) this.later(gatewayId, status, 0, delayMs * (i + 1));
  }

  /** Drops the receipts of a message that are still to come. */
  cancel(gatewayId: string): void {
    for (const [timer, id] of this.timers) {
      if (id !== gatewayId) continue;
      clearTimeout(timer);
      this.timers.delete(timer);
    }
  }

  /** Resolves when no receipt is due or under way. */
  async settled(): Promise<void> {
    while (!this.closed && this.timers.size + this.running.size > 0) {
      if (this.running.size > 0) await Promise.all(this.running);
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers.keys()) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.running);
  }

  private later(gatewayId: string, status: 'delivered' | 'failed', attempt: number, delayMs: number): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const run = this.attempt(gatewayId, status, attempt).finally(() => this.running.delete(run));
      this.running.add(run);
    }, delayMs);
    this.timers.set(timer, gatewayId);
  }

  private async attempt(gatewayId: string, status: 'delivered' | 'failed', attempt: number): Promise<void> {
    const { callbackUrl, callbackKey, clock, retryDelaysMs } = this.options;
    // The handset had it, whether or not our server hears of it.
    this.mailbox.update(gatewayId, { delivery: status, callbackAttempts: attempt + 1 });
    const nowMs = clock.now();
    const rawBody = JSON.stringify({ gatewayId, status, atMs: nowMs, ...(status === 'failed' ? { reason: '模拟：终端不可达' } : {}) });
    const url = typeof callbackUrl === 'string' ? callbackUrl : callbackUrl();
    // Signed anew on every attempt: a retry must be fresh too.
    const answer = await callApi({ url, headers: signatureHeaders(callbackKey, nowMs, rawBody), rawBody, timeoutMs: CALLBACK_TIMEOUT_MS });
    if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) {
      this.mailbox.update(gatewayId, { callback: 'acknowledged' });
      return;
    }
    // Withheld while this attempt was under way.
    if (this.mailbox.get(gatewayId)?.callback !== 'pending') return;
    const delayMs = retryDelaysMs[attempt];
    if (delayMs === undefined) this.mailbox.update(gatewayId, { callback: 'gaveUp' });
    else this.later(gatewayId, status, attempt + 1, delayMs);
  }
}
