/** F1, F2: forfeits per person, the bar after too many in a row, and its end. */
import fc from 'fast-check';
import { addYears, afterForfeit, isAdult, isBarred } from '../../bff/domain/standing/standing';
import { startOfDay } from '../../shared/shanghai-time';

const rules = { forfeitsToBar: 3, barYears: 2 };
const at = startOfDay('2026-06-10') + 12 * 3_600_000;
/** Two years after the day, which itself does not count (T3): through 10 June 2028. */
const end = startOfDay('2028-06-11');

test('F2: the third in a row bars for two years, and the count begins anew', () => {
  expect(afterForfeit({ consecutiveForfeits: 0, barredUntilMs: null }, at, rules)).toEqual({ consecutiveForfeits: 1, barUntilMs: null });
  expect(afterForfeit({ consecutiveForfeits: 1, barredUntilMs: null }, at, rules)).toEqual({ consecutiveForfeits: 2, barUntilMs: null });
  expect(afterForfeit({ consecutiveForfeits: 2, barredUntilMs: null }, at, rules)).toEqual({ consecutiveForfeits: 0, barUntilMs: end });
});

test('F2: any row of forfeits bars every third time, and never otherwise', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (forfeitsToBar, times) => {
    let consecutiveForfeits = 0;
    for (let n = 1; n <= times; n += 1) {
      const after = afterForfeit({ consecutiveForfeits, barredUntilMs: null }, at, { ...rules, forfeitsToBar });
      expect(after.barUntilMs !== null).toBe(n % forfeitsToBar === 0);
      ({ consecutiveForfeits } = after);
    }
  }));
});

test('F2: the bar ends by itself; its end is exclusive', () => {
  expect([isBarred(null, at), isBarred({ barredUntilMs: null }, at), isBarred({ barredUntilMs: end }, end - 1), isBarred({ barredUntilMs: end }, end)]).toEqual([false, false, true, false]);
});

test('years end on a day that exists', () => {
  expect([addYears('2024-02-29', 1), addYears('2024-02-29', 4), addYears('2026-12-31', 2)]).toEqual(['2025-02-28', '2028-02-29', '2028-12-31']);
});

test('F1: of age from the birthday on; who cannot be read counts as of age', () => {
  const born = '360702200806103315';
  expect([isAdult(born, '2026-06-09', 18), isAdult(born, '2026-06-10', 18), isAdult('810000201006103315', '2026-06-10', 18), isAdult('K1234567', '2026-06-10', 18)]).toEqual([false, true, false, true]);
});
