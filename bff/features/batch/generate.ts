/**
 * The daily batch (G2–G4): everyone eligible before 00:00 of a day gets a number, day after day in order, also after
 * downtime. One batch is numbered in chunks, each one change that moves the batch's own cursor and its groups'
 * counters: a crash loses nothing, two processes meet on those documents, and nobody sees a number before the
 * last one of the batch is given.
 */
import { bedroomClasses, tiers, type Group, type Tier } from '../../../shared/lane';
import { dayOf, SECOND_MS, startOfDay } from '../../../shared/shanghai-time';
import { nextBatch } from '../../domain/batch/batch-day';
import { systemAct, type Kernel } from '../../kernel';
import type { Batch, BatchCandidate, Publicity } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { groupStream, OFFICE_STREAM } from '../../store/ledger';
import type { Tx, Where } from '../../store/port';
import { keepLastNumber, lastNumber } from './counters';
import { openPublicity } from '../publicity/publicity';
import { recordVoid } from '../waiting/queue';

/** G1, in the order a batch is numbered: the queue's own. */
export const groupsInOrder: readonly Group[] = (Object.keys(tiers) as Tier[]).flatMap((tier) => bedroomClasses.map((bedrooms) => `${tier}-${bedrooms}` as Group));

/** Households numbered by one change: enough to share a commit, few enough not to hold up a family's request. */
const CHUNK = 1_000;
/** Changes a look: turns must not wait for a city's batch. */
const CHUNKS_A_LOOK = 8;

export const batchId = (day: string): string => `batch:${day}`;

/** Gives numbers to what is due, oldest day first; false when nothing is left to do now. */
export async function generateBatches(kernel: Kernel, chunks = CHUNKS_A_LOOK, chunkSize = CHUNK): Promise<boolean> {
  for (let done = 0; done < chunks; done += 1) {
    // Looked at first without writing: there is nothing due almost always.
    if (!(await kernel.store.read((tx) => isDue(tx, kernel.clock.now())))) return false;
    const moved = await change(kernel, systemAct('生成当日批次轮候顺序号'), (work) => numberChunk(kernel, work, chunkSize));
    if (!moved) return false;
  }
  return true;
}

async function isDue(tx: Tx, nowMs: number): Promise<boolean> {
  return (await numbering(tx)) !== null || ((await upcomingBatch(tx))?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs;
}

async function numbering(tx: Tx): Promise<Batch | null> {
  return (await tx.batches.find({ state: 'numbering' }, { limit: 1 }))[0] ?? null;
}

/** G4: the next batch and when it is due; null while nobody waits for a number. */
export async function upcomingBatch(tx: Tx): Promise<ReturnType<typeof nextBatch>> {
  const [earliest] = await tx.batchCandidates.find({ state: 'waiting' }, { sort: [['eligibleFromMs', 'asc']], limit: 1 });
  const [last] = await tx.batches.find({}, { sort: [['day', 'desc']], limit: 1 });
  return nextBatch(earliest?.eligibleFromMs ?? null, last?.day ?? null);
}

/** One chunk of the batch under way, or the first of the one that is due. False when nothing could be done. */
async function numberChunk(kernel: Kernel, work: Work, chunkSize: number): Promise<boolean> {
  const batch = (await numbering(work.tx)) ?? (await startBatch(kernel, work));
  if (batch === null) return false;
  const chunk = await nextInOrder(work.tx, batch, chunkSize);
  const ranges = await giveNumbers(kernel, work, batch, chunk);
  const last = chunk.at(-1);
  if (chunk.length === chunkSize && last !== undefined) {
    const { group, rank, submittedAtMs, receiptNumber, id } = last;
    await work.tx.batches.replace({ ...batch, ranges, cursor: { group, rank, submittedAtMs, receiptNumber, id } });
  } else {
    await completeBatch(kernel, work, { ...batch, ranges });
  }
  return true;
}

async function startBatch(kernel: Kernel, work: Work): Promise<Batch | null> {
  const { tx, nowMs } = work;
  const due = await upcomingBatch(tx);
  if (due === null || nowMs < due.dueMs || (await mustWaitForPublicities(work, due.day, due.dueMs))) return null;
  return tx.batches.insert({
    id: batchId(due.day), day: due.day, state: 'numbering', cursor: null, toldUpTo: null, ranges: [], startedAtMs: nowMs, numberedAtMs: null, toldAtMs: null,
    publicityId: null, ruleSetVersion: kernel.rules().version,
  });
}

/** Looks in a row without progress, and how far apart they count: some ten minutes in which every attempt failed. */
const PATIENT_LOOKS = 20;
const LOOK_AFTER_MS = 30 * SECOND_MS;
const NAMED_IN_LEDGER = 20;

/**
 * G4: publicities that were over before the batch's day make families eligible for it, so it waits for them to take
 * effect. Not for ever: what still has not after every attempt is a fault, and must not cost a whole city its numbers.
 * What is counted is looks and not time since midnight: while the service was down nothing was attempted.
 */
async function mustWaitForPublicities({ tx, nowMs, record }: Work, day: string, dueMs: number): Promise<boolean> {
  const open = { kind: { in: ['secondReview', 'continuation'] }, state: 'open', takesEffectMs: { lte: dueMs } } satisfies Where<Publicity>;
  const left = await tx.publicities.count(open);
  if (left === 0) return false;
  const id = batchId(day);
  let wait = (await tx.batchWaits.get(id)) ?? (await tx.batchWaits.insert({ id, left, looks: 1, firstLookedAtMs: nowMs, lookedAtMs: nowMs }));
  if (left < wait.left) wait = await tx.batchWaits.replace({ ...wait, left, looks: 1, lookedAtMs: nowMs });
  else if (nowMs >= wait.lookedAtMs + LOOK_AFTER_MS) wait = await tx.batchWaits.replace({ ...wait, looks: wait.looks + 1, lookedAtMs: nowMs });
  if (wait.looks < PATIENT_LOOKS) return true;
  const named = await tx.publicities.find(open, { sort: [['id', 'asc']], limit: NAMED_IN_LEDGER });
  await record({ stream: OFFICE_STREAM, type: 'BatchDidNotWait', open: {}, detail: { batchDay: day, sinceMs: wait.firstLookedAtMs, left, publicityIds: named.map((publicity) => publicity.id) } });
  return false;
}

/** G3: those who come next after the cursor, group by group. Who was offered too late for a place before it is in the next batch. */
async function nextInOrder(tx: Tx, { day, cursor }: Batch, chunkSize: number): Promise<BatchCandidate[]> {
  const chunk: BatchCandidate[] = [];
  for (const group of groupsInOrder.slice(cursor === null ? 0 : groupsInOrder.indexOf(cursor.group as Group))) {
    const after = cursor?.group === group ? { after: cursor as unknown as BatchCandidate } : {};
    chunk.push(...(await tx.batchCandidates.find(
      { state: 'waiting', group, eligibleFromMs: { lt: startOfDay(day) } },
      { sort: [['rank', 'asc'], ['submittedAtMs', 'asc'], ['receiptNumber', 'asc']], limit: chunkSize - chunk.length, ...after },
    )));
    if (chunk.length === chunkSize) return chunk;
  }
  return chunk;
}

/** G2: numbers for a chunk; the batch's ranges with it. */
async function giveNumbers(kernel: Kernel, work: Work, batch: Batch, chunk: readonly BatchCandidate[]): Promise<Batch['ranges']> {
  const { tx } = work;
  const ranges = batch.ranges.map((range) => ({ ...range }));
  const replaced = new Map<string, number[]>();
  const ruleSetVersion = kernel.rules().version;
  const last = new Map<string, number>();
  for (const candidate of chunk) {
    const { group, householdId, laneId, bedrooms, submittedAtMs, rank } = candidate;
    const queueNumber = (last.get(group) ?? (await lastNumber(tx, group))) + 1;
    last.set(group, queueNumber);
    const ticketId = `ticket-${group}-${queueNumber}`;
    await tx.tickets.insert({
      id: ticketId, householdId, laneId, group, tier: tiers[group.split('-')[0] as Tier], bedrooms, queueNumber, batchDay: batch.day, submittedAtMs, origin: 'batch',
      state: 'publicised', calledUpAtMs: null, deferrals: 0, notBeforeMs: 0, ruleSetVersion,
    });
    await tx.batchCandidates.replace({ ...candidate, state: 'numbered', batchDay: batch.day, ticketId });
    const range = ranges.at(-1);
    const priority = rank === 0 && group.startsWith('publicRental') ? 1 : 0;
    if (range?.group === group && range.toNumber + 1 === queueNumber) {
      range.toNumber = queueNumber;
      range.priority += priority;
    } else ranges.push({ group, fromNumber: queueNumber, toNumber: queueNumber, priority });
    if (candidate.previousTicketId !== null) await replaceNumber(work, candidate.previousTicketId, replaced);
  }
  for (const [group, number] of last) await keepLastNumber(tx, group, number);
  for (const [group, queueNumbers] of replaced) await recordVoid(work, group, queueNumbers, 'renewed');
  return ranges;
}

/** M1, W2: the new number is there, the old one is void. */
async function replaceNumber({ tx }: Pick<Work, 'tx'>, ticketId: string, replaced: Map<string, number[]>): Promise<void> {
  const ticket = await tx.tickets.get(ticketId);
  if (ticket === null || ticket.state !== 'renewing') throw new Error(`ticket ${ticketId} was to be replaced but is ${ticket?.state ?? 'not there'}`);
  await tx.tickets.replace({ ...ticket, state: 'void' });
  replaced.set(ticket.group, [...(replaced.get(ticket.group) ?? []), ticket.queueNumber]);
}

/** G5: from this change on the numbers are seen, and publicised from the day they are. */
async function completeBatch(kernel: Kernel, work: Work, batch: Batch): Promise<void> {
  const { tx, nowMs } = work;
  for (const group of groupsInOrder) {
    const ranges = batch.ranges.filter((range) => range.group === group);
    if (ranges.length === 0) continue;
    const given = ranges.map(({ fromNumber, toNumber, priority }) => ({ fromNumber, toNumber, priority }));
    await work.record({ stream: groupStream(group), type: 'NumbersGiven', open: { batchDay: batch.day, ranges: given, ruleSet: batch.ruleSetVersion } });
  }
  // A batch made up for after downtime is numbered as if on time, but nobody could object while nobody could see it (T2).
  const firstDay = [batch.day, dayOf(nowMs)].sort().at(-1)!;
  const publicity = batch.ranges.length === 0 ? null : await openPublicity(kernel, work, { kind: 'numbers', scopeId: batch.day, district: '', firstDay, days: kernel.rules().values.numbersPublicityDays });
  await tx.batches.replace({ ...batch, state: publicity === null ? 'told' : 'numbered', cursor: null, numberedAtMs: nowMs, publicityId: publicity?.id ?? null });
}
