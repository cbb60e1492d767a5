/**
 * Imports a register file. Rows go in by bounded batches, each one change with its ledger entries; an import
 * that was interrupted is simply run again, for what is already there is recognised and left as it is.
 */
import path from 'node:path';
import { dayOf } from '../../../shared/shanghai-time';
import { readWorkbook, type WorkbookLimits } from '../../documents/read-workbook';
import { type Placed, readRegister, type Refusal } from '../../domain/registers/read-register';
import { type Act, change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import type { ImportDeps, RegisterWriter } from './import-deps';
import { listingsWriter } from './listings-writer';
import { type ImportReport, refusedWhole } from './report';
import { waitlistWriter } from './waitlist-writer';

export interface ImportOptions {
  /** Compare with the store and report, but write nothing. */
  readonly dryRun?: boolean;
  /** Told after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Rows a transaction. */
  readonly batchRows?: number;
  readonly limits?: WorkbookLimits;
}

/** Enough to share the cost of a commit, few enough to hold a transaction's documents in memory with ease. */
const BATCH_ROWS = 1_000;

/** Imports one file and reports on every row of it. Nothing in the file can make it throw. */
export async function importRegister(deps: ImportDeps, act: Act, file: string, options: ImportOptions = {}): Promise<ImportReport> {
  const dryRun = options.dryRun === true;
  const workbook = await readWorkbook(file, options.limits);
  if (!workbook.ok) return refusedWhole(file, workbook.reason, dryRun);
  const reading = readRegister(workbook.sheets, { areas: deps.rules().values.areas, today: dayOf(deps.clock.now()) });
  const base = { file, dryRun, skipped: reading.skipped, notes: reading.notes };
  if (reading.kind === 'unknown') return { ...base, kind: 'unknown', accepted: 0, unchanged: 0, refused: reading.refused, refusedRows: 0 };
  const written = reading.kind === 'listings'
    ? await writeRecords(deps, act, listingsWriter, reading.records, options)
    : await writeRecords(deps, act, waitlistWriter(deps), reading.records, options);
  const report: ImportReport = {
    ...base, kind: reading.kind, accepted: written.fresh + written.unchanged, unchanged: written.unchanged,
    refused: inRowOrder([...reading.refused, ...written.refused], workbook.sheets.map((sheet) => sheet.name)), refusedRows: reading.refusedRows + written.refusedRows,
  };
  if (!dryRun) await recordImport(deps, act, report, workbook.sha256, written.fresh > 0);
  return report;
}

interface Written {
  fresh: number;
  unchanged: number;
  refusedRows: number;
  readonly refused: Refusal[];
}

async function writeRecords<R, F>(deps: ImportDeps, act: Act, writer: RegisterWriter<R, F>, records: readonly Placed<R>[], options: ImportOptions): Promise<Written> {
  const sum: Written = { fresh: 0, unchanged: 0, refusedRows: 0, refused: [] };
  const batchRows = options.batchRows ?? BATCH_ROWS;
  for (let from = 0; from < records.length; from += batchRows) {
    const batch = records.slice(from, from + batchRows);
    const compared = options.dryRun === true
      ? await deps.store.read((tx) => writer.compare(tx, batch))
      : await change(deps, act, async (work) => {
        const found = await writer.compare(work.tx, batch);
        if (found.fresh.length > 0) await writer.write(work, found.fresh);
        return found;
      });
    sum.fresh += compared.fresh.length;
    sum.unchanged += compared.unchanged;
    sum.refusedRows += compared.refusedRows;
    sum.refused.push(...compared.refused);
    options.onProgress?.(Math.min(from + batchRows, records.length), records.length);
  }
  return sum;
}

/** S1: the import as an act of its own. A second import that changed nothing leaves no trace: nothing happened. */
async function recordImport(deps: ImportDeps, act: Act, report: ImportReport, sha256: string, changed: boolean): Promise<void> {
  const prefix = `import-${sha256.slice(0, 32)}-`;
  await change(deps, act, async (work) => {
    const before = await work.tx.imports.count({ id: { prefix } });
    if (before > 0 && !changed) return;
    const { kind, accepted, refusedRows } = report;
    const file = path.basename(report.file);
    await work.tx.imports.insert({ id: `${prefix}${before + 1}`, file, kind, atMs: work.nowMs, accepted, refused: refusedRows, sha: sha256 });
    await work.record({ stream: OFFICE_STREAM, type: 'RegisterImported', open: { kind, accepted, unchanged: report.unchanged, refused: refusedRows, sha256 }, detail: { file } });
  });
}

/** As the clerk reads the workbook: sheet by sheet, row by row. */
function inRowOrder(refused: readonly Refusal[], sheets: readonly string[]): Refusal[] {
  const order = new Map(sheets.map((name, at) => [name, at]));
  return [...refused].sort((a, b) => (order.get(a.sheet) ?? -1) - (order.get(b.sheet) ?? -1) || a.row - b.row);
}
