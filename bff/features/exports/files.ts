/** What is on file about each household an export concerns, found by the household's own indexes. */
import type { Kernel } from '../../kernel';
import type { Allocation, Bar, DocOf, Pick as PickDoc, TurnDoc } from '../../store/collections';
import type { Tx } from '../../store/port';
import { addressOf } from '../selection/receipt';
import type { AtHome, BatchRun, KnownMember, OfPerson } from './case-tables';
import { ofHouseholds, type Subjects } from './subjects';
import type { Batches } from './table';

/** Sources of the sheets that go by household. `opened` gives a sealed text in full; what becomes of it is the table's business. */
export function filesOf(kernel: Pick<Kernel, 'store' | 'crypto'>, subjects: Subjects) {
  const each = <D>(find: (tx: Tx, householdId: string) => Promise<readonly D[]>) => () => ofHouseholds<D>(kernel, subjects, find);
  const within = <D>(docs: readonly D[], atMs: (doc: D) => number) => docs.filter((doc) => subjects.within === null || (atMs(doc) >= subjects.within.gte && atMs(doc) < subjects.within.lt));
  const ofApplications = <D>(find: (tx: Tx, applicationId: string) => Promise<readonly D[]>) => each(async (tx, householdId) => {
    const found: D[] = [];
    for (const { id } of await tx.applications.find({ householdId })) found.push(...(await find(tx, id)));
    return found;
  });
  const opened = (sealed: string) => JSON.parse(kernel.crypto.open(sealed)) as { name: string; identity: string };

  return {
    households: each(async (tx, id) => {
      const household = await tx.households.get(id);
      return household === null ? [] : [{ ...household, certificateNumber: (await tx.certificates.get(id))?.number ?? null }];
    }),
    members: each<KnownMember>(async (tx, householdId) => {
      const members = await tx.members.find({ householdId });
      return Promise.all(members.map(async (member) => ({ member, ...opened(member.personSealed), person: await tx.persons.get(member.identityIndex) })));
    }),
    applications: each((tx, householdId) => tx.applications.find({ householdId })),
    submissions: ofApplications(async (tx, applicationId) => within(await tx.applicationSubmissions.find({ applicationId }, { sort: [['atMs', 'asc']] }), ({ atMs }) => atMs)),
    attachments: ofApplications((tx, applicationId) => tx.attachments.find({ applicationId }, { sort: [['uploadedAtMs', 'asc']] })),
    reviews: ofApplications(async (tx, applicationId) => within(await tx.applicationReviews.find({ applicationId }, { sort: [['atMs', 'asc']] }), ({ atMs }) => atMs)),
    candidates: each((tx, householdId) => tx.batchCandidates.find({ householdId })),
    tickets: each((tx, householdId) => tx.tickets.find({ householdId })),
    /** A ranking belongs to a number. */
    rankings: each(async (tx, householdId) => {
      const found = await Promise.all((await tx.tickets.find({ householdId })).map(({ id }) => tx.rankings.get(id)));
      return Promise.all(found.filter((ranking) => ranking !== null).map(async (ranking) => ({ ...ranking, addresses: await Promise.all(ranking.listingIds.map((id) => addressIn(tx, id))) })));
    }),
    misses: each((tx, householdId) => tx.misses.find({ householdId }, { sort: [['missedAtMs', 'asc']] })),
    requests: each((tx, householdId) => tx.waitingRequests.find({ householdId }, { sort: [['requestedAtMs', 'asc']] })),
    subsidies: each((tx, householdId) => tx.subsidies.find({ householdId }, { sort: [['fromMs', 'asc']] })),
    forfeits: each((tx, householdId) => tx.forfeits.find({ householdId }, { sort: [['atMs', 'asc']] })),
    bars: each<OfPerson<Bar>>(async (tx, householdId) => {
      const found: OfPerson<Bar>[] = [];
      for (const { identityIndex, personSealed } of await tx.members.find({ householdId })) {
        const bars = await tx.bars.find({ personId: identityIndex });
        if (bars.length > 0) found.push(...bars.map((doc) => ({ doc, name: opened(personSealed).name, householdId })));
      }
      return found;
    }),
    credits: each((tx, householdId) => tx.creditRecords.find({ householdId }, { sort: [['atMs', 'asc']] })),
    contacts: each(async (tx, householdId) => {
      const contact = await tx.contacts.get(householdId);
      return contact === null ? [] : [contact];
    }),
    allocations: each(async (tx, householdId) => atHomes(tx, await tx.allocations.find({ householdId }, { sort: [['pickedAtMs', 'asc']] }))),
    notices: each<AtHome<Allocation>>(async (tx, householdId) => atHomes(tx, (await tx.allocations.find({ householdId }, { sort: [['pickedAtMs', 'asc']] })).filter(({ noticeNumber }) => noticeNumber !== null))),
    tenancies: each(async (tx, householdId) => atHomes(tx, await tx.tenancies.find({ householdId }))),
    transfers: each(async (tx, householdId) => {
      const found = await tx.transfers.find({ householdId }, { sort: [['requestedAtMs', 'asc']] });
      return Promise.all(found.map(async (transfer) => ({ ...transfer, fromAddress: await addressIn(tx, transfer.fromListingId), toAddress: await addressIn(tx, transfer.toListingId) })));
    }),
    swaps: () => mapped(kernel, subjects.swaps(), async (tx, swap: DocOf<'swaps'>) => ({ ...swap, firstAddress: await addressIn(tx, swap.firstListingId), secondAddress: await addressIn(tx, swap.secondListingId) })),
    /** A pick is named after its turn. */
    picks: () => mapped(kernel, subjects.turns(), async (tx, turn: TurnDoc): Promise<AtHome<PickDoc> | null> => {
      const pick = turn.state === 'picked' ? await tx.picks.get(`pick-${turn.id}`) : null;
      return pick === null ? null : { ...pick, address: await addressIn(tx, pick.listingId) };
    }),
    calls: async function* () {
      yield* mapped(kernel, subjects.turns(), (tx, { id }: TurnDoc) => tx.callTasks.get(`call-${id}`));
      yield* mapped(kernel, subjects.turns(), (tx, { id }: TurnDoc) => tx.callTasks.get(`call-allocation-${id}`));
    },
    batchRuns: async function* (): AsyncGenerator<readonly BatchRun[]> {
      for await (const page of subjects.batches()) yield page.flatMap((batch) => batch.ranges.map((range) => ({ batch, range })));
    },
  };
}

async function addressIn(tx: Tx, listingId: string | null): Promise<string> {
  const listing = listingId === null ? null : await tx.listings.get(listingId);
  return listing === null ? '' : addressOf(listing);
}

function atHomes<D extends { readonly listingId: string }>(tx: Tx, docs: readonly D[]): Promise<AtHome<D>[]> {
  return Promise.all(docs.map(async (doc) => ({ ...doc, address: await addressIn(tx, doc.listingId) })));
}

/** What belongs to each document of a page, one read a page; nothing where there is nothing. */
async function* mapped<D, R>(kernel: Pick<Kernel, 'store'>, batches: Batches<D>, find: (tx: Tx, doc: D) => Promise<R | null>): AsyncGenerator<readonly R[]> {
  for await (const batch of batches) {
    const found = await kernel.store.read((tx) => Promise.all(batch.map((doc) => find(tx, doc))));
    yield found.filter((one): one is Awaited<R> & R => one !== null);
  }
}
