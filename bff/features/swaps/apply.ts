/** What a swap brings about: each household in one open swap, and at signing both homes change hands in one change. */
import type { SwapStepName } from '../../adapters/sms/templates';
import type { SwapCommand } from '../../domain/swap/swap';
import type { Kernel } from '../../kernel';
import type { Allocation, DocOf, Listing } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream, OFFICE_STREAM } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { dayOf } from '../../../shared/shanghai-time';
import { tellHousehold } from '../contact/tell';
import { addressOf } from '../selection/receipt';
import { takeOver } from '../allocations/apply';
import { beginTenancy, endTenancy, runningTenancy } from '../allocations/tenancies';
import { endOpenTransfer } from '../transfers/apply';

export type Swap = DocOf<'swaps'>;
type OpenRefusal = 'NO_TENANCY' | 'ALREADY_DONE' | 'STATE_MISMATCH' | 'HOME_DOES_NOT_SUIT';

/** Both live in their homes, or both hold a notice and have not moved in: then nobody was ever handed the keys. */
export async function openSwap(kernel: Kernel, work: Work, first: Listing, second: Listing, consent: string): Promise<Swap | OpenRefusal> {
  const { tx, nowMs } = work;
  if (first.id === second.id || first.district !== second.district) return 'STATE_MISMATCH';
  // More rooms are the queue's to give (as with transfers).
  if (first.bedrooms !== second.bedrooms) return 'HOME_DOES_NOT_SUIT';
  const [one, two] = [await holderOf(tx, first), await holderOf(tx, second)];
  if (one === null || two === null) return 'NO_TENANCY';
  if (one.wasHandedOver !== two.wasHandedOver) return 'STATE_MISMATCH';
  const parties = [];
  for (const householdId of [one.householdId, two.householdId]) {
    const party = await tx.swapParties.get(householdId);
    if (party !== null && party.swapId !== null) return 'ALREADY_DONE';
    parties.push(party ?? { id: householdId });
  }
  // Named after its place in the ledger: unique, and the same when the transaction is tried again.
  const entry = await work.record({ stream: OFFICE_STREAM, type: 'SwapMatched', open: {}, detail: { firstListingId: first.id, secondListingId: second.id } });
  const id = `swap-${entry.seq}`;
  for (const party of parties) {
    if ('version' in party) await tx.swapParties.replace({ ...party, swapId: id });
    else await tx.swapParties.insert({ ...party, swapId: id });
  }
  const swap = await tx.swaps.insert({
    id, district: first.district, firstHouseholdId: one.householdId, firstListingId: first.id, secondHouseholdId: two.householdId, secondListingId: second.id, wereHandedOver: one.wasHandedOver, consent,
    state: 'matched', first: 'pending', second: 'pending', inspection: one.wasHandedOver ? 'pending' : 'notNeeded', inspectedAtMs: null, isSigned: false, signedAtMs: null, matchedAtMs: nowMs,
  });
  await tellParties(kernel, work, swap, 'matched');
  return swap;
}

/** H2: each party hears of every step, with the home it is to have. `only` where it concerns one of them. */
async function tellParties(kernel: Kernel, work: Work, swap: Swap, step: SwapStepName, only: 'first' | 'second' | null = null): Promise<void> {
  for (const [side, householdId, listingId] of [['first', swap.firstHouseholdId, swap.secondListingId], ['second', swap.secondHouseholdId, swap.firstListingId]] as const) {
    if (only !== null && only !== side) continue;
    const home = await work.tx.listings.get(listingId);
    await tellHousehold(kernel, work, householdId, { kind: 'swapStep', subjectId: swap.id, occasion: String(swap.version), payload: { step, address: home === null ? '' : addressOf(home) } });
  }
}

async function holderOf(tx: Tx, listing: Listing): Promise<{ readonly householdId: string; readonly wasHandedOver: boolean } | null> {
  const tenancy = await runningTenancy(tx, { listingId: listing.id });
  if (tenancy !== null) return { householdId: tenancy.householdId, wasHandedOver: true };
  const [pick] = await tx.picks.find({ listingId: listing.id, active: true }, { limit: 1 });
  const allocation = pick === undefined ? null : await tx.allocations.get(`allocation-${pick.turnId}`);
  return allocation !== null && allocation.state === 'qualified' ? { householdId: allocation.householdId, wasHandedOver: false } : null;
}

export async function releaseParties(work: Work, swap: Swap): Promise<void> {
  for (const householdId of [swap.firstHouseholdId, swap.secondHouseholdId]) {
    const party = await work.tx.swapParties.get(householdId);
    if (party !== null) await work.tx.swapParties.replace({ ...party, swapId: null });
  }
}

export async function writeSwap(kernel: Kernel, work: Work, swap: Swap, command: SwapCommand): Promise<Swap> {
  const written = await work.tx.swaps.replace(swap);
  const act = command.type;
  for (const householdId of [swap.firstHouseholdId, swap.secondHouseholdId]) {
    await work.record({ stream: householdStream(householdId), type: 'SwapMoved', open: {}, detail: { swapId: swap.id, act, state: swap.state, inspection: swap.inspection, firstListingId: swap.firstListingId, secondListingId: swap.secondListingId } });
  }
  if (command.type === 'inspect') await tellParties(kernel, work, written, command.passed ? 'inspectionPassed' : 'inspectionFailed', command.side);
  else await tellParties(kernel, work, written, ({ approve: 'approved', reject: 'rejected', withdraw: 'withdrawn', sign: 'signed' } as const)[command.type]);
  return written;
}

/** A swap ends when a party no longer has the home it offered. */
export async function endOpenSwap(kernel: Kernel, work: Work, householdId: string): Promise<void> {
  const party = await work.tx.swapParties.get(householdId);
  const open = party?.swapId == null ? null : await work.tx.swaps.get(party.swapId);
  if (open === null) return;
  await releaseParties(work, open);
  await writeSwap(kernel, work, { ...open, state: 'withdrawn', inspection: 'notNeeded' }, { type: 'withdraw' });
}

/** Null when done. Refused when either side no longer holds its home. */
export async function exchangeHomes(kernel: Kernel, work: Work, swap: Swap, firstContract: string, secondContract: string): Promise<'STATE_MISMATCH' | null> {
  return swap.wereHandedOver ? exchangeTenancies(kernel, work, swap, firstContract, secondContract) : exchangeAllocations(kernel, work, swap);
}

async function exchangeTenancies(kernel: Kernel, work: Work, swap: Swap, firstContract: string, secondContract: string): Promise<'STATE_MISMATCH' | null> {
  const { tx } = work;
  const [one, two] = [await runningTenancy(tx, { listingId: swap.firstListingId }), await runningTenancy(tx, { listingId: swap.secondListingId })];
  if (one === null || two === null || one.householdId !== swap.firstHouseholdId || two.householdId !== swap.secondHouseholdId) return 'STATE_MISMATCH';
  const today = dayOf(work.nowMs);
  // Both end before either begins: a home has one running tenancy at every statement.
  for (const tenancy of [one, two]) {
    await endTenancy(work, tenancy, today, 'swap');
    await endOpenTransfer(kernel, work, tenancy.householdId);
  }
  await beginTenancy(work, { householdId: one.householdId, listingId: two.listingId, district: two.district, contractNumber: firstContract, startedDay: today, origin: 'swap', originId: swap.id });
  await beginTenancy(work, { householdId: two.householdId, listingId: one.listingId, district: one.district, contractNumber: secondContract, startedDay: today, origin: 'swap', originId: swap.id });
  return null;
}

/** Before move-in each takes over the other's home; the leases are then signed as any other. The receipts of the picks stay what they were. */
async function exchangeAllocations(kernel: Kernel, work: Work, swap: Swap): Promise<'STATE_MISMATCH' | null> {
  const { tx } = work;
  const [one, two] = [await qualifiedOf(tx, swap.firstHouseholdId, swap.firstListingId), await qualifiedOf(tx, swap.secondHouseholdId, swap.secondListingId)];
  if (one === null || two === null) return 'STATE_MISMATCH';
  const [firstPick, secondPick] = [await tx.picks.get(one.pickId), await tx.picks.get(two.pickId)];
  if (firstPick === null || secondPick === null) throw new Error(`swap ${swap.id} of allocations without picks`);
  // A home has one active pick at every statement.
  const parked = await tx.picks.replace({ ...firstPick, active: false });
  await tx.picks.replace({ ...secondPick, listingId: firstPick.listingId });
  await tx.picks.replace({ ...parked, listingId: secondPick.listingId, active: true });
  const [firstHome, secondHome] = [placeOf(one), placeOf(two)];
  await takeOver(kernel, work, one, secondHome);
  await takeOver(kernel, work, two, firstHome);
  return null;
}

const placeOf = ({ listingId, communityId, homeDistrict, moveInBatchId }: Allocation) => ({ listingId, communityId, homeDistrict, moveInBatchId });

async function qualifiedOf(tx: Tx, householdId: string, listingId: string): Promise<Allocation | null> {
  return (await tx.allocations.find({ householdId, listingId, state: 'qualified' }, { limit: 1 }))[0] ?? null;
}
