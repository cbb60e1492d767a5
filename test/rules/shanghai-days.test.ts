/** T1: a day is a day in Asia/Shanghai, whatever the machine's own time zone is. */
import fc from 'fast-check';
import { addDays, dayOf, DAY_MS, formatInstant, isDay, startOfDay, timeOfDayMs } from '../../shared/shanghai-time';

const zones = ['UTC', 'America/New_York', 'Pacific/Auckland', 'Asia/Shanghai'];
const own = process.env['TZ'];
afterEach(() => {
  if (own === undefined) delete process.env['TZ'];
  else process.env['TZ'] = own;
});

test.each(zones)('T1: on a machine in %s a day begins at 16:00 UTC of the day before', (zone) => {
  process.env['TZ'] = zone;
  const midnight = Date.UTC(2026, 4, 31, 16);
  expect([dayOf(midnight - 1), dayOf(midnight), dayOf(midnight + DAY_MS - 1), dayOf(midnight + DAY_MS)]).toEqual(['2026-05-31', '2026-06-01', '2026-06-01', '2026-06-02']);
  expect([startOfDay('2026-06-01'), timeOfDayMs(midnight), timeOfDayMs(midnight - 1)]).toEqual([midnight, 0, DAY_MS - 1]);
  expect(formatInstant(midnight)).toContain('00:00');
  // Where others change their clocks, and over a leap day, no day is skipped or repeated.
  for (const [from, days, to] of [['2026-03-07', 2, '2026-03-09'], ['2026-10-31', 2, '2026-11-02'], ['2028-02-28', 2, '2028-03-01'], ['2026-12-31', 1, '2027-01-01']] as const) expect(addDays(from, days)).toBe(to);
});

test('T1: property: every instant is in exactly one day, and days follow one another', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40_000 * DAY_MS }), (atMs) => {
    const day = dayOf(atMs);
    expect(isDay(day) && startOfDay(day) <= atMs && atMs < startOfDay(addDays(day, 1)) && startOfDay(day) + timeOfDayMs(atMs) === atMs).toBe(true);
  }));
});
