/** Narrowing and ordering the list of homes. Pure. */
import type { Home } from '@shared/contract/schemas';

export type FloorBand = 'low' | 'middle' | 'high';
export type AreaBand = 'small' | 'middle' | 'large';
export type SortKey = 'floorUp' | 'areaDown' | 'rentUp';

export interface HomeFilter {
  readonly communityId: string | null;
  readonly floors: FloorBand | null;
  readonly area: AreaBand | null;
  readonly sort: SortKey;
}

export const noFilter: HomeFilter = { communityId: null, floors: null, area: null, sort: 'floorUp' };

export const floorBand = (floor: number): FloorBand => (floor <= 6 ? 'low' : floor <= 12 ? 'middle' : 'high');
export const areaBand = (areaSqm: number): AreaBand => (areaSqm < 45 ? 'small' : areaSqm <= 60 ? 'middle' : 'large');

const comparisons: Record<SortKey, (a: Home, b: Home) => number> = {
  floorUp: (a, b) => a.floor - b.floor,
  areaDown: (a, b) => b.areaSqm - a.areaSqm,
  rentUp: (a, b) => a.rentFen - b.rentFen,
};

/** What the family asked to see, in its order. Ties keep a fixed order, or cards would jump on every refresh. */
export function narrow(homes: readonly Home[], filter: HomeFilter): Home[] {
  return homes
    .filter((home) => (filter.communityId === null || home.communityId === filter.communityId)
      && (filter.floors === null || floorBand(home.floor) === filter.floors)
      && (filter.area === null || areaBand(home.areaSqm) === filter.area))
    .sort((a, b) => comparisons[filter.sort](a, b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Which homes went and whether others came between two lists. */
export function differences(before: readonly Home[], after: readonly Home[]): { gone: Home[]; arrived: Home[] } {
  const was = new Set(before.map((home) => home.id));
  const is = new Set(after.map((home) => home.id));
  return { gone: before.filter((home) => !is.has(home.id)), arrived: after.filter((home) => !was.has(home.id)) };
}
