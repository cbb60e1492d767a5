/** Batches and candidates as staff see them. */
import { batchDayOf } from '../../domain/batch/batch-day';
import { refuse, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import { upcomingBatch } from './generate';

const PAGE = 40;

/** P1: whole-city lists are for who looks at the whole city. */
const mayWatchBatches = (caller: Caller): boolean => caller.kind === 'staff' && ['city', 'inspector', 'districtReviewer'].includes(caller.role);

export function batchHandlers(kernel: Kernel): Handlers {
  return {
    listBatches: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (!mayWatchBatches(caller)) return refuse('FORBIDDEN');
      const limit = Number(query.limit ?? PAGE);
      const found = await tx.batches.find(query.after === undefined ? {} : { day: { lt: query.after } }, { sort: [['day', 'desc']], limit });
      return {
        batches: found.map(({ day, state, startedAtMs, numberedAtMs, publicityId, ranges }) => ({ day, state, startedAtMs, numberedAtMs, publicityId, ranges: state === 'numbering' ? [] : ranges })),
        next: found.length < limit ? null : (found.at(-1)?.day ?? null), upcoming: await upcomingBatch(tx),
      };
    }),

    /** A district reviewer sees its own district's households in the list, the others only by their place. */
    listCandidates: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (!mayWatchBatches(caller) || caller.kind !== 'staff') return refuse('FORBIDDEN');
      const limit = Number(query.limit ?? PAGE);
      const after = query.after === undefined ? null : await tx.batchCandidates.get(query.after);
      const found = await tx.batchCandidates.find({ state: 'waiting', group: query.group }, { sort: [['rank', 'asc'], ['submittedAtMs', 'asc'], ['receiptNumber', 'asc']], limit, ...(after === null ? {} : { after }) });
      const candidates = [];
      for (const { id, kind, householdId, district, priorityCategory, submittedAtMs, receiptNumber, eligibleFromMs } of found) {
        const isOwn = caller.role !== 'districtReviewer' || caller.districts.includes(district);
        const household = isOwn ? await tx.households.get(householdId) : null;
        candidates.push({
          id, kind, householdId: isOwn ? householdId : '', applicantMasked: household === null ? '' : maskName(kernel.crypto.open(household.applicantSealed)), district,
          priorityCategory: isOwn ? priorityCategory : null, submittedAtMs, receiptNumber, eligibleFromMs, batchDay: batchDayOf(eligibleFromMs),
        });
      }
      return { candidates, next: found.length < limit ? null : (found.at(-1)?.id ?? null) };
    }),
  };
}
