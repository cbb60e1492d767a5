/** The simulated SMS gateway's own endpoint (`POST /send`) and the switches the inbox page and tests use. */
import type { Clock } from '../../../../shared/clock';
import { isSignedNow } from '../message-signature';
import { refused, type Answer, type Ask } from './exchange';
import { smsModes, wechatModes, type Mailbox, type SmsMode, type WechatMode } from './mailbox';
import type { ReceiptPlayer } from './receipt-player';

export interface GatewayDeps {
  readonly mailbox: Mailbox;
  readonly player: ReceiptPlayer;
  readonly appKey: string;
  readonly clock: Clock;
}

const PHONE = /^1\d{10}$/;
const MAX_KEY_CHARACTERS = 128;
const MAX_TEXT_CHARACTERS = 500;
const LISTED = 200;

/** `POST /send`, as http-gateway.ts speaks it. */
export function send({ mailbox, player, appKey, clock }: GatewayDeps, ask: Ask): Answer {
  // In an outage nothing is looked at, a signature least of all.
  const phone = ask.json?.phone;
  const { mode } = mailbox.modeOf(typeof phone === 'string' ? phone : undefined);
  if (mode === 'outage') return refused(503, 'UNAVAILABLE', 'simulated outage');
  if (mode === 'timeout') return { silence: 'hang' };
  if (!isSignedNow(appKey, clock.now(), ask.headers, ask.rawBody)) return refused(401, 'SIGNATURE_INVALID', 'signature or timestamp is not valid');
  const text = ask.json?.text;
  const key = ask.json?.key;
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_CHARACTERS || ask.headers['idempotency-key'] !== encodeURIComponent(key)) return refused(400, 'KEY_INVALID', 'body and header must carry the same idempotency key');
  if (typeof phone !== 'string' || !PHONE.test(phone)) return refused(400, 'PHONE_INVALID', 'not a mainland mobile number');
  if (typeof text !== 'string' || text.length > MAX_TEXT_CHARACTERS || !/^【[^【】]{2,16}】./.test(text)) return refused(422, 'TEXT_REFUSED', 'the text needs a signature prefix and at most 500 characters');

  const earlier = mailbox.ofKey(key);
  // The wording may differ (a deadline printed anew); the person may not.
  if (earlier) return earlier.phone === phone ? accepted(earlier) : refused(409, 'KEY_REUSED', 'the key was used for another number');
  if (mode === 'reject') return refused(422, 'BLOCKED', 'simulated permanent refusal');

  const message = mailbox.add('sms', { phone, title: '', text, key, acceptedAtMs: clock.now(), delivery: mode === 'silent' ? 'silent' : 'waiting' });
  if (mode !== 'silent') player.play(message.gatewayId, mode === 'failed' ? 'failed' : 'delivered', { times: mode === 'duplicate' ? 2 : 1 });
  return mode === 'lostAnswer' ? { silence: 'drop' } : accepted(message);
}

const accepted = ({ gatewayId, acceptedAtMs }: { gatewayId: string; acceptedAtMs: number }): Answer => ({ status: 200, body: { gatewayId, acceptedAtMs } });

/** `GET /messages?phone=`: what the inbox page shows. Times are on the injected clock. */
export function listMessages({ mailbox, clock }: GatewayDeps, ask: Ask): Answer {
  const phone = ask.query.get('phone') || undefined;
  const { mode, own } = mailbox.modeOf(phone);
  return { status: 200, body: { nowMs: clock.now(), mode, ownMode: own, wechatMode: mailbox.wechatModeOf(), numbers: mailbox.numbers(30), messages: mailbox.list({ phone, limit: LISTED }) } };
}

/** `POST /mode { mode, phone? }` for short messages, `{ channel: 'wechat', mode, openId? }` for subscription messages; `mode: null` clears a number's own. */
export function setMode({ mailbox }: GatewayDeps, ask: Ask): Answer {
  const { channel = 'sms', mode, phone, openId } = ask.json ?? {};
  const target = channel === 'wechat' ? openId : phone;
  if (target !== undefined && (typeof target !== 'string' || target === '' || target.length > 64)) return refused(400, 'TARGET_INVALID', 'phone or openId must be text');
  if (channel === 'wechat' && (mode === null || wechatModes.includes(mode as WechatMode))) mailbox.setWechatMode(mode as WechatMode | null, target);
  else if (channel === 'sms' && (mode === null || smsModes.includes(mode as SmsMode))) mailbox.setMode(mode as SmsMode | null, target);
  else return refused(400, 'MODE_UNKNOWN', `sms: ${smsModes.join(', ')}; wechat: ${wechatModes.join(', ')}`);
  return { status: 200, body: { ok: true } };
}

/** `POST /receipts { gatewayId, status: delivered | failed | none }`: a receipt by hand, at once; `none` withholds one that is due. */
export function playReceipt({ mailbox, player }: GatewayDeps, ask: Ask): Answer {
  const { gatewayId, status } = ask.json ?? {};
  const message = typeof gatewayId === 'string' ? mailbox.get(gatewayId) : undefined;
  if (!message || message.channel !== 'sms') return refused(404, 'NOT_FOUND', 'no such short message');
  if (status !== 'delivered' && status !== 'failed' && status !== 'none') return refused(400, 'STATUS_UNKNOWN', 'delivered, failed or none');
  player.cancel(message.gatewayId);
  if (status !== 'none') player.play(message.gatewayId, status, { delayMs: 0 });
  else if (message.callback !== 'acknowledged') mailbox.update(message.gatewayId, { delivery: 'silent', callback: 'none' });
  else return refused(409, 'ALREADY_DELIVERED', 'the receipt has arrived already');
  return { status: 200, body: { ok: true } };
}
