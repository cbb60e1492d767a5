/** The server program: reads the settings, starts the service, stops it in order. */
import path from 'node:path';
import pino from 'pino';
import { ConfigError, HELP, readConfig } from './config';
import type { Log } from './kernel';
import { startService } from './service';

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === null) {
    process.stdout.write(HELP);
    return;
  }
  const logger = pino({ level: config.logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime, redact: ['phone', '*.phone', 'code', '*.code', 'token', '*.token', 'password', '*.password'] }, pino.destination({ fd: 2, sync: false }));
  const log: Log = logger;
  const root = path.resolve(process.env['PROJECT_ROOT'] ?? process.cwd());
  const service = await startService(config, log, root);
  process.stdout.write(banner(service.url, config.demo, service.simulator?.url ?? null, service.kernel.store.kind));

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    service.close().then(() => process.exit(0), (error: unknown) => {
      log.error({ err: error }, 'stopping failed');
      process.exit(1);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function banner(url: string, demo: boolean, inboxUrl: string | null, store: string): string {
  const lines = [
    '', `  公租房轮候与线上选房  已启动 (store: ${store})`, '',
    `  选房大厅          ${url}/`,
    ...(demo ? [`  演示控制台        ${url}/demo`] : []),
    ...(inboxUrl === null ? [] : [`  短信收件箱        ${inboxUrl}/`]),
    `  接口说明          ${url}/docs`, '', '  Ctrl+C 停止', '',
  ];
  return `${lines.join('\n')}\n`;
}

main().catch((error: unknown) => {
  // A setting or a directory that is wrong is the operator's to mend: one readable sentence, no stack.
  const known = error instanceof Error && (error instanceof ConfigError || ['StoreLockedError', 'KeysError', 'WrongKeysError', 'NewerDataError'].includes(error.name) || /[\u4e00-\u9fff]/.test(error.message));
  process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
});
