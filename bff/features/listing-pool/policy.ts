/** Who may do what to homes (P1): the operator to its district's, the district reviews, the city reviews after it. */
import type { ListingActor, ListingReview } from '../../domain/listing/listing';
import type { Caller } from '../../http/request';

/** In which capacity a caller acts on homes of a district; null: not at all. */
export function listingActorOf(caller: Caller, district: string): ListingActor | null {
  if (caller.kind !== 'staff') return null;
  if (caller.role === 'city') return 'city';
  if (!caller.districts.includes(district)) return null;
  return caller.role === 'operator' ? 'operator' : caller.role === 'districtReviewer' ? 'district' : null;
}

/** Seeing homes of a district in the office. */
export function maySeeListings(caller: Caller, district: string): boolean {
  return caller.kind === 'staff' && (caller.role === 'inspector' || listingActorOf(caller, district) !== null);
}

/** Whose desk the homes under review lie on that a caller is shown: its own, or for who only looks on, any; null: none. */
export function reviewStepsSeenBy(caller: Caller, district: string): readonly ListingReview['step'][] | null {
  if (caller.kind === 'staff' && caller.role === 'inspector') return ['district', 'city'];
  const actor = listingActorOf(caller, district);
  return actor === null || actor === 'operator' ? null : [actor];
}
