/**
 * SM3 (GB/T 32905) in plain arithmetic, for families' phones and browsers, where there is no node:crypto (S2).
 * Nothing here needs TextEncoder or BigInt: old mini-program engines have neither.
 */

const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

/** T_j ⋘ j, for each of the 64 rounds. */
const ROUND_CONSTANTS = Int32Array.from({ length: 64 }, (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

/** Expanded words, state and last blocks; reused, for nothing here is re-entrant, and a proof hashes hundreds of nodes. */
const w = new Int32Array(68);
const state = new Int32Array(8);
const last = new Uint8Array(2 * BLOCK_BYTES);

/** The 32 bytes of the digest. */
export function sm3(message: Uint8Array): Uint8Array {
  state.set(IV);
  const rest = message.length % BLOCK_BYTES;
  const whole = message.length - rest;
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(message, at);
  const end = rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  last.fill(0);
  for (let i = 0; i < rest; i += 1) last[i] = message[whole + i]!;
  last[rest] = 0x80;
  putWord(last, end - 8, Math.floor(message.length / 0x2000_0000));
  putWord(last, end - 4, message.length << 3);
  for (let at = 0; at < end; at += BLOCK_BYTES) compress(last, at);
  const digest = new Uint8Array(32);
  for (let i = 0; i < 8; i += 1) putWord(digest, i * 4, state[i]!);
  return digest;
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

function compress(bytes: Uint8Array, at: number): void {
  for (let j = 0; j < 16; j += 1) {
    const i = at + j * 4;
    w[j] = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  for (let j = 16; j < 68; j += 1) {
    const x = w[j - 16]! ^ w[j - 9]! ^ rotate(w[j - 3]!, 15);
    w[j] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13]!, 7) ^ w[j - 6]!;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let j = 0; j < 64; j += 1) {
    const a12 = rotate(a, 12);
    const ss1 = rotate((a12 + e + ROUND_CONSTANTS[j]!) | 0, 7);
    const early = j < 16;
    const tt1 = ((early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
    const tt2 = ((early ? e ^ f ^ g : (e & f) | (~e & g)) + h + ss1 + w[j]!) | 0;
    d = c; c = rotate(b, 9); b = a; a = tt1;
    h = g; g = rotate(f, 19); f = e; e = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17);
  }
  state[0] = state[0]! ^ a; state[1] = state[1]! ^ b; state[2] = state[2]! ^ c; state[3] = state[3]! ^ d;
  state[4] = state[4]! ^ e; state[5] = state[5]! ^ f; state[6] = state[6]! ^ g; state[7] = state[7]! ^ h;
}

/** UTF-8 bytes of well-formed text; half a character becomes U+FFFD, as encoders do. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    let point = text.codePointAt(i)!;
    if (point > 0xffff) i += 1;
    else if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return Uint8Array.from(bytes);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte]!;
  return text;
}

/** The bytes of hex text; null when it is none. */
export function fromHex(hex: string): Uint8Array | null {
  if (hex.length % 2 !== 0) return null;
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    const [high, low] = [digitOf(hex.charCodeAt(2 * i)), digitOf(hex.charCodeAt(2 * i + 1))];
    if (high < 0 || low < 0) return null;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/** The value of a hexadecimal digit, -1 for any other character. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** SM3 of UTF-8 text, as 64 lower-case hex digits: what the ledger and the seals are chained with. */
export function sm3OfText(text: string): string {
  return toHex(sm3(utf8(text)));
}
