/** Communities, their remaining homes, and the unit table (楼盘表, Tender 4.4.1.1). Public. */
import type { CommunitySummary } from '../../../shared/contract/schemas';
import { refuse, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { DocOf } from '../../store/collections';
import { areaOfDistrict } from '../../domain/rules/rule-set';
import type { Tx } from '../../store/port';
import { presentHome } from './present';

/** More homes than any community has; a bound on the answer's size. */
const UNIT_TABLE_LIMIT = 10_000;

async function summarize(tx: Tx, community: DocOf<'communities'>): Promise<CommunitySummary> {
  const free = await tx.listings.countBy('bedrooms', { communityId: community.id, state: 'available' });
  return {
    id: community.id, name: community.name, district: community.district,
    homes: await tx.listings.count({ communityId: community.id }), remainingByBedrooms: Object.fromEntries(free),
  };
}

export function listingHandlers(kernel: Kernel): Handlers {
  return {
    listCommunities: () => kernel.store.read(async (tx) => {
      const communities = [];
      for await (const community of tx.communities.iterate({}, { sort: [['district', 'asc'], ['name', 'asc']] })) communities.push(await summarize(tx, community));
      return { communities };
    }),
    /** V2: counted by index, lane by lane: the cost depends neither on the homes nor on who waits for them. */
    getRemainingHomes: ({ query }) => {
      const nowMs = kernel.clock.now();
      const area = areaOfDistrict(kernel.rules(nowMs).values, query.district);
      if (area === null) return Promise.resolve(refuse('NOT_FOUND'));
      return kernel.store.read(async (tx) => {
        const lanes = await tx.lanes.find({ areaCode: area.code }, { sort: [['bedrooms', 'asc']] });
        const free = await Promise.all(lanes.map(({ id }) => tx.listings.countBy('communityId', { laneId: id, state: 'available' })));
        const communities = await tx.communities.find({ areaCode: area.code }, { sort: [['name', 'asc']] });
        return {
          serverNowMs: nowMs, areaCode: area.code, areaName: area.name,
          communities: communities.map(({ id, name, district }) => ({ id, name, district, remaining: lanes.map(({ bedrooms }, at) => ({ bedrooms, homes: free[at]!.get(id) ?? 0 })) })),
        };
      });
    },
    getUnitTable: ({ params }) => kernel.store.read(async (tx) => {
      const community = await tx.communities.get(params['communityId'] ?? '');
      if (community === null) return refuse('NOT_FOUND');
      const homes = await tx.listings.find({ communityId: community.id }, { sort: [['building', 'asc'], ['entrance', 'asc'], ['floor', 'asc'], ['room', 'asc']], limit: UNIT_TABLE_LIMIT });
      // A draft is not yet a home to anybody but its operator; one under review is there for all to see, and not to pick (L3).
      return { community: await summarize(tx, community), homes: homes.filter((home) => home.state !== 'draft').map(presentHome) };
    }),
  };
}
