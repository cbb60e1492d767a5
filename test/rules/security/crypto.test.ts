import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { sm2, sm3, sm4 } from 'sm-crypto-v2';
import { createFieldCrypto, FieldCryptoError, type FieldKeys } from '../../../bff/security/field-crypto';
import { createSigner, generateSigningKey, keyIdOf, verifySignature } from '../../../bff/security/signer';
import { equalInConstantTime, hmacSm3, sm3Hex } from '../../../bff/security/sm3';
import { canonicalJson } from '../../../shared/canonical-json';

const bytes = (fill: number, length: number) => Buffer.alloc(length, fill);
const keysOf = (current: number, ...versions: number[]): FieldKeys => ({
  current,
  versions: Object.fromEntries(versions.map((version) => [version, { encryptionKey: bytes(version, 16), macKey: bytes(version + 100, 32) }])),
  indexKey: bytes(9, 32),
});
const anyText = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('S1 SM3', () => {
  it('gives the vectors of GB/T 32905', () => {
    expect(sm3Hex('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(sm3Hex('abcd'.repeat(16))).toBe('debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
  });

  it('agrees with sm-crypto-v2, plain and keyed', () => {
    fc.assert(
      fc.property(anyText, fc.uint8Array({ minLength: 16, maxLength: 80 }), (text, key) => {
        const input = new Uint8Array(Buffer.from(text, 'utf8'));
        expect(sm3Hex(text)).toBe(sm3(input));
        expect(hmacSm3(Buffer.from(key), text)).toBe(sm3(input, { mode: 'hmac', key: Buffer.from(key).toString('hex') }));
      }),
      { numRuns: 50 },
    );
  });

  it('compares MACs whole', () => {
    expect(equalInConstantTime('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'xbc', 'ab', 'abcd', '']) expect(equalInConstantTime('abc', other)).toBe(false);
  });
});

describe('P2 field encryption', () => {
  const crypto = createFieldCrypto(keysOf(1, 1));
  const problemOf = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      if (error instanceof FieldCryptoError) return error.problem;
      throw error;
    }
    return 'none';
  };

  it('opens what it sealed, whatever the text', () => {
    fc.assert(fc.property(anyText, (text) => expect(crypto.open(crypto.seal(text))).toBe(text)));
    expect(crypto.open(crypto.seal(''))).toBe('');
  });

  // Longer than a few of the pieces it is worked through in, and the bounds of one.
  it.each([0, 1, 15, 16, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_003])('seals a file of %i bytes as it seals a text, and notices any alteration', async (length) => {
    const file = Buffer.alloc(length, '房源照片');
    const sealed = await crypto.sealBytes(file);
    expect((await crypto.openBytes(sealed)).equals(file)).toBe(true);
    const sameAsText = `s1.1.${sealed.subarray(5).toString('base64url')}`;
    expect(crypto.open(sameAsText)).toBe(file.toString('utf8'));
    for (const at of [0, 5, 21, Math.floor(sealed.length / 2), sealed.length - 33, sealed.length - 1]) {
      const altered = Buffer.from(sealed);
      altered[at]! ^= 1;
      await expect(crypto.openBytes(altered)).rejects.toThrow(FieldCryptoError);
    }
    await expect(crypto.openBytes(sealed.subarray(0, -16))).rejects.toThrow(FieldCryptoError);
  });

  it('lets others take their turn while it seals a large file', async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await crypto.sealBytes(Buffer.alloc(4 * 1024 * 1024));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it('is SM4-CBC as sm-crypto-v2 knows it', () => {
    const raw = Buffer.from(crypto.seal('欧阳小明 360702199001011234').split('.')[2]!, 'base64url');
    const plain = sm4.decrypt(raw.subarray(16, -32).toString('hex'), bytes(1, 16).toString('hex'), { mode: 'cbc', iv: raw.subarray(0, 16).toString('hex') });
    expect(plain).toBe('欧阳小明 360702199001011234');
  });

  it('never seals equal texts alike and never repeats an IV, across refills of the pool', () => {
    const sealed = Array.from({ length: 2000 }, () => crypto.seal('苏雨'));
    expect(new Set(sealed.map((text) => Buffer.from(text.split('.')[2]!, 'base64url').subarray(0, 16).toString('hex'))).size).toBe(2000);
    expect(sealed.every((text) => !text.includes('苏雨') && crypto.open(text) === '苏雨')).toBe(true);
  });

  it('refuses every single changed bit', () => {
    const [form, version, body] = crypto.seal('13812341234').split('.') as [string, string, string];
    const raw = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < raw.length * 8; bit += 1) {
      const changed = Buffer.from(raw);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(problemOf(() => crypto.open(`${form}.${version}.${changed.toString('base64url')}`))).toBe('tampered');
    }
  });

  it('refuses truncated, foreign and garbage forms with a typed error that quotes nothing', () => {
    const sealed = crypto.seal('13812341234');
    for (const garbage of ['', 's1.1.', 'plain text', 's2.1.AAAA', 's1.0.AAAA', 's1.1.AAAA', `${sealed}!`, sealed.slice(0, -22)]) {
      expect(problemOf(() => crypto.open(garbage))).toBe('malformed');
    }
    expect(() => crypto.open('s1.1.c2VjcmV0')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }));
  });

  it('binds the key version: relabelling a value is tampering, an unknown version is said', () => {
    const both = createFieldCrypto({ ...keysOf(1, 1, 2), versions: { 1: keysOf(1, 1).versions[1]!, 2: keysOf(1, 1).versions[1]! } });
    expect(problemOf(() => both.open(both.seal('x').replace('s1.1.', 's1.2.')))).toBe('tampered');
    expect(problemOf(() => crypto.open(createFieldCrypto(keysOf(7, 7)).seal('x')))).toBe('unknownKeyVersion');
  });

  it('keeps old values readable after a change of keys, and seals with the current one', () => {
    const old = crypto.seal('苏雨');
    const rotated = createFieldCrypto(keysOf(2, 1, 2));
    expect(rotated.open(old)).toBe('苏雨');
    expect(rotated.seal('苏雨')).toMatch(/^s1\.2\./);
  });

  it('refuses keys of the wrong length', () => {
    const good = keysOf(1, 1);
    expect(() => createFieldCrypto({ ...good, current: 3 })).toThrow(RangeError);
    expect(() => createFieldCrypto({ ...good, indexKey: bytes(1, 8) })).toThrow(RangeError);
    expect(() => createFieldCrypto({ ...good, versions: { 1: { encryptionKey: bytes(1, 16), macKey: bytes(1, 16) } } })).toThrow(RangeError);
    expect(() => createFieldCrypto({ ...good, versions: { 1: { encryptionKey: bytes(1, 32), macKey: bytes(1, 32) } } })).toThrow(RangeError);
  });

  it('V3: the blind index is equal for one person, keyed, and separate per kind', () => {
    expect(crypto.blindIndex('identity', '36070219900101123x')).toBe(crypto.blindIndex('identity', ' 360702 19900101 123X '));
    expect(crypto.blindIndex('identity', '13812341234')).not.toBe(crypto.blindIndex('phone', '13812341234'));
    expect(createFieldCrypto({ ...keysOf(1, 1), indexKey: bytes(8, 32) }).blindIndex('phone', '13812341234')).not.toBe(crypto.blindIndex('phone', '13812341234'));
    expect(crypto.blindIndex('phone', '13812341234')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('S4 SM2 signatures', () => {
  const signer = createSigner(generateSigningKey(), 'key-1');
  const text = '{"kind":"pick","address":"章江花园 3栋"}';

  it('are accepted by sm-crypto-v2 (standard user id, SM3, DER)', () => {
    for (let i = 0; i < 20; i += 1) {
      expect(sm2.doVerifySignature(text, signer.sign(text), signer.publicKeyHex, { der: true, hash: true })).toBe(true);
    }
  });

  it('of sm-crypto-v2 are accepted here', () => {
    const foreign = sm2.generateKeyPairHex();
    for (let i = 0; i < 20; i += 1) {
      const signature = sm2.doSignature(`${text}${i}`, foreign.privateKey, { der: true, hash: true, publicKey: foreign.publicKey });
      expect(verifySignature(foreign.publicKey, `${text}${i}`, signature)).toBe(true);
    }
  });

  it('accept this vector, made once by sm-crypto-v2 1.15.1', () => {
    expect(verifySignature(VECTOR.publicKey, VECTOR.text, VECTOR.signature)).toBe(true);
    expect(verifySignature(VECTOR.publicKey, `${VECTOR.text} `, VECTOR.signature)).toBe(false);
  });

  it('do not hold for another text, key or signature', () => {
    const signature = signer.sign(text);
    expect(verifySignature(signer.publicKeyHex, text, signature)).toBe(true);
    expect(verifySignature(signer.publicKeyHex, text.replace('3栋', '4栋'), signature)).toBe(false);
    expect(verifySignature(createSigner(generateSigningKey(), 'k').publicKeyHex, text, signature)).toBe(false);
    const changed = Buffer.from(signature, 'hex');
    changed[changed.length - 1]! ^= 1;
    expect(verifySignature(signer.publicKeyHex, text, changed.toString('hex'))).toBe(false);
  });

  it('answer garbage with false, never with an exception', () => {
    const signature = signer.sign(text);
    for (const garbage of ['', '00', 'zz', signature.toUpperCase(), `${signature}00`, signature.slice(2), 'f'.repeat(144), 'a'.repeat(9999)]) {
      expect(verifySignature(signer.publicKeyHex, text, garbage)).toBe(false);
    }
    for (const key of ['', '04', `04${'00'.repeat(64)}`, `04${'ff'.repeat(64)}`, signer.publicKeyHex.slice(2), 'x'.repeat(130)]) {
      expect(verifySignature(key, text, signature)).toBe(false);
    }
    fc.assert(fc.property(fc.string(), fc.string(), (key, garbage) => !verifySignature(key, text, garbage)), { numRuns: 50 });
  });

  it('come from PEM and DER alike, and only from SM2 keys', () => {
    const pem = generateSigningKey();
    const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
    expect(createSigner(der, 'k').publicKeyHex).toBe(createSigner(pem, 'k').publicKeyHex);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    expect(() => createSigner(other.privateKey, 'k')).toThrow(TypeError);
  });

  it('name their key by its SM3', () => {
    expect(keyIdOf(signer.publicKeyHex)).toBe(createHash('sm3').update(Buffer.from(signer.publicKeyHex, 'hex')).digest('hex').slice(0, 16));
  });
});

describe('S2 canonical JSON', () => {
  it('sorts keys by code unit at every depth and writes no space', () => {
    expect(canonicalJson({ b: [1, { z: null, a: '苏' }], a: true, A: -0, '10': 1e21, '9': 0.1 })).toBe('{"10":1e+21,"9":0.1,"A":0,"a":true,"b":[1,{"a":"苏","z":null}]}');
  });

  it('gives the example of RFC 8785, 3.2.2–3.2.3', () => {
    const value = { numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001], string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/', literals: [null, true, false] };
    expect(canonicalJson(value)).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
  });

  it('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('takes a plain object of another realm', () => {
    expect(canonicalJson(structuredClone({ a: [1] }))).toBe('{"a":[1]}');
  });

  it('throws rather than leave something out', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [undefined, NaN, Infinity, () => 0, 1n, Symbol('x'), new Date(0), new Map(), { a: undefined }, [undefined], new Array(2), '\ud800', { '\udc00': 1 }, 'a\udc00', cycle]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
    expect(canonicalJson('😀𠮷')).toBe('"😀𠮷"');
    expect(() => canonicalJson({ a: [{ b: undefined }] })).toThrow('$.a[0].b');
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reversed(inner)]));
}

const VECTOR = {
  text: '公租房二居室组 第23号',
  publicKey: '04189166101f5d543de51c59a84b609e547a2140aa06575bfc1c7ddbf0d056905dd207d687801650c04ff51f84cfcb128654b72ef045fc3274dc3c53df60c801ae',
  signature: '3045022045b5ce6ccd2e7c56a696a84b0dbb6f4c7d1866db1e3981146cfa26febfe0fc67022100a052cd8375715d96fa0b5883b9dae0aa11985220f689dca37350474bd807137a',
};
