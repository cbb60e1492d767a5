/** The city's registers in a simulation: files of homes and families, imported as the city imports them. */
import { writeFileSync } from 'node:fs';
import { importRegister } from '../../bff/features/imports/handlers';
import type { ImportReport } from '../../bff/features/imports/report';
import type { Kernel } from '../../bff/kernel';
import { groupLabels, tiers, type Group, type ListingState } from '../../shared/lane';
import { buildWorkbook } from '../support/workbook-builder';
import { listingHeader, listingRow, table, waitlistHeader, waitlistRow, type ListingRow, type WaitlistRow } from '../support/workbook-registers';
import { districts, type District, type Household } from './life/people';
import type { SeededChance } from './seeded-chance';

/** A family with a number, as everybody may know it. */
export interface TicketFamily {
  readonly index: number;
  readonly group: string;
  readonly tier: number;
  readonly queueNumber: number;
  readonly laneId: string;
  readonly district: string;
  readonly phone: string;
  readonly household: Household;
}

/** A family as the city knows it before any software does. */
export interface RollFamily extends TicketFamily {
  readonly batchDay: string;
  readonly row: WaitlistRow;
}

export interface RollHome {
  readonly door: string;
  readonly laneId: string;
  readonly state: ListingState;
  readonly row: ListingRow;
}

/** How a home's door is told from others, by register row or by stored document. */
export const doorOf = (community: unknown, building: unknown, entrance: unknown, room: unknown): string => [community, building, entrance, room].map(String).join('/');

const ROLL_DAY = '2026-05-20';

/** The roll of those who won a number before the system: numbers run on within each group (G2, G6). */
export function drawRoll(households: readonly Household[]): RollFamily[] {
  const numbers = new Map<string, number>();
  return households.map((household) => {
    const { index, district, street, phone, people, priority, tier, bedrooms } = household;
    const group: Group = `${tier}-${bedrooms}`;
    const queueNumber = (numbers.get(group) ?? 0) + 1;
    numbers.set(group, queueNumber);
    const row = waitlistRow(index, {
      组别: groupLabels[group], 轮候顺序号: queueNumber, 所属区: district, '街道（乡镇）': street, 批次日期: ROLL_DAY, 申请人姓名: people[0]!.name, 身份证号: people[0]!.identity, 联系电话: phone,
      家庭人口: people.length, '共同申请人（姓名/身份证号/关系）': people.slice(1).map((person) => `${person.name}/${person.identity}/${person.relation}`).join('；'), 优先类别: priority?.label ?? '',
    });
    return { index, group, tier: tiers[tier], queueNumber, laneId: `${districts[district].area}-${bedrooms}`, district, phone, household, batchDay: ROLL_DAY, row };
  });
}

const rollStates: Readonly<Record<string, ListingState>> = { 可配租: 'available', 预留: 'reserved', 维修中: 'maintenance', 已出租: 'leased' };

export function drawHomes(count: number, chance: SeededChance): RollHome[] {
  return Array.from({ length: count }, (_, index) => {
    const bedrooms = chance.int(1, 3);
    const state = chance.weighted({ 可配租: 17, 预留: 1, 维修中: 1, 已出租: 1 });
    const row = listingRow(index, { 居室: bedrooms, 房屋状态: state });
    const { area } = districts[row.所属区 as District];
    return { door: doorOf(row.小区名称, row.楼栋, row.单元, row.房号), laneId: `${area}-${bedrooms}`, state: rollStates[state]!, row };
  });
}

/** Writes the register file and imports it. The file's name is in the ledger. */
export function importFamilies(kernel: Kernel, file: string, families: readonly RollFamily[]): Promise<ImportReport> {
  return importTable(kernel, file, table(waitlistHeader, families.map(({ row }) => row)));
}

export function importHomes(kernel: Kernel, file: string, homes: readonly RollHome[]): Promise<ImportReport> {
  return importTable(kernel, file, table(listingHeader, homes.map(({ row }) => row)));
}

function importTable(kernel: Kernel, file: string, rows: ReturnType<typeof table>): Promise<ImportReport> {
  writeFileSync(file, buildWorkbook({ sheets: [{ name: 'Sheet1', rows }] }));
  return importRegister(kernel, { actor: { kind: 'staff', id: 'city', role: 'city' }, from: 'import', why: '导入名册' }, file);
}
