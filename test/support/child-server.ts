/**
 * The real server program in a process of its own, so that it can be killed, stopped and refused as in life.
 * It listens on a free port of the loopback interface and says its URL on standard output, as it does to people.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

export const root = path.resolve(__dirname, '../..');
const START_PATIENCE_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

export interface ChildServer {
  readonly url: string;
  /** The SMS simulator inside it; empty when there is none. */
  readonly inboxUrl: string;
  readonly pid: number;
  /** Resolves when the process is gone, however it went. */
  readonly ended: Promise<Ended>;
  /** What it wrote to standard error so far. */
  errors(): string;
  /** One request; rejects with ConnectionLost when the server dies under it. */
  call<T = Record<string, unknown>>(method: string, route: string, options?: CallOptions): Promise<Answer<T>>;
  /** SIGKILL, as by a power cut; resolves when it is gone. */
  kill(): Promise<Ended>;
  /** SIGTERM, as by an operator; resolves when it is gone. */
  stop(): Promise<Ended & { readonly tookMs: number }>;
}

export interface ChildOptions {
  readonly dir: string;
  /** Further arguments; default: the demonstration city at 2026-06-01 10:00. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Limits out of the way of tests that are not about them. */
const GENEROUS = { REQUESTS_PER_10S: '1000000', SIGN_INS_PER_10MIN: '1000000', CONNECTIONS_PER_10S: '1000000' };
const DEMO = ['--demo', '--now', '2026-06-01T10:00'];
const alive = new Set<ChildProcess>();

let built: string | null = null;
/** The program, bundled once per jest worker; packages stay outside, so it stands inside the project. */
function program(): string {
  if (built !== null) return built;
  const file = path.join(root, 'dist/run', `child-server-${process.env['JEST_WORKER_ID'] ?? '1'}.cjs`);
  const { outputFiles } = buildSync({
    entryPoints: [path.join(root, 'bff/main.ts')], bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs', packages: 'external', logLevel: 'error',
    absWorkingDir: root, alias: { '@shared': path.join(root, 'shared') },
  });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Renamed into place: another test run may be starting the same file at this moment.
  fs.writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents);
  fs.renameSync(`${file}.${process.pid}`, file);
  return (built = file);
}

function launch(args: readonly string[], env: Readonly<Record<string, string>>): { child: ChildProcess; ended: Promise<Ended>; output: () => string; errors: () => string } {
  const inherited = Object.fromEntries(['PATH', 'HOME', 'LANG', 'TMPDIR', 'SystemRoot'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program(), ...args], { cwd: root, env: { ...inherited, ...env } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  alive.add(child);
  let [out, err] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => { out += chunk.toString('utf8'); });
  child.stderr!.on('data', (chunk: Buffer) => { err += chunk.toString('utf8'); });
  // `close` and not `exit`: by then everything it said has been read.
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => {
    alive.delete(child);
    resolve({ code, signal });
  }));
  return { child, ended, output: () => out, errors: () => err };
}

/** Runs the program to its end: for options it refuses, and for what it prints. */
export async function runToEnd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended & { stdout: string; stderr: string; tookMs: number }> {
  const startedMs = Date.now();
  const { ended, output, errors } = launch(args, env);
  const result = await ended;
  return { ...result, stdout: output(), stderr: errors(), tookMs: Date.now() - startedMs };
}

/** Starts a server and waits until it answers. Rejects with what it said when it ends instead. */
export async function startChild(options: ChildOptions): Promise<ChildServer> {
  const { child, ended, output, errors } = launch(['--port', '0', '--data', options.dir, ...(options.args ?? DEMO)], { ...GENEROUS, ...options.env });
  let over: Ended | null = null;
  void ended.then((result) => { over = result; });
  const giveUpMs = Date.now() + START_PATIENCE_MS;
  const found = () => /选房大厅\s+(http:\/\/\S+?)\/\n/.exec(output())?.[1];
  while (found() === undefined) {
    if (over !== null) throw new Error(`the server ended while starting: ${JSON.stringify(over)} ${errors()}`);
    if (Date.now() > giveUpMs) throw new Error(`the server did not start: ${errors()}`);
    await pause(20);
  }
  const url = found()!;
  const healthy = await fetch(`${url}/healthz`);
  if (!healthy.ok) throw new Error(`the server is not well: ${healthy.status}`);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    url, inboxUrl: /短信收件箱\s+(http:\/\/\S+?)\/\n/.exec(output())?.[1] ?? '', pid: child.pid!, ended, errors,
    call: (method, route, callOptions) => callAt(url, method, route, callOptions),
    kill: () => end('SIGKILL'),
    stop: async () => {
      const startedMs = Date.now();
      return { ...(await end('SIGTERM')), tookMs: Date.now() - startedMs };
    },
  };
}

/** Kills whatever a failed test left running; for `afterAll`. */
export async function killLeftovers(): Promise<void> {
  const gone = [...alive].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of alive) child.kill('SIGKILL');
  await Promise.all(gone);
}

/** The server went away under a request: whether it counted is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** One request to a server; objects are sent as JSON, text as it stands. */
export async function callAt<T = Record<string, unknown>>(url: string, method: string, route: string, options: CallOptions = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = {
    ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...(options.key === undefined ? {} : { 'idempotency-key': options.key }), ...options.headers,
  };
  const cut = (cause: unknown) => {
    throw new ConnectionLost(`${method} ${route}: no answer`, { cause });
  };
  const response = await fetch(`${url}${route}`, { method, headers, ...(options.body === undefined ? {} : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }) }).catch(cut);
  const text = await response.text().catch(cut);
  return { status: response.status, body: (text === '' ? {} : /^[{[]/.test(text) ? JSON.parse(text) : { text }) as T, headers: response.headers };
}

/** Signs in by the code that arrives in the simulator's inbox, as a person would. */
export async function signInAt(url: string, inboxUrl: string, phone: string): Promise<string> {
  await callAt(url, 'POST', '/api/sign-in/codes', { body: { phone } });
  const code = await until(`a sign-in code for ${phone}`, async () => {
    const { body } = await callAt<{ messages: { text: string }[] }>(inboxUrl, 'GET', `/messages?phone=${phone}`);
    return body.messages.map(({ text }) => /验证码(\d{6})/.exec(text)?.[1]).find((found) => found !== undefined);
  });
  const { status, body } = await callAt<{ token: string }>(url, 'POST', '/api/sign-in/sessions', { body: { phone, code } });
  if (status !== 201) throw new Error(`sign-in refused: ${JSON.stringify(body)}`);
  return body.token;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks again until there is an answer. The limit is for sanity, not a measurement. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | null | false>, patienceMs = 20_000): Promise<T> {
  for (const giveUpMs = Date.now() + patienceMs; ;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > giveUpMs) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await pause(30);
  }
}
