/** A running service: HTTP, sockets, jobs, and in a demonstration the clock, the city and the SMS simulator. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { dayOf, HOUR_MS, startOfDay } from '../shared/shanghai-time';
import { createHttpExchange } from './adapters/social-assistance/http-exchange';
import { createClamdScanner } from './adapters/virus-scan/clamd';
import { noScanner } from './adapters/virus-scan/virus-scan';
import { createHttpSmsGateway } from './adapters/sms/http-gateway';
import type { SmsGateway } from './adapters/sms/sms';
import { startSmsSimulator, type SmsSimulator } from './adapters/sms/simulator/start';
import { createSmsTemplates } from './adapters/sms/templates';
import { createWechatMessenger } from './adapters/wechat/subscribe-message';
import { createKernel } from './compose';
import type { Config } from './config';
import { FileVault } from './features/attachments/vault';
import { Autopilot } from './features/demo/autopilot';
import { seedDemoCity } from './features/demo/city';
import { claimDemo, refuseMixedData } from './features/demo/guard';
import { demoHandlers } from './features/demo/handlers';
import { demoPage, demoScript } from './features/demo/page';
import { storedOffset, storeOffset } from './features/demo/travel';
import { Exporter } from './features/exports/exporter';
import { LiveBoard } from './features/live/board';
import { composeHandlers } from './handlers';
import { createApp } from './http/app';
import { Metrics } from './http/metrics';
import { createSystemClock, TravelClock } from './jobs/clocks';
import { lastBeat } from './jobs/heartbeat';
import { OutboxRelay, type Channels } from './jobs/outbox-relay';
import { Scheduler } from './jobs/scheduler';
import type { Kernel, Log } from './kernel';
import { PushGateway } from './push/gateway';
import { loadKeys } from './security/keys';
import { openStore } from './store/open-store';

export interface Service {
  readonly url: string;
  readonly kernel: Kernel;
  readonly scheduler: Scheduler;
  readonly simulator: SmsSimulator | null;
  /** Stops in order: no new requests, jobs finished, sockets closed, store closed. */
  close(): Promise<void>;
}

/** How stale a lane's view may be where other processes write to the same store. */
const SHARED_VIEW_AGE_MS = 100;
/** How long a client may take to say what it wants: ample for a bad line, short for one that only holds on. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 2_000 };
/** How long requests under way may take when stopping. */
const STOP_GRACE_MS = 2_000;

/** Starts everything. Throws with a message for people when it cannot. */
export async function startService(config: Config, log: Log, root: string): Promise<Service> {
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(config.dataDir, 'store') });
  try {
    await refuseMixedData(store, config.demo);
    const keys = loadKeys({ dir: config.dataDir, env: process.env, allowGenerate: config.demo || store.kind === 'embedded' });
    const name = `${process.pid}-${Math.random().toString(36).slice(2, 8)}`;

    const systemClock = createSystemClock(config.demo ? 0 : await lastBeat({ store }));
    const stage = config.demo && store.kind === 'mongo' ? await claimDemo(store, systemClock, name) : null;
    const travelClock = config.demo ? await demoClock(config, store, systemClock) : null;
    const clock = travelClock ?? systemClock;
    const metrics = new Metrics();
    const board = new LiveBoard(store, clock, store.kind === 'embedded' ? Number.POSITIVE_INFINITY : SHARED_VIEW_AGE_MS);
    let kick = (): void => undefined;
    const { kernel } = await createKernel({
      store, clock, keys, log,
      onTold: (laneIds) => {
        for (const laneId of laneIds) board.changed(laneId);
        kick();
      },
    });

    const http = createServer(PATIENCE);
    let port = config.port;
    const simulator = config.smsUrl === null && config.demo
      ? await startSimulator(config.port, { clock, keys, callbackUrl: () => `http://127.0.0.1:${port}/api/callbacks/sms-receipts` })
      : null;
    const sms = gatewayOf(config, simulator, keys, clock);
    const sockets = config.mongoUri === null ? null : await (await import('./push/mongo-adapter')).openSocketAdapter(config.mongoUri);
    const gateway = new PushGateway(http, {
      store, clock, board, metrics, log, allowedOrigins: config.allowedOrigins, trustProxy: config.trustProxy, connectionsPer10s: config.connectionsPer10s,
      ...(sockets === null ? {} : { adapter: sockets.adapter }),
    });
    const exchange = config.socialAssistance === null ? null : createHttpExchange({ baseUrl: config.socialAssistance.url, appKey: config.socialAssistance.appKey, callbackKey: config.socialAssistance.callbackKey, clock });
    const channels: Channels = {
      sms, templates: createSmsTemplates(),
      subscription: config.wechat === null ? null : createWechatMessenger({ baseUrl: config.wechat.url, appId: config.wechat.appId, secret: config.wechat.secret, clock, templates: { turnOpened: { templateId: config.wechat.templateId, page: 'pages/my/index' } } }),
      announce: (laneId, seq, concerned) => gateway.announce(laneId, seq, concerned), exchange,
    };
    const relay = new OutboxRelay(kernel, channels, name);
    const exchangeRelay = new OutboxRelay(kernel, channels, name, ['exchange']);
    // Not waited for: a partner that hangs holds up nobody's turn.
    const report = () => void exchangeRelay.run().catch((error: unknown) => log.error({ err: error }, 'the exchange relay failed'));
    const autopilot = new Autopilot(kernel);
    const exporter = new Exporter(kernel, path.join(config.dataDir, 'exports'), name);
    const scheduler = new Scheduler(kernel, relay, name, () => {
      exporter.look();
      report();
      return autopilot.look();
    });

    const handlers = composeHandlers({
      kernel, board, exporter, exchange, vault: new FileVault(path.join(config.dataDir, 'attachments'), kernel.crypto), scanner: config.clamd === null ? noScanner : createClamdScanner(config.clamd),
      verifySmsReceipt: (headers, body) => sms.verifyReceipt(headers, body), onSessionEnded: (sessionId) => gateway.endSession(sessionId),
      demo: travelClock === null ? null : demoHandlers({ kernel, clock: travelClock, relay, scheduler, autopilot, inboxUrl: simulator?.url ?? '', settle: () => simulator?.settled() ?? Promise.resolve() }),
    });
    const app = createApp({
      ...config, store, clock, log, metrics, board, handlers, clientDir: path.join(root, 'dist/h5'),
      pages: travelClock === null ? {} : {
        '/demo': (ctx) => { ctx.type = 'html'; ctx.body = demoPage; },
        '/demo/page.js': (ctx) => { ctx.type = 'js'; ctx.body = demoScript; },
        '/demo/inbox': (ctx) => { ctx.redirect(simulator?.url ?? '/demo'); },
      },
    });
    if (travelClock !== null) await seedDemoCity(kernel, config.dataDir);
    // What fell due while we were down is settled before the first request is answered (Q6, T6).
    await kernel.ensureAlive();
    http.on('request', app.callback());
    await listen(http, config);
    port = (http.address() as AddressInfo).port;
    const url = `http://${config.host === '::' || config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
    // Only now: whoever is told may answer at once, and must find us listening.
    kick = () => {
      scheduler.kick();
      report();
    };
    scheduler.start();
    scheduler.kick();

    return {
      url, kernel, scheduler, simulator,
      close: async () => {
        // Requests under way get their answer; connections that only wait, or hang, do not hold us up.
        const hanging = setTimeout(() => http.closeAllConnections(), STOP_GRACE_MS);
        const closed = gateway.close();
        http.closeIdleConnections();
        await closed;
        clearTimeout(hanging);
        await scheduler.stop();
        await exporter.stop();
        await simulator?.close();
        await sockets?.close();
        await stage?.release();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function demoClock(config: Config, store: Kernel['store'], base: { now(): number }): Promise<TravelClock> {
  const stored = await storedOffset(store);
  if (stored !== null) return new TravelClock(base, stored);
  const startMs = config.demoNowMs ?? startOfDay(dayOf(base.now())) + 9 * HOUR_MS;
  // A demonstration may start in the past as well as in the future; from then on it only moves forward.
  const clock = new TravelClock(base, startMs - base.now());
  await storeOffset(store, clock.offset);
  return clock;
}

async function startSimulator(port: number, options: { clock: { now(): number }; keys: ReturnType<typeof loadKeys>; callbackUrl: () => string }): Promise<SmsSimulator> {
  const start = (at: number) => startSmsSimulator({ port: at, callbackUrl: options.callbackUrl, appKey: options.keys.smsAppKey, callbackKey: options.keys.smsCallbackKey, clock: options.clock, receiptDelayMs: 500 });
  try {
    return await start(port === 0 ? 0 : port + 1);
  } catch {
    return start(0); // the neighbouring port is taken
  }
}

function gatewayOf(config: Config, simulator: SmsSimulator | null, keys: ReturnType<typeof loadKeys>, clock: { now(): number }): SmsGateway {
  const baseUrl = config.smsUrl ?? simulator?.url;
  if (baseUrl === undefined) throw new Error('未配置短信平台：请设置 SMS_URL (no SMS gateway: set SMS_URL)');
  return createHttpSmsGateway({ baseUrl, appKey: keys.smsAppKey, callbackKey: keys.smsCallbackKey, clock });
}

function listen(http: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new Error(`端口 ${config.port} 已被占用，请用 --port 换一个 (port ${config.port} is in use; choose another with --port)`) : error));
    http.listen(config.port, config.host, () => resolve());
  });
}

