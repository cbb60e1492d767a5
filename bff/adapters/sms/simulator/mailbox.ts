/** What the simulated gateway remembers: accepted messages (bounded) and how the next ones shall fare. */
import { randomBytes } from 'node:crypto';

/**
 * How a short message fares:
 * `delivered`, `failed`: the receipt says so; `silent`: no receipt; `duplicate`: the receipt twice;
 * `reject`: refused for good; `outage`: 503; `timeout`: never an answer, not accepted;
 * `lostAnswer`: accepted and delivered, but the answer to the sender is lost.
 */
export const smsModes = ['delivered', 'failed', 'silent', 'duplicate', 'reject', 'outage', 'timeout', 'lostAnswer'] as const;
export type SmsMode = (typeof smsModes)[number];

/** How a subscription message fares: `refused` is 43101, `limit` 45009, `outage` 503. */
export const wechatModes = ['accepted', 'refused', 'limit', 'outage'] as const;
export type WechatMode = (typeof wechatModes)[number];

export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'silent';
/** Whether the receipt reached our server: `none` was not sent, `pending` is being tried, `gaveUp` after the last retry. */
export type CallbackState = 'none' | 'pending' | 'acknowledged' | 'gaveUp';

export interface InboxMessage {
  readonly gatewayId: string;
  readonly channel: 'sms' | 'wechat';
  /** Empty for a subscription message of a person whose number is not known. */
  readonly phone: string;
  readonly title: string;
  readonly text: string;
  readonly key: string;
  readonly acceptedAtMs: number;
  readonly delivery: DeliveryState;
  readonly callback: CallbackState;
  readonly callbackAttempts: number;
}

const MAX_PHONE_MODES = 1_000;

export class Mailbox {
  private readonly byId = new Map<string, InboxMessage>();
  private readonly idByKey = new Map<string, string>();
  private readonly modeByPhone = new Map<string, SmsMode>();
  private readonly wechatModeByOpenId = new Map<string, WechatMode>();
  private mode: SmsMode = 'delivered';
  private wechatMode: WechatMode = 'accepted';
  private lastNumber = 0;
  /** In every id: after a restart of the simulator, old ids must not name new messages. */
  private readonly runId = randomBytes(4).toString('hex');

  /** `capacity`: messages kept; the oldest, and their idempotency keys, are forgotten first. */
  constructor(private readonly capacity: number) {}

  add(channel: InboxMessage['channel'], message: Pick<InboxMessage, 'phone' | 'title' | 'text' | 'key' | 'acceptedAtMs' | 'delivery'>): InboxMessage {
    this.lastNumber += 1;
    const gatewayId = `sim-${this.runId}-${this.lastNumber}`;
    const added: InboxMessage = { ...message, gatewayId, channel, callback: 'none', callbackAttempts: 0 };
    this.byId.set(gatewayId, added);
    if (channel === 'sms') this.idByKey.set(message.key, gatewayId);
    while (this.byId.size > this.capacity) {
      const [oldest] = this.byId.values();
      this.byId.delete(oldest!.gatewayId);
      this.idByKey.delete(oldest!.key);
    }
    return added;
  }

  get(gatewayId: string): InboxMessage | undefined {
    return this.byId.get(gatewayId);
  }

  ofKey(key: string): InboxMessage | undefined {
    return this.byId.get(this.idByKey.get(key) ?? '');
  }

  /** Changes what is known of a message that may have been forgotten meanwhile. */
  update(gatewayId: string, patch: Partial<Pick<InboxMessage, 'delivery' | 'callback' | 'callbackAttempts'>>): void {
    const message = this.byId.get(gatewayId);
    if (message) this.byId.set(gatewayId, { ...message, ...patch });
  }

  /** Newest first. */
  list({ phone, limit = this.capacity }: { phone?: string; limit?: number } = {}): InboxMessage[] {
    const all = [...this.byId.values()].reverse();
    return (phone ? all.filter((message) => message.phone === phone) : all).slice(0, limit);
  }

  /** The numbers that got messages, latest first, with how many. */
  numbers(limit: number): { phone: string; count: number }[] {
    const counts = new Map<string, number>();
    for (const { phone } of this.list()) if (phone) counts.set(phone, (counts.get(phone) ?? 0) + 1);
    return [...counts].slice(0, limit).map(([phone, count]) => ({ phone, count }));
  }

  /** The mode of one number, or of all. Setting the mode of all leaves numbers with their own mode alone; null clears one. */
  setMode(mode: SmsMode | null, phone?: string): void {
    if (phone) setBounded(this.modeByPhone, phone, mode);
    else this.mode = mode ?? 'delivered';
  }

  modeOf(phone?: string): { mode: SmsMode; own: boolean } {
    const own = phone ? this.modeByPhone.get(phone) : undefined;
    return { mode: own ?? this.mode, own: own !== undefined };
  }

  setWechatMode(mode: WechatMode | null, openId?: string): void {
    if (openId) setBounded(this.wechatModeByOpenId, openId, mode);
    else this.wechatMode = mode ?? 'accepted';
  }

  wechatModeOf(openId?: string): WechatMode {
    return (openId ? this.wechatModeByOpenId.get(openId) : undefined) ?? this.wechatMode;
  }
}

function setBounded<M>(modes: Map<string, M>, key: string, mode: M | null): void {
  modes.delete(key);
  if (mode === null) return;
  const [oldest] = modes.keys();
  if (modes.size >= MAX_PHONE_MODES && oldest !== undefined) modes.delete(oldest);
  modes.set(key, mode);
}
