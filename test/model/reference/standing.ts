/** F1–F3, V3: forfeits and bars of persons, and who is in an open case. */
import { people, rules, staff } from '../city';
import { addDays, dayOf, startOfDay } from '../../../shared/shanghai-time';
import { NOT_YOURS, refused, unless, districtOf, type Model, type Rule } from './state';

/** F2: two years from the day of the act, that day not counted (T3). */
const barEnd = (m: Model): number => {
  const [year, ...rest] = dayOf(m.nowMs).split('-');
  return startOfDay(addDays([Number(year) + rules.barYears, ...rest].join('-'), 1));
};
export const isInForce = (m: Model, bar: { untilMs: number | null; isLifted: boolean }): boolean => !bar.isLifted && (bar.untilMs === null || m.nowMs < bar.untilMs);
export const isBarred = (m: Model, person: string): boolean => m.bars.some((b) => b.person === person && isInForce(m, b.bar));

/** F1: one batch given up, counted for every adult member; F2: the bar comes by itself. */
export function forfeit(m: Model, household: string, batchDay: string, cause: string): void {
  const adults = m.households.get(household)!.persons.filter((person) => people[person]!.adultFromMs <= m.nowMs);
  m.forfeits.push({ household, batchDay, cause, persons: adults.length });
  for (const person of adults) {
    m.counts.set(person, m.counts.get(person)! + 1);
    if (m.counts.get(person)! >= rules.forfeitsToBar) {
      m.bars.push({ person, bar: { cause: 'forfeits', untilMs: barEnd(m), isLifted: false } });
      // The row has had its consequence; another one begins after it.
      m.counts.set(person, 0);
    }
  }
}

/** V3: the case is over, its people may be in another. */
export const closeCase = (m: Model, household: string): void => void (m.households.get(household)!.isOpen = false);
export const caseOf = (m: Model, person: string): string | undefined => [...m.households].find(([, { isOpen, persons }]) => isOpen && persons.includes(person))?.[0];

/** P1: the district, and the city: a bar is no review. */
const mayBar = (m: Model, by: string, household: string): boolean => by === 'city' || (staff[by]?.role === 'districtReviewer' && staff[by]!.districts.includes(districtOf(m, household)));

/** F3: `on` is a person, `as` the household staff looked it up by. */
const blacklist: Rule = (m, act) => {
  const household = m.households.get(act.as ?? '');
  if (household === undefined || !household.persons.includes(act.on ?? '')) return refused(...NOT_YOURS);
  if (!mayBar(m, act.by, act.as!)) return refused(...NOT_YOURS);
  const again = m.bars.some(({ person, bar }) => person === act.on && bar.cause === 'blacklist' && !bar.isLifted && bar.untilMs === (act.toMs ?? null));
  return unless(act, [again && 'ALREADY_DONE'], () => {
    m.bars.push({ person: act.on!, bar: { cause: 'blacklist', untilMs: act.toMs ?? null, isLifted: false } });
    return { cause: 'blacklist', isInForce: true };
  });
};
const liftBar: Rule = (m, act) => {
  const found = m.bars.find(({ person, bar }) => person === act.on && bar.cause === act.act && !bar.isLifted) ?? m.bars.find(({ person, bar }) => person === act.on && bar.cause === act.act);
  if (found === undefined) return refused(...NOT_YOURS);
  const inDistrict = [...m.households].some(([name, { persons }]) => persons.includes(act.on!) && mayBar(m, act.by, name));
  if (!inDistrict) return refused(...NOT_YOURS);
  return unless(act, [found.bar.isLifted && 'ALREADY_DONE'], () => {
    found.bar.isLifted = true;
    return { state: 'lifted', isInForce: false };
  });
};

export const standingRules: Readonly<Record<string, Rule>> = { blacklist, liftBar };
