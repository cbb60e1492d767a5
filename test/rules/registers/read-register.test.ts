/** A whole register: its header found wherever it stands, and every row of it accounted for. */
import { type Cell, type MergedArea, type PlainCell, type RegisterSheet, BLANK } from '../../../bff/domain/registers/cell';
import { columnsOf, headerKey } from '../../../bff/domain/registers/columns';
import { findHeader } from '../../../bff/domain/registers/header';
import { readRegister, type RegisterReading } from '../../../bff/domain/registers/read-register';
import { reasons, refusals, skips } from '../../../bff/domain/registers/wording';
import { identityNumber, listingHeader, listingRow, many, type ListingRow, table, testAreas, waitlistHeader, waitlistRow, type WaitlistRow } from '../../support/workbook-registers';

type Raw = string | number | null | Cell;
const cell = (raw: Raw): Cell => (raw === null ? BLANK : typeof raw === 'string' ? { kind: 'text', text: raw } : typeof raw === 'number' ? { kind: 'number', number: raw } : raw);
const formula = (result: PlainCell | null): Cell => ({ kind: 'formula', result });

function sheet(rows: readonly (readonly Raw[])[], options: { name?: string; hidden?: boolean; date1904?: boolean; merges?: MergedArea[] } = {}): RegisterSheet {
  return {
    name: options.name ?? '表', hidden: options.hidden ?? false, date1904: options.date1904 ?? false, merges: options.merges ?? [], lastRow: rows.length,
    rows: () => rows.map((cells, at) => ({ number: at + 1, cells: cells.map(cell) })),
  };
}
const context = { areas: testAreas, today: '2026-06-01' };
const listings = (rows: readonly ListingRow[]): Raw[][] => table(listingHeader, rows) as Raw[][];
const families = (rows: readonly WaitlistRow[]): Raw[][] => table(waitlistHeader, rows) as Raw[][];

const corner = (reference: string) => ({ row: Number(reference.slice(1)), column: reference.charCodeAt(0) - 64 });
const merge = (from: string, to: string): MergedArea => ({ firstRow: corner(from).row, lastRow: corner(to).row, firstColumn: corner(from).column, lastColumn: corner(to).column });

/** Every row is in exactly one place. */
function expectAccounted(reading: RegisterReading, total: number): void {
  const passed = reading.skipped.reduce((sum, skip) => sum + skip.rows, 0);
  expect({ total: reading.records.length + reading.refusedRows + passed, distinct: new Set(reading.refused.map((r) => `${r.sheet}:${r.row}`)).size }).toEqual({ total, distinct: reading.refusedRows });
}

describe('header', () => {
  it('knows each column by one name only', () => {
    for (const kind of ['listings', 'waitlist'] as const) for (const [key, { label }] of Object.entries(columnsOf[kind])) expect([key, headerKey(label)]).toEqual([key, label]);
  });
  it.each([['建筑面积（㎡）', '建筑面积'], ['建筑面积㎡', '建筑面积'], ['月租金\n（元/月）', '月租金'], ['月租金元', '月租金'], ['单元', '单元'], ['* 房 号：', '房号'], ['街道（乡镇）', '街道'], ['共同申请人（姓名/身份证号/关系）', '共同申请人'], ['租金（元/㎡·月）', null], ['租金（元/月/㎡）', null], ['租金（元/月·平方米）', null], ['年租金（元）', null], ['（）', null]])('reads %j as %j', (raw, key) => {
    expect(headerKey(raw)).toBe(key);
  });

  it('is found below titles, in any order, under other names', () => {
    const rows = many(3, (index) => listingRow(index));
    const order = [6, 11, 1, 3, 2, 5, 4, 8, 7, 10];
    const names: Record<number, string> = { 1: '项目名称', 2: '行政区划', 3: '幢号', 4: '单元号', 5: '所在层', 6: '门牌号', 7: '户型', 8: '面积(平方米)', 10: '租金标准（元/月）', 11: '当前状态' };
    const body = listings(rows).slice(1);
    const reading = readRegister([sheet([['赣州市公共租赁住房房源台账'], ['填报单位：市住建局', null, null, '2026年5月31日'], [], order.map((i) => names[i]!), ...body.map((row) => order.map((i) => row[i]!))])], context);
    expect(reading).toMatchObject({ kind: 'listings', refusedRows: 0, records: [{ row: 5, record: { community: '水西家园', room: '101', rentFen: 19_500 } }, { row: 6 }, { row: 7 }] });
    expect(reading.skipped.map(({ row, rows: n, reason }) => [row, n, reason])).toEqual([[1, 3, skips.aboveHeader], [4, 1, skips.header]]);
    expectAccounted(reading, 7);
  });

  it('may be two rows deep with merged titles', () => {
    const top = ['序号', '房屋位置', null, null, null, null, null, '房屋情况', null, null, null, '管理情况', null, null];
    const low = [null, '小区', '区', '栋', '单元', '层', '房号', '居室', '面积', '朝向', '租金', '状态', '产权', '说明'];
    const reading = readRegister([sheet([['台账'], top, low, ...listings([listingRow(0), listingRow(1)]).slice(1)], { merges: [merge('A1', 'N1'), merge('A2', 'A3'), merge('B2', 'G2'), merge('H2', 'K2'), merge('L2', 'N2')] })], context);
    expect(reading).toMatchObject({ kind: 'listings', records: [{ row: 4 }, { row: 5 }], refusedRows: 0 });
    expect(reading.skipped.map(({ row, rows, reason }) => [row, rows, reason])).toEqual([[1, 2, skips.aboveHeader], [3, 1, skips.header]]);
    expect(reading.records[0]).toMatchObject({ record: { owner: '市保障性住房建设运营有限公司' } });
  });

  it('reads a header split over two rows by its joint text', () => {
    const low = waitlistHeader.map((name) => (name === '申请人姓名' ? '姓名' : name === '身份证号' ? '身份证号码' : null));
    const top = waitlistHeader.map((name) => (name === '身份证号' ? null : name === '申请人姓名' ? '主申请人' : name));
    expect(readRegister([sheet([top, low, ...families([waitlistRow(0)]).slice(1)], { merges: [merge('D1', 'E1')] })], context)).toMatchObject({ kind: 'waitlist', records: [{ row: 3 }], refusedRows: 0 });
  });

  it('refuses a sheet whose header lacks a needed column or has one twice, naming it', () => {
    const without = listings([listingRow(0)]).map((row) => row.filter((_, i) => i !== 6));
    expect(readRegister([sheet(without)], context)).toMatchObject({ kind: 'unknown', refused: [{ row: 1, column: '房号', reason: refusals.missingColumn('房源台账') }], records: [] });
    const twice = listings([listingRow(0)]).map((row, i) => [...row, i === 0 ? '房号' : '102']);
    expect(readRegister([sheet(twice)], context)).toMatchObject({ kind: 'unknown', refused: [{ row: 1, column: '房号', reason: refusals.columnTwice }] });
  });

  it('prefers the register’s own name and reports the other column', () => {
    const rows = listings([listingRow(0)]).map((row, i) => [...row, i === 0 ? '状态' : '正常']);
    expect(readRegister([sheet(rows)], context)).toMatchObject({ records: [{ record: { state: 'available' } }], notes: [{ column: '状态' }] });
  });

  it('never takes a rent per square metre for the rent', () => {
    const rows = listings([listingRow(0)]);
    rows[0]![10] = '月租金（元/㎡）';
    expect(readRegister([sheet(rows)], context)).toMatchObject({ kind: 'unknown', refused: [{ column: '月租金' }] });
  });

  it('refuses a workbook that is neither register, or both', () => {
    expect(readRegister([sheet([['姓名', '成绩'], ['张三', 90]])], context)).toMatchObject({ kind: 'unknown', refused: [{ sheet: '', row: 0, reason: refusals.noRegister }] });
    expect(readRegister([], context)).toMatchObject({ kind: 'unknown', refused: [{ reason: refusals.noRegister }] });
    expect(readRegister([sheet(listings([listingRow(0)]), { name: 'a' }), sheet(families([waitlistRow(0)]), { name: 'b' })], context)).toMatchObject({ kind: 'unknown', records: [], refused: [{ reason: refusals.bothKinds }] });
  });

  it('reads every visible sheet of a register, and says which it left', () => {
    const reading = readRegister([
      sheet(listings([listingRow(0)]), { name: '一期' }), sheet(listings([listingRow(1)]), { name: '二期' }), sheet(listings([listingRow(2)]), { name: '旧', hidden: true }), sheet([['填表说明'], ['一、……']], { name: '说明' }), sheet([], { name: '空' }),
    ], context);
    expect(reading.records.map((record) => [record.sheet, record.row])).toEqual([['一期', 2], ['二期', 2]]);
    expect(reading.skipped.filter(({ row }) => row === 0).map(({ sheet: name, rows, reason }) => [name, rows, reason])).toEqual([['旧', 2, skips.hiddenSheet], ['说明', 2, skips.otherSheet], ['空', 0, skips.emptySheet]]);
    expectAccounted(reading, 8);
  });

  it('is not found in a sheet of data', () => {
    expect(findHeader(sheet(families(many(60, (index) => waitlistRow(index))).slice(1)))).toBeNull();
  });
});

describe('rows', () => {
  it('accounts for every row: homes, refusals, blanks, totals, repeated headers, footers', () => {
    const data = listings(many(8, (index) => listingRow(index)));
    const [header, ...body] = data as [Raw[], ...Raw[][]];
    const rows = [
      ['房源台账'], header, header.map((_, i) => String(i + 1)), body[0]!, body[1]!, [null, '水西家园小计', null, null, null, null, '2套', null, 90.5], [], [null, ' ', ''], header, body[2]!,
      listings([listingRow(3, { 房号: null, '月租金（元）': '面议' })])[1]!, ['合计', null, null, null, null, null, null, null, formula(null), null, 1234], ['共计3套'], ['制表人：张三', null, null, '审核人：李四', null, '2026年5月31日'],
      ['说明：'], ['1. 本表为示例'], [], body[4]!, ['第 2 页 共 2 页'], ['莫名其妙的一行'],
    ];
    const reading = readRegister([sheet(rows)], context);
    expect(reading.records.map(({ row }) => row)).toEqual([4, 5, 10, 18]);
    expect(reading.refused.map(({ row, column, reason }) => [row, column, reason]).slice(0, 2)).toEqual([[11, '房号', reasons.blank], [11, '月租金（元）', reasons.rent('“面议”')]]);
    expect([...new Set(reading.refused.map(({ row }) => row))]).toEqual([11, 20]);
    expect(reading.skipped.map(({ row, rows: n, reason }) => [row, n, reason])).toEqual([
      [1, 1, skips.aboveHeader], [2, 1, skips.header], [3, 1, skips.columnNumbers], [6, 1, skips.total], [7, 2, skips.blank], [9, 1, skips.repeatedHeader], [12, 2, skips.total], [14, 3, skips.footer], [17, 1, skips.blank], [19, 1, skips.footer],
    ]);
    expectAccounted(reading, 20);
  });

  it('counts rows the file does not mention as blank', () => {
    const whole = sheet(listings([listingRow(0), listingRow(1)]));
    const gaps = [2, 5, 9];
    const reading = readRegister([{ ...whole, lastRow: 9, rows: () => [...whole.rows()].map((row, index) => ({ ...row, number: gaps[index]! })) }], context);
    expect(reading.skipped.map(({ row, rows, reason }) => [row, rows, reason])).toEqual([[1, 1, skips.blank], [2, 1, skips.header], [3, 2, skips.blank], [6, 3, skips.blank]]);
    expectAccounted(reading, 9);
  });

  it('never passes over a family whose street or name looks like a footer', () => {
    const odd = waitlistRow(0, { 申请人姓名: '合计', '街道（乡镇）': '备注：合计' });
    expect(readRegister([sheet(families([odd]))], context).records).toHaveLength(1);
  });

  it('uses the results of formulas, and refuses those without one, and errors', () => {
    const rows = listings(many(4, (index) => listingRow(index)));
    rows[1]![8] = formula({ kind: 'number', number: 50.25 });
    rows[2]![8] = formula(null);
    rows[3]![8] = formula({ kind: 'error', code: '#REF!' });
    rows[4]![11] = { kind: 'error', code: '#N/A' };
    const reading = readRegister([sheet(rows)], context);
    expect(reading).toMatchObject({ records: [{ record: { areaSqm: 50.25 } }] });
    expect(reading.refused.map(({ row, column, reason }) => [row, column, reason])).toEqual([[3, '建筑面积（㎡）', reasons.formulaWithoutResult], [4, '建筑面积（㎡）', reasons.errorValue('#REF!')], [5, '房屋状态', reasons.errorValue('#N/A')]]);
    expectAccounted(reading, 5);
  });

  it('reads down a vertical merge of community, district and building, but not of rooms', () => {
    const rows = listings(many(3, (index) => listingRow(index * 6)));
    for (const row of [2, 3]) for (const column of [1, 2, 3, 6]) rows[row]![column] = null;
    const reading = readRegister([sheet(rows, { merges: [merge('B2', 'B4'), merge('C2', 'C4'), merge('D2', 'D4'), merge('G2', 'G4')] })], context);
    expect(reading.refused.map(({ row, column, reason }) => [row, column, reason])).toEqual([[3, '房号', reasons.mergedPersonal], [4, '房号', reasons.mergedPersonal]]);
    const rooms = listings(many(3, (index) => listingRow(index * 6)));
    for (const row of [2, 3]) for (const column of [1, 2, 3]) rooms[row]![column] = null;
    expect(readRegister([sheet(rooms, { merges: [merge('B2', 'B4'), merge('C2', 'C4'), merge('D2', 'D4')] })], context)).toMatchObject({ refusedRows: 0, records: [{}, {}, { record: { community: '水西家园', district: '章贡区', building: '1栋' } }] });
    // Without the merge the same blanks are blanks.
    expect(readRegister([sheet(rooms)], context)).toMatchObject({ refusedRows: 2, refused: [{ row: 3, column: '小区名称', reason: reasons.blank }, {}, {}, {}, {}, {}] });
    // Below the merge nothing is shared any more.
    expect(readRegister([sheet(rooms, { merges: [merge('B2', 'B3'), merge('C2', 'C4'), merge('D2', 'D4')] })], context)).toMatchObject({ refusedRows: 1, refused: [{ row: 4, column: '小区名称', reason: reasons.blank }] });
    // A merge across columns shares nothing sideways.
    expect(readRegister([sheet(rooms, { merges: [merge('B2', 'D4')] })], context)).toMatchObject({ refused: [{ column: '所属区', reason: reasons.mergedPersonal }, { column: '楼栋' }, {}, {}] });
  });

  it('does not let a huge merge cost anything', () => {
    expect(readRegister([sheet(listings(many(3, (index) => listingRow(index, { 备注: '无' }))), { merges: many(2000, (i) => ({ firstRow: 2 + (i % 2), lastRow: 1_048_576, firstColumn: 1, lastColumn: 16_384 })) })], context).records).toHaveLength(3);
  });

  it('refuses a door that stands in the register twice, naming the row kept', () => {
    const rows = [listingRow(0), listingRow(1), listingRow(0, { 楼栋: '1#', 房号: '１０１室', 备注: '重复' })];
    const reading = readRegister([sheet(listings(rows)), sheet(listings([listingRow(1)]), { name: '二' })], context);
    expect(reading.records.map(({ sheet: name, row }) => [name, row])).toEqual([['表', 2], ['表', 3]]);
    expect(reading.refused).toEqual([{ sheet: '表', row: 4, column: '房号', reason: reasons.doorTwice('第 2 行') }, { sheet: '二', row: 2, column: '房号', reason: reasons.doorTwice('工作表“表”第 3 行') }]);
  });

  it('V3 G2 refuses a number or a person that stands in the roll twice', () => {
    const rows = [
      waitlistRow(3), waitlistRow(4, { 组别: '公租房一居室组', 轮候顺序号: 1 }), waitlistRow(5, { 身份证号: identityNumber(13) }),
      waitlistRow(6, { 家庭人口: 2, '共同申请人（姓名/身份证号/关系）': `张三/${identityNumber(12)}/配偶` }), waitlistRow(7),
    ];
    const reading = readRegister([sheet(families(rows))], context);
    expect(reading.records.map(({ row }) => row)).toEqual([2, 6]);
    expect(reading.refused.map(({ row, column, reason }) => [row, column, reason])).toEqual([
      [3, '轮候顺序号', reasons.numberTwice('第 2 行')], [4, '身份证号', reasons.personTwice('第 2 行')], [5, '共同申请人（姓名/身份证号/关系）', reasons.coApplicant(1, reasons.personTwice('第 2 行'))],
    ]);
    expectAccounted(reading, 6);
  });

  it('V3 refuses a family whose size and members disagree, or that names someone twice', () => {
    const rows = [waitlistRow(1, { 家庭人口: 3 }), waitlistRow(2, { '共同申请人（姓名/身份证号/关系）': '' }), waitlistRow(5, { 身份证号: identityNumber(21), '共同申请人（姓名/身份证号/关系）': `张三/${identityNumber(21)}/配偶` })];
    const reading = readRegister([sheet(families(rows))], context);
    expect(reading.refused.map(({ row, reason }) => [row, reason])).toEqual([[2, reasons.sizeDisagrees(3, 2)], [3, reasons.sizeDisagrees(3, 1)], [4, reasons.coApplicantTwice(1)]]);
  });

  it('tells every wrong column of a row at once, and a refused row takes no door', () => {
    const wrong = listingRow(0, { 所属区: '于都县', 楼层: '零', 居室: 4, 房屋状态: '空' });
    const reading = readRegister([sheet(listings([wrong, listingRow(0)]))], context);
    expect(reading.refused.map(({ row, column }) => [row, column])).toEqual([[2, '所属区'], [2, '楼层'], [2, '居室'], [2, '房屋状态']]);
    expect(reading.records.map(({ row }) => row)).toEqual([3]);
  });

  it('G6 keeps group, number and batch as they are; notes a time that is missing', () => {
    const reading = readRegister([sheet(families([waitlistRow(0, { 组别: '廉租房1居室', 轮候顺序号: '第 907 号', 批次日期: 46_120, 递交申请时间: '2025/11/6' })]))], context);
    expect(reading).toMatchObject({ records: [{ record: { group: 'lowRent-1', queueNumber: 907, batchDay: '2026-04-08', submittedAtMs: Date.parse('2025-11-06T00:00:00+08:00'), dateOnly: true } }], notes: [{ column: '递交申请时间', rows: 1 }] });
    expect(readRegister([sheet(families([waitlistRow(0, { 批次日期: 46_120 })]), { date1904: true })], context)).toMatchObject({ records: [{ record: { batchDay: '2030-04-09' } }] });
  });

  it('P2 shows no identity number or phone in any reason', () => {
    const shifted = families(many(20, (index) => waitlistRow(index))).map((row, i) => (i === 0 ? row : [...row.slice(1), row[0]!]));
    const reading = readRegister([sheet(shifted)], context);
    expect(reading.records).toHaveLength(0);
    expect(reading.refused.filter(({ reason }) => /\d{7}/.test(reason.replace('20260309', '')))).toEqual([]);
  });
});
