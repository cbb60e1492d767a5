/** The city's registers in a simulation: files of homes and families, imported as the city imports them. */
import { writeFileSync } from 'node:fs';
import { importRegister } from '../../bff/features/imports/handlers';
import type { ImportReport } from '../../bff/features/imports/report';
import type { Kernel } from '../../bff/kernel';
import { groupLabels, tiers, type Group } from '../../shared/lane';
import { buildWorkbook } from '../support/workbook-builder';
import { listingHeader, listingRow, table, waitlistHeader, waitlistRow, type ListingRow, type WaitlistRow } from '../support/workbook-registers';
import type { SeededChance } from './seeded-chance';

const districts = { 章贡区: { area: 'zhanggong', street: '南外街道' }, 赣州经开区: { area: 'jingkai', street: '蟠龙镇' }, 赣州蓉江新区: { area: 'rongjiang', street: '潭口镇' } } as const;
type District = keyof typeof districts;
export const districtNames = Object.keys(districts) as District[];

/** A family as the city knows it before any software does. */
export interface RollFamily {
  readonly index: number;
  readonly group: Group;
  readonly tier: number;
  readonly queueNumber: number;
  readonly laneId: string;
  readonly district: string;
  readonly phone: string;
  readonly row: WaitlistRow;
}

export interface RollHome {
  readonly door: string;
  readonly laneId: string;
  readonly isAvailable: boolean;
  readonly row: ListingRow;
}

/** How a home's door is told from others, by register row or by stored document. */
export const doorOf = (community: unknown, building: unknown, entrance: unknown, room: unknown): string => [community, building, entrance, room].map(String).join('/');

/** Every family the simulation will ever have; numbers run on within each group (G2). */
export function drawFamilies(count: number, chance: SeededChance): RollFamily[] {
  const numbers = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const group = chance.of(Object.keys(groupLabels) as Group[]);
    const district = chance.weighted({ 章贡区: 5, 赣州经开区: 3, 赣州蓉江新区: 2 });
    const queueNumber = (numbers.get(group) ?? 0) + 1;
    numbers.set(group, queueNumber);
    const { area, street } = districts[district];
    const row = waitlistRow(index, { 组别: groupLabels[group], 轮候顺序号: queueNumber, 所属区: district, '街道（乡镇）': street, 批次日期: '2026-05-20' });
    const [tier, bedrooms] = group.split('-') as ['lowRent' | 'publicRental', string];
    return { index, group, tier: tiers[tier], queueNumber, laneId: `${area}-${bedrooms}`, district, phone: String(row.联系电话), row };
  });
}

export function drawHomes(count: number, chance: SeededChance): RollHome[] {
  return Array.from({ length: count }, (_, index) => {
    const bedrooms = chance.int(1, 3);
    const state = chance.weighted({ 可配租: 17, 预留: 1, 维修中: 1, 已出租: 1 });
    const row = listingRow(index, { 居室: bedrooms, 房屋状态: state });
    const { area } = districts[row.所属区 as District];
    return { door: doorOf(row.小区名称, row.楼栋, row.单元, row.房号), laneId: `${area}-${bedrooms}`, isAvailable: state === '可配租', row };
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
