/** What an import comes to, for a program (`--json`) and for a clerk. */
import type { RegisterKind } from '../../domain/registers/columns';
import type { Note, Refusal, Skip } from '../../domain/registers/read-register';

export interface ImportReport {
  /** As the caller named it. */
  readonly file: string;
  /** `unknown`: refused whole. */
  readonly kind: RegisterKind | 'unknown';
  /** Homes or families that are in the system now (or, in a dry run, would be): new ones and unchanged ones. */
  readonly accepted: number;
  /** One for every column that could not be read; a row may have several. Row 0: the whole file or sheet. */
  readonly refused: readonly Refusal[];
  readonly refusedRows: number;
  /** Of the accepted, those the system already held exactly so. */
  readonly unchanged: number;
  /** Rows that are neither homes nor families: titles, headers, totals, blank rows, footers. */
  readonly skipped: readonly Skip[];
  readonly notes: readonly Note[];
  readonly dryRun: boolean;
}

/** The report of a file of which nothing could be read. */
export function refusedWhole(file: string, reason: string, dryRun: boolean): ImportReport {
  return { file, kind: 'unknown', accepted: 0, refused: [{ sheet: '', row: 0, column: '', reason }], refusedRows: 0, unchanged: 0, skipped: [], notes: [], dryRun };
}

/** One line of JSON. `file`, `kind`, `accepted` and `refused` are what others rely on. */
export function reportAsJson(report: ImportReport): string {
  const { file, kind, accepted, refused, refusedRows, unchanged, skipped, notes, dryRun } = report;
  return JSON.stringify({ file, kind, accepted, refused, refusedRows, unchanged, skipped, notes, dryRun });
}
