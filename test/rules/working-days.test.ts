/** T3: working days by the official notices; a year without its notice is refused, never guessed. */
import fc from 'fast-check';
import { defaultCalendar } from '../../config/default-calendar';
import { actPeriod, naturalActPeriod } from '../../bff/domain/time/periods';
import { addWorkingDays, checkNotice, isMissingYear, isWorkingDay, type Festival, type WorkCalendar } from '../../bff/domain/time/working-days';
import { addDays, dayOf, startOfDay } from '../../shared/shanghai-time';

const calendar: WorkCalendar = new Map(defaultCalendar.map(({ year, festivals }) => [year, festivals]));
const working = (day: string) => isWorkingDay(day, calendar);
const workingDaysOf = (year: number, month?: string) => {
  let count = 0;
  for (let day = `${year}-01-01`; day <= `${year}-12-31`; day = addDays(day, 1)) if ((month === undefined || day.slice(5, 7) === month) && working(day) === true) count += 1;
  return count;
};

describe('T3: isWorkingDay', () => {
  test.each([
    ['2026-06-01', true], ['2026-06-06', false], ['2026-06-19', false], ['2026-06-22', true],
    ['2026-02-14', true], ['2026-02-16', false], ['2026-02-28', true], ['2026-09-20', true], ['2026-10-10', true], ['2026-10-11', false],
    ['2025-01-26', true], ['2025-02-03', false], ['2025-09-28', true], ['2025-10-08', false], ['2025-12-31', true], ['2026-01-04', true],
  ])('%s: %s', (day, expected) => expect(working(day)).toBe(expected));
  // The notices count 248 working days in 2025 and in 2026 (261 weekdays, less 18 and 19 on holidays, plus 5 and 6 exchanged).
  test.each([[2025, 248], [2026, 248]])('%i has %i working days', (year, days) => expect(workingDaysOf(year)).toBe(days));
  test('a year without notice has no answer', () => expect(working('2027-03-01')).toEqual({ missingYear: 2027 }));
  test('New Year\'s days that reach into December belong to the notice of the new year', () => {
    const spanning: WorkCalendar = new Map([...calendar, [2027, [{ name: '元旦', firstDay: '2026-12-31', lastDay: '2027-01-02', makeUpDays: ['2026-12-27'] }]]]);
    expect([isWorkingDay('2026-12-31', spanning), isWorkingDay('2026-12-27', spanning), isWorkingDay('2026-12-30', spanning)]).toEqual([false, true, true]);
  });
});

describe('T3: addWorkingDays', () => {
  test.each([
    ['2026-06-18', 1, '2026-06-22'], ['2026-06-18', 3, '2026-06-24'], ['2026-02-13', 1, '2026-02-14'], ['2026-02-13', 2, '2026-02-24'],
    ['2026-09-30', 3, '2026-10-10'], ['2026-06-01', 10, '2026-06-15'], ['2026-06-06', 1, '2026-06-08'],
  ])('%s + %i working days = %s', (day, days, expected) => expect(addWorkingDays(day, days, calendar)).toBe(expected));
  test('reaching into a year without notice is refused, to the day', () => {
    expect(addWorkingDays('2026-12-30', 1, calendar)).toBe('2026-12-31');
    expect(addWorkingDays('2026-12-30', 2, calendar)).toEqual({ missingYear: 2027 });
    expect(addWorkingDays('2024-12-31', 1, calendar)).toBe('2025-01-02');
    expect(addWorkingDays('2024-12-30', 1, calendar)).toEqual({ missingYear: 2024 });
  });
  test.each([0, -1, 1.5, Number.NaN])('%p days are no days', (days) => expect(() => addWorkingDays('2026-06-01', days, calendar)).toThrow(RangeError));
  const days = fc.integer({ min: 0, max: 700 }).map((n) => addDays('2025-01-01', n));
  test('property: the end is a working day, with exactly n working days after the start', () => {
    fc.assert(fc.property(days, fc.integer({ min: 1, max: 60 }), (start, n) => {
      const end = addWorkingDays(start, n, calendar);
      if (isMissingYear(end)) return addDays(start, n).slice(0, 4) === '2027' || addDays(start, n * 3 + 20) > '2026-12-31';
      let counted = 0;
      for (let day = addDays(start, 1); day <= end; day = addDays(day, 1)) if (working(day) === true) counted += 1;
      return counted === n && working(end) === true;
    }));
  });
  test('property: adding in two steps is adding at once', () => {
    fc.assert(fc.property(days, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (start, a, b) => {
      const half = addWorkingDays(start, a, calendar);
      const whole = addWorkingDays(start, a + b, calendar);
      return isMissingYear(half) ? isMissingYear(whole) : JSON.stringify(addWorkingDays(half, b, calendar)) === JSON.stringify(whole);
    }));
  });
});

describe('T3: actPeriod', () => {
  const startedAtMs = startOfDay('2026-06-18') + 15 * 3_600_000; // Thursday before 端午
  test('natural days need no calendar', () => {
    expect(actPeriod(startedAtMs, 3, 'natural', new Map())).toEqual(naturalActPeriod(startedAtMs, 3));
    expect(naturalActPeriod(startedAtMs, 3)).toEqual({ lastDay: '2026-06-21', endsMs: startOfDay('2026-06-22') });
  });
  test('working days end at 24:00 of the last one', () => {
    expect(actPeriod(startedAtMs, 3, 'working', calendar)).toEqual({ lastDay: '2026-06-24', endsMs: startOfDay('2026-06-25') });
  });
  test('T3: a period crossing into a year without notice has no end', () => {
    expect(actPeriod(startOfDay('2026-12-30'), 3, 'working', calendar)).toEqual({ missingYear: 2027 });
  });
  test('property: a working period is never shorter than the natural one, and starts the day after', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 86_400_000 * 600 }), fc.integer({ min: 1, max: 15 }), (offset, n) => {
      const at = startOfDay('2025-01-01') + offset;
      const period = actPeriod(at, n, 'working', calendar);
      return isMissingYear(period) || (period.endsMs >= naturalActPeriod(at, n).endsMs && period.lastDay > dayOf(at) && period.endsMs === startOfDay(addDays(period.lastDay, 1)));
    }));
  });
});

describe('checkNotice', () => {
  const of = (...festivals: Partial<Festival>[]): Festival[] => [
    ...['01-01', '05-01', '10-01'].map((day) => ({ name: day, firstDay: `2027-${day}`, lastDay: `2027-${day}`, makeUpDays: [] })),
    ...festivals.map((festival) => ({ name: '春节', firstDay: '2027-02-05', lastDay: '2027-02-11', makeUpDays: [], ...festival })),
  ];
  test('the notices we ship are in order', () => {
    for (const { year, festivals } of defaultCalendar) expect(checkNotice(year, festivals)).toEqual([]);
    expect(checkNotice(2027, of({}))).toEqual([]);
  });
  test.each<[string, Festival[]]>([
    ['festivals.3', of({ firstDay: '2026-02-05', lastDay: '2026-02-11' })],
    ['festivals.3.lastDay', of({ lastDay: '2027-02-04' })],
    ['festivals.3.lastDay', of({ lastDay: '2027-02-20' })],
    ['festivals.4', of({}, { firstDay: '2027-02-11', lastDay: '2027-02-12' })],
    ['festivals.3.makeUpDays.0', of({ makeUpDays: ['2027-02-03'] })],
    ['festivals.3.makeUpDays.1', of({ makeUpDays: ['2027-02-14', '2027-02-14'] })],
    ['festivals', of({ makeUpDays: ['2027-02-07'] })],
    ['festivals', of().slice(1)],
  ])('%s is named', (path, festivals) => expect(checkNotice(2027, festivals).map((problem) => problem.path)).toEqual([path]));
});
