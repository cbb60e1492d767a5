/** L1: a home as the operator reports it, put into the form registers use, so that the same door is the same home. */
import type { z } from 'zod/mini';
import type { reportedHome } from '../../../shared/contract/listing-pool-schemas';
import type { Bedrooms } from '../../../shared/lane';
import type { ListingRecord } from '../../domain/registers/listing-row';
import { doorKey, readBuilding, readCommunity, readDistrict, readEntrance, readRoom } from '../../domain/registers/places';
import type { RuleSetValues } from '../../domain/rules/rule-set';

export type ReportedHome = z.infer<typeof reportedHome>;

/** The record, or what is wrong with it, in Chinese. */
export function recordOf(reported: ReportedHome, areas: RuleSetValues['areas']): ListingRecord | string {
  const cell = (text: string) => (text.trim() === '' ? ({ kind: 'blank' } as const) : ({ kind: 'text', text } as const));
  const place = readDistrict(cell(reported.district), areas);
  const community = readCommunity(cell(reported.community));
  const building = readBuilding(cell(reported.building));
  const entrance = readEntrance(cell(reported.entrance));
  const room = readRoom(cell(reported.room));
  if (!place.ok) return place.reason;
  if (!community.ok) return community.reason;
  if (!building.ok) return building.reason;
  if (!entrance.ok) return entrance.reason;
  if (!room.ok) return room.reason;
  const door = { district: place.value.name, community: community.value, building: building.value, entrance: entrance.value, room: room.value };
  return {
    ...door, areaCode: place.value.area.code, areaName: place.value.area.name, floor: reported.floor, bedrooms: reported.bedrooms as Bedrooms, areaSqm: reported.areaSqm,
    orientation: reported.orientation, rentFen: reported.rentFen, state: 'draft', owner: reported.owner, remark: reported.remark, door: doorKey(door),
  };
}
