/** The calendar a decision counts working days on (T3), read in the decision's own transaction. */
import { yearOf, type WorkCalendar } from '../../domain/time/working-days';
import type { CalendarYear } from '../../store/collections';
import type { Tx } from '../../store/port';
import type { Day } from '../../../shared/shanghai-time';

export const calendarId = (year: number): string => `calendar-${year}`;

/** No period of the rules is longer than two turns of the year. */
const YEARS_AHEAD = 2;

/** The notices a period that starts on `fromDay` can need, as far as they are loaded. */
export async function loadCalendar(tx: Tx, fromDay: Day): Promise<WorkCalendar> {
  const first = yearOf(fromDay);
  const found = await tx.calendarYears.find({ year: { gte: first, lte: first + YEARS_AHEAD } });
  return calendarOf(found);
}

export function calendarOf(years: readonly CalendarYear[]): WorkCalendar {
  return new Map(years.map(({ year, festivals }) => [year, festivals]));
}
