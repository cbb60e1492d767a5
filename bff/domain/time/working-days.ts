/**
 * Working days (工作日, T3): Monday to Friday, less the official holidays (节假日), plus the weekend days worked in
 * exchange (调休上班). The notice for each year is published by the State Council late in the year before; a year
 * whose notice is not loaded is refused, never guessed to be plain weekdays.
 */
import type { FieldProblem } from '../../../shared/errors';
import { addDays, type Day } from '../../../shared/shanghai-time';

/** One festival of a notice, as the notice words it: 春节 2月15日至23日放假，2月14日、28日上班. */
export interface Festival {
  readonly name: string;
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** Weekend days worked in exchange. */
  readonly makeUpDays: readonly Day[];
}

/** The notice of each loaded year. New Year's days may reach into the December before: that notice then speaks for them. */
export type WorkCalendar = ReadonlyMap<number, readonly Festival[]>;

/** Working days were needed of a year whose notice is not loaded (code CALENDAR_YEAR_MISSING). */
export interface MissingYear {
  readonly missingYear: number;
}

export function isMissingYear(value: unknown): value is MissingYear {
  return typeof value === 'object' && value !== null && 'missingYear' in value;
}

/** T3. Whether a Shanghai day is a working day. */
export function isWorkingDay(day: Day, calendar: WorkCalendar): boolean | MissingYear {
  const year = yearOf(day);
  const notice = calendar.get(year);
  if (notice === undefined) return { missingYear: year };
  for (const festivals of [calendar.get(year + 1) ?? [], notice]) {
    if (festivals.some(({ makeUpDays }) => makeUpDays.includes(day))) return true;
    if (festivals.some((festival) => covers(festival, day))) return false;
  }
  return !isWeekend(day);
}

/** T3. The n-th working day after `day`, which itself does not count. `days` ≥ 1. */
export function addWorkingDays(day: Day, days: number, calendar: WorkCalendar): Day | MissingYear {
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`working days are counted in whole days, not ${days}`);
  let last = day;
  for (let left = days; left > 0;) {
    last = addDays(last, 1);
    const working = isWorkingDay(last, calendar);
    if (isMissingYear(working)) return working;
    if (working) left -= 1;
  }
  return last;
}

/** Longest festival a notice ever gave was nine days; more is a slip of the pen. */
const MAX_FESTIVAL_DAYS = 15;

/** What is wrong with a year's notice as typed in; empty when it can be loaded. */
export function checkNotice(year: number, festivals: readonly Festival[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const holidays = new Set<Day>();
  const exchanged = new Set<Day>();
  const within = (day: Day) => day >= `${year - 1}-12-01` && day <= `${year}-12-31`;
  festivals.forEach(({ name, firstDay, lastDay, makeUpDays }, at) => {
    const path = `festivals.${at}`;
    if (!within(firstDay) || !within(lastDay)) problems.push({ path, message: `${name}：日期不在 ${year} 年的放假安排内` });
    else if (lastDay < firstDay || lastDay > addDays(firstDay, MAX_FESTIVAL_DAYS - 1)) problems.push({ path: `${path}.lastDay`, message: `${name}：放假应从首日到末日，最多 ${MAX_FESTIVAL_DAYS} 天` });
    else for (let day = firstDay; day <= lastDay; day = addDays(day, 1)) {
      if (holidays.has(day)) problems.push({ path, message: `${name}：${day} 已列入另一个节日` });
      holidays.add(day);
    }
    makeUpDays.forEach((day, index) => {
      if (!within(day) || !isWeekend(day)) problems.push({ path: `${path}.makeUpDays.${index}`, message: `${name}：调休上班日 ${day} 应为 ${year} 年安排中的周六或周日` });
      if (exchanged.has(day)) problems.push({ path: `${path}.makeUpDays.${index}`, message: `${name}：调休上班日 ${day} 重复` });
      exchanged.add(day);
    });
  });
  for (const day of exchanged) if (holidays.has(day)) problems.push({ path: 'festivals', message: `${day} 既是放假日又是调休上班日` });
  // These are off in every year by regulation: a notice without them was not typed in whole.
  for (const day of [`${year}-01-01`, `${year}-05-01`, `${year}-10-01`]) if (!holidays.has(day)) problems.push({ path: 'festivals', message: `${day} 是法定节日，放假安排中缺少它` });
  return problems;
}

function covers({ firstDay, lastDay }: Festival, day: Day): boolean {
  return day >= firstDay && day <= lastDay;
}

/** The calendar year of a day. */
export function yearOf(day: Day): number {
  return Number(day.slice(0, 4));
}

function isWeekend(day: Day): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}
