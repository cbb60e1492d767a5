import { maskIdentity, maskName, maskPhone } from '../../../bff/security/masking';
import { DUMMY_HASH, hashPassword, verifyPassword } from '../../../bff/security/passwords';
import { newSignInCode, newToken, tokenId } from '../../../bff/security/tokens';

describe('P2 masking', () => {
  it.each([
    ['苏雨', '苏*'], ['苏小雨', '苏*雨'], ['欧阳小明', '欧**明'], ['李', '*'], ['', ''], [' 苏雨 ', '苏*'],
    ['𠮷小雨', '𠮷*雨'], ['阿依古丽·买买提', '阿******提'],
  ])('name %s → %s', (name, masked) => expect(maskName(name)).toBe(masked));

  it.each([
    ['13812341234', '138****1234'], ['+86 138-1234-1234', '138****1234'], ['07978123456', '*********56'], ['110', '***'], ['', ''],
  ])('phone %s → %s', (phone, masked) => expect(maskPhone(phone)).toBe(masked));

  it.each([
    ['360702199001011234', '360***********1234'], ['36070219900101123X', '360***********123X'], ['360702900101123', '360********1123'],
    ['H12345678', 'H******78'], ['12345', '*****'], ['', ''],
  ])('identity %s → %s', (identity, masked) => expect(maskIdentity(identity)).toBe(masked));
});

describe('staff passwords', () => {
  it('are argon2id at the stated cost, and match only themselves', async () => {
    const stored = await hashPassword('正确的密码 1');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(stored, '正确的密码 1')).toBe(true);
    expect(await verifyPassword(stored, '正确的密码 2')).toBe(false);
  });

  it('P1: an unknown account takes the same work and never succeeds', async () => {
    // Same parameters means same work; a dummy that fell behind a raised cost would give accounts away.
    const stored = await hashPassword('x');
    expect(DUMMY_HASH.split('$').slice(0, 4)).toEqual(stored.split('$').slice(0, 4));
    expect(DUMMY_HASH.length).toBe(stored.length);
    expect(await verifyPassword(null, 'x')).toBe(false);
    expect(await verifyPassword('', 'x')).toBe(false);
    const spent = async (hash: string | null) => {
      const started = process.hrtime.bigint();
      await verifyPassword(hash, 'wrong');
      return Number(process.hrtime.bigint() - started) / 1e6;
    };
    expect(await spent(null)).toBeGreaterThan((await spent(stored)) / 5);
  });

  it('refuse absurd input before it costs anything', async () => {
    await expect(hashPassword('')).rejects.toThrow(RangeError);
    await expect(hashPassword('x'.repeat(1025))).rejects.toThrow(RangeError);
    expect(await verifyPassword(null, 'x'.repeat(100_000))).toBe(false);
  });
});

describe('tokens and codes', () => {
  it('tokens are 32 random bytes; what is stored is their SM3', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    expect(tokens.every((token) => Buffer.from(token, 'base64url').length === 32 && token.length === 43)).toBe(true);
    expect(tokenId('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
  });

  it('codes are six digits, spread evenly, leading zeros included', () => {
    const codes = Array.from({ length: 10_000 }, newSignInCode);
    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
    const byFirstDigit = new Array<number>(10).fill(0);
    for (const code of codes) byFirstDigit[Number(code[0])]! += 1;
    // 1000 expected in each; 200 off is more than six standard deviations.
    expect(byFirstDigit.every((count) => Math.abs(count - 1000) < 200)).toBe(true);
  });
});
