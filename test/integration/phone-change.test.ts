/** Q8, P1, P2, S1: a family's number changes at the window: it is told, signs in and acts at the new one, and nobody does at the old. */
import { familyHandlers } from '../../bff/features/family/handlers';
import { householdHandlers } from '../../bff/features/households/handlers';
import { signInHandlers } from '../../bff/features/sign-in/handlers';
import { identify } from '../../bff/http/callers';
import type { Caller, Handlers } from '../../bff/http/request';
import { systemAct } from '../../bff/kernel';
import { change } from '../../bff/store/change';
import { routes } from '../../shared/contract/routes';
import { HOUR_MS } from '../../shared/shanghai-time';
import { applicants, call, cityStaff, clerk, contentOf, family, isRefusal, reviewer } from '../support/applications';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

const windowStaff: Caller = { kind: 'staff', sessionId: 's', staffId: 'window-1', role: 'window', districts: ['章贡区'] };
const NEW = '13912345678';
const OLD = phoneOf(1);
let world: World;
let handlers: Handlers;
let cut: string[];
beforeEach(async () => {
  world = await buildWorld();
  cut = [];
  const onEnded = (id: string) => void cut.push(id);
  handlers = { ...householdHandlers(world.kernel, onEnded), ...signInHandlers(world.kernel, onEnded), ...familyHandlers(world.kernel) };
});
afterEach(() => world.close());

const code = (answer: unknown) => (isRefusal(answer) ? answer.code : 'granted');
const householdOf = (id: string) => world.store.read(async (tx) => (await tx.households.get(id))!);
const body = (version: number, overrides = {}) => ({ version, phone: NEW, place: '章贡区服务窗口', consent: '申请人到场签字', identityChecked: true, ...overrides });
const changePhone = async (id: string, by: Caller = windowStaff, overrides = {}) => call(handlers, 'changePhone', by, { params: { householdId: id }, body: body((await householdOf(id)).version, overrides) });
/** Signs in as a person does: asks for a code, reads it in the message, types it in. Gives the token. */
async function signIn(phone: string): Promise<string> {
  await call(handlers, 'requestCode', { kind: 'public' } as never, { body: { phone } });
  await world.relay.run();
  const { text } = world.gateway.sent.filter((message) => message.phone === phone && message.text.includes('验证码')).at(-1)!;
  const { token } = await call<{ token: string }>(handlers, 'signIn', { kind: 'public' } as never, { body: { phone, code: /\d{6}/.exec(text)![0] } });
  return token;
}
const callerOf = (token: string) => identify(world.store, world.clock, token);
const homesOf = async (caller: Caller) => (await call<{ households: { id: string }[] }>(handlers, 'getMe', caller)).households.map(({ id }) => id);
const textsTo = (phone: string) => world.gateway.sent.filter((message) => message.phone === phone).map(({ text }) => text);

describe('Q8: a waiting family', () => {
  let id: string;
  beforeEach(async () => {
    await seedLane(world.kernel, { families: [{ group: 'publicRental-2', queueNumber: 1 }, { group: 'publicRental-2', queueNumber: 2 }], homes: 2 }, 1);
    id = (await world.store.read((tx) => tx.households.find({ phoneIndex: world.kernel.crypto.blindIndex('phone', OLD) })))[0]!.id;
  });

  test('signs in with the new number and no longer with the old one; the old one’s sessions end, and both numbers are told', async () => {
    const token = await signIn(OLD);
    expect(await homesOf(await callerOf(token) as Caller)).toEqual([id]);
    expect(await changePhone(id)).toEqual({ householdId: id, version: 2, phoneMasked: '139****5678' });
    expect(await callerOf(token)).toBe('SESSION_EXPIRED');
    expect(cut).toHaveLength(1);
    expect(await homesOf(await callerOf(await signIn(NEW)) as Caller)).toEqual([id]);
    world.clock.nowMs += 2 * HOUR_MS;
    expect(await homesOf(await callerOf(await signIn(OLD)) as Caller)).toEqual([]);
    await world.relay.run();
    expect(textsTo(OLD).filter((text) => text.includes('139****5678'))).toHaveLength(1);
    expect(textsTo(NEW).filter((text) => text.includes('由199****0001改为本号码'))).toHaveLength(1);
    const [entry] = await world.store.read((tx) => tx.ledger.find({ stream: `household.${id}`, type: 'PhoneChanged' }));
    expect(JSON.parse(entry!.detail)).toMatchObject({ actor: { id: 'window-1', role: 'window' }, before: '199****0001', after: '139****5678', place: '章贡区服务窗口', consent: '申请人到场签字', identityChecked: true });
    expect(JSON.stringify(await world.store.read(async (tx) => [await tx.ledger.find({}), (await tx.outbox.find({})).map(({ payload }) => payload)]))).not.toContain(NEW);
  });

  test('a turn that runs unproven is told to the new number as well; what still waited for the old one goes to the new one', async () => {
    await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
    await world.relay.run();
    const [turn] = await world.store.read((tx) => tx.turns.find({ isOpen: true }));
    expect(turn).toMatchObject({ householdId: id, proof: 'none' });
    await change(world.kernel, systemAct('test'), async (work) => {
      const household = (await work.tx.households.get(id))!;
      for (const [name, recipientSealed] of [['own', household.phoneSealed], ['reviewer', world.kernel.crypto.seal('13700000000')]] as const) {
        await work.tell({ id: `sms-waiting-${name}`, topic: 'sms', kind: 'lanePaused', subjectId: turn!.id, recipientSealed, payload: { group: 'publicRental-2', queueNumber: 1, reason: name }, dueAtMs: work.nowMs + HOUR_MS });
      }
    });
    await changePhone(id);
    await world.relay.run();
    expect(textsTo(NEW).some((text) => text.includes('轮到您家选房了'))).toBe(true);
    world.clock.nowMs += 2 * HOUR_MS;
    await world.relay.run();
    expect([NEW, '13700000000', OLD].map((phone) => textsTo(phone).filter((text) => text.includes('选房暂停')).length)).toEqual([1, 1, 0]);
  });

  test('P1, W6: by the window or the reviewer of its district, on the version they saw; nobody else, nothing half', async () => {
    const before = await householdOf(id);
    const elsewhere = (who: Caller) => ({ ...who, districts: ['南康区'] }) as Caller;
    for (const who of [elsewhere(windowStaff), elsewhere(reviewer)]) expect(code(await changePhone(id, who))).toBe('NOT_FOUND');
    for (const who of [cityStaff, clerk]) expect(code(await changePhone(id, who))).toBe('FORBIDDEN');
    expect(await changePhone(id, windowStaff, { phone: '12345678901' })).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'phone' }] } });
    expect(code(await changePhone(id, windowStaff, { phone: OLD }))).toBe('ALREADY_DONE');
    expect(code(await changePhone(id, windowStaff, { version: before.version + 1 }))).toBe('REQUEST_IN_CONFLICT');
    const { body: schema } = routes.changePhone;
    expect([body(1), body(1, { identityChecked: false }), body(1, { consent: '' }), body(1, { place: '' })].map((each) => schema!.safeParse(each).success)).toEqual([true, false, false, false]);
    expect(await householdOf(id)).toEqual(before);
    // Two windows at once: one is told that somebody else did it.
    const race = await Promise.all([NEW, '13987654321'].map((phone) => call(handlers, 'changePhone', windowStaff, { params: { householdId: id }, body: body(before.version, { phone }) })));
    expect(race.map(code).sort()).toEqual(['REQUEST_IN_CONFLICT', 'granted']);
    expect(code(await changePhone(id, reviewer, { phone: '13987650000' }))).toBe('granted');
  });

  test('a number confirmed before is not confirmed any more', async () => {
    await world.store.transact((tx) => tx.contacts.insert({ id, district: '章贡区', state: 'confirmed', askedAtMs: null, confirmedAtMs: 1 }));
    await changePhone(id);
    expect(await world.store.read((tx) => tx.contacts.get(id))).toMatchObject({ state: 'asked', askedAtMs: world.clock.nowMs });
  });
});

test('V1: an application under way goes on under the new number, its supplement too', async () => {
  const people = applicants(world.kernel);
  const { id } = await people.submit(1);
  await people.review(clerk, id, 1, 'sendBack');
  const version = async () => (await world.store.read((tx) => tx.applications.get(id)))!.version;
  await people.ask('saveDraft', family(world.kernel, 1), { params: { applicationId: id }, body: { version: await version(), content: contentOf(1, { address: '解放路9号' }) } });
  await changePhone(id.replace('application-', 'household-'));
  expect(code(await people.ask('getMyApplication', family(world.kernel, 1), { params: { applicationId: id } }))).toBe('NOT_FOUND');
  const owner: Caller = { kind: 'family', sessionId: 's', phoneIndex: world.kernel.crypto.blindIndex('phone', NEW) };
  expect(await people.ask('getMyApplication', owner, { params: { applicationId: id } })).toMatchObject({ problems: [], content: { phone: NEW, address: '解放路9号' } });
  expect(await people.ask('submitApplication', owner, { params: { applicationId: id }, body: { version: await version(), confirm: true } })).toMatchObject({ state: 'levelOne', receiptNumber: 1 });
  expect((await householdOf(id.replace('application-', 'household-'))).phoneIndex).toBe(owner.kind === 'family' ? owner.phoneIndex : '');
});
