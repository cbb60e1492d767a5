/**
 * A household's case (V3): while it is open, nobody in it may be in another. Found by blind index, and asserted a
 * second time by the unique index over members of open cases.
 */
import { type Person, SELF } from '../../domain/registers/people';
import type { Kernel } from '../../kernel';
import type { Application, Household, Member } from '../../store/collections';
import type { Work } from '../../store/change';
import type { NewDoc, Tx } from '../../store/port';

/** What is sealed of a person (`members.personSealed`). */
export interface SealedPerson {
  readonly name: string;
  readonly identity: string;
}

/** A member's name and identity number. */
export function openPerson(kernel: Pick<Kernel, 'crypto'>, member: Pick<Member, 'personSealed'>): SealedPerson {
  return JSON.parse(kernel.crypto.open(member.personSealed)) as SealedPerson;
}

export const identityIndexes = (kernel: Pick<Kernel, 'crypto'>, people: readonly Person[]): string[] => people.map(({ identity }) => kernel.crypto.blindIndex('identity', identity));

/** V3: whether any of these people is in the open case of another household. */
export async function heldElsewhere(tx: Tx, indexes: readonly string[], householdId: string): Promise<boolean> {
  const held = await tx.members.find({ identityIndex: { in: indexes }, caseOpen: true });
  return held.some((member) => member.householdId !== householdId);
}

/**
 * Writes the household and its members, or brings them in line with a supplement. Who is no longer in it is let go,
 * not removed (W6).
 */
export async function openCase(kernel: Kernel, { tx }: Pick<Work, 'tx'>, household: NewDoc<Household>, people: readonly Person[]): Promise<void> {
  const current = await tx.households.get(household.id);
  if (current === null) await tx.households.insert(household);
  else await tx.households.replace({ ...current, ...household });
  const indexes = identityIndexes(kernel, people);
  const members = await tx.members.find({ householdId: household.id });
  for (const member of members) {
    if (!indexes.includes(member.identityIndex) && member.caseOpen) await tx.members.replace({ ...member, caseOpen: false });
  }
  for (const [at, { name, identity, relation }] of people.entries()) {
    const identityIndex = indexes[at]!;
    const personSealed = kernel.crypto.seal(JSON.stringify({ name, identity } satisfies SealedPerson));
    const known = members.find((member) => member.identityIndex === identityIndex);
    if (known !== undefined) await tx.members.replace({ ...known, relation, personSealed, caseOpen: true });
    else await tx.members.insert({ id: `${household.id}-${identityIndex.slice(0, 12)}`, householdId: household.id, relation, personSealed, identityIndex, caseOpen: true });
  }
}

/** G3: the household takes part in later batches (M1, W2) with what the reviewers of its application confirmed. */
export async function keepPriority({ tx }: Pick<Work, 'tx'>, { householdId, priorityCategory }: Pick<Application, 'householdId' | 'priorityCategory'>): Promise<void> {
  const household = await tx.households.get(householdId);
  if (household !== null && household.priorityCategory !== priorityCategory) await tx.households.replace({ ...household, priorityCategory });
}

/** Who waits no longer need not say that its number still reaches it. */
export async function endContact({ tx }: Pick<Work, 'tx'>, householdId: string): Promise<void> {
  const contact = await tx.contacts.get(householdId);
  if (contact?.state === 'asked') await tx.contacts.replace({ ...contact, state: 'ended' });
}

/**
 * The case ends: its people may be in another, and what it still asked for (W2, W3) needs no decision. Nothing changes
 * when it has ended already.
 */
export async function closeCase({ tx, nowMs, act }: Pick<Work, 'tx' | 'nowMs' | 'act'>, householdId: string): Promise<void> {
  await endContact({ tx }, householdId);
  for (const member of await tx.members.find({ householdId })) if (member.caseOpen) await tx.members.replace({ ...member, caseOpen: false });
  for (const request of await tx.waitingRequests.find({ householdId, state: 'open' })) await tx.waitingRequests.replace({ ...request, state: 'withdrawn', decidedAtMs: nowMs, decidedBy: act.actor.id });
}

/**
 * Who is in a household: whoever left it with a supplement is none of it, neither of its forfeits and leases nor of what
 * it may know (P1). Once its case is over nobody is told apart any more.
 */
export function present(members: readonly Member[]): readonly Member[] {
  const held = members.filter(({ caseOpen }) => caseOpen);
  return held.length > 0 ? held : members;
}

/** The case these people were in goes on, because its end was taken back. They must be free (`heldElsewhere`). */
export async function reopenCase({ tx }: Pick<Work, 'tx'>, memberIds: readonly string[]): Promise<void> {
  for (const id of memberIds) {
    const member = await tx.members.get(id);
    if (member !== null && !member.caseOpen) await tx.members.replace({ ...member, caseOpen: true });
  }
}

/** The applicant first, then the others as they were written. */
export function inOrder(members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => Number(b.relation === SELF) - Number(a.relation === SELF));
}
