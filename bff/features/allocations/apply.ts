/** The one way to an allocation: load, decide, write what it brings about, in the caller's change. */
import { decideAllocation, nextDueOf, type AllocationActor, type AllocationCommand, type AllocationEvent, type AllocationRefusal, type AllocationView } from '../../domain/allocation/allocation';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { RuleSetValues } from '../../domain/rules/rule-set';
import { naturalActPeriod } from '../../domain/time/periods';
import type { Kernel } from '../../kernel';
import type { Allocation } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { dayOf, type Day } from '../../../shared/shanghai-time';
import { tellReviewersWaiting } from '../contact/reviewers';
import { closeCase } from '../households/case';
import { returnHome } from '../listing-pool/pool';
import { objectionState } from '../publicity/publicity';
import { addressOf } from '../selection/receipt';
import { recordForfeit, resetForfeits } from '../standing/forfeits';
import { loadReinstating, reinstate } from './reinstate';
import { lastDayBefore, lapseCall, raiseCall, tellFamily } from './telling';
import { beginTenancy } from './tenancies';

/** What came with a command and is written down with it. */
export interface Particulars {
  /** With `signLease`. */
  readonly contractNumber?: string;
  /** Q10: with `giveUp` by staff, who acts for the family. */
  readonly assisted?: { readonly staffId: string; readonly place: string; readonly consent: string };
  /** With `reinstate`: why a bar it brought about is lifted. */
  readonly reason?: string;
}

/** What an allocation is decided under: the rules of its pick; what counts from one instant for everybody, as it is now (docs/adr/0006). */
export function rulesOfAllocation(kernel: Pick<Kernel, 'rules' | 'rulesOf'>, { ruleSetVersion }: Pick<Allocation, 'ruleSetVersion'>): RuleSetValues {
  return { ...kernel.rulesOf(ruleSetVersion).values, periodOutageMs: kernel.rules().values.periodOutageMs };
}

/** Enters an allocation. */
export async function enterAllocation(kernel: Kernel, work: Work, allocation: Allocation, command: AllocationCommand, actor: AllocationActor, particulars: Particulars = {}): Promise<{ readonly allocation: Allocation } | { readonly refusal: AllocationRefusal }> {
  const view = await viewOf(work, allocation, command);
  const decision = decideAllocation(view, command, actor, work.nowMs, windowAtOrAfter(kernel.rules().values, work.nowMs), rulesOfAllocation(kernel, allocation));
  if ('refusal' in decision) return decision;
  let current = allocation;
  for (const event of decision.events) current = await apply(kernel, work, current, event, particulars);
  return { allocation: current };
}

async function viewOf(work: Work, a: Allocation, command: AllocationCommand): Promise<AllocationView> {
  const publicity = await work.tx.publicities.get(a.publicityId);
  if (publicity === null) throw new Error(`allocation ${a.id} without its publicity`);
  const objection = await objectionState(work.tx, publicity.id, a.id);
  // What qualifies rests on there being no objection: one that is raised or decided meanwhile must not pass unseen.
  if (command.type === 'settle' && a.state === 'publicised') await work.tx.publicities.guard(publicity);
  return {
    ...datesOf(a), takesEffectMs: publicity.takesEffectMs, objection, noticeDay: a.noticeDay, telling: a.telling, areOriginalsChecked: a.originalsCheckedAtMs !== null,
    doubt: a.doubt, doubtSinceMs: a.doubtSinceMs, endCause: a.endCause, reinstating: command.type === 'reinstate' ? await loadReinstating(work.tx, a) : null,
  };
}

const datesOf = ({ state, qualifiedAtMs, downloadByMs, leaseByMs, entryByMs, downloadedAtMs, remindedAtMs, leaseRemindedAtMs }: Allocation) =>
  ({ state, qualifiedAtMs, downloadByMs, leaseByMs, entryByMs, isDownloaded: downloadedAtMs !== null, isReminded: remindedAtMs !== null, isLeaseReminded: leaseRemindedAtMs !== null });

async function apply(kernel: Kernel, work: Work, a: Allocation, event: AllocationEvent, particulars: Particulars): Promise<Allocation> {
  const { nowMs } = work;
  const put = (patch: Partial<Allocation>, type: string = event.type, detail: Record<string, unknown> = {}) => write(kernel, work, a, patch, type, detail);
  const tell = (kind: string, payload: Record<string, unknown> = {}) => tellFamily(kernel, work, a, kind, payload);
  switch (event.type) {
    case 'Qualified':
      return qualify(kernel, work, a, event);
    case 'NoticeUndeliverable':
      await raiseCall(work, a);
      return put({ telling: 'untold', entryByMs: null });
    case 'FamilyTold':
      await lapseCall(work, a);
      return put({ telling: 'told', downloadByMs: event.downloadByMs, leaseByMs: event.leaseByMs, entryByMs: null, remindedAtMs: null, leaseRemindedAtMs: null, isDownloadLate: false }, event.type, periods(event));
    case 'PeriodsMoved':
      if (event.leaseByMs !== a.leaseByMs || event.downloadByMs !== a.downloadByMs) await tell('leasePeriodMoved', { leaseByDay: lastDayBefore(event.leaseByMs) });
      return put({ downloadByMs: event.downloadByMs, leaseByMs: event.leaseByMs, entryByMs: event.entryByMs }, event.type, { ...periods(event), entryByMs: event.entryByMs, before: { downloadByMs: a.downloadByMs, leaseByMs: a.leaseByMs, entryByMs: a.entryByMs } });
    case 'NoticeDownloaded':
      return put({ downloadedAtMs: nowMs, isDownloadLate: event.isLate }, event.type, { isLate: event.isLate });
    case 'DownloadReminded':
      await tell('noticeLate', { noticeNumber: a.noticeNumber, leaseByDay: lastDayBefore(a.leaseByMs) });
      return put({ remindedAtMs: nowMs, isDownloadLate: true });
    case 'LeaseReminded':
      await tell('leaseDueSoon', { leaseByDay: lastDayBefore(a.leaseByMs) });
      return put({ leaseRemindedAtMs: nowMs });
    case 'LeasePeriodOver':
      await tell('leasePeriodOver', { entryByDay: lastDayBefore(event.entryByMs) });
      return put({ entryByMs: event.entryByMs }, event.type, { entryByMs: event.entryByMs });
    case 'OriginalsChecked':
      return put({ originalsCheckedAtMs: nowMs });
    case 'LeaseSigned':
      return signLease(kernel, work, a, event.signedDay, particulars.contractNumber ?? '');
    case 'DoubtRaised':
      await tell('doubtRaised', { doubt: event.kind });
      await tellReviewersWaiting(kernel, work, a.district);
      return put({ state: 'inDoubt', doubt: event.kind, doubtSinceMs: nowMs }, event.type, { doubt: event.kind });
    case 'DoubtCleared':
      await tell('doubtCleared', { leaseByDay: lastDayBefore(event.leaseByMs) });
      return put({ state: 'qualified', doubt: null, doubtSinceMs: null, leaseByMs: event.leaseByMs, entryByMs: null }, event.type, { leaseByMs: event.leaseByMs });
    case 'Forfeited':
      // Before the case closes: it tells who was in the household.
      await recordForfeit(kernel, work, { householdId: a.householdId, cause: event.cause, batchDay: a.batchDay });
      await lose(work, a, 'forfeited', event.cause);
      await tell('allocationLost', { cause: event.cause, assisted: particulars.assisted !== undefined });
      return put({ state: 'forfeited', endedAtMs: nowMs, endCause: event.cause }, 'AllocationForfeited', { cause: event.cause, ...(particulars.assisted === undefined ? {} : { assisted: particulars.assisted }) });
    case 'Cancelled':
      await lose(work, a, 'void', event.cause);
      await tell('allocationLost', { cause: event.cause });
      return put({ state: 'cancelled', endedAtMs: nowMs, endCause: event.cause }, 'AllocationCancelled', { cause: event.cause });
    case 'Rejected':
      await lose(work, a, 'void', 'objectionUpheld');
      await tell('allocationLost', { cause: 'objectionUpheld' });
      return put({ state: 'rejected', endedAtMs: nowMs, endCause: 'objectionUpheld' }, 'AllocationRejected');
    case 'Reinstated':
      await reinstate(kernel, work, a, particulars.reason ?? '');
      await tell('allocationReinstated', { address: addressOf(await homeOf(work.tx, a)), leaseByDay: lastDayBefore(event.leaseByMs) });
      // What it was told just now is its reminder, and there is one end only.
      return put({ state: 'qualified', downloadByMs: event.leaseByMs, leaseByMs: event.leaseByMs, entryByMs: null, leaseRemindedAtMs: nowMs, endedAtMs: null, endCause: null }, 'AllocationReinstated', { leaseByMs: event.leaseByMs, before: { endedAtMs: a.endedAtMs, endCause: a.endCause } });
  }
}

const periods = ({ downloadByMs, leaseByMs }: { readonly downloadByMs: number; readonly leaseByMs: number }) => ({ downloadByMs, leaseByMs });

/** A1, A3, A4: home allocated, notice numbered, move-in batch formed, family told. */
async function qualify(kernel: Kernel, work: Work, a: Allocation, { downloadByMs, leaseByMs }: Extract<AllocationEvent, { type: 'Qualified' }>): Promise<Allocation> {
  const { tx, nowMs } = work;
  const day = dayOf(nowMs);
  const listing = await homeOf(tx, a);
  await tx.listings.replace({ ...listing, state: 'allocated' });
  const noticeNumber = await nextNoticeNumber(tx, day.slice(0, 4));
  const moveInBatchId = `movein-${a.communityId}-${day}`;
  if ((await tx.moveInBatches.get(moveInBatchId)) === null) await tx.moveInBatches.insert({ id: moveInBatchId, communityId: a.communityId, communityName: listing.communityName, district: a.homeDistrict, day });
  await tellFamily(kernel, work, a, 'allocationQualified', { address: addressOf(listing), noticeNumber, downloadByDay: lastDayBefore(downloadByMs), leaseByDay: lastDayBefore(leaseByMs) });
  return write(kernel, work, a, { state: 'qualified', qualifiedAtMs: nowMs, noticeNumber, noticeDay: day, downloadByMs, leaseByMs, moveInBatchId }, 'AllocationQualified', { noticeNumber });
}

/** A3: one counter a year, raised in the change that uses the number: no gap, no number twice. */
async function nextNoticeNumber(tx: Tx, year: string): Promise<string> {
  const id = `notices-${year}`;
  const counter = (await tx.noticeCounters.get(id)) ?? (await tx.noticeCounters.insert({ id, last: 0 }));
  const last = counter.last + 1;
  await tx.noticeCounters.replace({ ...counter, last });
  return `${year}-${String(last).padStart(6, '0')}`;
}

/** A2: the lease counts from the day it was signed, however late it is entered. */
async function signLease(kernel: Kernel, work: Work, a: Allocation, signedDay: Day, contractNumber: string): Promise<Allocation> {
  const { tx, nowMs } = work;
  await tx.listings.replace({ ...(await homeOf(tx, a)), state: 'leased' });
  await beginTenancy(work, { householdId: a.householdId, listingId: a.listingId, district: a.homeDistrict, contractNumber, startedDay: signedDay, origin: 'allocation', originId: a.id });
  await resetForfeits(work, a.householdId);
  await lapseCall(work, a);
  await tellFamily(kernel, work, a, 'leaseSigned', { contractNumber, signedDay });
  return write(kernel, work, a, { state: 'leased', contractNumber, endedAtMs: nowMs, endCause: 'leased' }, 'LeaseSigned', { contractNumber, signedDay });
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
  await lapseCall(work, a);
}

/** H2: before move-in the allocation takes over another home. The notice that was downloaded names the old one: once more, in a time of its own (A2). */
export async function takeOver(kernel: Kernel, work: Work, a: Allocation, home: Pick<Allocation, 'listingId' | 'communityId' | 'homeDistrict' | 'moveInBatchId'>): Promise<Allocation> {
  const downloadByMs = naturalActPeriod(work.nowMs, rulesOfAllocation(kernel, a).noticeDownloadDays).endsMs;
  return write(kernel, work, a, { ...home, downloadedAtMs: null, isDownloadLate: false, remindedAtMs: null, downloadByMs }, 'HomeExchanged', { toListingId: home.listingId });
}

async function homeOf(tx: Tx, { id, listingId }: Allocation) {
  const listing = await tx.listings.get(listingId);
  if (listing === null) throw new Error(`allocation ${id} without its home`);
  return listing;
}

async function write(kernel: Kernel, work: Work, a: Allocation, patch: Partial<Allocation>, type: string, detail: Record<string, unknown>): Promise<Allocation> {
  const next = { ...a, ...patch };
  const written = await work.tx.allocations.replace({ ...next, nextDueMs: nextDueOf(datesOf(next), rulesOfAllocation(kernel, a)) });
  await work.record({ stream: householdStream(a.householdId), type, open: { ruleSet: a.ruleSetVersion }, detail: { allocationId: a.id, listingId: a.listingId, ...detail } });
  return written;
}
