/** Who may find a household, and who may be shown more of it than its mask (P1, P2). */
import type { Caller } from '../../http/request';
import type { Household } from '../../store/collections';
import { isReviewerOf, isStreetClerkOf } from '../applications/policy';

type Place = Pick<Household, 'district' | 'street'>;

/** Its street, its district, the window that helps it, the city, the inspectors. */
export function maySeeHousehold(caller: Caller, household: Place): boolean {
  if (caller.kind !== 'staff') return false;
  if (['city', 'inspector'].includes(caller.role)) return true;
  return isStreetClerkOf(caller, household) || isReviewerOf(caller, household) || (caller.role === 'window' && caller.districts.includes(household.district));
}

/** Q8: whoever has the person before it, or knows the case: the window of its district, and the district. */
export function mayChangePhone(caller: Caller, household: Place): boolean {
  return isReviewerOf(caller, household) || (caller.kind === 'staff' && caller.role === 'window' && caller.districts.includes(household.district));
}

/**
 * Who needs the full value: those who check papers and telephone the family. The street once it has nothing left to
 * decide about the household does not; nor does a window that sees its visitor's own card.
 */
export function mayReveal(caller: Caller, household: Place, hasOpenApplication: boolean): boolean {
  if (caller.kind !== 'staff') return false;
  if (['city', 'inspector'].includes(caller.role) || isReviewerOf(caller, household)) return true;
  return isStreetClerkOf(caller, household) && hasOpenApplication;
}
