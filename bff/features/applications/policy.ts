/** Who may do what to an application (P1). */
import type { ReviewLevel } from '../../domain/review/review';
import type { Caller } from '../../http/request';
import type { Application } from '../../store/collections';

type Staff = Extract<Caller, { kind: 'staff' }>;
/** Where a case belongs. */
export type Place = Pick<Application, 'district' | 'street'>;

/** A family edits and sees only what was begun with its own phone. */
export function ownsApplication(caller: Caller, application: Pick<Application, 'phoneIndex'>): boolean {
  return caller.kind === 'family' && application.phoneIndex === caller.phoneIndex;
}

/** The clerk of that street or township: both must be his, for two districts may have a street of one name. */
export function isStreetClerkOf(caller: Caller, { district, street }: Place): boolean {
  return caller.kind === 'staff' && caller.role === 'streetClerk' && caller.districts.includes(district) && (caller.streets ?? []).includes(street);
}

export function isReviewerOf(caller: Caller, { district }: Pick<Place, 'district'>): boolean {
  return caller.kind === 'staff' && caller.role === 'districtReviewer' && caller.districts.includes(district);
}

/** The street, its district, the city and the inspectors. A draft is nobody's but the family's. */
export function maySeeApplication(caller: Caller, application: Place & Pick<Application, 'submittedAtMs'>): boolean {
  if (caller.kind !== 'staff' || application.submittedAtMs === null) return false;
  return ['city', 'inspector'].includes(caller.role) || isStreetClerkOf(caller, application) || isReviewerOf(caller, application);
}

/** Level one is decided by the street, level two by the district; the city is read-only on reviews. */
export function mayReview(caller: Caller, application: Place, level: ReviewLevel): boolean {
  return level === 1 ? isStreetClerkOf(caller, application) : isReviewerOf(caller, application);
}

/** Whose cases a work list may show: districts, and streets where only some are the caller's; null: no list at all. */
export function workScope(caller: Caller, allDistricts: readonly string[]): { readonly districts: readonly string[]; readonly streets: readonly string[] | null } | null {
  if (caller.kind !== 'staff') return null;
  const scopes: Readonly<Record<string, (staff: Staff) => { districts: readonly string[]; streets: readonly string[] | null }>> = {
    streetClerk: (staff) => ({ districts: staff.districts, streets: staff.streets ?? [] }),
    districtReviewer: (staff) => ({ districts: staff.districts, streets: null }),
    city: () => ({ districts: allDistricts, streets: null }),
    inspector: () => ({ districts: allDistricts, streets: null }),
  };
  return scopes[caller.role]?.(caller) ?? null;
}
