/** T6 for times counted in days. */
import * as fc from 'fast-check';
import { endAfterOutage, naturalActPeriod } from '../../bff/domain/time/periods';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';

const FIRST = startOfDay('2026-06-01');
const cases = fc.record({
  startedAtMs: fc.integer({ min: FIRST, max: FIRST + 20 * DAY_MS }), days: fc.integer({ min: 1, max: 30 }),
  fromMs: fc.integer({ min: FIRST - 10 * DAY_MS, max: FIRST + 60 * DAY_MS }), lengthMs: fc.oneof(fc.integer({ min: 1, max: 2 * HOUR_MS }), fc.integer({ min: 1, max: 10 * DAY_MS })),
  ignoredBelowMs: fc.constantFrom(1, HOUR_MS, DAY_MS),
});

test('T6: what a family had left when an outage began it has left when it is over, and the end stays at 24:00', () => {
  fc.assert(fc.property(cases, ({ startedAtMs, days, fromMs, lengthMs, ignoredBelowMs }) => {
    const { endsMs } = naturalActPeriod(startedAtMs, days);
    const toMs = fromMs + lengthMs;
    const moved = endAfterOutage({ startedAtMs, endsMs }, { fromMs, toMs }, ignoredBelowMs);
    expect((moved - endsMs) % DAY_MS).toBe(0);
    const beganMs = Math.max(fromMs, startedAtMs);
    const touches = fromMs < endsMs && toMs > startedAtMs;
    if (!touches) return expect(moved).toBe(endsMs);
    const isSlight = toMs - beganMs < ignoredBelowMs && toMs < endsMs;
    if (isSlight) return expect(moved).toBe(endsMs);
    expect(moved - toMs).toBeGreaterThanOrEqual(endsMs - beganMs);
    // … and not a day more than that takes.
    expect(moved - DAY_MS - toMs).toBeLessThan(endsMs - beganMs);
  }), { numRuns: 2_000 });
});
