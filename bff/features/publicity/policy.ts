/** Who may see and decide objections (P1): the district that reviews, and the city. */
import type { Caller } from '../../http/request';

/** Reading objections and what was answered. */
export function maySeeObjections(caller: Caller, district: string): boolean {
  if (caller.kind !== 'staff') return false;
  return ['city', 'inspector'].includes(caller.role) || (caller.role === 'districtReviewer' && caller.districts.includes(district));
}

/** Deciding: the city is read-only on reviews, so the district decides. */
export function mayDecideObjection(caller: Caller, district: string): boolean {
  return caller.kind === 'staff' && caller.role === 'districtReviewer' && caller.districts.includes(district);
}
