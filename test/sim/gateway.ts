/** The outside that families are told through: an SMS gateway with good and bad days, and the second channel. */
import type { SmsGateway, SmsMessage, SmsOutcome } from '../../bff/adapters/sms/sms';
import type { SubscriptionMessage, SubscriptionMessenger, SubscriptionOutcome } from '../../bff/adapters/wechat/subscribe-message';
import type { SeededChance } from './seeded-chance';
import type { VirtualTime } from './virtual-time';

export interface Accepted {
  readonly key: string;
  readonly phone: string;
  /** System time at which the gateway was called, and true time of acceptance. */
  readonly askedAtMs: number;
  readonly acceptedTrueMs: number;
}

export interface GatewayDeps {
  readonly time: VirtualTime;
  readonly chance: SeededChance;
  readonly faults: boolean;
  systemNow(): number;
  /** A person was told: the first acceptance of a key. */
  onAccepted(accepted: Accepted): void;
  /** The process dies here, the message being accepted. */
  die(): never;
}

/** Idempotent by key, like the real one. */
export class SimGateway implements SmsGateway {
  readonly accepted = new Map<string, Accepted>();
  /** The same, in the order they came. */
  readonly log: Accepted[] = [];
  /** Times a key was refused for good, or for now. */
  readonly refusals = new Map<string, number>();
  readonly invalidPhones = new Set<string>();
  isDown = false;
  /** True time at which it last came up. */
  upSinceMs = 0;
  crashAtNextAcceptance = false;
  /** Two relays work at once: an answer that takes its time would move the clock under the other's feet. */
  answersAtOnce = false;

  constructor(private readonly deps: GatewayDeps) {}

  send(message: SmsMessage): Promise<SmsOutcome> {
    const { time, chance, faults } = this.deps;
    const askedAtMs = this.deps.systemNow();
    if (!this.answersAtOnce && chance.happens(0.03)) time.wait(chance.int(1, 2_000));
    if (this.isDown) return this.refused(message, '连接被拒绝', false);
    if (this.invalidPhones.has(message.phone)) return this.refused(message, '号码不存在', true);
    if (faults && chance.happens(0.02)) return this.refused(message, '系统忙', false);
    if (!this.accepted.has(message.key)) {
      const accepted = { key: message.key, phone: message.phone, askedAtMs, acceptedTrueMs: time.trueMs };
      this.accepted.set(message.key, accepted);
      this.log.push(accepted);
      this.deps.onAccepted(accepted);
    }
    if (this.crashAtNextAcceptance) {
      this.crashAtNextAcceptance = false;
      this.deps.die();
    }
    // Taken, but the answer is lost on the way.
    if (faults && chance.happens(0.03)) return this.refused(message, '超时', false);
    return Promise.resolve({ kind: 'accepted', gatewayId: gatewayIdOf(message.key) });
  }

  verifyReceipt(): boolean {
    return true;
  }

  private refused(message: SmsMessage, reason: string, permanent: boolean): Promise<SmsOutcome> {
    this.refusals.set(message.key, (this.refusals.get(message.key) ?? 0) + (permanent ? 100 : 1));
    return Promise.resolve({ kind: 'rejected', reason, permanent });
  }
}

export const gatewayIdOf = (key: string): string => `gw-${key}`;

/** The platform's acceptance is its delivery. */
export class SimMessenger implements SubscriptionMessenger {
  constructor(private readonly chance: SeededChance, private readonly onAccepted: (message: SubscriptionMessage) => void) {}

  send(message: SubscriptionMessage): Promise<SubscriptionOutcome> {
    const luck = this.chance.next();
    if (luck < 0.1) return Promise.resolve({ kind: 'rejected', reason: '43101', permanent: true });
    if (luck < 0.2) return Promise.resolve({ kind: 'rejected', reason: '-1', permanent: false });
    this.onAccepted(message);
    return Promise.resolve({ kind: 'accepted', gatewayId: `wx-${message.key}` });
  }
}
