/**
 * Finding the header of a register: below any title rows, one to three rows deep, columns in any order. What
 * decides is how many of a register's needed columns a row names; a data row names next to none.
 */
import { BLANK, type MergedArea, type PlainCell, type RegisterRow, type RegisterSheet } from './cell';
import { type ColumnKey, columnByHeader, columnLabel, columnsOf, definitionOf, headerKey, type RegisterKind } from './columns';
import { textOf, tidy } from './text';
import { kindLabels, refusals } from './wording';

const SEARCHED_ROWS = 50;
const MAX_DEPTH = 3;
/** Named columns, as a share of the needed ones, that make a row a header. */
const ENOUGH = 0.5;

export interface RegisterHeader {
  readonly kind: RegisterKind;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Position (from 0) and the header's own text, per column found. */
  readonly columns: ReadonlyMap<ColumnKey, { readonly at: number; readonly text: string }>;
  /** Texts of the columns that are none of the register's. */
  readonly ignored: readonly string[];
  /** Why the sheet cannot be imported: needed columns missing, or named twice. */
  readonly problems: readonly { readonly column: string; readonly reason: string }[];
}

/** The cell behind a formula; a formula that was never calculated reads as nothing here. */
export function plain(cell: RegisterRow['cells'][number] | undefined): PlainCell {
  if (cell === undefined) return BLANK;
  return cell.kind === 'formula' ? cell.result ?? BLANK : cell;
}

/** Text of a cell in one form, to recognise what it is. */
export const shownText = (cell: RegisterRow['cells'][number] | undefined): string => tidy(textOf(plain(cell)));

/** A header's own text, on one line: what a clerk sees in the sheet and in the reasons. */
const ownText = (cell: RegisterRow['cells'][number] | undefined): string => textOf(plain(cell)).replace(/\s+/g, ' ').trim();

/** The header of a sheet, or null when it is no register. */
export function findHeader(sheet: RegisterSheet): RegisterHeader | null {
  const rows: RegisterRow[] = [];
  for (const row of sheet.rows()) {
    rows.push(row);
    if (rows.length >= SEARCHED_ROWS + MAX_DEPTH) break;
  }
  let best: { header: RegisterHeader; score: number } | null = null;
  for (let start = 0; start < Math.min(rows.length, SEARCHED_ROWS); start += 1) {
    for (let depth = 1; depth <= MAX_DEPTH && start + depth <= rows.length; depth += 1) {
      const block = rows.slice(start, start + depth);
      if (depth > 1 && block.at(-1)!.number - block[0]!.number >= MAX_DEPTH) break;
      const titles = titlesOf(block, sheet.merges);
      for (const kind of ['listings', 'waitlist'] as const) {
        const header = headerFrom(kind, block, titles);
        const score = needed(kind).filter((key) => header.columns.has(key)).length / needed(kind).length;
        // A row joins the header only when that names one more column; of equals, the one without the title is it.
        const tighter = best !== null && score === best.score && header.lastRow === best.header.lastRow && header.firstRow > best.header.firstRow;
        if (score >= ENOUGH && (tighter || score > (best?.score ?? 0))) best = { header, score };
      }
    }
    if (best && rows[start]!.number > best.header.lastRow) break;
  }
  return best?.header ?? null;
}

const needed = (kind: RegisterKind): ColumnKey[] => Object.entries(columnsOf[kind]).filter(([, column]) => column.required).map(([key]) => key as ColumnKey);

/** Per column, the texts of the block from top to bottom, a merged text standing in every column (or row) it covers. */
function titlesOf(block: readonly RegisterRow[], merges: readonly MergedArea[]): readonly (readonly string[])[] {
  const first = block[0]!.number;
  const last = block.at(-1)!.number;
  const width = Math.max(...block.map((row) => row.cells.length));
  const grid = block.map((row) => Array.from({ length: width }, (_, at) => ownText(row.cells[at])));
  for (const area of merges) {
    if (area.firstRow < first || area.firstRow > last || area.lastColumn - area.firstColumn + 1 >= width) continue;
    const source = block.findIndex((row) => row.number === area.firstRow);
    if (source < 0) continue;
    const text = grid[source]![area.firstColumn - 1] ?? '';
    for (const [index, row] of block.entries()) {
      if (row.number < area.firstRow || row.number > area.lastRow) continue;
      for (let at = area.firstColumn - 1; at < Math.min(area.lastColumn, width); at += 1) if (grid[index]![at] === '') grid[index]![at] = text;
    }
  }
  return Array.from({ length: width }, (_, at) => [...new Set(grid.map((texts) => texts[at]!).filter((text) => text !== ''))]);
}

function headerFrom(kind: RegisterKind, block: readonly RegisterRow[], titles: readonly (readonly string[])[]): RegisterHeader {
  const known = columnByHeader[kind];
  const columns = new Map<ColumnKey, { at: number; text: string; exact: boolean }>();
  const ignored: string[] = [];
  const problems: { column: string; reason: string }[] = [];
  titles.forEach((texts, at) => {
    if (texts.length === 0) return;
    // The lowest row names the column best; joined with what stands above it, when it alone says nothing.
    for (const text of [texts.at(-1)!, texts.join(''), texts[0]!]) {
      const name = headerKey(text);
      const key = name === null ? undefined : known.get(name);
      if (key === undefined) continue;
      const exact = name === columnLabel(kind, key);
      const rival = columns.get(key);
      if (!rival || (exact && !rival.exact)) {
        if (rival) ignored.push(rival.text);
        columns.set(key, { at, text, exact });
      } else if (exact === rival.exact && definitionOf(kind, key)?.required) problems.push({ column: text, reason: refusals.columnTwice });
      else ignored.push(text);
      return;
    }
    ignored.push(texts.join('/'));
  });
  for (const key of needed(kind)) if (!columns.has(key)) problems.push({ column: columnLabel(kind, key), reason: refusals.missingColumn(kindLabels[kind]) });
  return { kind, firstRow: block[0]!.number, lastRow: block.at(-1)!.number, columns, ignored, problems };
}

/** Whether a row repeats the header, as long registers do on every printed page. */
export function repeatsHeader(row: RegisterRow, header: RegisterHeader): boolean {
  let different = 0;
  for (const { at, text } of header.columns.values()) {
    if (ownText(row.cells[at]) !== text) different += 1;
    if (different * 2 >= header.columns.size) return false;
  }
  return true;
}
