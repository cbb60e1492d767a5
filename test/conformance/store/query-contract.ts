/**
 * Every condition, sort and page against a plain model under generated data. The model shares no code with the
 * store, so that an error in the one is not an error in the other.
 */
import fc from 'fast-check';
import type { Scalar } from '../../../bff/store/port';
import { buildThing, clear, type TestStore, type TestTx, type Thing } from './fixtures';

type Condition = Scalar | { in: Scalar[] } | { gt?: string | number; gte?: string | number; lt?: string | number; lte?: string | number } | { prefix: string };
interface Where { [field: string]: Condition | Where[] | undefined; and?: Where[]; or?: Where[] }
type Sort = [string, 'asc' | 'desc'][];

// The model.
const rank = (value: Scalar) => (value === null ? 0 : { number: 1, string: 2, boolean: 3 }[typeof value as 'number' | 'string' | 'boolean']);
function compare(a: Scalar, b: Scalar): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a) - Number(b);
}
function satisfies(doc: Record<string, unknown>, where: Where): boolean {
  return Object.entries(where).every(([field, condition]) => {
    if (field === 'and') return (condition as Where[]).every((part) => satisfies(doc, part));
    if (field === 'or') return (condition as Where[]).some((part) => satisfies(doc, part));
    const value = doc[field] as Scalar;
    if (condition === null || typeof condition !== 'object') return value === condition;
    if ('in' in condition) return (condition as { in: Scalar[] }).in.includes(value);
    if ('prefix' in condition) return typeof value === 'string' && value.startsWith((condition as { prefix: string }).prefix);
    return Object.entries(condition as Record<string, string | number>).every(([op, bound]) => {
      if (typeof value !== typeof bound) return false;
      const order = compare(value, bound);
      return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[op as 'gt'];
    });
  });
}
function inOrder(docs: readonly Thing[], sort: Sort): Thing[] {
  const keys: Sort = [...sort, ['id', 'asc']];
  return [...docs].sort((a, b) => {
    for (const [field, direction] of keys) {
      const order = compare(a[field as 'id'], b[field as 'id']);
      if (order !== 0) return direction === 'desc' ? -order : order;
    }
    return 0;
  });
}

// The generators: few values, so that they meet; nasty ones, so that meeting hurts.
const texts = ['', 'a', 'A', 'aa', 'ab', 'a\0', 'a\0\x01', '\0', '\x01', 'é', 'e\u0301', '\u007f', '\u0080', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{1f600}a', '\u{10ffff}', '1', 'null', 'true', '租', '租房'];
const numbers = [0, 1, -1, 2, 10, -10, 0.5, -0.5, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1), 1e300, -1e300, 5e-324];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(...numbers);
const ids = fc.constantFrom(...texts.filter((one) => one !== ''));
const mixed: fc.Arbitrary<Scalar> = fc.oneof(fc.constant(null), number, text, fc.boolean());
const valueOf: Record<string, fc.Arbitrary<Scalar>> = {
  id: ids, group: fc.constantFrom('', 'a', 'a\0', '\u{1f600}'), rank: mixed, size: fc.constantFrom(0, 1, -0.5, 1e300), flag: fc.boolean(), note: fc.option(text, { nil: null }),
};
const fields = Object.keys(valueOf);

const thing: fc.Arbitrary<Omit<Thing, 'version'>> = fc.record(valueOf).map((part) => buildThing(part as { id: string }));
const things = fc.uniqueArray(thing, { selector: ({ id }) => id, maxLength: 24 });

const rangeOf = (bound: fc.Arbitrary<string | number>) => fc.oneof(
  ...(['gt', 'gte', 'lt', 'lte'] as const).map((op) => bound.map((value) => ({ [op]: value }))),
  fc.tuple(fc.constantFrom('gt', 'gte'), bound, fc.constantFrom('lt', 'lte'), bound).map(([low, from, high, to]) => ({ [low]: from, [high]: to })),
);
const conditionOn = (field: string): fc.Arbitrary<Condition> => fc.oneof(
  valueOf[field]!, fc.array(valueOf[field]!, { maxLength: 4 }).map((values) => ({ in: values })),
  rangeOf(fc.oneof(number, text)), text.map((prefix) => ({ prefix })),
);
const flat: fc.Arbitrary<Where> = fc.subarray(fields, { maxLength: 3 }).chain((chosen) => fc.record(Object.fromEntries(chosen.map((field) => [field, conditionOn(field)]))));
const where: fc.Arbitrary<Where> = fc.oneof(
  { weight: 4, arbitrary: flat },
  fc.tuple(flat, fc.array(flat, { maxLength: 3 })).map(([own, or]) => ({ ...own, or })),
  fc.tuple(flat, fc.array(flat, { maxLength: 2 }), fc.array(flat, { maxLength: 2 })).map(([own, and, or]) => ({ ...own, and: [...and, { or: [...or, ...and] }] })),
);
// Sorts an index can serve in full, in part, backwards, or not at all.
const sort: fc.Arbitrary<Sort> = fc.oneof(
  fc.uniqueArray(fc.tuple(fc.constantFrom(...fields), fc.constantFrom('asc' as const, 'desc' as const)), { selector: ([field]) => field, maxLength: 3 }),
  fc.tuple(fc.constantFrom(['group', 'rank'], ['flag', 'size', 'note'], ['flag', 'size'], ['rank'], ['rank', 'id'], ['id']), fc.constantFrom('asc' as const, 'desc' as const)).map(([names, direction]) => names.map((name): [string, 'asc' | 'desc'] => [name, direction])),
);
const page = { limit: fc.option(fc.nat(6), { nil: undefined }), after: fc.option(fc.nat(20), { nil: undefined }) };
const direction = fc.constantFrom('asc' as const, 'desc' as const);
const query = fc.oneof(
  { weight: 3, arbitrary: fc.record({ where, sort, ...page }) },
  // The shape an index serves best, where a wrong bound does most harm: several leading values, paged in its order.
  fc.record({
    where: fc.subarray(['', 'a', 'a\0', '\u{1f600}'], { minLength: 2 }).map((values): Where => ({ group: { in: values } })),
    sort: fc.tuple(fc.constantFrom(['group', 'rank'], ['rank'], ['rank', 'group']), direction, direction).map(([names, first, second]) => names.map((name, at): [string, 'asc' | 'desc'] => [name, at === 0 ? first : second])),
    limit: page.limit, after: fc.nat(9),
  }),
);
type Query = typeof query extends fc.Arbitrary<infer Q> ? Q : never;

/** What a transaction does before it asks: its own writes must show, and nothing else. */
const change = fc.record({ removed: fc.nat(30), replaced: fc.nat(30), inserted: fc.option(thing, { nil: undefined }) });

async function check(tx: TestTx, model: readonly Thing[], one: Query): Promise<void> {
  const all = inOrder(model.filter((doc) => satisfies(doc, one.where)), one.sort);
  const after = one.after === undefined ? undefined : inOrder(model, one.sort)[one.after];
  const rest = after ? all.filter((doc) => inOrder([doc, after], one.sort)[0] === after && doc !== after) : all;
  const options = { sort: one.sort as never, after };
  expect(await tx.things.find(one.where as never, { ...options, limit: one.limit })).toStrictEqual(rest.slice(0, one.limit));
  const streamed: Thing[] = [];
  for await (const doc of tx.things.iterate(one.where as never, options)) streamed.push(doc);
  expect(streamed).toStrictEqual(rest);
  expect(await tx.things.count(one.where as never)).toBe(all.length);
  for (const field of ['rank', 'note', 'group'] as const) {
    const counts = new Map<string, number>();
    for (const doc of all) counts.set(String(doc[field]), (counts.get(String(doc[field])) ?? 0) + 1);
    expect(new Map([...(await tx.things.countBy(field, one.where as never))].sort())).toEqual(new Map([...counts].sort()));
  }
}

/** Runs the contract's second part; `runs` data sets of a dozen queries each. */
export function describeQueries(store: () => TestStore, runs: number): void {
  describe('queries', () => {
    it('agree with the model, in a transaction with writes of its own and after it', async () => {
      await fc.assert(fc.asyncProperty(things, fc.array(change, { maxLength: 3 }), fc.array(query, { minLength: 8, maxLength: 12 }), async (given, changes, queries) => {
        await clear(store());
        let model: Thing[] = [];
        await store().transact(async (tx) => {
          model = [];
          for (const doc of given) model.push(await tx.things.insert(doc));
        });
        const before = model;
        await store().transact(async (tx) => {
          model = [...before];
          for (const { removed, replaced, inserted } of changes) {
            const toRemove = model[removed];
            if (toRemove) {
              await tx.things.remove(toRemove);
              model = model.filter((doc) => doc !== toRemove);
            }
            const toReplace = model[replaced];
            const donor = model[(replaced + 1) % Math.max(1, model.length)];
            if (toReplace && donor) {
              const written = await tx.things.replace({ ...donor, id: toReplace.id, version: toReplace.version });
              model = model.map((doc) => (doc === toReplace ? written : doc));
            }
            if (inserted && !model.some(({ id }) => id === inserted.id)) model.push(await tx.things.insert(inserted));
          }
          for (const one of queries.slice(0, 4)) await check(tx, model, one);
        });
        await store().read(async (tx) => {
          for (const one of queries) await check(tx, model, one);
        });
      }), { numRuns: runs, interruptAfterTimeLimit: 40_000 });
    });

    it('page through everything exactly once', async () => {
      await clear(store());
      await store().transact(async (tx) => {
        for (let i = 0; i < 450; i++) await tx.things.insert(buildThing({ id: `t${i}`, group: `g${i % 2}`, rank: i % 7, size: i % 5, flag: i % 3 === 0 }));
      });
      const sorts: Sort[] = [[], [['rank', 'desc']], [['size', 'asc'], ['rank', 'desc']], [['flag', 'desc'], ['size', 'desc'], ['note', 'desc']]];
      await store().read(async (tx) => {
        for (const one of sorts) {
          const whole = (await tx.things.find({}, { sort: one as never })).map(({ id }) => id);
          expect(new Set(whole).size).toBe(450);
          const paged: string[] = [];
          for (let after: Thing | undefined; ;) {
            const page: Thing[] = await tx.things.find({}, { sort: one as never, limit: 97, after });
            paged.push(...page.map(({ id }) => id));
            after = page.at(-1);
            if (page.length < 97) break;
          }
          expect(paged).toEqual(whole);
          const streamed: string[] = [];
          for await (const { id } of tx.things.iterate({}, { sort: one as never })) streamed.push(id);
          expect(streamed).toEqual(whole);
        }
      });
    });

    it.each<[string, object, object]>([
      ['an unknown field', { nothing: 1 }, {}], ['undefined', { group: undefined }, {}], ['an empty condition', { group: {} }, {}],
      ['an unknown operator', { group: { like: 'a' } }, {}], ['NaN', { size: Number.NaN }, {}], ['an undefined bound', { size: { gt: undefined } }, {}],
      ['a field that is no plain value', { tags: 'a' }, {}], ['a sort without an order', {}, { sort: [['extra', 'asc']] }], ['a negative limit', {}, { limit: -1 }],
      ['half a limit', {}, { limit: 0.5 }],
    ])('refuse %s', async (_, condition, options) => {
      await expect(store().read((tx) => tx.things.find(condition as never, options as never))).rejects.toThrow(/things|limit/);
    });

    it('with half a character match nothing, rather than something else', async () => {
      await clear(store());
      await store().transact((tx) => tx.things.insert(buildThing({ id: 'a', group: 'x' })));
      expect(await store().read((tx) => tx.things.find({ group: '\ud800' }))).toEqual([]);
    });
  });
}
