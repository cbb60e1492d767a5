/** The service over HTTP and sockets: the whole job, and everything that must be refused with its documented code. */
import { io, type Socket } from 'socket.io-client';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import type { HomeList, LiveView, Me, Receipt } from '../../shared/contract/schemas';
import { errorCatalogue, type Problem } from '../../shared/errors';
import { verifySignature } from '../../bff/security/signer';
import { laneStream } from '../../bff/store/ledger';
import { startDemo, type Running } from '../support/service';

const HOUR = 3_600_000;
let app: Running;
beforeAll(async () => {
  app = await startDemo();
}, 30_000);
afterAll(() => app.close());

/** Every answer fits the contract: status and shape. */
function expectContract(name: RouteName, answer: { status: number; body: unknown }): void {
  const route: Route = routes[name];
  expect(answer.status).toBe(route.status ?? 200);
  const parsed = route.answer.safeParse(answer.body);
  expect(parsed.success ? [] : parsed.error.issues).toEqual([]);
}
function expectProblem(answer: { status: number; body: unknown; headers: Headers }, code: keyof typeof errorCatalogue): Problem {
  const problem = answer.body as Problem;
  expect(problem).toMatchObject({ code, status: errorCatalogue[code].status, title: errorCatalogue[code].title });
  expect(answer.status).toBe(errorCatalogue[code].status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(problem.traceId).toMatch(/^[0-9a-f-]{36}$/);
  return problem;
}
const live = async (laneId: string) => (await app.call<LiveView>('GET', `/api/lanes/${laneId}/live`)).body;
async function familyOnStage(laneId?: string) {
  const stage = await app.onStage(laneId);
  const token = await app.signIn(stage.phone);
  const me = (await app.call<Me>('GET', '/api/me', { token })).body;
  const place = me.households[0]!.places[0]!;
  const homes = (await app.call<HomeList>('GET', `/api/me/tickets/${place.ticketId}/homes`, { token })).body.homes;
  return { ...stage, token, place, homes };
}
let keys = 0;
const newKey = () => `test-key-${String((keys += 1)).padStart(4, '0')}`;

test('Q4, S4: a family picks, gets a signed receipt anyone can check, and the turn moves on', async () => {
  const { token, place, homes, laneId, queueNumber } = await familyOnStage();
  const before = await live(laneId);
  const key = newKey();
  const answer = await app.call<Receipt>('POST', `/api/me/tickets/${place.ticketId}/picks`, { token, key, body: { listingId: homes[0]!.id } });
  expectContract('pickHome', answer);
  expect(verifySignature(answer.body.publicKey, answer.body.body, answer.body.signature)).toBe(true);
  expect((await app.call('POST', '/api/receipt-checks', { body: { body: answer.body.body, signature: answer.body.signature, keyId: answer.body.keyId } })).body).toEqual({ valid: true, inLedger: true });
  const forged = answer.body.body.replace(/"rentFen":\d+/, '"rentFen":1');
  expect((await app.call('POST', '/api/receipt-checks', { body: { body: forged, signature: answer.body.signature, keyId: answer.body.keyId } })).body).toEqual({ valid: false, inLedger: false });

  const after = await live(laneId);
  expect(after.remaining).toBe(before.remaining - 1);
  expect(after.turn?.queueNumber).not.toBe(queueNumber);
  expect(after.recent[0]).toMatchObject({ queueNumber, outcome: 'picked' });
  expect(after.seq).toBeGreaterThan(before.seq);

  const again = await app.call('POST', `/api/me/tickets/${place.ticketId}/picks`, { token, key, body: { listingId: homes[0]!.id } });
  expect(again.body).toEqual(answer.body);
  expectProblem(await app.call('POST', `/api/me/tickets/${place.ticketId}/picks`, { token, key, body: { listingId: homes[1]!.id } }), 'IDEMPOTENCY_KEY_REUSED');
  const refused = expectProblem(await app.call('POST', `/api/me/tickets/${place.ticketId}/picks`, { token, key: newKey(), body: { listingId: homes[1]!.id } }), 'ALREADY_PICKED');
  expect(refused.view).toMatchObject({ laneId });
  expectContract('getReceipt', await app.call('GET', `/api/me/tickets/${place.ticketId}/receipt`, { token }));
});

test('every public and personal answer fits the contract', async () => {
  const { token, place, laneId } = await familyOnStage();
  const communities = await app.call<{ communities: { id: string }[] }>('GET', '/api/communities');
  expectContract('health', await app.call('GET', '/healthz'));
  expectContract('listLanes', await app.call('GET', '/api/lanes'));
  expectContract('getLive', await app.call('GET', `/api/lanes/${laneId}/live`));
  expectContract('listCommunities', communities);
  expectContract('getUnitTable', await app.call('GET', `/api/communities/${communities.body.communities[0]!.id}/unit-table`));
  expectContract('listLedgerStreams', await app.call('GET', '/api/ledger'));
  expectContract('getLedger', await app.call('GET', `/api/ledger/${laneStream(laneId)}?afterSeq=1&limit=2`));
  expectContract('getSigningKey', await app.call('GET', '/api/signing-key'));
  expectContract('getMe', await app.call('GET', '/api/me', { token }));
  expectContract('listMyHomes', await app.call('GET', `/api/me/tickets/${place.ticketId}/homes`, { token }));
  expectContract('getDemoClock', await app.call('GET', '/api/demo/clock'));
  expectContract('getDemoCast', await app.call('GET', '/api/demo/cast'));
  const openapi = await app.call<{ openapi: string; paths: Record<string, unknown> }>('GET', '/openapi.json');
  expect(openapi.body.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.body.paths)).toEqual(expect.arrayContaining(['/api/lanes/{laneId}/live', '/api/me/tickets/{ticketId}/picks']));
  expect((await app.call<{ text: string }>('GET', '/metrics')).body.text).toContain('http_request_seconds');
  expect((await app.call<{ text: string }>('GET', '/docs')).body.text).toContain('/api/me/tickets/:ticketId/picks');
});

describe('bad input gets its code and changes nothing', () => {
  let family: Awaited<ReturnType<typeof familyOnStage>>;
  let picksRoute: string;
  let ledgerBefore: unknown;
  // The other lanes live their own life meanwhile.
  const ledger = async () => [(await live('zhanggong-1')).seq, await app.service.kernel.store.read((tx) => tx.picks.count({}))];
  beforeAll(async () => {
    family = await familyOnStage('zhanggong-1');
    picksRoute = `/api/me/tickets/${family.place.ticketId}/picks`;
    // Its notification's receipt is an entry too, and comes in its own time.
    while ((await app.service.kernel.store.read((tx) => tx.turns.find({ laneId: 'zhanggong-1', isOpen: true })))[0]?.proof === 'none') await new Promise((resolve) => setTimeout(resolve, 20));
    ledgerBefore = await ledger();
  });
  afterAll(async () => {
    expect(await ledger()).toEqual(ledgerBefore);
  });
  const post = (body: unknown, options: Record<string, unknown> = {}) => app.call('POST', picksRoute, { token: family.token, key: newKey(), body, ...options });

  test('malformed JSON', async () => expectProblem(await post('{"listingId":'), 'MALFORMED_JSON'));
  test('unknown fields', async () => {
    const problem = expectProblem(await post({ listingId: family.homes[0]!.id, price: 0, __proto__x: 1 }), 'VALIDATION_FAILED');
    expect(problem.fields?.map((f) => f.path).sort()).toEqual(['__proto__x', 'price']);
  });
  test.each([[{}], [{ listingId: 7 }], [{ listingId: null }], [{ listingId: ['a'] }], [{ listingId: { $ne: null } }], [{ listingId: { $gt: '' } }], [{ listingId: '' }], [{ listingId: 'x'.repeat(65) }], [{ listingId: '../../etc' }], [[]], ['"text"'], ['null']])('wrong types, and objects where strings belong: %j', async (body) => {
    expectProblem(await post(body), 'VALIDATION_FAILED');
  });
  test('every failing field is named', async () => {
    const problem = expectProblem(await app.call('POST', '/api/sign-in/sessions', { body: { phone: { $regex: '.*' }, code: 12 } }), 'VALIDATION_FAILED');
    expect(problem.fields?.map((f) => f.path).sort()).toEqual(['code', 'phone']);
    for (const field of problem.fields ?? []) expect(field.message).toMatch(/[\u4e00-\u9fff]/);
  });
  test('oversize body', async () => expectProblem(await post({ listingId: 'x'.repeat(200_000) }), 'BODY_TOO_LARGE'));
  test('not JSON', async () => expectProblem(await post('listingId=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 'UNSUPPORTED_MEDIA_TYPE'));
  test('no session, a forged one, a staff one', async () => {
    expectProblem(await app.call('POST', picksRoute, { key: newKey(), body: { listingId: 'x' } }), 'SIGN_IN_REQUIRED');
    expectProblem(await post({ listingId: 'x' }, { token: 'A'.repeat(43) }), 'SIGN_IN_REQUIRED');
    expectProblem(await post({ listingId: 'x' }, { token: `${family.token.slice(0, -1)}${family.token.endsWith('A') ? 'B' : 'A'}` }), 'SIGN_IN_REQUIRED');
    expectProblem(await post({ listingId: 'x' }, { token: await app.staff('window') }), 'FORBIDDEN');
  });
  test('no idempotency key, or one that is none', async () => {
    expectProblem(await app.call('POST', picksRoute, { token: family.token, body: { listingId: family.homes[0]!.id } }), 'IDEMPOTENCY_KEY_REQUIRED');
    expectProblem(await post({ listingId: family.homes[0]!.id }, { key: 'short' }), 'VALIDATION_FAILED');
  });
  test('another family\'s ticket is as good as none', async () => {
    const other = await familyOnStage('jingkai-2');
    expectProblem(await app.call('POST', picksRoute, { token: other.token, key: newKey(), body: { listingId: family.homes[0]!.id } }), 'NOT_FOUND');
    expectProblem(await app.call('GET', `/api/me/tickets/${family.place.ticketId}/homes`, { token: other.token }), 'NOT_FOUND');
    expectProblem(await app.call('GET', `/api/me/tickets/${family.place.ticketId}/receipt`, { token: other.token }), 'NOT_FOUND');
  });
  test('a home of another lane', async () => {
    const other = await familyOnStage('jingkai-2');
    expectProblem(await post({ listingId: other.homes[0]!.id }), 'HOME_NOT_IN_LANE');
  });
  test('Q4: somebody else\'s turn', async () => {
    const waiting = (await live('zhanggong-1')).next[0]!;
    const ticket = await app.service.kernel.store.read(async (tx) => (await tx.tickets.find({ group: waiting.group, queueNumber: waiting.queueNumber }))[0]!);
    const household = await app.service.kernel.store.read(async (tx) => (await tx.households.get(ticket.householdId))!);
    const token = await app.signIn(app.service.kernel.crypto.open(household.phoneSealed));
    const problem = expectProblem(await app.call('POST', `/api/me/tickets/${ticket.id}/picks`, { token, key: newKey(), body: { listingId: family.homes[0]!.id } }), 'NOT_YOUR_TURN');
    expect(problem.view).toMatchObject({ laneId: 'zhanggong-1' });
  });
  test('routes and methods that are not', async () => {
    expectProblem(await app.call('GET', '/api/nothing'), 'NOT_FOUND');
    expectProblem(await app.call('GET', '/api/lanes/nowhere-9/live'), 'NOT_FOUND');
    expectProblem(await app.call('DELETE', '/api/lanes'), 'METHOD_NOT_ALLOWED');
    expectProblem(await app.call('GET', '/api/ledger/office'), 'NOT_FOUND');
    expectProblem(await app.call('GET', '/api/ledger/lane.zhanggong-1?afterSeq[$gt]=0'), 'VALIDATION_FAILED');
    expectProblem(await app.call('GET', '/..%2f..%2fpackage.json'), 'NOT_FOUND');
  });
  test('S3: nothing acts on being opened', async () => expectProblem(await app.call('GET', picksRoute, { token: family.token }), 'METHOD_NOT_ALLOWED'));
  test('staff acts: by staff, of the right role, with a reason', async () => {
    expectProblem(await app.call('POST', '/api/staff/lanes/zhanggong-1/pause', { body: { reason: '测试' } }), 'SIGN_IN_REQUIRED');
    expectProblem(await app.call('POST', '/api/staff/lanes/zhanggong-1/pause', { token: await app.staff('window'), body: { reason: '测试' } }), 'FORBIDDEN');
    expectProblem(await app.call('POST', '/api/staff/lanes/zhanggong-1/pause', { token: await app.staff('city'), body: {} }), 'VALIDATION_FAILED');
    expectProblem(await app.call('POST', '/api/staff/lanes/zhanggong-1/open', { token: await app.staff('city'), body: { reason: '测试' } }), 'LANE_ALREADY_OPEN');
    expectProblem(await app.call('POST', '/api/staff/sessions', { body: { account: 'city', password: 'wrong' } }), 'CREDENTIALS_WRONG');
    expectProblem(await app.call('POST', '/api/staff/sessions', { body: { account: 'nobody', password: 'wrong' } }), 'CREDENTIALS_WRONG');
  });
  test('a receipt with a wrong signature', async () => {
    expectProblem(await app.call('POST', '/api/callbacks/sms-receipts', { body: { gatewayId: 'x', status: 'delivered', atMs: 1 } }), 'SIGNATURE_INVALID');
  });
});

describe('sign-in', () => {
  test('the code is sent only by message; a resend keeps it; wrong tries are bounded', async () => {
    const phone = '19900007777';
    const asked = await app.call('POST', '/api/sign-in/codes', { body: { phone } });
    expectContract('requestCode', asked);
    expect(JSON.stringify(asked.body)).not.toMatch(/\d{6}/);
    expect(expectProblem(await app.call('POST', '/api/sign-in/codes', { body: { phone } }), 'RATE_LIMITED').retryAfterS).toBeGreaterThan(0);
    await app.call('POST', '/api/demo/clock/travel', { body: { byMs: 61_000 } });
    expectContract('requestCode', await app.call('POST', '/api/sign-in/codes', { body: { phone } }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const codes = app.service.simulator!.messages({ phone }).map((m) => /验证码(\d{6})/.exec(m.text)?.[1]);
    expect(codes).toHaveLength(2);
    expect(codes[0]).toBe(codes[1]);
    const wrong = codes[0] === '000000' ? '000001' : '000000';
    for (let i = 0; i < 5; i += 1) expectProblem(await app.call('POST', '/api/sign-in/sessions', { body: { phone, code: wrong } }), 'CODE_WRONG');
    expectProblem(await app.call('POST', '/api/sign-in/sessions', { body: { phone, code: codes[0] } }), 'CODE_ATTEMPTS_EXCEEDED');
  });
  test('a code works once, and ends', async () => {
    const phone = '19900007778';
    const token = await app.signIn(phone);
    const code = /验证码(\d{6})/.exec(app.service.simulator!.messages({ phone })[0]!.text)![1];
    expectProblem(await app.call('POST', '/api/sign-in/sessions', { body: { phone, code } }), 'CODE_EXPIRED');
    expectContract('getMe', await app.call('GET', '/api/me', { token }));
    expectContract('signOut', await app.call('DELETE', '/api/sign-in/sessions', { token }));
    expectProblem(await app.call('GET', '/api/me', { token }), 'SIGN_IN_REQUIRED');
  });
});

test('Q10: the window picks for a family that asks for help; recorded as assisted', async () => {
  const stage = await app.onStage('zhanggong-2');
  const token = await app.staff('window');
  const found = await app.call<{ place: { ticketId: string } }>('GET', `/api/staff/tickets?group=${stage.group}&queueNumber=${stage.queueNumber}`, { token });
  const [listing] = await app.service.kernel.store.read((tx) => tx.listings.find({ laneId: 'zhanggong-2', state: 'available' }, { limit: 1 }));
  const ticket = await app.service.kernel.store.read(async (tx) => (await tx.tickets.get(found.body.place?.ticketId ?? ''))!);
  const household = ticket === null ? null : await app.service.kernel.store.read((tx) => tx.households.get(ticket.householdId));
  expect(household?.district).toBe('章贡区');
  expectContract('findTicket', found);
  const answer = await app.call<Receipt>('POST', `/api/staff/tickets/${ticket.id}/assisted-picks`, { token, key: newKey(), body: { listingId: listing!.id, place: '章贡区服务窗口', consent: '本人到场签字' } });
  expectContract('assistedPick', answer);
  expect(answer.body.content.assisted).toBe(true);
  const entry = await app.service.kernel.store.read(async (tx) => (await tx.ledger.find({ stream: laneStream('zhanggong-2'), type: 'HomePicked' }, { sort: [['seq', 'desc']], limit: 1 }))[0]!);
  expect(JSON.parse(entry.detail)).toMatchObject({ actor: { kind: 'staff', id: 'staff-window', role: 'window' }, assisted: { place: '章贡区服务窗口', consent: '本人到场签字' } });
  // Another district's family is not this window's.
  const far = await app.onStage('jingkai-3');
  expectProblem(await app.call('GET', `/api/staff/tickets?group=${far.group}&queueNumber=${far.queueNumber}`, { token }), 'NOT_FOUND');
});

test('T6: staff pause a lane: picks wait, time is given back, families are told', async () => {
  const token = await app.staff('city');
  const family = await familyOnStage('rongjiang-1');
  const before = await live('rongjiang-1');
  expectContract('pauseLane', await app.call('POST', '/api/staff/lanes/rongjiang-1/pause', { token, body: { reason: '网络检修' } }));
  expectProblem(await app.call('POST', `/api/me/tickets/${family.place.ticketId}/picks`, { token: family.token, key: newKey(), body: { listingId: family.homes[0]!.id } }), 'LANE_PAUSED');
  await app.call('POST', '/api/demo/clock/travel', { body: { byMs: 2 * HOUR } });
  expectContract('resumeLane', await app.call('POST', '/api/staff/lanes/rongjiang-1/resume', { token: await app.staff('city'), body: { reason: '检修完成' } }));
  const movedMs = (await live('rongjiang-1')).turn!.deadlineMs! - before.turn!.deadlineMs!;
  expect(movedMs).toBeGreaterThanOrEqual(2 * HOUR);
  expect(movedMs).toBeLessThan(2 * HOUR + 60_000);
});

test('a late pick by one millisecond: TURN_OVER, and the turn has moved on', async () => {
  const family = await familyOnStage('jingkai-1');
  const { nowMs } = (await app.call<{ nowMs: number }>('GET', '/api/demo/clock')).body;
  const deadlineMs = (await live('jingkai-1')).turn!.deadlineMs!;
  await app.call('POST', '/api/demo/clock/travel', { body: { byMs: deadlineMs - nowMs } });
  const problem = expectProblem(await app.call('POST', `/api/me/tickets/${family.place.ticketId}/picks`, { token: family.token, key: newKey(), body: { listingId: family.homes[0]!.id } }), 'TURN_OVER');
  expect((problem.view as LiveView).turn?.queueNumber).not.toBe(family.queueNumber);
});

test('500 requests racing for one home: exactly one wins, all are answered', async () => {
  // The test before stopped at one lane's deadline; this lane's is due any moment. On to the family after it.
  await app.call('POST', '/api/demo/clock/travel', { body: { byMs: 60_000 } });
  const family = await familyOnStage('rongjiang-2');
  const answers = await Promise.all(Array.from({ length: 500 }, () => app.call('POST', `/api/me/tickets/${family.place.ticketId}/picks`, { token: family.token, key: newKey(), body: { listingId: family.homes[0]!.id } })));
  const codes: Record<string, number> = {};
  for (const { status, body } of answers) {
    const code = status === 201 ? 'picked' : (body as unknown as Problem).code;
    codes[code] = (codes[code] ?? 0) + 1;
  }
  expect(codes).toEqual({ picked: 1, ALREADY_PICKED: 499 });
}, 30_000);

describe('sockets', () => {
  const sockets: Socket[] = [];
  const connect = (namespace: string, auth: Record<string, unknown> = {}) => {
    const socket = io(`${app.url}${namespace}`, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
    sockets.push(socket);
    return socket;
  };
  const watch = (socket: Socket, lanes: unknown) => new Promise<{ views?: LiveView[]; code?: string }>((resolve) => socket.emit('watch', lanes, resolve));
  const once = <T>(socket: Socket, event: string) => new Promise<T>((resolve) => socket.once(event, resolve));
  afterAll(() => sockets.forEach((socket) => socket.close()));

  test('a watcher gets the snapshot, then every change in sequence; the family is told that something is its own', async () => {
    const family = await familyOnStage('jingkai-2');
    const watcher = connect('/live');
    const { views } = await watch(watcher, ['jingkai-2']);
    expect(routes.getLive.answer.safeParse(views![0]).success).toBe(true);
    const mine = connect('/family', { token: family.token });
    await once(mine, 'connect');
    const heard = once<LiveView>(watcher, 'live');
    const told = once<{ ticketId: string; laneId: string }>(mine, 'place');
    await app.call('POST', `/api/me/tickets/${family.place.ticketId}/passes`, { token: family.token, key: newKey(), body: { confirm: true } });
    expect((await heard).seq).toBeGreaterThan(views![0]!.seq);
    expect((await heard).turn?.queueNumber).not.toBe(family.queueNumber);
    expect(await told).toMatchObject({ ticketId: family.place.ticketId, laneId: 'jingkai-2' });
  });
  test.each([[['nowhere-1'], 'NOT_FOUND'], [[], 'VALIDATION_FAILED'], [[{ $ne: 1 }], 'VALIDATION_FAILED'], ['jingkai-2', 'VALIDATION_FAILED'], [Array.from({ length: 33 }, () => 'jingkai-2'), 'VALIDATION_FAILED'], [['household:1'], 'VALIDATION_FAILED']])('watching %j: %s', async (lanes, code) => {
    expect(await watch(connect('/live'), lanes)).toEqual({ code });
  });
  test('the personal namespace is for signed-in families', async () => {
    for (const [token, code] of [[undefined, 'SIGN_IN_REQUIRED'], ['A'.repeat(43), 'SIGN_IN_REQUIRED'], [{ $ne: 1 }, 'SIGN_IN_REQUIRED'], [await app.staff('city'), 'FORBIDDEN']] as const) {
      const error = await once<Error & { data?: { code: string } }>(connect('/family', { token }), 'connect_error');
      expect(error.data?.code).toBe(code);
    }
    expect((await once<Error>(connect('/admin'), 'connect_error')).message).toBe('Invalid namespace');
  });
  test('a socket hears nothing it did not ask for, whatever it emits', async () => {
    const family = await familyOnStage('jingkai-3');
    const stranger = connect('/live');
    const heard: string[] = [];
    stranger.onAny((event: string) => heard.push(event));
    await once(stranger, 'connect');
    stranger.emit('join', `household:${family.place.ticketId}`);
    stranger.emit('watch', { toString: 1 });
    await app.call('POST', `/api/me/tickets/${family.place.ticketId}/passes`, { token: family.token, key: newKey(), body: { confirm: true } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard).toEqual([]);
  });
});
