/** Runs a TypeScript command of the project: `node config/run/cli.mjs bff/cli/import.ts ARGS…`. */
import { createRequire } from 'node:module';
import { ensureDependencies } from './setup.mjs';

const [entry, ...args] = process.argv.slice(2);
await ensureDependencies();
const { bundle } = await import('./bundle.mjs');
const file = await bundle(entry);
process.argv = [process.argv[0], file, ...args];
process.setSourceMapsEnabled(true);
createRequire(import.meta.url)(file);
