/** P2, S1, P1: households found by blind index, masked, revealed on request; re-encryption that changes nothing readable. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { FileVault } from '../../bff/features/attachments/vault';
import { householdHandlers } from '../../bff/features/households/handlers';
import { reseal, resealAll, resealedCollections, resealFiles } from '../../bff/features/households/reseal';
import type { Caller } from '../../bff/http/request';
import { createFieldCrypto, type FieldKeys } from '../../bff/security/field-crypto';
import { applicants, call, cityStaff, clerk, contentOf, isRefusal, reviewer } from '../support/applications';
import { phoneOf } from '../support/build';
import { buildWorld, type World } from '../support/world';

let world: World;
let people: ReturnType<typeof applicants>;
beforeEach(async () => {
  world = await buildWorld();
  people = applicants(world.kernel);
});
afterEach(() => world.close());

const code = (answer: unknown) => (isRefusal(answer) ? answer.code : 'granted');
const window: Caller = { ...cityStaff, role: 'window', districts: ['章贡区'] } as Caller;
const elsewhere: Caller = { ...reviewer, districts: ['赣州经开区'] } as Caller;

describe('found, masked, revealed', () => {
  let householdId: string;
  let applicationId: string;
  const ask = <T = Record<string, unknown>>(name: string, caller: Caller, body?: unknown) => call<T>(householdHandlers(world.kernel, () => undefined), name, caller, { params: { householdId }, body });
  beforeEach(async () => {
    applicationId = (await people.submit(1)).id;
    householdId = applicationId.replace('application-', 'household-');
  });

  test('by identity number or phone, however typed; only in one’s own region; nothing in full', async () => {
    const { identity, members } = contentOf(1);
    for (const body of [{ identity: identity!.toLowerCase() }, { identity: ` ${members![0]!.identity!} ` }, { phone: '199 0000 0001' }]) {
      const found = await ask<{ households: Record<string, unknown>[] }>('searchPeople', clerk, body);
      expect(found.households).toMatchObject([{ id: householdId, applicantMasked: '苏*雨', phoneMasked: '199****0001', applications: [{ id: applicationId, state: 'levelOne' }] }]);
      for (const secret of ['苏小雨', identity!, phoneOf(1)]) expect(JSON.stringify(found)).not.toContain(secret);
    }
    expect(await ask('searchPeople', elsewhere, { phone: phoneOf(1) })).toEqual({ households: [] });
    expect(await ask('searchPeople', clerk, { phone: phoneOf(2) })).toEqual({ households: [] });
    expect(code(await ask('searchPeople', clerk, { identity: identity!.slice(0, 17) + (identity!.endsWith('0') ? '1' : '0') }))).toBe('VALIDATION_FAILED');
    for (const role of ['operator', 'administrator']) expect(code(await ask('searchPeople', { ...cityStaff, role } as Caller, { phone: phoneOf(1) }))).toBe('FORBIDDEN');
  });

  test('S1: who is shown the full value, of what, and why is in the ledger, the value is not', async () => {
    const reveal = (caller: Caller, fields: string[]) => ask('revealHousehold', caller, { fields, reason: '核对证件原件' });
    expect(await reveal(clerk, ['phone'])).toEqual({ householdId, phone: phoneOf(1) });
    expect(await reveal(reviewer, ['names', 'identities', 'address'])).toEqual({
      householdId, address: '解放路1号',
      members: [{ id: expect.any(String), relation: '本人', name: '苏小雨', identity: contentOf(1).identity }, { id: expect.any(String), relation: '配偶', name: '苏大海', identity: contentOf(1).members![0]!.identity }],
    });
    const entries = await world.store.read((tx) => tx.ledger.find({ stream: `household.${householdId}`, type: 'PersonalDataRevealed' }, { sort: [['seq', 'asc']] }));
    expect(entries.map(({ detail }) => JSON.parse(detail) as unknown)).toMatchObject([
      { actor: { id: 'clerk', role: 'streetClerk' }, why: '核对证件原件', fields: ['phone'] }, { actor: { id: 'reviewer' }, fields: ['address', 'identities', 'names'] },
    ]);
    expect(JSON.stringify(entries)).not.toContain(phoneOf(1));
    expect(entries.every(({ open }) => Object.keys(open).length === 0)).toBe(true);
    // P1: the window sees its visitor's own card; the administrator sees nobody.
    expect([await reveal(window, ['phone']), await reveal(elsewhere, ['phone']), await reveal({ ...cityStaff, role: 'administrator' } as Caller, ['phone'])].map(code)).toEqual(['FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND']);
    await people.review(clerk, applicationId, 1, 'reject');
    expect([await reveal(clerk, ['phone']), await reveal(reviewer, ['phone'])].map(code)).toEqual(['FORBIDDEN', 'granted']);
    expect(await world.store.read((tx) => tx.ledger.count({ stream: `household.${householdId}`, type: 'PersonalDataRevealed' }))).toBe(3);
  });
});

describe('re-encryption', () => {
  const key = () => ({ encryptionKey: randomBytes(16), macKey: randomBytes(32) });
  const keysOf = (current: number, versions: FieldKeys['versions']): FieldKeys => ({ current, versions, indexKey: world.keys.field.indexKey });
  /** Every document of every collection, each sealed text opened: what can be read. */
  const readable = async (crypto: ReturnType<typeof createFieldCrypto>) => {
    const opened: string[] = [];
    const walk = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(walk);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'version').map(([name, item]: [string, unknown]) => [name, name.endsWith('Sealed') && typeof item === 'string' && item !== '' ? opened.push(item) && crypto.open(item) : walk(item)]));
    };
    const all = await world.store.read(async (tx) => Promise.all(resealedCollections.map(async (name) => [name, await (tx[name] as unknown as { find(where: object): Promise<unknown[]> }).find({})] as const)));
    return { documents: all.filter(([name]) => name !== 'settings').map(([name, docs]) => [name, walk(docs)]), opened };
  };

  test('P2: everything sealed comes under the new key, nothing readable changes, and a run that was stopped goes on', async () => {
    for (const index of [1, 2, 3]) await people.submit(index);
    await people.draft(4);
    await world.store.transact((tx) => tx.outbox.insert({
      id: 'sms-code', topic: 'sms', kind: 'signInCode', subjectId: 'x', recipientSealed: world.kernel.crypto.seal('1'), payload: { codeSealed: world.kernel.crypto.seal('123456') }, state: 'pending', attempts: 0, createdAtMs: 0,
      dueAtMs: 0, handedAtMs: null, settledAtMs: null, claimedBy: '', claimedUntilMs: 0, gatewayId: '', lastError: '',
    }));
    const before = await readable(world.kernel.crypto);
    const versions = { 1: world.keys.field.versions[1]!, 2: key() };
    const both = createFieldCrypto(keysOf(2, versions));
    const plan = await resealAll(world.store, both, { dryRun: true, batch: 2 });
    expect(plan.resealed).toBeGreaterThan(15);
    expect(await readable(world.kernel.crypto)).toEqual(before);

    // Stopped in the middle: what is done is done, and the next run starts where this one was.
    let looks = 0;
    let seenBefore = 0;
    await expect(resealAll(world.store, both, { dryRun: false, batch: 2, onProgress: ({ seen, resealed }) => {
      seenBefore = seen;
      if (resealed > 0 && (looks += 1) > 3) throw new Error('stopped');
    } })).rejects.toThrow('stopped');
    const rest = await resealAll(world.store, both, { dryRun: false, batch: 2 });
    expect(rest.resealed).toBeLessThan(plan.resealed);
    // One more than was left: the bookmark itself.
    expect(rest.seen).toBeLessThanOrEqual(plan.seen - seenBefore + 1);
    expect(await resealAll(world.store, both, { dryRun: false })).toMatchObject({ resealed: 0 });

    // The old key is retired: everything is read with the new one alone, and says what it said.
    const after = await readable(createFieldCrypto(keysOf(2, { 2: versions[2] })));
    expect(after.documents).toEqual(before.documents);
    expect(after.opened.length).toBe(before.opened.length);
    // Nothing sealed hides under another name, and none is in the ledger, which cannot be resealed.
    const everything = await world.store.read(async (tx) => JSON.stringify([await tx.ledger.find({}), ...(await Promise.all(resealedCollections.map((name) => (tx[name] as unknown as { find(where: object): Promise<unknown[]> }).find({}))))]));
    expect(everything).not.toMatch(/\bs1\.1\./);
    expect(JSON.stringify(await world.store.read((tx) => tx.ledger.find({})))).not.toMatch(/\bs1\.\d/);
  });

  test('files as well; one that is missing or done already is left', async () => {
    const versions = { 1: key(), 2: key() };
    const dir = path.join(world.dir, 'attachments');
    const old = new FileVault(dir, createFieldCrypto(keysOf(1, { 1: versions[1] })));
    const bytes = randomBytes(100_000);
    await old.keep('file-aa', bytes);
    await world.store.transact(async (tx) => {
      for (const fileId of ['file-aa', 'file-gone']) await tx.attachments.insert({ id: fileId, applicationId: 'a', fileId, kind: 'other', nameSealed: '', contentType: 'image/png', bytes: 1, state: 'removed', scan: 'clean', uploadedAtMs: 0, removedAtMs: null });
    });
    const both = new FileVault(dir, createFieldCrypto(keysOf(2, versions)));
    expect(await resealFiles(world.store, both, { dryRun: true })).toEqual({ seen: 2, resealed: 1 });
    expect(await resealFiles(world.store, both, { dryRun: false })).toEqual({ seen: 2, resealed: 1 });
    expect(await resealFiles(world.store, both, { dryRun: false })).toEqual({ seen: 2, resealed: 0 });
    expect((await new FileVault(dir, createFieldCrypto(keysOf(2, { 2: versions[2] }))).read('file-aa'))!.equals(bytes)).toBe(true);
    await expect(old.read('../../etc/passwd')).rejects.toThrow(RangeError);
  });

  test('P2: any text, any file, any number of keys: the same value under the current key; what is current is not touched', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 3 }), async (text, bytes, was) => {
      const versions = { 1: world.keys.field.versions[1]!, 2: { encryptionKey: Buffer.alloc(16, 2), macKey: Buffer.alloc(32, 3) }, 3: { encryptionKey: Buffer.alloc(16, 4), macKey: Buffer.alloc(32, 5) } };
      const earlier = createFieldCrypto(keysOf(was, versions));
      const now = createFieldCrypto(keysOf(3, versions));
      const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
      const document = { id: 'x', nameSealed: earlier.seal(wellFormed), inner: [{ codeSealed: earlier.seal(wellFormed) }], emptySealed: '', noneSealed: null };
      const fresh = reseal(document, now);
      expect(fresh === document).toBe(was === 3);
      expect([fresh.nameSealed, fresh.inner[0]!.codeSealed].map((sealed) => [now.keyVersionOf(sealed), now.open(sealed)])).toEqual([[3, wellFormed], [3, wellFormed]]);
      expect((await now.openBytes(await earlier.sealBytes(Buffer.from(bytes)))).equals(Buffer.from(bytes))).toBe(true);
    }), { numRuns: 50 });
  });
});
