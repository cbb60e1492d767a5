/**
 * Conditions and orders as plain functions: the one meaning of `where` and `sort` that both adapters follow.
 * The order of values is MongoDB's: null, numbers, strings by UTF-8 bytes, booleans.
 */
import type { AnyDoc, CompiledCollection, ScalarKind } from './document';
import { kindOf, wellFormed } from './document';
import type { Scalar } from './port';

/** One end of a range. */
export interface Bound {
  readonly value: string | number;
  readonly inclusive: boolean;
}

/** A condition on one field. A range holds for values of its own kind only. */
export type Test =
  | { readonly op: 'in'; readonly field: string; readonly values: readonly Scalar[] }
  | { readonly op: 'range'; readonly field: string; readonly kind: 'number' | 'string'; readonly lower: Bound | null; readonly upper: Bound | null }
  | { readonly op: 'prefix'; readonly field: string; readonly prefix: string };

/** `where`, checked and flattened: every test and every alternative must hold. */
export interface Predicate {
  readonly tests: readonly Test[];
  /** Each a disjunction; one without members never holds. */
  readonly anyOf: readonly (readonly Predicate[])[];
}

/** A total order: ends with `id` unless `id` came earlier. */
export type Order = readonly { readonly field: string; readonly descending: boolean }[];

/**
 * Checks and flattens a `where`. Throws TypeError for an unknown or non-scalar field, for `undefined` (a
 * forgotten value must not widen a query) and for an empty condition. Broken strings are made well-formed,
 * which matches nothing that can be stored.
 */
export function compileWhere(collection: CompiledCollection, where: object): Predicate {
  const tests: Test[] = [];
  const anyOf: (readonly Predicate[])[] = [];
  for (const [key, value] of Object.entries(where) as [string, unknown][]) {
    if (key === 'and') {
      for (const part of list(value, key)) {
        const inner = compileWhere(collection, part as object);
        tests.push(...inner.tests);
        anyOf.push(...inner.anyOf);
      }
    } else if (key === 'or') {
      anyOf.push(list(value, key).map((part) => compileWhere(collection, part as object)));
    } else {
      if (!collection.scalars.has(key)) throw new TypeError(`${collection.name}: no condition is possible on ${key}`);
      tests.push(...compileCondition(`${collection.name}.${key}`, key, value));
    }
  }
  return { tests, anyOf };
}

function list(value: unknown, key: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${key} takes a list of conditions`);
  return value;
}

function compileCondition(place: string, field: string, condition: unknown): Test[] {
  if (condition === null || typeof condition !== 'object') return [{ op: 'in', field, values: [scalar(place, condition)] }];
  const given = condition as Record<string, unknown>;
  const tests: Test[] = [];
  for (const [op, value] of Object.entries(given)) {
    switch (op) {
      case 'in':
        tests.push({ op: 'in', field, values: list(value, place).map((item) => scalar(place, item)) });
        break;
      case 'prefix':
        if (typeof value !== 'string') throw new TypeError(`${place}: a prefix is a string`);
        tests.push({ op: 'prefix', field, prefix: wellFormed(value) });
        break;
      case 'gt': case 'gte': case 'lt': case 'lte': {
        const limit = scalar(place, value);
        if (typeof limit !== 'string' && typeof limit !== 'number') throw new TypeError(`${place}: a range is of numbers or strings`);
        const bound: Bound = { value: limit, inclusive: op.endsWith('e') };
        const isLower = op.startsWith('g');
        tests.push({ op: 'range', field, kind: typeof limit as 'number' | 'string', lower: isLower ? bound : null, upper: isLower ? null : bound });
        break;
      }
      default:
        throw new TypeError(`${place}: unknown condition ${op}`);
    }
  }
  if (tests.length === 0) throw new TypeError(`${place}: an empty condition`);
  return tests;
}

function scalar(place: string, value: unknown): Scalar {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number' && !Number.isNaN(value)) return value === 0 ? 0 : value;
  if (value === null || typeof value === 'boolean') return value;
  throw new TypeError(`${place}: ${String(value)} is not a value to compare with`);
}

/** Whether a document (or the part of it that the predicate names) satisfies the predicate. */
export function matches(predicate: Predicate, doc: AnyDoc): boolean {
  for (const test of predicate.tests) if (!holds(test, doc[test.field] as Scalar)) return false;
  for (const alternatives of predicate.anyOf) if (!alternatives.some((one) => matches(one, doc))) return false;
  return true;
}

function holds(test: Test, value: Scalar): boolean {
  switch (test.op) {
    case 'in':
      return test.values.includes(value);
    case 'prefix':
      return typeof value === 'string' && value.startsWith(test.prefix);
    case 'range': {
      if (typeof value !== test.kind) return false;
      if (test.lower && !(compareValues(value, test.lower.value) >= (test.lower.inclusive ? 0 : 1))) return false;
      return !test.upper || compareValues(value, test.upper.value) <= (test.upper.inclusive ? 0 : -1);
    }
  }
}

/** Every field a predicate names. */
export function fieldsOf(predicate: Predicate, into = new Set<string>()): Set<string> {
  for (const test of predicate.tests) into.add(test.field);
  for (const alternatives of predicate.anyOf) for (const one of alternatives) fieldsOf(one, into);
  return into;
}

/** Checks a sort and makes it total. Throws TypeError for a field without an order. */
export function compileSort(collection: CompiledCollection, sort: readonly (readonly [string, 'asc' | 'desc'])[] = []): Order {
  const order: { field: string; descending: boolean }[] = [];
  for (const [field, direction] of sort) {
    if (!collection.scalars.has(field)) throw new TypeError(`${collection.name}: no order by ${field}`);
    if (direction !== 'asc' && direction !== 'desc') throw new TypeError(`${collection.name}.${field}: asc or desc`);
    if (order.some((key) => key.field === field)) continue;
    order.push({ field, descending: direction === 'desc' });
    if (field === 'id') return order;
  }
  return [...order, { field: 'id', descending: false }];
}

/** Checks a limit: a whole number from 0, or none. Throws RangeError. */
export function checkLimit(limit: number | undefined): number {
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`limit ${limit}`);
  return limit;
}

const ranks: Readonly<Record<ScalarKind, number>> = { null: 0, number: 1, string: 2, boolean: 3 };

/** Rank of a kind of value in the order of all values. */
export function rankOf(kind: ScalarKind): number {
  return ranks[kind];
}

/** -1, 0 or 1 in MongoDB's order of values. */
export function compareValues(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  const kindA = kindOf(a), kindB = kindOf(b);
  if (kindA !== kindB) return ranks[kindA] < ranks[kindB] ? -1 : 1;
  if (kindA === 'string') return compareStrings(a as string, b as string);
  return (a as number) < (b as number) ? -1 : 1;
}

/** Order of UTF-8 bytes, which for well-formed strings is the order of code points, not of UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    let unitA = a.charCodeAt(at), unitB = b.charCodeAt(at);
    if (unitA === unitB) continue;
    // Surrogates stand for code points above all others: lift them over U+E000…U+FFFF.
    if (unitA >= 0xd800 && unitB >= 0xd800) {
      unitA += unitA >= 0xe000 ? -0x800 : 0x2000;
      unitB += unitB >= 0xe000 ? -0x800 : 0x2000;
    }
    return unitA < unitB ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

/** Compares two documents in a total order: 0 only for the same id. */
export function compareDocs(order: Order, a: AnyDoc, b: AnyDoc): number {
  for (const { field, descending } of order) {
    const result = compareValues(a[field] as Scalar, b[field] as Scalar);
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}

/** The first string, in the order of strings, that comes after all strings with this prefix; null when there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === 0x10ffff) continue;
    // The code points between are surrogates, which no well-formed string holds.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return null;
}
