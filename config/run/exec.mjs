/** Runs a tool of node_modules after set-up: `node config/run/exec.mjs tsc --noEmit`. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureDependencies, root } from './setup.mjs';

await ensureDependencies();
const [tool, ...args] = process.argv.slice(2);
const done = spawnSync(path.join(root, 'node_modules/.bin', tool), args, { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
