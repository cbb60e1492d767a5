/** Who may see and decide objections (P1): the district that reviews, and the city. */
import type { Caller } from '../../http/request';

/** Whose objections a member of staff reads: those of some districts, `all`, or null where they are none of its business. */
export function objectionsSeenBy(caller: Caller): readonly string[] | 'all' | null {
  if (caller.kind !== 'staff') return null;
  if (['city', 'inspector'].includes(caller.role)) return 'all';
  return caller.role === 'districtReviewer' ? caller.districts : null;
}

/** Deciding: the city is read-only on reviews, so the district decides. */
export function mayDecideObjection(caller: Caller, district: string): boolean {
  return caller.kind === 'staff' && caller.role === 'districtReviewer' && caller.districts.includes(district);
}
