/**
 * The demonstration city's two registers, as a housing office would keep them. Every person, number and home
 * is invented: telephone numbers start with 1990000, which nobody was given.
 */
import { bedroomClasses, groupLabels, type Group, type Tier } from '../../../shared/lane';
import { checkCharacter } from '../../domain/registers/identity-number';
import { addDays } from '../../../shared/shanghai-time';

export type RegisterRow = readonly (string | number)[];

const COMMUNITIES = [
  { name: '金桂家园', district: '章贡区', buildings: 2, floors: [2, 4, 7, 10] },
  { name: '梅林新居', district: '章贡区', buildings: 2, floors: [1, 5, 9, 13] },
  { name: '赣江雅苑', district: '章贡区', buildings: 2, floors: [3, 7, 11] },
  { name: '蟠桃公寓', district: '赣州经开区', buildings: 2, floors: [2, 7, 13, 19] },
  { name: '黄金安居小区', district: '赣州经开区', buildings: 2, floors: [1, 3, 5, 6] },
  { name: '蓉江花苑', district: '赣州蓉江新区', buildings: 2, floors: [1, 7, 13, 19, 25] },
] as const;
const STREETS: Readonly<Record<string, readonly string[]>> = {
  章贡区: ['解放街道', '南外街道', '东外街道', '水西镇'], 赣州经开区: ['黄金岭街道', '蟠龙镇'], 赣州蓉江新区: ['潭口镇', '潭东镇'],
};
const DISTRICTS = Object.keys(STREETS);
const SURNAMES = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕';
const GIVEN = '安宁康乐福顺明华春秋芳兰梅竹松柏海洋江河月星晨光欣悦雅静思远志诚文武国庆建平';
const AREA_SQM = { 1: 38, 2: 54, 3: 71 } as const;
const FAMILIES_PER_GROUP = { 1: 36, 2: 36, 3: 18 } as const;

/** Mulberry32: the same city every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 房源台账: header and rows. */
export function demoListings(): RegisterRow[] {
  const random = seeded(20_260_601);
  const rows: RegisterRow[] = [['序号', '小区名称', '所属区', '楼栋', '单元', '楼层', '房号', '居室', '建筑面积（㎡）', '朝向', '月租金（元）', '房屋状态', '产权单位', '备注']];
  for (const community of COMMUNITIES) {
    for (let building = 1; building <= community.buildings; building += 1) {
      for (const entrance of [1, 2]) {
        for (const floor of community.floors) {
          for (const door of [1, 2]) {
            const bedrooms = bedroomClasses[Math.floor(random() * 2.6)] ?? 2;
            const area = Math.round((AREA_SQM[bedrooms] + random() * 12) * 100) / 100;
            const state = ['可配租', '可配租', '可配租', '可配租', '可配租', '已出租', '已出租', '维修中', '腾退待审', '预留'][Math.floor(random() * 10)] ?? '可配租';
            rows.push([
              rows.length, community.name, community.district, `${building}栋`, `${entrance}单元`, floor, `${floor}0${door}`, bedrooms, area,
              ['南', '东南', '西南', '北'][Math.floor(random() * 4)] ?? '南', Math.round(area * (4.2 + random() * 2)), state, '市保障性住房建设运营有限公司', '',
            ]);
          }
        }
      }
    }
  }
  return rows;
}

/** 轮候名册: header and rows; batches end a few days before `today`. */
export function demoRoll(today: string): RegisterRow[] {
  const random = seeded(7);
  const rows: RegisterRow[] = [['组别', '轮候顺序号', '批次日期', '申请人姓名', '身份证号', '联系电话', '家庭人口', '共同申请人（姓名/身份证号/关系）', '所属区', '街道（乡镇）', '优先类别', '递交申请时间', '取得方式']];
  const pick = <T>(items: ArrayLike<T>): T => items[Math.floor(random() * items.length)] as T;
  const name = () => `${pick(SURNAMES)}${pick(GIVEN)}${random() < 0.6 ? pick(GIVEN) : ''}`;
  let people = 0;
  const identity = () => {
    people += 1;
    const body = `360700${1950 + Math.floor(random() * 50)}${String(1 + Math.floor(random() * 12)).padStart(2, '0')}${String(1 + Math.floor(random() * 28)).padStart(2, '0')}${String(people % 1000).padStart(3, '0')}`;
    return body + checkCharacter(body);
  };
  for (const tier of ['lowRent', 'publicRental'] as Tier[]) {
    for (const bedrooms of bedroomClasses) {
      const group: Group = `${tier}-${bedrooms}`;
      for (let number = 1; number <= FAMILIES_PER_GROUP[bedrooms]; number += 1) {
        const district = pick(DISTRICTS);
        const batch = addDays(today, -60 + number);
        const alone = random() < 0.3;
        rows.push([
          groupLabels[group], number, batch, name(), identity(), `1990000${String(rows.length).padStart(4, '0')}`, alone ? 1 : 2, alone ? '' : `${name()}/${identity()}/配偶`,
          district, pick(STREETS[district] ?? ['解放街道']), tier === 'publicRental' && random() < 0.1 ? pick(['环卫工人', '优抚对象', '重度残疾']) : '',
          `${addDays(batch, -40)} ${String(8 + Math.floor(random() * 12)).padStart(2, '0')}:${String(Math.floor(random() * 60)).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}`, '摇号',
        ]);
      }
    }
  }
  return rows;
}
