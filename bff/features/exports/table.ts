/** How a sheet is said: its columns with what stands in them, next to each other; and how a person's data is shown (P2). */
import { formatInstant } from '../../../shared/shanghai-time';
import type { CellOut, RowOut } from '../../documents/write-workbook';
import type { Kernel } from '../../kernel';
import { maskIdentity, maskName, maskNumbersIn, maskPhone } from '../../security/masking';
import type { Tx } from '../../store/port';
import { word, words } from './wording';
import { roleWords } from '../../../shared/ledger-words';

/** Documents by the page, each page read by itself. */
export type Batches<D> = AsyncIterable<readonly D[]>;

export interface Sheet {
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly width: number }[];
  /** How many rows there will be, for the progress; an estimate where counting would cost as much as reading. */
  count(tx: Tx): Promise<number>;
  batches(): Batches<RowOut>;
}

/** A column: its title, its width in characters, and what stands in it. */
export type Column<D> = readonly [title: string, width: number, cell: (doc: D, show: Show) => CellOut];

export interface Table<D> {
  readonly name: string;
  readonly columns: readonly Column<D>[];
}

/** Declares a table; exists for type inference. */
export function table<D>(name: string, ...columns: readonly Column<D>[]): Table<D> {
  return { name, columns };
}

const unknownCount = () => Promise.resolve(0);

/** A table filled from `source`, which is read anew each time the sheet is. */
export function sheetOf<D>({ name, columns }: Table<D>, show: Show, source: () => Batches<D>, count: (tx: Tx) => Promise<number> = unknownCount): Sheet {
  const cells = columns.map(([, , cell]) => cell);
  async function* batches(): AsyncGenerator<readonly RowOut[]> {
    for await (const batch of source()) yield batch.map((doc) => cells.map((cell) => cell(doc, show)));
  }
  return { name, columns: columns.map(([title, width]) => ({ title, width })), count, batches };
}

/** How people and what they wrote are shown: masked, or in full where that was asked for (P2). */
export interface Show {
  readonly unmasked: boolean;
  name(sealed: string): string;
  phone(sealed: string): string;
  identity(plain: string): string;
  /** Of a name that was opened already. */
  nameOf(plain: string): string;
  /** Sealed text, which may name people: only in full, or not at all. */
  text(sealed: string): string;
  /** What staff typed into an open field: numbers of people and telephones masked. */
  note(plain: string): string;
  /** `李四（city-1）` of a member of staff; empty for nobody. */
  staff(id: string): string;
  actor(actor: { readonly kind: string; readonly id: string }): string;
}

export const SEALED_TEXT = '（加密保存，完整导出可见）';

/** `staffNames`: by id. */
export function showing(kernel: Pick<Kernel, 'crypto'>, unmasked: boolean, staffNames: ReadonlyMap<string, string>): Show {
  const opened = (sealed: string) => (sealed === '' ? '' : kernel.crypto.open(sealed));
  const staff = (id: string) => (id === '' ? '' : staffNames.has(id) ? `${staffNames.get(id)}（${id}）` : id);
  return {
    unmasked,
    name: (sealed) => (unmasked ? opened(sealed) : maskName(opened(sealed))),
    phone: (sealed) => (unmasked ? opened(sealed) : maskPhone(opened(sealed))),
    identity: (plain) => (unmasked ? plain : maskIdentity(plain)),
    nameOf: (plain) => (unmasked ? plain : maskName(plain)),
    text: (sealed) => (sealed === '' ? '' : unmasked ? opened(sealed) : SEALED_TEXT),
    note: (plain) => (unmasked ? plain : maskNumbersIn(plain)),
    staff,
    actor: ({ kind, id }) => (kind === 'staff' ? staff(id) : kind === 'system' ? `${words.actor.system}（${id}）` : kind === 'family' ? `${words.actor.family} ${id}` : word(words.actor, kind)),
  };
}

export const roleWord = (role: string | null): string => word(roleWords, role);
export const time = (atMs: number | null): CellOut => (atMs === null ? null : formatInstant(atMs));
