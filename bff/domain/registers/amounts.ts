/** Numbers with their units: areas, rents, floors, counts. Whatever is left over after number and unit refuses. */
import { type PlainCell, type Reading, read, refuse } from './cell';
import { quote, smallNumber, squeeze, textOf } from './text';
import { reasons } from './wording';

const DECIMAL = /^\d+(?:\.\d+)?$|^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

/** The plain decimal number in a text that may carry `before` and `after`, or null. */
function decimal(cell: PlainCell, before: RegExp, after: RegExp): number | null {
  if (cell.kind === 'number') return Number.isFinite(cell.number) ? cell.number : null;
  if (cell.kind !== 'text') return null;
  const bare = squeeze(cell.text).replace(before, '').replace(after, '');
  return DECIMAL.test(bare) ? Number(bare.replace(/,/g, '')) : null;
}

/** Takes off what binary arithmetic in a formula leaves behind (36.440000000000005); null when more was meant. */
function roundedTo(value: number, places: number): number | null {
  const rounded = Number(value.toFixed(places));
  return Math.abs(rounded - value) < 1e-8 ? rounded : null;
}

const SQUARE_METRES = /(?:㎡|m2|m²|平方米|平米|平方)$/i;

/** Floor area in square metres (建筑面积): `67.15`, `67.15㎡`. */
export function readAreaSqm(cell: PlainCell): Reading<number> {
  const value = decimal(cell, /^$/, SQUARE_METRES);
  const rounded = value === null ? null : roundedTo(value, 4);
  if (rounded === null || rounded <= 0 || rounded > 1000) return refuse(reasons.areaSqm(quote(textOf(cell))));
  return read(rounded);
}

const CURRENCY = /^(?:¥|￥|RMB|CNY|人民币)/i;
const PER_MONTH = /(?:元)?(?:\/月|每月|\/套·?月)?$/;

/** Monthly rent in whole fen: `284`, ` 284 `, `￥232`, `475元/月`. */
export function readRentFen(cell: PlainCell): Reading<number> {
  const value = decimal(cell, CURRENCY, PER_MONTH);
  const yuan = value === null ? null : roundedTo(value, 2);
  if (yuan === null || yuan <= 0 || yuan > 100_000) return refuse(reasons.rent(quote(textOf(cell))));
  return read(Math.round(yuan * 100));
}

/** Floor: `3`, `3层`, `三楼`, `3F`, `-1`, `B1`, `负一层`, `地下1层`. There is no floor 0. */
export function readFloor(cell: PlainCell): Reading<number> {
  const floor = cell.kind === 'number' ? cell.number : cell.kind === 'text' ? floorOf(squeeze(cell.text)) : null;
  if (floor === null || !Number.isInteger(floor) || floor === 0 || floor < -9 || floor > 120) return refuse(reasons.floor(quote(textOf(cell))));
  return read(floor);
}

function floorOf(text: string): number | null {
  const parts = /^(-|负|地下|B)?(?:第)?(?:F)?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:层|楼|F)?$/i.exec(text);
  if (!parts) return null;
  const number = /^\d+$/.test(parts[2]!) ? Number(parts[2]) : smallNumber(parts[2]!);
  return number === null ? null : parts[1] ? -number : number;
}

/** A whole number of things between two bounds: `3`, `3人`, `第23号`; `wrong` is what the clerk is told otherwise. */
export function readCount(cell: PlainCell, least: number, most: number, wrong: string): Reading<number> {
  const value = decimal(cell, /^第/, /(?:人|号|位|口)$/);
  return value !== null && Number.isInteger(value) && value >= least && value <= most ? read(value) : refuse(wrong);
}
