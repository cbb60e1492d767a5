/** Serves a built client from memory: a few hundred kilobytes, read once, compressed once. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Middleware } from 'koa';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json; charset=utf-8',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.svg': 'image/svg+xml', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSIBLE = /^(text|application|image\/svg)/;
const HASHED_NAME = /\.[0-9a-f]{8,}\./;

interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  encoded: { br?: Buffer; gzip?: Buffer };
}

/** Files below `dir` by their URL path; `/` is `index.html`. Paths that escape the folder cannot be named at all. */
export function serveSite(dir: string): Middleware {
  const assets = existsSync(dir) ? readAssets(dir) : new Map<string, Asset>();
  return async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.get(ctx.path === '/' ? '/index.html' : ctx.path) : undefined;
    if (asset === undefined) return next();
    ctx.status = 200;
    ctx.set({ 'cache-control': asset.cacheControl, etag: asset.etag, vary: 'accept-encoding' });
    ctx.type = asset.type;
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    const encoding = COMPRESSIBLE.test(asset.type) ? ctx.acceptsEncodings('br', 'gzip', 'identity') : 'identity';
    if (encoding === 'br' || encoding === 'gzip') {
      ctx.set('content-encoding', encoding);
      asset.encoded[encoding] ??= encoding === 'br' ? brotliCompressSync(asset.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : gzipSync(asset.body);
      ctx.body = asset.encoded[encoding];
    } else {
      ctx.body = asset.body;
    }
  };
}

function readAssets(dir: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  const visit = (folder: string, prefix: string): void => {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (statSync(file).isDirectory()) {
        visit(file, `${prefix}${name}/`);
        continue;
      }
      const body = readFileSync(file);
      assets.set(`${prefix}${name}`, {
        body, type: TYPES[path.extname(name)] ?? 'application/octet-stream', etag: `"${createHash('sm3').update(body).digest('hex').slice(0, 16)}"`,
        cacheControl: HASHED_NAME.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache', encoded: {},
      });
    }
  };
  visit(dir, '/');
  return assets;
}
