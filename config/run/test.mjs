/**
 * `npm test`: sets up what the tests need, then runs every one of them. What cannot run on this machine is
 * said loudly and reported as skipped, never passed over in silence. Arguments go to jest.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureBrowser, ensureClient, ensureDependencies, root } from './setup.mjs';

const args = process.argv.slice(2);
const skipped = [];

async function main() {
  // Downloads of two kinds; they do not compete for the processor.
  const [, browser] = await Promise.all([ensureDependencies(), ensureBrowser()]);
  const run = (title, tool, toolArgs, env = {}) => {
    process.stderr.write(`\n▶ ${title}\n`);
    const startedMs = Date.now();
    const done = spawnSync(process.execPath, [path.join(root, 'node_modules', tool), ...toolArgs], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    process.stderr.write(`${done.status === 0 ? '✓' : '✗'} ${title} (${Math.round((Date.now() - startedMs) / 1000)} s)\n`);
    return done.status === 0;
  };
  let green = true;
  if (args.length === 0) {
    green = run('类型检查 typecheck', 'typescript/bin/tsc', ['--noEmit']) && green;
    green = run('代码规范 lint', 'eslint/bin/eslint.js', ['-c', 'config/eslint.config.mjs', '.']) && green;
  }
  await ensureClient('weapp');
  await ensureClient('h5');

  const projects = ['rules', 'store', 'integration', 'sim', 'model', 'weapp'];
  if (browser.path !== null) projects.push('browser');
  else skipped.push(`browser suites: ${browser.reason}`);
  if (!process.env.TEST_MONGODB_URI) skipped.push('MongoDB suites: set TEST_MONGODB_URI to a replica set (未设置 TEST_MONGODB_URI)');
  const env = { NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...(browser.path === null ? {} : { CHROMIUM_PATH: browser.path }) };
  green = run(`测试 jest: ${projects.join(', ')}`, 'jest/bin/jest.js', ['-c', 'config/jest.config.cjs', ...(args.length > 0 ? args : ['--selectProjects', ...projects])], env) && green;

  for (const what of skipped) process.stderr.write(`\n⚠⚠⚠ 跳过 SKIPPED  ${what}\n`);
  process.stderr.write(green ? '\n✓ 全部通过 all green\n' : '\n✗ 有失败 something failed\n');
  process.exit(green ? 0 : 1);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
