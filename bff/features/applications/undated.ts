/**
 * V1, T3: cases whose due date could not be known when they came to a desk, because the calendar of a year was missing.
 * Stated as soon as it is loaded, counted from when they came: what waited for a calendar is overdue like any other.
 */
import { dayOf } from '../../../shared/shanghai-time';
import { deskDue } from '../../domain/review/decide';
import { systemAct, type Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { loadCalendar } from '../calendar/load';

const PAGE = 100;

/** How far each process went through them with the calendar as it is; only spares work. Without `afterId`: to the end. */
const progress = new WeakMap<Kernel, { readonly calendar: string; readonly afterId: string | null }>();

/** One page of them, whenever the calendar is another than at the last complete pass. */
export async function stateDueDates(kernel: Kernel): Promise<void> {
  const last = progress.get(kernel);
  const calendar = await kernel.store.read(async (tx) => (await tx.calendarYears.find({}, { sort: [['year', 'asc']] })).map(({ id, version }) => `${id}.${version}`).join());
  if (last?.calendar === calendar && last.afterId === null) return;
  const afterId = last?.calendar === calendar ? last.afterId ?? '' : '';
  const { page, known } = await kernel.store.read(async (tx) => {
    const found = await tx.applications.find({ state: { in: ['levelOne', 'levelTwo'] }, dueMs: null, id: { gt: afterId } }, { sort: [['id', 'asc']], limit: PAGE });
    const dates = await Promise.all(found.map((application) => dueDateOf(kernel, tx, application)));
    return { page: found, known: found.filter((_, at) => dates[at] !== null) };
  });
  for (const { id } of known) await change(kernel, systemAct('补算审核期限'), (work) => stateDueDate(kernel, work, id));
  progress.set(kernel, { calendar, afterId: page.length < PAGE ? null : page.at(-1)!.id });
}

async function stateDueDate(kernel: Kernel, work: Work, id: string): Promise<void> {
  const application = await work.tx.applications.get(id);
  const dueMs = application === null || application.dueMs !== null ? null : await dueDateOf(kernel, work.tx, application);
  if (application === null || dueMs === null) return;
  await work.tx.applications.replace({ ...application, dueMs });
  await work.record({ stream: householdStream(application.householdId), type: 'ReviewDueStated', open: {}, detail: { applicationId: id, dueMs } });
}

/** Under the rules it came to the desk under; null where it is on none, or still cannot be known. */
async function dueDateOf(kernel: Kernel, tx: Tx, { state, stateSinceMs, ruleSetVersion }: Application): Promise<number | null> {
  if (state !== 'levelOne' && state !== 'levelTwo') return null;
  return deskDue(state, stateSinceMs, kernel.rulesOf(ruleSetVersion).values, await loadCalendar(tx, dayOf(stateSinceMs)));
}
