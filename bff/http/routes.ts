/** Registers the route table: authenticate, validate, handle, answer. The only place a request becomes a call. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import type { Clock } from '../../shared/clock';
import type { Store } from '../store/port';
import { bearerToken, identify } from './callers';
import { fieldProblems, ProblemError } from './problem';
import { parseBody, readBody, readBytes } from './read-body';
import { unprintableFields } from './unprintable';
import { Download, Refusal, type ApiRequest, type Caller, type Handler, type Handlers } from './request';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,128}$/;

export interface RouteDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly demo: boolean;
  readonly addressOf: (ctx: Context) => string;
}

/** Throws when a route of the contract has no handler: an endpoint is never silently missing. */
export function registerRoutes(router: Router, handlers: Handlers, deps: RouteDeps): void {
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    if (route.audience === 'demo' && !deps.demo) continue;
    const handler = handlers[name] as Handler<RouteName> | undefined;
    if (handler === undefined) throw new Error(`no handler for route ${name}`);
    router.register(route.path, [route.method], [async (ctx: Context) => serve(ctx, route, handler, deps)]);
  }
}

async function serve(ctx: Context, route: Route, handler: Handler<RouteName>, deps: RouteDeps): Promise<void> {
  const caller = await authenticate(ctx, route, deps);
  const file = route.uploadBytes === undefined ? undefined : await readUpload(ctx, route.uploadBytes);
  const rawBody = route.method === 'GET' || file !== undefined ? '' : await readBody(ctx.req, ctx.get('content-type'));
  const request = {
    params: ctx['params'] as Record<string, string>, body: validate(route.body, parseBody(rawBody), route), query: validate(route.query, { ...ctx.query }, route),
    caller, idempotencyKey: idempotencyKey(ctx, route), address: deps.addressOf(ctx), traceId: ctx.state['traceId'] as string, rawBody, headers: ctx.headers, ...(file === undefined ? {} : { file }),
  } as ApiRequest;
  const answer = await handler(request);
  if (answer instanceof Refusal) throw new ProblemError(answer.code, answer.extras);
  ctx.status = route.status ?? 200;
  ctx.set('cache-control', 'no-store');
  if (answer instanceof Download) {
    ctx.set('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(answer.fileName)}`);
    ctx.type = answer.type;
    ctx.length = answer.bytes;
    ctx.body = answer.body;
    return;
  }
  ctx.body = answer;
}

/** Files are held whole while they are looked at: only so many at once. */
const MAX_UPLOADS = 16;
let uploads = 0;

async function readUpload(ctx: Context, maxBytes: number): Promise<Buffer> {
  if (uploads >= MAX_UPLOADS) {
    ctx.req.resume();
    throw new ProblemError('RATE_LIMITED', { retryAfterS: 5 });
  }
  uploads += 1;
  try {
    return await readBytes(ctx.req, maxBytes);
  } finally {
    uploads -= 1;
  }
}

async function authenticate(ctx: Context, route: Route, deps: RouteDeps): Promise<Caller> {
  if (route.audience !== 'family' && route.audience !== 'staff') return { kind: 'public' };
  const caller = await identify(deps.store, deps.clock, bearerToken(ctx.get('authorization')));
  if (typeof caller === 'string') throw new ProblemError(caller);
  if (caller.kind !== route.audience) throw new ProblemError('FORBIDDEN');
  return caller;
}

function validate(schema: Route['body'], value: unknown, route: Route): unknown {
  if (schema === undefined) {
    // A body or query nobody asked for is refused like an unknown field.
    if (value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)) throw new ProblemError('VALIDATION_FAILED', { fields: [{ path: '', message: `${route.summary}不需要提交内容` }] });
    return undefined;
  }
  const unprintable = unprintableFields(value);
  if (unprintable.length > 0) throw new ProblemError('VALIDATION_FAILED', { fields: unprintable });
  const parsed = schema.safeParse(value ?? {});
  if (!parsed.success) throw new ProblemError('VALIDATION_FAILED', { fields: fieldProblems(parsed.error.issues) });
  return parsed.data;
}

function idempotencyKey(ctx: Context, route: Route): string {
  if (route.idempotent === undefined) return '';
  const key = ctx.get('idempotency-key');
  if (key === '') throw new ProblemError('IDEMPOTENCY_KEY_REQUIRED');
  if (!IDEMPOTENCY_KEY.test(key)) throw new ProblemError('VALIDATION_FAILED', { fields: [{ path: 'Idempotency-Key', message: '请求编号应为 8–128 个可见字符' }] });
  return key;
}
