/** `npm run verify-ledger`: proves or disproves the ledger of a data directory, or of MongoDB (S1, S2). */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { addDays, dayOf, HOUR_MS } from '../../shared/shanghai-time';
import type { Signed } from '../../shared/verify/seal';
import { type Config, ConfigError, readConfig } from '../config';
import { storedOffset } from '../features/demo/travel';
import { MAX_PROBLEMS, verifyLedger, type LedgerVerdict } from '../features/ledger/verify';
import { SEALS } from '../features/ledger/verify-seals';
import { lastBeat } from '../jobs/heartbeat';
import { loadKeys } from '../security/keys';
import { keyIdOf } from '../security/signer';
import { openStore } from '../store/open-store';

const VERIFIED = 0;
const BROKEN = 1;
const USAGE = 2;
const SHOWN = 50;

const HELP = `校验操作日志（哈希链、日封存）
Verify the ledger: no gap, no change, no missing tail; the published streams against the signed day seals.

用法  npm run verify-ledger -- [选项]

  --data DIR    数据目录 data directory (DATA_DIR，默认 .data/city；演示城市在 .data/demo)
  --seals FILE  单位外保存的日封存（从 /api/seals 下载的 JSON），可重复；与库中的封存和日志逐一比对
                seals kept outside, as downloaded from /api/seals: the store is held against them
  --key HEX     单位公布的签名公钥（04 开头的 130 位十六进制），可重复；不给时用本机密钥
  --json        最后一行输出一个 JSON 对象：{ streams, entries, seals, verified, problems: [{ stream, seq, what }] }
  --help        显示本说明

环境变量 environment: DATA_DIR, MONGODB_URI (设置时校验 MongoDB)

退出码 exit code
  0  日志完整 (verified)
  1  日志有问题，或无法读取 (broken, or it could not be read)
  2  用法不对 (usage)
`;

interface Command {
  readonly asJson: boolean;
  readonly data: string | undefined;
  /** Seals from outside. */
  readonly published: readonly Signed[];
  /** Keys from outside; empty: this machine's. */
  readonly keys: Readonly<Record<string, string>>;
}

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2));
  if (typeof command === 'number') return command;
  const config = readConfig(['--no-demo', ...(command.data === undefined ? [] : ['--data', command.data])], process.env)!;
  const dataDir = located(config.dataDir, command.data);
  // Opening would make an empty store, and an empty ledger is in order: say that there is none instead.
  if (config.mongoUri === null && !existsSync(path.join(dataDir, 'store', 'data.mdb'))) {
    process.stderr.write(`${dataDir} 中没有数据，请用 --data 指定数据目录 (no data in this directory)\n`);
    return BROKEN;
  }
  const verdict = await verify(config, dataDir, command);
  (command.asJson ? process.stderr : process.stdout).write(asText(verdict));
  const { streams, entries, seals, verified, problems } = verdict;
  if (command.asJson) process.stdout.write(`${JSON.stringify({ streams, entries, seals, verified, problems })}\n`);
  return verified ? VERIFIED : BROKEN;
}

/** The command, or the exit code when there is nothing to do. */
function readCommand(args: readonly string[]): Command | number {
  try {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' }, data: { type: 'string' }, seals: { type: 'string', multiple: true }, key: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } } });
    if (values.help !== true) return { asJson: values.json === true, data: values.data, published: (values.seals ?? []).flatMap(readSealFile), keys: Object.fromEntries((values.key ?? []).map(readKey)) };
    process.stdout.write(HELP);
    return VERIFIED;
  } catch (error) {
    process.stderr.write(`选项不对 (unknown option)：${(error as Error).message}\n\n${HELP}`);
    return USAGE;
  }
}

function readKey(hex: string): readonly [string, string] {
  if (!/^04[0-9a-f]{128}$/i.test(hex)) throw new Error('--key 应为 04 开头的 130 位十六进制 (130 hex digits, 04…)');
  return [keyIdOf(hex.toLowerCase()), hex.toLowerCase()];
}

/** The seals of a file: a page of /api/seals, one seal, or a list of either. */
function readSealFile(file: string): Signed[] {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(located(file, file), 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`--seals ${file}: 读不了，或不是 JSON (cannot be read, or is not JSON)：${(error as Error).message}`, { cause: error });
  }
  const seals = sealsIn(document);
  if (seals.length === 0) throw new Error(`--seals ${file}: 其中没有日封存 (there are no seals in it)`);
  return seals;
}

function sealsIn(document: unknown): Signed[] {
  if (Array.isArray(document)) return document.flatMap(sealsIn);
  const given = document as Partial<Signed> & { readonly seals?: unknown } | null;
  if (typeof given !== 'object' || given === null) return [];
  if (Array.isArray(given.seals)) return given.seals.flatMap(sealsIn);
  const { body, signature, keyId } = given;
  return typeof body === 'string' && typeof signature === 'string' && typeof keyId === 'string' ? [{ body, signature, keyId }] : [];
}

async function verify(config: Config, dataDir: string, { published, keys: given }: Command): Promise<LedgerVerdict> {
  const keys = Object.keys(given).length > 0 ? given : ownKeys(dataDir);
  if (keys === null) process.stderr.write('没有找到本机的签名密钥，封存的签名未核对；可用 --key 指定公布的公钥 (no signing key here: signatures of seals were not checked)\n');
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(dataDir, 'store') });
  try {
    // The store's own time may be ahead of the machine's: a demonstration travels, a clock was set back.
    const beatAtMs = await lastBeat({ store });
    const nowMs = Math.max(Date.now() + ((await storedOffset(store)) ?? 0), beatAtMs);
    // A day is sealed within minutes of its end: once the service ran an hour into the next, the seal must be there.
    const sealedThrough = beatAtMs > 0 ? addDays(dayOf(beatAtMs - HOUR_MS), -1) : null;
    const onTerminal = process.stderr.isTTY === true;
    const verdict = await verifyLedger(store, { nowMs, seals: { keys, published, sealedThrough }, ...(onTerminal ? { onProgress: (entries) => void process.stderr.write(`\r已校验 ${entries} 条`) } : {}) });
    if (onTerminal) process.stderr.write('\r');
    return verdict;
  } finally {
    await store.close();
  }
}

/** Where this machine has the keys: in its environment, or beside the data. None are made here. */
function ownKeys(dir: string): Readonly<Record<string, string>> | null {
  const isAtHand = existsSync(path.join(dir, 'keys.json')) || process.env['SIGNING_KEY'] !== undefined || process.env['SIGNING_KEY_FILE'] !== undefined;
  return isAtHand ? loadKeys({ dir, env: process.env, allowGenerate: existsSync(path.join(dir, 'keys.json')) }).publicKeys : null;
}

/** npm runs us in the project's directory; a relative path is meant from where npm was called. */
function located(dataDir: string, given: string | undefined): string {
  const calledFrom = process.env['INIT_CWD'];
  return given === undefined || existsSync(dataDir) || calledFrom === undefined ? dataDir : path.resolve(calledFrom, given);
}

function asText({ streams, entries, seals, verified, problems }: LedgerVerdict): string {
  if (verified) return `操作日志完整：${streams} 条链，${entries} 条记录，逐条校验无误，与 ${seals} 份日封存一致 (verified: ${streams} streams, ${entries} entries, ${seals} day seals)\n`;
  const lines = [`操作日志有问题：${problems.length}${problems.length === MAX_PROBLEMS ? '+' : ''} 处，共 ${streams} 条链 ${entries} 条记录 (broken: ${problems.length} problems)`];
  for (const { stream, seq, what } of problems.slice(0, SHOWN)) lines.push(`  ✗ ${stream} 第 ${seq} ${stream === SEALS ? '号' : '条'}：${what}`);
  if (problems.length > SHOWN) lines.push(`  … 另有 ${problems.length - SHOWN} 处，用 --json 查看全部。`);
  return `${lines.join('\n')}\n`;
}

main().then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  const { name, message, stack } = error as Error;
  if (name === 'StoreLockedError') {
    const dir = /directory (.*?) is in use/.exec(message)?.[1] ?? '';
    process.stderr.write(`数据目录 ${dir} 正由另一个程序使用（多半是服务器正在运行），本次没有校验。\n请先停止服务器（在它的窗口按 Ctrl+C），再重新校验；或用 --data 指定另一个数据目录（例如一份备份）。\n`);
  } else {
    // What an operator can mend says so itself; anything else is a fault of the program and needs its trace.
    process.stderr.write(`${error instanceof ConfigError || /[\u4e00-\u9fff]/.test(message) ? message : stack ?? message}\n`);
  }
  process.exitCode = error instanceof ConfigError ? USAGE : BROKEN;
});
