/** `npm run reseal`: brings everything sealed under an older field key under the current one, so that the old key can be retired (P2). */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createKernel } from '../compose';
import { readConfig } from '../config';
import { FileVault } from '../features/attachments/vault';
import { resealAll, resealFiles } from '../features/households/reseal';
import { createSystemClock } from '../jobs/clocks';
import type { Log } from '../kernel';
import { loadKeys } from '../security/keys';
import { openStore } from '../store/open-store';

const HELP = `换密钥后重新加密 re-encryption under the current field key

用法  npm run reseal -- [--data DIR] [--dry-run]

先在 FIELD_KEYS 中加入新版本的密钥并重启所有服务进程，再运行本命令；完成后再运行一次，显示 0 项时旧密钥即可停用。
中途停止可以再次运行，从停下的地方继续。内嵌存储须先停止服务。操作日志不含加密内容，不受影响。
First add the new version to FIELD_KEYS and restart every process; run this; run it again until it says 0; then retire the old key.
`;

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const config = readConfig(['--no-demo', ...(values.data === undefined ? [] : ['--data', values.data])], process.env);
  if (config === null) return 2;
  const dryRun = values['dry-run'] === true;
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(config.dataDir, 'store') });
  try {
    const keys = loadKeys({ dir: config.dataDir, env: process.env, allowGenerate: store.kind === 'embedded' });
    const { kernel } = await createKernel({ store, clock: createSystemClock(), keys, log: quiet });
    const onProgress = ({ collection, seen, resealed }: { collection: string; seen: number; resealed: number }) => void process.stderr.write(`\r${collection.padEnd(24)} ${seen} / ${resealed}`);
    const documents = await resealAll(store, kernel.crypto, { dryRun, onProgress });
    const files = await resealFiles(store, new FileVault(path.join(config.dataDir, 'attachments'), kernel.crypto), { dryRun, onProgress });
    process.stderr.write('\n');
    process.stdout.write(`${dryRun ? '将' : '已'}重新加密 ${documents.resealed} 项记录、${files.resealed} 个文件（共查看 ${documents.seen} 项、${files.seen} 个），当前密钥版本 ${kernel.crypto.keyVersion}\n`);
    return 0;
  } finally {
    await store.close();
  }
}

main().then((code) => process.exit(code), (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
