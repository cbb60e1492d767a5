/**
 * Everything `npm start` and `npm test` need before they can work, done once and skipped when nothing
 * changed. Plain Node, no dependency: it runs before there are any.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const stamps = path.join(root, '.cache/setup');

const say = (text) => process.stderr.write(`${text}\n`);

/** Digest of files and folders (names and contents), relative to the root. */
function digest(paths) {
  const hash = createHash('sha256');
  const visit = (file) => {
    const full = path.join(root, file);
    if (!existsSync(full)) return;
    try {
      for (const name of readdirSync(full).sort()) visit(path.join(file, name));
    } catch (error) {
      if (error.code !== 'ENOTDIR') throw error;
      hash.update(file).update('\0').update(readFileSync(full)).update('\0');
    }
  };
  for (const p of paths) visit(p);
  return hash.digest('hex');
}

const stampFile = (name) => path.join(stamps, name);
const isCurrent = (name, value) => existsSync(stampFile(name)) && readFileSync(stampFile(name), 'utf8') === value;
function setStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stampFile(name), value);
}

/** Runs a program with a line of progress every few seconds; its output is shown only if it fails. */
function runWithProgress(title, command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const startedMs = Date.now();
    const seconds = () => Math.round((Date.now() - startedMs) / 1000);
    say(`· ${title} …`);
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const ticker = setInterval(() => say(`  ${title}: ${seconds()} s`), 10_000);
    child.on('error', (error) => { clearInterval(ticker); reject(error); });
    child.on('close', (code) => {
      clearInterval(ticker);
      if (code === 0) {
        say(`✓ ${title} (${seconds()} s)`);
        resolve();
      } else {
        process.stderr.write(Buffer.concat(output));
        reject(new Error(`${title}: failed with exit code ${code}`));
      }
    });
  });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`Node 20.19 or newer is needed; this is ${process.versions.node}`);
}

/** Installs dependencies from the lockfile. Never runs install scripts: none is needed, some call out. */
export async function ensureDependencies() {
  checkNode();
  const want = digest(['package-lock.json', '.npmrc']);
  const modules = path.join(root, 'node_modules');
  if (existsSync(modules) && isCurrent('dependencies', want)) return;
  // npm empties the folder before it fills it, and would follow a link into somebody else's.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) throw new Error('node_modules is a link to another folder, which installing would empty: remove the link and start again');
  await runWithProgress('安装依赖 installing dependencies', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  setStamp('dependencies', want);
}

const clientSources = ['miniapp', 'shared', 'config/index.ts', 'config/plugins', 'babel.config.js', 'package-lock.json', 'project.config.json'];

/** Builds a client (`h5` for the browser, `weapp` for WeChat) unless its sources are unchanged. */
export async function ensureClient(target) {
  const want = digest(clientSources);
  const built = path.join(root, 'dist', target);
  if (existsSync(built) && isCurrent(target, want)) return;
  rmSync(built, { recursive: true, force: true });
  await runWithProgress(`编译界面 building the client (${target})`, process.execPath, [path.join(root, 'node_modules/@tarojs/cli/bin/taro'), 'build', '--type', target], { NODE_ENV: 'production', TARO_ENV: target });
  setStamp(target, want);
}

const chromiumPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser for the browser suites, or null. */
export function findBrowser() {
  return chromiumPaths.find((p) => existsSync(p)) ?? null;
}

function hasChineseFont() {
  const found = spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' });
  return found.status === 0 && found.stdout.trim() !== '';
}

/** Installs Chromium and a Chinese font where this is root on Debian. Returns the browser's path, or why there is none. */
export async function ensureBrowser() {
  if (findBrowser() !== null && hasChineseFont()) return { path: findBrowser(), reason: '' };
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!isRootOnDebian) {
    return { path: null, reason: '浏览器测试需要 Chromium 和中文字体 (browser suites need Chromium and a Chinese font): apt-get install chromium fonts-noto-cjk' };
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runWithProgress('更新软件目录 apt-get update', 'apt-get', ['update', '-qq'], env);
    await runWithProgress('安装浏览器和中文字体 installing Chromium and a Chinese font', 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk', 'fontconfig'], env);
  } catch (error) {
    return { path: null, reason: String(error.message) };
  }
  return { path: findBrowser(), reason: findBrowser() === null ? 'Chromium was installed but not found' : '' };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureDependencies();
  if (!process.argv.includes('--dependencies')) await ensureClient('h5');
  if (process.argv.includes('--all')) await ensureClient('weapp');
}
