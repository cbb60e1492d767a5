/** Batches and candidates as staff see them. */
import { batchDayOf } from '../../domain/batch/batch-day';
import { PAGE, pageOf } from '../../http/page';
import { refuse, Refusal, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import { upcomingBatch } from './generate';


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

    /** P1: a district reviewer sees its own district's households, and no other's. */
    listCandidates: ({ caller, query }) => kernel.store.read(async (tx) => {
      if (!mayWatchBatches(caller) || caller.kind !== 'staff') return refuse('FORBIDDEN');
      const where = { state: 'waiting' as const, group: query.group, ...(caller.role === 'districtReviewer' ? { district: { in: caller.districts } } : {}) };
      const page = await pageOf(tx.batchCandidates, where, [['rank', 'asc'], ['submittedAtMs', 'asc'], ['receiptNumber', 'asc']], query);
      if (page instanceof Refusal) return page;
      const candidates = [];
      for (const { id, kind, householdId, district, priorityCategory, submittedAtMs, receiptNumber, eligibleFromMs } of page.found) {
        const household = await tx.households.get(householdId);
        candidates.push({
          id, kind, householdId, applicantMasked: household === null ? '' : maskName(kernel.crypto.open(household.applicantSealed)), district,
          priorityCategory, submittedAtMs, receiptNumber, eligibleFromMs, batchDay: batchDayOf(eligibleFromMs),
        });
      }
      return { candidates, next: page.next };
    }),
  };
}
