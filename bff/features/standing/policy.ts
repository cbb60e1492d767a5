/** Who keeps and sees persons' standing (P1). What a family sees of its own is in its own routes. */
import type { Caller } from '../../http/request';
import { maySeeWaiting } from '../waiting/policy';

/** F3 (Tender 4.4.3.3.11): the district of the household, the city, or the administrator. A blacklist is no review, so the city does more than look on (P1). */
export function mayKeepBlacklist(caller: Caller, district: string): caller is Extract<Caller, { kind: 'staff' }> {
  return caller.kind === 'staff' && (['city', 'administrator'].includes(caller.role) || (caller.role === 'districtReviewer' && caller.districts.includes(district)));
}

/** Credit records come from reviews: those who review keep them. */
export function mayKeepCredit(caller: Caller, district: string, street: string): caller is Extract<Caller, { kind: 'staff' }> {
  if (caller.kind !== 'staff' || !caller.districts.includes(district)) return false;
  return caller.role === 'districtReviewer' || (caller.role === 'streetClerk' && (caller.streets ?? []).includes(street));
}

export function maySeeStanding(caller: Caller, district: string): boolean {
  return maySeeWaiting(caller, district) || (caller.kind === 'staff' && caller.role === 'administrator');
}
