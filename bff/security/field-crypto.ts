/**
 * Encryption of personal data at rest (P2): SM4-CBC with a random IV, then HMAC-SM3 over everything
 * (encrypt-then-MAC; Node's OpenSSL has no SM4-GCM). Equality search goes through a keyed blind index.
 *
 * Sealed form: `s1.<key version>.<base64url of iv(16) ‖ ciphertext ‖ mac(32)>`. The MAC covers the prefix
 * too, so neither the form nor the key version can be swapped under a value.
 */
import { createCipheriv, createDecipheriv, createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';

const FORM = 's1';
const IV_BYTES = 16;
const MAC_BYTES = 32;
const BLOCK_BYTES = 16;
const ENCRYPTION_KEY_BYTES = 16;
const MIN_INDEX_KEY_BYTES = 32;

export interface FieldKey {
  /** 16 bytes, SM4. */
  readonly encryptionKey: Buffer;
  /** 32 bytes, HMAC-SM3. */
  readonly macKey: Buffer;
}

export interface FieldKeys {
  /** The version new values are sealed with; older versions stay readable. */
  readonly current: number;
  readonly versions: Readonly<Record<number, FieldKey>>;
  /** 32 bytes. Not versioned: changing it means rebuilding every blind index. */
  readonly indexKey: Buffer;
}

export type FieldCryptoProblem = 'malformed' | 'unknownKeyVersion' | 'tampered';

/** A sealed value could not be opened. Carries no part of the value. */
export class FieldCryptoError extends Error {
  override readonly name = 'FieldCryptoError';
  constructor(
    readonly problem: FieldCryptoProblem,
    message: string,
  ) {
    super(message);
  }
}

export interface FieldCrypto {
  /** The key version new values are sealed with. */
  readonly keyVersion: number;
  /** The key version a value was sealed with. Throws {@link FieldCryptoError} on a foreign form. */
  keyVersionOf(sealed: string): number;
  /** As `seal`, for files: no text form, no third more of space. The form and version stand before it in ASCII. */
  sealBytes(bytes: Buffer): Buffer;
  /** The file again. Throws like `open`. */
  openBytes(sealed: Buffer): Buffer;
  /** Encrypts text (also empty text) under the current key. Equal texts give different results. */
  seal(text: string): string;
  /** The text again. Throws {@link FieldCryptoError} on tampering, a foreign form or an unknown key version. */
  open(sealed: string): string;
  /**
   * A keyed fingerprint, 64 hex digits, equal for equal values: to find a person without decrypting (V3).
   * Spaces and hyphens are dropped and letters upper-cased, so `…12x` and `…12X` are one person.
   */
  blindIndex(kind: 'phone' | 'identity' | 'name' | 'content', value: string): string;
}

/** Builds the cipher for the given keys. Throws `RangeError` when a key has the wrong length. */
export function createFieldCrypto(keys: FieldKeys): FieldCrypto {
  for (const [version, key] of Object.entries(keys.versions)) {
    if (key.encryptionKey.length !== ENCRYPTION_KEY_BYTES) throw new RangeError(`field key ${version}: the SM4 key must have 16 bytes`);
    if (key.macKey.length !== MAC_BYTES) throw new RangeError(`field key ${version}: the MAC key must have 32 bytes`);
  }
  const current = keys.versions[keys.current];
  if (!current) throw new RangeError(`field key ${keys.current} is current but missing`);
  if (keys.indexKey.length < MIN_INDEX_KEY_BYTES) throw new RangeError('the index key must have 32 bytes');
  const currentPrefix = `${FORM}.${keys.current}.`;
  const takeIv = ivSource();

  const encrypt = (bytes: Buffer): Buffer => {
    const iv = takeIv();
    const cipher = createCipheriv('sm4-cbc', current.encryptionKey, iv);
    const encrypted = Buffer.concat([iv, cipher.update(bytes), cipher.final()]);
    return Buffer.concat([encrypted, mac(current, currentPrefix, encrypted)]);
  };

  const decrypt = (version: number, bytes: Buffer): Buffer => {
    const key = keys.versions[version];
    if (!key) throw new FieldCryptoError('unknownKeyVersion', `sealed with field key ${version}, which is not configured`);
    const encryptedBytes = bytes.length - IV_BYTES - MAC_BYTES;
    if (encryptedBytes < BLOCK_BYTES || encryptedBytes % BLOCK_BYTES !== 0) throw new FieldCryptoError('malformed', 'sealed field has an impossible length');
    const encrypted = bytes.subarray(0, bytes.length - MAC_BYTES);
    // The MAC is checked before anything is decrypted: a padding error must never be observable.
    if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), mac(key, `${FORM}.${version}.`, encrypted))) throw new FieldCryptoError('tampered', 'sealed field was altered, or sealed with another key');
    const decipher = createDecipheriv('sm4-cbc', key.encryptionKey, encrypted.subarray(0, IV_BYTES));
    return Buffer.concat([decipher.update(encrypted.subarray(IV_BYTES)), decipher.final()]);
  };

  return {
    keyVersion: keys.current,

    keyVersionOf: (sealed) => Number(partsOf(sealed)[1]),

    seal: (text) => currentPrefix + encrypt(Buffer.from(text, 'utf8')).toString('base64url'),

    open(sealed) {
      const parts = partsOf(sealed);
      return decrypt(Number(parts[1]), Buffer.from(parts[2]!, 'base64url')).toString('utf8');
    },

    sealBytes: (bytes) => Buffer.concat([Buffer.from(currentPrefix, 'ascii'), encrypt(bytes)]),

    openBytes(sealed) {
      const prefix = /^s1\.([1-9]\d{0,8})\./.exec(sealed.subarray(0, 16).toString('latin1'));
      if (!prefix) throw new FieldCryptoError('malformed', 'not a sealed file');
      return decrypt(Number(prefix[1]), sealed.subarray(prefix[0].length));
    },

    blindIndex(kind, value) {
      const normal = value.replace(/[\s-]/g, '').toUpperCase();
      return createHmac('sm3', keys.indexKey).update(`${kind}\0${normal}`).digest('hex');
    },
  };
}

/** Form, key version and content of a sealed text. */
function partsOf(sealed: string): RegExpExecArray {
  const parts = /^s1\.([1-9]\d{0,8})\.([A-Za-z0-9_-]+)$/.exec(sealed);
  if (!parts) throw new FieldCryptoError('malformed', 'not a sealed field');
  return parts;
}

function mac(key: FieldKey, prefix: string, encrypted: Buffer): Buffer {
  return createHmac('sm3', key.macKey).update(prefix).update(encrypted).digest();
}

/** Random IVs, fetched 256 at a time: one call to the generator per value would cost a quarter of the seal. */
function ivSource(): () => Buffer {
  const pool = Buffer.alloc(256 * IV_BYTES);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += IV_BYTES;
    // A copy: the pool is filled again while the IV may still be in use.
    return Buffer.from(pool.subarray(used - IV_BYTES, used));
  };
}
