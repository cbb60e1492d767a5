/**
 * Once a day and lane, after midnight: what the day before brought, how the ranges that are over did, and the ranges of
 * today (W5). In small steps and few of them a look, so that it holds up nobody's turn; it writes its own collections
 * only and acts on nobody, so the ledger has nothing to say of it. Done twice, or by two processes, it comes to the same:
 * the seed is the lane and the day.
 */
import { addDays, dayOf, MINUTE_MS, SECOND_MS, startOfDay, type Day } from '../../../shared/shanghai-time';
import { drawFutures, type LaneNow } from '../../domain/forecast/futures';
import { datedPlaces, rangesOf, type Ranges } from '../../domain/forecast/ranges';
import { hasEnoughPast, isStepDay, judgeCase, placesToKeep, type Tally } from '../../domain/forecast/track-record';
import type { DueJob } from '../../jobs/due-job';
import type { Kernel } from '../../kernel';
import type { DocOf, Lane, Ticket } from '../../store/collections';
import { laneStream } from '../../store/ledger';
import type { NewDoc, Tx } from '../../store/port';
import { LaneHistory } from './lane-past';
import { writeOnce } from './write-once';

/** Steps of one look: some twenty milliseconds. A big city's night takes a minute or two of looks, and nobody notices. */
const STEPS_A_LOOK = 300_000;
const RETRY_MS = 10 * MINUTE_MS;
const CASES_A_CHANGE = 50;
/** Ranges count for the record this long after their last day. */
const RECORD_DAYS = 365;
/** Ranges are kept for places up to here: further ones would have to be read to be named. */
const MAX_PLACE_KEPT = 1_000;
const PAGE = 200;

interface Night {
  readonly day: Day;
  readonly steps: AsyncGenerator<number>;
  isDone: boolean;
  notBeforeMs: number;
}

/** What a process is at, and what it knows of the lanes' past. */
class Workshop {
  night: Night | null = null;
  readonly histories = new Map<string, LaneHistory>();
}
const workshops = new WeakMap<Kernel, Workshop>();

function workshopOf(kernel: Kernel): Workshop {
  const workshop = workshops.get(kernel) ?? new Workshop();
  workshops.set(kernel, workshop);
  return workshop;
}

export const dailyForecasts: DueJob = {
  name: 'forecasts',
  async run(kernel) {
    const workshop = workshopOf(kernel);
    const nowMs = kernel.clock.now();
    const day = dayOf(nowMs);
    if (workshop.night?.day !== day) workshop.night = begin(kernel, workshop, day);
    const { night } = workshop;
    if (night.isDone || nowMs < night.notBeforeMs) return;
    try {
      for (let spent = 0; spent < STEPS_A_LOOK;) {
        const { done, value } = await night.steps.next();
        if (done === true) {
          night.isDone = true;
          return;
        }
        spent += value;
      }
    } catch (error) {
      // Lanes that are done stay done; the rest is tried again.
      workshop.histories.clear();
      workshop.night = { ...begin(kernel, workshop, day), notBeforeMs: nowMs + RETRY_MS };
      throw error;
    }
  },
  nextDue(_tx, kernel, nowMs) {
    const { night } = workshopOf(kernel);
    const today = dayOf(nowMs);
    if (night?.day !== today) return Promise.resolve(nowMs + SECOND_MS);
    return Promise.resolve(night.isDone ? startOfDay(addDays(today, 1)) : Math.max(nowMs + SECOND_MS, night.notBeforeMs));
  },
};

function begin(kernel: Kernel, workshop: Workshop, day: Day): Night {
  return { day, steps: makeForecasts(kernel, workshop, day), isDone: false, notBeforeMs: 0 };
}

async function* makeForecasts(kernel: Kernel, { histories }: Workshop, today: Day): AsyncGenerator<number> {
  const { lanes, tallies } = await kernel.store.read(async (tx) => ({
    lanes: await tx.lanes.find({}, { sort: [['id', 'asc']] }),
    tallies: new Map((await tx.laneForecasts.find({})).map(({ id, day, laneCases, laneHits }) => [id, { day, cases: laneCases, hits: laneHits }])),
  }));
  for (const { id: laneId } of lanes) {
    if (tallies.get(laneId)?.day === today) continue;
    const history = histories.get(laneId) ?? new LaneHistory(kernel, laneId);
    histories.set(laneId, history);
    yield* history.catchUp(today);
    await settleCases(kernel, laneId, today);
    const { past } = history;
    const hasPast = hasEnoughPast({ historyDays: past.historyDays, turns: past.turns.length }, kernel.rules().values);
    // A lane that never had a forecast needs no word that it still has none.
    if (!hasPast && !tallies.has(laneId)) continue;
    const own = await tallyOf(kernel, laneId, today);
    tallies.set(laneId, { day: today, ...own });
    yield* forecastLane(kernel, laneId, today, past, hasPast, own, [...tallies.values()]);
  }
}

async function* forecastLane(kernel: Kernel, laneId: string, today: Day, past: LaneHistory['past'], hasPast: boolean, own: Tally, tallies: readonly Tally[]): AsyncGenerator<number> {
  const { version, values } = kernel.rules();
  const { forecastHorizonDays: horizonDays, forecastPercent: percent } = values;
  const seen = await kernel.store.read((tx) => look(tx, kernel, laneId, today));
  let ranges: Ranges = { earliest: [], latest: [] };
  if (hasPast) {
    const futures = yield* drawFutures(seen.now, past, values, horizonDays, `${laneId} ${today}`);
    ranges = yield* rangesOf(futures, percent);
  }
  const kept = placesToKeep(Math.min(datedPlaces(ranges), seen.first.length)).map((place) => ({ place, ticketId: seen.first[place]! }));
  const city = tallies.reduce((sum, { cases, hits }) => ({ cases: sum.cases + cases, hits: sum.hits + hits }), { cases: 0, hits: 0 });
  await writeOnce(kernel.store, async (tx) => {
    const current = await tx.laneForecasts.get(laneId);
    if (current?.day === today) return;
    const next: NewDoc<DocOf<'laneForecasts'>> = {
      id: laneId, day: today, asOfMs: seen.now.atMs, seq: seen.seq, hasTurn: seen.lane.openTurnId !== null, waiting: seen.now.waiting, historyDays: past.historyDays, turns: past.turns.length,
      horizonDays, percent, earliest: [...ranges.earliest], latest: [...ranges.latest], laneCases: own.cases, laneHits: own.hits, cityCases: city.cases, cityHits: city.hits, ruleSetVersion: version,
    };
    await (current === null ? tx.laneForecasts.insert(next) : tx.laneForecasts.replace({ ...next, version: current.version }));
    for (const { ticketId, place } of kept) {
      await tx.forecastCases.insert({
        id: `${ticketId}:${today}`, laneId, ticketId, madeOn: today, madeAtMs: seen.now.atMs,
        earliest: addDays(today, ranges.earliest[place]!), latest: addDays(today, ranges.latest[place]!), percent, state: 'open', turnDay: null,
      });
    }
  });
}

interface Seen {
  readonly lane: Lane;
  readonly seq: number;
  readonly now: LaneNow;
  /** The first families of the queue, on days whose ranges are kept for the record. */
  readonly first: readonly string[];
}

/** How the lane stands, in one snapshot. */
async function look(tx: Tx, kernel: Kernel, laneId: string, today: Day): Promise<Seen> {
  const lane = await tx.lanes.get(laneId);
  if (lane === null) throw new Error(`no lane ${laneId}`);
  const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
  return {
    lane, seq: (await tx.ledgerHeads.get(laneStream(laneId)))?.seq ?? 0,
    now: {
      atMs: kernel.clock.now(), waiting: await tx.tickets.count({ laneId, state: 'queued' }), lowRent: await tx.tickets.count({ laneId, state: 'queued', tier: 0 }),
      homes: await tx.listings.count({ laneId, state: 'available' }), turnOpenedAtMs: turn?.openedAtMs ?? null,
    },
    // Ranges of a lane that stands still are shown to nobody, so they say nothing about those that are.
    first: isStepDay(today) && lane.state === 'open' ? await firstInQueue(tx, laneId) : [],
  };
}

async function firstInQueue(tx: Tx, laneId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: Ticket | undefined; ids.length < MAX_PLACE_KEPT;) {
    const page: Ticket[] = await tx.tickets.find({ laneId, state: 'queued' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']], limit: PAGE, ...(after === undefined ? {} : { after }) });
    ids.push(...page.map(({ id }) => id));
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return ids;
}

/** Holds ranges that are over against the day the turn came. */
async function settleCases(kernel: Kernel, laneId: string, today: Day): Promise<void> {
  for (;;) {
    const due = await kernel.store.read((tx) => tx.forecastCases.find({ laneId, state: 'open', latest: { lt: today } }, { limit: CASES_A_CHANGE }));
    if (due.length === 0) return;
    await kernel.store.transact(async (tx) => {
      for (const { id } of due) {
        const current = await tx.forecastCases.get(id);
        if (current?.state !== 'open') continue;
        const [turn] = await tx.turns.find({ ticketId: current.ticketId, openedAtMs: { gte: current.madeAtMs } }, { sort: [['openedAtMs', 'asc']], limit: 1 });
        const ticket = await tx.tickets.get(current.ticketId);
        const turnDay = turn === undefined ? null : dayOf(turn.openedAtMs);
        await tx.forecastCases.replace({ ...current, state: judgeCase(current, turnDay, ticket?.state === 'queued'), turnDay });
      }
    });
  }
}

async function tallyOf(kernel: Kernel, laneId: string, today: Day): Promise<Tally> {
  const since = { gte: addDays(today, -RECORD_DAYS) };
  return kernel.store.read(async (tx) => {
    const hits = await tx.forecastCases.count({ laneId, state: 'hit', latest: since });
    const others = await tx.forecastCases.count({ laneId, state: { in: ['early', 'late'] }, latest: since });
    return { cases: hits + others, hits };
  });
}
