/** M1: 继续参与轮候公示. Without an upheld objection the family takes part in the first batch after its days. */
import { groupLabels, type Group } from '../../../shared/lane';
import { systemAct, type Kernel } from '../../kernel';
import type { Publicity } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { eligibleWhenOver } from '../batch/candidates';
import { maskedApplicant, tellObjection } from '../batch/numbers-publicity';
import { objectionState, type PublicityKind } from '../publicity/publicity';
import type { WaitingCommand } from '../../domain/waiting/waiting';
import { decideCase } from './door';
import { loadCase, missId } from './load';

/** `scopeId` and the one subject are the ticket whose turn was missed. */
export const continuationPublicity: PublicityKind = {
  title: '继续参与轮候公示',
  columns: ['组别', '原轮候顺序号', '申请人'],

  async lines(tx, kernel, publicity, after) {
    const ticket = await tx.tickets.get(publicity.scopeId);
    if (ticket === null || after !== null) return [];
    return [{ key: ticket.id, cells: [groupLabels[ticket.group as Group], String(ticket.queueNumber), await maskedApplicant(tx, kernel, ticket)] }];
  },

  /** Granted or ended, it is publicised no longer: whoever asks by a clock that is a little behind comes too late. */
  has: async (tx, publicity, subjectId) => subjectId === publicity.scopeId && (await tx.misses.get(missId(subjectId)))?.state === 'asked',

  async over(kernel, publicity) {
    await change(kernel, systemAct('公示期满，参加下一批次'), async (work) => {
      const current = await work.tx.publicities.get(publicity.id);
      if (current === null) throw new Error(`no publicity ${publicity.id}`);
      await work.tx.publicities.guard(current);
      if ((await objectionState(work.tx, publicity.id, publicity.scopeId)) === 'none') await settle(kernel, work, publicity, 'GrantContinuation', eligibleWhenOver(publicity));
    });
  },

  objected: (kernel, work, objection) => tellObjection(kernel, work, objection, 'continuation', 'raised'),

  async decided(kernel, work, publicity, objection) {
    if (objection.state === 'upheld') return settle(kernel, work, publicity, 'RefuseContinuation');
    await tellObjection(kernel, work, objection, 'continuation', 'dismissed');
    if (work.nowMs >= publicity.takesEffectMs && (await objectionState(work.tx, publicity.id, publicity.scopeId)) === 'none') {
      await settle(kernel, work, publicity, 'GrantContinuation', eligibleWhenOver(publicity, work.nowMs));
    }
  },
};

/** What was settled before, or ended meanwhile, stays as it is. */
async function settle(kernel: Kernel, work: Work, publicity: Publicity, type: Extract<WaitingCommand['type'], 'GrantContinuation' | 'RefuseContinuation'>, eligibleFromMs?: number): Promise<void> {
  const ticket = await work.tx.tickets.get(publicity.scopeId);
  const subject = ticket === null ? null : await loadCase(work.tx, ticket.householdId, ticket);
  if (subject === null) throw new Error(`publicity ${publicity.id} without its household`);
  await decideCase(kernel, work, subject, { type }, eligibleFromMs === undefined ? {} : { eligibleFromMs });
}
