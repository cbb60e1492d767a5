import type { Home } from '../../../shared/contract/schemas';
import type { Listing } from '../../store/collections';

/** A home as families and the public see it (楼盘表). */
export function presentHome(l: Listing): Home {
  return {
    id: l.id, communityId: l.communityId, communityName: l.communityName, building: l.building, entrance: l.entrance, floor: l.floor, room: l.room,
    bedrooms: l.bedrooms, areaSqm: l.areaSqm, orientation: l.orientation, rentFen: l.rentFen, state: l.state,
  };
}
