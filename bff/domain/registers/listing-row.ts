/** One row of the listings register (房源台账): a home, or the reasons it is none. */
import type { Bedrooms, ListingState } from '../../../shared/lane';
import { readAreaSqm, readFloor, readRentFen } from './amounts';
import { readBedrooms, readListingState } from './classes';
import { doorKey, readBuilding, readCommunity, readDistrict, readEntrance, readRoom, readText, type WaitingArea } from './places';
import type { RowReader } from './row-reader';

export interface ListingRecord {
  readonly district: string;
  readonly areaCode: string;
  readonly areaName: string;
  readonly community: string;
  readonly building: string;
  readonly entrance: string;
  readonly floor: number;
  readonly room: string;
  readonly bedrooms: Bedrooms;
  readonly areaSqm: number;
  readonly orientation: string;
  readonly rentFen: number;
  readonly state: ListingState;
  readonly owner: string;
  readonly remark: string;
  /** Equal for two rows that mean one door. */
  readonly door: string;
}

/** Reads every column, so that a clerk sees all that is wrong with a row at once. Null when anything is. */
export function readListing(row: RowReader, areas: readonly WaitingArea[]): ListingRecord | null {
  const community = row.take('community', readCommunity);
  const district = row.take('district', (cell) => readDistrict(cell, areas));
  const building = row.take('building', readBuilding);
  const entrance = row.take('entrance', readEntrance);
  const floor = row.take('floor', readFloor);
  const room = row.take('room', readRoom);
  const bedrooms = row.take('bedrooms', readBedrooms);
  const areaSqm = row.take('areaSqm', readAreaSqm);
  const orientation = row.take('orientation', (cell) => readText(cell, 20), '');
  const rentFen = row.take('rent', readRentFen);
  const state = row.take('state', readListingState);
  const owner = row.take('owner', (cell) => readText(cell, 60), '');
  const remark = row.take('remark', (cell) => readText(cell, 200), '');
  if (
    row.problems.length > 0 || community === null || district === null || building === null || entrance === null || floor === null || room === null
    || bedrooms === null || areaSqm === null || orientation === null || rentFen === null || state === null || owner === null || remark === null
  ) return null;
  return {
    district: district.name, areaCode: district.area.code, areaName: district.area.name, community, building, entrance, floor, room, bedrooms, areaSqm,
    orientation, rentFen, state, owner, remark, door: doorKey({ district: district.name, community, building, entrance, room }),
  };
}
