/**
 * `npm run bench -- [--json] [--only NAME[,NAME]]`: measures the running service against references taken in the same
 * run, in turns. See docs/PERFORMANCE.md. A missed target is printed, not an error; an error is.
 */
import { parseArgs } from 'node:util';
import { batchCase } from './cases/batch';
import { fanOutCase } from './cases/fan-out';
import { growthCase } from './cases/growth';
import { importCase } from './cases/import';
import { liveCase } from './cases/live';
import { memoryCase } from './cases/memory';
import { picksCase } from './cases/picks';
import { raceCase } from './cases/race';
import { simulatedYearCase } from './cases/simulated-year';
import { startCase } from './cases/start';
import { workListCase } from './cases/work-lists';
import { exportCase, proofCase } from './cases/supervision';
import type { BenchCase, Result } from './measure';
import { cleanUp, serveRole, type Offers } from './processes';
import { asJson, asTable } from './report';
import { bareKoa } from './roles/bare-koa';
import { bareLmdb } from './roles/bare-lmdb';
import { bareSocketIo, bareWs } from './roles/bare-sockets';
import { httpLoad } from './roles/http-load';
import { importer } from './roles/importer';
import { numberer } from './roles/numberer';
import { pickers } from './roles/pickers';
import { smsGateway } from './roles/sms-gateway';
import { supervision } from './roles/supervision';
import { turns } from './roles/turns';
import { watchers } from './roles/watchers';
import { workLists } from './roles/work-lists';

const cases: readonly BenchCase[] = [liveCase, fanOutCase, memoryCase, picksCase, raceCase, importCase, batchCase, startCase, growthCase, proofCase, exportCase, workListCase, simulatedYearCase];
const roles: Readonly<Record<string, Offers>> = {
  'bare-koa': bareKoa, 'bare-lmdb': bareLmdb, 'bare-socket-io': bareSocketIo, 'bare-ws': bareWs, 'http-load': httpLoad, importer, numberer, pickers, 'sms-gateway': smsGateway, supervision, turns, watchers, 'work-lists': workLists,
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' }, role: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.role !== undefined) return serveRole(roles[values.role]!);
  const names = values.only?.split(',');
  const unknown = names?.find((name) => !cases.some((one) => one.name === name));
  if (values.help === true || unknown !== undefined) {
    process.stderr.write(`npm run bench -- [--json] [--only ${cases.map(({ name }) => name).join('|')}]\n`);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  const results: Result[] = [];
  try {
    for (const { name, title, run } of cases) {
      if (names !== undefined && !names.includes(name)) continue;
      process.stderr.write(`\n${title}\n`);
      results.push(...(await run((text) => process.stderr.write(`  ${text}\n`))));
    }
  } finally {
    await cleanUp();
  }
  process.stdout.write(values.json === true ? `${asJson(results)}\n` : asTable(results));
}

process.on('SIGINT', () => void cleanUp().then(() => process.exit(130)));
main().then(() => {
  // Inspector sockets and keep-alive connections must not hold us up.
  if (!process.argv.includes('--role')) process.exit();
}, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
