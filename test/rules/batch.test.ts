/** G3, G4: the order inside a batch, and which batch somebody is in. */
import fc from 'fast-check';
import { batchDayOf, nextBatch } from '../../bff/domain/batch/batch-day';
import { compareClaimants, rankOf, type Claimant } from '../../bff/domain/batch/order';
import { addDays, DAY_MS, startOfDay } from '../../shared/shanghai-time';

const claimant: fc.Arbitrary<Claimant> = fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), rank: fc.integer({ min: 0, max: 1 }), submittedAtMs: fc.integer({ min: 0, max: 5 }), receiptNumber: fc.integer({ min: 1, max: 4 }) });
const distinct = fc.uniqueArray(claimant, { selector: ({ id }) => id, maxLength: 30 });

describe('G3: order inside a batch', () => {
  test('priority goes before ordinary in publicRental groups only', () => {
    expect([rankOf('publicRental', '优抚'), rankOf('publicRental', null), rankOf('lowRent', '优抚'), rankOf('lowRent', null)]).toEqual([0, 1, 0, 0]);
  });

  test('rank, then submission, then receipt: whatever decides first decides', () => {
    fc.assert(fc.property(claimant, claimant, (a, b) => {
      const sign = Math.sign(compareClaimants(a, b));
      if (a.rank !== b.rank) expect(sign).toBe(a.rank < b.rank ? -1 : 1);
      else if (a.submittedAtMs !== b.submittedAtMs) expect(sign).toBe(a.submittedAtMs < b.submittedAtMs ? -1 : 1);
      else if (a.receiptNumber !== b.receiptNumber) expect(sign).toBe(a.receiptNumber < b.receiptNumber ? -1 : 1);
      else expect(sign).toBe(a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
    }));
  });

  test('one order, in whatever order they were entered', () => {
    fc.assert(fc.property(distinct, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, chances) => {
      const shuffled = all.map((one) => ({ one, key: chances.next().value as number })).sort((a, b) => a.key - b.key).map(({ one }) => one);
      expect([...shuffled].sort(compareClaimants)).toEqual([...all].sort(compareClaimants));
    }));
  });
});

describe('G4: the day of a batch', () => {
  test('eligible before 00:00 of D means the batch of D; at 00:00 the next one', () => {
    const day = '2026-06-02';
    expect([batchDayOf(startOfDay(day) - 1), batchDayOf(startOfDay(day)), batchDayOf(startOfDay('2027-01-01') - 1)]).toEqual([day, '2026-06-03', '2027-01-01']);
    fc.assert(fc.property(fc.integer({ min: 0, max: 20_000 * DAY_MS }), (eligibleMs) => {
      const own = batchDayOf(eligibleMs);
      expect(eligibleMs < startOfDay(own) && eligibleMs >= startOfDay(addDays(own, -1))).toBe(true);
    }));
  });

  test('days come in order; who was offered late is in the next; nobody waits, no batch', () => {
    const eligible = startOfDay('2026-06-01') + 5;
    expect(nextBatch(null, '2026-06-01')).toBeNull();
    expect(nextBatch(eligible, null)).toEqual({ day: '2026-06-02', dueMs: startOfDay('2026-06-02') });
    expect(nextBatch(eligible, '2026-06-01')).toEqual({ day: '2026-06-02', dueMs: startOfDay('2026-06-02') });
    for (const done of ['2026-06-02', '2026-06-05']) expect(nextBatch(eligible, done)).toEqual({ day: addDays(done, 1), dueMs: startOfDay(addDays(done, 1)) });
  });
});
