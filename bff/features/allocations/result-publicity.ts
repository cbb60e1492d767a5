/** 选房结果公示 (A1): what a pick's publicity shows, and what its end or an upheld objection brings about. */
import { groupLabels, type Group } from '../../../shared/lane';
import { systemAct } from '../../kernel';
import { maskName } from '../../security/masking';
import { change } from '../../store/change';
import type { PublicityKind } from '../publicity/publicity';
import { addressOf } from '../selection/receipt';
import { enterAllocation } from './apply';
import { tellFamily } from './telling';

export const resultPublicity: PublicityKind = {
  title: '选房结果公示',
  columns: ['组别', '轮候顺序号', '申请人', '选定住房'],

  async lines(tx, kernel, publicity, after, limit) {
    const last = after === null ? null : await tx.allocations.get(after);
    // What is lost or given up meanwhile is not publicised any longer.
    const page = await tx.allocations.find({ publicityId: publicity.id, state: 'publicised' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']], limit, ...(last === null ? {} : { after: last }) });
    const lines = [];
    for (const allocation of page) {
      const [household, listing] = [await tx.households.get(allocation.householdId), await tx.listings.get(allocation.listingId)];
      if (household === null || listing === null) continue;
      lines.push({ key: allocation.id, cells: [groupLabels[allocation.group as Group], String(allocation.queueNumber), maskName(kernel.crypto.open(household.applicantSealed)), addressOf(listing)] });
    }
    return lines;
  },

  has: async (tx, publicity, subjectId) => {
    const allocation = await tx.allocations.get(subjectId);
    return allocation !== null && allocation.publicityId === publicity.id && allocation.state === 'publicised';
  },

  async objected(kernel, work, objection) {
    const allocation = await work.tx.allocations.get(objection.subjectId);
    if (allocation !== null) await tellFamily(kernel, work, allocation, 'objectionRaised', {}, objection.id);
  },

  async over(kernel, publicity) {
    const waiting = await kernel.store.read((tx) => tx.allocations.find({ publicityId: publicity.id, state: 'publicised' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']] }));
    const failed: string[] = [];
    for (const { id } of waiting) {
      try {
        await change(kernel, systemAct('公示期满'), async (work) => {
          const allocation = await work.tx.allocations.get(id);
          if (allocation !== null) await enterAllocation(kernel, work, allocation, { type: 'settle' }, 'system');
        });
      } catch (error) {
        // One that fails does not hold up the others.
        kernel.log.error({ allocationId: id, err: error }, 'an allocation could not qualify');
        failed.push(id);
      }
    }
    // The list stays open, and is looked at again, until everybody on it is settled.
    if (failed.length > 0) throw new Error(`${failed.length} of ${waiting.length} allocations could not qualify`);
  },

  async decided(kernel, work, _publicity, objection) {
    const allocation = await work.tx.allocations.get(objection.subjectId);
    // Given up before the objection was decided: nothing is left to undo or to bring about.
    if (allocation === null || allocation.state !== 'publicised') return;
    if (objection.state === 'upheld') await enterAllocation(kernel, work, allocation, { type: 'upholdObjection' }, 'district');
    else {
      await tellFamily(kernel, work, allocation, 'objectionDismissed', {}, objection.id);
      await enterAllocation(kernel, work, allocation, { type: 'settle' }, 'system');
    }
  },
};
