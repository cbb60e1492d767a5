/** Conditions, orders and pages as MongoDB filters that mean exactly what `query.ts` means. */
import type { AnyDoc, CompiledCollection, ScalarKind } from '../document';
import { kindOf } from '../document';
import { afterPrefix, rankOf, type Order, type Predicate, type Test } from '../query';
import type { Scalar } from '../port';

export type Filter = Record<string, unknown>;

const nothing: Filter = { _id: { $in: [] } };
const stored = (field: string) => (field === 'id' ? '_id' : field);

/** The filter of a predicate. */
export function filterOf(predicate: Predicate): Filter {
  const parts: Filter[] = predicate.tests.map(filterOfTest);
  for (const alternatives of predicate.anyOf) {
    // MongoDB refuses an empty $or.
    parts.push(alternatives.length === 0 ? nothing : { $or: alternatives.map(filterOf) });
  }
  return allOf(parts);
}

function allOf(parts: Filter[]): Filter {
  return parts.length === 0 ? {} : parts.length === 1 ? parts[0]! : { $and: parts };
}

function filterOfTest(test: Test): Filter {
  const field = stored(test.field);
  switch (test.op) {
    case 'in':
      return oneOf(field, test.values);
    case 'prefix': {
      // A range rather than a regular expression: no escaping, NUL allowed, and it uses the index.
      const end = afterPrefix(test.prefix);
      return { [field]: { $gte: test.prefix, ...(end !== null && { $lt: end }) } };
    }
    case 'range':
      // MongoDB too compares within one kind of value only. One of the two bounds is given.
      return test.lower
        ? { [field]: { [test.lower.inclusive ? '$gte' : '$gt']: test.lower.value } }
        : { [field]: { [test.upper!.inclusive ? '$lte' : '$lt']: test.upper!.value } };
  }
}

/** Null apart from the other values: not every engine that speaks MongoDB's language finds it within an $in. */
function oneOf(field: string, values: readonly Scalar[]): Filter {
  if (values.length === 1) return { [field]: { $eq: values[0] } };
  if (!values.includes(null)) return { [field]: { $in: values } };
  return { $or: [{ [field]: { $eq: null } }, { [field]: { $in: values.filter((value) => value !== null) } }] };
}

/** The sort of an order. */
export function sortOf(order: Order): Record<string, 1 | -1> {
  return Object.fromEntries(order.map(({ field, descending }) => [stored(field), descending ? -1 : 1]));
}

/** What comes strictly behind `after` in the order: beyond it in some key, equal in all keys before that. */
export function filterAfter(collection: CompiledCollection, order: Order, after: AnyDoc): Filter {
  const alternatives: Filter[] = [];
  const equal: Filter[] = [];
  for (const { field, descending } of order) {
    const value = after[field] as Scalar;
    const beyond = beyondValue(field, value, descending, collection.scalars.get(field)!);
    if (beyond) alternatives.push(allOf([...equal, beyond]));
    equal.push({ [stored(field)]: { $eq: value } });
  }
  return alternatives.length === 0 ? nothing : { $or: alternatives };
}

const typeNames: Readonly<Record<ScalarKind, string>> = { null: 'null', number: 'number', string: 'string', boolean: 'bool' };

/** A field's values beyond one: of its own kind, and of all kinds that sort beyond; null when there are none. */
function beyondValue(field: string, value: Scalar, descending: boolean, kinds: ReadonlySet<ScalarKind>): Filter | null {
  const kind = kindOf(value);
  const name = stored(field);
  const parts: Filter[] = kind === 'null' ? [] : [{ [name]: { [descending ? '$lt' : '$gt']: value } }];
  for (const other of kinds) {
    const isBeyond = descending ? rankOf(other) < rankOf(kind) : rankOf(other) > rankOf(kind);
    if (isBeyond) parts.push({ [name]: { $type: typeNames[other] } });
  }
  return parts.length === 0 ? null : parts.length === 1 ? parts[0]! : { $or: parts };
}
