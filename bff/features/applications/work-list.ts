/**
 * 待办 work lists: pages by keyset on an index of the list's own order, so that page forty costs what page one does.
 * The cursor holds the place itself and not a document, which may have moved on since.
 */
import type { WorkCountQuery, WorkListQuery } from '../../../shared/contract/application-schemas';
import { DAY_MS } from '../../../shared/shanghai-time';
import { readNameText } from '../../domain/registers/people';
import type { Kernel } from '../../kernel';
import type { Application } from '../../store/collections';
import type { Tx, Where } from '../../store/port';

export const DEFAULT_PAGE = 40;

type SortField = 'dueMs' | 'submittedAtMs';
type Place = Pick<Application, 'id'> & { readonly at: number | null };

export interface WorkScope {
  readonly districts: readonly string[];
  /** Null: every street of the districts. */
  readonly streets: readonly string[] | null;
}

/** A cursor that does not belong to this order, or was made up. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

/** One page of what the scope holds. `ownState`: what is listed when no state is asked for. Throws {@link BadCursor}. */
export async function workPage(kernel: Pick<Kernel, 'crypto' | 'rules'>, tx: Tx, query: WorkListQuery, scope: WorkScope, ownState: Application['state'], nowMs: number): Promise<{ applications: Application[]; nextCursor: string | null }> {
  // Overdue ones lie together in the order of their due dates, and nowhere else.
  const byDue = query.overdue === true || query.stalled === true;
  const field: SortField = byDue || query.sort === undefined || query.sort === 'due' ? 'dueMs' : 'submittedAtMs';
  const where: Where<Application> = {
    state: query.state ?? ownState, ...placesOf(scope, query),
    ...(byDue ? { dueMs: { lte: query.stalled === true ? stalledBefore(kernel, nowMs) : nowMs } } : {}),
    ...(query.name === undefined ? {} : { applicantNameIndex: kernel.crypto.blindIndex('name', asRead(query.name)) }),
  };
  const limit = query.limit ?? DEFAULT_PAGE;
  const place = query.cursor === undefined ? null : readCursor(query.cursor, field);
  const found = await tx.applications.find(where, {
    sort: [[field, 'asc']], limit: limit + 1,
    // The order looks at these two fields of it and at nothing else.
    ...(place === null ? {} : { after: { id: place.id, [field]: place.at } as unknown as Application }),
  });
  const applications = found.slice(0, limit);
  const last = applications.at(-1);
  return { applications, nextCursor: found.length > limit && last !== undefined ? cursorOf(field, { id: last.id, at: last[field] }) : null };
}

/** How many cases of one desk wait, and how urgently. Each is in one number besides `all` at most. */
export async function countWork(kernel: Pick<Kernel, 'rules'>, tx: Tx, query: WorkCountQuery, scope: WorkScope, state: Application['state'], nowMs: number): Promise<{ all: number; dueSoon: number; overdue: number; stalled: number; undated: number }> {
  const where = { state, ...placesOf(scope, query) };
  const count = (dueMs?: Where<Application>['dueMs']) => tx.applications.count(dueMs === undefined ? where : { ...where, dueMs });
  const stalledMs = stalledBefore(kernel, nowMs);
  return {
    all: await count(), undated: await count(null), stalled: await count({ lte: stalledMs }),
    overdue: await count({ gt: stalledMs, lte: nowMs }), dueSoon: await count({ gt: nowMs, lte: nowMs + kernel.rules().values.reviewWarnDays * DAY_MS }),
  };
}

/** A case due at or before this instant is stalled; as `warningOf` says of one. */
const stalledBefore = (kernel: Pick<Kernel, 'rules'>, nowMs: number): number => nowMs - kernel.rules().values.reviewStalledDays * DAY_MS;

/** Districts and streets of the scope, narrowed to what is asked for. */
function placesOf(scope: WorkScope, query: Pick<WorkListQuery, 'district' | 'street'>): Where<Application> {
  const within = (all: readonly string[], one: string | undefined) => (one === undefined ? all : all.filter((each) => each === one));
  const streets = scope.streets === null ? (query.street === undefined ? null : [query.street]) : within(scope.streets, query.street);
  return { district: { in: within(scope.districts, query.district) }, ...(streets === null ? {} : { street: { in: streets } }) };
}

/** A name as submissions keep it (张 三 is 张三). */
function asRead(name: string): string {
  const reading = readNameText(name);
  return reading.ok ? reading.value : name;
}

function cursorOf(field: SortField, { id, at }: Place): string {
  return Buffer.from(JSON.stringify([field, at, id])).toString('base64url');
}

function readCursor(cursor: string, field: SortField): Place {
  try {
    const [sortedBy, at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (sortedBy === field && (at === null || Number.isSafeInteger(at)) && typeof id === 'string') return { id, at: at as number | null };
  } catch {
    // Answered below like any other cursor that is none of ours.
  }
  throw new BadCursor();
}
