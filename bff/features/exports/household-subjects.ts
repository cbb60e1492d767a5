/** One household's whole history (S1): its own stream, its turns as their lanes recorded them, its numbers, and everything told or decided about it. */
import { dayOf } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { LedgerEntry, Objection, OutboxMessage, Publicity, TurnDoc } from '../../store/collections';
import { groupStream, householdStream, laneStream, ledgerEntryId } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { scopeOf } from '../applications/door';
import { pages, told, type Subjects } from './subjects';

export function householdSubjects(kernel: Pick<Kernel, 'store'>, householdId: string): Subjects {
  const ownStream = householdStream(householdId);
  const once = async function* <D>(find: (tx: Tx) => Promise<readonly D[]>): AsyncGenerator<readonly D[]> {
    yield await kernel.store.read(find);
  };
  const ownTurns = async (tx: Tx): Promise<TurnDoc[]> => {
    const turns: TurnDoc[] = [];
    for (const ticket of await tx.tickets.find({ householdId })) turns.push(...(await tx.turns.find({ ticketId: ticket.id }, { sort: [['openedAtMs', 'asc']] })));
    return turns;
  };
  const ownPages = () => pages<LedgerEntry>(kernel, (tx, at) => tx.ledger.find({ stream: ownStream }, { sort: [['seq', 'asc']], ...at }));

  return {
    within: null,
    countEntries: (tx) => tx.ledger.count({ stream: ownStream }),
    countTurns: () => Promise.resolve(0),
    countMessages: () => Promise.resolve(0),
    // A life is a few hundred entries: they are put in the order of time.
    entries: async function* () {
      const found: LedgerEntry[] = [];
      for await (const page of ownPages()) found.push(...page);
      const numbers = await kernel.store.read((tx) => tx.tickets.find({ householdId, origin: 'batch' }));
      for (const { group, batchDay } of numbers) found.push(...(await kernel.store.read((tx) => entriesOfBatch(tx, group, batchDay))));
      for (const turn of await kernel.store.read(ownTurns)) found.push(...(await entriesOfTurn(kernel, turn)));
      yield found.sort((a, b) => a.atMs - b.atMs);
    },
    turns: () => once(ownTurns),
    messages: async function* () {
      const subjects = await kernel.store.read(async (tx) => [householdId, ...(await tx.tickets.find({ householdId })).map(({ id }) => id), ...(await ownTurns(tx)).map(({ id }) => id), ...(await tx.allocations.find({ householdId })).map(({ id }) => id)]);
      const seen = new Set<string>();
      for (const subject of subjects) {
        // A message about a turn may be named after it and a moment: `turn.moment`.
        const found = await kernel.store.read((tx) => tx.outbox.find({ subjectId: { prefix: subject } }, { sort: [['subjectId', 'asc']] }));
        const own = found.filter(({ id, subjectId }) => !seen.has(id) && (subjectId === subject || subjectId.startsWith(`${subject}.`)));
        for (const { id } of own) seen.add(id);
        yield* told(once<OutboxMessage>(() => Promise.resolve(own)));
      }
    },
    publicities: async function* () {
      const ids = new Set<string>();
      for await (const page of ownPages()) for (const id of await kernel.store.read((tx) => listsOfReviews(tx, page))) ids.add(id);
      yield await kernel.store.read(async (tx) => {
        const about = [...(await tx.applications.find({ householdId })), ...(await tx.misses.find({ householdId })), ...(await tx.allocations.find({ householdId })), ...(await batchesOf(tx, householdId))];
        for (const { publicityId } of about) if (publicityId !== null && publicityId !== '') ids.add(publicityId);
        const found = await Promise.all([...ids].map((id) => tx.publicities.get(id)));
        return found.filter((one): one is Publicity => one !== null).sort((a, b) => (a.firstDay < b.firstDay ? -1 : 1));
      });
    },
    objections: () => once(async (tx) => {
      const subjects: string[] = [];
      for (const { id, publicityRound } of await tx.applications.find({ householdId })) for (let round = 1; round <= publicityRound; round += 1) subjects.push(`${id}.${round}`);
      for (const { id } of [...(await tx.tickets.find({ householdId })), ...(await tx.allocations.find({ householdId }))]) subjects.push(id);
      const found: Objection[] = [];
      for (const subjectId of subjects) found.push(...(await tx.objections.find({ subjectId })));
      return found.sort((a, b) => a.raisedAtMs - b.raisedAtMs);
    }),
    batches: () => once((tx) => batchesOf(tx, householdId)),
    swaps: async function* () {
      const ids = new Set<string>();
      for await (const page of ownPages()) for (const { type, detail } of page) if (type === 'SwapMoved') ids.add((JSON.parse(detail) as { swapId: string }).swapId);
      yield await kernel.store.read(async (tx) => (await Promise.all([...ids].map((id) => tx.swaps.get(id)))).filter((swap) => swap !== null));
    },
    householdIds: async function* () {
      if ((await kernel.store.read((tx) => tx.households.get(householdId))) !== null) yield [householdId];
    },
  };
}

/** The batches that gave the household its numbers. */
async function batchesOf(tx: Tx, householdId: string) {
  const days = new Set((await tx.tickets.find({ householdId })).map(({ batchDay }) => batchDay));
  const found = await Promise.all([...days].sort().map(async (day) => (await tx.batches.find({ day }))[0]));
  return found.filter((batch) => batch !== undefined);
}

/** The lists of a review that these entries put an application into: of its district, begun on the day of the entry. */
async function listsOfReviews(tx: Tx, entries: readonly LedgerEntry[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { atMs, detail } of entries) {
    const { applicationId, after } = JSON.parse(detail) as { applicationId?: string; after?: string };
    if (applicationId === undefined || (after !== 'firstPublicity' && after !== 'secondPublicity')) continue;
    const application = await tx.applications.get(applicationId);
    if (application === null) continue;
    const kind = after === 'firstPublicity' ? 'firstReview' : 'secondReview';
    ids.push(...(await tx.publicities.find({ scopeId: scopeOf(application.district), kind, firstDay: dayOf(atMs) })).map(({ id }) => id));
  }
  return ids;
}

/** The entry that gave out a batch's numbers: written with the batch's last chunk, found by its instant. */
async function entriesOfBatch(tx: Tx, group: string, day: string): Promise<LedgerEntry[]> {
  const [batch] = await tx.batches.find({ day });
  if (batch === undefined || batch.numberedAtMs === null) return [];
  const written = await tx.ledger.find({ atMs: batch.numberedAtMs });
  return written.filter(({ stream, type, open }) => stream === groupStream(group) && type === 'NumbersGiven' && open['batchDay'] === day);
}

/** Turns follow one another in a lane: the entries of one lie together, from the entry it is named after. */
export async function entriesOfTurn(kernel: Pick<Kernel, 'store'>, turn: Pick<TurnDoc, 'id' | 'laneId'>): Promise<LedgerEntry[]> {
  const stream = laneStream(turn.laneId);
  const firstSeq = Number(turn.id.slice(turn.laneId.length + 1));
  return kernel.store.read(async (tx) => {
    const first = await tx.ledger.get(ledgerEntryId(stream, firstSeq));
    if (first === null) return [];
    const own = [first];
    for (let after = firstSeq; ;) {
      const page = await tx.ledger.find({ stream, seq: { gt: after } }, { sort: [['seq', 'asc']], limit: 50 });
      const next = page.findIndex(({ type }) => type === 'TurnOpened');
      own.push(...(next < 0 ? page : page.slice(0, next)).filter(({ open }) => open['turnId'] === turn.id));
      if (next >= 0 || page.length < 50) return own;
      after = page.at(-1)!.seq;
    }
  });
}
