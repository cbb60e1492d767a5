/**
 * What an export is about, as streams read page by page, every page its own short read: nothing grows with the
 * period, and a long export holds up nobody. Acts are those of the period; what is on file (applications, numbers,
 * leases …) is that of every household which something happened to in it.
 */
import type { Kernel } from '../../kernel';
import type { Batch, LedgerEntry, Objection, OutboxMessage, Publicity, TurnDoc } from '../../store/collections';
import type { DocOf } from '../../store/collections';
import type { Doc, Tx } from '../../store/port';
import type { Batches } from './table';

export const PAGE = 250;

export interface Subjects {
  countEntries(tx: Tx): Promise<number>;
  countTurns(tx: Tx): Promise<number>;
  countMessages(tx: Tx): Promise<number>;
  entries(): Batches<LedgerEntry>;
  turns(): Batches<TurnDoc>;
  /** What people and partners were told; not the refreshing of screens. */
  messages(): Batches<OutboxMessage>;
  publicities(): Batches<Publicity>;
  objections(): Batches<Objection>;
  batches(): Batches<Batch>;
  swaps(): Batches<DocOf<'swaps'>>;
  /** Ids of the households concerned, each once. */
  householdIds(): Batches<string>;
  /** The instants acts must lie between; null where all belong in the export. */
  readonly within: { readonly gte: number; readonly lt: number } | null;
}

/** Pages of a query, each read by itself. What is inserted behind the place reached is not missed; nothing comes twice. */
export async function* pages<D extends Doc>(kernel: Pick<Kernel, 'store'>, find: (tx: Tx, page: { limit: number; after?: D }) => Promise<D[]>): AsyncGenerator<readonly D[]> {
  for (let after: D | undefined; ;) {
    const from = after;
    const page: D[] = await kernel.store.read((tx) => find(tx, { limit: PAGE, ...(from === undefined ? {} : { after: from }) }));
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1);
  }
}

/** What is found for each household concerned, a page of households a read. */
export async function* ofHouseholds<D>(kernel: Pick<Kernel, 'store'>, subjects: Pick<Subjects, 'householdIds'>, find: (tx: Tx, householdId: string) => Promise<readonly D[]>): AsyncGenerator<readonly D[]> {
  for await (const ids of subjects.householdIds()) {
    const found = await kernel.store.read(async (tx) => {
      const docs: D[] = [];
      for (const id of ids) docs.push(...(await find(tx, id)));
      return docs;
    });
    if (found.length > 0) yield found;
  }
}

/** Messages to people and partners. */
export async function* told(batches: Batches<OutboxMessage>): AsyncGenerator<readonly OutboxMessage[]> {
  for await (const batch of batches) yield batch.filter(({ topic }) => topic !== 'live');
}
