/** Who lives in the simulated city: households, grown-ups and children, before any software knows of them. */
import { checkCharacter } from '../../../bff/domain/registers/identity-number';
import type { Tier } from '../../../shared/lane';
import { dateOf, yearsLater } from '../days';
import type { SeededChance } from '../seeded-chance';

export const districts = {
  章贡区: { area: 'zhanggong', streets: ['南外街道', '解放街道'] }, 赣州经开区: { area: 'jingkai', streets: ['蟠龙镇', '湖边镇'] }, 赣州蓉江新区: { area: 'rongjiang', streets: ['潭口镇'] },
} as const;
export type District = keyof typeof districts;
export const districtNames = Object.keys(districts) as District[];

export interface Person {
  readonly name: string;
  readonly identity: string;
  /** Day number. */
  readonly birth: number;
  readonly relation: string;
}

export interface Household {
  readonly index: number;
  readonly phone: string;
  readonly district: District;
  readonly street: string;
  readonly people: readonly Person[];
  readonly tier: Tier;
  readonly bedrooms: 1 | 2 | 3;
  /** What it can claim (G3). */
  readonly priority: { readonly code: string; readonly label: string } | null;
  /** It gives up one batch after another, and applies again at once (F2). */
  readonly isQuitter: boolean;
  /** Its papers are looked at at once. */
  readonly isPrompt: boolean;
}

/** F1: of age on a day, by the birth date alone. */
export const isAdult = ({ birth }: Person, onDay: number): boolean => yearsLater(birth, 18) <= onDay;

const surnames = '苏龚郑袁陈蔡文龙姚杜丁史戴谭许彭萧唐谢潘邱韩金赖熊石宋陆卢刘万范高尹贺马罗黎乔曹';

/** Draws `count` households; no two people have one identity number. Some are of age only in the course of the year. */
export function drawHouseholds(count: number, firstDay: number, chance: SeededChance): Household[] {
  const taken = new Set<string>();
  const person = (name: string, relation: string, birth: number): Person => {
    for (;;) {
      const digits = `36070${chance.int(1, 9)}${dateOf(birth).replaceAll('-', '')}${String(chance.int(0, 999)).padStart(3, '0')}`;
      const identity = digits + checkCharacter(digits);
      if (taken.has(identity)) continue;
      taken.add(identity);
      return { name, identity, birth, relation };
    }
  };
  const bornBetween = (fromYears: number, toYears: number) => chance.int(yearsLater(firstDay, -toYears), yearsLater(firstDay, -fromYears));
  const households: Household[] = [];
  for (let index = 0; index < count; index += 1) {
    const isQuitter = chance.happens(0.03);
    const surname = surnames[index % surnames.length]!;
    const people = [person(`${surname}小雨`, '本人', bornBetween(23, 70))];
    if (chance.happens(0.6)) people.push(person(`${surname}大海`, '配偶', bornBetween(23, 70)));
    const children = chance.weighted({ none: 4, one: 4, two: 2 });
    for (let i = 0; i < { none: 0, one: 1, two: 2 }[children]; i += 1) {
      // Of age on some day of the year, a small child, or grown up.
      const birth = chance.weighted({ soon: 3, small: 5, grown: 2 });
      people.push(person(`${surname}大海`, '子', birth === 'soon' ? yearsLater(firstDay, -18) + chance.int(-2, 330) : birth === 'small' ? bornBetween(1, 16) : bornBetween(19, 22)));
    }
    const district = chance.weighted({ 章贡区: 5, 赣州经开区: 3, 赣州蓉江新区: 2 });
    // Every so often two are alike in all that a place in the queue depends on (G3).
    const twin = index % 25 === 24 ? households[index - 1] : undefined;
    households.push({
      index, phone: `139${String(index).padStart(8, '0')}`, district, street: chance.of(districts[district].streets), people,
      tier: isQuitter || chance.happens(0.3) ? 'lowRent' : 'publicRental', bedrooms: chance.of([1, 2, 3] as const), priority: chance.happens(0.15) ? { code: 'sanitationWorker', label: '环卫工人' } : null, isQuitter, isPrompt: isQuitter || twin !== undefined || index % 25 === 23,
      ...(twin === undefined ? {} : { district: twin.district, street: twin.street, tier: twin.tier, bedrooms: twin.bedrooms, priority: twin.priority, isQuitter: twin.isQuitter }),
    });
  }
  return households;
}

export const isTwin = ({ index }: Household): boolean => index % 25 === 24;
