/** What every store adapter promises: documents, uniqueness, refusals, migrations. */
import { InvalidDocumentError } from '../../../bff/store/document';
import { NewerDataError, runMigrations, type Migration } from '../../../bff/store/migrations';
import { ConflictError, StoreBusyError, UniqueViolation, type Store } from '../../../bff/store/port';
import { buildSeat, buildThing, clear, type TestStore } from './fixtures';

/** Runs the contract's first part on the store `open` gives; it is shared by all tests and emptied between them. */
export function describeDocuments(store: () => TestStore): void {
  beforeEach(() => clear(store()));
  const insertSeats = (...seats: ReturnType<typeof buildSeat>[]) => store().transact(async (tx) => {
    for (const seat of seats) await tx.seats.insert(seat);
  });

  describe('documents', () => {
    it('come back exactly as they were written, in any later transaction', async () => {
      const odd = ['', ' ', 'a\0b', 'é', 'e\u0301', '\u{1f600}', '𠮷野家', '\uffff', '\ud7ff', '租房', 'x'.repeat(5000)];
      const things = [
        buildThing({ id: 'plain' }),
        buildThing({ id: 'loud', mood: 'loud' }),
        buildThing({ id: 'numbers', size: 2 ** 53 - 1, list: [-(2 ** 53 - 1), 0.1, -0.5, 1e300, 5e-324, 2 ** 31, -(2 ** 31), 2 ** 32] }),
        buildThing({ id: 'texts', tags: odd, note: '', any: odd }),
        buildThing({ id: 'nested', inner: { text: '', deep: [{ n: 1 }, { n: -1 }] }, any: { a: [null, { b: [] }], c: {} } }),
        buildThing({ id: 'keys', extra: { 'a.b': 1, '.': 2, '': 3, '租': 4, 'a$': 5, constructor: 6, toString: 7, _id: 8, id: 9, type: 'x', length: 3, deep: { 'x.y': { 'z.': null } } } }),
      ];
      for (const thing of things) {
        const inserted = await store().transact((tx) => tx.things.insert(thing));
        expect(inserted).toStrictEqual({ ...thing, version: 1 });
        const read = await store().read((tx) => tx.things.get(thing.id));
        expect(read).toStrictEqual({ ...thing, version: 1 });
        const replaced = await store().transact(async (tx) => tx.things.replace({ ...read!, size: 7 }));
        expect(replaced).toStrictEqual({ ...thing, size: 7, version: 2 });
        expect(await store().read((tx) => tx.things.find({ id: thing.id }))).toStrictEqual([{ ...thing, size: 7, version: 2 }]);
      }
    });

    it('have odd ids', async () => {
      for (const id of [' ', '\0', 'a\0b', '租', '\u{1f600}', '$a.b', 'x'.repeat(1400)]) {
        await store().transact((tx) => tx.things.insert(buildThing({ id })));
        expect((await store().read((tx) => tx.things.get(id)))?.id).toBe(id);
      }
      expect(await store().read((tx) => tx.things.get(''))).toBeNull();
      expect(await store().read((tx) => tx.things.get('x'.repeat(9000)))).toBeNull();
      expect(await store().read((tx) => tx.things.find({ id: { gt: 'w'.repeat(9000) }, group: { lte: 'z'.repeat(9000) } }))).toHaveLength(3);
    });

    it.each<[string, object]>([
      ['an unknown field', { surprise: 1 }],
      ['an unknown nested field', { inner: { text: '', deep: [], more: 1 } }],
      ['a wrong type', { size: '1' }],
      ['a word that is none of its words', { mood: 'other' }],
      ['a missing value', { note: undefined }],
      ['undefined within', { any: { a: undefined } }],
      ['NaN', { size: Number.NaN }],
      ['infinity within', { any: [Number.POSITIVE_INFINITY] }],
      ['half a character', { group: '\ud800' }],
      ['half a character in a key', { extra: { '\udc00': 1 } }],
      ['a key with $ first', { extra: { $set: 1 } }],
      ['a key that BSON would obey', { any: { _bsontype: 'ObjectId' } }],
      ['a key with NUL', { extra: { 'a\0': 1 } }],
      ['__proto__', { extra: JSON.parse('{"__proto__":1}') as object }],
      ['a date', { any: new Date(0) }],
      ['a map', { any: new Map() }],
      ['a bigint', { any: 1n }],
      ['an empty id', { id: '' }],
      ['long indexed text', { group: '租'.repeat(600) }],
      ['a long id', { id: 'x'.repeat(1600) }],
    ])('are refused with %s, leaving nothing', async (_, part) => {
      const bad = { ...buildThing({ id: 'bad' }), ...part } as ReturnType<typeof buildThing>;
      await expect(store().transact(async (tx) => {
        await tx.things.insert(buildThing({ id: 'good' }));
        await tx.things.insert(bad);
      })).rejects.toThrow(InvalidDocumentError);
      expect(await store().read((tx) => tx.things.count({}))).toBe(0);
    });

    it('turn negative zero into zero', async () => {
      await store().transact((tx) => tx.things.insert(buildThing({ id: 'zero', size: -0, any: [-0], rank: -0 })));
      const [found] = await store().read((tx) => tx.things.find({ rank: -0 }));
      expect([found!.size, found!.any, found!.rank]).toStrictEqual([0, [0], 0]);
    });

    it('are copies: changing one changes nothing in the store', async () => {
      await store().transact(async (tx) => {
        const given = buildThing({ id: 'a', tags: ['x'] });
        const inserted = await tx.things.insert(given);
        given.tags.push('y');
        inserted.tags.push('z');
        (await tx.things.get('a'))!.tags.push('w');
        (await tx.things.find({}))[0]!.tags.push('v');
        (await tx.things.guard(inserted)).tags.push('u');
      });
      expect((await store().read((tx) => tx.things.get('a')))!.tags).toEqual(['x']);
    });

    it('carry a version that grows by one with every write, a guard included', async () => {
      const versions = await store().transact(async (tx) => {
        const one = await tx.counters.insert({ id: 'c', n: 0 });
        const two = await tx.counters.replace({ ...one, n: 5 });
        const three = await tx.counters.guard({ ...two, n: 99 });
        return [one.version, two.version, three.version, three.n];
      });
      expect(versions).toEqual([1, 2, 3, 5]);
      expect(await store().read((tx) => tx.counters.get('c'))).toEqual({ id: 'c', n: 5, version: 3 });
    });

    it('can be removed and inserted again', async () => {
      await store().transact((tx) => tx.counters.insert({ id: 'c', n: 1 }));
      await store().transact(async (tx) => {
        await tx.counters.remove((await tx.counters.get('c'))!);
        expect(await tx.counters.get('c')).toBeNull();
        await tx.counters.insert({ id: 'c', n: 2 });
      });
      expect(await store().read((tx) => tx.counters.get('c'))).toEqual({ id: 'c', n: 2, version: 1 });
    });

    it.each(['replace', 'remove', 'guard'] as const)('%s with a version that is not the stored one is a lost race', async (act) => {
      const first = await store().transact((tx) => tx.counters.insert({ id: 'c', n: 1 }));
      await store().transact((tx) => tx.counters.replace({ ...first, n: 2 }));
      for (const stale of [first, { ...first, version: 3 }, { ...first, id: 'none' }]) {
        const failed = store().transact(async (tx) => { await tx.counters[act](stale); }, { maxAttempts: 1 });
        await expect(failed).rejects.toThrow(StoreBusyError);
        await expect(failed).rejects.toMatchObject({ cause: expect.any(ConflictError) as unknown });
      }
      expect((await store().read((tx) => tx.counters.get('c')))!.n).toBe(2);
    });
  });

  describe('unique indexes', () => {
    const violation = (index: string) => expect.objectContaining({ name: 'UniqueViolation', index }) as UniqueViolation;

    it('refuse a second document by the index\'s name', async () => {
      await insertSeats(buildSeat({ id: 'a' }));
      await expect(insertSeats(buildSeat({ id: 'b' }))).rejects.toEqual(violation('oneSeatPerDoor'));
      await expect(insertSeats(buildSeat({ id: 'a', door: 2 }))).rejects.toEqual(violation('id'));
      await expect(store().transact(async (tx) => {
        const other = await tx.seats.insert(buildSeat({ id: 'c', door: 3 }));
        await tx.seats.replace({ ...other, door: 1 });
      })).rejects.toEqual(violation('oneSeatPerDoor'));
      expect(await store().read((tx) => tx.seats.count({}))).toBe(1);
    });

    it('refuse within one transaction too', async () => {
      await expect(insertSeats(buildSeat({ id: 'a' }), buildSeat({ id: 'b' }))).rejects.toEqual(violation('oneSeatPerDoor'));
      await expect(insertSeats(buildSeat({ id: 'a' }), buildSeat({ id: 'a', door: 2 }))).rejects.toEqual(violation('id'));
      expect(await store().read((tx) => tx.seats.count({}))).toBe(0);
    });

    it('with a condition hold only for documents within it, as they enter and leave', async () => {
      await insertSeats(buildSeat({ id: 'a', person: 'p', taken: true }), buildSeat({ id: 'b', door: 2, person: 'p' }), buildSeat({ id: 'c', door: 3, person: 'p' }));
      const take = (id: string, taken: boolean) => store().transact(async (tx) => tx.seats.replace({ ...(await tx.seats.get(id))!, taken }));
      await expect(take('b', true)).rejects.toEqual(violation('oneTakenPerPerson'));
      await take('a', false);
      await take('b', true);
      await expect(take('a', true)).rejects.toEqual(violation('oneTakenPerPerson'));
      await store().transact(async (tx) => tx.seats.remove((await tx.seats.get('b'))!));
      await take('c', true);
      expect((await store().read((tx) => tx.seats.find({ person: 'p', taken: true }))).map(({ id }) => id)).toEqual(['c']);
    });

    it('count null as a value like any other', async () => {
      await insertSeats(buildSeat({ id: 'a', taken: true }));
      await expect(insertSeats(buildSeat({ id: 'b', door: 2, taken: true }))).rejects.toEqual(violation('oneTakenPerPerson'));
    });

    it('are checked statement by statement: two values swap only by way of a third', async () => {
      await insertSeats(buildSeat({ id: 'a', door: 1 }), buildSeat({ id: 'b', door: 2 }));
      await expect(store().transact(async (tx) => {
        const [a, b] = [await tx.seats.get('a'), await tx.seats.get('b')];
        await tx.seats.replace({ ...a!, door: 2 });
        await tx.seats.replace({ ...b!, door: 1 });
      })).rejects.toEqual(violation('oneSeatPerDoor'));
      await store().transact(async (tx) => {
        const [a, b] = [await tx.seats.get('a'), await tx.seats.get('b')];
        const parked = await tx.seats.replace({ ...a!, door: -1 });
        await tx.seats.replace({ ...b!, door: 1 });
        await tx.seats.replace({ ...parked, door: 2 });
      });
      expect((await store().read((tx) => tx.seats.find({ hall: 'h' }, { sort: [['door', 'asc']] }))).map(({ id }) => id)).toEqual(['b', 'a']);
    });

    it('let a key be given up and taken in one transaction', async () => {
      await insertSeats(buildSeat({ id: 'a' }));
      await store().transact(async (tx) => {
        await tx.seats.remove((await tx.seats.get('a'))!);
        await tx.seats.insert(buildSeat({ id: 'b' }));
      });
      expect((await store().read((tx) => tx.seats.find({ hall: 'h', door: 1 }))).map(({ id }) => id)).toEqual(['b']);
    });

    it('doom the transaction even when the violation is caught', async () => {
      await insertSeats(buildSeat({ id: 'a' }));
      await expect(store().transact(async (tx) => {
        await tx.seats.insert(buildSeat({ id: 'z', door: 9 }));
        await tx.seats.insert(buildSeat({ id: 'b' })).catch(() => undefined);
      })).rejects.toEqual(violation('oneSeatPerDoor'));
      expect(await store().read((tx) => tx.seats.count({}))).toBe(1);
    });
  });

  describe('migrations', () => {
    const build = (number: number, name: string): Migration => ({
      number, name,
      run: async (tx) => { await (tx as never as import('./fixtures').TestTx).counters.insert({ id: name, n: number }); },
    });
    const plain = () => store() as unknown as Store;

    it('run once, in order, also when two processes boot at once', async () => {
      const list = [build(1, 'one'), build(2, 'two'), build(3, 'three')];
      await runMigrations(plain(), list.slice(0, 1), 1000);
      await Promise.all([runMigrations(plain(), list, 2000), runMigrations(plain(), list, 2000)]);
      await runMigrations(plain(), list, 3000);
      expect(await store().read((tx) => tx.counters.find({}, { sort: [['n', 'asc']] }))).toMatchObject([{ id: 'one' }, { id: 'two' }, { id: 'three' }]);
      expect((await store().read((tx) => tx.migrations.find({}))).map(({ name, atMs }) => [name, atMs])).toEqual([['one', 1000], ['two', 2000], ['three', 2000]]);
    });

    it('refuse data that is newer than the program, or of another line', async () => {
      await runMigrations(plain(), [build(1, 'one'), build(2, 'two')], 1000);
      await expect(runMigrations(plain(), [build(1, 'one')], 2000)).rejects.toThrow(NewerDataError);
      await expect(runMigrations(plain(), [build(1, 'one'), build(2, 'other')], 2000)).rejects.toThrow(NewerDataError);
      await expect(runMigrations(plain(), [build(2, 'two')], 2000)).rejects.toThrow('expected 1');
    });
  });
}
