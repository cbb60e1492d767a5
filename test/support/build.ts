/** Factories of valid documents; tests override what they are about. Every person here is invented. */
import type { Household, Lane, Listing, Ticket, TurnDoc } from '../../bff/store/collections';
import type { NewDoc } from '../../bff/store/port';
import type { Kernel } from '../../bff/kernel';
import { defaultRuleSet } from '../../config/default-rule-set';
import { tiers, type Tier } from '../../shared/lane';

export const LANE = 'zhanggong-2';

export function buildLane(overrides: Partial<Lane> = {}): Lane {
  return { id: LANE, version: 1, areaCode: 'zhanggong', areaName: '章贡区', bedrooms: 2, state: 'open', pausedAtMs: null, openTurnId: null, calledUpFor: 0, ...overrides };
}

export function buildTicket(overrides: Partial<Ticket> = {}): Ticket {
  const group = overrides.group ?? 'publicRental-2';
  const queueNumber = overrides.queueNumber ?? 1;
  const id = `${group}-${queueNumber}`;
  return {
    id, version: 1, householdId: `household-${id}`, laneId: LANE, group, tier: tiers[group.split('-')[0] as Tier], bedrooms: Number(group.split('-')[1]), queueNumber,
    batchDay: '2026-05-01', submittedAtMs: 1_750_000_000_000 + queueNumber, origin: 'lottery', state: 'queued', calledUpAtMs: null, deferrals: 0, notBeforeMs: 0, ruleSetVersion: 1, ...overrides,
  };
}

export function buildListing(overrides: Partial<Listing> = {}): Listing {
  const id = overrides.id ?? 'home-1';
  return {
    id, version: 1, communityId: 'community-1', communityName: '水西家园', district: '章贡区', laneId: LANE, building: '1栋', entrance: '1单元', floor: 3, room: id, bedrooms: 2,
    areaSqm: 55.5, orientation: '南', rentFen: 30_000, state: 'available', owner: '市保障性住房建设运营有限公司', remark: '', ...overrides,
  };
}

export function buildTurn(overrides: Partial<TurnDoc> = {}): TurnDoc {
  const ticket = buildTicket();
  return {
    id: `${LANE}.1`, version: 1, laneId: LANE, ticketId: ticket.id, householdId: ticket.householdId, group: ticket.group, queueNumber: ticket.queueNumber, state: 'open', isOpen: true,
    openedAtMs: 0, notifiedAtMs: null, deadlineMs: null, endedAtMs: null, movedMs: 0, proof: 'none', proofAtMs: null, ruleSetVersion: 1, ...overrides,
  };
}

/** An eleven-digit number nobody has, distinct for each index. */
export function phoneOf(index: number): string {
  return `199${String(index).padStart(8, '0')}`;
}

export function buildHousehold(kernel: Pick<Kernel, 'crypto'>, index: number, overrides: Partial<Household> = {}): NewDoc<Household> {
  const phone = phoneOf(index);
  return {
    id: `household-${index}`, district: '章贡区', street: '解放街道', size: 2, priorityCategory: null, applicantSealed: kernel.crypto.seal(`试${index}`), applicantNameIndex: kernel.crypto.blindIndex('name', `试${index}`),
    phoneSealed: kernel.crypto.seal(phone), phoneIndex: kernel.crypto.blindIndex('phone', phone), wechatOpenIdSealed: null, source: 'lotteryRoll', ...overrides,
  };
}

export interface SeedLane {
  readonly laneId?: string;
  readonly families?: readonly { group: string; queueNumber: number }[];
  readonly homes?: number;
}

const unversioned = <D extends { version: number }>({ version: _version, ...doc }: D) => doc;

/** Fills one lane (closed) with families and free homes, in one transaction. Family i of the call has phone `phoneOf(offset + i)`. */
export async function seedLane(kernel: Kernel, { laneId = LANE, families = [{ group: 'publicRental-2', queueNumber: 1 }], homes = 2 }: SeedLane, offset = 0): Promise<void> {
  const bedrooms = Number(laneId.split('-')[1]);
  const areaCode = laneId.split('-')[0] as string;
  await kernel.store.transact(async (tx) => {
    const communityId = `community-${areaCode}`;
    if ((await tx.communities.get(communityId)) === null) await tx.communities.insert({ id: communityId, name: `${areaCode}家园`, district: '章贡区', areaCode });
    await tx.lanes.insert(unversioned(buildLane({ id: laneId, areaCode, bedrooms, state: 'closed' })));
    for (let i = 0; i < homes; i += 1) await tx.listings.insert(unversioned(buildListing({ id: `${laneId}-home-${i + 1}`, laneId, bedrooms, communityId, communityName: `${areaCode}家园`, floor: Math.floor(i / 4) + 1, room: `${Math.floor(i / 4) + 1}0${(i % 4) + 1}` })));
    for (const [i, family] of families.entries()) {
      const household = buildHousehold(kernel, offset + i);
      await tx.households.insert(household);
      await tx.tickets.insert(unversioned(buildTicket({ ...family, laneId, householdId: household.id })));
    }
  });
}

/** A community whose id is its name. */
export function buildCommunity(name: string, district: string) {
  const area = defaultRuleSet.areas.find(({ districts }) => districts.includes(district));
  return { id: name, name, district, areaCode: area?.code ?? '' };
}
