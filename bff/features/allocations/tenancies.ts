/** 承租 tenancies: begun with a signed lease, ended when the home is vacated or exchanged. */
import type { Kernel } from '../../kernel';
import type { DocOf, Listing } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { NewDoc, Tx } from '../../store/port';
import type { Day } from '../../../shared/shanghai-time';
import { tellHousehold } from '../contact/tell';
import { closeCase } from '../households/case';
import { addressOf } from '../selection/receipt';

export type Tenancy = DocOf<'tenancies'>;

export async function beginTenancy(work: Work, tenancy: Pick<NewDoc<Tenancy>, 'householdId' | 'listingId' | 'district' | 'contractNumber' | 'startedDay' | 'origin' | 'originId'>): Promise<Tenancy> {
  const begun = await work.tx.tenancies.insert({ ...tenancy, id: `tenancy-${tenancy.originId}-${tenancy.householdId}`, isRunning: true, endedDay: null });
  await work.record({ stream: householdStream(tenancy.householdId), type: 'TenancyBegan', open: {}, detail: { tenancyId: begun.id, listingId: tenancy.listingId, contractNumber: tenancy.contractNumber } });
  return begun;
}

export async function runningTenancy(tx: Tx, where: { readonly householdId: string } | { readonly listingId: string }): Promise<Tenancy | null> {
  return (await tx.tenancies.find({ ...where, isRunning: true }, { limit: 1 }))[0] ?? null;
}

export async function endTenancy(work: Work, tenancy: Tenancy, endedDay: Day, why: 'vacated' | 'transfer' | 'swap'): Promise<void> {
  await work.tx.tenancies.replace({ ...tenancy, isRunning: false, endedDay });
  await work.record({ stream: householdStream(tenancy.householdId), type: 'TenancyEnded', open: { why }, detail: { tenancyId: tenancy.id, listingId: tenancy.listingId, endedDay } });
}

/** L1: a tenant moved out for good; whoever lived there may apply again (V3). A home leased before the system has no tenancy. */
export async function endTenancyOfHome(kernel: Kernel, work: Work, listing: Listing, endedDay: Day): Promise<void> {
  const tenancy = await runningTenancy(work.tx, { listingId: listing.id });
  if (tenancy === null) return;
  await endTenancy(work, tenancy, endedDay, 'vacated');
  await closeCase(work, tenancy.householdId);
  await tellHousehold(kernel, work, tenancy.householdId, { kind: 'tenancyEnded', subjectId: tenancy.id, occasion: String(tenancy.version), payload: { address: addressOf(listing), endedDay } });
}
