/** Whom an allocation's news reaches: the family, and staff who must telephone it (Q8). */
import type { Kernel } from '../../kernel';
import type { Allocation } from '../../store/collections';
import type { Work } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { addDays, dayOf, type Day } from '../../../shared/shanghai-time';
import { tellHousehold } from '../contact/tell';

/** The family hears of its allocation. `occasion` tells two messages of one kind and one state of the allocation apart. */
export function tellFamily(kernel: Kernel, work: Work, a: Allocation, kind: string, payload: Record<string, unknown>, occasion = String(a.version)): Promise<void> {
  return tellHousehold(kernel, work, a.householdId, { kind, subjectId: a.id, occasion, payload: { group: a.group, queueNumber: a.queueNumber, ...payload } });
}

/** Q8: the notice's message can reach nobody: staff telephone the family. */
export async function raiseCall(work: Work, a: Allocation): Promise<void> {
  const { tx, nowMs } = work;
  const id = `call-${a.id}`;
  const earlier = await tx.callTasks.get(id);
  const task = { id, turnId: a.id.replace(/^allocation-/, ''), allocationId: a.id, ticketId: a.ticketId, householdId: a.householdId, district: a.district, reason: '配租通知短信未能送达', state: 'open', createdAtMs: nowMs, doneAtMs: null, doneBy: '', note: '' } as const;
  if (earlier === null) await tx.callTasks.insert(task);
  else await tx.callTasks.replace({ ...task, version: earlier.version });
  await work.record({ stream: OFFICE_STREAM, type: 'CallTaskRaised', open: {}, detail: { allocationId: a.id, ticketId: a.ticketId, reason: task.reason } });
}

/** Nobody need telephone any more: the family knows, or there is nothing left to tell. */
export async function lapseCall({ tx, nowMs }: Pick<Work, 'tx' | 'nowMs'>, a: Allocation): Promise<void> {
  const task = await tx.callTasks.get(`call-${a.id}`);
  if (task?.state === 'open' || task?.state === 'notReached') await tx.callTasks.replace({ ...task, state: 'lapsed', doneAtMs: nowMs });
}

/** The last day of a period whose exclusive end is given. */
export function lastDayBefore(endsMs: number | null): Day {
  return endsMs === null ? '' : addDays(dayOf(endsMs), -1);
}
