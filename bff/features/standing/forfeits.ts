/**
 * F1, F2: a batch given up is recorded for every adult member as a person; three in a row bar a person from
 * applying for a home. Whoever decides that a batch is given up calls this in the same change.
 */
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { afterForfeit, isAdult } from '../../domain/standing/standing';
import type { Kernel } from '../../kernel';
import type { Forfeit } from '../../store/collections';
import type { Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { dayOf, type Day } from '../../../shared/shanghai-time';
import { openPerson, present } from '../households/case';
import { enterBar, personOf } from './persons';

export interface NewForfeit {
  readonly householdId: string;
  readonly cause: Forfeit['cause'];
  /** The batch given up: the ticket's. One household gives a batch up once. */
  readonly batchDay: Day;
}

/** Records a forfeit. Again for the same household and batch: nothing changes. The number itself is the caller's to end. */
export async function recordForfeit(kernel: Kernel, work: Work, { householdId, cause, batchDay }: NewForfeit): Promise<Forfeit> {
  const { tx, nowMs } = work;
  const { version: ruleSetVersion, values: rules } = kernel.rules();
  const id = `forfeit-${householdId}-${batchDay}`;
  const existing = await tx.forfeits.get(id);
  if (existing !== null) return existing;
  const household = await tx.households.get(householdId);
  if (household === null) throw new Error(`no household ${householdId}`);
  const adults = present(await tx.members.find({ householdId })).filter((member) => isAdult(openPerson(kernel, member).identity, dayOf(nowMs), rules.adultAgeYears));
  const barred: string[] = [];
  for (const { identityIndex } of adults) {
    const before = await personOf(work, identityIndex);
    const { consecutiveForfeits, barUntilMs } = afterForfeit(before, nowMs, rules);
    const person = await tx.persons.replace({ ...before, consecutiveForfeits, lastForfeitAtMs: nowMs });
    if (barUntilMs === null) continue;
    barred.push(identityIndex);
    await enterBar(work, person, {
      id: `bar-${id}-${identityIndex}`, householdId, district: household.district, cause: 'forfeits', fromMs: nowMs, untilMs: barUntilMs,
      reasonSealed: kernel.crypto.seal(`连续${rules.forfeitsToBar}批次放弃配租资格`), byStaffId: '', creditRecordId: null, ruleSetVersion,
    });
    await work.tell({ id: `sms-barred-${id}-${identityIndex}`, topic: 'sms', kind: 'personBarred', subjectId: householdId, recipientSealed: household.phoneSealed, payload: { untilMs: barUntilMs }, dueAtMs: windowAtOrAfter(rules, nowMs) });
  }
  const personIds = adults.map(({ identityIndex }) => identityIndex);
  const forfeit = await tx.forfeits.insert({ id, householdId, batchDay, cause, atMs: nowMs, personIds, ruleSetVersion });
  await work.record({ stream: householdStream(householdId), type: 'BatchForfeited', open: { batchDay, cause, persons: personIds.length, barred: barred.length }, detail: { personIds, barred } });
  return forfeit;
}

/** F2: a signed lease ends the row of forfeits of every member; a bar that stands is not lifted by it. */
export async function resetForfeits(work: Work, householdId: string): Promise<void> {
  const { tx } = work;
  let changed = 0;
  for (const { identityIndex } of present(await tx.members.find({ householdId }))) {
    const person = await tx.persons.get(identityIndex);
    if (person === null || person.consecutiveForfeits === 0) continue;
    await tx.persons.replace({ ...person, consecutiveForfeits: 0 });
    changed += 1;
  }
  if (changed > 0) await work.record({ stream: householdStream(householdId), type: 'ForfeitsReset', open: { persons: changed } });
}
