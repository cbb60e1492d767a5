import { randomBytes, randomInt } from 'node:crypto';
import { sm3Hex } from './sm3';

const TOKEN_BYTES = 32;

/** A new session token: 32 random bytes, base64url (43 characters). Only the person holds it. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is stored instead of a token: its SM3 in hex. A stolen database opens no session. */
export function tokenId(token: string): string {
  return sm3Hex(token);
}

/** A new sign-in code: six digits, uniformly distributed, leading zeros included. */
export function newSignInCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
