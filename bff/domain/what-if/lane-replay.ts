/**
 * One lane played again: the same decision that runs the real lanes (bff/domain/selection/decide.ts), fed with what
 * was recorded. Nothing of it is written anywhere.
 */
import { dayOf, startOfDay } from '../../../shared/shanghai-time';
import type { Listing } from '../../store/collections';
import { isWindowOpen, nextWindowStart } from '../rules/notification-window';
import type { RuleSet } from '../rules/rule-set';
import { decideSelection } from '../selection/decide';
import type { SelectionCommand, SelectionEvent } from '../selection/selection';
import { Behaviours, isAsRecorded, planAct, planNotice, planProof, sameWindow, type Behaviour, type Planned } from './behaviour';
import { waitingOf, type Fact, type LaneHistory, type Outcome, type RecordedTurn, type Waiting } from './history';
import { laneOf, ticketOf, turnOf } from './stand-ins';

export interface ReplayedTurn {
  readonly key: string;
  readonly openedAtMs: number;
  endedAtMs: number | null;
  outcome: Outcome;
}

/** The rules of the replay, and those of a recorded version. */
export interface ReplayRules {
  at(atMs: number): RuleSet;
  of(version: number): RuleSet;
}

/**
 * When the service acted on a lane that was ready, by the instant the lane became ready (`<ms>#<n-th time in it>`): it
 * opened a turn, or the lane had ceased to be ready. A lane that becomes ready at any other instant is served at once.
 */
export type Lags = Map<string, Planned>;

interface Running {
  readonly waiting: Waiting;
  readonly behaviour: Behaviour;
  readonly result: ReplayedTurn;
  readonly rules: RuleSet;
  readonly openedAtMs: number;
  notifiedAtMs: number | null;
  deadlineMs: number | null;
  movedMs: number;
  proof: 'none' | 'smsReceipt' | 'subscriptionMessage' | 'staffCall';
  notice: Planned | null;
  act: (Planned & { readonly pick: boolean }) | null;
  proving: (Planned & { readonly kind: 'smsReceipt' | 'subscriptionMessage' | 'staffCall' }) | null;
}

export type Step = Planned & { readonly what: 'fact' | 'proof' | 'notice' | 'act' | 'deadline' | 'open' | 'look' };
const rank: readonly Step['what'][] = ['fact', 'proof', 'notice', 'act', 'deadline', 'open', 'look'];

/** The earlier of two steps; of the same millisecond the one recorded first, then by kind. */
export function earlier(a: Step | null, b: Step | null): Step | null {
  if (a === null || b === null) return a ?? b;
  return (a.atMs - b.atMs || (a.seq === b.seq ? rank.indexOf(a.what) - rank.indexOf(b.what) : a.seq - b.seq)) <= 0 ? a : b;
}

export class LaneReplay {
  readonly turns: ReplayedTurn[] = [];
  private state: LaneHistory['state'];
  private pausedAtMs: number;
  private homes: number;
  /** Last is first in line (Q1): taking the head is cheap. */
  private queue: Waiting[];
  private running: Running | null = null;
  private nextFact = 0;
  private nextOpening = 0;
  private openingWaits = false;
  private readySince: { readonly atMs: number; readonly name: string } | null = null;
  private readyTimes = { atMs: Number.NaN, count: 0 };
  private readonly behaviours: Behaviours;
  private readonly attempts = new Map<string, number>();
  private readonly picked = new Set<string>();
  private readonly openings: readonly RecordedTurn[];
  private readonly outages: readonly Extract<Fact, { type: 'outage' }>[];

  /** With `lags` null the turns open when they did on record, and the lags are measured. */
  constructor(private readonly history: LaneHistory, private readonly rules: ReplayRules, private readonly lags: Lags | null, readonly measured: Lags = new Map(), private readonly cityBusy: () => boolean = () => false) {
    const { running, runningSince } = history;
    this.state = history.state;
    this.pausedAtMs = history.pausedAtMs;
    this.homes = history.homes;
    this.queue = history.queue.filter((waiting) => waiting.key !== running?.key).sort(behind);
    this.behaviours = new Behaviours(history);
    this.openings = history.turns.filter((turn) => turn !== running && turn.opened.atMs < history.toMs);
    this.outages = history.facts.filter((fact) => fact.type === 'outage');
    if (running !== null) {
      this.begin(history.queue.find((waiting) => waiting.key === running.key) ?? waitingOf(running.key), running.opened.atMs, rules.of(running.ruleSet));
      this.catchUp(this.running!, runningSince, running);
    }
    this.lookAround(history.fromMs);
  }

  get busy(): boolean {
    return this.running !== null;
  }

  /** What happens next in this lane; null: nothing more. */
  next(nowMs: number): Step | null {
    const fact = this.history.facts[this.nextFact];
    let step: Step | null = fact === undefined ? null : { atMs: fact.atMs, seq: fact.seq, what: 'fact' };
    const consider = (planned: Planned | null, what: Step['what']) => {
      if (planned !== null) step = earlier(step, { ...this.whenUp({ atMs: Math.max(planned.atMs, nowMs), seq: planned.seq }), what });
    };
    const { running } = this;
    if (running !== null) {
      const paused = this.state === 'paused';
      if (running.notifiedAtMs === null && (!paused || running.notice?.seq !== Number.POSITIVE_INFINITY)) consider(running.notice, 'notice');
      consider(running.proving, 'proof');
      if (!paused) {
        consider(running.act, 'act');
        if (running.deadlineMs !== null) consider({ atMs: running.deadlineMs, seq: this.seqOfEnd(running) }, 'deadline');
      }
      return step;
    }
    if (this.lags === null) {
      const opening = this.openings[this.nextOpening];
      if (opening !== undefined) consider(this.openingWaits ? { ...opening.opened, seq: Number.POSITIVE_INFINITY } : opening.opened, 'open');
    }
    if (this.state === 'open' && this.homes > 0 && this.queue.length > 0) this.considerReadiness(nowMs, consider);
    return step;
  }

  /** Does the step; the city's other lanes may have to look again when it opened or ended a turn. */
  take(step: Step): void {
    const { atMs } = step;
    const { running } = this;
    switch (step.what) {
      case 'fact': this.nextFact += 1; this.takeFact(this.history.facts[this.nextFact - 1]!, atMs); break;
      case 'notice': running!.notice = null; this.decide({ type: running!.behaviour.recorded?.handed === false ? 'RecordUndeliverable' : 'RecordNotified', turnId: TURN, atMs, handedAtMs: atMs } as SelectionCommand, atMs); break;
      case 'proof': {
        const { kind } = running!.proving!;
        running!.proving = null;
        this.decide({ type: 'RecordProof', turnId: TURN, proof: kind, atMs }, atMs);
        break;
      }
      case 'act': {
        const { pick } = running!.act!;
        running!.act = null;
        const ticket = ticketOf(this.history.laneId, running!.waiting);
        this.decide(pick ? { type: 'PickHome', ticket, listing: this.anyHome(), assisted: null } : { type: 'PassTurn', ticket }, atMs);
        break;
      }
      case 'deadline': this.decide({ type: 'Settle' }, atMs); break;
      case 'open': this.open(step); break;
      case 'look': break;
    }
    this.lookAround(atMs);
  }

  /** Whether the lane is ready to open a turn, since when. */
  lookAround(nowMs: number): void {
    const ready = this.running === null && this.state === 'open' && this.homes > 0 && this.head(nowMs) !== null && isWindowOpen(this.rules.at(nowMs).values, nowMs) && !(this.rules.at(nowMs).values.oneTurnInCity && this.cityBusy());
    if (!ready) {
      this.measure({ atMs: nowMs, seq: Number.POSITIVE_INFINITY });
      this.readySince = null;
    } else if (this.readySince === null) {
      this.readyTimes = { atMs: nowMs, count: this.readyTimes.atMs === nowMs ? this.readyTimes.count + 1 : 0 };
      this.readySince = { atMs: nowMs, name: `${nowMs}#${this.readyTimes.count}` };
    }
  }

  /** The period is over: a lane that was ready all along was not acted on. */
  finish(toMs: number): void {
    this.measure({ atMs: toMs, seq: Number.POSITIVE_INFINITY });
  }

  private measure(acted: Planned): void {
    if (this.readySince !== null) this.measured.set(this.readySince.name, acted);
  }

  private considerReadiness(nowMs: number, consider: (planned: Planned, what: Step['what']) => void): void {
    const { values } = this.rules.at(nowMs);
    const seq = Number.POSITIVE_INFINITY;
    if (this.readySince === null) {
      if (!isWindowOpen(values, nowMs)) consider({ atMs: nextWindowStart(values, nowMs), seq }, 'look');
      else if (this.head(nowMs) === null) consider({ atMs: Math.min(...this.queue.map((waiting) => waiting.notBeforeMs)), seq }, 'look');
      return;
    }
    const windowEndMs = startOfDay(dayOf(nowMs)) + values.windowEndMs;
    if (this.lags === null) return consider({ atMs: windowEndMs, seq }, 'look');
    const acted = this.lags.get(this.readySince.name) ?? { atMs: this.readySince.atMs, seq };
    if (acted.atMs < windowEndMs) consider(acted, 'open');
    else consider({ atMs: windowEndMs, seq }, 'look');
  }

  private open({ atMs, seq }: Step): void {
    this.lookAround(atMs);
    if (this.lags === null) {
      // Lanes are ordered among themselves by time alone: in the same millisecond another one may have to go first (Q3).
      this.openingWaits = this.readySince === null && seq !== Number.POSITIVE_INFINITY;
      if (this.openingWaits) return;
      this.nextOpening += 1;
    }
    // Not ready at the instant a turn opened on record: the comparison will say so.
    if (this.readySince === null) return;
    const events = this.decide({ type: 'Settle' }, atMs, this.head(atMs));
    const opened = events.find((event) => event.type === 'TurnOpened');
    if (opened === undefined) return;
    this.measure({ atMs, seq });
    this.readySince = null;
    const waiting = this.head(atMs)!;
    this.queue.splice(this.queue.indexOf(waiting), 1);
    this.begin(waiting, atMs, this.rules.at(atMs));
  }

  private begin(waiting: Waiting, openedAtMs: number, rules: RuleSet): void {
    const attempt = this.attempts.get(waiting.key) ?? 0;
    this.attempts.set(waiting.key, attempt + 1);
    const behaviour = this.behaviours.of(waiting.key, attempt);
    const result: ReplayedTurn = { key: waiting.key, openedAtMs, endedAtMs: null, outcome: 'open' };
    this.turns.push(result);
    const rulesThen = behaviour.recorded === null ? rules : this.rules.of(behaviour.recorded.ruleSet);
    this.running = {
      waiting, behaviour, result, rules, openedAtMs, notifiedAtMs: null, deadlineMs: null, movedMs: 0, proof: 'none',
      notice: planNotice(behaviour, openedAtMs, rules.values, rulesThen.values), act: planAct(behaviour, openedAtMs, null), proving: planProof(behaviour, openedAtMs, null),
    };
  }

  /** The turn under way at the beginning: told and proven as it was by then. */
  private catchUp(running: Running, since: LaneHistory['runningSince'], recorded: RecordedTurn): void {
    if (since.proof && recorded.proof !== null) {
      running.proof = recorded.proof.kind;
      running.proving = null;
    }
    if (since.notifiedAtMs === null) return;
    running.notice = null;
    this.told(running, since.notifiedAtMs, since.deadlineMs!);
    if (since.proof) running.proving = null;
  }

  private told(running: Running, atMs: number, deadlineMs: number): void {
    running.notifiedAtMs = atMs;
    running.deadlineMs = deadlineMs;
    running.act ??= planAct(running.behaviour, running.openedAtMs, atMs);
    if (running.proof === 'none') running.proving ??= planProof(running.behaviour, running.openedAtMs, atMs);
  }

  private takeFact(fact: Fact, atMs: number): void {
    switch (fact.type) {
      case 'joined': return this.join(fact.numbers);
      case 'left': {
        const gone = new Set(fact.numbers.map((number) => number.key));
        this.queue = this.queue.filter((waiting) => !gone.has(waiting.key));
        return;
      }
      case 'homes':
        if (fact.returnedBy !== null && this.history.turns.some((turn) => turn.key === fact.returnedBy && turn.outcome === 'picked') && !this.picked.has(fact.returnedBy)) return;
        this.homes = Math.max(0, this.homes + fact.by);
        return;
      case 'opened': this.decide({ type: 'OpenLane', reason: '' }, atMs); return;
      case 'paused': this.decide({ type: 'PauseLane', reason: '' }, atMs); return;
      case 'resumed': this.decide({ type: 'ResumeLane', reason: '' }, atMs); return;
      case 'outage': this.decide({ type: 'CreditOutage', fromMs: fact.fromMs, toMs: atMs }, atMs); return;
      case 'rules': return;
    }
  }

  /** A household that has a home takes no new number; one that still waits under its old number changes it. */
  private join(numbers: readonly Waiting[]): void {
    for (const number of numbers) {
      const earlierNumbers = this.history.replaces.get(number.key) ?? [];
      if (earlierNumbers.some((key) => this.picked.has(key) || this.running?.waiting.key === key)) continue;
      if (earlierNumbers.length > 0) this.queue = this.queue.filter((waiting) => !earlierNumbers.includes(waiting.key));
      this.queue.push(number);
    }
    this.queue.sort(behind);
  }

  private decide(command: SelectionCommand, nowMs: number, head: Waiting | null = null): readonly SelectionEvent[] {
    const { running } = this;
    const { laneId } = this.history;
    const view = {
      lane: laneOf(laneId, this.state, this.state === 'paused' ? this.pausedAtMs : null),
      turn: running === null ? null : { turn: turnOf(laneId, running), ticket: ticketOf(laneId, running.waiting) },
      head: head === null ? null : ticketOf(laneId, head), availableCount: this.homes, cityBusy: this.cityBusy(),
      // Q9: who had a home picked by its ranking would have one picked again, where the rules offer it and a home is left.
      ranked: running?.behaviour.recorded?.byRank === true ? [this.anyHome()] : [],
    };
    const { events } = decideSelection(view, command, nowMs, this.rules.at(nowMs), running?.rules);
    for (const event of events) this.apply(event, running);
    return events;
  }

  /** Which home it is does not matter: only how many are left. */
  private anyHome(): Listing {
    return { laneId: this.history.laneId, state: this.homes > 0 ? 'available' : 'withdrawn' } as Listing;
  }

  private apply(event: SelectionEvent, running: Running | null): void {
    switch (event.type) {
      case 'LaneOpened':
      case 'LaneResumed': this.state = 'open'; return;
      case 'LanePaused': this.state = 'paused'; this.pausedAtMs = event.atMs; return;
      case 'TurnNotified': running!.notice = null; return this.told(running!, event.atMs, event.deadlineMs);
      case 'TurnProven': running!.proof = event.proof as Running['proof']; return;
      case 'DeadlineMoved': running!.deadlineMs = event.deadlineMs; running!.movedMs += event.byMs; return;
      case 'HomePicked': this.homes -= 1; this.picked.add(running!.waiting.key); return this.end(running!, event.atMs, 'picked');
      case 'TurnPassed': return this.end(running!, event.atMs, 'passed');
      case 'TurnMissed': return this.end(running!, event.atMs, 'missed');
      case 'TurnDeferred': {
        const { recorded } = running!.behaviour;
        const asRecorded = isAsRecorded(running!.behaviour, running!.openedAtMs) && recorded!.outcome === 'deferred' && recorded!.ended!.atMs === event.atMs && sameWindow(this.rules.of(recorded!.ruleSet).values, this.rules.at(event.atMs).values);
        this.queue.push({ ...running!.waiting, deferrals: running!.waiting.deferrals + 1, notBeforeMs: asRecorded ? recorded!.deferredUntilMs! : event.notBeforeMs });
        this.queue.sort(behind);
        return this.end(running!, event.atMs, 'deferred');
      }
      case 'TurnOpened': return; // begun by `open`
    }
  }

  private end(running: Running, atMs: number, outcome: Outcome): void {
    running.result.endedAtMs = atMs;
    running.result.outcome = outcome;
    this.running = null;
  }

  private head(nowMs: number): Waiting | null {
    for (let at = this.queue.length - 1; at >= 0; at -= 1) if (this.queue[at]!.notBeforeMs <= nowMs) return this.queue[at]!;
    return null;
  }

  private seqOfEnd({ behaviour, openedAtMs, deadlineMs }: Running): number {
    const ended = isAsRecorded(behaviour, openedAtMs) ? behaviour.recorded!.ended : null;
    return ended !== null && ended.atMs === deadlineMs ? ended.seq : Number.POSITIVE_INFINITY;
  }

  /** Nothing but what is on record happens while the service is down: it happens when it is back. */
  private whenUp(planned: Planned): Planned {
    if (planned.seq !== Number.POSITIVE_INFINITY) return planned;
    const outage = this.outages.find(({ fromMs, atMs }) => planned.atMs >= fromMs && planned.atMs < atMs);
    return outage === undefined ? planned : { ...planned, atMs: outage.atMs };
  }
}

/** Every replayed turn is the only one of its lane at its time: one name does for all. */
const TURN = 'replayed';

function behind(a: Waiting, b: Waiting): number {
  return b.tier - a.tier || b.queueNumber - a.queueNumber;
}
