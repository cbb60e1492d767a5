/**
 * Which keys to walk, and in which order, to answer a query. A plan never decides what matches (the predicate
 * is evaluated on every candidate); it only bounds the candidates and says in what order they come.
 */
import { compareValues, type Order, type Predicate, type Test } from '../query';
import type { AnyDoc } from '../document';
import type { Scalar } from '../port';
import type { KeySpace, StoredCollection } from './catalog';
import { keyIn } from './keys';

/** Keys from `low` up to `high`; neither bound is ever equal to a key. */
export interface KeyRange {
  readonly low: Buffer;
  readonly high: Buffer;
}

export interface Plan {
  readonly keySpace: KeySpace;
  /** Ascending and disjoint. */
  readonly ranges: readonly KeyRange[];
  readonly descending: boolean;
  /**
   * Within one range, candidates come …
   * `sorted`: in the wanted order.
   * `tied`: in the wanted order except that equal ones come by id descending (an index walked backwards).
   * `grouped`: in the order of the first `groupFields` components; groups need sorting.
   * `unsorted`: in no useful order.
   */
  readonly arrival: 'sorted' | 'tied' | 'grouped' | 'unsorted';
  /** Components that fix a group. */
  readonly groupFields: number;
  /** Every key in the ranges satisfies the predicate, and nothing else does. */
  readonly isExact: boolean;
}

/** More alternatives of `in` values than this are not expanded into key ranges. */
const MAX_RANGES = 10_000;

/** The cheapest plan found for a query. `after` is the document results must follow. */
export function planQuery(collection: StoredCollection, predicate: Predicate, order: Order, after: AnyDoc | null): Plan {
  let best = planOn(collection.primary, predicate, order, after);
  for (const keySpace of collection.secondary) {
    if (!coversPartial(keySpace, predicate.tests)) continue;
    const candidate = planOn(keySpace, predicate, order, after);
    if (candidate.score > best.score) best = candidate;
  }
  return best.plan;
}

/** A partial index may answer only when the query asks for nothing outside it. */
function coversPartial(keySpace: KeySpace, tests: readonly Test[]): boolean {
  return keySpace.where.every(([field, value]) => tests.some((test) => test.op === 'in' && test.field === field && test.values.length === 1 && test.values[0] === value));
}

function planOn(keySpace: KeySpace, { tests, anyOf }: Predicate, order: Order, after: AnyDoc | null): { plan: Plan; score: number } {
  const { fields } = keySpace;
  // Leading components with given values.
  let prefixes: Scalar[][] = [[]];
  const single = new Map<string, Scalar>();
  let fixed = 0;
  for (; fixed < fields.length; fixed++) {
    const values = valuesFor(fields[fixed]!, tests);
    if (!values || prefixes.length * values.length > MAX_RANGES) break;
    if (values.length === 1) single.set(fields[fixed]!, values[0]!);
    prefixes = prefixes.flatMap((prefix) => values.map((value) => [...prefix, value]));
  }
  const next = fields[fixed];
  const bounds = next === undefined ? [] : tests.filter((test) => test.field === next && test.op !== 'in');

  // How far the order of the keys is the wanted order.
  for (const [field, value] of keySpace.where) single.set(field, value);
  const wanted = order.filter(({ field }) => !single.has(field));
  const rest = fields.slice(fixed);
  const descending = wanted[0]?.descending ?? false;
  let same = 0;
  while (same < wanted.length && same < rest.length && wanted[same]!.field === rest[same] && wanted[same]!.descending === descending) same++;
  const arrival = same === wanted.length || same === rest.length ? 'sorted'
    : same === 0 ? 'unsorted'
    : descending && same === wanted.length - 1 && same === rest.length - 1 && rest[same] === 'id' && wanted[same]!.field === 'id' ? 'tied'
    : 'grouped';

  // Paging: nothing before `after` in the order of the matched components. Not when several prefixes are
  // themselves part of the order, for then each has its own place in it; and not when `after` is itself outside
  // the query, for then a component given by the query already decides.
  const isComparable = after && order.every(({ field }) => !single.has(field) || single.get(field) === after[field])
    && !wanted.some(({ field }) => fields.slice(0, fixed).includes(field));
  const follow = isComparable ? rest.slice(0, same).map((field) => after[field] as Scalar) : null;
  const ranges: KeyRange[] = [];
  for (const prefix of prefixes) {
    const range = rangeOf(keySpace.space, prefix, bounds, follow, descending);
    if (Buffer.compare(range.low, range.high) < 0) ranges.push(range);
  }
  ranges.sort((a, b) => Buffer.compare(a.low, b.low));

  const isPoint = keySpace.unique && fixed === fields.length;
  const decided = new Set([...fields.slice(0, fixed), ...keySpace.where.map(([field]) => field)]);
  const isExact = !after && anyOf.length === 0 && tests.every((test) => (test.op === 'in' ? decided.has(test.field) : bounds.includes(test)));
  const score = (isPoint ? 1000 : 0) + (fixed + keySpace.where.length) * 100 + (bounds.length > 0 ? 40 : 0)
    + (arrival === 'sorted' ? 20 : arrival === 'tied' ? 18 : arrival === 'grouped' ? 10 : 0)
    // Walking the documents themselves saves a look-up each.
    + (keySpace.name === 'id' ? 1 : 0);
  return { plan: { keySpace, ranges, descending, arrival, groupFields: fixed + same, isExact }, score };
}

/** The values a field must have one of, or null when it is not so bounded. */
function valuesFor(field: string, tests: readonly Test[]): Scalar[] | null {
  let values: Scalar[] | null = null;
  for (const test of tests) {
    if (test.field !== field || test.op !== 'in') continue;
    values = values ? values.filter((value) => test.values.includes(value)) : [...new Set(test.values)];
  }
  return values && values.sort(compareValues);
}

function rangeOf(space: number, prefix: readonly Scalar[], bounds: readonly Test[], follow: readonly Scalar[] | null, descending: boolean): KeyRange {
  const start = () => {
    const key = keyIn(space);
    for (const value of prefix) key.value(value);
    return key;
  };
  let low = start().take();
  let high = start().above().take();
  const raise = (bound: Buffer) => { if (Buffer.compare(bound, low) > 0) low = bound; };
  const lower = (bound: Buffer) => { if (Buffer.compare(bound, high) < 0) high = bound; };
  for (const test of bounds) {
    if (test.op === 'prefix') {
      raise(start().startOfText(test.prefix).take());
      lower(start().startOfText(test.prefix).above().take());
    } else if (test.op === 'range') {
      raise(test.lower ? (test.lower.inclusive ? start().value(test.lower.value) : start().value(test.lower.value).above()).take() : start().startOfKind(test.kind).take());
      lower(test.upper ? (test.upper.inclusive ? start().value(test.upper.value).above() : start().value(test.upper.value)).take() : start().startOfKind(test.kind, true).take());
    }
  }
  if (follow) {
    const key = start();
    for (const value of follow) key.value(value);
    if (descending) lower(key.above().take());
    else raise(key.take());
  }
  return { low, high };
}
