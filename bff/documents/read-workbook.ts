/**
 * Reads an .xlsx workbook into typed cells with the row numbers Excel shows, or says why not in words a clerk
 * understands. hucre does the reading; before it sees the file, its size, its parts and what it unpacks to are
 * checked, for hucre takes a sheet cut off in the middle for a shorter one, and unpacks up to 2 GiB.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Cell as LibraryCell, CellValue, Sheet } from 'hucre/xlsx';
import { BLANK, type Cell, type PlainCell, type RegisterRow, type RegisterSheet } from '../domain/registers/cell';
import { refusals } from '../domain/registers/wording';
import { zipEntries, ZipRefused } from './zip-guard';

export interface WorkbookLimits {
  readonly fileBytes: number;
  /** All parts of the file together, unpacked. */
  readonly unpackedBytes: number;
  /** All sheets together, blank rows included. */
  readonly rows: number;
}

export const workbookLimits: WorkbookLimits = { fileBytes: 50 * 1024 * 1024, unpackedBytes: 300 * 1024 * 1024, rows: 200_000 };

export type WorkbookReading =
  | { readonly ok: true; readonly sha256: string; readonly sheets: readonly RegisterSheet[] }
  | { readonly ok: false; readonly reason: string };

const no = (reason: string): WorkbookReading => ({ ok: false, reason });

/** Reads a workbook from a file. */
export async function readWorkbook(file: string, limits: WorkbookLimits = workbookLimits): Promise<WorkbookReading> {
  let bytes: Buffer;
  try {
    const info = await stat(file);
    if (info.isDirectory()) return no(refusals.isDirectory);
    if (info.size > limits.fileBytes) return no(refusals.tooLarge(Math.floor(limits.fileBytes / 1024 / 1024)));
    bytes = await readFile(file);
  } catch (error) {
    return no((error as NodeJS.ErrnoException).code === 'ENOENT' ? refusals.notFound : refusals.notReadable);
  }
  const refused = await inspect(bytes, limits);
  if (refused !== null) return no(refused);
  return parse(bytes, limits);
}

/** Why the bytes are not a workbook to be read, or null. */
async function inspect(bytes: Buffer, limits: WorkbookLimits): Promise<string | null> {
  if (bytes.length === 0) return refusals.empty;
  if (bytes.length > 8 && bytes.readUInt32BE(0) === 0xd0cf11e0) return bytes.includes(Buffer.from('EncryptedPackage', 'utf16le')) ? refusals.encrypted : refusals.oldExcel;
  const start = bytes.subarray(0, 1024);
  if (/^(?:\uFEFF|\s)*</.test(start.toString('utf8'))) return refusals.html;
  if (!start.includes(0)) return refusals.text;
  try {
    const entries = zipEntries(bytes, limits.unpackedBytes);
    const has = (name: RegExp): boolean => entries.some((entry) => name.test(entry.name));
    if (has(/^xl\/workbook\.bin$/) || has(/^content\.xml$/)) return refusals.binaryWorkbook;
    if (!has(/^\[Content_Types\]\.xml$/) || !has(/^xl\//)) return refusals.notWorkbook;
    for (const { name, content } of entries) {
      const part = await content();
      if (/^xl\/.*sheet[^/]*\.xml$/i.test(name) && !/<\/(?:\w+:)?\w*sheet>\s*$|<\w*:?\w*sheet[^<>]*\/>\s*$/.test(part.toString('latin1', Math.max(0, part.length - 400)))) return refusals.damaged;
      if (/sharedStrings\.xml$/i.test(name) && !/<\/(?:\w+:)?sst>\s*$|<(?:\w+:)?sst[^<>]*\/>\s*$/.test(part.toString('latin1', Math.max(0, part.length - 400)))) return refusals.damaged;
      // hucre would append the phonetic guide to an inline text; in shared strings it leaves it out.
      if (/^xl\/worksheets\//.test(name) && part.includes('rPh')) return refusals.inlinePhonetics;
    }
  } catch (error) {
    if (!(error instanceof ZipRefused)) throw error;
    return { notZip: refusals.notWorkbook, damaged: refusals.damaged, encrypted: refusals.encrypted, expandsTooMuch: refusals.expandsTooMuch }[error.problem];
  }
  return null;
}

async function parse(bytes: Buffer, limits: WorkbookLimits): Promise<WorkbookReading> {
  // An ES module without a CommonJS form: imported when needed, in any bundle.
  const { readXlsx } = await import('hucre/xlsx');
  const without = new Set<string>();
  for (;;) {
    try {
      const workbook = await readXlsx(bytes, { sheets: (info) => !without.has(info.name) });
      if (workbook.sheets.reduce((rows, sheet) => rows + sheet.rows.length, 0) > limits.rows) return no(refusals.tooManyRows(limits.rows));
      const date1904 = workbook.dateSystem === '1904';
      return { ok: true, sha256: createHash('sha256').update(bytes).digest('hex'), sheets: workbook.sheets.map((sheet) => typedSheet(sheet, date1904)) };
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      // A sheet that is a chart has no cells; the others are read without it.
      const chart = /missing worksheet file for sheet "(.*)"$/.exec(message)?.[1];
      if (chart !== undefined && !without.has(chart)) without.add(chart);
      else return no(/ over the \d+ limit/.test(message) ? refusals.tooManyRows(limits.rows) : refusals.damaged);
    }
  }
}

function typedSheet(sheet: Sheet, date1904: boolean): RegisterSheet {
  let length = sheet.rows.length;
  while (length > 0 && sheet.rows[length - 1]!.every((value) => value === null || value === '')) length -= 1;
  // Only formulas, errors and rich texts have details; most registers have none.
  const details = sheet.cells?.size ? sheet.cells : undefined;
  return {
    name: sheet.name,
    hidden: sheet.hidden === true || sheet.veryHidden === true,
    date1904,
    merges: (sheet.merges ?? []).map((area) => ({ firstRow: area.startRow + 1, lastRow: area.endRow + 1, firstColumn: area.startCol + 1, lastColumn: area.endCol + 1 })),
    lastRow: length,
    *rows(): Iterable<RegisterRow> {
      for (let index = 0; index < length; index += 1) {
        const values = sheet.rows[index]!;
        const cells = new Array<Cell>(values.length);
        for (let at = 0; at < values.length; at += 1) cells[at] = details === undefined ? plainCell(values[at]!) : typedCell(values[at]!, details.get(`${index},${at}`));
        yield { number: index + 1, cells };
      }
    },
  };
}

function typedCell(value: CellValue, detail: LibraryCell | undefined): Cell {
  if (detail === undefined) return plainCell(value);
  const result: PlainCell = detail.type === 'error' ? { kind: 'error', code: String(value) } : plainCell(value);
  return detail.formula === undefined ? result : { kind: 'formula', result: value === null ? null : result };
}

function plainCell(value: CellValue): PlainCell {
  if (value === null || value === undefined) return BLANK;
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'number') return { kind: 'number', number: value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  return Number.isNaN(value.getTime()) ? { kind: 'error', code: '#NUM!' } : { kind: 'date', wallMs: value.getTime() };
}
