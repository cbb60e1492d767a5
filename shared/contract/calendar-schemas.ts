/** 工作日历: the official holiday notices. */
import * as z from 'zod/mini';
import { day } from './listing-pool-schemas';

const text = (max: number, description: string) => z.string().check(z.minLength(1), z.maxLength(max), z.describe(description));

export const festival = z.strictObject({
  name: text(20, '节日名称，如“春节”'),
  firstDay: day, lastDay: day,
  makeUpDays: z.array(day).check(z.maxLength(10), z.describe('调休上班的周六、周日')),
});
export const calendarYear = z.strictObject({
  year: z.int(), version: z.int(), festivals: z.array(festival), source: z.string(), loadedAtMs: z.int(),
  /** Empty: came with the program. */
  loadedBy: z.string(),
});
export const calendarYears = z.strictObject({ years: z.array(calendarYear), warnings: z.array(z.string()) });
export const replaceCalendarYear = z.strictObject({
  version: z.int().check(z.minimum(0), z.describe('修改前的版本号；该年尚未录入时为 0')),
  festivals: z.array(festival).check(z.minLength(1), z.maxLength(20)),
  source: text(100, '依据的通知，如“国办发明电〔2025〕7号”'),
  reason: text(200, '修改原因'),
});
