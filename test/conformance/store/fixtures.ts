/** Collections made for the contract: every kind of field, and a field that holds every kind of value. */
import * as z from 'zod/mini';
import { collection } from '../../../bff/store/collection';
import { collections } from '../../../bff/store/collections';
import type { Definitions } from '../../../bff/store/document';
import type { CollectionTx, Store, TransactOptions } from '../../../bff/store/port';

const base = { id: z.string(), version: z.int() };

export const testCollections = {
  things: collection(
    z.strictObject({
      ...base,
      group: z.string(),
      /** Null, numbers, strings and booleans side by side, to prove their order. */
      rank: z.nullable(z.union([z.number(), z.string(), z.boolean()])),
      size: z.number(), flag: z.boolean(), note: z.nullable(z.string()),
      tags: z.array(z.string()), inner: z.nullable(z.strictObject({ text: z.string(), deep: z.array(z.strictObject({ n: z.number() })) })),
      extra: z.record(z.string(), z.unknown()), any: z.unknown(), list: z.nullable(z.array(z.number())),
      mood: z.nullable(z.enum(['calm', 'loud'])), kind: z.literal('thing'),
    }),
    [
      { name: 'thingsByGroup', fields: ['group', 'rank'] },
      { name: 'thingsByFlag', fields: ['flag', 'size', 'note'] },
      { name: 'thingsByRank', fields: ['rank'] },
    ],
  ),
  /** Seats: one per door, and one *taken* per person. */
  seats: collection(z.strictObject({ ...base, hall: z.string(), door: z.int(), person: z.nullable(z.string()), taken: z.boolean() }), [
    { name: 'oneSeatPerDoor', fields: ['hall', 'door'], unique: true },
    { name: 'oneTakenPerPerson', fields: ['person'], unique: true, where: { taken: true } },
    { name: 'seatsOfHall', fields: ['hall', 'taken'] },
  ]),
  counters: collection(z.strictObject({ ...base, n: z.int() }), []),
  migrations: collections.migrations,
} as const;

export const testDefinitions: Definitions = testCollections;

type TestCollections = typeof testCollections;
export type TestTx = { readonly [N in keyof TestCollections]: CollectionTx<z.infer<TestCollections[N]['schema']>> };
export type Thing = z.infer<TestCollections['things']['schema']>;
export type Seat = z.infer<TestCollections['seats']['schema']>;

/** The store with the types of the test's collections. */
export interface TestStore extends Omit<Store, 'transact' | 'read'> {
  transact<T>(work: (tx: TestTx) => Promise<T>, options?: TransactOptions): Promise<T>;
  read<T>(work: (tx: TestTx) => Promise<T>): Promise<T>;
}

export const asTestStore = (store: Store) => store as unknown as TestStore;

export function buildThing(overrides: Partial<Thing> & { id: string }): Omit<Thing, 'version'> {
  return { group: 'g', rank: null, size: 0, flag: false, note: null, tags: [], inner: null, extra: {}, any: null, list: null, mood: null, kind: 'thing', ...overrides };
}

export function buildSeat(overrides: Partial<Seat> & { id: string }): Omit<Seat, 'version'> {
  return { hall: 'h', door: 1, person: null, taken: false, ...overrides };
}

/** Empties the collections between tests. */
export async function clear(store: TestStore): Promise<void> {
  await store.transact(async (tx) => {
    for (const doc of await tx.things.find({})) await tx.things.remove(doc);
    for (const doc of await tx.seats.find({})) await tx.seats.remove(doc);
    for (const doc of await tx.counters.find({})) await tx.counters.remove(doc);
    for (const doc of await tx.migrations.find({})) await tx.migrations.remove(doc);
  });
}

/** A meeting point: everyone who waits goes on once `size` have come. */
export function barrier(size: number): () => Promise<void> {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  let waiting = 0;
  return () => {
    if (++waiting === size) open();
    return opened;
  };
}
