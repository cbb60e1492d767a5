/** Where a home is: district, community, building, entrance, room; and the key that says two rows mean one door. */
import { type PlainCell, type Reading, read, refuse } from './cell';
import { halfWidth, quote, squeeze, textOf, tidy } from './text';
import { saysNone } from './people';
import { reasons } from './wording';

/** A waiting area (轮候区域) as the rule set declares it. */
export interface WaitingArea {
  readonly code: string;
  readonly name: string;
  /** The districts of the area, as registers name them; the full name before its short forms. */
  readonly districts: readonly string[];
}

export interface District {
  /** In the full form the rule set gives it, whatever form the register uses. */
  readonly name: string;
  readonly area: WaitingArea;
}

/** 所属区: a district of one of the waiting areas, perhaps written with its city (赣州市章贡区). */
export function readDistrict(cell: PlainCell, areas: readonly WaitingArea[]): Reading<District> {
  const text = squeeze(textOf(cell)).replace(/^(?:[^省市]{2,8}省)?(?:[^省市]{2,8}市)?(?=.)/, '');
  for (const area of areas) {
    if (!area.districts.includes(text)) continue;
    return read({ name: area.districts.find((district) => district.endsWith(text)) ?? text, area });
  }
  return refuse(reasons.district(quote(textOf(cell))));
}

/** Free text of a register: one line, at most `max` characters; `同上` is refused, for above may be another row. */
export function readText(cell: PlainCell, max: number): Reading<string> {
  if (cell.kind === 'boolean') return refuse(reasons.boolean);
  if (cell.kind === 'date') return refuse(reasons.becameDate);
  const text = tidy(textOf(cell));
  if (/^(?:同上|同左|〃|″|")$/.test(text)) return refuse(reasons.ditto);
  return text.length <= max ? read(text) : refuse(reasons.tooLong(max));
}

/** A community's name; spaces inside a Chinese name mean nothing. */
export function readCommunity(cell: PlainCell): Reading<string> {
  const text = readText(cell, 40);
  return text.ok ? read(text.value.replace(/(?<=[\u4E00-\u9FFF]) (?=[\u4E00-\u9FFF])/g, '')) : text;
}

/** 楼栋: as the register writes it; a bare number gets its classifier. */
export function readBuilding(cell: PlainCell): Reading<string> {
  return readNumbered(cell, '栋');
}

/** 单元: as the register writes it; a bare number gets its classifier, 无 means a building without entrances. */
export function readEntrance(cell: PlainCell): Reading<string> {
  return cell.kind === 'text' && saysNone(cell.text) ? read('') : readNumbered(cell, '单元');
}

function readNumbered(cell: PlainCell, classifier: string): Reading<string> {
  const text = readText(cell, 20);
  if (!text.ok) return text;
  const bare = squeeze(text.value);
  return read(/^\d+$/.test(bare) ? `${bare}${classifier}` : bare);
}

/** 房号 is text: `0101` and `101` are two doors, full-width digits are digits. A number cell becomes its digits. */
export function readRoom(cell: PlainCell): Reading<string> {
  if (cell.kind === 'date') return refuse(reasons.becameDate);
  if (cell.kind === 'number') return Number.isInteger(cell.number) && cell.number >= 0 && cell.number < 1e9 ? read(String(cell.number)) : refuse(reasons.room);
  if (cell.kind !== 'text') return refuse(reasons.room);
  const text = squeeze(halfWidth(cell.text)).replace(/^'/, '').toUpperCase();
  return /^[\p{L}\d][\p{L}\d\-#()/]{0,19}$/u.test(text) && !/^(?:同上|同左)$/.test(text) ? read(text) : refuse(reasons.room);
}

/**
 * One door, however it is written: `1栋`, `1#`, `1号楼` are one building of a community, `101室` and `101` one room.
 * Leading zeros stay: they may well tell two doors apart.
 */
export function doorKey(home: { readonly district: string; readonly community: string; readonly building: string; readonly entrance: string; readonly room: string }): string {
  return [home.district, home.community, core(home.building), core(home.entrance), core(home.room)].join('\n');
}

function core(text: string): string {
  return text.toUpperCase().replace(/^第/, '').replace(/(?:号楼|栋|幢|楼|座|#|号|单元|门|梯|室|房)$/, '');
}
