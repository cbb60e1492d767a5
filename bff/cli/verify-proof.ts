/** `npm run verify-proof -- FILE|URL …`: for inspectors and anyone else; checks downloaded papers without asking the server to be trusted (S2, S4). */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultRuleSet } from '../../config/default-rule-set';
import type { LaneRules } from '../../shared/verify/lane-order';
import type { Group } from '../../shared/lane';
import type { Finding } from '../../shared/verify/finding';
import { Papers, type CheckOptions } from '../../shared/verify/papers';
import type { Signed } from '../../shared/verify/seal';
import { zipEntries } from '../documents/zip-guard';
import { keyIdOf } from '../security/signer';

const PROVEN = 0;
const WRONG = 1;
const USAGE = 2;
const PAGE = 500;
const SEALS_A_PAGE = 99;
const UNPACKED_LIMIT = 2 ** 31;

const HELP = `核验公开台账：日封存、记录证明、选房回执、选房次序、导出清单
Verify seals, proofs, receipts, the order of a lane, and export manifests. Works offline on downloaded files.

用法  npm run verify-proof -- [选项] 文件或网址 …

  FILE        下载的 JSON（/api/seals、/api/seals/日期、/api/ledger/链名、…/proof、选房回执、导出的 manifest.json），可多个一起
  URL         同上的网址；只给网站地址（如 https://example.cn）则下载全部公开台账与封存后核验
  --key HEX   单位公布的签名公钥（04 开头的 130 位十六进制），可重复；
              给了就只认这些钥匙，用别的钥匙签的就是假的；不给时取自文件本身并注明
  --number N  自己的号码，如 lowRent-2-41（廉租二居室组第 41 号）：说明它的发放、排队、前面的每次轮到
  --rules F   选房规则 JSON：{ "版本号": { windowStartMs, windowEndMs, turnMs, maxDeferrals } }；不给时用 /api/rules 下载的，也没有则按操作规则的默认值
  --json      最后一行输出一个 JSON 对象 { verified, findings: [{ verdict, zh, en }] }
  --help      显示本说明

退出码 exit code
  0  未发现问题 (nothing wrong was found, and something was proven)
  1  发现问题，或什么都不能证明 (something is wrong, or nothing could be proven)
  2  用法不对，或文件读不了 (usage, or unreadable)
`;

interface Command {
  readonly sources: readonly string[];
  readonly keys: Readonly<Record<string, string>>;
  readonly rules: Readonly<Record<string, LaneRules>> | null;
  readonly asJson: boolean;
  readonly number: CheckOptions['number'];
}

/** What is wrong with how it was called, or with what was given; the message is for people. */
class UsageError extends Error {}

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2));
  if (command === null) {
    process.stdout.write(HELP);
    return PROVEN;
  }
  const papers = new Papers();
  const findings: Finding[] = [];
  const manifests: { readonly manifest: Manifest; readonly document: Signed; readonly source: string }[] = [];
  for (const source of command.sources) {
    for (const document of await documentsOf(source)) {
      const manifest = manifestOf(document);
      if (manifest !== null) manifests.push({ manifest, document: document as Signed, source });
      if (!papers.add(document)) throw new UsageError(`${source}: 认不出这是什么 (not a document this program knows)`);
    }
  }
  const { rules, number } = command;
  // Of a whole site everything is there: what lacks was hidden. Files may be a choice.
  const downloadedAtMs = command.sources.some(isSite) ? Date.now() : undefined;
  findings.push(...papers.check({ keys: command.keys, ...(downloadedAtMs === undefined ? {} : { downloadedAtMs }), ...(number === undefined ? {} : { number }), rulesOf: (version) => (rules !== null ? (rules[String(version)] ?? null) : papers.hasRules ? null : defaultRuleSet) }));
  for (const { manifest, document, source } of manifests) findings.push(...(await checkFiles(manifest, source, papers.isVerified(document))));
  const isWrong = findings.some(({ verdict }) => verdict === 'wrong');
  const verified = !isWrong && findings.some(({ verdict }) => verdict === 'proven');
  (command.asJson ? process.stderr : process.stdout).write(asText(findings, verified, isWrong));
  if (command.asJson) process.stdout.write(`${JSON.stringify({ verified, findings })}\n`);
  return verified ? PROVEN : WRONG;
}

function readCommand(args: readonly string[]): Command | null {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { key: { type: 'string', multiple: true }, rules: { type: 'string' }, number: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new UsageError(`选项不对 (unknown option)：${(error as Error).message}\n\n${HELP}`);
  }
  const { values, positionals } = parsed;
  if (values.help === true) return null;
  if (positionals.length === 0) throw new UsageError(`没有给出文件或网址 (nothing to verify)\n\n${HELP}`);
  const keys: Record<string, string> = {};
  for (const key of values.key ?? []) {
    if (!/^04[0-9a-f]{128}$/i.test(key)) throw new UsageError('--key 应为 04 开头的 130 位十六进制 (130 hex digits, 04…)');
    keys[keyIdOf(key.toLowerCase())] = key.toLowerCase();
  }
  return { sources: positionals, keys, rules: values.rules === undefined ? null : (readJson(values.rules) as Record<string, LaneRules>), asJson: values.json === true, number: values.number === undefined ? undefined : numberOf(values.number) };
}

function numberOf(text: string): NonNullable<CheckOptions['number']> {
  const parts = /^((?:lowRent|publicRental)-[123])-([1-9]\d{0,6})$/.exec(text);
  if (parts === null) throw new UsageError('--number 应写作 组别-号码，如 lowRent-2-41 (group and number)');
  return { group: parts[1] as Group, queueNumber: Number(parts[2]) };
}

/** npm runs us in the project's directory; a relative path is meant from where npm was called. */
function located(file: string): string {
  const calledFrom = process.env['INIT_CWD'];
  return existsSync(file) || calledFrom === undefined ? file : path.resolve(calledFrom, file);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(located(file), 'utf8')) as unknown;
  } catch (error) {
    throw new UsageError(`${file}: 读不了，或不是 JSON (cannot be read, or is not JSON)：${(error as Error).message}`);
  }
}

async function documentsOf(source: string): Promise<unknown[]> {
  if (!/^https?:\/\//.test(source)) return [readJson(source)];
  return isSite(source) ? downloadAll(new URL(source)) : [await download(new URL(source))];
}

/** Whether a site is meant, not one of its documents. */
function isSite(source: string): boolean {
  return /^https?:\/\//.test(source) && new URL(source).pathname === '/';
}

async function download(url: URL): Promise<unknown> {
  const answer = await fetch(url).catch((error: unknown) => {
    throw new UsageError(`${url.href}: 连不上 (cannot be reached)：${(error as Error).message}`);
  });
  if (!answer.ok) throw new UsageError(`${url.href}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as unknown;
}

/** The whole public ledger of a site: key, seals, every stream. */
async function downloadAll(site: URL): Promise<unknown[]> {
  const get = (route: string) => download(new URL(route, site));
  const documents: unknown[] = [await get('/api/signing-key'), await get('/api/rules')];
  for (let before: number | null = null; ;) {
    const page = (await get(`/api/seals?limit=${SEALS_A_PAGE}${before === null ? '' : `&beforeNumber=${before}`}`)) as { nextBeforeNumber: number | null };
    documents.push(page);
    before = page.nextBeforeNumber;
    if (before === null) break;
  }
  for (let cursor: string | null = ''; cursor !== null;) {
    const directory = (await get(`/api/ledger?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)) as { streams: { stream: string }[]; nextCursor: string | null };
    documents.push(directory);
    for (const { stream } of directory.streams) await downloadStream(get, stream, documents);
    cursor = directory.nextCursor;
  }
  return documents;
}

async function downloadStream(get: (route: string) => Promise<unknown>, stream: string, into: unknown[]): Promise<void> {
  for (let after = 0; ;) {
    const page = (await get(`/api/ledger/${encodeURIComponent(stream)}?limit=${PAGE}&afterSeq=${after}`)) as { entries: { seq: number }[] };
    into.push(page);
    if (page.entries.length < PAGE) return;
    after = page.entries.at(-1)!.seq;
  }
}

interface Manifest {
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sm3: string; readonly sheets?: readonly SheetDigest[] }[];
}
interface SheetDigest {
  readonly name: string;
  readonly part: string;
  readonly sm3: string;
}

/** The files an export's manifest names; null when the document is none. */
function manifestOf(document: unknown): Manifest | null {
  const body = (document as { body?: unknown } | null)?.body;
  if (typeof body !== 'string') return null;
  try {
    const content = JSON.parse(body) as Manifest & { kind?: unknown };
    return content.kind === 'export' && Array.isArray(content.files) ? content : null;
  } catch {
    return null;
  }
}

/** The files beside a manifest, hashed again; nothing under an unverified manifest is proven. */
async function checkFiles({ files }: Manifest, source: string, isVerified: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, sm3, sheets = [] } of files) {
    // The name comes from outside; it may only name a neighbour.
    const file = path.join(path.dirname(located(source)), path.basename(name));
    if (/^https?:/.test(source) || !existsSync(file)) {
      findings.push({ verdict: 'open', zh: `${name}：不在清单旁边，未核对`, en: `${name}: not beside the manifest, not checked` });
      continue;
    }
    const hash = createHash('sm3');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    if (hash.digest('hex') === sm3) {
      findings.push(!isVerified ? { verdict: 'open', zh: `${name}：与清单一致，但清单的签名未核实`, en: `${name}: as the manifest says, whose signature is not verified` } : { verdict: 'proven', zh: `${name}：与清单一致，导出后未改动`, en: `${name}: as the manifest says, unchanged since the export` });
      continue;
    }
    const changed = await changedSheets(file, sheets);
    const which = changed === null ? ['无法读出各表', 'its sheets cannot be read'] : changed.length === 0 ? ['各表内容未变', 'its sheets say the same'] : [`改动的表：${changed.join('、')}`, `changed sheets: ${changed.join(', ')}`];
    findings.push({ verdict: 'wrong', zh: `${name}：与清单不符，导出后被改动（${which[0]}）`, en: `${name}: changed since the export (${which[1]})` });
  }
  return findings;
}

/** Which sheets of a workbook are not what the manifest says; null when it is no workbook any more. */
async function changedSheets(file: string, sheets: readonly SheetDigest[]): Promise<string[] | null> {
  try {
    const parts = new Map(zipEntries(readFileSync(file), UNPACKED_LIMIT).map((entry) => [entry.name, entry]));
    const changed: string[] = [];
    for (const { name, part, sm3 } of sheets) {
      const content = await parts.get(part)?.content();
      if (content === undefined || createHash('sm3').update(content).digest('hex') !== sm3) changed.push(name);
    }
    return changed;
  } catch {
    return null;
  }
}

const MARKS = { proven: '✓', wrong: '✗', open: '·' } as const;

function asText(findings: readonly Finding[], verified: boolean, isWrong: boolean): string {
  const lines = findings.map(({ verdict, zh, en }) => `  ${MARKS[verdict]} ${zh}\n      ${en}`);
  const summary = isWrong ? '发现问题 (something is wrong)' : verified ? '核验通过 (verified)' : '没有可以证明的内容 (nothing could be proven)';
  const counts = `✓ 已证明 proven ${countOf(findings, 'proven')}，✗ 有问题 wrong ${countOf(findings, 'wrong')}，· 未能证明 open ${countOf(findings, 'open')}`;
  return `${lines.join('\n')}\n\n${summary}：${counts}\n`;
}

const countOf = (findings: readonly Finding[], verdict: Finding['verdict']): number => findings.filter((one) => one.verdict === verdict).length;

main().then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  process.stderr.write(`${error instanceof UsageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = USAGE;
});
