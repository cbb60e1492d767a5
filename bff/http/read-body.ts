/** Reads a body, bounded, keeping the text of JSON for signatures. Each failure has its problem code. */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem';

export const MAX_BODY_BYTES = 64 * 1024;

/** The raw text of a JSON body; empty when there is no body. */
export async function readBody(request: IncomingMessage, contentType: string): Promise<string> {
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  if (bytes.length > 0 && !/^application\/json\b/i.test(contentType)) throw new ProblemError('UNSUPPORTED_MEDIA_TYPE');
  return bytes.toString('utf8');
}

/** The body as it comes, up to `maxBytes`. */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when we stop early, or the person would see a broken connection instead of the reason.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      request.resume();
      throw new ProblemError('BODY_TOO_LARGE');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The parsed body; undefined when empty. */
export function parseBody(raw: string): unknown {
  if (raw === '') return undefined;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    throw new ProblemError('MALFORMED_JSON');
  }
}
