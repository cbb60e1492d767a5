/**
 * The system's secret keys (P2, S4). From the environment, or (one machine, demonstration) generated once
 * into `<dir>/keys.json`. Every name also exists as `<NAME>_FILE`: a path to read the value from.
 *
 * | name                   | value                                                                  | make one with |
 * |------------------------|------------------------------------------------------------------------|---------------|
 * | `FIELD_KEYS`           | `1:<96 hex>[,2:<96 hex>…]`: 16 bytes SM4 key, then 32 bytes MAC key; the highest version seals | `openssl rand -hex 48` |
 * | `INDEX_KEY`            | 64 hex: key of the blind indexes; never change it without rebuilding them | `openssl rand -hex 32` |
 * | `SIGNING_KEY`          | SM2 private key: PEM, or base64 of DER (PKCS#8 or SEC 1)               | `openssl genpkey -algorithm SM2 -outform DER \| base64 -w0` |
 * | `RETIRED_SIGNING_KEYS` | optional: public keys (`04…`, 130 hex) of former signing keys, separated by commas; old receipts stay verifiable | `GET /api/signing-key` before the change |
 * | `SMS_APP_KEY`          | the shared secret our requests to the SMS gateway are signed with (≥ 16 characters) | given by the gateway |
 * | `SMS_CALLBACK_KEY`     | the shared secret the gateway signs its receipts with (≥ 16 characters) | given by the gateway |
 *
 * The environment wins over the file, key by key. Key material is in no message, log line or JSON form.
 */
import { createPrivateKey, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import type { FieldKey, FieldKeys } from './field-crypto';
import { createSigner, generateSigningKey, keyIdOf, type Signer } from './signer';
import { hmacSm3 } from './sm3';

const REQUIRED = ['FIELD_KEYS', 'INDEX_KEY', 'SIGNING_KEY', 'SMS_APP_KEY', 'SMS_CALLBACK_KEY'] as const;
type RequiredName = (typeof REQUIRED)[number];
const MIN_SECRET_CHARACTERS = 16;

export interface Keys {
  readonly field: FieldKeys;
  readonly signer: Signer;
  /** Every public key signatures may carry, by key id: the current one and the retired ones. */
  readonly publicKeys: Readonly<Record<string, string>>;
  readonly smsAppKey: string;
  readonly smsCallbackKey: string;
  /**
   * Not secret: a fingerprint of the index key. Keep it with the data at first start and refuse to start when
   * it differs: with another index key nobody would be found again and V3 would silently fail.
   */
  readonly indexKeyCheck: string;
  /** Names that were generated on this start. */
  readonly generated: readonly string[];
}

/** Keys are missing or unusable. The message (Chinese and English) says what to set; it holds no key material. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
}

export interface KeySources {
  /** The data directory `keys.json` stands in. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for the embedded store and demonstrations; false on MongoDB, where several machines must share keys. */
  readonly allowGenerate: boolean;
}

/** Loads every key, generating missing ones where that is allowed. Throws {@link KeysError}. */
export function loadKeys({ dir, env, allowGenerate }: KeySources): Keys {
  const values = new Map<RequiredName, string>();
  for (const name of REQUIRED) {
    const value = fromEnvironment(env, name);
    if (value !== undefined) values.set(name, value);
  }
  const missing = REQUIRED.filter((name) => !values.has(name));
  if (missing.length > 0 && !allowGenerate) throw new KeysError(missingMessage(missing));
  const generated: string[] = [];
  if (missing.length > 0) {
    const kept = keepInFile(path.join(dir, 'keys.json'), missing);
    for (const name of missing) values.set(name, kept.values[name]!);
    generated.push(...kept.generated);
  }
  return withoutTraces(assemble((name) => values.get(name)!, fromEnvironment(env, 'RETIRED_SIGNING_KEYS'), generated));
}

function fromEnvironment(env: KeySources['env'], name: string): string | undefined {
  const direct = env[name]?.trim();
  if (direct) return direct;
  const file = env[`${name}_FILE`]?.trim();
  if (!file) return undefined;
  try {
    const text = fs.readFileSync(file, 'utf8').trim();
    if (text) return text;
  } catch (error) {
    throw new KeysError(`${name}_FILE 无法读取 / cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}`);
  }
  throw new KeysError(`${name}_FILE 内容为空 / is empty`);
}

function missingMessage(missing: readonly string[]): string {
  return [
    `缺少密钥配置，系统拒绝启动。请设置：${missing.join('、')}（或各自加 _FILE 后缀指向文件）。使用 MongoDB 的多台服务器必须共用同一套密钥，因此不会自动生成。`,
    `Keys are not configured; refusing to start. Set: ${missing.join(', ')} (or the same names with _FILE pointing to a file). Machines sharing a MongoDB must share their keys, so none are generated.`,
    'FIELD_KEYS=1:$(openssl rand -hex 48)   INDEX_KEY=$(openssl rand -hex 32)   SIGNING_KEY=$(openssl genpkey -algorithm SM2 -outform DER | base64 -w0)',
  ].join('\n');
}

function assemble(value: (name: RequiredName) => string, retired: string | undefined, generated: readonly string[]): Keys {
  const indexKey = hexKey('INDEX_KEY', value('INDEX_KEY'), 32);
  const signer = readSigner(value('SIGNING_KEY'));
  const publicKeys: Record<string, string> = { [signer.keyId]: signer.publicKeyHex };
  for (const key of (retired ?? '').split(',').map((text) => text.trim().toLowerCase()).filter(Boolean)) {
    if (!/^04[0-9a-f]{128}$/.test(key)) throw unusable('RETIRED_SIGNING_KEYS', '130 hex, 04…');
    publicKeys[keyIdOf(key)] = key;
  }
  return {
    field: readFieldKeys(value('FIELD_KEYS'), indexKey),
    signer,
    publicKeys,
    smsAppKey: secret('SMS_APP_KEY', value('SMS_APP_KEY')),
    smsCallbackKey: secret('SMS_CALLBACK_KEY', value('SMS_CALLBACK_KEY')),
    indexKeyCheck: hmacSm3(indexKey, 'index-key-check').slice(0, 16),
    generated,
  };
}

function readFieldKeys(text: string, indexKey: Buffer): FieldKeys {
  const versions: Record<number, FieldKey> = {};
  for (const part of text.split(',')) {
    const match = /^\s*([1-9]\d{0,8}):([0-9a-fA-F]{96})\s*$/.exec(part);
    if (!match || versions[Number(match[1])]) throw unusable('FIELD_KEYS', '<version>:<96 hex>, comma-separated, versions distinct');
    const bytes = Buffer.from(match[2]!, 'hex');
    versions[Number(match[1])] = { encryptionKey: bytes.subarray(0, 16), macKey: bytes.subarray(16) };
  }
  return { current: Math.max(...Object.keys(versions).map(Number)), versions, indexKey };
}

function readSigner(text: string): Signer {
  try {
    const pem = text.includes('BEGIN') ? text.replaceAll('\\n', '\n') : pemOfDer(Buffer.from(text, 'base64'));
    return createSigner(pem, keyIdOf(createSigner(pem, '').publicKeyHex));
  } catch {
    // The cause is dropped on purpose: OpenSSL's messages may quote their input.
    throw unusable('SIGNING_KEY', 'SM2 private key, PEM or base64 of DER');
  }
}

/** `openssl genpkey` writes PKCS#8 as PEM but SEC 1 as DER, so both are taken. */
function pemOfDer(der: Buffer): string {
  const read = (type: 'pkcs8' | 'sec1') => createPrivateKey({ key: der, format: 'der', type }).export({ type: 'pkcs8', format: 'pem' }) as string;
  try {
    return read('pkcs8');
  } catch {
    return read('sec1');
  }
}

function hexKey(name: string, text: string, bytes: number): Buffer {
  if (!new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`).test(text)) throw unusable(name, `${bytes * 2} hex`);
  return Buffer.from(text, 'hex');
}

function secret(name: string, text: string): string {
  if (text.length < MIN_SECRET_CHARACTERS) throw unusable(name, `≥ ${MIN_SECRET_CHARACTERS} characters`);
  return text;
}

function unusable(name: string, form: string): KeysError {
  return new KeysError(`${name} 格式不正确 / is not usable: expected ${form}`);
}

function generate(name: RequiredName): string {
  if (name === 'FIELD_KEYS') return `1:${randomBytes(48).toString('hex')}`;
  return name === 'SIGNING_KEY' ? generateSigningKey() : randomBytes(32).toString('hex');
}

type KeyFile = Partial<Record<RequiredName, string>>;

/** The file's keys; the missing ones are generated and on disk before this returns. A damaged file is never replaced. */
function keepInFile(file: string, missing: readonly RequiredName[]): { values: KeyFile; generated: string[] } {
  const before = readKeyFile(file);
  const absent = missing.filter((name) => !before?.[name]);
  if (absent.length === 0) return { values: before!, generated: [] };
  const values: KeyFile = { ...before };
  for (const name of absent) values[name] = generate(name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (writeAtomically(file, `${JSON.stringify(values, null, 2)}\n`, before === null)) return { values, generated: absent };
  // Another process was first: its keys are the ones, or what it sealed could never be opened.
  return keepInFile(file, missing);
}

function readKeyFile(file: string): KeyFile | null {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new KeysError(`keys.json 无法读取 / cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}`);
  }
  // A copy or a restored backup may have lost the mode.
  if ((fs.statSync(file).mode & 0o077) !== 0) fs.chmodSync(file, 0o600);
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && Object.values(values).every((value) => typeof value === 'string')) return values as KeyFile;
  } catch {
    // Falls through: the parser's message would quote the text.
  }
  throw new KeysError('keys.json 已损坏，请从备份恢复，切勿删除：没有原密钥，已加密的数据无法读取。 / keys.json is damaged. Restore it from a backup; do not delete it: without its keys the stored data cannot be read.');
}

/** Writes file and directory through to the disk. With `onlyNew`, false when the file came into being meanwhile. */
function writeAtomically(file: string, text: string, onlyNew: boolean): boolean {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  const handle = fs.openSync(temporary, 'wx', 0o600);
  try {
    fs.writeSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  try {
    // A hard link refuses an existing name, which a rename would silently overwrite.
    if (onlyNew) fs.linkSync(temporary, file);
    else fs.renameSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    if (!onlyNew) throw error;
    fs.renameSync(temporary, file); // A file system without hard links.
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  const directory = fs.openSync(path.dirname(file), 'r');
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
  return true;
}

/** The keys with their contents hidden from `console.log`, pino and `JSON.stringify`. */
function withoutTraces(keys: Keys): Keys {
  const hidden = () => '[keys]';
  for (const target of [keys, keys.field, ...Object.values(keys.field.versions)]) {
    Object.defineProperty(target, 'toJSON', { value: hidden });
    Object.defineProperty(target, inspect.custom, { value: hidden });
  }
  return keys;
}
