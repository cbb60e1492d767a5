/** Reads the cells of one row, column by column, and collects every reason the row cannot be imported. */
import { type Cell, BLANK, type MergedArea, type PlainCell, type Reading, type RegisterRow } from './cell';
import { type ColumnKey, definitionOf } from './columns';
import type { RegisterHeader } from './header';
import { tidy } from './text';
import { reasons } from './wording';

export interface CellProblem {
  /** The header's own text. */
  readonly column: string;
  readonly reason: string;
}

export interface RowReader {
  /** Reads a column; null when it could not be read, with the reason kept. A blank cell reads as `ifBlank`, or refuses without it. */
  take<T>(key: ColumnKey, reading: (cell: PlainCell) => Reading<T>, ifBlank?: T): T | null;
  /** Adds a reason found by looking at more than one column. */
  object(key: ColumnKey, reason: string): void;
  readonly problems: readonly CellProblem[];
}

/** What vertical merges that began further up mean for the blank cells of one row, by position of the column. */
export interface MergedHere {
  /** The value shared down the merge, in a column that may share one. */
  shared(at: number): Cell | undefined;
  /** The cell lies in a merge in a column where every row needs its own value. */
  personal(at: number): boolean;
}

const NOTHING_MERGED: MergedHere = { shared: () => undefined, personal: () => false };

/** Follows the vertical merges of a sheet; must be shown every row, in order. */
export function mergeFollower(merges: readonly MergedArea[], header: RegisterHeader): (row: RegisterRow) => MergedHere {
  const shareable = new Map<number, boolean>();
  for (const [key, { at }] of header.columns) shareable.set(at, definitionOf(header.kind, key)?.mergeable === true);
  const waiting = merges.filter((area) => area.lastRow > area.firstRow && area.lastRow > header.lastRow).sort((a, b) => b.firstRow - a.firstRow);
  if (waiting.length === 0) return () => NOTHING_MERGED;
  const open = new Map<number, { cell: Cell; firstColumn: boolean; firstRow: number; lastRow: number }>();
  return (row) => {
    for (let area = waiting.at(-1); area !== undefined && area.firstRow <= row.number; area = waiting.at(-1)) {
      waiting.pop();
      for (const at of shareable.keys()) {
        if (at < area.firstColumn - 1 || at >= area.lastColumn) continue;
        const cell = area.firstRow === row.number ? row.cells[at] ?? BLANK : BLANK;
        open.set(at, { cell, firstColumn: at === area.firstColumn - 1, firstRow: area.firstRow, lastRow: area.lastRow });
      }
    }
    const here = (at: number) => {
      const area = open.get(at);
      return area !== undefined && row.number > area.firstRow && row.number <= area.lastRow ? area : undefined;
    };
    return {
      // Only down the first column of the merge: beside it stands another column's value.
      shared: (at) => (shareable.get(at) && here(at)?.firstColumn ? here(at)!.cell : undefined),
      personal: (at) => here(at) !== undefined && !(shareable.get(at) && here(at)!.firstColumn),
    };
  };
}

/** A reader over one row. */
export function readRow(row: RegisterRow, header: RegisterHeader, merged: MergedHere): RowReader {
  const problems: CellProblem[] = [];
  const columnText = (key: ColumnKey): string => header.columns.get(key)?.text ?? definitionOf(header.kind, key)?.label ?? key;
  return {
    problems,
    object: (key, reason) => void problems.push({ column: columnText(key), reason }),
    take<T>(key: ColumnKey, reading: (cell: PlainCell) => Reading<T>, ifBlank?: T): T | null {
      const at = header.columns.get(key)?.at;
      if (at === undefined) return ifBlank ?? null;
      let cell = row.cells[at] ?? BLANK;
      if (isBlank(cell)) {
        cell = merged.shared(at) ?? cell;
        if (merged.personal(at)) {
          problems.push({ column: columnText(key), reason: reasons.mergedPersonal });
          return null;
        }
      }
      if (cell.kind === 'formula') {
        if (cell.result === null) {
          problems.push({ column: columnText(key), reason: reasons.formulaWithoutResult });
          return null;
        }
        cell = cell.result;
      }
      if (cell.kind === 'error') {
        problems.push({ column: columnText(key), reason: reasons.errorValue(cell.code) });
        return null;
      }
      if (isBlank(cell)) {
        if (ifBlank !== undefined) return ifBlank;
        problems.push({ column: columnText(key), reason: reasons.blank });
        return null;
      }
      const result = reading(cell);
      if (result.ok) return result.value;
      problems.push({ column: columnText(key), reason: result.reason });
      return null;
    },
  };
}

function isBlank(cell: Cell): boolean {
  return cell.kind === 'blank' || (cell.kind === 'text' && tidy(cell.text) === '');
}
