/**
 * SM2 signatures with SM3 (GB/T 32918) and the standard user id, for receipts and day seals (S2, S4).
 *
 * Form: lower-case hex of the ASN.1 DER `SEQUENCE { r, s }`, over the UTF-8 text. Anyone can check it, e.g.
 * with sm-crypto-v2: `sm2.doVerifySignature(text, signature, publicKeyHex, { der: true, hash: true })`.
 *
 * Two traps of node:crypto are avoided here: a key object fresh from `generateKeyPairSync` signs ECDSA
 * (keys are always imported from their encoding), and `createSign('sm3')` uses an empty user id (Z_A is
 * hashed in front by hand).
 */
import { createHash, createPrivateKey, createPublicKey, createSign, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto';

const USER_ID = '1234567812345678';
const CURVE_PARAMETERS = Buffer.from(
  'FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC' + // a
    '28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93' + // b
    '32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7' + // Gx
    'BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0', // Gy
  'hex',
);
/** DER of `SubjectPublicKeyInfo { ecPublicKey, SM2 }` up to the 65-byte point. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');
const POINT_BYTES = 65;
/** SEQUENCE of two integers of at most 33 bytes each. */
const MAX_SIGNATURE_HEX = 144;
const MAX_CACHED_KEYS = 64;

/** Signs in the server's name. */
export interface Signer {
  /** Which key signed; stays in the signed thing so that old ones verify after a change of keys. */
  readonly keyId: string;
  /** The uncompressed point: `04` and 128 lower-case hex digits. */
  readonly publicKeyHex: string;
  /** Signs UTF-8 text; hex of DER. SM2 is randomised: two signatures of one text differ. */
  sign(text: string): string;
}

/** A new SM2 private key as PKCS#8 PEM. */
export function generateSigningKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'SM2',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
}

/**
 * A signer from a PKCS#8 private key (PEM text, or DER bytes). Throws when it is not an SM2 key, or when
 * the crypto library signs something it would not itself accept.
 */
export function createSigner(privateKey: string | Buffer, keyId: string): Signer {
  const key = importPrivateKey(privateKey);
  const point = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES);
  const publicKeyHex = point.toString('hex');
  const identity = identityHash(point);
  const sign = (text: string) => createSign('sm3').update(identity).update(text, 'utf8').sign(key, 'hex');
  // A library that falls back to ECDSA signs happily; only checking tells.
  if (!verifySignature(publicKeyHex, 'self-test', sign('self-test'))) throw new Error('SM2 self-test failed: this build of Node does not sign SM2');
  return { keyId, publicKeyHex, sign };
}

/** The id of a key made from itself: the first 16 hex digits of SM3 of its uncompressed point. */
export function keyIdOf(publicKeyHex: string): string {
  return createHash('sm3').update(Buffer.from(publicKeyHex, 'hex')).digest('hex').slice(0, 16);
}

/** Whether the signature (hex of DER) over the UTF-8 text was made with that key. False on any garbage; never throws. */
export function verifySignature(publicKeyHex: string, text: string, signature: string): boolean {
  try {
    if (signature.length > MAX_SIGNATURE_HEX || signature.length % 2 !== 0 || !/^[0-9a-f]+$/.test(signature)) return false;
    const { key, identity } = importPublicKey(publicKeyHex);
    return createVerify('sm3').update(identity).update(text, 'utf8').verify(key, signature, 'hex');
  } catch {
    return false;
  }
}

function importPrivateKey(privateKey: string | Buffer): KeyObject {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
  // The curve's parameters are only read for `ec` keys in older Node; the encoded object id is the same everywhere.
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  if (!spki.subarray(0, SPKI_PREFIX.length).equals(SPKI_PREFIX)) throw new TypeError('the signing key is not an SM2 key');
  return key;
}

interface PublicKey {
  readonly key: KeyObject;
  readonly identity: Buffer;
}
const publicKeys = new Map<string, PublicKey>();

/** Importing costs as much as verifying, and there are few keys. Throws when the point is not on the curve. */
function importPublicKey(publicKeyHex: string): PublicKey {
  const known = publicKeys.get(publicKeyHex);
  if (known) return known;
  if (!/^04[0-9a-f]{128}$/.test(publicKeyHex)) throw new TypeError('not an uncompressed SM2 point');
  const point = Buffer.from(publicKeyHex, 'hex');
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, point]), format: 'der', type: 'spki' });
  if (publicKeys.size >= MAX_CACHED_KEYS) publicKeys.clear();
  const entry = { key, identity: identityHash(point) };
  publicKeys.set(publicKeyHex, entry);
  return entry;
}

/** Z_A: SM3(idBits ‖ id ‖ a ‖ b ‖ Gx ‖ Gy ‖ Px ‖ Py). */
function identityHash(point: Buffer): Buffer {
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(USER_ID.length * 8);
  return createHash('sm3').update(bits).update(USER_ID).update(CURVE_PARAMETERS).update(point.subarray(1)).digest();
}
