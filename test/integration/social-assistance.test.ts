/** V4: applications from 社会救助一件事, signed and taken once; what becomes of them is reported back, also after the partner was away. */
import { createHttpExchange } from '../../bff/adapters/social-assistance/http-exchange';
import { startSocialAssistanceSimulator, type SocialAssistanceSimulator } from '../../bff/adapters/social-assistance/simulator';
import { createSmsTemplates } from '../../bff/adapters/sms/templates';
import { duePublicities } from '../../bff/features/publicity/due-publicities';
import { OutboxRelay } from '../../bff/jobs/outbox-relay';
import { MINUTE_MS, startOfDay } from '../../shared/shanghai-time';
import { applicants, clerk, contentOf, family, isRefusal, reviewer } from '../support/applications';
import { startDemo } from '../support/service';
import { buildWorld, MORNING_MS, type World } from '../support/world';
import { exchangeHandlers } from '../../bff/features/applications/exchange-handlers';
import { exchangeHeaders, signatureHeaders } from '../../bff/adapters/sms/message-signature';
import type { ApiRequest } from '../../bff/http/request';

const appKey = 'an app key of the exchange';
const callbackKey = 'a callback key of the exchange';
const url = '/api/exchange/social-assistance/applications';

describe('V4: what arrives is taken once, and what becomes of it is reported', () => {
  let world: World;
  let people: ReturnType<typeof applicants>;
  let partner: SocialAssistanceSimulator;
  let relay: OutboxRelay;
  let exchange: ReturnType<typeof createHttpExchange>;
  beforeEach(async () => {
    world = await buildWorld();
    people = applicants(world.kernel);
    partner = await startSocialAssistanceSimulator({ appKey, callbackKey, clock: world.clock });
    exchange = createHttpExchange({ baseUrl: partner.url, appKey, callbackKey, clock: world.clock, timeoutMs: 2_000 });
    relay = new OutboxRelay(world.kernel, { sms: world.gateway, templates: createSmsTemplates(), subscription: null, announce: () => Promise.resolve(), exchange }, 'exchange', ['exchange']);
  });
  afterEach(async () => {
    await partner.close();
    await world.close();
  });

  const receive = async (body: unknown, headers?: Record<string, string>) => {
    const rawBody = JSON.stringify(body);
    const answer = await exchangeHandlers(world.kernel, exchange).receiveSocialAssistance!({ caller: { kind: 'public' }, params: {}, query: {}, body, rawBody, headers: headers ?? signatureHeaders(callbackKey, world.clock.nowMs, rawBody, exchangeHeaders), idempotencyKey: '', address: '', traceId: '' } as unknown as ApiRequest<'receiveSocialAssistance'>);
    return isRefusal(answer) ? answer : (answer as { applicationId: string; receiptNumber: number; submittedAtMs: number });
  };
  const steps = () => partner.reports.map(({ caseNumber, step }) => `${caseNumber} ${step}`);

  test('taken once, submitted at once, owned by the phone it names; every step reported, none lost while the partner is away', async () => {
    const sent = { caseNumber: 'SA-2026-0001', content: contentOf(1) };
    const taken = await receive(sent);
    expect(taken).toMatchObject({ receiptNumber: 1, submittedAtMs: MORNING_MS });
    const { applicationId: id } = taken as { applicationId: string };
    world.clock.nowMs += MINUTE_MS;
    expect(await receive({ content: contentOf(1), caseNumber: 'SA-2026-0001' })).toEqual(taken);
    expect(await receive({ ...sent, content: contentOf(1, { bedrooms: 1 }) })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await world.store.read((tx) => tx.applications.count({}))).toBe(1);
    expect(await people.ask('getMyApplication', family(world.kernel, 1), { params: { applicationId: id } })).toMatchObject({ state: 'levelOne', receiptNumber: 1 });

    await relay.run();
    expect(steps()).toEqual(['SA-2026-0001 submitted']);
    // The family's relay never touches these, and a partner that is away costs it nothing.
    partner.failWith(503);
    await people.review(clerk, id, 1);
    await world.tick();
    expect(world.gateway.sent.filter(({ text }) => text.includes('受理号1'))).toHaveLength(2);
    await relay.run();
    expect(steps()).toHaveLength(1);
    const [waiting] = await world.store.read((tx) => tx.outbox.find({ topic: 'exchange', state: 'pending' }));
    expect(waiting).toMatchObject({ attempts: 1, lastError: expect.stringContaining('503') });
    partner.failWith(null);
    world.clock.nowMs = waiting!.dueAtMs;
    await relay.run();
    expect(steps()).toEqual(['SA-2026-0001 submitted', 'SA-2026-0001 firstPublicity']);

    world.clock.nowMs = startOfDay('2026-06-08');
    await duePublicities.run(world.kernel);
    await people.review(reviewer, id, 2, 'reject');
    await relay.run();
    expect(steps().slice(2).sort()).toEqual(['SA-2026-0001 levelTwo', 'SA-2026-0001 rejected']);
    expect(JSON.stringify(partner.reports)).not.toContain('苏小雨');
    // An application of the family's own is nobody else's business.
    await people.submit(2);
    await relay.run();
    expect(partner.reports).toHaveLength(4);
  });

  test('what cannot be taken leaves nothing, and may be sent again put right', async () => {
    const bad = await receive({ caseNumber: 'SA-2', content: contentOf(1, { street: '不存在的街' }) });
    expect(bad).toMatchObject({ code: 'VALIDATION_FAILED', extras: { fields: [{ path: 'content.street' }] } });
    expect(await receive({ caseNumber: 'SA-2', content: {} })).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await world.store.read(async (tx) => [await tx.applications.count({}), await tx.households.count({}), await tx.ledger.count({}), await tx.outbox.count({})])).toEqual([0, 0, 0, 0]);
    expect(await receive({ caseNumber: 'SA-2', content: contentOf(1) })).toMatchObject({ receiptNumber: 1 });
    // V3: the same people under another case number.
    expect(await receive({ caseNumber: 'SA-3', content: contentOf(1, { phone: contentOf(2).phone! }) })).toMatchObject({ code: 'PERSON_IN_OPEN_CASE' });
    // Twice at the same moment: once.
    const both = await Promise.all([receive({ caseNumber: 'SA-4', content: contentOf(4) }), receive({ caseNumber: 'SA-4', content: contentOf(4) })]);
    expect(both[0]).toEqual(both[1]);
    expect(await world.store.read((tx) => tx.applications.count({ externalId: 'SA-4' }))).toBe(1);
  });

  test('unsigned, signed with another key, altered, or too old: not listened to', async () => {
    const body = { caseNumber: 'SA-5', content: contentOf(1) };
    const raw = JSON.stringify(body);
    const now = world.clock.nowMs;
    for (const headers of [{}, signatureHeaders(appKey, now, raw, exchangeHeaders), signatureHeaders(callbackKey, now, `${raw} `, exchangeHeaders), signatureHeaders(callbackKey, now - 6 * MINUTE_MS, raw, exchangeHeaders), signatureHeaders(callbackKey, now, raw)]) {
      expect(await receive(body, headers)).toMatchObject({ code: 'SIGNATURE_INVALID' });
    }
    expect(await world.store.read((tx) => tx.applications.count({}))).toBe(0);
  });
});

test('V4: over HTTP, against the running service: the partner’s own signature, the report on the way back', async () => {
  let clock = { now: () => Date.now() };
  const partner = await startSocialAssistanceSimulator({ appKey, callbackKey, clock: { now: () => clock.now() } });
  const demo = await startDemo({ socialAssistance: { url: partner.url, appKey, callbackKey } });
  try {
    // The demonstration's clock is not the wall's; the partner keeps the same time here.
    clock = demo.service.kernel.clock;
    expect((await demo.call('POST', url, { body: { caseNumber: 'SA-10', content: contentOf(600) } })).status).toBe(401);
    expect(await partner.send(`${demo.url}${url}`, { caseNumber: 'SA-10', content: contentOf(600) })).toMatchObject({ kind: 'answer', status: 201, body: { receiptNumber: 1 } });
    for (let tries = 0; tries < 60 && partner.reports.length === 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(partner.reports).toMatchObject([{ caseNumber: 'SA-10', step: 'submitted', receiptNumber: 1 }]);
  } finally {
    await demo.close();
    await partner.close();
  }
});
