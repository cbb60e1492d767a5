/** S1, P1, P2: what inspectors take away: whole, safe to open, masked unless said otherwise, and itself in the ledger. */
import { routes } from '../../shared/contract/routes';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { readXlsx } from 'hucre/xlsx';
import type { ExportView } from '../../shared/contract/supervision-schemas';
import { exportPage, exportView } from '../../shared/contract/supervision-schemas';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { zipEntries } from '../../bff/documents/zip-guard';
import { writeWorkbook, type RowOut } from '../../bff/documents/write-workbook';
import { Exporter } from '../../bff/features/exports/exporter';
import { exportHandlers } from '../../bff/features/exports/handlers';
import { Download, Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { systemAct } from '../../bff/kernel';
import { verifySignature } from '../../bff/security/signer';
import { change } from '../../bff/store/change';
import { householdStream } from '../../bff/store/ledger';
import { LANE, phoneOf, seedLane } from '../support/build';
import { buildWorld, type World } from '../support/world';

const IDENTITY = '360702199001011239';
const NAME = '=试探小雨';
const HOUSEHOLD = 'household-0';

let world: World;
let dir: string;
let exporter: Exporter;
beforeEach(async () => {
  world = await buildWorld();
  dir = path.join(world.dir, 'exports');
  exporter = new Exporter(world.kernel, dir, 'test');
  await seedLane(world.kernel, { families: [{ group: 'lowRent-2', queueNumber: 1 }, { group: 'lowRent-2', queueNumber: 2 }], homes: 2 });
  await world.store.transact(async (tx) => {
    const household = (await tx.households.get(HOUSEHOLD))!;
    await tx.households.replace({ ...household, applicantSealed: world.kernel.crypto.seal(NAME), street: '+cmd|calc' });
    await tx.members.insert({ id: 'm-1', householdId: HOUSEHOLD, relation: '本人', personSealed: world.kernel.crypto.seal(JSON.stringify({ name: NAME, identity: IDENTITY })), identityIndex: 'i-1', caseOpen: true });
  });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await change(world.kernel, systemAct('=HYPERLINK("http://x")'), (work) => work.record({ stream: 'office', type: 'Something', open: {} }));
  await world.tick();
  const [ticket, listing] = await world.store.read(async (tx) => [(await tx.tickets.get('lowRent-2-1'))!, await tx.listings.get(`${LANE}-home-1`)] as const);
  await world.command(LANE, { type: 'PickHome', ticket, listing, assisted: null });
  await world.tick();
});
afterEach(async () => {
  await exporter.stop();
  await world.close();
});

const staff = (role: string, staffId = role): Caller => ({ kind: 'staff', sessionId: 's', staffId, role, districts: [] });
const handlers = () => exportHandlers(world.kernel, exporter) as Record<string, (request: ApiRequest) => Promise<unknown>>;
let keyNumber = 0;
const call = async <T>(name: string, caller: Caller, request: { params?: Record<string, string>; body?: unknown; query?: Record<string, string>; key?: string } = {}): Promise<T> =>
  (await handlers()[name]!({ params: {}, query: {}, body: undefined, address: '127.0.0.1', idempotencyKey: request.key ?? `key-${(keyNumber += 1)}`, caller, ...request } as unknown as ApiRequest)) as T;
const period = { kind: 'period', fromDay: '2026-06-01', toDay: '2026-06-01' };
const ask = (caller: Caller, scope: object = period, unmasked = false, key?: string) => call<ExportView | Refusal>('requestExport', caller, { body: { scope, reason: '纪检核查', unmasked }, ...(key === undefined ? {} : { key }) });
const finished = async (asked: ExportView | Refusal, caller: Caller = staff('city')): Promise<ExportView> => {
  if (asked instanceof Refusal) throw new Error(asked.code);
  await exporter.idle();
  const view = await call<ExportView>('getExport', caller, { params: { exportId: asked.id } });
  expect(exportView.safeParse(view).success).toBe(true);
  return view;
};
const sheetsOf = async (view: ExportView): Promise<Map<string, (string | number | null)[][]>> => {
  const { sheets } = await readXlsx(readFileSync(path.join(dir, view.id, 'export.xlsx')));
  return new Map(sheets.map((sheet) => [sheet.name, sheet.rows as (string | number | null)[][]]));
};
const office = async () => (await world.store.read((tx) => tx.ledger.find({ stream: 'office' }, { sort: [['seq', 'asc']] }))).map(({ type, detail }) => ({ type, detail: JSON.parse(detail) as Record<string, unknown> }));
const textOf = (sheets: Map<string, unknown[][]>) => JSON.stringify([...sheets]);

test('S1, P2: a period is exported whole and masked; the manifest binds every file; each act is in the ledger', async () => {
  const entriesBefore = await world.store.read((tx) => tx.ledger.count({}));
  const view = await finished(await ask(staff('inspector'), { ...period }), staff('inspector'));
  expect(view).toMatchObject({ state: 'ready', unmasked: false, requestedBy: 'inspector' });
  expect(view.rowsDone).toBe(view.rowsTotal);
  const sheets = await sheetsOf(view);
  expect([...sheets.keys()].slice(0, 3)).toEqual(['说明', '操作日志', '家庭']);
  expect(sheets.get('操作日志')!.length - 1).toBe(entriesBefore + 1); // and that it was asked for
  expect(sheets.get('轮到')!.slice(1).map((row) => [row[2], row[3], row[5]])).toEqual([['廉租住房二居室组', 1, '已选定'], ['廉租住房二居室组', 2, '进行中']]);
  expect(sheets.get('选房')!).toHaveLength(2);
  expect(sheets.get('消息')!.length).toBeGreaterThan(3);
  expect(sheets.get('家庭成员')![1]!.slice(0, 4)).toEqual([HOUSEHOLD, '本人', '=***雨', '360***********1239']);
  const text = textOf(sheets);
  for (const secret of [IDENTITY, NAME, phoneOf(0), phoneOf(1)]) expect(text).not.toContain(secret);
  // Formula-looking text is text.
  expect(sheets.get('操作日志')!.flat()).toContain('=HYPERLINK("http://x")');
  expect(sheets.get('家庭')!.flat()).toContain('+cmd|calc');

  const manifest = JSON.parse(readFileSync(path.join(dir, view.id, 'manifest.json'), 'utf8')) as { body: string; signature: string; keyId: string };
  expect(verifySignature(world.kernel.publicKeys[manifest.keyId]!, manifest.body, manifest.signature)).toBe(true);
  const content = JSON.parse(manifest.body) as { files: { name: string; sm3: string; bytes: number; sheets: { name: string; part: string; rows: number; sm3: string }[] }[]; reason: string };
  const bytes = readFileSync(path.join(dir, view.id, 'export.xlsx'));
  expect(content).toMatchObject({ reason: '纪检核查', files: [{ name: 'export.xlsx', bytes: bytes.length, sm3: createHash('sm3').update(bytes).digest('hex') }] });
  const listed = content.files[0]!.sheets;
  expect(listed.map(({ name }) => name)).toEqual([...sheets.keys()]);
  // Each sheet's rows and digest are those of the file as anybody unpacks it.
  const parts = new Map(await Promise.all(zipEntries(bytes, 1e9).map(async ({ name, content: unpack }) => [name, await unpack()] as const)));
  for (const { name, part, rows, sm3 } of listed) expect([name, rows, sm3]).toEqual([name, sheets.get(name)!.length - 1, createHash('sm3').update(parts.get(part)!).digest('hex')]);
  expect(Object.fromEntries(listed.map(({ name, rows }) => [name, rows]))).toMatchObject({ 操作日志: entriesBefore + 1, 轮到: 2, 选房: 1, 家庭: 2, 家庭成员: 1 });

  const downloaded = await call<Download>('downloadExport', staff('inspector'), { params: { exportId: view.id, name: 'export.xlsx' } });
  expect(downloaded).toBeInstanceOf(Download);
  const chunks: Buffer[] = [];
  for await (const chunk of downloaded.body) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).equals(bytes) && downloaded.bytes === bytes.length).toBe(true);
  const acts = (await office()).filter(({ detail }) => detail['exportId'] === view.id);
  expect(acts.map(({ type }) => type)).toEqual(['ExportRequested', 'ExportFinished', 'ExportDownloaded']);
  expect(acts[0]!.detail).toMatchObject({ actor: { kind: 'staff', id: 'inspector', role: 'inspector' }, why: '纪检核查', unmasked: false });
});

test('P2: unmasked only when asked for, with a record of its own; identity numbers and phones are text', async () => {
  const view = await finished(await ask(staff('city'), { kind: 'household', householdId: HOUSEHOLD }, true));
  const sheets = await sheetsOf(view);
  expect(sheets.get('家庭成员')![1]!.slice(0, 4)).toEqual([HOUSEHOLD, '本人', NAME, IDENTITY]);
  expect(sheets.get('家庭')![1]!.slice(0, 3)).toEqual([HOUSEHOLD, NAME, phoneOf(0)]);
  expect((await office()).map(({ type }) => type)).toContain('PersonalDataExported');
  const own = await world.store.read((tx) => tx.ledger.find({ stream: householdStream(HOUSEHOLD) }, { sort: [['seq', 'asc']] }));
  expect(own.map(({ type }) => type)).toEqual(['ExportRequested', 'PersonalDataExported']);
});

test('S1: a household’s history is its own stream, its turns as the lane recorded them, its picks and messages, and nobody else’s', async () => {
  await change(world.kernel, systemAct('test'), (work) => work.record({ stream: householdStream(HOUSEHOLD), type: 'Something', open: {}, detail: { note: '甲' } }));
  // Another's number that begins like ours.
  await change(world.kernel, systemAct('test'), (work) => work.tell({ id: 'sms-calledUp-other', topic: 'sms', kind: 'calledUp', subjectId: 'lowRent-2-10', recipientSealed: world.kernel.crypto.seal(phoneOf(9)), payload: {} }));
  const view = await finished(await ask(staff('city'), { kind: 'household', householdId: HOUSEHOLD }));
  const sheets = await sheetsOf(view);
  const entries = sheets.get('操作日志')!.slice(1);
  expect(entries.map((row) => [row[8], row[10]])).toEqual([
    [householdStream(HOUSEHOLD), 'Something'], [householdStream(HOUSEHOLD), 'ExportRequested'],
    [`lane.${LANE}`, 'TurnOpened'], [`lane.${LANE}`, 'TurnNotified'], [`lane.${LANE}`, 'HomePicked'],
  ]);
  expect(sheets.get('轮到')!).toHaveLength(2);
  expect(sheets.get('消息')!.slice(1).map((row) => row[2]).sort()).toEqual(['轮到选房', '选房成功']);
  expect(textOf(sheets)).not.toContain('household-1');
});

test('P1: city and inspector ask; only the asker and the city see; refusals have their codes and change nothing', async () => {
  for (const role of ['administrator', 'districtReviewer', 'streetClerk', 'operator', 'window']) {
    for (const name of ['requestExport', 'listExports']) expect(await call(name, staff(role), { body: { scope: period, reason: '看看', unmasked: false } })).toMatchObject({ code: 'FORBIDDEN' });
  }
  const mine = await finished(await ask(staff('inspector', 'first')), staff('inspector', 'first'));
  const at = { params: { exportId: mine.id, name: 'export.xlsx' } };
  for (const name of ['getExport', 'downloadExport']) {
    expect(await call(name, staff('inspector', 'second'), at)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await call(name, staff('administrator'), at)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await call(name, staff('city'), at)).not.toBeInstanceOf(Refusal);
  }
  for (const name of ['../../keys.json', '..', 'keys.json', '']) expect(await call('downloadExport', staff('city'), { params: { exportId: mine.id, name } })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await call('getExport', staff('city'), { params: { exportId: '../x' } })).toMatchObject({ code: 'NOT_FOUND' });
  const list = async (caller: Caller, query = {}) => call<{ exports: ExportView[]; nextCursor: string | null }>('listExports', caller, { query });
  expect((await list(staff('inspector', 'second'))).exports).toEqual([]);
  expect((await list(staff('inspector', 'first'))).exports.map(({ id }) => id)).toEqual([mine.id]);
  world.clock.nowMs += 1;
  await finished(await ask(staff('inspector', 'second')));
  const page = await list(staff('city'), { limit: '1' });
  expect(exportPage.safeParse(page).success).toBe(true);
  expect((await list(staff('city'), { limit: '1', cursor: page.nextCursor! })).exports.map(({ id }) => id)).toEqual([mine.id]);

  const before = (await office()).length;
  expect(routes.requestExport.body.safeParse({ scope: { ...period, fromDay: '2026-02-30' }, reason: '例行检查', unmasked: false }).success).toBe(false);
  for (const scope of [{ ...period, toDay: '2026-06-02' }, { ...period, toDay: '2026-05-31' }]) expect(await ask(staff('city'), scope)).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await ask(staff('city'), { kind: 'household', householdId: 'nobody' })).toMatchObject({ code: 'NOT_FOUND' });
  expect((await office()).length).toBe(before);
});

test('Q4’s rule for exports: a repeated request is the same export; the same key for another is refused; no more than three at once', async () => {
  const first = (await ask(staff('city'), period, false, 'same-key-1')) as ExportView;
  expect(((await ask(staff('city'), period, false, 'same-key-1')) as ExportView).id).toBe(first.id);
  expect(await ask(staff('city'), period, true, 'same-key-1')).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  await exporter.stop();
  for (let i = 0; i < 3; i += 1) expect(await ask(staff('inspector'))).not.toBeInstanceOf(Refusal);
  expect(await ask(staff('inspector'))).toMatchObject({ code: 'EXPORTS_UNDER_WAY' });
});

test('an export not ready cannot be downloaded; one put down by a stop, or a crash, is begun again; one that fails says so', async () => {
  await exporter.stop();
  const asked = (await ask(staff('city'))) as ExportView;
  const at = { params: { exportId: asked.id, name: 'export.xlsx' } };
  expect(await call('downloadExport', staff('city'), at)).toMatchObject({ code: 'EXPORT_NOT_READY' });
  // A process that died half way: claimed, and something left behind.
  await world.store.transact(async (tx) => tx.exports.replace({ ...(await tx.exports.get(asked.id))!, state: 'running', claimedBy: 'dead', claimedUntilMs: world.clock.nowMs + 60_000, attempts: 1 }));
  await mkdir(path.join(dir, `${asked.id}.partial-dead`), { recursive: true });
  exporter = new Exporter(world.kernel, dir, 'next');
  exporter.look();
  await exporter.idle();
  expect(await call('getExport', staff('city'), at)).toMatchObject({ state: 'running' });
  world.clock.nowMs += 60_000;
  exporter.look();
  await exporter.idle();
  expect(await call('getExport', staff('city'), at)).toMatchObject({ state: 'ready' });
  expect(readdirSync(dir)).toEqual([asked.id]);

  // Nowhere to write: three attempts, then it says so.
  const blocked = path.join(world.dir, 'a-file');
  writeFileSync(blocked, '');
  const lame = new Exporter(world.kernel, blocked, 'lame');
  await exporter.stop();
  const second = (await ask(staff('city'))) as ExportView;
  lame.look();
  await lame.idle();
  expect(await call('getExport', staff('city'), { params: { exportId: second.id } })).toMatchObject({ state: 'failed', problem: expect.stringContaining('重新发起') as string });
  expect(await world.store.read(async (tx) => (await tx.exports.get(second.id))!.attempts)).toBe(3);
  expect((await office()).map(({ type }) => type)).toContain('ExportFailed');
});

test('after seven days the files are gone, and that they were there is kept (W6)', async () => {
  await exporter.stop();
  const asked = await ask(staff('city'));
  world.clock.nowMs += 3_600_000; // the week begins when it is ready, not when it was asked for
  exporter = new Exporter(world.kernel, dir, 'later');
  exporter.look();
  const view = await finished(asked);
  const at = { params: { exportId: view.id, name: 'export.xlsx' } };
  expect(view.expiresAtMs! - view.finishedAtMs!).toBe(7 * DAY_MS);
  world.clock.nowMs = view.expiresAtMs! - 1;
  exporter.look();
  await exporter.idle();
  const kept = await call<Download>('downloadExport', staff('city'), at);
  expect(kept).toBeInstanceOf(Download);
  kept.body.destroy();
  world.clock.nowMs += 1;
  expect(await call('downloadExport', staff('city'), at)).toMatchObject({ code: 'EXPORT_EXPIRED' }); // before anybody swept
  exporter.look();
  await exporter.idle();
  expect(existsSync(path.join(dir, view.id))).toBe(false);
  expect(await call('getExport', staff('city'), at)).toMatchObject({ state: 'expired' });
  expect((await office()).map(({ type }) => type)).toContain('ExportExpired');
  expect(startOfDay('2026-06-01')).toBeLessThan(world.clock.nowMs);
});

test('verify-proof checks a manifest with the files beside it, and finds an altered one', async () => {
  const view = await finished(await ask(staff('city')));
  const run = () => new Promise<{ code: number; text: string }>((resolve) => {
    execFile(process.execPath, ['config/run/cli.mjs', 'bff/cli/verify-proof.ts', path.join(dir, view.id, 'manifest.json')], { cwd: path.resolve(__dirname, '../..') }, (error, stdout) => resolve({ code: Number(error?.code ?? 0), text: stdout }));
  });
  const good = await run();
  expect([good.code, good.text.includes('导出后未改动')]).toEqual([0, true]);
  const file = path.join(dir, view.id, 'export.xlsx');
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  const bad = await run();
  expect([bad.code, bad.text.includes('导出后被改动')]).toEqual([1, true]);
  // The same file with one sheet replaced: it is said which.
  const other = path.join(dir, view.id, 'other.xlsx');
  const { sheets } = JSON.parse((JSON.parse(readFileSync(path.join(dir, view.id, 'manifest.json'), 'utf8')) as { body: string }).body).files[0] as { sheets: { name: string }[] };
  const source = new Map(await sheetsOf(view));
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  await writeWorkbook(other, sheets.map(({ name }) => ({ name, columns: (source.get(name)![0] as string[]).map((title) => ({ title, width: 1 })), batches: (async function* () { await Promise.resolve(); yield source.get(name)!.slice(1); })() })));
  writeFileSync(file, readFileSync(other));
  const resaved = await run();
  expect([resaved.code, /改动的表：说明、操作日志/.test(resaved.text)]).toEqual([1, true]);
}, 30_000);

test('workbooks: any text comes back as the text it was, never as a formula; numbers as numbers', async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'fair-queue-workbook-'));
  const columns = [{ title: '甲', width: 10 }, { title: '乙', width: 10 }];
  const cell = fc.oneof(fc.constantFrom('=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '=cmd|\'/c calc\'!A0', '_x000D_', '&<>"\'', '00123', '', 'a\nb', ' x '), fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ maxLength: 20 }), fc.integer(), fc.constant(null));
  let n = 0;
  try {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), async (rows: RowOut[]) => {
      const file = path.join(scratch, `${(n += 1)}.xlsx`);
      const written = await writeWorkbook(file, [{ name: '一', columns, batches: (async function* () { await Promise.resolve(); yield rows; yield []; })() }, { name: '二', columns, batches: (async function* () { await Promise.resolve(); yield* []; })() }]);
      const bytes = readFileSync(file);
      expect([written.bytes, written.sm3, written.sheets.map((sheet) => sheet.rows)]).toEqual([bytes.length, createHash('sm3').update(bytes).digest('hex'), [rows.length, 0]]);
      const { sheets } = await readXlsx(bytes);
      const read = sheets[0]!.rows.slice(1);
      for (const [i, row] of rows.entries()) for (const [j, value] of row.entries()) expect(read[i]?.[j] ?? null).toEqual(value === '' ? null : typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value);
      for (const sheet of sheets) for (const [, one] of sheet.cells ?? []) expect(one.formula).toBeUndefined();
    }), { numRuns: 60 });
    const long = await readXlsx(readFileSync(await longCell(scratch)));
    const big = path.join(scratch, 'big.xlsx');
    await writeWorkbook(big, [{ name: '一', columns, batches: (async function* () { await Promise.resolve(); for (let i = 0; i < 30; i += 1) yield Array.from({ length: 500 }, (_, j) => [`第${i}批`, i * 500 + j]); })() }]);
    const parts = await checksums(readFileSync(big));
    expect(parts).toHaveLength(6);
    for (const [said, is] of parts) expect(is).toBe(said);
    const text = String(long.sheets[0]!.rows[1]![0]);
    expect([text.length, text.endsWith('truncated）'), text.includes('40000')]).toEqual([32_767, true, true]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  /** What each part of an archive says it should be, and what it is. */
  async function checksums(bytes: Buffer): Promise<(readonly [number, number])[]> {
    const found: [number, number][] = [];
    let at = bytes.readUInt32LE(bytes.length - 6);
    for (const { content } of zipEntries(bytes, 1e9)) {
      found.push([bytes.readUInt32LE(at + 16), crc32(await content())]);
      at += 46 + bytes.readUInt16LE(at + 28);
    }
    return found;
  }
  async function longCell(where: string): Promise<string> {
    const file = path.join(where, 'long.xlsx');
    await writeWorkbook(file, [{ name: '一', columns, batches: (async function* () { await Promise.resolve(); yield [['字'.repeat(40_000), 1]]; })() }]);
    return file;
  }
});
