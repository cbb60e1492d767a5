/** What a transfer brings about: a reserved home set aside for one tenant, and at signing two homes changed at once. */
import { isOpenTransfer, suits, type TransferKind } from '../../domain/transfer/transfer';
import type { TransferStepName } from '../../adapters/sms/templates';
import type { Kernel } from '../../kernel';
import type { DocOf } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { dayOf } from '../../../shared/shanghai-time';
import { beginTenancy, endTenancy, type Tenancy } from '../allocations/tenancies';
import { tellHousehold } from '../contact/tell';
import { addressOf } from '../selection/receipt';
import { actOnListing, fileOf, topFloorOf, type PoolRefusal } from '../listing-pool/pool';

export type Transfer = DocOf<'transfers'>;

export async function openTransfer(kernel: Kernel, work: Work, tenancy: Tenancy, kind: TransferKind, reason: string): Promise<Transfer> {
  const { tx, nowMs, record } = work;
  const earlier = await tx.transfers.count({ householdId: tenancy.householdId });
  const transfer = await tx.transfers.insert({
    id: `transfer-${tenancy.householdId}-${earlier + 1}`, householdId: tenancy.householdId, tenancyId: tenancy.id, fromListingId: tenancy.listingId, district: tenancy.district, kind,
    reasonSealed: kernel.crypto.seal(reason), state: 'requested', isOpen: true, toListingId: null, isAssigned: false, contractNumber: null, requestedAtMs: nowMs, changedAtMs: nowMs, answer: '',
  });
  await record({ stream: householdStream(tenancy.householdId), type: 'TransferRequested', open: { kind }, detail: { transferId: transfer.id } });
  return transfer;
}

/** What the family is told of; that its request went from one desk to the next is not news. */
const toldOf = {
  TransferReviewed: null, TransferApproved: 'approved', TransferRejected: 'rejected', HomeAssigned: 'assigned', HomeUnassigned: 'unassigned', TransferSigned: 'signed', TransferWithdrawn: 'withdrawn',
} as const satisfies Record<string, TransferStepName | null>;

export async function writeTransfer(kernel: Kernel, work: Work, transfer: Transfer, patch: Partial<Transfer>, type: keyof typeof toldOf): Promise<Transfer> {
  const next = { ...transfer, ...patch, changedAtMs: work.nowMs };
  const written = await work.tx.transfers.replace({ ...next, isOpen: isOpenTransfer(next.state) });
  await work.record({ stream: householdStream(transfer.householdId), type, open: {}, detail: { transferId: transfer.id, state: next.state, toListingId: next.toListingId } });
  const step = toldOf[type];
  const to = written.toListingId === null ? null : await work.tx.listings.get(written.toListingId);
  if (step !== null) await tellHousehold(kernel, work, transfer.householdId, { kind: 'transferStep', subjectId: transfer.id, occasion: String(written.version), payload: { step, address: to === null ? '' : addressOf(to) } });
  return written;
}

/** H5: one applicant, one reserved home that is what was asked for. */
export async function assignHome(kernel: Kernel, work: Work, transfer: Transfer, listingId: string): Promise<Transfer | 'NOT_FOUND' | 'HOME_NOT_AVAILABLE' | 'HOME_DOES_NOT_SUIT'> {
  const { tx } = work;
  const [current, offered] = [await tx.listings.get(transfer.fromListingId), await tx.listings.get(listingId)];
  if (current === null || offered === null || offered.district !== transfer.district) return 'NOT_FOUND';
  const assignedTo = (await tx.listingFiles.get(offered.id))?.transferId ?? null;
  if (offered.state !== 'reserved' || assignedTo !== null) return 'HOME_NOT_AVAILABLE';
  if (!suits(transfer.kind, current, { ...offered, topFloor: await topFloorOf(tx, offered) }, kernel.rules().values.reservableLowFloors)) return 'HOME_DOES_NOT_SUIT';
  await tx.listingFiles.replace({ ...(await fileOf(work, offered)), transferId: transfer.id });
  await tx.listings.guard(offered);
  return writeTransfer(kernel, work, transfer, { state: 'assigned', toListingId: listingId, isAssigned: true }, 'HomeAssigned');
}

/** The home stays reserved, for another. */
export async function unassignHome(work: Work, transfer: Transfer): Promise<void> {
  const listing = transfer.toListingId === null ? null : await work.tx.listings.get(transfer.toListingId);
  if (listing === null || !transfer.isAssigned) return;
  await work.tx.listingFiles.replace({ ...(await fileOf(work, listing)), transferId: null });
  await work.tx.listings.guard(listing);
}

/** What a household asked for ends with the tenancy it asked from; a home held for it is free for another. */
export async function endOpenTransfer(kernel: Kernel, work: Work, householdId: string): Promise<void> {
  const [open] = await work.tx.transfers.find({ householdId, isOpen: true }, { limit: 1 });
  if (open === undefined) return;
  await unassignHome(work, open);
  await writeTransfer(kernel, work, open, { state: 'withdrawn', toListingId: null, isAssigned: false }, 'TransferWithdrawn');
}

/** The new lease: the tenant has the reserved home, and the home it leaves is vacated from today (L1). */
export async function signTransfer(kernel: Kernel, work: Work, transfer: Transfer, contractNumber: string): Promise<Transfer | PoolRefusal> {
  const { tx, nowMs } = work;
  const today = dayOf(nowMs);
  const [tenancy, left, taken] = [await tx.tenancies.get(transfer.tenancyId), await tx.listings.get(transfer.fromListingId), await tx.listings.get(transfer.toListingId ?? '')];
  if (tenancy === null || left === null || taken === null) throw new Error(`transfer ${transfer.id} without its homes`);
  // The tenant moved out meanwhile: there is nothing to exchange the new home for.
  if (!tenancy.isRunning || taken.state !== 'reserved') return 'STATE_MISMATCH';
  // First, for it may be refused, and then nothing may have been written.
  const vacated = await actOnListing(kernel, work, left, 'reportVacated', 'operator', today);
  if ('refusal' in vacated) return vacated.refusal;
  await endTenancy(work, tenancy, today, 'transfer');
  await beginTenancy(work, { householdId: transfer.householdId, listingId: taken.id, district: taken.district, contractNumber, startedDay: today, origin: 'transfer', originId: transfer.id });
  await tx.listingFiles.replace({ ...(await fileOf(work, taken)), transferId: null });
  await tx.listings.replace({ ...taken, state: 'leased' });
  return writeTransfer(kernel, work, transfer, { state: 'moved', isAssigned: false, contractNumber }, 'TransferSigned');
}
