/**
 * Families from the waiting-list roll into the store, with the numbers they won, as they are (G6). People are
 * found by blind index, never by what is readable (P2, V3).
 */
import { partsOfGroup, tiers } from '../../../shared/lane';
import { columnLabel, type ColumnKey } from '../../domain/registers/columns';
import { type Person, SELF } from '../../domain/registers/people';
import type { Placed, Refusal } from '../../domain/registers/read-register';
import type { FamilyRecord } from '../../domain/registers/waitlist-row';
import { reasons } from '../../domain/registers/wording';
import { laneIdOf } from '../../domain/rules/rule-set';
import type { Member, Ticket } from '../../store/collections';
import { groupStream, laneStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { keepLastNumber } from '../batch/counters';
import { callUpAgain } from '../waiting/queue';
import { ensureLanes, groupBy, type ImportDeps, refusalOf, type RegisterWriter } from './import-deps';

/** A family with its blind indexes, people in the order of the register. */
export interface Indexed {
  readonly placed: Placed<FamilyRecord>;
  readonly laneId: string;
  readonly phoneIndex: string;
  readonly identityIndexes: readonly string[];
}

/** Meets the store under the given keys and rule set. */
export function waitlistWriter(deps: ImportDeps): RegisterWriter<FamilyRecord, Indexed> {
  const { crypto } = deps;
  return {
    keyColumn: 'queueNumber',

    prepare: (placed) => ({
      placed, laneId: laneIdOf(placed.record.areaCode, partsOfGroup(placed.record.group).bedrooms), phoneIndex: crypto.blindIndex('phone', placed.record.phone),
      identityIndexes: placed.record.people.map(({ identity }) => crypto.blindIndex('identity', identity)),
    }),

    isEmpty: async (tx) => (await tx.tickets.find({}, { limit: 1 })).length === 0 && (await tx.members.find({}, { limit: 1 })).length === 0,

    async compare(tx, families) {
      const numbers = await storedNumbers(tx, families);
      const holders = await openHouseholds(tx, families);
      const fresh: Indexed[] = [];
      const refused: Refusal[] = [];
      let unchanged = 0;
      let refusedRows = 0;
      for (const family of families) {
        const ticket = numbers.get(numberKey(family.placed.record));
        const refusals = ticket ? await differences(tx, deps, family, ticket) : heldElsewhere(family, holders);
        refused.push(...refusals);
        if (refusals.length > 0) refusedRows += 1;
        else if (ticket) unchanged += 1;
        else fresh.push(family);
      }
      return { fresh, unchanged, refused, refusedRows };
    },

    async write(work, fresh) {
      const { tx } = work;
      await ensureLanes(tx, new Map(fresh.map(({ laneId, placed: { record } }) => [laneId, { areaCode: record.areaCode, areaName: record.areaName, bedrooms: partsOfGroup(record.group).bedrooms }])));
      const ruleSetVersion = deps.rules().version;
      for (const { placed: { record }, laneId, phoneIndex, identityIndexes } of fresh) {
        const { tier, bedrooms } = partsOfGroup(record.group);
        const number = numberKey(record);
        const householdId = `household-${number}`;
        await tx.households.insert({
          id: householdId, district: record.district, street: record.street, size: record.size, priorityCategory: record.priorityCategory,
          applicantSealed: crypto.seal(record.people[0]!.name), applicantNameIndex: crypto.blindIndex('name', record.people[0]!.name), phoneSealed: crypto.seal(record.phone), phoneIndex, wechatOpenIdSealed: null, source: 'lotteryRoll',
        });
        if (record.certificateNumber !== null) await tx.certificates.insert({ id: householdId, number: record.certificateNumber });
        for (const [at, person] of record.people.entries()) {
          await tx.members.insert({ id: `${householdId}-${at + 1}`, householdId, relation: person.relation, personSealed: sealPerson(deps, person), identityIndex: identityIndexes[at]!, caseOpen: true });
        }
        await tx.tickets.insert({
          id: `ticket-${number}`, householdId, laneId, group: record.group, tier: tiers[tier], bedrooms, queueNumber: record.queueNumber, batchDay: record.batchDay,
          submittedAtMs: record.submittedAtMs, origin: record.origin, state: 'queued', calledUpAtMs: null, deferrals: 0, notBeforeMs: 0, ruleSetVersion,
        });
      }
      // G2, S2: every number is in the public ledger, without the family it belongs to.
      for (const [group, families] of groupBy(fresh, ({ placed }) => placed.record.group)) {
        const imported = families.map(({ placed: { record }, laneId }) => ({ queueNumber: record.queueNumber, ticketId: `ticket-${numberKey(record)}`, laneId, batchDay: record.batchDay }));
        await work.record({ stream: groupStream(group), type: 'NumbersImported', open: { numbers: imported } });
        // Generated numbers continue after the highest of the group.
        await keepLastNumber(tx, group, Math.max(...imported.map(({ queueNumber }) => queueNumber)));
      }
      // Named in the lane as well: from here on they have a claim there, and anyone can check that it was kept.
      for (const [laneId, families] of groupBy(fresh, (family) => family.laneId)) {
        await work.record({ stream: laneStream(laneId), type: 'NumbersJoined', open: { count: families.length, numbers: families.map(({ placed: { record: { group, queueNumber } } }) => ({ group, queueNumber })) } });
        await callUpAgain(work, laneId);
        await work.announceLane(laneId);
      }
    },
  };
}

const numberKey = (of: { readonly group: string; readonly queueNumber: number }): string => `${of.group}-${of.queueNumber}`;

/** What is sealed of a person (`members.personSealed`): JSON of name and identity number. */
function sealPerson(deps: ImportDeps, person: Person): string {
  return deps.crypto.seal(JSON.stringify({ name: person.name, identity: person.identity }));
}

async function storedNumbers(tx: Tx, families: readonly Indexed[]): Promise<Map<string, Ticket>> {
  const found = new Map<string, Ticket>();
  for (const [group, inGroup] of groupBy(families, ({ placed }) => placed.record.group)) {
    const tickets = await tx.tickets.find({ group, queueNumber: { in: inGroup.map(({ placed }) => placed.record.queueNumber) } });
    for (const ticket of tickets) found.set(numberKey(ticket), ticket);
  }
  return found;
}

/** V3: who of these people is in an open case already. */
async function openHouseholds(tx: Tx, families: readonly Indexed[]): Promise<Set<string>> {
  const members = await tx.members.find({ identityIndex: { in: families.flatMap(({ identityIndexes }) => identityIndexes) }, caseOpen: true });
  return new Set(members.map((member) => member.identityIndex));
}

/** V3: people of a new family who are in another one. */
function heldElsewhere(family: Indexed, holders: ReadonlySet<string>): Refusal[] {
  return family.identityIndexes.flatMap((identityIndex, at) => {
    if (!holders.has(identityIndex)) return [];
    return [at === 0 ? refusalOf(family.placed, 'identity', reasons.personHeld) : refusalOf(family.placed, 'coApplicants', reasons.coApplicant(at, reasons.personHeld))];
  });
}

/** G6: a number that is there already must be this very family's, and say the same. */
async function differences(tx: Tx, deps: ImportDeps, family: Indexed, ticket: Ticket): Promise<Refusal[]> {
  const { record } = family.placed;
  const household = await tx.households.get(ticket.householdId);
  const members = household === null ? [] : await tx.members.find({ householdId: household.id });
  const applicant = members.find((member) => member.relation === SELF);
  if (household === null || applicant === undefined || applicant.identityIndex !== family.identityIndexes[0]) return [refusalOf(family.placed, 'queueNumber', reasons.numberHeld)];
  const [self, ...others] = record.people;
  const pairs: readonly (readonly [ColumnKey, boolean])[] = [
    ['batchDay', ticket.batchDay === record.batchDay],
    ['name', nameOf(deps, applicant) === self!.name],
    ['phone', household.phoneIndex === family.phoneIndex],
    ['size', household.size === record.size],
    ['coApplicants', sameOthers(deps, members.filter((member) => member !== applicant), others, family.identityIndexes.slice(1))],
    ['district', household.district === record.district && ticket.laneId === family.laneId],
    ['street', household.street === record.street],
    ['priority', household.priorityCategory === record.priorityCategory],
    ['submittedAt', ticket.submittedAtMs === record.submittedAtMs],
    ['origin', ticket.origin === record.origin],
    ['certificate', ((await tx.certificates.get(household.id))?.number ?? null) === record.certificateNumber],
  ];
  const differing = pairs.filter(([, same]) => !same).map(([key]) => columnLabel('waitlist', key));
  return differing.length === 0 ? [] : [refusalOf(family.placed, 'queueNumber', reasons.familyDiffers(differing.join('、')))];
}

function nameOf(deps: ImportDeps, member: Member): string {
  return (JSON.parse(deps.crypto.open(member.personSealed)) as { name: string }).name;
}

function sameOthers(deps: ImportDeps, members: readonly Member[], people: readonly Person[], identityIndexes: readonly string[]): boolean {
  const byIdentity = new Map(members.map((member) => [member.identityIndex, member]));
  return members.length === people.length && people.every((person, at) => {
    const member = byIdentity.get(identityIndexes[at]!);
    return member !== undefined && member.relation === person.relation && nameOf(deps, member) === person.name;
  });
}
