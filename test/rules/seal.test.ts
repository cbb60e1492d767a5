/** S2: which day is sealed next and what its seal covers: nothing missed, nothing twice, whenever the sealing runs. */
import fc from 'fast-check';
import { addDays, dayOf, DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';
import { coveredBy, dayToSeal, sealContent } from '../../bff/domain/seal/seal';

const FIRST = '2026-06-01';
const START = startOfDay(FIRST);

test('S2, T1: a day is sealed once it is over in Shanghai, each in order', () => {
  expect(dayToSeal(null, null, START)).toBeNull();
  expect(dayToSeal(null, FIRST, START + DAY_MS - 1)).toBeNull();
  expect(dayToSeal(null, FIRST, START + DAY_MS)).toBe(FIRST);
  expect(dayToSeal(FIRST, FIRST, START + DAY_MS)).toBeNull();
  expect(dayToSeal(FIRST, FIRST, START + 9 * DAY_MS)).toBe('2026-06-02');
  expect(dayToSeal('2026-12-31', FIRST, startOfDay('2027-01-02'))).toBe('2027-01-01');
});

test('S2: up to the first entry dated after the day, wherever it stands', () => {
  const at = (...hours: number[]) => hours.map((hour) => ({ atMs: START + hour * HOUR_MS }));
  expect(coveredBy(FIRST, at(1, 23.99))).toHaveLength(2);
  expect(coveredBy(FIRST, at(1, 24, 23))).toHaveLength(1);
  expect(coveredBy(FIRST, at(24, 1))).toHaveLength(0);
  expect(coveredBy(FIRST, [])).toHaveLength(0);
});

test('S2: streams without an entry are not named', () => {
  const streams = [{ stream: 'lane.a-1', fromSeq: 0, seq: 0, hash: '' }, { stream: 'lane.b-1', fromSeq: 0, seq: 1, hash: 'x' }];
  expect(sealContent({ number: 1, day: FIRST, size: 1, root: '', prevHash: '', streams }).streams).toEqual([streams[1]]);
});

/** Entries written one after another, each dated up to two days before it is written; the sealing looks now and then. */
test('S2: every entry under exactly one seal, in its order, and none before its own day is over', () => {
  const happening = fc.oneof(
    fc.record({ what: fc.constant('write' as const), afterMs: fc.integer({ min: 0, max: 2 * DAY_MS }), lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * DAY_MS })) }),
    fc.record({ what: fc.constant('seal' as const), afterMs: fc.integer({ min: 0, max: 3 * DAY_MS }), days: fc.integer({ min: 1, max: 4 }) }),
  );
  fc.assert(fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
    let nowMs = START;
    const entries: { atMs: number; writtenMs: number }[] = [];
    const seals: { day: string; atMs: number; from: number; to: number }[] = [];
    const sealOnce = (): boolean => {
      const last = seals.at(-1);
      const day = dayToSeal(last?.day ?? null, entries.length === 0 ? null : dayOf(entries[0]!.atMs), nowMs);
      if (day === null) return false;
      const from = last?.to ?? 0;
      seals.push({ day, atMs: nowMs, from, to: from + coveredBy(day, entries.slice(from)).length });
      return true;
    };
    for (const one of happenings) {
      nowMs += one.afterMs;
      if (one.what === 'write') entries.push({ atMs: Math.max(START, nowMs - one.lateMs), writtenMs: nowMs });
      else for (let i = 0; i < one.days && sealOnce(); i += 1);
    }
    nowMs += 5 * DAY_MS;
    while (sealOnce());
    let to = 0;
    for (const [i, seal] of seals.entries()) {
      expect([seal.from, seal.day]).toEqual([to, i === 0 ? dayOf(entries[0]!.atMs) : addDays(seals[i - 1]!.day, 1)]);
      to = seal.to;
      for (const [at, { atMs, writtenMs }] of entries.entries()) {
        const isCovered = at >= seal.from && at < seal.to;
        // Never before the day it is dated on is over …
        if (isCovered) expect(atMs).toBeLessThan(startOfDay(addDays(seal.day, 1)));
        // … and what was written by the day's end is under its seal or an earlier one.
        if (writtenMs < startOfDay(addDays(seal.day, 1)) && writtenMs < seal.atMs) expect(at).toBeLessThan(seal.to);
      }
    }
    expect(to).toBe(entries.length);
  }), { numRuns: 400 });
});
