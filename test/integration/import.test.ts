/** Register files from disk into the store: what comes in, what is refused, and that doing it twice changes nothing. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultRuleSet } from '../../config/default-rule-set';
import { readWorkbook } from '../../bff/documents/read-workbook';
import type { Cell } from '../../bff/domain/registers/cell';
import { reasons, refusals } from '../../bff/domain/registers/wording';
import { importRegister, type ImportOptions } from '../../bff/features/imports/handlers';
import type { ImportDeps } from '../../bff/features/imports/import-deps';
import { reportAsJson } from '../../bff/features/imports/report';
import { createFieldCrypto } from '../../bff/security/field-crypto';
import { collections, type CollectionName } from '../../bff/store/collections';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import type { Store } from '../../bff/store/port';
import { buildWorkbook, type CellInput, type WorkbookSpec, workbookParts, zip } from '../support/workbook-builder';
import { identityNumber, listingHeader, listingRow, many, type ListingRow, table, waitlistHeader, waitlistRow, type WaitlistRow } from '../support/workbook-registers';

const dir = mkdtempSync(path.join(os.tmpdir(), 'import-test-'));
const stores: Store[] = [];
afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

let made = 0;
function fileOf(content: Buffer | string, name = `${(made += 1)}.xlsx`): string {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  return file;
}
const workbook = (spec: WorkbookSpec): string => fileOf(buildWorkbook(spec));
const one = (name: string, rows: readonly (readonly CellInput[])[]): string => workbook({ sheets: [{ name, rows }] });
const listingsFile = (rows: readonly ListingRow[]): string => one('房源台账', table(listingHeader, rows));
const rollFile = (rows: readonly WaitlistRow[]): string => one('轮候名册', table(waitlistHeader, rows));

async function newCity(): Promise<ImportDeps> {
  const store = await openEmbeddedStore({ dir: path.join(dir, `store-${(made += 1)}`) });
  stores.push(store);
  let bytes = 0;
  return {
    store, clock: { now: () => Date.parse('2026-06-01T10:00:00+08:00') },
    chance: { bytes: (count) => Buffer.alloc(count, (bytes += 1) % 256) },
    crypto: createFieldCrypto({ current: 1, versions: { 1: { encryptionKey: Buffer.alloc(16, 1), macKey: Buffer.alloc(32, 2) } }, indexKey: Buffer.alloc(32, 3) }),
    rules: () => ({ version: 1, values: defaultRuleSet }),
  };
}
const act = { actor: { kind: 'staff', id: 'clerk', role: null }, from: 'test', why: 'test' } as const;
const load = (city: ImportDeps, file: string, options: ImportOptions = {}) => importRegister(city, act, file, options);

/** Everything the store holds. */
async function contents(store: Store): Promise<Record<string, unknown[]>> {
  return store.read(async (tx) => {
    const all: Record<string, unknown[]> = {};
    for (const name of Object.keys(collections) as CollectionName[]) all[name] = await (tx[name] as { find(where: object): Promise<unknown[]> }).find({});
    return all;
  });
}

describe('listings register', () => {
  it('L3 becomes communities, lanes and homes, with a public ledger entry for every lane', async () => {
    const city = await newCity();
    const rows = many(240, (index) => listingRow(index));
    rows[0] = listingRow(0, { 房号: '１０１', '建筑面积（㎡）': '67.15㎡', '月租金（元）': '475元/月' });
    rows[1] = listingRow(1, { '月租金（元）': '￥232', 楼层: '-1层' });
    const report = await load(city, listingsFile(rows), { batchRows: 50 });
    expect(report).toMatchObject({ kind: 'listings', accepted: 240, unchanged: 0, refused: [], refusedRows: 0 });
    const { listings, communities, lanes, ledger, imports, outbox } = await contents(city.store) as Record<string, Record<string, any>[]>;
    expect(listings).toHaveLength(240);
    expect(listings!.find(({ room, communityName }) => room === '101' && communityName === '水西家园')).toMatchObject({ areaSqm: 67.15, rentFen: 47_500, state: 'available', laneId: 'zhanggong-1', building: '1栋', entrance: '1单元', district: '章贡区' });
    expect(listings!.find(({ rentFen }) => rentFen === 23_200)).toMatchObject({ floor: -1 });
    expect(communities!.map(({ name, areaCode }) => `${name} ${areaCode}`).sort()).toEqual(['水西家园 zhanggong', '虔东新居 zhanggong', '蓉江花苑 rongjiang', '蟠龙公寓 jingkai', '金岭安居小区 zhanggong', '金潭雅苑 jingkai'].sort());
    expect(lanes!.every(({ state, openTurnId, calledUpFor }) => state === 'closed' && openTurnId === null && calledUpFor === 0)).toBe(true);
    const published = ledger!.filter(({ type }) => type === 'ListingsImported').flatMap(({ open }) => open.listingIds as string[]);
    expect(published.sort()).toEqual(listings!.map(({ id }) => id).sort());
    expect(ledger!.filter(({ type }) => type === 'RegisterImported')).toMatchObject([{ stream: 'office', open: { kind: 'listings', accepted: 240, refused: 0 } }]);
    expect(imports).toMatchObject([{ kind: 'listings', accepted: 240, refused: 0 }]);
    expect(outbox!.every(({ topic }) => topic === 'live')).toBe(true);
  });

  it('imported twice changes nothing, and a corrected file adds only what was wrong', async () => {
    const city = await newCity();
    const rows = many(60, (index) => listingRow(index));
    const wrong = rows.map((row, index) => (index === 7 ? { ...row, 居室: '四居室' } : row));
    const file = listingsFile(wrong);
    expect(await load(city, file)).toMatchObject({ accepted: 59, unchanged: 0, refusedRows: 1, refused: [{ sheet: '房源台账', row: 9, column: '居室' }] });
    const before = await contents(city.store);
    expect(await load(city, file)).toMatchObject({ accepted: 59, unchanged: 59, refusedRows: 1 });
    expect(await contents(city.store)).toEqual(before);
    expect(await load(city, listingsFile(rows))).toMatchObject({ accepted: 60, unchanged: 59, refusedRows: 0 });
    // The same homes written differently are the same homes.
    expect(await load(city, listingsFile(rows.map((row) => ({ ...row, 楼栋: String(row.楼栋).replace('栋', '#'), 单元: Number(String(row.单元).replace('单元', '')), 所属区: row.所属区 === '赣州经开区' ? '经开区' : row.所属区, 房号: `${String(row.房号)}室` }))))).toMatchObject({ accepted: 60, unchanged: 60, refusedRows: 0 });
  });

  it('two imports of one register at the same time end as one', async () => {
    const city = await newCity();
    const file = listingsFile(many(90, (index) => listingRow(index)));
    const roll = rollFile(many(30, (index) => waitlistRow(index)));
    const reports = await Promise.all([load(city, file, { batchRows: 40 }), load(city, file, { batchRows: 30 }), load(city, roll), load(city, roll, { batchRows: 9 })]);
    expect(reports.map(({ accepted, refusedRows }) => [accepted, refusedRows])).toEqual([[90, 0], [90, 0], [30, 0], [30, 0]]);
    expect(reports.map(({ unchanged }) => unchanged).reduce((a, b) => a + b)).toBe(120);
    expect(await city.store.read(async (tx) => [await tx.listings.count({}), await tx.tickets.count({})])).toEqual([90, 30]);
  });

  it('a home that was registered some other way is refused alone, under the community already there', async () => {
    const city = await newCity();
    await load(city, listingsFile([listingRow(0)]));
    await city.store.transact(async (tx) => {
      const [community] = await tx.communities.find({});
      const [home] = await tx.listings.find({});
      await tx.communities.remove(community!);
      await tx.communities.insert({ ...community!, id: 'elsewhere' });
      await tx.listings.remove(home!);
      await tx.listings.insert({ ...home!, id: 'by-hand', communityId: 'elsewhere' });
    });
    const report = await load(city, listingsFile([listingRow(0), listingRow(6), listingRow(12)]));
    expect(report).toMatchObject({ accepted: 2, refusedRows: 1, refused: [{ row: 2, column: '房号', reason: reasons.conflict }] });
    expect(await city.store.read((tx) => tx.listings.countBy('communityId', {}))).toEqual(new Map([['elsewhere', 3]]));
  });

  it('L3 never overwrites a home the system knows: a row that differs is refused, saying in what', async () => {
    const city = await newCity();
    await load(city, listingsFile([listingRow(0), listingRow(1)]));
    await city.store.transact(async (tx) => {
      const [home] = await tx.listings.find({ communityName: '虔东新居' });
      await tx.listings.replace({ ...home!, state: 'picked' });
    });
    const before = await contents(city.store);
    const report = await load(city, listingsFile([listingRow(0, { '月租金（元）': 999, 备注: '调租' }), listingRow(1)]));
    expect(report).toMatchObject({ accepted: 0, refusedRows: 2, refused: [{ row: 2, column: '房号', reason: reasons.doorDiffers('月租金、备注') }, { row: 3, reason: reasons.doorDiffers('房屋状态') }] });
    expect((await contents(city.store)).listings).toEqual(before.listings);
  });
});

describe('waiting-list roll', () => {
  it('G6 G2 keeps every number, publishes it without the family, and P2 seals the people', async () => {
    const city = await newCity();
    const rows = many(120, (index) => waitlistRow(index));
    expect(await load(city, rollFile(rows), { batchRows: 25 })).toMatchObject({ kind: 'waitlist', accepted: 120, refused: [], refusedRows: 0 });
    const all = await contents(city.store) as Record<string, Record<string, any>[]>;
    expect(all.tickets!.map(({ group, queueNumber }) => `${group} ${queueNumber}`).sort()).toEqual(many(120, (i) => `${['lowRent-1', 'lowRent-2', 'lowRent-3', 'publicRental-1', 'publicRental-2', 'publicRental-3'][i % 6]} ${1 + Math.floor(i / 6)}`).sort());
    expect(all.tickets!.find(({ id }) => id === 'ticket-lowRent-2-1')).toMatchObject({ laneId: 'zhanggong-2', tier: 0, bedrooms: 2, batchDay: '2026-04-08', origin: 'lottery', state: 'queued', submittedAtMs: Date.parse('2025-11-02T09:30:01+08:00'), ruleSetVersion: 1 });
    expect(all.members).toHaveLength(120 + 30 * (1 + 2 + 3));
    const numbers = all.ledger!.filter(({ type }) => type === 'NumbersImported');
    expect(numbers.every(({ stream, open }) => open.numbers.every((n: { ticketId: string }) => n.ticketId.startsWith(`ticket-${stream.replace('group.', '')}-`)))).toBe(true);
    expect(numbers.flatMap(({ open }) => open.numbers.map(({ ticketId }: { ticketId: string }) => ticketId)).sort()).toEqual(all.tickets!.map(({ id }) => id).sort());
    const stored = JSON.stringify(all);
    for (const index of [0, 5, 77]) {
      expect(stored).not.toContain(identityNumber(index * 4));
      expect(stored).not.toContain(String(rows[index]!.联系电话));
    }
    expect(stored).not.toContain('小雨');
    const [household] = all.households!.filter(({ id }) => id === 'household-lowRent-2-1');
    expect([city.crypto.open(household!.applicantSealed), city.crypto.open(household!.phoneSealed), household!.phoneIndex]).toEqual(['龚小雨', '13900000001', city.crypto.blindIndex('phone', '13900000001')]);
    expect(all.members!.filter(({ householdId }) => householdId === household!.id).map(({ relation, personSealed }) => [relation, JSON.parse(city.crypto.open(personSealed))])).toEqual([['本人', { name: '龚小雨', identity: identityNumber(4) }], ['配偶', { name: '龚大海', identity: identityNumber(5) }]]);
  });

  it('imported twice changes nothing; in batches of another size neither', async () => {
    const city = await newCity();
    const file = rollFile(many(50, (index) => waitlistRow(index)));
    await load(city, file);
    const before = await contents(city.store);
    expect(await load(city, file, { batchRows: 7 })).toMatchObject({ accepted: 50, unchanged: 50, refusedRows: 0 });
    expect(await contents(city.store)).toEqual(before);
  });

  it('G2 V3 refuses a number or a person another household holds, and a family that now says something else', async () => {
    const city = await newCity();
    await load(city, rollFile([waitlistRow(0), waitlistRow(1), waitlistRow(2), waitlistRow(3)]));
    const before = await contents(city.store);
    const report = await load(city, rollFile([
      waitlistRow(8, { 组别: '廉租住房一居室组', 轮候顺序号: 1 }),
      waitlistRow(1, { 轮候顺序号: 50 }),
      waitlistRow(2, { 联系电话: '13800000000', 申请人姓名: '郑大雨' }),
      waitlistRow(9, { 家庭人口: 2, '共同申请人（姓名/身份证号/关系）': `某人/${identityNumber(0)}/配偶` }),
      waitlistRow(3, { '共同申请人（姓名/身份证号/关系）': String(waitlistRow(3)['共同申请人（姓名/身份证号/关系）']).replace('配偶', '子') }),
    ]));
    expect(report.refused.map(({ row, column, reason }) => [row, column, reason])).toEqual([
      [2, '轮候顺序号', reasons.numberHeld],
      [3, '身份证号', reasons.personHeld], [3, '共同申请人（姓名/身份证号/关系）', reasons.coApplicant(1, reasons.personHeld)],
      [4, '轮候顺序号', reasons.familyDiffers('申请人姓名、联系电话')],
      [5, '共同申请人（姓名/身份证号/关系）', reasons.coApplicant(1, reasons.personHeld)],
      [6, '轮候顺序号', reasons.familyDiffers('共同申请人')],
    ]);
    expect(report).toMatchObject({ accepted: 0, refusedRows: 5 });
    const after = await contents(city.store);
    for (const name of ['households', 'members', 'tickets', 'lanes'] as const) expect(after[name]).toEqual(before[name]);
  });

  it('V3 a person whose case was closed may come again', async () => {
    const city = await newCity();
    await load(city, rollFile([waitlistRow(0)]));
    await city.store.transact(async (tx) => {
      for (const member of await tx.members.find({})) await tx.members.replace({ ...member, caseOpen: false });
    });
    expect(await load(city, rollFile([waitlistRow(0, { 轮候顺序号: 99 })]))).toMatchObject({ accepted: 1, unchanged: 0 });
  });
});

describe('preview and report', () => {
  it('a dry run says the same and leaves the store untouched', async () => {
    const city = await newCity();
    await load(city, rollFile([waitlistRow(0)]));
    const before = await contents(city.store);
    const file = rollFile([waitlistRow(0), waitlistRow(1), waitlistRow(2, { 身份证号: '360704199805220590' }), waitlistRow(3, { 组别: '廉租住房一居室组', 轮候顺序号: 1 })]);
    const preview = await load(city, file, { dryRun: true });
    expect(await contents(city.store)).toEqual(before);
    const real = await load(city, file);
    expect({ ...real, dryRun: true }).toEqual(preview);
    expect(preview).toMatchObject({ accepted: 2, unchanged: 1, refusedRows: 2 });
  });

  it('is one line of JSON with the keys others rely on', async () => {
    const report = JSON.parse(reportAsJson(await load(await newCity(), listingsFile([listingRow(0), listingRow(1, { 楼层: '？' })]))));
    expect(Object.keys(report).slice(0, 4)).toEqual(['file', 'kind', 'accepted', 'refused']);
    expect(report).toMatchObject({ accepted: 1, refused: [{ sheet: '房源台账', row: 3, column: '楼层', reason: expect.stringContaining('不是楼层') }] });
  });

  it('30,000 rows are imported in bounded batches', async () => {
    const city = await newCity();
    const calls: number[] = [];
    const report = await load(city, listingsFile(many(30_000, (index) => listingRow(index))), { onProgress: (done) => void calls.push(done) });
    expect(report).toMatchObject({ accepted: 30_000, refusedRows: 0 });
    expect(calls).toEqual(many(30, (i) => (i + 1) * 1000));
    expect(await city.store.read((tx) => tx.listings.count({}))).toBe(30_000);
  }, 60_000);
});

describe('workbooks as they are', () => {
  const parts = (): Record<string, string> => workbookParts({ sheets: [{ name: '房源台账', rows: table(listingHeader, [listingRow(0), listingRow(1)]) }] });
  const read = async (file: string) => {
    const reading = await readWorkbook(file);
    if (!reading.ok) throw new Error(reading.reason);
    return reading.sheets;
  };
  const cells = async (spec: WorkbookSpec): Promise<readonly Cell[][]> => [...(await read(workbook(spec)))[0]!.rows()].map((row) => [...row.cells]);

  it('cells are typed as the file states them', async () => {
    const [row] = await cells({ sheets: [{ name: 'a', rows: [[
      { text: '漢字', phonetic: 'かんじ' }, { rich: ['富', '文本'] }, { text: '行内', type: 'inlineStr' }, { rich: ['行', '内'], type: 'inlineStr' }, { text: ' a\nb ' }, { raw: '0.1' },
      { formula: '1+1', raw: '2' }, { formula: 'A1', raw: '文', type: 'str' }, { formula: 'NOW()' }, { formula: '1/0', raw: '#DIV/0!', type: 'e' }, { raw: '#N/A', type: 'e' }, { raw: '1', type: 'b' },
      { raw: '360704199805220593' }, { text: '=1+1' }, null, { raw: '2026-03-09T00:00:00', type: 'd' },
    ]] }] });
    expect(row).toEqual([
      { kind: 'text', text: '漢字' }, { kind: 'text', text: '富文本' }, { kind: 'text', text: '行内' }, { kind: 'text', text: '行内' }, { kind: 'text', text: ' a\nb ' }, { kind: 'number', number: 0.1 },
      { kind: 'formula', result: { kind: 'number', number: 2 } }, { kind: 'formula', result: { kind: 'text', text: '文' } }, { kind: 'formula', result: null }, { kind: 'formula', result: { kind: 'error', code: '#DIV/0!' } }, { kind: 'error', code: '#N/A' }, { kind: 'boolean', value: true },
      { kind: 'number', number: 360704199805220600 }, { kind: 'text', text: '=1+1' }, { kind: 'blank' }, { kind: 'text', text: '2026-03-09T00:00:00' },
    ]);
  });

  it('dates are dates in every format, in both calendars, and money is not one', async () => {
    const formats = ['yyyy-mm-dd', 'yyyy"年"m"月"d"日"', '[$-804]yyyy"年"m"月"d"日";@', '[DBNum1][$-804]yyyy"年"m"月"d"日"', 14, 22, 27, 31, 57, 58];
    const amounts = ['General', '0.00"元/月"', '#,##0.00"㎡"', '0.00\\d', '¥#,##0.00', '[Red]0.00', '@', 49];
    for (const [date1904, day] of [[false, '2026-03-09'], [true, '2030-03-10']] as const) {
      const [row] = await cells({ date1904, sheets: [{ name: 'a', rows: [[...formats, ...amounts].map((format) => ({ raw: '46090.5', format }))] }] });
      expect(row).toEqual([...formats.map(() => ({ kind: 'date', wallMs: Date.parse(`${day}T12:00:00Z`) })), ...amounts.map(() => ({ kind: 'number', number: 46090.5 }))]);
    }
  });

  it('rows keep the numbers Excel shows; blank rows at the end are none', async () => {
    const [sheet] = await read(workbook({ sheets: [{ name: 'a', merges: ['A2:B3'], hiddenRows: [3], rows: [['x'], null, null, ['y'], [''], null, [{ raw: '' }]] }] }));
    expect([...sheet!.rows()].filter(({ cells: c }) => c.some(({ kind }) => kind !== 'blank')).map(({ number }) => number)).toEqual([1, 4]);
    expect(sheet).toMatchObject({ lastRow: 4, merges: [{ firstRow: 2, lastRow: 3, firstColumn: 1, lastColumn: 2 }] });
  });

  it('hidden sheets are known as such', async () => {
    const sheets = await read(workbook({ sheets: [{ name: 'a', rows: [['x']] }, { name: 'b', state: 'hidden', rows: [['x']] }, { name: 'c', state: 'veryHidden', rows: [['x']] }] }));
    expect(sheets.map(({ name, hidden }) => [name, hidden])).toEqual([['a', false], ['b', true], ['c', true]]);
  });

  it('sheets are found in whatever way a generator names its parts', async () => {
    const renamed: Record<string, string> = {};
    for (const [name, part] of Object.entries(parts())) renamed[name.replace('sheet1.xml', 'data.xml')] = part.replaceAll('worksheets/sheet1.xml', 'worksheets/data.xml');
    const absolute = parts();
    absolute['xl/_rels/workbook.xml.rels'] = absolute['xl/_rels/workbook.xml.rels']!.replaceAll('Target="', 'Target="/xl/');
    const charted = parts();
    charted['xl/workbook.xml'] = charted['xl/workbook.xml']!.replace('</sheets>', '<sheet name="图" sheetId="9" r:id="rId9"/></sheets>');
    const rows = table(listingHeader, [listingRow(0), listingRow(1)]);
    for (const file of [
      fileOf(zip(renamed)), fileOf(zip(absolute)), fileOf(zip(charted)), workbook({ prefix: 'x', sheets: [{ name: 'a', rows }] }), workbook({ sheets: [{ name: 'a', rows, withoutReferences: true }] }),
    ]) expect(await load(await newCity(), file, { dryRun: true })).toMatchObject({ accepted: 2, refusedRows: 0 });
  });

  it('identity numbers: numbers that lost digits are refused, text is read, phones may be numbers', async () => {
    const rows = [
      waitlistRow(0, { 身份证号: { raw: identityNumber(0) } }), waitlistRow(4, { 身份证号: { raw: '3.6070419980522099E+17' } }), waitlistRow(8, { 身份证号: { raw: '360704980522059' } }),
      waitlistRow(12, { 身份证号: ` ${identityNumber(48).toLowerCase()} `, 联系电话: { raw: '13590746562' }, 批次日期: { raw: '46120', format: 'yyyy/m/d' }, 递交申请时间: { raw: '45977.395833333336', format: 22 } }),
    ];
    const report = await load(await newCity(), rollFile(rows));
    expect(report.refused.map(({ row, column, reason }) => [row, column, reason])).toEqual([[2, '身份证号', reasons.identityLost], [3, '身份证号', reasons.identityLost], [4, '身份证号', reasons.identityOld]]);
    expect(report.accepted).toBe(1);
  });

  it.each<[string, () => Buffer | string, string]>([
    ['an empty file', () => '', refusals.empty],
    ['a CSV', () => '\uFEFF小区名称,所属区\n水西家园,章贡区\n', refusals.text],
    ['a page of HTML', () => '\n<html><table></table></html>', refusals.html],
    ['an old .xls', () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]), refusals.oldExcel],
    ['an encrypted workbook', () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from('EncryptedPackage', 'utf16le')]), refusals.encrypted],
    ['a picture', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), refusals.notWorkbook],
    ['a Word document', () => zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' }), refusals.notWorkbook],
    ['an .xlsb', () => zip({ '[Content_Types].xml': '<Types/>', 'xl/workbook.bin': 'x' }), refusals.binaryWorkbook],
    ['half a file', () => buildWorkbook({ sheets: [{ name: 'a', rows: [['x']] }] }).subarray(0, 900), refusals.damaged],
    ['a sheet cut off in the middle', () => zip({ ...parts(), 'xl/worksheets/sheet1.xml': parts()['xl/worksheets/sheet1.xml']!.slice(0, -300) }), refusals.damaged],
    ['texts cut off in the middle', () => zip({ ...parts(), 'xl/sharedStrings.xml': parts()['xl/sharedStrings.xml']!.slice(0, -300) }), refusals.damaged],
    ['a flipped bit', () => { const bytes = buildWorkbook({ sheets: [{ name: 'a', rows: table(listingHeader, [listingRow(0)]) }] }); bytes[200]! ^= 0x10; return bytes; }, refusals.damaged],
    ['a zip bomb', () => zip({ ...parts(), 'xl/media/a.xml': Buffer.alloc(301 * 1024 * 1024) }), refusals.expandsTooMuch],
    ['a cell in the furthest corner', () => zip({ ...parts(), 'xl/worksheets/sheet1.xml': parts()['xl/worksheets/sheet1.xml']!.replace('</sheetData>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>') }), refusals.tooManyRows(200_000)],
    ['pinyin mixed into inline texts', () => buildWorkbook({ sheets: [{ name: 'a', rows: [[{ text: '张三', type: 'inlineStr', phonetic: 'zhāngsān' }]] }] }), refusals.inlinePhonetics],
    ['another table', () => buildWorkbook({ sheets: [{ name: 'a', rows: [['科目', '金额'], ['水费', 3]] }] }), refusals.noRegister],
  ])('%s is refused whole, in words', async (_, content, reason) => {
    const city = await newCity();
    const before = await contents(city.store);
    const report = await load(city, fileOf(content()));
    expect(report).toMatchObject({ kind: 'unknown', accepted: 0, refused: [{ sheet: '', row: 0, column: '', reason }] });
    expect(await contents(city.store)).toEqual(before);
  });

  it('limits on size and rows are kept', async () => {
    const file = listingsFile(many(30, (index) => listingRow(index)));
    const limits = { fileBytes: 1 << 20, unpackedBytes: 1 << 20, rows: 31 };
    expect(await readWorkbook(file, limits)).toMatchObject({ ok: true });
    expect(await readWorkbook(file, { ...limits, rows: 30 })).toEqual({ ok: false, reason: refusals.tooManyRows(30) });
    expect(await readWorkbook(file, { ...limits, fileBytes: 100 })).toEqual({ ok: false, reason: refusals.tooLarge(0) });
    expect(await readWorkbook(file, { ...limits, unpackedBytes: 9_000 })).toEqual({ ok: false, reason: refusals.expandsTooMuch });
    // Every part fits, all together do not.
    const sizes = Object.values(parts()).map((part) => Buffer.byteLength(part));
    expect(await readWorkbook(fileOf(zip(parts())), { ...limits, unpackedBytes: Math.max(...sizes) + 10 })).toEqual({ ok: false, reason: refusals.expandsTooMuch });
    expect(await readWorkbook(fileOf(zip(parts())), { ...limits, unpackedBytes: sizes.reduce((a, b) => a + b) })).toMatchObject({ ok: true });
    expect(await readWorkbook(dir)).toEqual({ ok: false, reason: refusals.isDirectory });
    expect(await readWorkbook(path.join(dir, '没有.xlsx'))).toEqual({ ok: false, reason: refusals.notFound });
  });
});

describe('npm run import', () => {
  const root = path.resolve(__dirname, '../..');
  const program = `import { createRequire } from 'node:module'; import { bundle } from './config/run/bundle.mjs';
    const file = await bundle('bff/cli/import.ts'); process.argv = [process.argv[0], file, ...process.argv.slice(1)]; createRequire(file)(file);`;
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, '--', ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, MONGODB_URI: '', DATA_DIR: '' } });
    return { status, stdout, stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
  };
  const data = path.join(dir, 'city');

  it('imports, says so in one JSON line, and its exit code tells refused rows from refused files', () => {
    const file = listingsFile([listingRow(0), listingRow(1, { 居室: '五居室' })]);
    const first = run(file, '--json', '--data', data);
    expect({ status: first.status, report: JSON.parse(first.last) }).toMatchObject({ status: 0, report: { file, kind: 'listings', accepted: 1, refused: [{ sheet: '房源台账', row: 3, column: '居室' }] } });
    const both = run(file, path.join(dir, '没有.xlsx'), '--json', '--data', data);
    expect(both.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).accepted)).toEqual([1, 0]);
    expect(both.status).toBe(1);
    expect(run('--json').status).toBe(2);
    expect(run(file, '--what').status).toBe(2);
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--dry-run') });
  }, 60_000);

  it('a preview of a new city leaves no directory behind', () => {
    const nowhere = path.join(dir, 'nowhere');
    const preview = run(listingsFile([listingRow(0)]), '--dry-run', '--data', nowhere);
    expect(preview).toMatchObject({ status: 0, stdout: expect.stringContaining('可以导入 1 行') });
    expect(existsSync(nowhere)).toBe(false);
  }, 60_000);

  it('says what to do when a server owns the data directory', async () => {
    const owned = path.join(dir, 'owned');
    mkdirSync(owned, { recursive: true });
    const store = await openEmbeddedStore({ dir: path.join(owned, 'store') });
    try {
      expect(run(listingsFile([listingRow(0)]), '--json', '--data', owned)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('请先停止服务器') });
    } finally {
      await store.close();
    }
  }, 60_000);
});

const samples = path.resolve(__dirname, '../../../shared/data');
(existsSync(samples) ? describe : describe.skip)('the city’s own registers', () => {
  it('G6 come in whole, twice', async () => {
    const city = await newCity();
    for (const name of readdirSync(samples).filter((file) => file.endsWith('.xlsx'))) {
      const [first, second] = [await load(city, path.join(samples, name)), await load(city, path.join(samples, name))];
      expect(first).toMatchObject({ refused: [], accepted: name.startsWith('房源') ? 224 : 200, unchanged: 0 });
      expect(second).toMatchObject({ refused: [], accepted: first.accepted, unchanged: first.accepted });
    }
    expect(await city.store.read((tx) => tx.tickets.countBy('group', {}))).toEqual(new Map([['lowRent-1', 42], ['lowRent-2', 42], ['lowRent-3', 16], ['publicRental-1', 42], ['publicRental-2', 42], ['publicRental-3', 16]]));
  });
});
