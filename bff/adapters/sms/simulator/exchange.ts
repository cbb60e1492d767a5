/** One request and its answer, the little of HTTP the simulator needs. */
import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 64 * 1024;

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly rawBody: Buffer;
  /** The body when it is a JSON object sent as JSON, else null. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

export type Answer =
  | { readonly status: number; readonly body: unknown; readonly html?: undefined; readonly headers?: Record<string, string> }
  | { readonly status: number; readonly html: string; readonly headers?: Record<string, string> }
  /** `hang` never answers; `drop` closes the connection without a word. */
  | { readonly silence: 'hang' | 'drop' };

export const refused = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } });

/** The request read whole, or null when it is too large. */
export async function readAsk(request: IncomingMessage): Promise<Ask | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  const rawBody = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://simulator');
  return { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: request.headers, rawBody, json: parsed(request, rawBody) };
}

function parsed(request: IncomingMessage, rawBody: Buffer): Ask['json'] {
  // A page of another site cannot send this type without being asked first (CORS): its forms are not obeyed.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return null;
  try {
    const value: unknown = JSON.parse(rawBody.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
