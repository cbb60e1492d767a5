/** The pool of homes over HTTP: reported, reviewed, vacated, reserved, taken out and put back, one or many at a time. */
import type { AnswerOf } from '../../../shared/contract/routes';
import { errorCatalogue, type ErrorCode } from '../../../shared/errors';
import { dayOf } from '../../../shared/shanghai-time';
import { cursorOf, PAGE, pageOf, placeOf, unknownPlace } from '../../http/page';
import { actOf, refuse, Refusal, type ApiRequest, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { change } from '../../store/change';
import type { Listing } from '../../store/collections';
import { OFFICE_STREAM } from '../../store/ledger';
import { StoreBusyError, UniqueViolation, type Sort, type Tx, type Where } from '../../store/port';
import { ensureLanes } from '../imports/import-deps';
import { listingOf } from '../imports/listings-writer';
import { presentHome } from '../listings/present';
import { endTenancyOfHome, runningTenancy } from '../allocations/tenancies';
import { endOpenSwap } from '../swaps/apply';
import { endOpenTransfer } from '../transfers/apply';
import { listingActorOf, maySeeListings, reviewStepsSeenBy } from './policy';
import { actOnListing, newListingFile, reviewOf, type ListingFile } from './pool';
import { recordOf, type ReportedHome } from './report';

type BulkRow = AnswerOf<'actOnHomes'>['results'][number];
type StaffListing = AnswerOf<'listStaffListings'>['listings'][number];

const inStates: Sort<Listing> = [['state', 'asc']];
/** How many pages a filter may look through for one page of answers. */
const MOST_LOOKED_AT = 2_000;
/** H5: homes that somebody has, or that wait for somebody. */
const ASSIGNED_STATES: readonly Listing['state'][] = ['picked', 'allocated', 'leased'];

export function listingPoolHandlers(kernel: Kernel): Handlers {
  const done = (row: number, { id, state, version }: Listing): BulkRow => ({ row, listingId: id, ok: true, code: null, message: '', state, version });
  const refused = (row: number, listingId: string | null, code: ErrorCode, message: string = errorCatalogue[code].title): BulkRow => ({ row, listingId, ok: false, code, message, state: null, version: null });

  /** Every row is a change of its own: its own decision, its own ledger entry, its own refusal. */
  async function eachRow<T>(rows: readonly T[], listingIdOf: (item: T) => string | null, perform: (item: T, row: number) => Promise<BulkRow>): Promise<{ results: BulkRow[] }> {
    const results: BulkRow[] = [];
    for (const [at, item] of rows.entries()) {
      try {
        results.push(await perform(item, at + 1));
      } catch (error) {
        if (!(error instanceof StoreBusyError)) throw error;
        results.push(refused(at + 1, listingIdOf(item), 'STORE_BUSY'));
      }
    }
    return { results };
  }

  async function report(request: ApiRequest<'reportHomes'>, reported: ReportedHome, row: number): Promise<BulkRow> {
    const record = recordOf(reported, kernel.rules().values.areas);
    if (typeof record === 'string') return refused(row, null, 'VALIDATION_FAILED', record);
    if (listingActorOf(request.caller, record.district) !== 'operator') return refused(row, null, 'FORBIDDEN');
    const prepared = listingOf(record, new Map());
    try {
      return await change(kernel, actOf(request, '上报房源'), async (work) => {
        const { tx, nowMs } = work;
        const [there] = await tx.communities.find({ district: record.district, name: record.community }, { limit: 1 });
        const communityId = (there ?? (await tx.communities.insert({ id: prepared.communityId, name: record.community, district: record.district, areaCode: record.areaCode }))).id;
        await ensureLanes(tx, new Map([[prepared.laneId, { areaCode: record.areaCode, areaName: record.areaName, bedrooms: record.bedrooms }]]));
        // What was sent back, or never handed in, is put right by reporting the same door again: its id follows from the door.
        const stored = await tx.listings.get(prepared.id);
        const draft = stored?.state === 'draft' ? stored : null;
        const listing = draft === null ? await tx.listings.insert({ ...prepared, communityId }) : await tx.listings.replace({ ...prepared, communityId, version: draft.version });
        if (draft === null) await tx.listingFiles.insert(newListingFile(listing, nowMs));
        await work.record({ stream: OFFICE_STREAM, type: 'ListingReported', open: {}, detail: { listingId: listing.id, ...(draft === null ? {} : { before: factsOf(draft), after: factsOf(listing) }) } });
        if (!request.body.submit) return done(row, listing);
        const submitted = await actOnListing(kernel, work, listing, 'submit', 'operator', null);
        if ('refusal' in submitted) throw new Error(`a new draft that cannot be submitted: ${submitted.refusal}`);
        return done(row, submitted.listing);
      });
    } catch (error) {
      if (error instanceof UniqueViolation) return refused(row, prepared.id, 'HOME_EXISTS');
      throw error;
    }
  }

  async function act(request: ApiRequest<'actOnHomes'>, item: { listingId: string; version: number }, row: number): Promise<BulkRow> {
    const { act: name, reason, vacatedDay } = request.body;
    return change(kernel, actOf(request, reason), async (work) => {
      const listing = await work.tx.listings.get(item.listingId);
      const actor = listing === null ? null : listingActorOf(request.caller, listing.district);
      if (listing === null || actor === null) return refused(row, item.listingId, 'NOT_FOUND');
      if (listing.version !== item.version) return refused(row, item.listingId, 'REQUEST_IN_CONFLICT');
      const acted = await actOnListing(kernel, work, listing, name, actor, vacatedDay ?? null);
      if ('refusal' in acted) return refused(row, item.listingId, acted.refusal);
      if (name === 'reportVacated') {
        const tenancy = await runningTenancy(work.tx, { listingId: listing.id });
        if (tenancy !== null) await endOpenTransfer(kernel, work, tenancy.householdId);
        if (tenancy !== null) await endOpenSwap(kernel, work, tenancy.householdId);
        await endTenancyOfHome(kernel, work, listing, vacatedDay ?? dayOf(work.nowMs));
      }
      return done(row, acted.listing);
    });
  }

  function present(listing: Listing, file: ListingFile | null): StaffListing {
    const review = reviewOf(file);
    return {
      home: presentHome(listing), version: listing.version, laneId: listing.laneId, district: listing.district, owner: listing.owner, remark: listing.remark,
      review: review === null ? null : { ...review, sinceMs: file?.reviewSinceMs ?? 0 },
      vacated: file === null || !file.isClockRunning || file.vacatedDay === null || file.poolByMs === null ? null : { day: file.vacatedDay, poolByMs: file.poolByMs, isOverdue: kernel.clock.now() >= file.poolByMs },
      assigned: isAssigned(listing, file),
    };
  }

  /** A page of files and their homes. */
  async function filesPage(tx: Tx, where: Where<ListingFile>, sort: 'reviewSinceMs' | 'poolByMs', query: { after?: string | undefined; limit?: string | undefined }) {
    const page = await pageOf(tx.listingFiles, where, [[sort, 'asc']], query);
    if (page instanceof Refusal) return page;
    const listings: StaffListing[] = [];
    for (const file of page.found) {
      const listing = await tx.listings.get(file.id);
      if (listing !== null) listings.push(present(listing, file));
    }
    return { serverNowMs: kernel.clock.now(), listings, next: page.next };
  }

  return {
    reportHomes: (request) => eachRow(request.body.homes, () => null, (home, row) => report(request, home, row)),
    actOnHomes: (request) => eachRow(request.body.items, (item) => item.listingId, (item, row) => act(request, item, row)),

    listStaffListings: async ({ caller, query }) => {
      if (!maySeeListings(caller, query.district)) return refuse('FORBIDDEN');
      return kernel.store.read(async (tx) => {
        const limit = Number(query.limit ?? PAGE);
        const where: Where<Listing> = {
          district: query.district, ...(query.communityId === undefined ? {} : { communityId: query.communityId }), ...(query.bedrooms === undefined ? {} : { bedrooms: Number(query.bedrooms) }),
          ...(query.state === undefined ? {} : { state: query.state }),
        };
        const after = placeOf(inStates, query.after);
        if (after === 'unknown') return unknownPlace();
        const listings: StaffListing[] = [];
        let looked = 0;
        for await (const listing of tx.listings.iterate(where, { sort: inStates, ...after })) {
          const shown = present(listing, await tx.listingFiles.get(listing.id));
          if (query.assigned === undefined || shown.assigned === (query.assigned === 'yes')) listings.push(shown);
          looked += 1;
          if (listings.length === limit || looked === MOST_LOOKED_AT) return { serverNowMs: kernel.clock.now(), listings, next: cursorOf(inStates, listing) };
        }
        return { serverNowMs: kernel.clock.now(), listings, next: null };
      });
    },

    listListingReviews: async ({ caller, query }) => {
      const steps = reviewStepsSeenBy(caller, query.district);
      if (steps === null) return refuse('FORBIDDEN');
      return kernel.store.read((tx) => filesPage(tx, { district: query.district, reviewStep: { in: steps } }, 'reviewSinceMs', query));
    },

    listVacatedHomes: async ({ caller, query }) => {
      if (!maySeeListings(caller, query.district)) return refuse('FORBIDDEN');
      const overdue = query.overdue === 'yes' ? { poolByMs: { lte: kernel.clock.now() } } : {};
      return kernel.store.read((tx) => filesPage(tx, { district: query.district, isClockRunning: true, ...overdue }, 'poolByMs', query));
    },
  };
}

const factsOf = ({ floor, bedrooms, areaSqm, orientation, rentFen, owner, remark }: Listing) => ({ floor, bedrooms, areaSqm, orientation, rentFen, owner, remark });

function isAssigned(listing: Listing, file: ListingFile | null): boolean {
  return ASSIGNED_STATES.includes(listing.state) || (file !== null && file.transferId !== null);
}
