/**
 * The pool of homes (可供配租房源). Every change that adds a home to it or takes one out appends to the lane's public
 * stream: selection appends there too, so a turn, a pick and a change of the pool never happen side by side.
 */
import { decideListing, type ListingActName, type ListingActor, type ListingMove, type ListingRefusal, type ListingReview } from '../../domain/listing/listing';
import { isMissingYear, addWorkingDays } from '../../domain/time/working-days';
import type { Kernel } from '../../kernel';
import type { DocOf, Listing } from '../../store/collections';
import type { Work } from '../../store/change';
import { laneStream, OFFICE_STREAM } from '../../store/ledger';
import type { NewDoc, Tx } from '../../store/port';
import { addDays, dayOf, startOfDay, type Day } from '../../../shared/shanghai-time';
import { loadCalendar } from '../calendar/load';

export type ListingFile = DocOf<'listingFiles'>;

/** The file of a home that has none yet. */
export function newListingFile(listing: Pick<Listing, 'id' | 'district' | 'laneId' | 'state'>, nowMs: number): NewDoc<ListingFile> {
  const inReview = listing.state === 'inReview';
  return {
    id: listing.id, district: listing.district, laneId: listing.laneId,
    reviewKind: inReview ? 'report' : 'none', reviewStep: inReview ? 'district' : 'none', reviewSinceMs: inReview ? nowMs : null,
    vacatedDay: null, poolByMs: null, isClockRunning: false, resumeTo: 'available', transferId: null,
  };
}

/** A home's file, made when it has none: two acts about one home meet on it. */
export async function fileOf(work: Pick<Work, 'tx' | 'nowMs'>, listing: Listing): Promise<ListingFile> {
  return (await work.tx.listingFiles.get(listing.id)) ?? work.tx.listingFiles.insert(newListingFile(listing, work.nowMs));
}

export function reviewOf(file: Pick<ListingFile, 'reviewKind' | 'reviewStep'> | null): ListingReview | null {
  return file === null || file.reviewKind === 'none' || file.reviewStep === 'none' ? null : { kind: file.reviewKind, step: file.reviewStep };
}

export type PoolRefusal = ListingRefusal | 'CALENDAR_YEAR_MISSING' | 'VALIDATION_FAILED';

/** One act on one home, decided and written in the caller's change. `vacatedDay` belongs to `reportVacated`. */
export async function actOnListing(kernel: Kernel, work: Work, listing: Listing, act: ListingActName, actor: ListingActor, vacatedDay: Day | null): Promise<{ readonly listing: Listing } | { readonly refusal: PoolRefusal }> {
  const { tx, nowMs } = work;
  const { values: rules } = kernel.rules();
  const stored = await tx.listingFiles.get(listing.id);
  const file = stored ?? newListingFile(listing, nowMs);
  const lane = await tx.lanes.get(listing.laneId);
  const decision = decideListing({
    state: listing.state, floor: listing.floor, topFloor: act === 'requestReserve' ? await topFloorOf(tx, listing) : listing.floor,
    review: reviewOf({ ...file }), isVacated: file.vacatedDay !== null, resumeTo: file.resumeTo, isAssigned: file.transferId !== null,
    lane: { hasTurn: lane !== null && lane.openTurnId !== null, available: await tx.listings.count({ laneId: listing.laneId, state: 'available' }) },
  }, act, actor, rules.reservableLowFloors);
  if ('refusal' in decision) return decision;

  let clock: Partial<ListingFile> = decision.move.pool === 'offered' ? { vacatedDay: null, isClockRunning: false } : {};
  // A home that is gone is late for nothing.
  if (act === 'withdraw') clock = { isClockRunning: false };
  // … and back again, as late as it was.
  if (act === 'restore' && file.vacatedDay !== null) clock = { isClockRunning: true };
  if (act === 'reportVacated') {
    const [tenancy] = await tx.tenancies.find({ listingId: listing.id, isRunning: true }, { limit: 1 });
    if (vacatedDay === null || vacatedDay > dayOf(nowMs) || (tenancy !== undefined && vacatedDay < tenancy.startedDay)) return { refusal: 'VALIDATION_FAILED' };
    const last = addWorkingDays(vacatedDay, rules.vacatedWithinWorkingDays, await loadCalendar(tx, vacatedDay));
    if (isMissingYear(last)) return { refusal: 'CALENDAR_YEAR_MISSING' };
    clock = { vacatedDay, poolByMs: startOfDay(addDays(last, 1)), isClockRunning: true };
  }
  const { review } = decision.move;
  const next = { ...file, ...clock, reviewKind: review?.kind ?? 'none', reviewStep: review?.step ?? 'none', reviewSinceMs: review === null ? null : nowMs, resumeTo: decision.move.resumeTo } as const;
  if (stored === null) await tx.listingFiles.insert(next);
  else await tx.listingFiles.replace({ ...next, version: stored.version });
  if (act === 'reportVacated') await releasePick(tx, listing.id);
  return { listing: await writeMove(work, listing, decision.move, act) };
}

/** L1, Q4: whoever picked the home and moved out holds it no longer: once it is back in the pool it may be picked again. */
async function releasePick(tx: Tx, listingId: string): Promise<void> {
  const [pick] = await tx.picks.find({ listingId, active: true }, { limit: 1 });
  if (pick !== undefined) await tx.picks.replace({ ...pick, active: false });
}

async function writeMove(work: Work, listing: Listing, move: ListingMove, act: string): Promise<Listing> {
  const { tx, record } = work;
  // Written even when its state stays: its version is what two clerks meet on.
  const moved = await tx.listings.replace({ ...listing, state: move.state });
  const detail = { listingId: listing.id, act, before: listing.state, after: move.state, review: move.review };
  if (move.pool === 'offered') await recordOffered(work, moved, act, detail);
  else if (move.pool === 'removed') await recordRemoved(work, moved, act, detail);
  else await record({ stream: OFFICE_STREAM, type: 'ListingMoved', open: {}, detail });
  return moved;
}

/**
 * L4, A2: a home comes back to the pool because its pick, its allocation or its transfer came to nothing. Why a family
 * lost it is nobody else's business (P2): the public entry says only that it came back.
 */
export async function returnHome(work: Work, listing: Listing, cause: string): Promise<Listing> {
  const returned = await work.tx.listings.replace({ ...listing, state: 'available' });
  await recordOffered(work, returned, 'returned', { listingId: listing.id, cause, before: listing.state, after: 'available' });
  return returned;
}

/** W6: a home leaves the pool because what returned it was undone. */
export async function takeHome(work: Work, listing: Listing, state: 'allocated', cause: string): Promise<Listing> {
  const taken = await work.tx.listings.replace({ ...listing, state });
  await recordRemoved(work, taken, 'taken', { listingId: listing.id, cause, before: listing.state, after: state });
  return taken;
}

async function recordOffered(work: Work, listing: Listing, cause: string, detail: Record<string, unknown>): Promise<void> {
  await work.record({ stream: laneStream(listing.laneId), type: 'HomesOffered', open: { listingIds: [listing.id], cause }, detail });
  await work.announceLane(listing.laneId);
}

/** Named otherwise than homes on offer: whoever replays the stream must not take these for new ones. */
async function recordRemoved(work: Work, listing: Listing, cause: string, detail: Record<string, unknown>): Promise<void> {
  await work.record({ stream: laneStream(listing.laneId), type: 'HomesRemoved', open: { removedListingIds: [listing.id], cause }, detail });
  await work.announceLane(listing.laneId);
}

/** Highest floor of its entrance that is known (L2). */
export async function topFloorOf(tx: Tx, { communityId, building, entrance, floor }: Listing): Promise<number> {
  const [top] = await tx.listings.find({ communityId, building, entrance }, { sort: [['floor', 'desc']], limit: 1 });
  return top?.floor ?? floor;
}
