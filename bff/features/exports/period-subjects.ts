/** A period for the inspectors (S1): every kind of act in it, and the files of the households it concerned. */
import { addDays, DAY_MS, startOfDay, type Day } from '../../../shared/shanghai-time';
import type { Kernel } from '../../kernel';
import type { DocOf, LedgerEntry, Objection, Publicity, Ticket, TurnDoc } from '../../store/collections';
import { publicityKindNames } from '../../store/shapes/publicity';
import { PAGE, pages, told, type Subjects } from './subjects';

/** No list is shown, and no objection waits, longer than this. */
const LONGEST_MS = 366 * DAY_MS;
const HOUSEHOLD = 'household.';
const GROUP = 'group.';
const LANE = 'lane.';

/** Everything from the first day to the last, both whole. */
export function periodSubjects(kernel: Pick<Kernel, 'store'>, fromDay: Day, toDay: Day): Subjects {
  const [fromMs, toMs] = [startOfDay(fromDay), startOfDay(addDays(toDay, 1))];
  const within = { gte: fromMs, lt: toMs };
  const isWithin = (atMs: number) => atMs >= fromMs && atMs < toMs;
  const concerned = new Concerned();
  const lanes = () => kernel.store.read((tx) => tx.lanes.find({}, { sort: [['id', 'asc']] }));

  async function* entries(): AsyncGenerator<readonly LedgerEntry[]> {
    for await (const page of pages<LedgerEntry>(kernel, (tx, at) => tx.ledger.find({ atMs: within }, { sort: [['atMs', 'asc']], ...at }))) {
      for (const entry of page) concerned.note(entry);
      yield page;
    }
    concerned.isLedgerRead = true;
  }

  /** Those that began in the period, and those that were still running when it began. */
  async function* turns(): AsyncGenerator<readonly TurnDoc[]> {
    if (!concerned.isLedgerRead) await drain(entries());
    const earlier = [...concerned.turnIds];
    for (let at = 0; at < earlier.length; at += PAGE) {
      yield await kernel.store.read(async (tx) => (await Promise.all(earlier.slice(at, at + PAGE).map((id) => tx.turns.get(id)))).filter((turn): turn is TurnDoc => turn !== null && turn.openedAtMs < fromMs));
    }
    for (const lane of await lanes()) yield* pages<TurnDoc>(kernel, (tx, at) => tx.turns.find({ laneId: lane.id, openedAtMs: within }, { sort: [['openedAtMs', 'asc']], ...at }));
  }

  return {
    within, entries, turns,
    countEntries: (tx) => tx.ledger.count({ atMs: within }),
    countTurns: async (tx) => {
      let count = 0;
      for (const lane of await tx.lanes.find({})) count += await tx.turns.count({ laneId: lane.id, openedAtMs: within });
      return count;
    },
    countMessages: (tx) => tx.outbox.count({ createdAtMs: within }),
    messages: () => told(pages(kernel, (tx, at) => tx.outbox.find({ createdAtMs: within }, { sort: [['createdAtMs', 'asc']], ...at }))),
    publicities: async function* () {
      for (const kind of publicityKindNames) for (const state of ['open', 'over'] as const) {
        for await (const page of pages<Publicity>(kernel, (tx, at) => tx.publicities.find({ kind, state, takesEffectMs: { gt: fromMs, lt: toMs + LONGEST_MS } }, { sort: [['takesEffectMs', 'asc']], ...at }))) {
          yield page.filter(({ firstDay }) => firstDay <= toDay);
        }
      }
    },
    objections: async function* () {
      for (const state of ['open', 'upheld', 'dismissed'] as const) {
        for await (const page of pages<Objection>(kernel, (tx, at) => tx.objections.find({ state, raisedAtMs: { gte: fromMs - LONGEST_MS, lt: toMs } }, { sort: [['raisedAtMs', 'asc']], ...at }))) {
          yield page.filter(({ raisedAtMs, decidedAtMs }) => isWithin(raisedAtMs) || (decidedAtMs !== null && isWithin(decidedAtMs)));
        }
      }
    },
    batches: () => pages(kernel, (tx, at) => tx.batches.find({ day: { gte: fromDay, lte: toDay } }, { sort: [['day', 'asc']], ...at })),
    swaps: async function* () {
      if (!concerned.isLedgerRead) await drain(entries());
      const ids = [...concerned.swapIds].sort();
      for (let at = 0; at < ids.length; at += PAGE) yield await kernel.store.read(async (tx) => (await Promise.all(ids.slice(at, at + PAGE).map((id) => tx.swaps.get(id)))).filter((swap): swap is DocOf<'swaps'> => swap !== null));
    },
    householdIds: async function* () {
      if (!concerned.areTurnsRead) for await (const page of turns()) for (const { householdId } of page) concerned.households.add(householdId);
      concerned.areTurnsRead = true;
      for (const { group, fromNumber, toNumber } of concerned.takeNumbers()) {
        for await (const page of pages<Ticket>(kernel, (tx, at) => tx.tickets.find({ group, queueNumber: { gte: fromNumber, lte: toNumber } }, { sort: [['queueNumber', 'asc']], ...at }))) for (const { householdId } of page) concerned.households.add(householdId);
      }
      const ids = [...concerned.households];
      for (let at = 0; at < ids.length; at += PAGE) yield ids.slice(at, at + PAGE);
    },
  };
}

async function drain(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches) { /* read for what it notes on the way */ }
}

interface Run { readonly group: string; readonly fromNumber: number; readonly toNumber: number }

/** Whom the ledger's entries of a period are about, noted while they pass: ids and runs of numbers, never the entries. */
class Concerned {
  readonly households = new Set<string>();
  readonly swapIds = new Set<string>();
  /** Turns opened before the first entry of their lane that was noted. */
  readonly turnIds = new Set<string>();
  isLedgerRead = false;
  areTurnsRead = false;
  private runs: Run[] = [];
  private readonly firstSeqs = new Map<string, number>();

  note({ stream, seq, type, open, detail }: LedgerEntry): void {
    if (stream.startsWith(HOUSEHOLD)) {
      this.households.add(stream.slice(HOUSEHOLD.length));
      if (type === 'SwapMoved') this.swapIds.add((JSON.parse(detail) as { swapId: string }).swapId);
    } else if (stream.startsWith(GROUP)) this.noteNumbers(stream.slice(GROUP.length), type, open);
    else if (stream.startsWith(LANE)) this.noteTurn(stream, seq, open['turnId']);
  }

  /** A turn is named after the entry that opened it. */
  private noteTurn(stream: string, seq: number, turnId: unknown): void {
    if (!this.firstSeqs.has(stream)) this.firstSeqs.set(stream, seq);
    if (typeof turnId === 'string' && Number(turnId.slice(stream.length - LANE.length + 1)) < this.firstSeqs.get(stream)!) this.turnIds.add(turnId);
  }

  /** The runs of numbers noted so far, whose households are not yet among those concerned. */
  takeNumbers(): Run[] {
    const taken = this.runs;
    this.runs = [];
    return taken;
  }

  private noteNumbers(group: string, type: string, open: LedgerEntry['open']): void {
    if (type === 'NumbersGiven') for (const { fromNumber, toNumber } of open['ranges'] as Run[]) this.runs.push({ group, fromNumber, toNumber });
    if (type !== 'NumbersImported' && type !== 'NumbersVoided') return;
    const numbers = type === 'NumbersImported' ? (open['numbers'] as { queueNumber: number }[]).map(({ queueNumber }) => queueNumber) : (open['queueNumbers'] as number[]);
    for (const queueNumber of [...numbers].sort((a, b) => a - b)) {
      const last = this.runs.at(-1);
      if (last !== undefined && last.group === group && last.toNumber === queueNumber - 1) this.runs[this.runs.length - 1] = { ...last, toNumber: queueNumber };
      else this.runs.push({ group, fromNumber: queueNumber, toNumber: queueNumber });
    }
  }
}
