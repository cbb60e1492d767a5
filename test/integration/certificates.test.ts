/** H5: families are found by the certificate number their roll gave them, and by name, through blind indexes, however many there are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assignmentHandlers } from '../../bff/features/assignments/handlers';
import { importRegister } from '../../bff/features/imports/handlers';
import { systemAct } from '../../bff/kernel';
import type { Caller } from '../../bff/http/request';
import { applicants, call } from '../support/applications';
import { buildWorkbook, type CellInput } from '../support/workbook-builder';
import { table, waitlistHeader, waitlistRow } from '../support/workbook-registers';
import { buildWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await buildWorld();
});
afterEach(() => world.close());

const reviewer: Caller = { kind: 'staff', sessionId: 's', staffId: 'r', role: 'districtReviewer', districts: ['章贡区'] };
/** Families 1 and 7 of the roll are of one group and district; the last column is the certificate's. */
async function importRoll(certificates: readonly CellInput[]) {
  const dir = mkdtempSync(path.join(tmpdir(), 'certificates-'));
  const file = path.join(dir, 'roll.xlsx');
  const [header, ...rows] = table(waitlistHeader, [1, 7].map((index) => waitlistRow(index, { 组别: '公租房二居室组', 轮候顺序号: index, 所属区: '章贡区', '街道（乡镇）': '南外街道' })));
  writeFileSync(file, buildWorkbook({ sheets: [{ name: '轮候名册', rows: [[...header!, '配租资格证号'], ...rows.map((row, at) => [...row, certificates[at] ?? ''])] }] }));
  const report = await importRegister(world.kernel, systemAct('test'), file);
  rmSync(dir, { recursive: true, force: true });
  return report;
}
const search = async (filter: object) => (await call<{ families: { queueNumber: number }[] }>(assignmentHandlers(world.kernel), 'searchAssignable', reviewer, { body: { group: 'publicRental-2', ...filter } })).families.map(({ queueNumber }) => queueNumber);

test('H5, P2: by certificate number and by name; imported again it says nothing new, changed it is refused', async () => {
  expect(await importRoll(['杭公租 2026-0001', '无'])).toMatchObject({ accepted: 2, refusedRows: 0 });
  expect([await search({ certificateNumber: '杭公租2026-0001' }), await search({ certificateNumber: '杭公租2026-0002' }), await search({ name: '龚小雨' })]).toEqual([[1], [], [1]]);
  expect(await importRoll(['杭公租2026-0001', ''])).toMatchObject({ refusedRows: 0 });
  expect(await importRoll(['杭公租2026-0009', ''])).toMatchObject({ refusedRows: 1 });
  expect([await search({ certificateNumber: '杭公租2026-0009' }), await world.store.read((tx) => tx.certificates.count({}))]).toEqual([[], 1]);
  const stored = JSON.stringify(await world.store.read((tx) => tx.households.find({})));
  expect(stored).not.toContain('龚小雨');
});

test('H5: a family that applied online is found by its name as well', async () => {
  await applicants(world.kernel).submit(1);
  const named = (name: string) => world.store.read((tx) => tx.households.count({ applicantNameIndex: world.kernel.crypto.blindIndex('name', name) }));
  expect([await named('苏小雨'), await named('苏大海')]).toEqual([1, 0]);
});
