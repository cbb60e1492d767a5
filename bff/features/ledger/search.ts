/**
 * The whole ledger for the city's staff and the inspectors (S1): by household, by who acted, by kind, by day. A page
 * looks at so many entries and no more, and says where it stopped; it starts from the newest of the days asked for,
 * by the index over time. So its cost depends neither on the age of the ledger nor on how rare the thing is.
 */
import { addDays, startOfDay } from '../../../shared/shanghai-time';
import { wordOfEntry } from '../../../shared/ledger-words';
import type { AnswerOf, QueryOf } from '../../../shared/contract/routes';
import type { FieldProblem } from '../../../shared/errors';
import { actOf, refuse, type Caller, type Handlers } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { LedgerEntry } from '../../store/collections';
import { change } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { readEntry, type ReadEntry } from '../exports/act-tables';
import { householdSubjects } from '../exports/household-subjects';
import { plainWords } from '../exports/plain-words';
import { roleWord, showing } from '../exports/table';

const PAGE = 50;
/** How many entries one request looks at: who acted stands in the detail, which is read to be compared. */
const MOST_LOOKED_AT = 2_000;
const READ_AT_ONCE = 500;

type Query = NonNullable<QueryOf<'searchLedger'>>;
type Found = AnswerOf<'searchLedger'>['entries'][number];

/** S1: city staff can read all of it, and so can the discipline inspectors; nobody else. */
function mayReadAll(caller: Caller): boolean {
  return caller.kind === 'staff' && ['city', 'inspector'].includes(caller.role);
}

export function ledgerSearchHandlers(kernel: Kernel): Handlers {
  return {
    searchLedger: async (request) => {
      const { caller, query } = request;
      if (!mayReadAll(caller)) return refuse('FORBIDDEN');
      const fields = dayProblems(query);
      if (fields.length > 0) return refuse('VALIDATION_FAILED', { fields });
      const after = query.cursor === undefined ? null : await kernel.store.read((tx) => tx.ledger.get(query.cursor!));
      if (query.cursor !== undefined && after === null) return refuse('VALIDATION_FAILED', { fields: [{ path: 'cursor', message: '没有这一页，请从头查询' }] });
      // Looking into one household's or one person's doings is on record; turning its pages is the same act.
      if (after === null && (query.householdId !== undefined || query.actorId !== undefined)) {
        const { householdId = null, actorId = null, type = null, fromDay = null, toDay = null } = query;
        await change(kernel, actOf(request, '查询操作日志'), (work) => work.record({ stream: OFFICE_STREAM, type: 'LedgerSearched', open: {}, detail: { householdId, actorId, kind: type, fromDay, toDay } }));
      }
      const limit = Math.min(Number(query.limit ?? PAGE), PAGE * 2);
      const { entries, next } = query.householdId === undefined ? await ofTime(kernel, query, after, limit) : await ofHousehold(kernel, query, query.householdId, after, limit);
      const show = await wording(kernel);
      return { entries: entries.map((one) => present(one, show)), nextCursor: next };
    },
  };
}

function dayProblems({ fromDay, toDay }: Query): FieldProblem[] {
  return fromDay !== undefined && toDay !== undefined && fromDay > toDay ? [{ path: 'toDay', message: '应不早于开始日期' }] : [];
}

interface Page {
  readonly entries: readonly ReadEntry[];
  /** The last entry looked at; null when there is nothing more. */
  readonly next: string | null;
}

/** Newest first, through the days asked for. */
async function ofTime(kernel: Pick<Kernel, 'store'>, query: Query, after: LedgerEntry | null, limit: number): Promise<Page> {
  const between = withinOf(query);
  const entries: ReadEntry[] = [];
  let last = after;
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const from = last;
    const page = await kernel.store.read((tx) => entriesOf(tx, query, between, from));
    for (const entry of page) {
      looked += 1;
      last = entry;
      const read = readEntry(entry);
      if (matches(read, query)) entries.push(read);
      if (entries.length === limit) return { entries, next: entry.id };
    }
    if (page.length < READ_AT_ONCE) return { entries, next: null };
  }
  return { entries, next: last?.id ?? null };
}

/** By time where days are given; a stream alone is read from its own end. Neither walks what is older than asked for. */
function entriesOf(tx: Tx, { stream }: Query, between: { gte?: number; lt?: number } | null, after: LedgerEntry | null): Promise<LedgerEntry[]> {
  const page = { limit: READ_AT_ONCE, ...(after === null ? {} : { after }) };
  if (stream !== undefined && between === null) return tx.ledger.find({ stream }, { sort: [['seq', 'desc']], ...page });
  return tx.ledger.find(between === null ? {} : { atMs: between }, { sort: [['atMs', 'desc']], ...page });
}

/** A household's own stream and what its lanes and batches say of it: a life is a few hundred entries. */
async function ofHousehold(kernel: Pick<Kernel, 'store'>, query: Query, householdId: string, after: LedgerEntry | null, limit: number): Promise<Page> {
  const between = withinOf(query);
  const all: ReadEntry[] = [];
  for await (const batch of householdSubjects(kernel, householdId).entries()) all.push(...batch.map(readEntry));
  const wanted = all.reverse().filter((read) => matches(read, query) && read.entry.atMs >= (between?.gte ?? 0) && read.entry.atMs < (between?.lt ?? Infinity));
  const from = after === null ? 0 : wanted.findIndex(({ entry }) => entry.id === after.id) + 1;
  const entries = wanted.slice(from, from + limit);
  return { entries, next: from + limit < wanted.length ? entries.at(-1)!.entry.id : null };
}

function withinOf({ fromDay, toDay }: Query): { gte?: number; lt?: number } | null {
  if (fromDay === undefined && toDay === undefined) return null;
  return { ...(fromDay === undefined ? {} : { gte: startOfDay(fromDay) }), ...(toDay === undefined ? {} : { lt: startOfDay(addDays(toDay, 1)) }) };
}

function matches({ entry, actor }: ReadEntry, { stream, actorId, type }: Query): boolean {
  return (stream === undefined || entry.stream === stream) && (type === undefined || entry.type === type) && (actorId === undefined || actor?.id === actorId);
}

/** P2: masked like an export that was not asked for in full. */
async function wording(kernel: Kernel): Promise<ReturnType<typeof showing>> {
  const staff = await kernel.store.read((tx) => tx.staff.find({}));
  return showing(kernel, false, new Map(staff.map(({ id, name }) => [id, name])));
}

function present({ entry, actor, from, why, rest }: ReadEntry, show: ReturnType<typeof showing>): Found {
  return {
    id: entry.id, stream: entry.stream, seq: entry.seq, atMs: entry.atMs, type: entry.type, title: wordOfEntry(entry.type),
    actor: actor === null ? null : { kind: actor.kind, id: actor.id, name: show.actor(actor), role: actor.role, roleName: roleWord(actor.role) },
    from, why: show.note(why), open: plainWords(entry.open), detail: show.note(plainWords(rest)), hash: entry.hash,
  };
}
