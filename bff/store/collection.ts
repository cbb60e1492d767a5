/**
 * How a collection is declared, once, for every adapter: the strict shape of its documents, and its indexes.
 */
import type * as z from 'zod/mini';

export interface IndexDefinition {
  /** Unique within the collection; the name UniqueViolation carries. */
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique?: boolean;
  /** Partial: only documents where all these top-level fields equal these values are in the index. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
}

export interface CollectionDefinition<S extends z.ZodMiniObject = z.ZodMiniObject> {
  /** Strict: an unknown field is refused. Contains `id` and `version`. Absent values are null, never undefined. */
  readonly schema: S;
  readonly indexes: readonly IndexDefinition[];
}

/** Declares a collection; exists for type inference. */
export function collection<S extends z.ZodMiniObject>(schema: S, indexes: readonly IndexDefinition[]): CollectionDefinition<S> {
  return { schema, indexes };
}
