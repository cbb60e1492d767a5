/** One bounded HTTP call to an outside service. What goes wrong on the way is a value, not an exception. */

export type ApiAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface ApiCall {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The JSON text to POST, as signed. */
  readonly rawBody: string;
  /** For everything together: connecting, waiting and reading. */
  readonly timeoutMs: number;
}

/** Longer answers are none of ours. */
const MAX_REASON_CHARACTERS = 200;

/** POSTs JSON. An answer that is not JSON has `body: undefined`. Redirects are refused: they would carry our keys elsewhere. */
export async function callApi({ url, headers, rawBody, timeoutMs }: ApiCall): Promise<ApiAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: rawBody,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { kind: 'answer', status: response.status, body: parsed(await response.text()) };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'unreachable', reason: `no answer within ${timeoutMs} ms` };
    // fetch says only "fetch failed"; what happened is in the cause. Codes only: messages may quote the URL.
    const code = ((error as { cause?: { code?: unknown } }).cause?.code ?? 'network error') as string;
    return { kind: 'unreachable', reason: String(code) };
  }
}

/** A field of an answer's body when that is an object, else undefined. */
export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

/** Text of a foreign service made fit for our records: one line, bounded, without phone-like numbers (P2). */
export function reasonOf(text: unknown, otherwise: string): string {
  if (typeof text !== 'string' || text.trim() === '') return otherwise;
  return text.replace(/\d{7,}/g, (digits) => `***${digits.slice(-2)}`).replace(/\s+/g, ' ').trim().slice(0, MAX_REASON_CHARACTERS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
