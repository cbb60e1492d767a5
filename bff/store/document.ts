/**
 * What both adapters agree a storable document is. A collection's definition is compiled once into the facts
 * the adapters work from; `check` makes the canonical copy that is stored, so both databases keep, and give
 * back, exactly the same thing, or refuse it in the same words.
 */
import type * as z from 'zod/mini';
import type { CollectionDefinition, IndexDefinition } from './collection';
import type { Doc, Scalar } from './port';

/** A document of any collection, as the adapters see it. */
export interface AnyDoc extends Doc {
  readonly [field: string]: unknown;
}

/** The kinds of value that can be compared, sorted and indexed. */
export type ScalarKind = 'null' | 'number' | 'string' | 'boolean';

/** Definitions by collection name: what an adapter is opened with. */
export type Definitions = Readonly<Record<string, CollectionDefinition>>;

/** A definition, checked and made ready for use. */
export interface CompiledCollection {
  readonly name: string;
  readonly schema: z.ZodMiniObject;
  /** In the order of the schema; that is also the order in which they are stored. */
  readonly fields: readonly string[];
  /** The fields a condition, a sort or an index may name, with the kinds of value they may hold. */
  readonly scalars: ReadonlyMap<string, ReadonlySet<ScalarKind>>;
  readonly indexes: readonly IndexDefinition[];
}

/** A document that the collection's schema, or the limits both databases share, do not allow. A bug in the caller. */
export class InvalidDocumentError extends Error {
  override readonly name = 'InvalidDocumentError';
}

/** UTF-8 bytes one document's values may take in one index: LMDB keys are bounded, so both adapters are. */
export const maxIndexedBytes = 1500;

/**
 * Checks a definition and derives what the adapters need. Throws TypeError for one that could not behave the
 * same on both databases: optional fields, an index on something that is not a plain value.
 */
export function compileCollection(name: string, definition: CollectionDefinition): CompiledCollection {
  const shape = definition.schema._zod.def.shape as Record<string, z.ZodMiniType>;
  const scalars = new Map<string, ReadonlySet<ScalarKind>>();
  for (const [field, type] of Object.entries(shape)) {
    if (['optional', 'default', 'prefault'].includes(defOf(type).type)) throw new TypeError(`${name}.${field}: absent values are null, not optional`);
    if (['and', 'or', '_id'].includes(field) || /^\$|\./.test(field)) throw new TypeError(`${name}.${field}: the name means something else to a database`);
    const kinds = scalarKinds(type);
    if (kinds) scalars.set(field, kinds);
  }
  for (const field of ['id', 'version']) if (!scalars.has(field)) throw new TypeError(`${name}: no field ${field}`);
  const names = new Set<string>(['id', '_id_']);
  for (const index of definition.indexes) {
    if (names.has(index.name)) throw new TypeError(`${name}: two indexes are called ${index.name}`);
    names.add(index.name);
    for (const field of [...index.fields, ...Object.keys(index.where ?? {})]) {
      if (!scalars.has(field) || field === 'id') throw new TypeError(`${name}.${index.name}: ${field} cannot be indexed`);
    }
  }
  return { name, schema: definition.schema, fields: Object.keys(shape), scalars, indexes: definition.indexes };
}

interface Def { type: string; innerType: z.ZodMiniType; options: readonly z.ZodMiniType[]; entries: object; values: readonly unknown[] }
const defOf = (type: z.ZodMiniType) => type._zod.def as unknown as Def;

/** The scalar kinds a zod type admits, or null when it admits anything else. */
function scalarKinds(type: z.ZodMiniType): ReadonlySet<ScalarKind> | null {
  const def = defOf(type);
  switch (def.type) {
    case 'string': case 'template_literal': return new Set(['string']);
    case 'number': case 'int': return new Set(['number']);
    case 'boolean': return new Set(['boolean']);
    case 'null': return new Set(['null']);
    case 'enum': return kindsOfValues(Object.values(def.entries));
    case 'literal': return kindsOfValues(def.values);
    case 'nullable': return union([new Set<ScalarKind>(['null']), scalarKinds(def.innerType)]);
    case 'readonly': return scalarKinds(def.innerType);
    case 'union': return union(def.options.map(scalarKinds));
    default: return null;
  }
}

function kindsOfValues(values: readonly unknown[]): ReadonlySet<ScalarKind> {
  return new Set(values.map((value) => kindOf(value as Scalar)));
}

function union(sets: readonly (ReadonlySet<ScalarKind> | null)[]): ReadonlySet<ScalarKind> | null {
  const all = new Set<ScalarKind>();
  for (const set of sets) {
    if (!set) return null;
    for (const kind of set) all.add(kind);
  }
  return all;
}

/** The kind of a scalar value. */
export function kindOf(value: Scalar): ScalarKind {
  return value === null ? 'null' : (typeof value as ScalarKind);
}

/**
 * The canonical deep copy of `doc`, which must fit the schema and both databases: plain JSON values without
 * undefined, NaN or infinity; well-formed strings; no key that starts with `$`, holds NUL,
 * or means something to JavaScript or BSON.
 * Negative zero becomes zero. Fields come in the schema's order. Throws InvalidDocumentError.
 */
export function checkDocument(collection: CompiledCollection, doc: object): AnyDoc {
  const source = doc as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const field of collection.fields) {
    if (!Object.hasOwn(source, field)) throw new InvalidDocumentError(`${collection.name}: ${field} is missing (absent values are null)`);
    copy[field] = canonical(source[field], collection.name, field);
  }
  for (const field in source) {
    if (!Object.hasOwn(copy, field)) throw new InvalidDocumentError(`${collection.name}: unknown field ${field}`);
  }
  const parsed = collection.schema.safeParse(copy);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new InvalidDocumentError(`${collection.name}: ${issues}`);
  }
  if (copy.id === '') throw new InvalidDocumentError(`${collection.name}: an empty id`);
  checkIndexedSize(collection, copy);
  return copy as unknown as AnyDoc;
}

/** A surrogate without its other half: UTF-8 has no bytes for it, and databases differ in what they put instead. */
const halfCharacter = /\p{Surrogate}/u;

/** The text with half characters replaced as UTF-8 encoders do. */
export function wellFormed(text: string): string {
  return halfCharacter.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}

/** The canonical copy of a JSON value; throws InvalidDocumentError, naming the place, for anything else. */
function canonical(value: unknown, name: string, place: string): unknown {
  switch (typeof value) {
    case 'string':
      if (halfCharacter.test(value)) throw new InvalidDocumentError(`${name}.${place}: a string with half a character`);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new InvalidDocumentError(`${name}.${place}: not a finite number`);
      return value === 0 ? 0 : value;
    case 'boolean':
      return value;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return Array.from(value, (item: unknown, at) => canonical(item, name, `${place}[${at}]`));
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new InvalidDocumentError(`${name}.${place}: not a plain object`);
      const copy: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        if (key.startsWith('$') || key === '__proto__' || key === '_bsontype' || key.includes('\0') || halfCharacter.test(key)) {
          throw new InvalidDocumentError(`${name}.${place}: a key that cannot be stored (starts with $, holds NUL, is __proto__ or _bsontype)`);
        }
        copy[key] = canonical(item, name, `${place}.${key}`);
      }
      return copy;
    }
    default:
      throw new InvalidDocumentError(`${name}.${place}: ${typeof value} cannot be stored (absent values are null)`);
  }
}

function checkIndexedSize(collection: CompiledCollection, doc: Record<string, unknown>): void {
  const id = doc.id as string;
  // Cheap bound first: a UTF-16 unit is at most three bytes.
  let units = id.length;
  for (const field of collection.scalars.keys()) {
    const value = doc[field];
    if (typeof value === 'string') units += value.length;
  }
  if (units * 3 <= maxIndexedBytes) return;
  for (const fields of [[], ...collection.indexes.map((index) => index.fields)]) {
    let bytes = indexedBytes(id);
    for (const field of fields) {
      const value = doc[field];
      if (typeof value === 'string') bytes += indexedBytes(value);
    }
    if (bytes > maxIndexedBytes) throw new InvalidDocumentError(`${collection.name}: indexed text is longer than ${maxIndexedBytes} bytes (${['id', ...fields].join(', ')})`);
  }
}

/** UTF-8 bytes of a text in a key; NUL is escaped to two. */
function indexedBytes(text: string): number {
  return Buffer.byteLength(text) + (text.includes('\0') ? text.split('\0').length - 1 : 0);
}

/** A deep copy of a canonical document, so that no caller holds the store's own object. */
export function copyDocument<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(copyDocument) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = copyDocument((value as Record<string, unknown>)[key]);
  return copy as T;
}
