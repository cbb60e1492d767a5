/** The closed classes of the registers, each with the words registers use for it. An unknown word refuses. */
import type { Bedrooms, Group, ListingState, Tier } from '../../../shared/lane';
import { type PlainCell, type Reading, read, refuse } from './cell';
import { quote, smallNumber, squeeze, textOf } from './text';
import { reasons } from './wording';

/** L3: what the listings register calls the states of a home. */
const LISTING_STATES: Readonly<Record<string, ListingState>> = {
  可配租: 'available', 待配租: 'available', 可租: 'available', 待租: 'available', 可选: 'available', 可供配租: 'available', 空置可配租: 'available',
  已出租: 'leased', 出租: 'leased', 出租中: 'leased', 在租: 'leased', 已租: 'leased', 租赁中: 'leased', 已入住: 'leased',
  预留: 'reserved', 已预留: 'reserved', 预留房源: 'reserved', 保留: 'reserved',
  维修中: 'maintenance', 维修: 'maintenance', 在修: 'maintenance', 修缮中: 'maintenance', 待维修: 'maintenance',
  腾退待审: 'inReview', 腾退待审核: 'inReview', 腾退审核中: 'inReview', 待审核: 'inReview',
};

/** L3: the state of a home. */
export function readListingState(cell: PlainCell): Reading<ListingState> {
  const word = squeeze(textOf(cell)).replace(/[()]/g, '');
  return Object.hasOwn(LISTING_STATES, word) ? read(LISTING_STATES[word]!) : refuse(reasons.state(quote(textOf(cell))));
}

const BEDROOMS = /([1-9一二两三四五六七八九])(?:居室|居|室|房)(?:\d厅|[一二两三]厅)?(?:\d卫|[一二两三]卫)?/;
const BEDROOMS_ALONE = new RegExp(`^(?:${BEDROOMS.source}|([1-9一二两三]))(?:户型|型)?$`);

/** `1`, `一居室`, `1室`, `2室1厅`, `二房`: one, two or three bedrooms. */
export function readBedrooms(cell: PlainCell): Reading<Bedrooms> {
  const text = squeeze(textOf(cell));
  const parts = BEDROOMS_ALONE.exec(text);
  const bedrooms = parts ? smallNumber(parts[1] ?? parts[2]!) : null;
  return bedrooms === 1 || bedrooms === 2 || bedrooms === 3 ? read(bedrooms) : refuse(reasons.bedrooms(quote(text)));
}

const TIERS: readonly (readonly [RegExp, Tier])[] = [
  [/廉租(?:住房|房)?/, 'lowRent'],
  [/公租(?:住房|房)?|公共租赁(?:住房|房)/, 'publicRental'],
];

/**
 * G1: one of the six groups: `廉租住房一居室组`, `廉租房1居室`, `公租房（二居室）组`, `三居室公共租赁住房`.
 * What is left beside tier and bedrooms must say nothing.
 */
export function readGroup(cell: PlainCell): Reading<Group> {
  const text = squeeze(textOf(cell));
  const group = groupOf(text);
  return group === null ? refuse(reasons.group(quote(text))) : read(group);
}

function groupOf(text: string): Group | null {
  const found = TIERS.filter(([pattern]) => pattern.test(text));
  if (found.length !== 1) return null;
  const [pattern, tier] = found[0]!;
  const rest = text.replace(pattern, '|');
  const parts = BEDROOMS.exec(rest);
  const bedrooms = parts ? smallNumber(parts[1]!) : null;
  if (bedrooms !== 1 && bedrooms !== 2 && bedrooms !== 3) return null;
  return /^[|()[\]【】\-—_·/组类别]*$/.test(rest.replace(parts![0], '')) ? `${tier}-${bedrooms}` : null;
}

const ORIGINS: Readonly<Record<string, 'lottery' | 'batch'>> = {
  摇号: 'lottery', 公开摇号: 'lottery', 电脑摇号: 'lottery', 摇号取得: 'lottery', 公开摇号取得: 'lottery',
  线上申请: 'batch', 批次生成: 'batch', 常态化轮候: 'batch',
};

/** G6: how the number was won; an empty cell of the roll means the lottery it is the roll of. */
export function readOrigin(cell: PlainCell): Reading<'lottery' | 'batch'> {
  const word = squeeze(textOf(cell));
  if (word === '') return read('lottery');
  return Object.hasOwn(ORIGINS, word) ? read(ORIGINS[word]!) : refuse(reasons.origin(quote(word)));
}
