/** Homes from the listings register into the store (L1, L3). A home the system knows already is never overwritten. */
import { createHash } from 'node:crypto';
import { type ColumnKey, columnLabel } from '../../domain/registers/columns';
import type { ListingRecord } from '../../domain/registers/listing-row';
import type { Placed, Refusal } from '../../domain/registers/read-register';
import { doorKey } from '../../domain/registers/places';
import { reasons } from '../../domain/registers/wording';
import { laneIdOf } from '../../domain/rules/rule-set';
import type { Listing } from '../../store/collections';
import { laneStream } from '../../store/ledger';
import type { NewDoc } from '../../store/port';
import { newListingFile } from '../listing-pool/pool';
import { ensureLanes, groupBy, refusalOf, type RegisterWriter } from './import-deps';

interface PreparedListing {
  readonly placed: Placed<ListingRecord>;
  readonly record: ListingRecord;
  readonly listing: NewDoc<Listing>;
}

/** What a register row says about a home that is already there, by the column it stands in. */
const compared: readonly (readonly [ColumnKey, (home: NewDoc<Listing>) => unknown])[] = [
  ['bedrooms', (home) => home.bedrooms], ['floor', (home) => home.floor], ['areaSqm', (home) => home.areaSqm], ['orientation', (home) => home.orientation],
  ['rent', (home) => home.rentFen], ['state', (home) => home.state], ['owner', (home) => home.owner], ['remark', (home) => home.remark],
];

/** A writer for one import. */
export function listingsWriter(): RegisterWriter<ListingRecord, PreparedListing> {
  const communityIds = new Map<string, string>();
  return {
    keyColumn: 'room',

    prepare: (placed) => ({ placed, record: placed.record, listing: listingOf(placed.record, communityIds) }),

    isEmpty: async (tx) => (await tx.listings.find({}, { limit: 1 })).length === 0,

    async compare(tx, homes) {
      const stored = new Map((await tx.listings.find({ id: { in: homes.map(({ listing }) => listing.id) } })).map((listing) => [listing.id, listing]));
      const fresh: PreparedListing[] = [];
      const refused: Refusal[] = [];
      let unchanged = 0;
      for (const home of homes) {
        const { placed, listing } = home;
        const there = stored.get(listing.id);
        if (there === undefined) {
          fresh.push(home);
          continue;
        }
        const differing = compared.filter(([, valueOf]) => valueOf(there) !== valueOf(listing)).map(([key]) => columnLabel('listings', key));
        if (differing.length === 0) unchanged += 1;
        else refused.push(refusalOf(placed, 'room', reasons.doorDiffers(differing.join('、'))));
      }
      return { fresh, unchanged, refused, refusedRows: refused.length };
    },

    async write(work, fresh) {
      const { tx } = work;
      const byLane = groupBy(fresh, ({ listing }) => listing.laneId);
      await ensureLanes(tx, new Map(fresh.map(({ record, listing }) => [listing.laneId, { areaCode: record.areaCode, areaName: record.areaName, bedrooms: record.bedrooms }])));
      const communities = groupBy(fresh, ({ listing }) => listing.communityId);
      const idOf = new Map<string, string>();
      for (const [id, [first]] of communities) {
        const { community: name, district, areaCode } = first!.record;
        // One that came into the system some other way has an id of its own.
        const [there] = await tx.communities.find({ district, name }, { limit: 1 });
        idOf.set(id, (there ?? (await tx.communities.insert({ id, name, district, areaCode }))).id);
      }
      for (const { listing } of fresh) {
        await tx.listings.insert({ ...listing, communityId: idOf.get(listing.communityId)! });
        // L1: one that the register says is under review lies on its district's desk.
        if (listing.state === 'inReview') await tx.listingFiles.insert(newListingFile(listing, work.nowMs));
      }
      for (const [laneId, homes] of byLane) {
        await work.record({ stream: laneStream(laneId), type: 'ListingsImported', open: { count: homes.length, available: homes.filter(({ listing }) => listing.state === 'available').length, listingIds: homes.map(({ listing }) => listing.id) } });
        await work.announceLane(laneId);
      }
    },
  };
}

/** The same door has the same id, in whatever form a register writes it. */
export function listingOf(record: ListingRecord, communityIds: Map<string, string>): NewDoc<Listing> {
  const { district, community, building, entrance, floor, room, bedrooms, areaSqm, orientation, rentFen, state, owner, remark } = record;
  const communityKey = doorKey({ district, community, building: '', entrance: '', room: '' });
  let communityId = communityIds.get(communityKey);
  if (communityId === undefined) communityIds.set(communityKey, (communityId = `community-${fingerprint(communityKey, 12)}`));
  return {
    id: `home-${fingerprint(record.door, 20)}`,
    communityId, communityName: community, district,
    laneId: laneIdOf(record.areaCode, bedrooms), building, entrance, floor, room, bedrooms, areaSqm, orientation, rentFen, state, owner, remark,
  };
}

function fingerprint(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
