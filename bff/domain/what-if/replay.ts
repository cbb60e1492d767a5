/** All lanes played again side by side, and what came of it held against what happened. Pure; nothing is touched. */
import { LaneReplay, earlier, type Lags, type ReplayedTurn, type ReplayRules, type Step } from './lane-replay';
import type { LaneHistory } from './history';

export interface Played {
  readonly turns: ReadonlyMap<string, readonly ReplayedTurn[]>;
  readonly lags: ReadonlyMap<string, Lags>;
  /** The bound was reached before the end of the period. */
  readonly truncated: boolean;
}

const STEPS_A_BREATH = 500;

/**
 * Plays the lanes' histories under `rules`. With `lags` null, turns open when they did on record, and how long the
 * service took is measured. Yields now and then, so that a long replay does not hold up anybody's turn.
 */
export function* replay(histories: readonly LaneHistory[], rules: ReplayRules, lags: ReadonlyMap<string, Lags> | null, maxSteps: number): Generator<void, Played> {
  const lanes: { readonly history: LaneHistory; readonly lane: LaneReplay; step: Step | null }[] = [];
  for (const history of histories) {
    const busyElsewhere = () => lanes.some((other) => other.history !== history && other.lane.busy);
    lanes.push({ history, lane: new LaneReplay(history, rules, lags === null ? null : (lags.get(history.laneId) ?? new Map()), new Map(), busyElsewhere), step: null });
  }
  const fromMs = Math.min(...histories.map((history) => history.fromMs));
  for (const each of lanes) each.step = each.lane.next(fromMs);
  let truncated = false;
  for (let steps = 1; ; steps += 1) {
    let first: (typeof lanes)[number] | null = null;
    for (const each of lanes) if (each.step !== null && each.step.atMs < each.history.toMs && (first === null || earlier(each.step, first.step) === each.step)) first = each;
    if (first === null) break;
    const { atMs } = first.step!;
    const was = first.lane.busy;
    first.lane.take(first.step!);
    first.step = first.lane.next(atMs);
    // Q3's setting: where only one turn may be open in the city, the end of one concerns every lane.
    if (first.lane.busy !== was && rules.at(atMs).values.oneTurnInCity) {
      for (const other of lanes) {
        if (other !== first) other.lane.lookAround(atMs);
        other.step = other.lane.next(atMs);
      }
    }
    if (steps >= maxSteps) {
      truncated = true;
      break;
    }
    if (steps % STEPS_A_BREATH === 0) yield;
  }
  for (const { lane, history } of lanes) lane.finish(history.toMs);
  return {
    turns: new Map(lanes.map(({ history, lane }) => [history.laneId, lane.turns])),
    lags: new Map(lanes.map(({ history, lane }) => [history.laneId, lane.measured])), truncated,
  };
}

/** What happened, in the form of a replay: turns still open at the end of the period are open. */
export function happened(history: LaneHistory): ReplayedTurn[] {
  return history.turns.filter((turn) => turn.opened.atMs < history.toMs).map(({ key, opened, ended, outcome }) => {
    const over = ended !== null && ended.atMs < history.toMs;
    return { key, openedAtMs: opened.atMs, endedAtMs: over ? ended.atMs : null, outcome: over ? outcome : 'open' };
  });
}

/** Where two courses of a lane first part; -1: nowhere. */
export function firstDifference(a: readonly ReplayedTurn[], b: readonly ReplayedTurn[]): number {
  const same = (x: ReplayedTurn | undefined, y: ReplayedTurn | undefined) => x !== undefined && y !== undefined && x.key === y.key && x.openedAtMs === y.openedAtMs && x.endedAtMs === y.endedAtMs && x.outcome === y.outcome;
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) if (!same(a[at], b[at])) return at;
  return -1;
}
