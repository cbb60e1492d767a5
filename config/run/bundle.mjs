/** Bundles a TypeScript entry of the server with esbuild (0.1–0.3 s): packages stay outside, sources are always fresh. */
import path from 'node:path';
import { root } from './setup.mjs';

/** Builds `entry` (relative to the root) to `dist/run/<entry>.cjs` and returns that path. */
export async function bundle(entry) {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'dist/run', entry.replace(/\.ts$/, '.cjs'));
  await build({
    entryPoints: [path.join(root, entry)], outfile, absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs',
    packages: 'external', sourcemap: 'linked', logLevel: 'warning', alias: { '@shared': path.join(root, 'shared') },
  });
  return outfile;
}
