/** Who may do what to an allocation (P1): the family its own, the operator of the home's district, the reviewer of the household's. */
import type { AllocationActor } from '../../domain/allocation/allocation';
import type { Caller } from '../../http/request';
import type { Allocation, Household } from '../../store/collections';
import { mayActForHousehold } from '../selection/policy';

type Regions = Pick<Allocation, 'district' | 'homeDistrict'>;

/** In which capacity a caller acts on an allocation; null: not at all. */
export function allocationActorOf(caller: Caller, allocation: Regions, household: Household): AllocationActor | null {
  if (caller.kind === 'family') return mayActForHousehold(caller, household) ? 'family' : null;
  if (caller.kind !== 'staff') return null;
  if (caller.role === 'operator') return caller.districts.includes(allocation.homeDistrict) ? 'operator' : null;
  if (caller.role === 'districtReviewer') return caller.districts.includes(allocation.district) ? 'district' : null;
  return null;
}

/** Which of an allocation's two districts bounds what a member of staff sees: the home's for operators. */
export function seesBy(caller: Caller, district: string): 'district' | 'homeDistrict' | null {
  if (caller.kind !== 'staff') return null;
  if (caller.role === 'city' || caller.role === 'inspector') return 'district';
  if (!caller.districts.includes(district)) return null;
  return caller.role === 'operator' ? 'homeDistrict' : caller.role === 'districtReviewer' ? 'district' : null;
}
