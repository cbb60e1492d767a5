/** What the import stands on, and what its two kinds have in common. */
import type { RuleSet } from '../../domain/rules/rule-set';
import type { ColumnKey } from '../../domain/registers/columns';
import type { Placed, Refusal } from '../../domain/registers/read-register';
import type { FieldCrypto } from '../../security/field-crypto';
import type { Work, ChangeDeps } from '../../store/change';
import type { Tx } from '../../store/port';

/** A part of the Kernel. */
export interface ImportDeps extends ChangeDeps {
  rules(): RuleSet;
  readonly crypto: FieldCrypto;
}

/** A batch held against the store: what would be new, what is there already, what contradicts it. */
export interface Compared<F> {
  readonly fresh: readonly F[];
  readonly unchanged: number;
  readonly refused: readonly Refusal[];
  readonly refusedRows: number;
}

/** How one kind of register meets the store. */
export interface RegisterWriter<R, F> {
  /** The column that names what a row is about: its door, its number. */
  readonly keyColumn: ColumnKey;
  /** What of a record can be worked out without the store: ids, blind indexes. Once a record, however often a transaction is tried. */
  prepare(placed: Placed<R>): F;
  /** Whether the store holds nothing a record of this kind could contradict. */
  isEmpty(tx: Tx): Promise<boolean>;
  compare(tx: Tx, batch: readonly F[]): Promise<Compared<F>>;
  write(work: Work, fresh: readonly F[]): Promise<void>;
}

/** A prepared record knows where it came from. */
export interface Prepared<R> {
  readonly placed: Placed<R>;
}

/** A refusal of a record for what the store holds. */
export function refusalOf(placed: Placed<unknown>, key: ColumnKey, reason: string): Refusal {
  return { sheet: placed.sheet, row: placed.row, column: placed.columnText(key), reason };
}

/** Makes sure the lanes exist; a new one is closed until staff open it. */
export async function ensureLanes(tx: Tx, wanted: ReadonlyMap<string, { areaCode: string; areaName: string; bedrooms: number }>): Promise<void> {
  for (const [id, lane] of wanted) {
    if ((await tx.lanes.get(id)) === null) await tx.lanes.insert({ id, ...lane, state: 'closed', pausedAtMs: null, openTurnId: null, calledUpFor: 0 });
  }
}

/** Groups items by a key, in order of first appearance. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
