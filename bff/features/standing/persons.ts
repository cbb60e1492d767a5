/** A person's standing in the store: the bars that stand, and the one instant they add up to. */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { isBarred } from '../../domain/standing/standing';
import type { Bar, Person } from '../../store/collections';
import type { Kernel } from '../../kernel';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';

/** What an open-ended bar counts as: the last instant a date can name. */
export const FOREVER_MS = 8.64e15;

/** The person's document, made on first sight: two acts about one person must meet on it, whoever comes first. */
export async function personOf({ tx }: Pick<Work, 'tx'>, personId: string): Promise<Person> {
  return (await tx.persons.get(personId)) ?? tx.persons.insert({ id: personId, consecutiveForfeits: 0, lastForfeitAtMs: null, barredUntilMs: null });
}

/**
 * F2: which of these persons (blind indexes) may not apply for a home now. For a decision that rests on it: each
 * person is guarded, so that a bar entered at the same moment and the application cannot both win.
 */
export async function barredPersons(work: Pick<Work, 'tx' | 'nowMs'>, personIds: readonly string[]): Promise<string[]> {
  const barred: string[] = [];
  for (const id of personIds) {
    const person = await work.tx.persons.get(id);
    if (person !== null && isBarred(person, work.nowMs)) barred.push(id);
  }
  // A refusal writes nothing; what is granted rests on all of them.
  if (barred.length === 0) for (const id of personIds) await work.tx.persons.guard(await personOf(work, id));
  return barred;
}

/** Enters a bar and brings the person's document in line. */
export async function enterBar(work: Work, person: Person, bar: Omit<Bar, 'version' | 'personId' | 'state' | 'liftedAtMs' | 'liftedBy' | 'liftReasonSealed'>): Promise<Bar> {
  const entered = await work.tx.bars.insert({ ...bar, personId: person.id, state: 'standing', liftedAtMs: null, liftedBy: '', liftReasonSealed: '' });
  await work.tx.persons.replace({ ...person, barredUntilMs: await barredUntil(work.tx, person.id) });
  return entered;
}

/** The end of the longest bar of a person that was not lifted; null when there is none. */
export async function barredUntil(tx: Tx, personId: string): Promise<number | null> {
  const standing = await tx.bars.find({ personId, state: 'standing' });
  return standing.length === 0 ? null : Math.max(...standing.map((bar) => bar.untilMs ?? FOREVER_MS));
}

/** Lifts one bar, automatic or not; what others stand remains. */
export async function liftBar(kernel: Kernel, work: Work, bar: Bar, staffId: string, reason: string): Promise<Bar> {
  const { tx, nowMs } = work;
  const lifted = await tx.bars.replace({ ...bar, state: 'lifted', liftedAtMs: nowMs, liftedBy: staffId, liftReasonSealed: kernel.crypto.seal(reason) });
  const person = await personOf(work, bar.personId);
  const standing = await barredUntil(tx, bar.personId);
  await tx.persons.replace({ ...person, barredUntilMs: standing });
  await work.record({ stream: householdStream(bar.householdId), type: 'BarLifted', open: {}, detail: { barId: bar.id, personId: bar.personId, reason } });
  const household = await tx.households.get(bar.householdId);
  if (household === null) throw new Error(`bar ${bar.id} without its household`);
  const rest = standing !== null && standing > nowMs ? { restUntilMs: standing === FOREVER_MS ? null : standing } : {};
  await work.tell({ id: `sms-barLifted-${bar.id}`, topic: 'sms', kind: 'barLifted', subjectId: household.id, recipientSealed: household.phoneSealed, payload: rest, dueAtMs: windowAtOrAfter(kernel.rules().values, nowMs) });
  return lifted;
}
