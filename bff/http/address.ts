/** Where a request comes from, for limits and the record. */
import type { IncomingMessage } from 'node:http';

/**
 * Behind a reverse proxy, the last address in X-Forwarded-For: the one the proxy itself wrote down. What stands
 * before it the client may have invented. The same address that Koa's `ctx.ip` is told to take (app.ts).
 */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const noted = trustProxy ? String(request.headers['x-forwarded-for'] ?? '').split(',').at(-1)?.trim() : '';
  return noted || (request.socket.remoteAddress ?? '');
}
