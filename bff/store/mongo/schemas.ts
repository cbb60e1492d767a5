/**
 * Mongoose models from the same definitions the embedded store uses: strict schemas and named indexes.
 * The zod schema has already judged every document that is written; these schemas hold the same line for
 * whatever else may write through mongoose, and must never change a value on its way.
 */
import { Schema, type Connection, type IndexDefinition as MongoIndex, type Model, type SchemaDefinition } from 'mongoose';
import type * as z from 'zod/mini';
import type { CompiledCollection } from '../document';

/** `id` is stored as `_id`. */
export type StoredDoc = { _id: string; version: number } & Record<string, unknown>;

interface Def {
  type: string;
  innerType: z.ZodMiniType;
  element: z.ZodMiniType;
  shape: Record<string, z.ZodMiniType>;
  entries: Record<string, string>;
}

const options = {
  // A field the schema does not know is an error, not silently dropped.
  strict: 'throw', strictQuery: 'throw',
  // Empty objects stay; no `__v`, no virtual `id`.
  minimize: false, versionKey: false, id: false,
  autoIndex: false, autoCreate: false, suppressReservedKeysWarning: true,
} as const;

/** The mongoose model of a collection on this connection. */
export function modelOf(connection: Connection, collection: CompiledCollection): Model<StoredDoc> {
  const { id, ...shape } = collection.schema._zod.def.shape as Record<string, z.ZodMiniType>;
  const definition: SchemaDefinition = { _id: pathOf(id!), ...pathsOf(shape) };
  const schema = new Schema(definition, { ...options, collection: collection.name });
  for (const index of indexesOf(collection)) {
    schema.index(index.key, { name: index.name, unique: index.unique, ...(index.partialFilterExpression && { partialFilterExpression: index.partialFilterExpression }) });
  }
  return connection.model(collection.name, schema) as unknown as Model<StoredDoc>;
}

function pathsOf(shape: Record<string, z.ZodMiniType>): SchemaDefinition {
  return Object.fromEntries(Object.entries(shape).map(([field, type]) => [field, pathOf(type)]));
}

/**
 * The mongoose path of a zod type. Not `required`: mongoose takes an empty string for missing. What may hold
 * several kinds of value, or keys of its own, is Mixed, which mongoose neither casts nor inspects.
 */
function pathOf(type: z.ZodMiniType): SchemaDefinition[string] {
  const def = type._zod.def as unknown as Def;
  switch (def.type) {
    case 'string': return { type: String };
    case 'enum': return Object.values(def.entries).every((value) => typeof value === 'string') ? { type: String, enum: Object.values(def.entries) } : { type: Schema.Types.Mixed };
    case 'number': case 'int': return { type: Number };
    case 'boolean': return { type: Boolean };
    // Mongoose leaves null alone in every path, enums and arrays included.
    case 'nullable': case 'readonly': return pathOf(def.innerType);
    case 'array': return { type: [pathOf(def.element) as never] };
    case 'object': return { type: new Schema(pathsOf(def.shape), { ...options, _id: false }) };
    default: return { type: Schema.Types.Mixed };
  }
}

/** An index as MongoDB is told of it. */
export interface WantedIndex {
  readonly key: MongoIndex & Record<string, 1>;
  readonly name: string;
  readonly unique: boolean;
  readonly partialFilterExpression?: Record<string, unknown>;
}

/** The indexes of a collection. Those that are not unique end with `_id`, the last key of every sort. */
export function indexesOf(collection: CompiledCollection): WantedIndex[] {
  return collection.indexes.map((index) => {
    const key: Record<string, 1> = {};
    for (const field of index.fields) key[field] = 1;
    if (!index.unique) key._id = 1;
    return { key, name: index.name, unique: index.unique ?? false, ...(index.where && { partialFilterExpression: { ...index.where } }) };
  });
}
