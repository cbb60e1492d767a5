/** 工作日历: the official notices year by year, and a warning while one that will be needed is missing. */
import { dayOf } from '../../../shared/shanghai-time';
import { checkNotice, yearOf } from '../../domain/time/working-days';
import { actOf, refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { CalendarYear } from '../../store/collections';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { calendarId } from './load';
import { mayAmendCalendar, maySeeCalendar } from './policy';

/** The years a notice may be loaded for: those of the system's life, and not a slip of the pen. */
const YEAR = /^20[2-9]\d$/;

export function calendarHandlers(kernel: Kernel): Handlers {
  return {
    listCalendarYears: async ({ caller }) => {
      if (!maySeeCalendar(caller)) return refuse('FORBIDDEN');
      return kernel.store.read(async (tx) => ({
        years: (await tx.calendarYears.find({}, { sort: [['year', 'asc']] })).map(present),
        warnings: await calendarWarnings(tx, kernel.clock.now()),
      }));
    },

    getCalendarYear: async ({ caller, params }) => {
      if (!maySeeCalendar(caller)) return refuse('FORBIDDEN');
      const year = await kernel.store.read((tx) => tx.calendarYears.get(calendarId(Number(params['year']))));
      return year === null ? refuse('NOT_FOUND') : present(year);
    },

    replaceCalendarYear: async (request) => {
      const { caller, params, body } = request;
      if (!mayAmendCalendar(caller)) return refuse('FORBIDDEN');
      if (!YEAR.test(params['year'] ?? '')) return refuse('NOT_FOUND');
      const year = Number(params['year']);
      const problems = checkNotice(year, body.festivals);
      if (problems.length > 0) return refuse('VALIDATION_FAILED', { fields: problems });
      return change(kernel, actOf(request, body.reason), async ({ tx, nowMs, record }) => {
        const before = await tx.calendarYears.get(calendarId(year));
        // Version 0 stands for a year not loaded yet.
        if ((before?.version ?? 0) !== body.version) return refuse('REQUEST_IN_CONFLICT', before === null ? {} : { view: present(before) });
        const notice = { id: calendarId(year), year, festivals: body.festivals, source: body.source, loadedAtMs: nowMs, loadedBy: caller.staffId };
        const after = before === null ? await tx.calendarYears.insert(notice) : await tx.calendarYears.replace({ ...notice, version: before.version });
        await record({ stream: OFFICE_STREAM, type: 'CalendarYearReplaced', open: {}, detail: { before: before === null ? null : present(before), after: present(after) } });
        return present(after);
      });
    },
  };
}

/** What staff must be told about the calendar: a missing notice, this year's at once and next year's from December on. */
export async function calendarWarnings(tx: Tx, nowMs: number): Promise<string[]> {
  const today = dayOf(nowMs);
  const year = yearOf(today);
  const needed = today >= `${year}-12-01` ? [year, year + 1] : [year];
  const missing: number[] = [];
  for (const each of needed) if ((await tx.calendarYears.get(calendarId(each))) === null) missing.push(each);
  return missing.map((each) => `${each} 年的节假日安排尚未录入，涉及该年的工作日期限将无法计算，请管理员尽快录入。`);
}

function present({ year, version, festivals, source, loadedAtMs, loadedBy }: CalendarYear) {
  return { year, version, festivals, source, loadedAtMs, loadedBy };
}
