/** What time does for batches: numbers at 00:00, and telling households theirs by day. */
import { isWindowOpen, nextWindowStart } from '../../domain/rules/notification-window';
import { SECOND_MS } from '../../../shared/shanghai-time';
import type { DueJob } from '../../jobs/due-job';
import { systemAct, type Kernel } from '../../kernel';
import type { Batch } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { generateBatches, upcomingBatch } from './generate';
import { batchTickets } from './tickets';

/** Told a look: a city's batch must not stand before a turn's own notification in the outbox. */
const TOLD_A_LOOK = 200;

export const dailyBatch: DueJob = {
  name: 'dailyBatch',
  async run(kernel) {
    await generateBatches(kernel);
    await tellNumbers(kernel);
  },
  async nextDue(tx, kernel, nowMs) {
    // What a look left undone is gone on with at the next.
    if ((await tx.batches.find({ state: 'numbering' }, { limit: 1 })).length > 0) return nowMs + SECOND_MS;
    const upcoming = await upcomingBatch(tx);
    const due = upcoming === null ? [] : [Math.max(upcoming.dueMs, nowMs + SECOND_MS)];
    const rules = kernel.rules().values;
    if ((await tx.batches.find({ state: 'numbered' }, { limit: 1 })).length > 0) due.push(isWindowOpen(rules, nowMs) ? nowMs + SECOND_MS : nextWindowStart(rules, nowMs));
    return due.length === 0 ? null : Math.min(...due);
  },
};

/** T4: people are told by day. */
async function tellNumbers(kernel: Kernel): Promise<void> {
  if (!isWindowOpen(kernel.rules().values, kernel.clock.now())) return;
  const [batch] = await kernel.store.read((tx) => tx.batches.find({ state: 'numbered' }, { sort: [['day', 'asc']], limit: 1 }));
  if (batch !== undefined) await change(kernel, systemAct('告知轮候顺序号'), (work) => tellChunk(work, batch.id));
}

async function tellChunk(work: Work, id: string): Promise<void> {
  const { tx, nowMs } = work;
  const batch: Batch | null = await tx.batches.get(id);
  if (batch === null || batch.state !== 'numbered') return;
  const publicity = batch.publicityId === null ? null : await tx.publicities.get(batch.publicityId);
  const tickets = await batchTickets(tx, batch, batch.toldUpTo, TOLD_A_LOOK);
  for (const { id: ticketId, householdId, group, queueNumber, state } of tickets) {
    if (state === 'void') continue;
    const household = await tx.households.get(householdId);
    if (household === null) throw new Error(`ticket ${ticketId} without its household`);
    await work.tell({ id: `sms-numberGiven-${ticketId}`, topic: 'sms', kind: 'numberGiven', subjectId: ticketId, recipientSealed: household.phoneSealed, payload: { group, queueNumber, joinsAtMs: publicity?.takesEffectMs ?? nowMs } });
  }
  const last = tickets.at(-1);
  if (tickets.length === TOLD_A_LOOK && last !== undefined) await tx.batches.replace({ ...batch, toldUpTo: { group: last.group, queueNumber: last.queueNumber } });
  else await tx.batches.replace({ ...batch, state: 'told', toldUpTo: null, toldAtMs: nowMs });
}
