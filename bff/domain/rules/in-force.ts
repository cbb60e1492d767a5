/** Which published rule set (选房规则) holds when. Pure. */
import { areaOfDistrict, type RuleSet, type RuleSetValues } from './rule-set';

export interface PublishedRuleSet extends RuleSet {
  /** 00:00 Shanghai of its first day. */
  readonly effectiveAtMs: number;
}

/**
 * The highest-numbered set that has taken effect. Numbers and effective instants grow together, except that of two
 * sets for the same instant the later one replaces the earlier before it ever held. Null before the first.
 */
export function ruleSetAt<S extends PublishedRuleSet>(sets: readonly S[], atMs: number): S | null {
  return sets.reduce<S | null>((best, set) => (set.effectiveAtMs <= atMs && (best === null || set.version > best.version) ? set : best), null);
}

/** The next instant after `atMs` at which another set takes effect; null: none is scheduled. */
export function nextEffectiveAfter(sets: readonly PublishedRuleSet[], atMs: number): number | null {
  const later = sets.map((set) => set.effectiveAtMs).filter((effectiveAtMs) => effectiveAtMs > atMs);
  return later.length === 0 ? null : Math.min(...later);
}

/**
 * The waiting area a district belongs to at `atMs`; of a district that was taken out since, the one it last belonged to:
 * a case begun there is carried through (V1). Null: no set that has taken effect ever named it.
 */
export function lastAreaOf(sets: readonly PublishedRuleSet[], atMs: number, district: string): RuleSetValues['areas'][number] | null {
  const held = sets.filter((set) => set.effectiveAtMs <= atMs).sort((a, b) => b.version - a.version);
  for (const { values } of held) {
    const area = areaOfDistrict(values, district);
    if (area !== null) return area;
  }
  return null;
}
