/** Who may do what to a lane or a ticket (P1). */
import type { Caller } from '../../http/request';
import type { Household } from '../../store/collections';

/** A family acts for its own household only: the one whose contact phone it signed in with. */
export function mayActForHousehold(caller: Caller, household: Household): boolean {
  return caller.kind === 'family' && household.phoneIndex === caller.phoneIndex;
}

/** Opening, pausing and resuming a lane is the city's act. */
export function mayRunLanes(caller: Caller): boolean {
  return caller.kind === 'staff' && ['city', 'administrator'].includes(caller.role);
}

/** Q10: the service window helps families of its own district; the city may help anywhere. */
export function mayAssist(caller: Caller, household: Household): boolean {
  if (caller.kind !== 'staff') return false;
  if (caller.role === 'city') return true;
  return ['window', 'districtReviewer'].includes(caller.role) && caller.districts.includes(household.district);
}

/** Q8: whose telephone tasks and messages a member of staff sees. */
export function maySeeContacts(caller: Caller, district: string): boolean {
  if (caller.kind !== 'staff') return false;
  return caller.role === 'city' || (['window', 'districtReviewer'].includes(caller.role) && caller.districts.includes(district));
}
