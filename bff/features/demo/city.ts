/** Sets up the demonstration city on an empty directory: registers imported as a clerk would, staff, open lanes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dayOf } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import { hashPassword } from '../../security/passwords';
import { change, type Act } from '../../store/change';
import { importRegister } from '../imports/handlers';
import { enterLane } from '../selection/door';
import { demoListings, demoRoll, type RegisterRow } from './registers';

/** The staff of the demonstration city. Their passwords are shown on the demonstration page; nobody real has them. */
export const demoStaff = [
  { account: 'city', password: 'demo-city-2026', name: '演示·市中心', role: 'city', districts: [] as string[] },
  { account: 'window', password: 'demo-window-2026', name: '演示·章贡窗口', role: 'window', districts: ['章贡区'] },
  { account: 'reviewer', password: 'demo-reviewer-2026', name: '演示·章贡审核', role: 'districtReviewer', districts: ['章贡区'] },
  { account: 'clerk', password: 'demo-clerk-2026', name: '演示·章贡街道', role: 'streetClerk', districts: ['章贡区'] },
  { account: 'operator', password: 'demo-operator-2026', name: '演示·章贡运营', role: 'operator', districts: ['章贡区'] },
  { account: 'inspector', password: 'demo-inspector-2026', name: '演示·纪检', role: 'inspector', districts: [] as string[] },
  { account: 'admin', password: 'demo-admin-2026', name: '演示·系统管理', role: 'administrator', districts: [] as string[] },
] as const;

/** What the demonstration's street clerk reviews. */
const demoStreets = ['解放街道', '南外街道', '东外街道', '水西镇'];

const act: Act = { actor: { kind: 'system', id: 'demo', role: null }, from: 'demo', why: '建立演示城市' };

/** Does nothing where there are homes already: a demonstration goes on where it was. */
export async function seedDemoCity(kernel: Kernel, dataDir: string): Promise<void> {
  const started = await kernel.store.read(async (tx) => (await tx.lanes.find({ state: { in: ['open', 'paused'] } }, { limit: 1 })).length > 0);
  if (started) return;
  const dir = path.join(dataDir, 'registers');
  mkdirSync(dir, { recursive: true });
  for (const [name, rows] of [['房源台账', demoListings()], ['轮候名册', demoRoll(dayOf(kernel.clock.now()))]] as const) {
    const file = path.join(dir, `${name}.xlsx`);
    await writeRegister(file, name, rows);
    const report = await importRegister(kernel, act, file);
    if (report.accepted === 0 || report.refused.length > 0) throw new Error(`demonstration register ${name}: ${JSON.stringify(report.refused.slice(0, 3))}`);
  }
  await addStaff(kernel);
  for (const lane of await kernel.store.read((tx) => tx.lanes.find({ state: 'closed' }))) {
    await change(kernel, act, (work) => enterLane(kernel, work, lane.id, { type: 'OpenLane', reason: '演示开始' }));
  }
}

async function writeRegister(file: string, sheet: string, rows: readonly RegisterRow[]): Promise<void> {
  const { writeXlsx } = await import('hucre');
  writeFileSync(file, await writeXlsx({ sheets: [{ name: sheet, rows: rows.map((row) => [...row]) }] }));
}

async function addStaff(kernel: Kernel): Promise<void> {
  const hashes = await Promise.all(demoStaff.map(({ password }) => hashPassword(password)));
  await kernel.store.transact(async (tx) => {
    for (const [i, { account, name, role, districts }] of demoStaff.entries()) {
      if ((await tx.staff.get(`staff-${account}`)) !== null) continue;
      await tx.staff.insert({ id: `staff-${account}`, account, passwordHash: hashes[i] ?? '', name, role, districts: [...districts], streets: role === 'streetClerk' ? demoStreets : [], phoneSealed: role === 'districtReviewer' ? kernel.crypto.seal('19900009001') : '', active: true });
    }
  });
}
