/** The small city both sides start from: its rules, its people, its staff, its homes. Plain data; every person is invented. */
import { defaultRuleSet } from '../../config/default-rule-set';
import type { RuleSetValues } from '../../bff/domain/rules/rule-set';
import { checkCharacter } from '../../bff/domain/registers/identity-number';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';

/** Shorter periods than Ganzhou's, so that one run sees many lives; every number is a setting, so both sides obey. */
export const rules: RuleSetValues = {
  ...defaultRuleSet, firstReviewPublicityDays: 2, secondReviewPublicityDays: 2, supplementWithinDays: 3, resultPublicityDays: 2, leaseWithinDays: 6, leaseEntryGraceDays: 2, noticeDownloadDays: 2, forfeitsToBar: 2, draftKeepDays: 20, callUpFactor: 2,
};

/** Monday, inside the notification window (T4). */
export const START_MS = startOfDay('2026-06-01') + 10 * HOUR_MS;

export interface Family { readonly phone: number; readonly district: string; readonly street: string; readonly priority: string }
const inTown = { district: '章贡区', street: '解放街道' };
export const families: Readonly<Record<string, Family>> = {
  f1: { phone: 1, ...inTown, priority: '' }, f2: { phone: 2, ...inTown, priority: '' }, f3: { phone: 3, ...inTown, priority: '环卫工人' }, f4: { phone: 4, ...inTown, priority: '' },
  f5: { phone: 5, ...inTown, priority: '环卫工人' }, f6: { phone: 6, district: '南康区', street: '蓉江街道', priority: '' }, f7: { phone: 7, ...inTown, priority: '' },
};
export const areaOf: Readonly<Record<string, string>> = { 章贡区: 'zhanggong', 南康区: 'nankang' };

/** Each family: two adults, one who comes of age on 12 June 2026, one child. `p31` is the first person of `f3`. */
const births = ['1980-03-05', '1985-07-09', '2008-06-12', '2015-02-01'];
export interface Person { readonly identity: string; readonly adultFromMs: number }
export const people: Readonly<Record<string, Person>> = Object.fromEntries(Object.keys(families).flatMap((family, at) => births.map((birth, member) => {
  const digits = `360702${birth.replace(/-/g, '')}${String(at + 1).padStart(2, '0')}${member}`;
  const [year, ...rest] = birth.split('-');
  return [`p${family.slice(1)}${member + 1}`, { identity: digits + checkCharacter(digits), adultFromMs: startOfDay([Number(year) + rules.adultAgeYears, ...rest].join('-')) }];
})));
export const peopleOf = (family: string): string[] => births.map((_, member) => `p${family.slice(1)}${member + 1}`);

/** P1: who works here. `x…` works in the other district, and so has nothing to decide in the first. */
export interface Clerk { readonly role: string; readonly districts: readonly string[]; readonly streets: readonly string[] }
export const staff: Readonly<Record<string, Clerk>> = {
  clerk: { role: 'streetClerk', districts: ['章贡区'], streets: ['解放街道'] }, reviewer: { role: 'districtReviewer', districts: ['章贡区'], streets: [] },
  operator: { role: 'operator', districts: ['章贡区'], streets: [] }, xclerk: { role: 'streetClerk', districts: ['南康区'], streets: ['蓉江街道'] },
  xreviewer: { role: 'districtReviewer', districts: ['南康区'], streets: [] }, xoperator: { role: 'operator', districts: ['南康区'], streets: [] },
  city: { role: 'city', districts: [], streets: [] }, window: { role: 'window', districts: ['章贡区'], streets: [] }, inspector: { role: 'inspector', districts: [], streets: [] },
};

/** G6: numbers from the lottery days, of families that wait from the start. */
export const lotteryTickets = [
  { family: 'f1', group: 'publicRental-2', number: 1 }, { family: 'f2', group: 'lowRent-2', number: 3 }, { family: 'f3', group: 'publicRental-2', number: 2 }, { family: 'f4', group: 'publicRental-3', number: 5 }, { family: 'f6', group: 'publicRental-2', number: 4 },
] as const;
export const LOTTERY_DAY = '2026-05-01';
export const lotteryMembers = (family: string): string[] => peopleOf(family).slice(0, 3);

/** On offer from the start; floors 1–6, so that some may be reserved (L2). */
export const firstHomes = [
  { home: 'h1', district: '章贡区', bedrooms: 2, floor: 1 }, { home: 'h2', district: '章贡区', bedrooms: 2, floor: 4 }, { home: 'h3', district: '章贡区', bedrooms: 3, floor: 2 }, { home: 'h4', district: '南康区', bedrooms: 2, floor: 6 },
] as const;
export const TOP_FLOOR = 6;

/** T2: the first instant after a publicity of `days` that began on the day of `fromMs`. */
export const endOfPublicity = (dayStartMs: number, days: number): number => dayStartMs + days * DAY_MS;
/** T3: the exclusive end of a period of `days` that started on the day beginning at `dayStartMs`. */
export const endOfPeriod = (dayStartMs: number, days: number): number => dayStartMs + (days + 1) * DAY_MS;
