/** `npm run import -- FILE.xlsx …`: imports registers into the data directory, or into MongoDB. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createKernel } from '../compose';
import { type Config, readConfig } from '../config';
import { storedOffset } from '../features/demo/travel';
import { HELP, progressLine, reportAsText, storeLocked, usage } from '../features/imports/console-text';
import { importRegister } from '../features/imports/handlers';
import type { ImportDeps } from '../features/imports/import-deps';
import { reportAsJson } from '../features/imports/report';
import { createSystemClock, TravelClock } from '../jobs/clocks';
import { lastBeat } from '../jobs/heartbeat';
import type { Log } from '../kernel';
import { loadKeys } from '../security/keys';
import type { Act } from '../store/change';
import { openStore } from '../store/open-store';

const UNDERSTOOD = 0;
const REFUSED = 1;
const USAGE = 2;

interface Command {
  readonly files: readonly string[];
  readonly asJson: boolean;
  readonly dryRun: boolean;
  readonly data: string | undefined;
}

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2));
  if (typeof command === 'number') return command;
  // The import goes where the real service would look: never to the demonstration unless told so.
  const config = readConfig(['--no-demo', ...(command.data === undefined ? [] : ['--data', command.data])], process.env)!;
  // A preview of a city that does not exist yet is made beside it, so that it leaves no trace.
  const scratch = command.dryRun && config.mongoUri === null && !existsSync(config.dataDir) ? mkdtempSync(path.join(os.tmpdir(), 'import-preview-')) : null;
  try {
    return await importAll(command, config, scratch ?? config.dataDir);
  } finally {
    if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
  }
}

/** The command, or the exit code when there is nothing to do. */
function readCommand(args: readonly string[]): Command | number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args], allowPositionals: true,
      options: { json: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      process.stdout.write(HELP);
      return UNDERSTOOD;
    }
    if (positionals.length > 0) return { files: positionals, asJson: values.json === true, dryRun: values['dry-run'] === true, data: values.data };
    process.stderr.write(`${usage.noFile}\n\n${HELP}`);
  } catch (error) {
    process.stderr.write(`${usage.unknownOption((error as Error).message)}\n\n${HELP}`);
  }
  return USAGE;
}

async function importAll(command: Command, config: Config, dataDir: string): Promise<number> {
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(dataDir, 'store') });
  try {
    const systemClock = createSystemClock(await lastBeat({ store }));
    const travelled = await storedOffset(store);
    const { kernel } = await createKernel({
      store, log, clock: travelled === null ? systemClock : new TravelClock(systemClock, travelled),
      keys: loadKeys({ dir: dataDir, env: process.env, allowGenerate: store.kind === 'embedded' }),
    });
    let code = UNDERSTOOD;
    for (const file of command.files) {
      if (!(await importOne(kernel, command, file))) code = REFUSED;
    }
    return code;
  } finally {
    await store.close();
  }
}

async function importOne(deps: ImportDeps, command: Command, file: string): Promise<boolean> {
  const act: Act = { actor: { kind: 'staff', id: `cli:${os.userInfo().username}`, role: null }, from: `import ${os.hostname()}`, why: `导入 ${path.basename(file)}` };
  const onTerminal = process.stderr.isTTY === true;
  const report = await importRegister(deps, act, located(file), {
    dryRun: command.dryRun,
    ...(onTerminal ? { onProgress: (done, total) => void process.stderr.write(`\r${progressLine(file, done, total)}${done === total ? '\n' : ''}`) } : {}),
  });
  const named = { ...report, file };
  // With --json the last line is for a program; what people read goes beside it.
  (command.asJson ? process.stderr : process.stdout).write(reportAsText(named));
  if (command.asJson) process.stdout.write(`${reportAsJson(named)}\n`);
  return report.kind !== 'unknown';
}

/** npm runs us in the project's directory; a relative path is meant from where npm was called. */
function located(file: string): string {
  const calledFrom = process.env['INIT_CWD'];
  return existsSync(file) || calledFrom === undefined ? file : path.resolve(calledFrom, file);
}

const write = (fields: Record<string, unknown>, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const log: Log = { info: () => undefined, warn: write, error: write };

main().then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  const { name, message, stack } = error as Error;
  if (name === 'StoreLockedError') process.stderr.write(`${storeLocked(/directory (.*?) is in use/.exec(message)?.[1] ?? '')}\n`);
  // What an operator can mend says so itself; anything else is a fault of the program and needs its trace.
  else process.stderr.write(`${/[\u4e00-\u9fff]/.test(message) ? message : stack ?? message}\n`);
  process.exitCode = REFUSED;
});
