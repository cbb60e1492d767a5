/** Numbers a city's batch as the daily job does; or only sorts the same households in memory and writes the same documents in bulk. */
import { rankOf, compareClaimants } from '../../../bff/domain/batch/order';
import { generateBatches, groupsInOrder } from '../../../bff/features/batch/generate';
import type { BatchCandidate, Ticket } from '../../../bff/store/collections';
import type { NewDoc } from '../../../bff/store/port';
import { partsOfGroup, tiers } from '../../../shared/lane';
import { dayOf, startOfDay } from '../../../shared/shanghai-time';
import { openKernel } from '../city';
import { timed } from '../measure';
import type { Offers } from '../processes';

/** Documents a transaction, both for seeding and for the reference's bulk. */
const BULK = 1_000;

export const numberer: Offers = {
  /** Households eligible since yesterday, entered in no order of any kind. */
  async seed({ dataDir, households }: { dataDir: string; households: number }): Promise<void> {
    const { store, clock } = await openKernel(dataDir);
    const eligibleFromMs = startOfDay(dayOf(clock.now())) - 1;
    await inBulk(Array.from({ length: households }, (_, i) => i), (batch) => store.transact(async (tx) => {
      for (const i of batch) {
        const mixed = (i * 48_271 + 11) % 2_147_483_647;
        const group = groupsInOrder[mixed % 6]!;
        const { tier, bedrooms } = partsOfGroup(group);
        const priorityCategory = mixed % 7 === 0 ? '优抚' : null;
        await tx.batchCandidates.insert({
          id: `candidate-${i}`, kind: 'new', householdId: `household-${i}`, district: '章贡区', laneId: `zhanggong-${bedrooms}`, group, bedrooms, priorityCategory, rank: rankOf(tier, priorityCategory),
          submittedAtMs: eligibleFromMs - (mixed % 5_000_000), receiptNumber: i + 1, eligibleFromMs, state: 'waiting', batchDay: null, ticketId: null, previousTicketId: null,
        });
      }
    }));
    await store.close();
  },

  async number({ dataDir, households }: { dataDir: string; households: number }): Promise<number> {
    const kernel = await openKernel(dataDir);
    const tookMs = await timed(async () => {
      while (await generateBatches(kernel)) { /* as many looks as it takes */ }
    });
    await assertNumbered(kernel.store, households);
    await kernel.store.close();
    return tookMs;
  },

  async bulk({ dataDir, households }: { dataDir: string; households: number }): Promise<number> {
    const { store, clock } = await openKernel(dataDir);
    const candidates = await store.read((tx) => tx.batchCandidates.find({ state: 'waiting' }));
    const batchDay = dayOf(clock.now());
    const tookMs = await timed(async () => {
      const written: { candidate: BatchCandidate; ticket: NewDoc<Ticket> }[] = [];
      for (const group of groupsInOrder) {
        const tier = tiers[partsOfGroup(group).tier];
        const ordered = candidates.filter((candidate) => candidate.group === group).sort(compareClaimants);
        for (const [at, candidate] of ordered.entries()) {
          const { householdId, laneId, bedrooms, submittedAtMs } = candidate;
          const id = `ticket-${group}-${at + 1}`;
          written.push({
            candidate: { ...candidate, state: 'numbered', batchDay, ticketId: id },
            ticket: { id, householdId, laneId, group, tier, bedrooms, queueNumber: at + 1, batchDay, submittedAtMs, origin: 'batch', state: 'publicised', calledUpAtMs: null, deferrals: 0, notBeforeMs: 0, ruleSetVersion: 1 },
          });
        }
      }
      await inBulk(written, (batch) => store.transact(async (tx) => {
        for (const { candidate, ticket } of batch) {
          await tx.tickets.insert(ticket);
          await tx.batchCandidates.replace(candidate);
        }
      }));
    });
    await assertNumbered(store, households);
    await store.close();
    return tookMs;
  },
};

async function inBulk<T>(items: readonly T[], write: (batch: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += BULK) await write(items.slice(from, from + BULK));
}

async function assertNumbered(store: Awaited<ReturnType<typeof openKernel>>['store'], households: number): Promise<void> {
  const counted = await store.read(async (tx) => ({ tickets: await tx.tickets.count({}), waiting: await tx.batchCandidates.count({ state: 'waiting' }) }));
  if (counted.tickets !== households || counted.waiting !== 0) throw new Error(`${counted.tickets} numbers given, ${counted.waiting} households still waiting, of ${households}`);
}
