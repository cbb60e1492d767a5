/**
 * A whole workbook read as one of the two registers. Every row of it ends up in exactly one place: a record, a
 * refusal, or a row passed over. Nothing here knows what the system already holds.
 */
import type { RegisterRow, RegisterSheet } from './cell';
import { columnLabel, type ColumnKey, type RegisterKind } from './columns';
import { findHeader, type RegisterHeader } from './header';
import { type ListingRecord, readListing } from './listing-row';
import type { WaitingArea } from './places';
import { rowSorter } from './row-kinds';
import { mergeFollower, readRow } from './row-reader';
import { type FamilyRecord, readFamily } from './waitlist-row';
import { notes, reasons, refusals, skips } from './wording';

/** A reason nothing, a sheet, or a row was imported; row 0 and empty names mean the whole file or sheet. */
export interface Refusal {
  readonly sheet: string;
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

/** Rows passed over: `rows` of them from `row` on; row 0 means a whole sheet. */
export interface Skip {
  readonly sheet: string;
  readonly row: number;
  readonly rows: number;
  readonly reason: string;
}

/** Something read in a way a clerk may want to know of. */
export interface Note {
  readonly sheet: string;
  readonly column: string;
  readonly note: string;
  readonly rows: number;
}

/** A record with its place, and the header texts its reasons name. */
export interface Placed<R> {
  readonly sheet: string;
  readonly row: number;
  readonly record: R;
  columnText(key: ColumnKey): string;
}

interface Account {
  readonly refused: Refusal[];
  /** How many rows the refusals are about. */
  refusedRows: number;
  readonly skipped: Skip[];
  readonly notes: Note[];
}

export type RegisterReading = (
  | { readonly kind: 'listings'; readonly records: Placed<ListingRecord>[] }
  | { readonly kind: 'waitlist'; readonly records: Placed<FamilyRecord>[] }
  /** Refused whole. */
  | { readonly kind: 'unknown'; readonly records: never[] }
) & Account;

export interface RegisterContext {
  readonly areas: readonly WaitingArea[];
  readonly today: string;
}

/** Reads a workbook. */
export function readRegister(sheets: readonly RegisterSheet[], context: RegisterContext): RegisterReading {
  const account: Account = { refused: [], refusedRows: 0, skipped: [], notes: [] };
  const usable: { sheet: RegisterSheet; header: RegisterHeader }[] = [];
  for (const sheet of sheets) {
    const rows = sheet.lastRow;
    const pass = (reason: string) => account.skipped.push({ sheet: sheet.name, row: 0, rows, reason });
    if (rows === 0) pass(skips.emptySheet);
    else if (sheet.hidden) pass(skips.hiddenSheet);
    else {
      const header = findHeader(sheet);
      if (header === null) pass(skips.otherSheet);
      else if (header.problems.length > 0) for (const { column, reason } of header.problems) account.refused.push({ sheet: sheet.name, row: header.lastRow, column, reason });
      else usable.push({ sheet, header });
    }
  }
  const kinds = new Set(usable.map(({ header }) => header.kind));
  if (kinds.size !== 1) {
    const reason = kinds.size > 1 ? refusals.bothKinds : account.refused.length > 0 ? null : refusals.noRegister;
    if (reason !== null) account.refused.push({ sheet: '', row: 0, column: '', reason });
    return { kind: 'unknown', records: [], ...account };
  }
  const [kind] = kinds as Set<RegisterKind>;
  return kind === 'listings' ? readListings(usable, context, account) : readWaitlist(usable, context, account);
}

function readListings(sheets: readonly { sheet: RegisterSheet; header: RegisterHeader }[], context: RegisterContext, account: Account): RegisterReading {
  const records: Placed<ListingRecord>[] = [];
  const doors = new Map<string, Placed<ListingRecord>>();
  for (const { sheet, header } of sheets) for (const data of dataRows(sheet, header, account)) {
    const reader = readRow(data.row, header, data.merged);
    const record = readListing(reader, context.areas);
    if (record === null) data.refuse(reader.problems);
    else {
      const placed = { sheet: sheet.name, row: data.row.number, record, columnText: data.columnText };
      const first = doors.get(record.door);
      if (first) data.refuse([{ column: data.columnText('room'), reason: reasons.doorTwice(placeOf(first, sheet.name)) }]);
      else {
        doors.set(record.door, placed);
        records.push(placed);
      }
    }
  }
  return { kind: 'listings', records, ...account };
}

function readWaitlist(sheets: readonly { sheet: RegisterSheet; header: RegisterHeader }[], context: RegisterContext, account: Account): RegisterReading {
  const records: Placed<FamilyRecord>[] = [];
  const numbers = new Map<string, Placed<FamilyRecord>>();
  const people = new Map<string, Placed<FamilyRecord>>();
  for (const { sheet, header } of sheets) {
    let dateOnly = 0;
    for (const data of dataRows(sheet, header, account)) {
      const reader = readRow(data.row, header, data.merged);
      const record = readFamily(reader, { ...context, date1904: sheet.date1904 });
      if (record === null) {
        data.refuse(reader.problems);
        continue;
      }
      const placed = { sheet: sheet.name, row: data.row.number, record, columnText: data.columnText };
      const number = `${record.group}-${record.queueNumber}`;
      const sameNumber = numbers.get(number);
      // G2: a number is one family's; V3: a person is in one family.
      if (sameNumber) reader.object('queueNumber', reasons.numberTwice(placeOf(sameNumber, sheet.name)));
      record.people.forEach(({ identity }, index) => {
        const other = people.get(identity);
        if (!other) return;
        const reason = reasons.personTwice(placeOf(other, sheet.name));
        reader.object(index === 0 ? 'identity' : 'coApplicants', index === 0 ? reason : reasons.coApplicant(index, reason));
      });
      if (reader.problems.length > 0) {
        data.refuse(reader.problems);
        continue;
      }
      numbers.set(number, placed);
      for (const { identity } of record.people) people.set(identity, placed);
      records.push(placed);
      if (record.dateOnly) dateOnly += 1;
    }
    if (dateOnly > 0) account.notes.push({ sheet: sheet.name, column: header.columns.get('submittedAt')?.text ?? '', note: notes.dateOnly, rows: dateOnly });
  }
  return { kind: 'waitlist', records, ...account };
}

interface DataRow {
  readonly row: RegisterRow;
  readonly merged: ReturnType<ReturnType<typeof mergeFollower>>;
  columnText(key: ColumnKey): string;
  refuse(problems: readonly { column: string; reason: string }[]): void;
}

/** The rows of a sheet that claim to be a home or a family; all others are accounted for as passed over. */
function* dataRows(sheet: RegisterSheet, header: RegisterHeader, account: Account): Generator<DataRow> {
  const follow = mergeFollower(sheet.merges, header);
  const sort = rowSorter(header);
  const columnText = (key: ColumnKey): string => header.columns.get(key)?.text ?? columnLabel(header.kind, key);
  for (const column of header.ignored) account.notes.push({ sheet: sheet.name, column, note: notes.ignoredColumn, rows: 0 });
  let last: { sheet: string; row: number; rows: number; reason: string } | null = null;
  const pass = (row: number, rows: number, reason: string): void => {
    if (rows === 0) return;
    if (last !== null && last.reason === reason && last.row + last.rows === row) last.rows += rows;
    else account.skipped.push((last = { sheet: sheet.name, row, rows, reason }));
  };
  let expected = 1;
  for (const row of sheet.rows()) {
    // Rows the file does not even mention are blank.
    pass(expected, row.number - expected, skips.blank);
    expected = row.number + 1;
    const merged = follow(row);
    if (row.number <= header.lastRow) {
      pass(row.number, 1, row.number < header.firstRow ? skips.aboveHeader : skips.header);
      continue;
    }
    const reason = sort(row);
    if (reason !== null) pass(row.number, 1, reason);
    else yield {
      row, merged, columnText,
      refuse: (problems) => {
        account.refusedRows += 1;
        for (const { column, reason: why } of problems) account.refused.push({ sheet: sheet.name, row: row.number, column, reason: why });
      },
    };
  }
}

function placeOf(placed: Placed<unknown>, sheet: string): string {
  return placed.sheet === sheet ? `第 ${placed.row} 行` : `工作表“${placed.sheet}”第 ${placed.row} 行`;
}
