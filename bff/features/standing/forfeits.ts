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
import { enterBar, liftBar, personOf } from './persons';

export interface NewForfeit {
  readonly householdId: string;
  readonly cause: Forfeit['cause'];
  /** The batch given up: the ticket's. One household gives a batch up once. */
  readonly batchDay: Day;
}

export function forfeitId(householdId: string, batchDay: Day): string {
  return `forfeit-${householdId}-${batchDay}`;
}

/** Records a forfeit. Again for the same household and batch: nothing changes, unless it was reversed. The number itself is the caller's to end. */
export async function recordForfeit(kernel: Kernel, work: Work, { householdId, cause, batchDay }: NewForfeit): Promise<Forfeit> {
  const { tx, nowMs } = work;
  const { version: ruleSetVersion, values: rules } = kernel.rules();
  const id = forfeitId(householdId, batchDay);
  const existing = await tx.forfeits.get(id);
  if (existing !== null && existing.reversedAtMs === null) return existing;
  // A bar is never written over (W6): what a second forfeit of the same batch brings about has a name of its own.
  const named = existing === null ? id : `${id}~${existing.version}`;
  const household = await tx.households.get(householdId);
  if (household === null) throw new Error(`no household ${householdId}`);
  const held = present(await tx.members.find({ householdId }));
  const adults = held.filter((member) => isAdult(openPerson(kernel, member).identity, dayOf(nowMs), rules.adultAgeYears));
  const barred: string[] = [];
  for (const { identityIndex } of adults) {
    const before = await personOf(work, identityIndex);
    const { consecutiveForfeits, barUntilMs } = afterForfeit(before, nowMs, rules);
    const person = await tx.persons.replace({ ...before, consecutiveForfeits, lastForfeitAtMs: nowMs });
    if (barUntilMs === null) continue;
    barred.push(identityIndex);
    await enterBar(work, person, {
      id: `bar-${named}-${identityIndex}`, householdId, district: household.district, cause: 'forfeits', fromMs: nowMs, untilMs: barUntilMs,
      reasonSealed: kernel.crypto.seal(`连续${rules.forfeitsToBar}批次放弃配租资格`), byStaffId: '', creditRecordId: null, ruleSetVersion,
    });
    await work.tell({ id: `sms-barred-${named}-${identityIndex}`, topic: 'sms', kind: 'personBarred', subjectId: householdId, recipientSealed: household.phoneSealed, payload: { untilMs: barUntilMs }, dueAtMs: windowAtOrAfter(rules, nowMs) });
  }
  const personIds = adults.map(({ identityIndex }) => identityIndex);
  const facts = { id, householdId, batchDay, cause, atMs: nowMs, personIds, memberIds: held.map((member) => member.id), reversedAtMs: null, ruleSetVersion };
  const forfeit = existing === null ? await tx.forfeits.insert(facts) : await tx.forfeits.replace({ ...facts, version: existing.version });
  await work.record({ stream: householdStream(householdId), type: 'BatchForfeited', open: { batchDay, cause, persons: personIds.length, barred: barred.length }, detail: { personIds, barred } });
  return forfeit;
}

/** W6: a forfeit is taken back: it counts for nobody, and a bar it brought about is lifted. */
export async function reverseForfeit(kernel: Kernel, work: Work, forfeit: Forfeit, reason: string): Promise<void> {
  const { tx, nowMs, act } = work;
  const lifted: string[] = [];
  for (const personId of forfeit.personIds) {
    const bars = await tx.bars.find({ personId, state: 'standing' });
    // The count starts anew with a bar: without it, all but this one are there again.
    const bar = bars.find(({ id, cause }) => cause === 'forfeits' && id.startsWith(`bar-${forfeit.id}`));
    if (bar !== undefined) {
      await liftBar(kernel, work, bar, act.actor.id, reason);
      lifted.push(personId);
    }
    const person = await personOf(work, personId);
    const others = bar === undefined ? -1 : kernel.rulesOf(bar.ruleSetVersion).values.forfeitsToBar - 1;
    await tx.persons.replace({ ...person, consecutiveForfeits: Math.max(person.consecutiveForfeits + others, 0) });
  }
  await tx.forfeits.replace({ ...forfeit, reversedAtMs: nowMs });
  await work.record({ stream: householdStream(forfeit.householdId), type: 'ForfeitReversed', open: { batchDay: forfeit.batchDay, persons: forfeit.personIds.length, lifted: lifted.length }, detail: { personIds: forfeit.personIds, lifted, reason } });
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
