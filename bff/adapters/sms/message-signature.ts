/**
 * How our requests to the gateway and its callbacks to us are authenticated: `x-sms-timestamp` (epoch ms)
 * and `x-sms-signature` = HMAC-SM3(key, timestamp ‖ "\n" ‖ raw body) in hex. One scheme, two keys.
 */
import { equalInConstantTime, hmacSm3 } from '../../security/sm3';
import type { Headers } from './sms';

export const TIMESTAMP_HEADER = 'x-sms-timestamp';
export const SIGNATURE_HEADER = 'x-sms-signature';
/** A captured message is worthless after this long; clocks may differ by as much. */
export const FRESHNESS_MS = 5 * 60_000;

/** The two headers for a body sent at `nowMs`. */
export function signatureHeaders(key: string, nowMs: number, rawBody: string): Record<string, string> {
  const timestamp = String(nowMs);
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signatureOf(key, timestamp, Buffer.from(rawBody, 'utf8')) };
}

/** Whether the body was signed with the key within {@link FRESHNESS_MS} of `nowMs`. Never throws. */
export function isSignedNow(key: string, nowMs: number, headers: Headers, rawBody: string | Buffer): boolean {
  const timestamp = headers[TIMESTAMP_HEADER];
  const signature = headers[SIGNATURE_HEADER];
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp)) > FRESHNESS_MS) return false;
  return equalInConstantTime(signature, signatureOf(key, timestamp, Buffer.isBuffer(rawBody) ? rawBody : Buffer.from(rawBody, 'utf8')));
}

function signatureOf(key: string, timestamp: string, rawBody: Buffer): string {
  return hmacSm3(key, Buffer.concat([Buffer.from(`${timestamp}\n`, 'utf8'), rawBody]));
}
