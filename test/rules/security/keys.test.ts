import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { createFieldCrypto } from '../../../bff/security/field-crypto';
import { KeysError, loadKeys } from '../../../bff/security/keys';
import { createSigner, generateSigningKey, keyIdOf, verifySignature } from '../../../bff/security/signer';

let dir: string;
beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'keys-'))));
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const fieldKey = () => randomBytes(48).toString('hex');
const configured = () => ({
  FIELD_KEYS: `1:${fieldKey()}`, INDEX_KEY: randomBytes(32).toString('hex'), SIGNING_KEY: generateSigningKey(),
  SMS_APP_KEY: 'app-key-app-key-1', SMS_CALLBACK_KEY: 'callback-key-call-1',
});
const failure = (act: () => unknown): KeysError => {
  try {
    act();
  } catch (error) {
    if (error instanceof KeysError) return error;
    throw error;
  }
  throw new Error('did not fail');
};

describe('P2 keys', () => {
  it('are generated once, mode 0600, and the same at the next start', () => {
    const home = path.join(dir, 'data');
    const first = loadKeys({ dir: home, env: {}, allowGenerate: true });
    expect(first.generated).toHaveLength(5);
    expect(fs.statSync(path.join(home, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(home)).toEqual(['keys.json']);
    const second = loadKeys({ dir: home, env: {}, allowGenerate: true });
    expect(second.generated).toEqual([]);
    expect(createFieldCrypto(second.field).open(createFieldCrypto(first.field).seal('苏雨'))).toBe('苏雨');
    expect(second.indexKeyCheck).toBe(first.indexKeyCheck);
    expect(verifySignature(first.signer.publicKeyHex, 'x', second.signer.sign('x'))).toBe(true);
    expect([second.smsAppKey, second.smsCallbackKey]).toEqual([first.smsAppKey, first.smsCallbackKey]);
  });

  it('without permission to generate, refuse to start and say in two languages what to set', () => {
    const { message } = failure(() => loadKeys({ dir, env: { INDEX_KEY: configured().INDEX_KEY }, allowGenerate: false }));
    for (const part of ['拒绝启动', 'refusing to start', 'FIELD_KEYS', 'SIGNING_KEY', 'SMS_CALLBACK_KEY']) expect(message).toContain(part);
    expect(message.split('\n')[0]).not.toContain('INDEX_KEY');
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('from the environment write no file; the highest version seals', () => {
    const env = configured();
    const keys = loadKeys({ dir, env: { ...env, FIELD_KEYS: `${env.FIELD_KEYS}, 3:${fieldKey()},2:${fieldKey()}` }, allowGenerate: false });
    expect(keys.field.current).toBe(3);
    expect(Object.keys(keys.field.versions)).toHaveLength(3);
    expect(keys.generated).toEqual([]);
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('come from files, PEM with escaped line ends, and base64 DER made by openssl as the documentation says', () => {
    const env = configured();
    fs.writeFileSync(path.join(dir, 'index'), `${env.INDEX_KEY}\n`);
    const escaped = loadKeys({ dir, env: { ...env, INDEX_KEY: undefined, INDEX_KEY_FILE: path.join(dir, 'index'), SIGNING_KEY: env.SIGNING_KEY.replaceAll('\n', '\\n') }, allowGenerate: false });
    const plain = loadKeys({ dir, env, allowGenerate: false });
    expect(escaped.indexKeyCheck).toBe(plain.indexKeyCheck);
    expect(escaped.signer.keyId).toBe(plain.signer.keyId);
    const der = execFileSync('openssl', ['genpkey', '-algorithm', 'SM2', '-outform', 'DER']).toString('base64');
    expect(loadKeys({ dir, env: { ...env, SIGNING_KEY: der }, allowGenerate: false }).signer.publicKeyHex).toHaveLength(130);
    expect(failure(() => loadKeys({ dir, env: { ...env, INDEX_KEY: '', INDEX_KEY_FILE: path.join(dir, 'none') }, allowGenerate: true })).message).toContain('INDEX_KEY_FILE');
  });

  it('S4: receipts of a retired signing key stay verifiable by its id', () => {
    const old = createSigner(generateSigningKey(), 'old');
    const keys = loadKeys({ dir, env: { ...configured(), RETIRED_SIGNING_KEYS: old.publicKeyHex.toUpperCase() }, allowGenerate: false });
    expect(keys.publicKeys[keyIdOf(old.publicKeyHex)]).toBe(old.publicKeyHex);
    expect(keys.publicKeys[keys.signer.keyId]).toBe(keys.signer.publicKeyHex);
  });

  it('unusable ones are refused without being quoted', () => {
    for (const [name, value] of Object.entries({
      FIELD_KEYS: 'deadbeefdeadbeef', INDEX_KEY: 'deadbeefdeadbeef', SIGNING_KEY: 'deadbeefdeadbeef', SMS_APP_KEY: 'deadbeef', SMS_CALLBACK_KEY: 'deadbeef', RETIRED_SIGNING_KEYS: 'deadbeef',
    })) {
      const error = failure(() => loadKeys({ dir, env: { ...configured(), [name]: value }, allowGenerate: false }));
      expect(error.message).toContain(name);
      expect(`${error.message}${error.stack}${inspect(error)}`).not.toContain('deadbeef');
    }
    const twice = fieldKey();
    expect(failure(() => loadKeys({ dir, env: { ...configured(), FIELD_KEYS: `1:${twice},1:${twice}` }, allowGenerate: false })).message).toContain('FIELD_KEYS');
  });

  it('a damaged file is refused and left as it is', () => {
    const file = path.join(dir, 'keys.json');
    fs.writeFileSync(file, '{"INDEX_KEY": "deadbee');
    const error = failure(() => loadKeys({ dir, env: {}, allowGenerate: true }));
    expect(error.message).toContain('keys.json');
    expect(error.message).not.toContain('deadbee');
    expect(fs.readFileSync(file, 'utf8')).toBe('{"INDEX_KEY": "deadbee');
  });

  it('a file with a lax mode is tightened, and a key that is new to it is added beside the others', () => {
    const file = path.join(dir, 'keys.json');
    const { INDEX_KEY } = configured();
    fs.writeFileSync(file, JSON.stringify({ INDEX_KEY }), { mode: 0o644 });
    const keys = loadKeys({ dir, env: {}, allowGenerate: true });
    expect(keys.generated).not.toContain('INDEX_KEY');
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ INDEX_KEY, SMS_APP_KEY: keys.smsAppKey });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('a process that loses the race to the first start takes the winner’s keys', () => {
    const winner = { ...configured(), FIELD_KEYS: `5:${fieldKey()}` };
    const link = fs.linkSync;
    jest.spyOn(fs, 'linkSync').mockImplementationOnce((from, to) => {
      fs.writeFileSync(to, JSON.stringify(winner), { mode: 0o600 });
      link(from, to);
    });
    const keys = loadKeys({ dir, env: {}, allowGenerate: true });
    expect(keys.field.current).toBe(5);
    expect(keys.generated).toEqual([]);
    expect(fs.readdirSync(dir)).toEqual(['keys.json']);
  });

  it('never show in logs', () => {
    const keys = loadKeys({ dir, env: {}, allowGenerate: true });
    const secrets = Object.values(JSON.parse(fs.readFileSync(path.join(dir, 'keys.json'), 'utf8')) as Record<string, string>);
    const seen = [inspect({ keys }, { depth: 9 }), JSON.stringify({ keys, field: keys.field, versions: keys.field.versions }), inspect(keys.field, { depth: 9 })].join();
    expect(seen).toContain('[keys]');
    for (const secret of secrets) expect(seen).not.toContain(secret.slice(-24));
    expect(seen).not.toContain('<Buffer');
  });
});
