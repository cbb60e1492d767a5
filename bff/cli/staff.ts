/** `npm run staff`: the first accounts of a city; afterwards the console manages them. The password comes by standard input, never by argument. */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createKernel } from '../compose';
import { readConfig } from '../config';
import { createSystemClock } from '../jobs/clocks';
import type { Log } from '../kernel';
import { hashPassword } from '../security/passwords';
import { loadKeys } from '../security/keys';
import { change } from '../store/change';
import { OFFICE_STREAM } from '../store/ledger';
import { openStore } from '../store/open-store';

const ROLES = ['city', 'administrator', 'districtReviewer', 'streetClerk', 'operator', 'window', 'inspector'];
const MIN_PASSWORD = 10;
const HELP = `工作人员账号 staff accounts

用法  npm run staff -- add --account A --name 姓名 --role ROLE [--districts 章贡区,赣州经开区] [--streets 解放街道,南外街道] [--phone 手机] [--data DIR]
      npm run staff -- disable --account A [--data DIR]

密码从标准输入读取，至少 ${MIN_PASSWORD} 位 (the password is read from standard input)
ROLE: ${ROLES.join(' ')}
`;

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { account: { type: 'string' }, name: { type: 'string' }, role: { type: 'string' }, districts: { type: 'string' }, streets: { type: 'string' }, phone: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [command] = positionals;
  if (values.help === true || !['add', 'disable'].includes(command ?? '') || values.account === undefined) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  if (command === 'add' && (values.name === undefined || !ROLES.includes(values.role ?? ''))) {
    process.stderr.write(`请给出 --name 和 --role（${ROLES.join('、')}）\n`);
    return 2;
  }
  const config = readConfig(['--no-demo', ...(values.data === undefined ? [] : ['--data', values.data])], process.env);
  if (config === null) return 2;
  const password = command === 'add' ? await readPassword() : '';
  if (command === 'add' && password.length < MIN_PASSWORD) {
    process.stderr.write(`密码至少 ${MIN_PASSWORD} 位\n`);
    return 2;
  }
  const store = await openStore({ mongoUri: config.mongoUri ?? undefined, dir: path.join(config.dataDir, 'store') });
  try {
    const keys = loadKeys({ dir: config.dataDir, env: process.env, allowGenerate: store.kind === 'embedded' });
    const { kernel } = await createKernel({ store, clock: createSystemClock(), keys, log: quiet });
    const passwordHash = command === 'add' ? await hashPassword(password) : '';
    const account = values.account;
    const done = await change(kernel, { actor: { kind: 'system', id: 'cli', role: null }, from: 'cli', why: '账号维护' }, async ({ tx, record }) => {
      const [existing] = await tx.staff.find({ account }, { limit: 1 });
      if (command === 'disable') {
        if (existing === undefined) return `没有账号 ${account}`;
        await tx.staff.replace({ ...existing, active: false });
        await record({ stream: OFFICE_STREAM, type: 'StaffDisabled', open: {}, detail: { staffId: existing.id } });
        return null;
      }
      if (existing !== undefined) return `账号 ${account} 已存在`;
      await tx.staff.insert({
        id: `staff-${account}`, account, passwordHash, name: values.name ?? '', role: values.role ?? '', districts: listOf(values.districts), streets: listOf(values.streets),
        phoneSealed: values.phone === undefined ? '' : kernel.crypto.seal(values.phone), active: true,
      });
      await record({ stream: OFFICE_STREAM, type: 'StaffAdded', open: {}, detail: { account, role: values.role } });
      return null;
    });
    if (done !== null) process.stderr.write(`${done}\n`);
    else process.stdout.write('完成 done\n');
    return done === null ? 0 : 1;
  } finally {
    await store.close();
  }
}

const listOf = (text: string | undefined): string[] => (text ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('密码（输入时会显示，请避开他人）: ');
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return '';
}

main().then((code) => process.exit(code), (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
