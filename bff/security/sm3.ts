import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** SM3 (GB/T 32905) of UTF-8 text or bytes, as 64 lower-case hex digits (S1, S2). */
export function sm3Hex(data: string | Buffer): string {
  return createHash('sm3').update(data).digest('hex');
}

/** HMAC-SM3 of UTF-8 text or bytes, as 64 lower-case hex digits. A text key is taken as UTF-8. */
export function hmacSm3(key: string | Buffer, data: string | Buffer): string {
  return createHmac('sm3', key).update(data).digest('hex');
}

/** Whether two texts are equal, in time that depends on their length only: for comparing MACs and codes. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8');
  const right = Buffer.from(b, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}
