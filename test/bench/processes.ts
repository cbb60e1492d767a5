/**
 * Every part of a measurement runs in a process of its own: the real server exactly as `npm start` runs it, and
 * roles (references, load generators) which are this same bundle started with `--role`.
 */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';

/** npm and config/run/cli.mjs start us in the project's root. */
export const root = process.cwd();

/** A scratch directory; removed by {@link removeScratch}. On the disk of the system's temporary files. */
export function scratchDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'fair-queue-bench-'));
  scratch.push(dir);
  return dir;
}

const scratch: string[] = [];
const children = new Set<ChildProcess>();

/** Ends what is still running and removes what is left; for the end of a run, also a failed one. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...children].map((child) => ended(child, 'SIGKILL')));
  for (const dir of scratch.splice(0)) rmSync(dir, { recursive: true, force: true });
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly smsUrl?: string;
}

/** Limits are raised by configuration only: all load comes from one address. */
const LIMITS = { REQUESTS_PER_10S: '1000000000', SIGN_INS_PER_10MIN: '1000000000', CONNECTIONS_PER_10S: '1000000000' };

/** Starts the real service on a data directory, as production runs it; its logs go to a file. */
export async function startServer({ dataDir, smsUrl = 'http://127.0.0.1:9' }: ServerOptions): Promise<ServerProcess> {
  const logFile = path.join(dataDir, 'server.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [...profileOf(), '--inspect-port=127.0.0.1:0', '--enable-source-maps', serverProgram(), '--no-demo', '--port', '0', '--data', dataDir], {
    cwd: root, stdio: ['ignore', 'pipe', log], env: { ...process.env, ...LIMITS, PROJECT_ROOT: root, SMS_URL: smsUrl },
  });
  closeSync(log);
  children.add(child);
  const url = await firstMatch(child, /选房大厅\s+(http:\/\/\S+?)\/\s/).catch((error: unknown) => {
    throw new Error(`the server did not start: ${String(error)}\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
  });
  return { url: url.replace('localhost', '127.0.0.1'), pid: child.pid!, stop: () => ended(child, 'SIGTERM') };
}

/** The program `npm start` runs, bundled as it does it; once a run. Without its set-up, which the case `start` measures. */
function serverProgram(): string {
  const script = "import('./config/run/bundle.mjs').then(({ bundle }) => bundle('bff/main.ts')).then((file) => process.stdout.write(file))";
  program ??= execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  return program;
}

let program: string | undefined;

/** `BENCH_CPU_PROFILE=dir` makes servers write a CPU profile when they stop. */
function profileOf(): string[] {
  const dir = process.env['BENCH_CPU_PROFILE'];
  return dir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}

export interface Role {
  readonly pid: number;
  /** Calls a function the role offers. */
  call<T>(name: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
}

interface Call { readonly id: number; readonly name: string; readonly argument: unknown }
interface Reply { readonly id: number; readonly value?: unknown; readonly error?: string }

/** Starts a role in a process of its own. */
export function startRole(name: string): Role {
  const child = fork(process.argv[1]!, ['--role', name], { cwd: root, execArgv: ['--enable-source-maps', '--inspect-port=127.0.0.1:0'] });
  children.add(child);
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let calls = 0;
  child.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error !== undefined) call?.reject(new Error(`${name}: ${reply.error}`));
    else call?.resolve(reply.value as never);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code}`));
  });
  return {
    pid: child.pid!,
    call: (what, argument) => new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      child.send({ id: calls, name: what, argument } satisfies Call);
    }),
    stop: () => ended(child, 'SIGTERM'),
  };
}

/** What a role offers; called in the role's process. */
export type Offers = Readonly<Record<string, (argument: any) => unknown>>;

/** Answers calls until the starter ends us. */
export function serveRole(offers: Offers): void {
  process.on('message', (call: Call) => {
    Promise.resolve().then(() => offers[call.name]!(call.argument)).then(
      (value) => process.send!({ id: call.id, value } satisfies Reply),
      (error: unknown) => process.send!({ id: call.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Reply),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      children.delete(child);
      resolve();
    };
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('exit', done);
    child.kill(signal);
  });
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8');
      const found = pattern.exec(seen)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

/**
 * Resident memory of a process in bytes, after a full collection: what is counted is what must be kept, not
 * when the collector last ran. The process is asked through its inspector, opened for the moment by a signal.
 */
export async function settledMemory(pid: number): Promise<number> {
  const target = await inspectorOf(pid);
  const socket = new WebSocket(target);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const ask = (id: number, method: string, params: object = {}) => new Promise<{ result?: { result?: { value?: number } } }>((resolve) => {
    const listen = (data: Buffer): void => {
      const answer = JSON.parse(data.toString('utf8')) as { id?: number };
      if (answer.id !== id) return;
      socket.off('message', listen);
      resolve(answer as never);
    };
    socket.on('message', listen);
    socket.send(JSON.stringify({ id, method, params }));
  });
  for (let i = 1; i <= 3; i += 1) await ask(i, 'HeapProfiler.collectGarbage');
  const rss = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
  socket.terminate();
  return rss;
}

/** The debugger address of a process of ours, started with `--inspect-port=127.0.0.1:0`. */
async function inspectorOf(pid: number): Promise<string> {
  const known = inspectors.get(pid);
  if (known !== undefined) return known;
  const before = listeningPorts(pid);
  process.kill(pid, 'SIGUSR1');
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const port = listeningPorts(pid).find((candidate) => !before.includes(candidate));
    if (port === undefined) continue;
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
    inspectors.set(pid, targets[0]!.webSocketDebuggerUrl);
    return targets[0]!.webSocketDebuggerUrl;
  }
  throw new Error(`process ${pid} did not open its inspector`);
}

const inspectors = new Map<number, string>();

/** TCP ports a process listens on (Linux). */
function listeningPorts(pid: number): number[] {
  const sockets = new Set(readFdLinks(pid).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && sockets.has(fields[9])).map((fields) => parseInt(fields[1]!.split(':')[1]!, 16));
}

function readFdLinks(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return ''; // closed meanwhile
    }
  });
}
