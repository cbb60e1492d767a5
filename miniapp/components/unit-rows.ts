/** Turns a community's homes into buildings, entrances, floors and doors, top floor first. Pure. */
import type { Home } from '@shared/contract/schemas';

export interface FloorRow {
  readonly floor: number;
  readonly doors: readonly (Home | null)[];
}
export interface EntranceGrid {
  readonly key: string;
  readonly building: string;
  readonly entrance: string;
  readonly floors: readonly FloorRow[];
  readonly available: number;
}

/** The door's place on its floor: `1302` on floor 13 is `02`. */
export function doorSlot(home: Pick<Home, 'floor' | 'room'>): string {
  const digits = home.room.replace(/\D/g, '');
  const floor = String(home.floor);
  return digits.startsWith(floor) && digits.length > floor.length ? digits.slice(floor.length) : digits;
}

const byNumber = (a: string, b: string) => (parseInt(a, 10) || 0) - (parseInt(b, 10) || 0) || (a < b ? -1 : a > b ? 1 : 0);

/** The grids of a community. Doors line up by their place on the floor; a place with no home stays empty. */
export function buildEntranceGrids(homes: readonly Home[]): EntranceGrid[] {
  const groups = new Map<string, Home[]>();
  for (const home of homes) {
    const key = `${home.building} ${home.entrance}`;
    const held = groups.get(key);
    if (held === undefined) groups.set(key, [home]);
    else held.push(home);
  }
  return Array.from(groups, ([key, members]) => {
    const slots = Array.from(new Set(members.map(doorSlot))).sort(byNumber);
    const floors = Array.from(new Set(members.map((home) => home.floor))).sort((a, b) => b - a);
    return {
      key,
      building: members[0]!.building,
      entrance: members[0]!.entrance,
      available: members.filter((home) => home.state === 'available').length,
      floors: floors.map((floor) => ({ floor, doors: slots.map((slot) => members.find((home) => home.floor === floor && doorSlot(home) === slot) ?? null) })),
    };
  }).sort((a, b) => byNumber(a.building, b.building) || byNumber(a.entrance, b.entrance));
}

export type DoorKind = 'available' | 'picked' | 'taken' | 'closed';

/** The four kinds a family needs to tell apart; the staff's nine states stand in the details. */
export function doorKind(state: Home['state']): DoorKind {
  if (state === 'available' || state === 'picked') return state;
  return state === 'allocated' || state === 'leased' ? 'taken' : 'closed';
}
