/** Who may do what to a waiting household (P1). A family acts for its own (bff/features/selection/policy.ts). */
import type { Caller } from '../../http/request';
import type { Household } from '../../store/collections';

/** W1–W4: deciding is the district's; the city is read-only on reviews. */
export function mayDecideWaiting(caller: Caller, district: string): caller is Extract<Caller, { kind: 'staff' }> {
  return caller.kind === 'staff' && caller.role === 'districtReviewer' && caller.districts.includes(district);
}

/** Lists of a district: those who decide and those who watch; the service window of the district as well. */
export function maySeeWaiting(caller: Caller, district: string): boolean {
  if (caller.kind !== 'staff') return false;
  return ['city', 'inspector'].includes(caller.role) || (['districtReviewer', 'window'].includes(caller.role) && caller.districts.includes(district));
}

/** One household's case: its street's clerk as well. */
export function maySeeHousehold(caller: Caller, household: Pick<Household, 'district' | 'street'>): boolean {
  if (maySeeWaiting(caller, household.district)) return true;
  return caller.kind === 'staff' && caller.role === 'streetClerk' && caller.districts.includes(household.district) && (caller.streets ?? []).includes(household.street);
}
