/**
 * How our requests to the gateway and its callbacks to us are authenticated: `x-sms-timestamp` (epoch ms)
 * and `x-sms-signature` = HMAC-SM3(key, timestamp ‖ "\n" ‖ raw body) in hex. One scheme, two keys.
 */
import { equalInConstantTime, hmacSm3 } from '../../security/sm3';
import type { Headers } from './sms';

export const TIMESTAMP_HEADER = 'x-sms-timestamp';
export const SIGNATURE_HEADER = 'x-sms-signature';
/** The names of the two headers. */
export interface SignatureHeaderNames {
  readonly timestamp: string;
  readonly signature: string;
}
const smsHeaders: SignatureHeaderNames = { timestamp: TIMESTAMP_HEADER, signature: SIGNATURE_HEADER };
/** Of messages between us and a partner system (V4). */
export const exchangeHeaders: SignatureHeaderNames = { timestamp: 'x-exchange-timestamp', signature: 'x-exchange-signature' };
/** A captured message is worthless after this long; clocks may differ by as much. */
export const FRESHNESS_MS = 5 * 60_000;

/** The two headers for a body sent at `nowMs`. */
export function signatureHeaders(key: string, nowMs: number, rawBody: string, names = smsHeaders): Record<string, string> {
  const timestamp = String(nowMs);
  return { [names.timestamp]: timestamp, [names.signature]: signatureOf(key, timestamp, Buffer.from(rawBody, 'utf8')) };
}

/** Whether the body was signed with the key within {@link FRESHNESS_MS} of `nowMs`. Never throws. */
export function isSignedNow(key: string, nowMs: number, headers: Headers, rawBody: string | Buffer, names = smsHeaders): boolean {
  const timestamp = headers[names.timestamp];
  const signature = headers[names.signature];
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp)) > FRESHNESS_MS) return false;
  return equalInConstantTime(signature, signatureOf(key, timestamp, Buffer.isBuffer(rawBody) ? rawBody : Buffer.from(rawBody, 'utf8')));
}

function signatureOf(key: string, timestamp: string, rawBody: Buffer): string {
  return hmacSm3(key, Buffer.concat([Buffer.from(`${timestamp}\n`, 'utf8'), rawBody]));
}
