/** `npm start`: set up what is missing, then run the server in this process. */
import { createRequire } from 'node:module';
import { ensureClient, ensureDependencies, root } from './setup.mjs';

const args = process.argv.slice(2);
process.chdir(root);
try {
  await ensureDependencies();
  const { bundle } = await import('./bundle.mjs');
  const file = await bundle('bff/main.ts');
  if (!args.includes('--help')) await ensureClient('h5');
  process.env.PROJECT_ROOT = root;
  process.argv = [process.argv[0], file, ...args];
  process.setSourceMapsEnabled(true);
  createRequire(import.meta.url)(file);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
