/** The one way to an allocation: load, decide, write what it brings about, in the caller's change. */
import { decideAllocation, nextDueOf, type AllocationActor, type AllocationCommand, type AllocationEvent, type AllocationRefusal, type AllocationView } from '../../domain/allocation/allocation';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { Kernel } from '../../kernel';
import type { Allocation } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { addDays, dayOf } from '../../../shared/shanghai-time';
import { closeCase } from '../households/case';
import { returnHome } from '../listing-pool/pool';
import { objectionState } from '../publicity/publicity';
import { addressOf } from '../selection/receipt';
import { recordForfeit, resetForfeits } from '../standing/forfeits';
import { beginTenancy } from './tenancies';

/** Enters an allocation. `contractNumber` belongs to `signLease`. */
export async function enterAllocation(kernel: Kernel, work: Work, allocation: Allocation, command: AllocationCommand, actor: AllocationActor, contractNumber: string | null = null): Promise<{ readonly allocation: Allocation } | { readonly refusal: AllocationRefusal }> {
  const { values: rules } = kernel.rules();
  const view = await viewOf(work, allocation, command);
  const decision = decideAllocation(view, command, actor, work.nowMs, windowAtOrAfter(rules, work.nowMs), rules);
  if ('refusal' in decision) return decision;
  let current = allocation;
  for (const event of decision.events) current = await apply(kernel, work, current, event, contractNumber);
  return { allocation: current };
}

async function viewOf(work: Work, a: Allocation, command: AllocationCommand): Promise<AllocationView> {
  const publicity = await work.tx.publicities.get(a.publicityId);
  if (publicity === null) throw new Error(`allocation ${a.id} without its publicity`);
  const objection = await objectionState(work.tx, publicity.id, a.id);
  // What qualifies rests on there being no objection: one that is raised or decided meanwhile must not pass unseen.
  if (command.type === 'settle' && a.state === 'publicised') await work.tx.publicities.guard(publicity);
  return {
    state: a.state, takesEffectMs: publicity.takesEffectMs, objection, downloadByMs: a.downloadByMs, leaseByMs: a.leaseByMs, isDownloaded: a.downloadedAtMs !== null,
    isReminded: a.remindedAtMs !== null, areOriginalsChecked: a.originalsCheckedAtMs !== null, doubt: a.doubt, doubtSinceMs: a.doubtSinceMs,
  };
}

async function apply(kernel: Kernel, work: Work, a: Allocation, event: AllocationEvent, contractNumber: string | null): Promise<Allocation> {
  const { nowMs } = work;
  switch (event.type) {
    case 'Qualified':
      return qualify(kernel, work, a, event);
    case 'NoticeDownloaded':
      return write(work, a, { downloadedAtMs: nowMs, isDownloadLate: event.isLate }, event.type, { isLate: event.isLate });
    case 'DownloadReminded':
      await tell(kernel, work, a, 'noticeLate', { noticeNumber: a.noticeNumber, leaseByDay: lastDayBefore(a.leaseByMs) });
      return write(work, a, { remindedAtMs: nowMs, isDownloadLate: true }, event.type);
    case 'OriginalsChecked':
      return write(work, a, { originalsCheckedAtMs: nowMs }, event.type);
    case 'LeaseSigned':
      return signLease(work, a, contractNumber ?? '');
    case 'DoubtRaised':
      return write(work, a, { state: 'inDoubt', doubt: event.kind, doubtSinceMs: nowMs }, event.type, { doubt: event.kind });
    case 'DoubtCleared':
      return write(work, a, { state: 'qualified', doubt: null, doubtSinceMs: null, leaseByMs: event.leaseByMs }, event.type, { leaseByMs: event.leaseByMs });
    case 'Forfeited':
      await lose(work, a, 'forfeited', event.cause);
      await recordForfeit(kernel, work, { householdId: a.householdId, cause: event.cause, batchDay: a.batchDay });
      await tell(kernel, work, a, 'allocationLost', { cause: event.cause });
      return write(work, a, { state: 'forfeited', endedAtMs: nowMs, endCause: event.cause }, 'AllocationForfeited', { cause: event.cause });
    case 'Cancelled':
      await lose(work, a, 'void', 'cancelled');
      await tell(kernel, work, a, 'allocationLost', { cause: 'cancelled' });
      return write(work, a, { state: 'cancelled', endedAtMs: nowMs, endCause: 'cancelled' }, 'AllocationCancelled');
    case 'Rejected':
      await lose(work, a, 'void', 'objectionUpheld');
      await tell(kernel, work, a, 'allocationLost', { cause: 'objectionUpheld' });
      return write(work, a, { state: 'rejected', endedAtMs: nowMs, endCause: 'objectionUpheld' }, 'AllocationRejected');
  }
}

/** A1, A3, A4: home allocated, notice numbered, move-in batch formed, family told. */
async function qualify(kernel: Kernel, work: Work, a: Allocation, { downloadByMs, leaseByMs }: Extract<AllocationEvent, { type: 'Qualified' }>): Promise<Allocation> {
  const { tx, nowMs } = work;
  const day = dayOf(nowMs);
  const listing = await homeOf(tx, a);
  await tx.listings.replace({ ...listing, state: 'allocated' });
  const noticeNumber = await nextNoticeNumber(tx, day.slice(0, 4));
  const moveInBatchId = `movein-${a.communityId}-${day}`;
  if ((await tx.moveInBatches.get(moveInBatchId)) === null) await tx.moveInBatches.insert({ id: moveInBatchId, communityId: a.communityId, communityName: listing.communityName, district: a.homeDistrict, day });
  await tell(kernel, work, a, 'allocationQualified', { address: addressOf(listing), noticeNumber, downloadByDay: lastDayBefore(downloadByMs), leaseByDay: lastDayBefore(leaseByMs) });
  return write(work, a, { state: 'qualified', qualifiedAtMs: nowMs, noticeNumber, noticeDay: day, downloadByMs, leaseByMs, moveInBatchId }, 'AllocationQualified', { noticeNumber });
}

/** A3: one counter a year, raised in the change that uses the number: no gap, no number twice. */
async function nextNoticeNumber(tx: Tx, year: string): Promise<string> {
  const id = `notices-${year}`;
  const counter = (await tx.noticeCounters.get(id)) ?? (await tx.noticeCounters.insert({ id, last: 0 }));
  const last = counter.last + 1;
  await tx.noticeCounters.replace({ ...counter, last });
  return `${year}-${String(last).padStart(6, '0')}`;
}

async function signLease(work: Work, a: Allocation, contractNumber: string): Promise<Allocation> {
  const { tx, nowMs } = work;
  await tx.listings.replace({ ...(await homeOf(tx, a)), state: 'leased' });
  await beginTenancy(work, { householdId: a.householdId, listingId: a.listingId, district: a.homeDistrict, contractNumber, startedDay: dayOf(nowMs), origin: 'allocation', originId: a.id });
  await resetForfeits(work, a.householdId);
  return write(work, a, { state: 'leased', contractNumber, endedAtMs: nowMs, endCause: 'leased' }, 'LeaseSigned', { contractNumber });
}

/** The home goes back to the pool, the number is used up, and whoever held it may apply again (V3) where nothing bars it. */
async function lose(work: Work, a: Allocation, ticketState: 'forfeited' | 'void', cause: string): Promise<void> {
  const { tx } = work;
  const [pick, ticket] = [await tx.picks.get(a.pickId), await tx.tickets.get(a.ticketId)];
  if (pick === null || ticket === null) throw new Error(`allocation ${a.id} without its pick or ticket`);
  await tx.picks.replace({ ...pick, active: false });
  await tx.tickets.replace({ ...ticket, state: ticketState });
  await returnHome(work, await homeOf(tx, a), cause);
  await closeCase(work, a.householdId);
}

async function homeOf(tx: Tx, { id, listingId }: Allocation) {
  const listing = await tx.listings.get(listingId);
  if (listing === null) throw new Error(`allocation ${id} without its home`);
  return listing;
}

async function write(work: Work, a: Allocation, patch: Partial<Allocation>, type: string, detail: Record<string, unknown> = {}): Promise<Allocation> {
  const next = { ...a, ...patch };
  const view = { state: next.state, downloadByMs: next.downloadByMs, leaseByMs: next.leaseByMs, isDownloaded: next.downloadedAtMs !== null, isReminded: next.remindedAtMs !== null };
  const written = await work.tx.allocations.replace({ ...next, nextDueMs: nextDueOf(view) });
  await work.record({ stream: householdStream(a.householdId), type, open: {}, detail: { allocationId: a.id, listingId: a.listingId, ...detail } });
  return written;
}

async function tell(kernel: Kernel, work: Work, a: Allocation, kind: string, payload: Record<string, unknown>): Promise<void> {
  const household = await work.tx.households.get(a.householdId);
  if (household === null) throw new Error(`allocation ${a.id} without its household`);
  await work.tell({
    id: `sms-${kind}-${a.id}`, topic: 'sms', kind, subjectId: a.id, recipientSealed: household.phoneSealed, dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs),
    payload: { group: a.group, queueNumber: a.queueNumber, ...payload },
  });
}

/** The last day of a period whose exclusive end is given. */
function lastDayBefore(endsMs: number | null): string {
  return endsMs === null ? '' : addDays(dayOf(endsMs), -1);
}
