/** The notices the program came with, for years nobody has loaded yet. */
import type { DefaultYear } from '../../../config/default-calendar';
import type { Store } from '../../store/port';
import { calendarId } from './load';

/** Loads each year that is missing; what staff loaded is never touched. Two processes may do so at once. */
export async function seedCalendar(store: Store, years: readonly DefaultYear[], nowMs: number): Promise<void> {
  await store.transact(async (tx) => {
    const loaded = new Set((await tx.calendarYears.find({})).map(({ year }) => year));
    for (const { year, source, festivals } of years) {
      if (loaded.has(year)) continue;
      await tx.calendarYears.insert({ id: calendarId(year), year, source, festivals: festivals.map((festival) => ({ ...festival, makeUpDays: [...festival.makeUpDays] })), loadedAtMs: nowMs, loadedBy: '' });
    }
  });
}
