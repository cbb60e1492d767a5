/**
 * The only place that calls Taro.request. Answers are values: `ok`, or a failure that says in Chinese what to
 * do. Paths and methods are checked against the contract by type, without bundling its schemas.
 */
import Taro from '@tarojs/taro';
import type { AnswerOf, BodyOf, RouteName, routes } from '@shared/contract/routes';
import type { ErrorCode, Problem } from '@shared/errors';
import { platform } from '@/platform/platform';
import { texts } from '@/texts';
import { serverClock } from './server-clock';
import { session } from './session';

type Routes = typeof routes;
const endpoints = {
  health: ['GET', '/healthz'],
  listLanes: ['GET', '/api/lanes'],
  getLive: ['GET', '/api/lanes/:laneId/live'],
  listCommunities: ['GET', '/api/communities'],
  getUnitTable: ['GET', '/api/communities/:communityId/unit-table'],
  listLedgerStreams: ['GET', '/api/ledger'],
  getLedger: ['GET', '/api/ledger/:stream'],
  checkReceipt: ['POST', '/api/receipt-checks'],
  requestCode: ['POST', '/api/sign-in/codes'],
  signIn: ['POST', '/api/sign-in/sessions'],
  signOut: ['DELETE', '/api/sign-in/sessions'],
  getMe: ['GET', '/api/me'],
  listMyHomes: ['GET', '/api/me/tickets/:ticketId/homes'],
  pickHome: ['POST', '/api/me/tickets/:ticketId/picks'],
  passTurn: ['POST', '/api/me/tickets/:ticketId/passes'],
  getReceipt: ['GET', '/api/me/tickets/:ticketId/receipt'],
} as const satisfies { [N in RouteName]?: readonly [Routes[N]['method'], Routes[N]['path']] };
export type Endpoint = keyof typeof endpoints;

export interface Failure {
  readonly ok: false;
  /** `OFFLINE`: no answer came; whether the server acted is unknown. */
  readonly code: ErrorCode | 'OFFLINE';
  /** HTTP status, or null without an answer. */
  readonly status: number | null;
  readonly title: string;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterS: number | null;
}
export type Answer<T> = { readonly ok: true; readonly data: T } | Failure;

export interface CallOptions<N extends Endpoint> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: BodyOf<N>;
  readonly idempotencyKey?: string;
}

const TIMEOUT_MS = 15_000;

function urlOf(path: string, params: Readonly<Record<string, string>>, query: Readonly<Record<string, string>>): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = Object.keys(query).map((name) => `${name}=${encodeURIComponent(query[name]!)}`).join('&');
  return `${platform.apiBase()}${filled}${search === '' ? '' : `?${search}`}`;
}

function failureOf(status: number, data: unknown): Failure {
  const problem = (typeof data === 'object' && data !== null ? data : {}) as Partial<Problem>;
  const isOurs = typeof problem.code === 'string' && typeof problem.title === 'string';
  return {
    ok: false,
    // A proxy's own error page is no answer of ours: the act may or may not have happened.
    code: isOurs ? problem.code! : 'OFFLINE',
    status,
    title: isOurs ? problem.title! : texts.common.serverTrouble,
    fields: problem.fields ?? [],
    retryAfterS: problem.retryAfterS ?? null,
  };
}

function sampleClock(data: unknown, sentMs: number, receivedMs: number): void {
  const found = data as { serverNowMs?: unknown; lanes?: { live?: { serverNowMs?: unknown } }[] } | null;
  const serverNowMs = found?.serverNowMs ?? found?.lanes?.[0]?.live?.serverNowMs;
  if (typeof serverNowMs === 'number') serverClock.sample({ sentMs, receivedMs, serverNowMs });
}

/** Calls one endpoint of the contract. Never throws. */
export async function call<N extends Endpoint>(name: N, options: CallOptions<N> = {}): Promise<Answer<AnswerOf<N>>> {
  const [method, path] = endpoints[name];
  const header: Record<string, string> = { accept: 'application/json, application/problem+json' };
  const token = session.token();
  if (token !== null) header.authorization = `Bearer ${token}`;
  if (options.idempotencyKey !== undefined) header['idempotency-key'] = options.idempotencyKey;
  if (options.body !== undefined) header['content-type'] = 'application/json';
  const sentMs = Date.now();
  try {
    const reply = await Taro.request({
      url: urlOf(path, options.params ?? {}, options.query ?? {}),
      method,
      header,
      data: options.body === undefined ? undefined : JSON.stringify(options.body),
      // As text: browsers reject on an empty body otherwise, and problem+json is not always recognised as JSON.
      dataType: 'text',
      responseType: 'text',
      timeout: TIMEOUT_MS,
    });
    const data = parse(reply.data);
    if (reply.statusCode >= 200 && reply.statusCode < 300 && data !== undefined) {
      sampleClock(data, sentMs, Date.now());
      return { ok: true, data: data as AnswerOf<N> };
    }
    return failureOf(reply.statusCode, data);
  } catch {
    return { ok: false, code: 'OFFLINE', status: null, title: texts.common.offline, fields: [], retryAfterS: null };
  }
}

function parse(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Whether the person has to sign in (again) before going on. */
export function needsSignIn(failure: Failure): boolean {
  return failure.code === 'SESSION_EXPIRED' || failure.code === 'SIGN_IN_REQUIRED';
}
