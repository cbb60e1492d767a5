/**
 * A local SMS gateway and the part of WeChat that subscription messages need, for tests and demonstrations.
 * It checks signatures, keeps what was sent, plays delivery receipts, and shows everything on a phone-like
 * page at `/`. It knows the injected clock only, since a demonstration travels in time; its delays are real.
 * It listens on the loopback interface only, and sends nothing to anyone.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../../shared/clock';
import { readAsk, refused, type Answer, type Ask } from './exchange';
import { listMessages, playReceipt, send, setMode } from './gateway-routes';
import { inboxPage } from './inbox-page';
import { Mailbox, type InboxMessage, type SmsMode, type WechatMode } from './mailbox';
import { ReceiptPlayer } from './receipt-player';
import { WechatRoutes, type WechatOptions } from './wechat-routes';

export interface SmsSimulatorOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host?: '127.0.0.1' | '::1';
  /** Where receipts go, e.g. `http://127.0.0.1:3000/api/callbacks/sms-receipts`; a function when that is known later. */
  readonly callbackUrl: string | (() => string);
  /** Checks requests to us; the server's SMS_APP_KEY. */
  readonly appKey: string;
  /** Signs receipts; the server's SMS_CALLBACK_KEY. */
  readonly callbackKey: string;
  readonly clock: Clock;
  readonly wechat?: WechatOptions;
  /** Real milliseconds from acceptance to receipt. */
  readonly receiptDelayMs?: number;
  /** Real waits before each further attempt of a receipt that was not answered 2xx. */
  readonly retryDelaysMs?: readonly number[];
  /** Messages kept in memory. */
  readonly capacity?: number;
}

export interface SmsSimulator {
  /** The gateway's base URL and the inbox page, no trailing slash. */
  readonly url: string;
  /** Base URL for the WeChat client. */
  readonly wechatUrl: string;
  /** Newest first. */
  messages(filter?: { phone?: string; limit?: number }): readonly InboxMessage[];
  /** How short messages fare from now on: of one number, or of all without an own mode; null clears. */
  setMode(mode: SmsMode | null, phone?: string): void;
  setWechatMode(mode: WechatMode | null, openId?: string): void;
  /** Makes the current WeChat token invalid before its time. */
  revokeWechatToken(): void;
  /** Tokens handed out so far. */
  wechatTokensIssued(): number;
  /** Resolves when no receipt is due or under way. */
  settled(): Promise<void>;
  /** Stops listening, drops due receipts and waits for those under way. */
  close(): Promise<void>;
}

const RETRY_DELAYS_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** Starts the simulator. Rejects when the port is taken. Throws `RangeError` on any but a loopback host. */
export async function startSmsSimulator(options: SmsSimulatorOptions): Promise<SmsSimulator> {
  const { port, host = '127.0.0.1', callbackUrl, appKey, callbackKey, clock, receiptDelayMs = 800, retryDelaysMs = RETRY_DELAYS_MS, capacity = 2_000 } = options;
  if (!LOOPBACK.includes(host)) throw new RangeError('the SMS simulator listens on the loopback interface only');
  const mailbox = new Mailbox(capacity);
  const player = new ReceiptPlayer(mailbox, { callbackUrl, callbackKey, clock, receiptDelayMs, retryDelaysMs });
  const wechat = new WechatRoutes(mailbox, clock, options.wechat ?? { appId: 'sim-app', secret: callbackKey });
  const deps = { mailbox, player, appKey, clock };
  const routes: Readonly<Record<string, (ask: Ask) => Answer>> = {
    'GET /': () => inboxPage(),
    'GET /messages': (ask) => listMessages(deps, ask),
    'POST /send': (ask) => send(deps, ask),
    'POST /mode': (ask) => setMode(deps, ask),
    'POST /receipts': (ask) => playReceipt(deps, ask),
    'POST /wechat/cgi-bin/stable_token': (ask) => wechat.stableToken(ask),
    'POST /wechat/cgi-bin/message/subscribe/send': (ask) => wechat.send(ask),
  };

  const server = createServer(async (request, response) => {
    try {
      const ask = await readAsk(request);
      if (ask === null) return write(response, refused(413, 'TOO_LARGE', 'the body is too large'));
      const route = routes[`${ask.method} ${ask.path}`];
      write(response, route ? route(ask) : refused(404, 'NOT_FOUND', 'no such endpoint'));
    } catch {
      // The sender hung up while it was being read, or a bug: either way nobody here can do more.
      response.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const url = `http://${host === '::1' ? '[::1]' : host}:${bound.port}`;

  return {
    url,
    wechatUrl: `${url}/wechat`,
    messages: (filter) => mailbox.list(filter),
    setMode: (mode, phone) => mailbox.setMode(mode, phone),
    setWechatMode: (mode, openId) => mailbox.setWechatMode(mode, openId),
    revokeWechatToken: () => wechat.revokeToken(),
    wechatTokensIssued: () => wechat.issued,
    settled: () => player.settled(),
    async close() {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections(); // Also the ones left hanging on purpose.
      await Promise.all([stopped, player.close()]);
    },
  };
}

function write(response: ServerResponse, answer: Answer): void {
  if ('silence' in answer) {
    if (answer.silence === 'drop') response.destroy();
    return;
  }
  const html = answer.html !== undefined;
  response.writeHead(answer.status, { ...HEADERS, ...answer.headers, 'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8' });
  response.end(html ? answer.html : JSON.stringify(answer.body));
}
