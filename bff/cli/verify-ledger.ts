/** `npm run verify-ledger`: proves or disproves the ledger of a data directory, or of MongoDB (S1, S2). */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, readConfig } from '../config';
import { storedOffset } from '../features/demo/travel';
import { MAX_PROBLEMS, verifyLedger, type LedgerVerdict } from '../features/ledger/verify';
import { lastBeat } from '../jobs/heartbeat';
import { openStore } from '../store/open-store';

const VERIFIED = 0;
const BROKEN = 1;
const USAGE = 2;
const SHOWN = 50;

const HELP = `校验操作日志（哈希链）
Verify the ledger: no gap, no change, no missing tail.

用法  npm run verify-ledger -- [选项]

  --data DIR    数据目录 data directory (DATA_DIR，默认 .data/city；演示城市在 .data/demo)
  --json        最后一行输出一个 JSON 对象：{ streams, entries, verified, problems: [{ stream, seq, what }] }
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
  const verdict = await verify(config, dataDir);
  (command.asJson ? process.stderr : process.stdout).write(asText(verdict));
  const { streams, entries, verified, problems } = verdict;
  if (command.asJson) process.stdout.write(`${JSON.stringify({ streams, entries, verified, problems })}\n`);
  return verified ? VERIFIED : BROKEN;
}

/** The command, or the exit code when there is nothing to do. */
function readCommand(args: readonly string[]): Command | number {
  try {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help !== true) return { asJson: values.json === true, data: values.data };
    process.stdout.write(HELP);
    return VERIFIED;
  } catch (error) {
    process.stderr.write(`选项不对 (unknown option)：${(error as Error).message}\n\n${HELP}`);
    return USAGE;
  }
}

async function verify(config: Config, dataDir: string): Promise<LedgerVerdict> {
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(dataDir, 'store') });
  try {
    // The store's own time may be ahead of the machine's: a demonstration travels, a clock was set back.
    const nowMs = Math.max(Date.now() + ((await storedOffset(store)) ?? 0), await lastBeat({ store }));
    const onTerminal = process.stderr.isTTY === true;
    const verdict = await verifyLedger(store, { nowMs, ...(onTerminal ? { onProgress: (entries) => void process.stderr.write(`\r已校验 ${entries} 条`) } : {}) });
    if (onTerminal) process.stderr.write('\r');
    return verdict;
  } finally {
    await store.close();
  }
}

/** npm runs us in the project's directory; a relative path is meant from where npm was called. */
function located(dataDir: string, given: string | undefined): string {
  const calledFrom = process.env['INIT_CWD'];
  return given === undefined || existsSync(dataDir) || calledFrom === undefined ? dataDir : path.resolve(calledFrom, given);
}

function asText({ streams, entries, verified, problems }: LedgerVerdict): string {
  if (verified) return `操作日志完整：${streams} 条链，${entries} 条记录，逐条校验无误 (verified: ${streams} streams, ${entries} entries)\n`;
  const lines = [`操作日志有问题：${problems.length}${problems.length === MAX_PROBLEMS ? '+' : ''} 处，共 ${streams} 条链 ${entries} 条记录 (broken: ${problems.length} problems)`];
  for (const { stream, seq, what } of problems.slice(0, SHOWN)) lines.push(`  ✗ ${stream} 第 ${seq} 条：${what}`);
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
