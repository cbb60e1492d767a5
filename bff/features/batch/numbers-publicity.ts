/** G5: 轮候顺序号公示. Numbers are shown for some days with masked names; those nobody objected to then join the queue. */
import { groupLabels, type Group } from '../../../shared/lane';
import { systemAct, type Kernel } from '../../kernel';
import { maskName } from '../../security/masking';
import type { Batch, Objection, Publicity, Ticket } from '../../store/collections';
import { change, type Work } from '../../store/change';
import type { Tx } from '../../store/port';
import { tellHousehold } from '../contact/tell';
import { contestedSubjects, objectionState, type PublicityKind } from '../publicity/publicity';
import { leaveWaiting } from '../waiting/door';
import { joinQueue } from '../waiting/queue';
import { batchId } from './generate';
import { batchTickets } from './tickets';

/** Numbers that join the queue in one change. */
const CHUNK = 500;

export const numbersPublicity: PublicityKind = {
  title: '轮候顺序号公示',
  columns: ['组别', '轮候顺序号', '申请人'],

  async lines(tx, kernel, publicity, after, limit) {
    const batch = await batchOf(tx, publicity);
    const last = after === null ? null : await tx.tickets.get(after);
    const tickets = await batchTickets(tx, batch, last, limit);
    return Promise.all(tickets.map(async (ticket) => ({ key: ticket.id, cells: [groupLabels[ticket.group as Group], String(ticket.queueNumber), await maskedApplicant(tx, kernel, ticket)] })));
  },

  async has(tx, publicity, subjectId) {
    const ticket = await tx.tickets.get(subjectId);
    // In the queue, or gone, it is publicised no longer: whoever asks by a clock that is a little behind comes too late (G5).
    if (ticket?.state !== 'publicised') return false;
    const { ranges } = await batchOf(tx, publicity);
    return ranges.some(({ group, fromNumber, toNumber }) => group === ticket.group && fromNumber <= ticket.queueNumber && ticket.queueNumber <= toNumber);
  },

  async districtOf(tx, subjectId) {
    const ticket = await tx.tickets.get(subjectId);
    return (ticket === null ? null : await tx.households.get(ticket.householdId))?.district ?? '';
  },

  /** In the order of the queue: whatever part has joined, nobody in it has been overtaken. */
  async over(kernel, publicity) {
    let after: Ticket | null = null;
    do {
      const from: Ticket | null = after;
      after = await change(kernel, systemAct('公示期满，进入排队'), async (work) => {
        const { tx } = work;
        // Guarded: an objection raised in the last moment and the end of the days cannot both win.
        const current = await tx.publicities.get(publicity.id);
        if (current === null) throw new Error(`no publicity ${publicity.id}`);
        await tx.publicities.guard(current);
        const contested = await contestedSubjects(tx, publicity.id);
        const tickets = await batchTickets(tx, await batchOf(tx, publicity), from, CHUNK);
        await joinQueue(work, tickets.filter((ticket) => ticket.state === 'publicised' && !contested.has(ticket.id)));
        return tickets.length === CHUNK ? (tickets.at(-1) ?? null) : null;
      });
    } while (after !== null);
  },

  objected: (kernel, work, objection) => tellObjection(kernel, work, objection, 'number', 'raised'),

  async decided(kernel, work, publicity, objection) {
    const { subjectId, state } = objection;
    const ticket = await work.tx.tickets.get(subjectId);
    if (ticket === null) throw new Error(`no ticket ${subjectId}`);
    if (state === 'upheld') {
      // Twice upheld, or gone for another reason meanwhile: there is nothing left to end.
      if (ticket.state === 'void' || ticket.state === 'forfeited') return;
      const refusal = await leaveWaiting(kernel, work, ticket, 'objectionUpheld', '公示异议成立');
      if (refusal !== null) throw new Error(`ticket ${subjectId} was contested and went on all the same: ${refusal}`);
      return;
    }
    if (ticket.state === 'publicised') await tellObjection(kernel, work, objection, 'number', 'dismissed');
    if (work.nowMs >= publicity.takesEffectMs && ticket.state === 'publicised' && (await objectionState(work.tx, publicity.id, subjectId)) === 'none') await joinQueue(work, [ticket]);
  },
};

/** G5, M1: the family whose number it is hears of an objection, and what came of it; of an upheld one it hears as of any other end. */
export async function tellObjection(kernel: Kernel, work: Work, objection: Objection, about: 'number' | 'continuation', outcome: 'raised' | 'dismissed'): Promise<void> {
  const ticket = await work.tx.tickets.get(objection.subjectId);
  if (ticket === null) return;
  const { householdId, group, queueNumber } = ticket;
  await tellHousehold(kernel, work, householdId, { kind: 'numberObjected', subjectId: ticket.id, occasion: `${objection.id}-${outcome}`, payload: { group, queueNumber, about, outcome } });
}

async function batchOf(tx: Tx, publicity: Publicity): Promise<Batch> {
  const batch = await tx.batches.get(batchId(publicity.scopeId));
  if (batch === null) throw new Error(`publicity ${publicity.id} without its batch`);
  return batch;
}

/** P2: what is published of a household. */
export async function maskedApplicant(tx: Tx, kernel: Pick<Kernel, 'crypto'>, ticket: Pick<Ticket, 'id' | 'householdId'>): Promise<string> {
  const household = await tx.households.get(ticket.householdId);
  if (household === null) throw new Error(`ticket ${ticket.id} without its household`);
  return maskName(kernel.crypto.open(household.applicantSealed));
}
