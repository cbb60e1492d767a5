/** 搁置: matters that hold a home and wait for somebody, oldest first (A1, A2, A4, Q8). */
import type { AnswerOf } from '../../../shared/contract/routes';
import { DAY_MS } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { Allocation } from '../../store/collections';
import type { Tx } from '../../store/port';
import { presentForStaff } from './present';

type Matter = AnswerOf<'listStalledAllocations'>['matters'][number];
const LIST_LIMIT = 200;

/** `by`: which of an allocation's two districts is meant. Objections are the household's district's. */
export async function stalledMatters(kernel: Kernel, tx: Tx, by: 'district' | 'homeDistrict', district: string): Promise<Matter[]> {
  const longAgoMs = kernel.clock.now() - kernel.rules().values.matterStalledDays * DAY_MS;
  const matters: Matter[] = [];
  const add = async (kind: Matter['kind'], sinceMs: number, a: Allocation, objectionId: string | null = null) => void matters.push({ kind, sinceMs, objectionId, allocation: await presentForStaff(tx, kernel, a) });
  for await (const a of tx.allocations.iterate({ [by]: district, state: { in: ['inDoubt', 'qualified'] } }, { sort: [['state', 'asc'], ['pickedAtMs', 'asc']] })) {
    if (a.doubtSinceMs !== null && a.doubtSinceMs <= longAgoMs) await add('doubt', a.doubtSinceMs, a);
    if (a.telling === 'untold') await add('untold', a.qualifiedAtMs ?? a.pickedAtMs, a);
    else if (a.entryByMs !== null && a.leaseByMs !== null) await add('entry', a.leaseByMs, a);
    if (matters.length >= LIST_LIMIT) break;
  }
  if (by === 'district') {
    for (const { id, subjectId, raisedAtMs } of await tx.objections.find({ district, state: 'open', raisedAtMs: { lte: longAgoMs } }, { sort: [['raisedAtMs', 'asc']], limit: LIST_LIMIT })) {
      const a = await tx.allocations.get(subjectId);
      if (a?.state === 'publicised') await add('objection', raisedAtMs, a, id);
    }
  }
  return matters.sort((one, two) => one.sinceMs - two.sinceMs);
}
