/**
 * SM2 signature verification (GB/T 32918.2) with SM3 and the standard user id, for clients without node:crypto
 * (S2, S4). Verification only: no secret is handled here, so nothing need run in constant time. Tested against
 * node:crypto both ways.
 *
 * Needs BigInt (iOS 14, Chrome 67); it is called as a function, so that older engines can at least load the file
 * and say that they cannot check: see {@link canVerifySm2}.
 */
import { fromHex, sm3, toHex, utf8 } from './sm3';

const USER_ID = '1234567812345678';
/** SEQUENCE of two integers of at most 33 bytes each. */
const MAX_SIGNATURE_HEX = 144;

interface Curve {
  readonly p: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly n: bigint;
  readonly g: Point;
  /** a ‖ b ‖ Gx ‖ Gy, for Z_A. */
  readonly parameters: string;
}

/** Jacobian: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/** Whether this engine can check a signature at all. */
export function canVerifySm2(): boolean {
  return typeof BigInt !== 'undefined';
}

const big = (hex: string): bigint => BigInt(`0x${hex}`);

let known: Curve | null = null;
function curve(): Curve {
  if (known !== null) return known;
  const a = 'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc';
  const b = '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93';
  const gx = '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7';
  const gy = 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0';
  known = {
    p: big('fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff'), a: big(a), b: big(b),
    n: big('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123'),
    g: { x: big(gx), y: big(gy), z: BigInt(1) }, parameters: a + b + gx + gy,
  };
  return known;
}

/**
 * Whether the signature (lower-case hex of DER `SEQUENCE { r, s }`) over the UTF-8 text was made with the key
 * (`04` and 128 hex digits). False on any garbage. Throws only where {@link canVerifySm2} is false.
 */
export function verifySm2(publicKeyHex: string, text: string, signature: string): boolean {
  const { p, n, g } = curve();
  const key = pointOf(publicKeyHex);
  const parts = integersOf(signature);
  if (key === null || parts === null) return false;
  const [r, s] = parts;
  const zero = BigInt(0);
  if (r <= zero || r >= n || s <= zero || s >= n) return false;
  const t = (r + s) % n;
  if (t === zero) return false;
  const sum = twoProducts(s, g, t, key);
  if (sum.z === zero) return false;
  const inverse = power(sum.z, p - BigInt(2), p);
  const x = (sum.x * inverse * inverse) % p;
  const e = big(toHex(sm3(concat(identityHash(publicKeyHex), utf8(text)))));
  return (e + x) % n === r;
}

/** Z_A: SM3(idBits ‖ id ‖ a ‖ b ‖ Gx ‖ Gy ‖ Px ‖ Py). */
function identityHash(publicKeyHex: string): Uint8Array {
  const id = utf8(USER_ID);
  return sm3(concat(Uint8Array.of((id.length * 8) >> 8, (id.length * 8) & 255), id, fromHex(curve().parameters + publicKeyHex.slice(2))!));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The point of an uncompressed key; null when it is none of the curve. */
function pointOf(hex: string): Point | null {
  if (!/^04[0-9a-f]{128}$/.test(hex)) return null;
  const { p, a, b } = curve();
  const x = big(hex.slice(2, 66));
  const y = big(hex.slice(66));
  if (x >= p || y >= p || (y * y - (x * x * x + a * x + b)) % p !== BigInt(0)) return null;
  return { x, y, z: BigInt(1) };
}

/** r and s of a strictly encoded DER signature; null otherwise. A second encoding of one signature is no signature. */
function integersOf(signature: string): readonly [bigint, bigint] | null {
  if (signature.length > MAX_SIGNATURE_HEX || !/^([0-9a-f]{2})+$/.test(signature)) return null;
  const bytes = fromHex(signature)!;
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) return null;
  const numbers: bigint[] = [];
  let at = 2;
  while (at < bytes.length && numbers.length < 2) {
    const length = bytes[at + 1] ?? 0;
    const start = at + 2;
    if (bytes[at] !== 0x02 || length < 1 || length > 33 || start + length > bytes.length) return null;
    // Not negative, and not a byte longer than needed.
    if (bytes[start]! & 0x80 || (bytes[start] === 0 && length > 1 && !(bytes[start + 1]! & 0x80))) return null;
    numbers.push(big(toHex(bytes.subarray(start, start + length))));
    at = start + length;
  }
  return at === bytes.length && numbers.length === 2 ? [numbers[0]!, numbers[1]!] : null;
}

/** s·G + t·P, both ladders walked together (Shamir). */
function twoProducts(s: bigint, g: Point, t: bigint, p: Point): Point {
  const both = add(g, p);
  let sum: Point = { x: BigInt(1), y: BigInt(1), z: BigInt(0) };
  const [sBits, tBits] = [bitsOf(s), bitsOf(t)];
  for (let i = 0; i < 256; i += 1) {
    sum = double(sum);
    const [inS, inT] = [sBits[i] === '1', tBits[i] === '1'];
    if (inS || inT) sum = add(sum, inS ? (inT ? both : g) : p);
  }
  return sum;
}

const bitsOf = (x: bigint): string => x.toString(2).padStart(256, '0');

function double({ x, y, z }: Point): Point {
  const { p, a } = curve();
  const yy = (y * y) % p;
  const s = (BigInt(4) * x * yy) % p;
  const zz = (z * z) % p;
  const m = (BigInt(3) * x * x + a * zz * zz) % p;
  const x2 = positive(m * m - BigInt(2) * s, p);
  return { x: x2, y: positive(m * (s - x2) - BigInt(8) * yy * yy, p), z: (BigInt(2) * y * z) % p };
}

function add(one: Point, other: Point): Point {
  const { p } = curve();
  const zero = BigInt(0);
  if (one.z === zero) return other;
  if (other.z === zero) return one;
  const [z1, z2] = [(one.z * one.z) % p, (other.z * other.z) % p];
  const [u1, u2] = [(one.x * z2) % p, (other.x * z1) % p];
  const [s1, s2] = [(one.y * z2 * other.z) % p, (other.y * z1 * one.z) % p];
  const h = positive(u2 - u1, p);
  const r = positive(s2 - s1, p);
  if (h === zero) return r === zero ? double(one) : { x: BigInt(1), y: BigInt(1), z: zero };
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x = positive(r * r - hhh - BigInt(2) * v, p);
  return { x, y: positive(r * (v - x) - s1 * hhh, p), z: (h * one.z * other.z) % p };
}

function positive(x: bigint, p: bigint): bigint {
  const rest = x % p;
  return rest < BigInt(0) ? rest + p : rest;
}

function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = BigInt(1);
  for (const bit of exponent.toString(2)) {
    result = (result * result) % p;
    if (bit === '1') result = (result * base) % p;
  }
  return result;
}
