/** S1, P2: a household's whole life as an inspector of 纪检 reads it in an export: from the draft to the lease, in plain Chinese. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readXlsx } from 'hucre/xlsx';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import type { ExportView } from '../../shared/contract/supervision-schemas';
import { allocationHandlers } from '../../bff/features/allocations/handlers';
import { Exporter } from '../../bff/features/exports/exporter';
import { exportHandlers } from '../../bff/features/exports/handlers';
import { SEALED_TEXT } from '../../bff/features/exports/table';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { standingHandlers } from '../../bff/features/standing/handlers';
import { transferHandlers } from '../../bff/features/transfers/handlers';
import { waitingHandlers } from '../../bff/features/waiting/handlers';
import { staffWaitingHandlers } from '../../bff/features/waiting/staff-handlers';
import type { Caller, Handlers } from '../../bff/http/request';
import { applicants, call, clerk, contentOf, family, reviewer } from '../support/applications';
import { phoneOf, seedLane } from '../support/build';
import { goTo, seedHousehold } from '../support/waiting';
import { buildWorld, MORNING_MS, type World } from '../support/world';

const LANE = 'zhanggong-2';
const operator: Caller = { kind: 'staff', sessionId: 's', staffId: 'operator', role: 'operator', districts: ['章贡区'] };
const inspector: Caller = { kind: 'staff', sessionId: 's', staffId: 'inspector', role: 'inspector', districts: [] };

let world: World;
let exporter: Exporter;
let handlers: Handlers;
let householdId: string;
let leaseDay: string;

type Sheets = Map<string, Record<string, unknown>[]>;

beforeAll(async () => {
  world = await buildWorld();
  const { kernel } = world;
  exporter = new Exporter(kernel, path.join(world.dir, 'exports'), 'test');
  handlers = { ...exportHandlers(kernel, exporter), ...publicityHandlers(kernel), ...allocationHandlers(kernel), ...transferHandlers(kernel), ...waitingHandlers(kernel), ...staffWaitingHandlers(kernel), ...standingHandlers(kernel) };
  await world.store.transact(async (tx) => {
    for (const [id, name] of [['clerk', '经办小赵'], ['reviewer', '审核小钱'], ['inspector', '纪检小孙']] as const) await tx.staff.insert({ id, account: id, passwordHash: '', name, role: id, districts: [], streets: [], phoneSealed: '', active: true });
  });
  await seedLane(kernel, { laneId: LANE, homes: 2, families: [] });
  await live();
}, 60_000);
afterAll(async () => {
  await exporter.stop();
  await world.close();
});

const ask = <T>(name: string, by: Caller, asked: Parameters<typeof call>[3]) => call<T>(handlers, name, by, asked);

/** One family's life, with somebody objecting to it and another being turned down. */
async function live(): Promise<void> {
  const { kernel } = world;
  const people = applicants(kernel);
  const { id } = await people.submit(1);
  const other = await people.submit(2);
  await people.review(clerk, other.id, 1, 'reject');
  await people.review(clerk, id, 1);
  const application = (await world.store.read((tx) => tx.applications.get(id)))!;
  householdId = application.householdId;
  const objection = await ask<{ id: string }>('raiseObjection', family(kernel, 2), { params: { publicityId: application.publicityId! }, body: { subjectId: `${id}.1`, text: '这家人在外地有房' } });
  await ask('decideObjection', reviewer, { params: { objectionId: objection.id }, body: { version: 1, upheld: false, answer: '经核实无房' } });
  await goTo(world, startOfDay('2026-06-08'));
  await people.review(reviewer, id, 2);
  for (let day = 9; day <= 21; day += 1) await goTo(world, startOfDay('2026-06-09') + (day - 9) * DAY_MS);
  await goTo(world, startOfDay('2026-06-22') + 9 * 3_600_000);
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });
  await world.tick();
  const [ticket] = await world.store.read((tx) => tx.tickets.find({ householdId }));
  const listing = await world.store.read((tx) => tx.listings.get(`${LANE}-home-1`));
  await world.store.transact(async (tx) => {
    await tx.certificates.insert({ id: householdId, number: '赣配租2026-0007' });
    await tx.rankings.insert({ id: ticket!.id, householdId, laneId: LANE, listingIds: [`${LANE}-home-2`, `${LANE}-home-1`], rankedAtMs: world.clock.nowMs, agreed: { atMs: world.clock.nowMs, wording: 1, assisted: null } });
  });
  const { pick } = await world.command(LANE, { type: 'PickHome', ticket: ticket!, listing, assisted: { staffId: 'clerk', place: '=章贡窗口', consent: '电话同意，本人18分钟后到' } });
  const allocationId = pick!.id.replace('pick-', 'allocation-');
  await goTo(world, startOfDay('2026-06-27') + 9 * 3_600_000);
  const versionOf = async () => (await world.store.read((tx) => tx.allocations.get(allocationId)))!.version;
  await ask('downloadNotice', family(kernel, 1), { params: { allocationId }, body: { confirm: true } });
  for (const act of ['checkOriginals', 'signLease'] as const) await ask('actOnAllocation', operator, { params: { allocationId }, body: { act, version: await versionOf(), reason: '按规定办理', ...(act === 'signLease' ? { contractNumber: 'HT-2026-0001' } : {}) } });
  leaseDay = '2026-06-27';
  await ask('requestTransfer', family(kernel, 1), { body: { kind: 'smaller', reason: '家里人少了，想换小一点' } });
  // Another household, whose history is not this one's.
  await seedHousehold(world, 70);
}

async function exported(scope: object, unmasked = false): Promise<Sheets> {
  const asked = await ask<ExportView>('requestExport', inspector, { body: { scope, reason: '群众举报核查', unmasked }, key: `key-${JSON.stringify(scope)}-${unmasked}` });
  exporter.look();
  await exporter.idle();
  const view = await ask<ExportView>('getExport', inspector, { params: { exportId: asked.id } });
  expect(view.state).toBe('ready');
  const { sheets } = await readXlsx(readFileSync(path.join(world.dir, 'exports', asked.id, 'export.xlsx')));
  return new Map(sheets.map(({ name, rows }) => [name, rows.slice(1).map((row) => Object.fromEntries((rows[0] as string[]).map((title, at) => [title, (row as unknown[])[at] ?? null])))]));
}

test('S1: a household’s export is its whole history, each part of it under its own name', async () => {
  const sheets = await exported({ kind: 'household', householdId });
  const count = (name: string) => sheets.get(name)!.length;
  expect(Object.fromEntries(['家庭', '家庭成员', '申请', '申请内容', '审核', '公示', '异议', '参加批次', '批次', '轮候号', '轮到', '选房', '配租', '配租通知单', '租约', '房屋调整'].map((name) => [name, count(name)])))
    .toEqual({ 家庭: 1, 家庭成员: 2, 申请: 1, 申请内容: 1, 审核: 2, 公示: 4, 异议: 1, 参加批次: 1, 批次: 1, 轮候号: 1, 轮到: 1, 选房: 1, 配租: 1, 配租通知单: 1, 租约: 1, 房屋调整: 1 });
  expect(sheets.get('操作日志')!.map((row) => row['事项'])).toEqual(expect.arrayContaining([
    '开始填写申请', '提交申请', '审核通过', '公示期满无异议', '生成轮候顺序号', '轮到选房', '选定住房', '公示期满，配租合格', '下载配租通知单', '核验原件', '签订租赁合同', '开始承租', '申请房屋调整', '发起数据导出',
  ]));
  // Who, in which role, from where, when, why: said in Chinese.
  expect(sheets.get('操作日志')!.find((row) => row['事项'] === '审核通过')).toMatchObject({ 操作人: '经办小赵（clerk）', 角色: '街道（乡镇）经办', 时间: '2026-06-01 10:00:00', 来源: 'http 127.0.0.1', 内部明细: expect.stringContaining('办理前：街道审核中；办理后：第一榜公示') as string });
  expect(sheets.get('操作日志')!.map((row) => String(row['时间']))).toEqual(sheets.get('操作日志')!.map((row) => String(row['时间'])).sort());
  expect(sheets.get('审核')).toMatchObject([{ 级别: '街道（乡镇）', 结论: '通过', 审核人: '经办小赵（clerk）' }, { 级别: '区级', 结论: '通过', 审核人: '审核小钱（reviewer）' }]);
  expect(sheets.get('公示')!.map((row) => row['内容'])).toEqual(['第一榜（街道审核）', '第二榜（区级审核）', '轮候顺序号', '选房结果']);
  expect(sheets.get('异议')).toMatchObject([{ 处理结果: '不成立', 处理人: '审核小钱（reviewer）' }]);
  expect(sheets.get('配租通知单')).toMatchObject([{ 通知单号: '2026-000001', 出具日: leaseDay, 住房: 'zhanggong家园1栋1单元101室', 逾期下载: '否' }]);
  expect(sheets.get('家庭')).toMatchObject([{ 资格证号: '赣配租2026-0007' }]);
  expect(sheets.get('意向排序')).toMatchObject([{ '排序（先后）': 'zhanggong家园1栋1单元102室、zhanggong家园1栋1单元101室', 同意代选: '2026-06-22 09:00:00' }]);
  expect(sheets.get('租约')).toMatchObject([{ 合同编号: 'HT-2026-0001', 承租中: '是', 来源: '配租' }]);
  expect(sheets.get('选房')).toMatchObject([{ 协助办理人: '经办小赵（clerk）', 协助地点: '=章贡窗口' }]);
  expect(sheets.get('消息')!.every((row) => /^\p{Script=Han}+$/u.test(String(row['内容种类'])))).toBe(true);
  // No kind of entry an inspector would have to look up.
  for (const row of sheets.get('操作日志')!) expect(row['事项']).toMatch(/\p{Script=Han}/u);
  expect(JSON.stringify([...sheets])).not.toContain('household-70');
});

test('P2: masked, no name, number, telephone or sealed sentence is in it anywhere; in full, they are, as text', async () => {
  const secrets = ['苏小雨', '苏大海', contentOf(1).identity!, phoneOf(1), phoneOf(2), '外地有房', '经核实无房', '家里人少了', '解放路1号'];
  for (const scope of [{ kind: 'household', householdId }, { kind: 'period', fromDay: '2026-06-01', toDay: '2026-06-27' }]) {
    const masked = await exported(scope);
    const text = JSON.stringify([...masked]);
    for (const secret of secrets) expect([secret, text.includes(secret)]).toEqual([secret, false]);
    expect(masked.get('异议')![0]).toMatchObject({ 内容: SEALED_TEXT, 提出人电话: null });
    const whole = await exported(scope, true);
    const full = JSON.stringify([...whole]);
    for (const secret of secrets.filter((one) => one !== phoneOf(2))) expect([secret, full.includes(secret)]).toEqual([secret, true]);
    const own = whole.get('家庭成员')!.find((row) => row['家庭编号'] === householdId && row['姓名'] === '苏小雨')!;
    expect(own['证件号码']).toBe(contentOf(1).identity);
  }
  const acts = await world.store.read((tx) => tx.ledger.find({ stream: 'office' }));
  expect(acts.filter(({ type }) => type === 'PersonalDataExported')).toHaveLength(2);
});

test('S1: a period holds every act in it and the files of the households it concerned; another period does not', async () => {
  const whole = await exported({ kind: 'period', fromDay: '2026-06-01', toDay: '2026-06-27' });
  const entries = await world.store.read((tx) => tx.ledger.count({}));
  expect(whole.get('操作日志')!.length).toBeLessThanOrEqual(entries);
  expect(whole.get('申请')!.map((row) => row['状态']).sort()).toEqual(['审核不通过', '审核通过']);
  expect(whole.get('审核')).toHaveLength(3);
  expect(whole.get('公示')).toHaveLength(4);
  expect(whole.get('数据导出')!.length).toBeGreaterThan(0);
  expect(whole.get('配租')).toHaveLength(1);
  // The days between: a publicity was running, nobody did anything.
  const quiet = await exported({ kind: 'period', fromDay: '2026-06-05', toDay: '2026-06-05' });
  expect([quiet.get('公示')!.length, quiet.get('申请')!.length, quiet.get('审核')!.length]).toEqual([1, 0, 0]);
  // The day a number was given: whose it is.
  const given = (await world.store.read((tx) => tx.batches.find({})))[0]!;
  const numbered = await exported({ kind: 'period', fromDay: given.day, toDay: given.day });
  expect(numbered.get('轮候号')).toMatchObject([{ 家庭编号: householdId, 组别: '公租房二居室组', 顺序号: 1 }]);
  expect(numbered.get('批次')).toMatchObject([{ 组别: '公租房二居室组', 起号: 1, 止号: 1, 其中优先: 0 }]);
  expect(MORNING_MS).toBeLessThan(world.clock.nowMs);
});
