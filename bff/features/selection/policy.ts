/** Who may do what to a lane or a ticket (P1). */
import type { Caller } from '../../http/request';
import type { Household } from '../../store/collections';

/** A family acts for its own household only: the one whose contact phone it signed in with. */
export function mayActForHousehold(caller: Caller, household: Household): boolean {
  return caller.kind === 'family' && household.phoneIndex === caller.phoneIndex;
}

/** Opening, pausing and resuming a lane is the city's act. */
export function mayRunLanes(caller: Caller): boolean {
  return caller.kind === 'staff' && caller.role === 'city';
}

/** Q10: the service window helps families of its own district; the city may help anywhere. */
export function mayAssist(caller: Caller, household: Household): boolean {
  if (caller.kind !== 'staff') return false;
  if (caller.role === 'city') return true;
  return ['window', 'districtReviewer'].includes(caller.role) && caller.districts.includes(household.district);
}

/** Finding a family by its number: whoever may help it, and the inspectors, who read everything. */
export function mayFindTicket(caller: Caller, household: Household): boolean {
  return mayAssist(caller, household) || (caller.kind === 'staff' && caller.role === 'inspector');
}

/** Q8: whose telephone tasks a member of staff sees: a list of districts, `all`, or null where they are none of its business. */
export function contactsSeenBy(caller: Caller): readonly string[] | 'all' | null {
  if (caller.kind !== 'staff') return null;
  if (['city', 'inspector'].includes(caller.role)) return 'all';
  return ['window', 'districtReviewer'].includes(caller.role) ? caller.districts : null;
}

/** Q8: who telephones a family: the window and the district it belongs to; the city may anywhere. */
export function mayCall(caller: Caller, district: string): boolean {
  if (caller.kind !== 'staff') return false;
  return caller.role === 'city' || (['window', 'districtReviewer'].includes(caller.role) && caller.districts.includes(district));
}
