/** What an endpoint is: who may call it, what goes in and what comes out. */
import type * as z from 'zod/mini';

export type Audience = 'public' | 'family' | 'staff' | 'gateway' | 'demo';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly audience: Audience;
  readonly summary: string;
  readonly body?: z.ZodMiniType;
  readonly query?: z.ZodMiniObject;
  readonly answer: z.ZodMiniType;
  /** The request must carry `Idempotency-Key` (Q4). */
  readonly idempotent?: true;
  /** Answers with a file; `answer` then only says so in the documentation. */
  readonly download?: true;
  /** Takes a file as it stands as the body, up to so many bytes; its name and kind come in headers (`fileHeaders`). */
  readonly uploadBytes?: number;
  /** Status of success when it is not 200. */
  readonly status?: 201 | 202;
}

/** Beside an uploaded file: its name (percent-encoded UTF-8) and what it shows. */
export const fileHeaders = { name: 'x-file-name', kind: 'x-file-kind' } as const;

/** Declares a route; exists for type inference. */
export const route = <const R extends Route>(r: R): R => r;
