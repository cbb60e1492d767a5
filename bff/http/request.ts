/** What a handler gets and may answer. A refusal is a value, never an exception. */
import type { Readable } from 'node:stream';
import type { AnswerOf, BodyOf, QueryOf, RouteName } from '../../shared/contract/routes';
import type { ErrorCode, FieldProblem } from '../../shared/errors';
import type { Act } from '../store/change';

/** Who calls, as far as is known. */
export type Caller =
  | { readonly kind: 'public' }
  /** A signed-in phone; it may speak for the households whose contact it is. */
  | { readonly kind: 'family'; readonly sessionId: string; readonly phoneIndex: string }
  | { readonly kind: 'staff'; readonly sessionId: string; readonly staffId: string; readonly role: string; readonly districts: readonly string[]; /** Of a street clerk. */ readonly streets?: readonly string[] };

export interface ApiRequest<N extends RouteName = RouteName> {
  readonly params: Readonly<Record<string, string>>;
  readonly body: BodyOf<N>;
  readonly query: QueryOf<N>;
  readonly caller: Caller;
  readonly idempotencyKey: string;
  readonly address: string;
  readonly traceId: string;
  /** The file of an upload route. */
  readonly file?: Buffer;
  /** The body as it came, for signatures. */
  readonly rawBody: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export class Refusal {
  constructor(
    readonly code: ErrorCode,
    readonly extras: { readonly fields?: readonly FieldProblem[]; readonly retryAfterS?: number; readonly view?: unknown } = {},
  ) {}
}

/** A refusal to return from a handler. */
export function refuse(code: ErrorCode, extras: Refusal['extras'] = {}): Refusal {
  return new Refusal(code, extras);
}

/** A file as the answer of a `download` route: streamed, never cached, saved rather than shown. */
export class Download {
  constructor(readonly body: Readable, readonly fileName: string, readonly bytes: number, readonly type = 'application/octet-stream') {}
}

export type Handler<N extends RouteName> = (request: ApiRequest<N>) => Promise<AnswerOf<N> | Refusal | Download>;
export type Handlers = { readonly [N in RouteName]?: Handler<N> };

/** S1: the act a request stands for. */
export function actOf(request: ApiRequest, why: string): Act {
  const { caller } = request;
  const from = `http ${request.address}`;
  if (caller.kind === 'staff') return { actor: { kind: 'staff', id: caller.staffId, role: caller.role }, from, why };
  if (caller.kind === 'family') return { actor: { kind: 'family', id: caller.phoneIndex.slice(0, 16), role: null }, from, why };
  return { actor: { kind: 'public', id: 'public', role: null }, from, why };
}
