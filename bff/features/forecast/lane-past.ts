/** A lane's past as forecasts draw from it: its days, each written once from the ledger when it is over (W5). */
import { addDays, dayOf, type Day } from '../../../shared/shanghai-time';
import { BEGINNING, DayReader } from '../../domain/forecast/lane-day';
import type { LanePast } from '../../domain/forecast/futures';
import type { Kernel } from '../../kernel';
import type { DocOf } from '../../store/collections';
import { laneStream, ledgerEntryId } from '../../store/ledger';
import { writeOnce } from './write-once';

type LaneDayDoc = DocOf<'laneDays'>;

/** What is drawn from: a year, so that every season is in it, and turns enough to know how they go. */
const PAST_DAYS = 365;
const PAST_TURNS = 500;
const PAGE = 100;
/** What one document read costs, in steps of a future. */
const STEPS_A_READ = 400;

/** One lane's days, kept in memory from one day to the next: a year of them need not be read every midnight. */
export class LaneHistory {
  private days: LaneDayDoc[] = [];
  private isLoaded = false;

  constructor(private readonly kernel: Kernel, private readonly laneId: string) {}

  /** Writes the days that are over and not written yet, in order; yields the steps it took. */
  async *catchUp(today: Day): AsyncGenerator<number> {
    if (!this.isLoaded) yield* this.load();
    for (let day = await this.nextDay(); day !== null && day < today; day = addDays(day, 1)) yield await this.writeDay(day);
  }

  get past(): LanePast & { readonly historyDays: number } {
    const days = this.days.filter(({ hasRun }) => hasRun).slice(-PAST_DAYS);
    return { days, turns: days.flatMap(({ turns }) => turns).slice(-PAST_TURNS), historyDays: days.length };
  }

  private async *load(): AsyncGenerator<number> {
    const days: LaneDayDoc[] = [];
    for (let after: LaneDayDoc | undefined; days.length < PAST_DAYS;) {
      const page: LaneDayDoc[] = await this.kernel.store.read((tx) => tx.laneDays.find({ laneId: this.laneId }, { sort: [['day', 'desc']], limit: PAGE, ...(after === undefined ? {} : { after }) }));
      days.push(...page);
      yield page.length * STEPS_A_READ;
      after = page.at(-1);
      if (page.length < PAGE) break;
    }
    this.days = days.reverse();
    this.isLoaded = true;
  }

  /** Null while nothing ever happened in the lane. */
  private async nextDay(): Promise<Day | null> {
    const last = this.days.at(-1);
    if (last !== undefined) return addDays(last.day, 1);
    const first = await this.kernel.store.read((tx) => tx.ledger.get(ledgerEntryId(laneStream(this.laneId), 1)));
    return first === null ? null : dayOf(first.atMs);
  }

  private async writeDay(day: Day): Promise<number> {
    const { kernel, laneId } = this;
    const before = this.days.at(-1)?.carry ?? BEGINNING;
    const reader = new DayReader(laneId, day, before, (version) => kernel.rulesOf(version).values);
    let steps = STEPS_A_READ;
    for (let seq = before.seq; ;) {
      const entries = await kernel.store.read((tx) => tx.ledger.find({ stream: laneStream(laneId), seq: { gt: seq } }, { sort: [['seq', 'asc']], limit: PAGE }));
      steps += entries.length * STEPS_A_READ;
      if (entries.some((entry) => !reader.take(entry)) || entries.length < PAGE) break;
      seq = entries.at(-1)!.seq;
    }
    const written = await writeOnce(kernel.store, async (tx) => {
      const id = `${laneId}:${day}`;
      // Another process may have written it: the same ledger gives the same day.
      const there = await tx.laneDays.get(id);
      if (there !== null) return there;
      const { hasRun, arrivals, turns, left, carry } = reader.finish();
      return tx.laneDays.insert({ id, laneId, day, hasRun, arrivals: [...arrivals], turns: [...turns], left, waiting: await tx.tickets.count({ laneId, state: 'queued' }), carry });
    });
    this.days.push(written);
    if (this.days.length > PAST_DAYS * 2) this.days.splice(0, PAST_DAYS);
    return steps;
  }
}
