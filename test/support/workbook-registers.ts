/** Registers like the city's own, of any length and the same every time: valid rows a test may then spoil. */
import { checkCharacter } from '../../bff/domain/registers/identity-number';
import type { CellInput } from './workbook-builder';

export const testAreas = [
  { code: 'zhanggong', name: '章贡区', districts: ['章贡区'] },
  { code: 'jingkai', name: '赣州经开区', districts: ['赣州经开区', '经开区'] },
  { code: 'rongjiang', name: '赣州蓉江新区', districts: ['赣州蓉江新区', '蓉江新区'] },
  { code: 'nankang', name: '南康区', districts: ['南康区'] },
  { code: 'ganxian', name: '赣县区', districts: ['赣县区'] },
] as const;

export const listingHeader = ['序号', '小区名称', '所属区', '楼栋', '单元', '楼层', '房号', '居室', '建筑面积（㎡）', '朝向', '月租金（元）', '房屋状态', '产权单位', '备注'] as const;
export const waitlistHeader = ['组别', '轮候顺序号', '批次日期', '申请人姓名', '身份证号', '联系电话', '家庭人口', '共同申请人（姓名/身份证号/关系）', '所属区', '街道（乡镇）', '优先类别', '递交申请时间', '取得方式'] as const;

/** A row by column name, so that a test changes what it is about and nothing else. */
export type Row<H extends string> = Record<H, CellInput>;
export type ListingRow = Row<(typeof listingHeader)[number]>;
export type WaitlistRow = Row<(typeof waitlistHeader)[number]>;

const communities = [['水西家园', '章贡区'], ['虔东新居', '章贡区'], ['金岭安居小区', '章贡区'], ['金潭雅苑', '赣州经开区'], ['蟠龙公寓', '赣州经开区'], ['蓉江花苑', '赣州蓉江新区']] as const;
const states = ['可配租', '可配租', '已出租', '预留', '维修中', '腾退待审'] as const;
const streets = { 章贡区: '南外街道', 赣州经开区: '蟠龙镇', 赣州蓉江新区: '潭口镇' } as const;
const surnames = '苏龚郑袁陈蔡文龙姚杜丁史戴谭许彭萧唐谢潘邱韩金赖熊石宋陆卢刘万范高尹贺马罗黎乔曹';
const groups = ['廉租住房一居室组', '廉租住房二居室组', '廉租住房三居室组', '公租房一居室组', '公租房二居室组', '公租房三居室组'] as const;

/** The `index`-th home; every index is another door. */
export function listingRow(index: number, change: Partial<ListingRow> = {}): ListingRow {
  const [community, district] = communities[index % communities.length]!;
  const door = Math.floor(index / communities.length);
  const floor = 1 + (Math.floor(door / 8) % 30);
  return {
    序号: index + 1, 小区名称: community, 所属区: district, 楼栋: `${1 + Math.floor(door / 480)}栋`, 单元: `${1 + (Math.floor(door / 4) % 2)}单元`,
    楼层: floor, 房号: `${floor}0${1 + (door % 4)}${Math.floor(door / 240) % 2 === 0 ? '' : 'A'}`, 居室: 1 + (index % 3),
    '建筑面积（㎡）': 36 + (index % 2500) / 100, 朝向: ['南', '北', '东南', '西南'][index % 4]!, '月租金（元）': 195 + (index % 300),
    房屋状态: states[index % states.length]!, 产权单位: '市保障性住房建设运营有限公司', 备注: '', ...change,
  };
}

/** A valid identity number; every index another person. */
export function identityNumber(index: number): string {
  const day = new Date(Date.UTC(1950, 0, 1) + (index % 18_000) * 86_400_000).toISOString().slice(0, 10).replace(/-/g, '');
  const digits = `36070${1 + (Math.floor(index / 18_000) % 9)}${day}${String(Math.floor(index / 162_000) % 1000).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
}

/** The `index`-th family; every index another number and other people. */
export function waitlistRow(index: number, change: Partial<WaitlistRow> = {}): WaitlistRow {
  const [, district] = communities[index % communities.length]!;
  const others = index % 4;
  const relations = ['配偶', '子', '女'];
  return {
    组别: groups[index % groups.length]!, 轮候顺序号: 1 + Math.floor(index / groups.length), 批次日期: '2026-04-08', 申请人姓名: `${surnames[index % surnames.length]}小雨`,
    身份证号: identityNumber(index * 4), 联系电话: `139${String(index).padStart(8, '0')}`, 家庭人口: others + 1,
    '共同申请人（姓名/身份证号/关系）': relations.slice(0, others).map((relation, at) => `${surnames[(index + at) % surnames.length]}大海/${identityNumber(index * 4 + at + 1)}/${relation}`).join('；'),
    所属区: district, '街道（乡镇）': streets[district], 优先类别: index % 12 === 3 ? '环卫工人' : '',
    递交申请时间: `2025-11-${String(1 + (index % 28)).padStart(2, '0')} 09:30:${String(index % 60).padStart(2, '0')}`, 取得方式: '摇号', ...change,
  };
}

/** Header and rows as cells, in the header's order. */
export function table<H extends string>(header: readonly H[], rows: readonly Row<H>[]): CellInput[][] {
  return [[...header], ...rows.map((row) => header.map((column) => row[column]))];
}

/** `count` rows made by `make`. */
export function many<R>(count: number, make: (index: number) => R): R[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
