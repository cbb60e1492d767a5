/**
 * Pages of a list, by keyset: page forty costs what page one does. The cursor carries the place itself and not a
 * document, for a clerk acts on what a page shows: the last row may have moved on, or gone, before the next page is
 * asked for, and must not take its page with it.
 */
import type { CollectionTx, Doc, Scalar, Sort, Where } from '../store/port';
import { refuse, type Refusal } from './request';

/** Rows of a page when nothing else is asked for. */
export const PAGE = 40;

export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: string | number | undefined;
}

export interface Page<D> {
  readonly found: readonly D[];
  /** Null: this is the last page. */
  readonly next: string | null;
}

/** One page of what `where` names, in the order of `sort`; refused when `after` is no place in such a list. */
export async function pageOf<D extends Doc>(collection: Pick<CollectionTx<D>, 'find'>, where: Where<D>, sort: Sort<D>, query: PageQuery): Promise<Page<D> | Refusal> {
  const after = placeOf(sort, query.after);
  if (after === 'unknown') return unknownPlace();
  const limit = Number(query.limit ?? PAGE);
  const found = await collection.find(where, { sort, limit: limit + 1, ...after });
  const shown = found.slice(0, limit);
  return { found: shown, next: found.length > limit ? cursorOf(sort, shown.at(-1)!) : null };
}

/** Where a list stands after this row: what its order looks at, and nothing else of it. */
export function cursorOf<D extends Doc>(sort: Sort<D>, row: D): string {
  return Buffer.from(JSON.stringify([...sort.map(([field]) => row[field]), row.id])).toString('base64url');
}

/** The place a cursor names, as an option of `find`; none for the first page. */
export function placeOf<D extends Doc>(sort: Sort<D>, cursor: string | undefined): { readonly after?: D } | 'unknown' {
  if (cursor === undefined) return {};
  const values = scalarsOf(cursor);
  if (values === null || values.length !== sort.length + 1 || typeof values.at(-1) !== 'string') return 'unknown';
  // `find` looks at these fields of it only.
  return { after: Object.fromEntries([...sort.map(([field], at) => [field, values[at]] as const), ['id', values.at(-1)]]) as unknown as D };
}

export const unknownPlace = (path = 'after'): Refusal => refuse('VALIDATION_FAILED', { fields: [{ path, message: '翻页位置无效，请从第一页重新查询' }] });

function scalarsOf(cursor: string): readonly Scalar[] | null {
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(values) && values.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value)) ? (values as Scalar[]) : null;
  } catch {
    return null;
  }
}
