/** The Koa application: trace id, problems, security headers, rate limit, the API, the docs, the client. */
import { randomUUID } from 'node:crypto';
import cors from '@koa/cors';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../../shared/clock';
import type { LiveBoard } from '../features/live/board';
import type { Log } from '../kernel';
import { StoreBusyError, type Store } from '../store/port';
import type { Metrics } from './metrics';
import { docsPage } from './docs-page';
import { openApiDocument } from './openapi';
import { problemOf, ProblemError } from './problem';
import type { Handlers } from './request';
import { registerRoutes } from './routes';
import { serveSite } from './static-site';

export interface AppOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly board: LiveBoard;
  readonly handlers: Handlers;
  /** Extra pages (demonstration), mounted by path. */
  readonly pages: Readonly<Record<string, (ctx: Context) => void | Promise<void>>>;
  readonly demo: boolean;
  readonly clientDir: string;
  /** Requests one address may make in ten seconds. */
  readonly requestsPer10s: number;
  /** Sign-in requests one address may make in ten minutes; a service window shares one address. */
  readonly signInsPer10min: number;
  /** Behind a reverse proxy whose X-Forwarded-For is to be believed. */
  readonly trustProxy: boolean;
  readonly allowedOrigins: readonly string[];
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
};
const LIVE_PATH = /^\/api\/lanes\/([A-Za-z0-9_-]{1,64})\/live$/;
const SIGN_IN_PATH = /^\/api\/(sign-in|staff\/sessions)/;

/** Builds the application; nothing listens yet. */
export function createApp(options: AppOptions): Koa {
  // One: the address our proxy wrote down. Further ones a client can put there itself, to count as somebody else.
  const app = new Koa({ proxy: options.trustProxy, maxIpsCount: 1 });
  app.on('error', () => undefined); // answered and logged by `problems`
  app.use(problems(options));
  app.use(limits(options));
  if (options.allowedOrigins.length > 0) app.use(cors({ origin: (ctx) => (options.allowedOrigins.includes(ctx.get('origin')) ? ctx.get('origin') : ''), maxAge: 600 }));
  app.use(liveRoute(options.board));

  const router = new Router();
  registerRoutes(router, options.handlers, { store: options.store, clock: options.clock, demo: options.demo, addressOf: (ctx) => ctx.ip });
  const document = JSON.stringify(openApiDocument(options.demo));
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = document;
  });
  router.get('/docs', (ctx) => {
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = docsPage(options.demo);
  });
  router.get('/metrics', async (ctx) => {
    ctx.type = options.metrics.registry.contentType;
    ctx.body = await options.metrics.registry.metrics();
  });
  for (const [path, page] of Object.entries(options.pages)) router.get(path, page);
  app.use(async (ctx, next) => {
    await next();
    if (ctx.status === 404 && ctx.body == null) throw new ProblemError('NOT_FOUND');
  });
  app.use(router.allowedMethods({ throw: true, methodNotAllowed: () => new ProblemError('METHOD_NOT_ALLOWED'), notImplemented: () => new ProblemError('METHOD_NOT_ALLOWED') }));
  app.use(router.routes());
  app.use(serveSite(options.clientDir));
  return app;
}

/** Turns whatever goes wrong into its documented answer. Unknown errors are logged whole and answered masked. */
function problems({ log, metrics }: AppOptions): Koa.Middleware {
  return async (ctx, next) => {
    const startedAt = process.hrtime.bigint();
    ctx.set(SECURITY_HEADERS);
    const traceId = (ctx.state['traceId'] = randomUUID()) as string;
    try {
      await next();
    } catch (error) {
      if (ctx.req.destroyed && !ctx.req.complete) {
        // The person hung up in mid-request: nobody hears an answer, and nothing is wrong here.
        ctx.respond = false;
        return;
      }
      const code = error instanceof ProblemError ? error.code : error instanceof StoreBusyError ? 'STORE_BUSY' : 'INTERNAL';
      const problem = problemOf(code, traceId, error instanceof ProblemError ? error.extras : {});
      if (code === 'INTERNAL') log.error({ traceId, err: error }, 'unexpected error');
      metrics.refusals.inc({ code });
      ctx.status = problem.status;
      if (problem.retryAfterS !== undefined) ctx.set('retry-after', String(problem.retryAfterS));
      ctx.body = JSON.stringify(problem);
      ctx.type = 'application/problem+json; charset=utf-8';
      // The rest of an oversize body is not read: the connection cannot be used again.
      if (code === 'BODY_TOO_LARGE') ctx.set('connection', 'close');
    }
    const route = (ctx['_matchedRoute'] as string | undefined) ?? (ctx.state['route'] as string | undefined) ?? 'static';
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    metrics.requests.observe({ route, status: String(ctx.status) }, seconds);
    // Receipts come by the thousand and looks by the ten thousand: what people did, what failed and what was slow is worth a line.
    const noteworthy = (ctx.method !== 'GET' && !route.startsWith('/api/callbacks/')) || ctx.status >= 500 || seconds > 0.5;
    if (noteworthy) log.info({ traceId, method: ctx.method, route, status: ctx.status, ms: Math.round(seconds * 1000) }, 'request');
  };
}

function limits(options: AppOptions): Koa.Middleware {
  const general = new RateLimiterMemory({ points: options.requestsPer10s, duration: 10 });
  const signIns = new RateLimiterMemory({ points: options.signInsPer10min, duration: 600 });
  return async (ctx, next) => {
    try {
      await general.consume(ctx.ip);
      if (ctx.method === 'POST' && SIGN_IN_PATH.test(ctx.path)) await signIns.consume(ctx.ip);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new ProblemError('RATE_LIMITED', { retryAfterS: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) });
      throw error;
    }
    await next();
  };
}

/** The one request thousands make at once is answered from ready text, before routing. */
function liveRoute(board: LiveBoard): Koa.Middleware {
  return async (ctx, next) => {
    const laneId = ctx.method === 'GET' ? LIVE_PATH.exec(ctx.path)?.[1] : undefined;
    if (laneId === undefined) return next();
    ctx.state['route'] = '/api/lanes/:laneId/live';
    const json = await board.json(laneId);
    if (json === null) throw new ProblemError('NOT_FOUND');
    ctx.set('cache-control', 'no-store');
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = json;
  };
}
