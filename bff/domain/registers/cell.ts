/**
 * What one cell of a register holds, as the file states it, before any rule looks at it. A day or a moment
 * carries wall-clock time: the milliseconds since 1970 the clock on the wall would have shown in UTC.
 */
export type PlainCell =
  | { readonly kind: 'blank' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'date'; readonly wallMs: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'error'; readonly code: string };

/** A formula carries the result that was stored with it; null when the file was never calculated. */
export type Cell = PlainCell | { readonly kind: 'formula'; readonly result: PlainCell | null };

export const BLANK: PlainCell = { kind: 'blank' };

/** A rectangle of merged cells; rows and columns count from 1, both ends inclusive. */
export interface MergedArea {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export interface RegisterRow {
  /** As Excel shows it, from 1. */
  readonly number: number;
  /** Cells from column A on; missing ones are blank. */
  readonly cells: readonly Cell[];
}

export interface RegisterSheet {
  readonly name: string;
  readonly hidden: boolean;
  /** The 1904 calendar: a bare serial number in a date column counts from there. */
  readonly date1904: boolean;
  readonly merges: readonly MergedArea[];
  /** Number of the last row that says anything; blank ones after it are formatting, not rows. */
  readonly lastRow: number;
  /** Rows in order; may be asked for more than once. */
  rows(): Iterable<RegisterRow>;
}

/** What reading a cell came to: a value, or the reason a clerk is given. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export const read = <T>(value: T): Reading<T> => ({ ok: true, value });
export const refuse = (reason: string): Reading<never> => ({ ok: false, reason });
