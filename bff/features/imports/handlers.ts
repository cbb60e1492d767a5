/**
 * Imports a register file. Rows go in by bounded batches, each one change with its ledger entries; an import
 * that was interrupted is simply run again, for what is already there is recognised and left as it is.
 */
import path from 'node:path';
import { dayOf } from '../../../shared/shanghai-time';
import { readWorkbook, type WorkbookLimits } from '../../documents/read-workbook';
import { type Placed, readRegister, type Refusal } from '../../domain/registers/read-register';
import { reasons } from '../../domain/registers/wording';
import { type Act, change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import { type Tx, UniqueViolation } from '../../store/port';
import { type Compared, type ImportDeps, type Prepared, refusalOf, type RegisterWriter } from './import-deps';
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
    ? await writeRecords(deps, act, listingsWriter(), reading.records, options)
    : await writeRecords(deps, act, waitlistWriter(deps), reading.records, options);
  const report: ImportReport = {
    ...base, kind: reading.kind, accepted: written.fresh + written.unchanged, unchanged: written.unchanged,
    refused: inRowOrder([...reading.refused, ...written.refused], workbook.sheets.map((sheet) => sheet.name)), refusedRows: reading.refusedRows + written.refusedRows,
  };
  if (!dryRun) await recordImport(deps, act, report, workbook.sha256, written.fresh > 0);
  return report;
}

/** Where a row may meet what somebody else registered; any other unique index that refuses is a fault of ours. */
const registered: ReadonlySet<string> = new Set(['communities', 'listings', 'lanes', 'households', 'members', 'tickets']);

interface Written {
  fresh: number;
  unchanged: number;
  refusedRows: number;
  readonly refused: Refusal[];
}

async function writeRecords<R, F extends Prepared<R>>(deps: ImportDeps, act: Act, writer: RegisterWriter<R, F>, records: readonly Placed<R>[], options: ImportOptions): Promise<Written> {
  const sum: Written = { fresh: 0, unchanged: 0, refusedRows: 0, refused: [] };
  const batchRows = options.batchRows ?? BATCH_ROWS;
  // A city's first register meets nothing: looking every row up would be in vain. Its rows do not contradict each
  // other, and should somebody else write meanwhile, the unique indexes say so and the batch is compared after all.
  let isFirst = await deps.store.read((tx) => writer.isEmpty(tx));
  const compare = async (tx: Tx, batch: readonly F[]): Promise<Compared<F>> => (isFirst ? { fresh: batch, unchanged: 0, refused: [], refusedRows: 0 } : writer.compare(tx, batch));
  const write = (batch: readonly F[]): Promise<Compared<F>> => change(deps, act, async (work) => {
    const found = await compare(work.tx, batch);
    if (found.fresh.length > 0) await writer.write(work, found.fresh);
    return found;
  });
  /** A batch that meets what nobody looked for is compared; one that still does is written row by row, to find the row. */
  const writeBatch = async (batch: readonly F[]): Promise<Compared<F>[]> => {
    try {
      return [await write(batch)];
    } catch (error) {
      if (!(error instanceof UniqueViolation) || !registered.has(error.collection)) throw error;
      if (isFirst) isFirst = false;
      else if (batch.length === 1) return [{ fresh: [], unchanged: 0, refused: [refusalOf(batch[0]!.placed, writer.keyColumn, reasons.conflict)], refusedRows: 1 }];
      else return (await inTurn(batch, (record) => writeBatch([record]))).flat();
      return writeBatch(batch);
    }
  };
  for (let from = 0; from < records.length; from += batchRows) {
    const batch = records.slice(from, from + batchRows).map((placed) => writer.prepare(placed));
    const results = options.dryRun === true ? [await deps.store.read((tx) => compare(tx, batch))] : await writeBatch(batch);
    for (const compared of results) {
      sum.fresh += compared.fresh.length;
      sum.unchanged += compared.unchanged;
      sum.refusedRows += compared.refusedRows;
      sum.refused.push(...compared.refused);
    }
    options.onProgress?.(Math.min(from + batchRows, records.length), records.length);
  }
  return sum;
}

async function inTurn<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) results.push(await work(item));
  return results;
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
