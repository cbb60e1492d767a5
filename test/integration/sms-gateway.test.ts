import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpSmsGateway } from '../../bff/adapters/sms/http-gateway';
import { signatureHeaders } from '../../bff/adapters/sms/message-signature';
import { inboxScript } from '../../bff/adapters/sms/simulator/inbox-script';
import { startSmsSimulator, type SmsSimulator } from '../../bff/adapters/sms/simulator/start';
import type { SmsGateway } from '../../bff/adapters/sms/sms';
import { createWechatMessenger, type SubscriptionMessenger } from '../../bff/adapters/wechat/subscribe-message';

const MINUTE_MS = 60_000;
let nowMs: number;
const clock = { now: () => nowMs };
let simulator: SmsSimulator;
let gateway: SmsGateway;
let listener: Server;
/** Statuses our callback endpoint answers next; 200 when empty. */
let answers: number[];
let verdicts: boolean[];
let bodies: string[];

const listen = (server: Server) => new Promise<string>((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
const shut = (server: Server) => new Promise((resolve) => {
  server.closeAllConnections();
  server.close(resolve);
});
const options = { port: 0, appKey: 'app-key', callbackKey: 'callback-key', clock, receiptDelayMs: 5, retryDelaysMs: [5, 5, 5], wechat: { appId: 'wx1', secret: 'wx-secret' } };
const message = (patch = {}) => ({ phone: '13800000001', text: '【赣州住保】登录验证码013579，5分钟内有效。', key: 'k1', ...patch });
const post = (path: string, body: unknown, contentType = 'application/json') =>
  fetch(`${simulator.url}${path}`, { method: 'POST', headers: { 'content-type': contentType }, body: JSON.stringify(body) });

beforeEach(async () => {
  nowMs = Date.parse('2026-11-03T08:30:00+08:00');
  answers = [];
  verdicts = [];
  bodies = [];
  listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const rawBody = Buffer.concat(chunks);
      bodies.push(rawBody.toString());
      verdicts.push(gateway.verifyReceipt(request.headers, rawBody));
      response.statusCode = answers.shift() ?? 200;
      response.end();
    });
  });
  const callbackUrl = await listen(listener);
  simulator = await startSmsSimulator({ ...options, callbackUrl: () => callbackUrl, capacity: 20 });
  gateway = createHttpSmsGateway({ baseUrl: simulator.url, appKey: 'app-key', callbackKey: 'callback-key', clock, timeoutMs: 300 });
});
afterEach(async () => {
  await simulator.close();
  await shut(listener);
});

describe('SMS simulator', () => {
  it('Q8: tries a receipt again until our server takes it, signing every attempt anew', async () => {
    answers = [500, 503];
    await gateway.send(message());
    await simulator.settled();
    expect(verdicts).toEqual([true, true, true]);
    expect(simulator.messages()[0]).toMatchObject({ delivery: 'delivered', callback: 'acknowledged', callbackAttempts: 3 });
  });

  it('Q8: a demonstration that travels while a receipt is refused gets a fresh one', async () => {
    answers = [500];
    const send = gateway.send(message());
    await send;
    nowMs += 4 * 60 * MINUTE_MS;
    await simulator.settled();
    expect(verdicts.at(-1)).toBe(true);
    expect(JSON.parse(bodies.at(-1)!)).toMatchObject({ atMs: nowMs });
  });

  it('gives up after the last wait, and says so', async () => {
    answers = [500, 500, 500, 500, 500, 500];
    await gateway.send(message());
    await simulator.settled();
    expect(bodies).toHaveLength(4);
    expect(simulator.messages()[0]).toMatchObject({ delivery: 'delivered', callback: 'gaveUp' });
  });

  it('plays a mode per number, and a cleared number follows all the others again', async () => {
    simulator.setMode('failed');
    expect((await post('/mode', { mode: 'silent', phone: '13800000002' })).status).toBe(200);
    await gateway.send(message());
    await gateway.send(message({ phone: '13800000002', key: 'k2' }));
    await post('/mode', { mode: null, phone: '13800000002' });
    await gateway.send(message({ phone: '13800000002', key: 'k3' }));
    await simulator.settled();
    expect(simulator.messages().map((m) => m.delivery)).toEqual(['failed', 'silent', 'failed']);
    expect((await post('/mode', { mode: 'nonsense' })).status).toBe(400);
  });

  it('plays a receipt by hand', async () => {
    simulator.setMode('silent');
    await gateway.send(message());
    const { gatewayId } = simulator.messages()[0]!;
    expect((await post('/receipts', { gatewayId, status: 'failed' })).status).toBe(200);
    await simulator.settled();
    expect(JSON.parse(bodies[0]!)).toMatchObject({ gatewayId, status: 'failed', reason: expect.any(String) });
    expect((await post('/receipts', { gatewayId, status: 'none' })).status).toBe(409);
    expect((await post('/receipts', { gatewayId: 'sim-x', status: 'failed' })).status).toBe(404);
  });

  it('withholds a receipt that is due, and one that waits for its next attempt', async () => {
    for (const [receiptDelayMs, attempts] of [[60_000, 0], [5, 1]] as const) {
      await simulator.close();
      bodies = [];
      answers = [500];
      const callbackUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
      simulator = await startSmsSimulator({ ...options, callbackUrl, receiptDelayMs, retryDelaysMs: [60_000] });
      await createHttpSmsGateway({ baseUrl: simulator.url, appKey: 'app-key', callbackKey: 'callback-key', clock }).send(message());
      while (bodies.length < attempts) await new Promise((resolve) => setTimeout(resolve, 5));
      await post('/receipts', { gatewayId: simulator.messages()[0]!.gatewayId, status: 'none' });
      await simulator.settled();
      expect(bodies).toHaveLength(attempts);
      expect(simulator.messages()[0]).toMatchObject({ delivery: 'silent', callback: 'none' });
    }
  });

  it('sends no further attempt of a receipt withheld while one was under way', async () => {
    let attempts = 0;
    let release = () => {};
    const slow = createServer((request, response) => {
      attempts += 1;
      request.resume();
      release = () => response.writeHead(500).end();
    });
    const callbackUrl = await listen(slow);
    await simulator.close();
    simulator = await startSmsSimulator({ ...options, callbackUrl });
    await createHttpSmsGateway({ baseUrl: simulator.url, appKey: 'app-key', callbackKey: 'callback-key', clock }).send(message());
    while (attempts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await post('/receipts', { gatewayId: simulator.messages()[0]!.gatewayId, status: 'none' });
    release();
    await simulator.settled();
    await shut(slow);
    expect(attempts).toBe(1);
    expect(simulator.messages()[0]).toMatchObject({ delivery: 'silent', callback: 'none' });
  });

  it('checks freshness and signature of what it is asked to send', async () => {
    const rawBody = JSON.stringify(message());
    const send = (atMs: number, key = 'app-key', body = rawBody) =>
      fetch(`${simulator.url}/send`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'k1', ...signatureHeaders(key, atMs, rawBody) }, body });
    for (const refused of [send(nowMs - 5 * MINUTE_MS - 1), send(nowMs, 'wrong'), send(nowMs, 'app-key', rawBody.replace('013579', '999999'))]) expect((await refused).status).toBe(401);
    expect(simulator.messages()).toEqual([]);
    expect((await send(nowMs)).status).toBe(200);
  });

  it('keeps a bounded number of messages', async () => {
    simulator.setMode('silent');
    const first = await gateway.send(message({ key: 'k0' }));
    for (let i = 1; i < 25; i += 1) await gateway.send(message({ key: `k${i}` }));
    expect(simulator.messages()).toHaveLength(20);
    expect(simulator.messages()[0]!.key).toBe('k24');
    const { gatewayId } = first as { gatewayId: string };
    expect((await post('/receipts', { gatewayId, status: 'delivered' })).status).toBe(404);
    expect(await gateway.send(message({ key: 'k0' }))).not.toMatchObject({ gatewayId });
  });

  it('listens on the loopback interface only, refuses a taken port, and lets go of it', async () => {
    await expect(startSmsSimulator({ ...options, callbackUrl: '', host: '0.0.0.0' as '127.0.0.1' })).rejects.toThrow(RangeError);
    const { port, hostname } = new URL(simulator.url);
    expect(hostname).toBe('127.0.0.1');
    await expect(startSmsSimulator({ ...options, callbackUrl: '', port: Number(port) })).rejects.toThrow('EADDRINUSE');
    await simulator.close();
    simulator = await startSmsSimulator({ ...options, callbackUrl: '', port: Number(port) });
  });

  it('refuses what another site’s form could post, unknown paths and oversized bodies', async () => {
    expect((await post('/mode', { mode: 'failed' }, 'text/plain')).status).toBe(400);
    await gateway.send(message());
    expect(simulator.messages()[0]!.delivery).not.toBe('failed');
    expect((await fetch(`${simulator.url}/nothing`)).status).toBe(404);
    expect((await post('/mode', 'x'.repeat(70_000))).status).toBe(413);
  });
});

describe('HTTP gateway client', () => {
  const against = async (status: number, body: string, headers = {}) => {
    const odd = createServer((request, response) => {
      request.resume();
      response.writeHead(status, headers).end(body);
    });
    const baseUrl = await listen(odd);
    const outcome = await createHttpSmsGateway({ baseUrl, appKey: 'app-key', callbackKey: 'callback-key', clock, timeoutMs: 300 }).send(message());
    await shut(odd);
    return outcome;
  };

  it('P2: keeps no number a gateway quotes in its reason, and no long or broken one', async () => {
    const outcome = await against(422, JSON.stringify({ message: `blocked: 13800000001\n${'x'.repeat(500)}` }));
    expect(outcome).toEqual({ kind: 'rejected', permanent: true, reason: expect.stringMatching(/^422 blocked: \*\*\*01 x+$/) });
    expect((outcome as { reason: string }).reason.length).toBeLessThanOrEqual(210);
    expect(await against(500, '<html>oops')).toEqual({ kind: 'rejected', permanent: false, reason: '500 no reason given' });
  });

  it('takes an unusable acceptance for none: the same key will tell', async () => {
    for (const body of ['', '[]', '{}', '{"gatewayId":7}', 'null']) expect(await against(200, body)).toMatchObject({ kind: 'rejected', permanent: false });
    expect(await against(200, '{"gatewayId":"g1","acceptedAtMs":"soon"}')).toEqual({ kind: 'accepted', gatewayId: 'g1' });
  });

  it('follows no redirect and survives overload and a dead address', async () => {
    expect(await against(307, '', { location: `${simulator.url}/send` })).toMatchObject({ kind: 'rejected', permanent: false });
    expect(await against(429, '{}')).toMatchObject({ kind: 'rejected', permanent: false });
    const dead = createHttpSmsGateway({ baseUrl: 'http://127.0.0.1:1', appKey: 'a', callbackKey: 'b', clock });
    expect(await dead.send(message())).toMatchObject({ kind: 'rejected', permanent: false });
    expect(simulator.messages()).toEqual([]);
  });
});

describe('inbox page', () => {
  it('shows messages newest first on the test clock, per number', async () => {
    await gateway.send(message());
    nowMs += 9 * 60 * MINUTE_MS;
    await gateway.send(message({ phone: '13800000002', key: 'k2' }));
    const all = (await (await fetch(`${simulator.url}/messages`)).json()) as { nowMs: number; messages: { phone: string; acceptedAtMs: number }[]; numbers: unknown };
    expect(all.nowMs).toBe(nowMs);
    expect(all.messages.map(({ phone, acceptedAtMs }) => [phone, acceptedAtMs])).toEqual([['13800000002', nowMs], ['13800000001', nowMs - 9 * 60 * MINUTE_MS]]);
    expect(all.numbers).toEqual([{ phone: '13800000002', count: 1 }, { phone: '13800000001', count: 1 }]);
    const one = (await (await fetch(`${simulator.url}/messages?phone=13800000001`)).json()) as typeof all;
    expect(one.messages).toHaveLength(1);
  });

  it('lets no message bring markup or script', async () => {
    const page = await fetch(`${simulator.url}/?phone=%22%3E%3Cscript%3Ealert(1)%3C/script%3E`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy')!;
    expect(html).not.toContain('alert(1)');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(html).toContain(`<script nonce="${/script-src 'nonce-([^']+)'/.exec(policy)![1]}">`);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/(src|href)="/);
    expect(inboxScript).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser/);
    expect((await fetch(simulator.url)).headers.get('content-security-policy')).not.toBe(policy);
  });
});

describe('Q8 subscription messages', () => {
  let messenger: SubscriptionMessenger;
  const templates = { turnOpened: { templateId: 'tpl-1', page: 'pages/place/index' } };
  const subscription = (patch = {}) => ({ openId: 'open-13800000001', kind: 'turnOpened', data: { thing1: '公租房二居室组 第23号', time2: '11月3日 12:30' }, key: 'k', ...patch });
  const client = (secret = 'wx-secret') => createWechatMessenger({ baseUrl: simulator.wechatUrl, appId: 'wx1', secret, templates, clock, timeoutMs: 300 });
  beforeEach(() => {
    messenger = client();
  });

  it('are accepted and stand in the inbox beside the person’s short messages', async () => {
    await gateway.send(message());
    expect(await messenger.send(subscription())).toEqual({ kind: 'accepted', gatewayId: expect.any(String) });
    expect(simulator.messages({ phone: '13800000001' }).map(({ channel, title }) => [channel, title])).toEqual([['wechat', '订阅消息'], ['sms', '']]);
  });

  it('share one token until shortly before it expires, and waste no call on a dead one', async () => {
    const calls = jest.spyOn(globalThis, 'fetch');
    const paths = () => calls.mock.calls.splice(0).map(([url]) => new URL(String(url)).pathname.split('/').at(-1)).sort().join();
    await Promise.all(Array.from({ length: 3 }, () => messenger.send(subscription())));
    expect(paths()).toBe('send,send,send,stable_token');
    nowMs += 114 * MINUTE_MS;
    await messenger.send(subscription());
    expect(paths()).toBe('send');
    nowMs += 2 * MINUTE_MS;
    await messenger.send(subscription());
    expect(paths()).toBe('send,stable_token');
    expect(simulator.wechatTokensIssued()).toBe(2);
    nowMs += 24 * 60 * MINUTE_MS;
    expect(await messenger.send(subscription())).toMatchObject({ kind: 'accepted' });
    expect(paths()).toBe('send,stable_token');
    calls.mockRestore();
  });

  it('survive a token that became invalid: refreshed once, sent once more (40001, 42001)', async () => {
    await messenger.send(subscription());
    simulator.revokeWechatToken();
    expect(await messenger.send(subscription())).toMatchObject({ kind: 'accepted' });
    expect(simulator.wechatTokensIssued()).toBe(2);
  });

  it('force a new token when WeChat hands out the refused one again, and try no third time', async () => {
    const forced: unknown[] = [];
    let sends = 0;
    const stubborn = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => {
        response.setHeader('content-type', 'application/json');
        if (!request.url!.includes('stable_token')) {
          sends += 1;
          return response.end(JSON.stringify({ errcode: 42001, errmsg: 'access_token expired' }));
        }
        forced.push((JSON.parse(text) as { force_refresh: boolean }).force_refresh);
        response.end(JSON.stringify({ access_token: 'always-the-same', expires_in: 7200 }));
      });
    });
    const baseUrl = await listen(stubborn);
    const outcome = await createWechatMessenger({ baseUrl, appId: 'wx1', secret: 's', templates, clock }).send(subscription());
    await shut(stubborn);
    expect(outcome).toMatchObject({ kind: 'rejected', permanent: false });
    expect(forced).toEqual([false, false, true]);
    expect(sends).toBe(2);
  });

  it.each([['refused', true, /^43101 /], ['limit', false, /^45009 /], ['outage', false, /^(token: )?503 /]] as const)('%s is a rejection, permanent: %s', async (mode, permanent, reason) => {
    await post('/mode', { channel: 'wechat', mode });
    expect(await messenger.send(subscription())).toEqual({ kind: 'rejected', permanent, reason: expect.stringMatching(reason) });
    expect(simulator.messages()).toEqual([]);
  });

  it('may be refused by one person only', async () => {
    simulator.setWechatMode('refused', 'open-1');
    expect(await messenger.send(subscription({ openId: 'open-1' }))).toMatchObject({ kind: 'rejected', permanent: true });
    expect(await messenger.send(subscription({ openId: 'open-2' }))).toMatchObject({ kind: 'accepted' });
  });

  it('shorten what WeChat would refuse for its length', async () => {
    expect(await messenger.send(subscription({ data: { thing1: '很长的内容'.repeat(10) } }))).toMatchObject({ kind: 'accepted' });
    expect(Array.from(simulator.messages()[0]!.text)).toHaveLength(20);
  });

  it('name what is wrong without the secret: no template, wrong secret, no network', async () => {
    expect(await messenger.send(subscription({ kind: 'unknown' }))).toMatchObject({ kind: 'rejected', permanent: true });
    const wrong = await client('wrong-secret').send(subscription());
    expect(wrong).toMatchObject({ kind: 'rejected', permanent: false, reason: expect.stringContaining('40125') });
    expect(JSON.stringify(wrong)).not.toContain('wrong-secret');
    await simulator.close();
    expect(await messenger.send(subscription())).toEqual({ kind: 'rejected', permanent: false, reason: 'ECONNREFUSED' });
    simulator = await startSmsSimulator({ ...options, callbackUrl: '' });
  });
});
