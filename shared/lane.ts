/** Names and labels every client shows for groups and lanes (G1, Q1). Pure text; no rule lives here. */
export const tiers = { lowRent: 0, publicRental: 1 } as const;
export type Tier = keyof typeof tiers;
export const bedroomClasses = [1, 2, 3] as const;
export type Bedrooms = (typeof bedroomClasses)[number];

/** G1: one of the six groups, e.g. `lowRent-2` (廉租住房二居室组). */
export type Group = `${Tier}-${Bedrooms}`;

export const groupLabels: Readonly<Record<Group, string>> = {
  'lowRent-1': '廉租住房一居室组', 'lowRent-2': '廉租住房二居室组', 'lowRent-3': '廉租住房三居室组',
  'publicRental-1': '公租房一居室组', 'publicRental-2': '公租房二居室组', 'publicRental-3': '公租房三居室组',
};

export const bedroomLabels: Readonly<Record<number, string>> = { 1: '一居室', 2: '二居室', 3: '三居室' };

/** L3: what the unit table calls each state. */
export const listingStateLabels = {
  draft: '草稿', inReview: '待审核', available: '可选', picked: '已选（公示中）', allocated: '已配租',
  leased: '已出租', reserved: '预留', maintenance: '维修中', withdrawn: '已下架',
} as const;
export type ListingState = keyof typeof listingStateLabels;

/** Splits a group into its parts. */
export function partsOfGroup(group: Group): { tier: Tier; bedrooms: Bedrooms } {
  const [tier, bedrooms] = group.split('-') as [Tier, string];
  return { tier, bedrooms: Number(bedrooms) as Bedrooms };
}

/** `公租房二居室组 第23号`: how a ticket is named to people. */
export function ticketLabel(group: Group, queueNumber: number): string {
  return `${groupLabels[group]} 第${queueNumber}号`;
}
