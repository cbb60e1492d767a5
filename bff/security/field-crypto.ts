/**
 * Encryption of personal data at rest (P2): SM4-CBC with a random IV, then HMAC-SM3 over everything
 * (encrypt-then-MAC; Node's OpenSSL has no SM4-GCM). Equality search goes through a keyed blind index.
 *
 * Sealed form: `s1.<key version>.<base64url of iv(16) ‖ ciphertext ‖ mac(32)>`. The MAC covers the prefix
 * too, so neither the form nor the key version can be swapped under a value.
 */
import { createCipheriv, createDecipheriv, createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';

const FORM = 's1';
const IV_BYTES = 16;
const MAC_BYTES = 32;
const BLOCK_BYTES = 16;
const ENCRYPTION_KEY_BYTES = 16;
const MIN_INDEX_KEY_BYTES = 32;
/** Of a file, in one go: a few milliseconds, so that nobody's pick waits behind somebody's photograph. */
const PIECE_BYTES = 256 * 1024;

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
  /**
   * As `seal`, for files: no text form, no third more of space. The form and version stand before it in ASCII.
   * Piece by piece, others taking their turn in between; `bytes` must not change meanwhile.
   */
  sealBytes(bytes: Buffer): Promise<Buffer>;
  /** The file again. Rejects as `open` throws. */
  openBytes(sealed: Buffer): Promise<Buffer>;
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

  /** The key and the part that is encrypted, iv first, of something sealed; its length is one that sealing gives. */
  const sealedUnder = (version: number, bytes: Buffer): { key: FieldKey; encrypted: Buffer } => {
    const key = keys.versions[version];
    if (!key) throw new FieldCryptoError('unknownKeyVersion', `sealed with field key ${version}, which is not configured`);
    const encryptedBytes = bytes.length - IV_BYTES - MAC_BYTES;
    if (encryptedBytes < BLOCK_BYTES || encryptedBytes % BLOCK_BYTES !== 0) throw new FieldCryptoError('malformed', 'sealed field has an impossible length');
    return { key, encrypted: bytes.subarray(0, bytes.length - MAC_BYTES) };
  };

  // The MAC is checked before anything is decrypted: a padding error must never be observable.
  const assertUnaltered = (bytes: Buffer, digest: Buffer): void => {
    if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), digest)) throw new FieldCryptoError('tampered', 'sealed field was altered, or sealed with another key');
  };

  const decrypt = (version: number, bytes: Buffer): Buffer => {
    const { key, encrypted } = sealedUnder(version, bytes);
    assertUnaltered(bytes, mac(key, `${FORM}.${version}.`, encrypted));
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

    async sealBytes(bytes) {
      const iv = takeIv();
      const cipher = createCipheriv('sm4-cbc', current.encryptionKey, iv);
      const digest = createHmac('sm3', current.macKey).update(currentPrefix).update(iv);
      const parts = [Buffer.from(currentPrefix, 'ascii'), iv];
      const add = (encrypted: Buffer): void => {
        digest.update(encrypted);
        parts.push(encrypted);
      };
      for await (const piece of piecesOf(bytes)) add(cipher.update(piece));
      add(cipher.final());
      return Buffer.concat([...parts, digest.digest()]);
    },

    async openBytes(sealed) {
      const prefix = /^s1\.([1-9]\d{0,8})\./.exec(sealed.subarray(0, 16).toString('latin1'));
      if (!prefix) throw new FieldCryptoError('malformed', 'not a sealed file');
      const bytes = sealed.subarray(prefix[0].length);
      const { key, encrypted } = sealedUnder(Number(prefix[1]), bytes);
      const digest = createHmac('sm3', key.macKey).update(prefix[0]);
      for await (const piece of piecesOf(encrypted)) digest.update(piece);
      assertUnaltered(bytes, digest.digest());
      const decipher = createDecipheriv('sm4-cbc', key.encryptionKey, encrypted.subarray(0, IV_BYTES));
      const parts: Buffer[] = [];
      for await (const piece of piecesOf(encrypted.subarray(IV_BYTES))) parts.push(decipher.update(piece));
      return Buffer.concat([...parts, decipher.final()]);
    },

    blindIndex(kind, value) {
      const normal = value.replace(/[\s-]/g, '').toUpperCase();
      return createHmac('sm3', keys.indexKey).update(`${kind}\0${normal}`).digest('hex');
    },
  };
}

/** A file in pieces, the event loop going round before each but the first. */
async function* piecesOf(bytes: Buffer): AsyncIterable<Buffer> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    if (from > 0) await othersTurn();
    yield bytes.subarray(from, from + PIECE_BYTES);
  }
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
