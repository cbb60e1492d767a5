/** V1, G3: what a supplement may put right where the case stands, and what starts the reviews or the time anew. */
import fc from 'fast-check';
import { supplementEffect, type CaseIdentity } from '../../bff/domain/review/supplement';
import { decideReview } from '../../bff/domain/review/decide';
import { defaultRuleSet } from '../../config/default-rule-set';
import { startOfDay } from '../../shared/shanghai-time';

const identity = fc.record<CaseIdentity>({ applicant: fc.constantFrom('A', 'B', 'C'), district: fc.constantFrom('章贡区', '南康区'), street: fc.constantFrom('东山街道', '解放街道'), group: fc.constantFrom('publicRental-2', 'lowRent-3') });
const NOW = startOfDay('2026-06-02');

test('V1, G3: whatever a family changes, supplement after supplement: only its own applicant keeps the time, and no level two sees a case that level one and its list did not', () => {
  fc.assert(fc.property(identity, fc.array(fc.tuple(fc.constantFrom<1 | 2>(1, 2), identity), { maxLength: 8 }), (first, supplements) => {
    let current = first;
    /** For whom the time counts, and what level one and the first list last saw. */
    let [timeOf, listed] = [first.applicant, null as CaseIdentity | null];
    for (const [level, next] of supplements) {
      const from = level === 1 ? 'supplementOne' : 'supplementTwo';
      // To have been sent back by level two it went through level one and the list.
      if (level === 2) listed ??= current;
      const { newReview, newTime } = supplementEffect(from, current, next);
      const [event] = decideReview({ state: from, dueMs: null, submittedAtMs: 1 }, { type: 'Submit', newReview, newTime }, NOW, defaultRuleSet, new Map()).events;
      expect(event!.type).toBe(newTime ? 'ApplicationStartedAnew' : 'ApplicationSupplemented');
      if (newTime) timeOf = next.applicant;
      if (event!.to === 'levelOne') listed = null;
      expect(timeOf).toBe(next.applicant);
      expect(newTime).toBe(next.applicant !== current.applicant);
      if (event!.to === 'levelTwo') expect(next).toEqual(listed);
      current = next;
    }
  }), { numRuns: 1_000 });
});

test('V1: a first submission has nothing to compare with; what nothing of this changed goes back to the desk that asked', () => {
  const one: CaseIdentity = { applicant: 'A', district: '章贡区', street: '解放街道', group: 'lowRent-1' };
  expect(supplementEffect('draft', null, one)).toEqual({ newReview: false, newTime: false });
  expect(supplementEffect('supplementTwo', one, { ...one })).toEqual({ newReview: false, newTime: false });
  expect(supplementEffect('supplementOne', one, { ...one, group: 'lowRent-2' })).toEqual({ newReview: false, newTime: false });
  expect(supplementEffect('supplementOne', one, { ...one, applicant: 'B' })).toEqual({ newReview: false, newTime: true });
});
