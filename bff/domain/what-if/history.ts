/**
 * What happened in a lane, read from its ledger stream: who waited, which homes were free, how each family behaved
 * when its turn came, and what staff and the outside did. Enough to play the same days again under other rules.
 */
import { tiers, type Tier } from '../../../shared/lane';

/** The part of a ledger entry that is read. */
export interface LaneEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly open: Readonly<Record<string, unknown>>;
}

/** A number waiting in the lane. */
export interface Waiting {
  /** `group queueNumber`: names it. */
  readonly key: string;
  readonly group: string;
  readonly tier: number;
  readonly queueNumber: number;
  readonly deferrals: number;
  readonly notBeforeMs: number;
}

export type Outcome = 'picked' | 'passed' | 'missed' | 'deferred' | 'open';

/** An instant on record, with its place in the stream: what happened in the same millisecond keeps its order. */
export interface Mark {
  readonly atMs: number;
  readonly seq: number;
}

/** One turn as it went: how long after it opened the family was told, after how long it was proven, and what it did. */
export interface RecordedTurn {
  readonly key: string;
  readonly ruleSet: number;
  readonly opened: Mark;
  notified: Mark | null;
  /** False: the message could never be handed over, the clock ran all the same. */
  handed: boolean;
  proof: (Mark & { readonly kind: 'smsReceipt' | 'subscriptionMessage' | 'staffCall' }) | null;
  ended: Mark | null;
  outcome: Outcome;
  /** Q9: picked by its own ranking at its deadline; it did nothing itself. */
  byRank: boolean;
  /** Where the deadline stood at last, and how late a deferred number may be called again. */
  deadlineMs: number | null;
  deferredUntilMs: number | null;
}

/** What was not the doing of the rules: replayed as recorded. */
export type Fact = Mark & (
  | { readonly type: 'joined' | 'left'; readonly numbers: readonly Waiting[] }
  /** `returnedBy`: the home came back from this number's pick; it comes back only where that number picked. */
  | { readonly type: 'homes'; readonly by: number; readonly returnedBy: string | null }
  | { readonly type: 'opened' | 'paused' | 'resumed' }
  | { readonly type: 'outage'; readonly fromMs: number }
  | { readonly type: 'rules' }
);

/** A lane at the beginning of the period, and what befell it until the end. */
export interface LaneHistory {
  readonly laneId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'closed' | 'open' | 'paused';
  readonly pausedAtMs: number;
  readonly queue: readonly Waiting[];
  readonly homes: number;
  /** The turn under way at the beginning, as it went on. */
  readonly running: RecordedTurn | null;
  readonly runningSince: { readonly notifiedAtMs: number | null; readonly deadlineMs: number | null; readonly proof: boolean };
  readonly turns: readonly RecordedTurn[];
  readonly facts: readonly Fact[];
  /** For numbers that joined in the period: earlier numbers of the same household, which they replace. */
  readonly replaces: ReadonlyMap<string, readonly string[]>;
}

/** Reads a lane's stream from its first entry, one entry at a time. */
export class HistoryReader {
  private state: LaneHistory['state'] = 'closed';
  private pausedAtMs = 0;
  private homes = 0;
  private turn: RecordedTurn | null = null;
  private turnId = '';
  private readonly queue = new Map<string, Waiting>();
  private readonly pickers = new Map<string, string>();
  private readonly turns: RecordedTurn[] = [];
  private readonly facts: Fact[] = [];
  private start: Pick<LaneHistory, 'state' | 'pausedAtMs' | 'queue' | 'homes' | 'running' | 'runningSince'> | null = null;
  /** Numbers that joined within the period. */
  readonly joined: Waiting[] = [];

  constructor(private readonly laneId: string, private readonly fromMs: number, private readonly toMs: number) {}

  /** False once nothing that follows can matter: the period is over and so is every turn begun in it. */
  read(entry: LaneEntry): boolean {
    if (this.start === null && entry.atMs >= this.fromMs) this.begin();
    if (entry.atMs >= this.toMs && this.turn === null) return false;
    this.take(entry, entry.atMs < this.toMs);
    return true;
  }

  /** How many turns of the period were read: the caller stops where they are too many. */
  get turnCount(): number {
    return this.turns.length;
  }

  finish(outages: readonly { readonly fromMs: number; readonly toMs: number }[], rulesChangeAtMs: readonly number[], replaces: LaneHistory['replaces']): LaneHistory {
    if (this.start === null) this.begin();
    const added: Fact[] = [
      ...outages.map(({ fromMs, toMs }): Fact => ({ type: 'outage', atMs: toMs, seq: -1, fromMs })),
      ...rulesChangeAtMs.map((atMs): Fact => ({ type: 'rules', atMs, seq: -2 })),
    ].filter((fact) => fact.atMs >= this.fromMs && fact.atMs < this.toMs);
    const facts = [...this.facts, ...added].sort((a, b) => a.atMs - b.atMs || a.seq - b.seq);
    return { laneId: this.laneId, fromMs: this.fromMs, toMs: this.toMs, ...this.start!, turns: this.turns, facts, replaces };
  }

  private begin(): void {
    const { turn } = this;
    this.start = {
      state: this.state, pausedAtMs: this.pausedAtMs, homes: this.homes, queue: [...this.queue.values()], running: turn,
      runningSince: { notifiedAtMs: turn?.notified?.atMs ?? null, deadlineMs: turn?.deadlineMs ?? null, proof: turn !== null && turn.proof !== null },
    };
    if (turn !== null) this.turns.push(turn);
  }

  private take({ seq, atMs, type, open }: LaneEntry, within: boolean): void {
    const mark: Mark = { atMs, seq };
    const note = (fact: Fact) => {
      if (this.start !== null && within) this.facts.push(fact);
    };
    switch (type) {
      case 'LaneOpened': this.state = 'open'; return note({ ...mark, type: 'opened' });
      case 'LanePaused': this.state = 'paused'; this.pausedAtMs = atMs; return note({ ...mark, type: 'paused' });
      case 'LaneResumed': this.state = 'open'; return note({ ...mark, type: 'resumed' });
      case 'NumbersJoined': return this.join(mark, numbersOf(open['numbers']), note);
      case 'NumbersLeft': {
        const numbers = numbersOf(open['numbers']);
        for (const { key } of numbers) this.queue.delete(key);
        return note({ ...mark, type: 'left', numbers });
      }
      case 'ListingsImported': return this.changeHomes(mark, Number(open['available'] ?? open['count'] ?? 0), null, note);
      case 'HomesOffered': {
        for (const id of stringsOf(open['listingIds'])) this.changeHomes(mark, 1, this.pickers.get(id) ?? null, note);
        return;
      }
      case 'HomesRemoved': return this.changeHomes(mark, -stringsOf(open['removedListingIds']).length, null, note);
      // The number of free homes as it was counted then: what an older ledger does not tell is made good here.
      case 'FamiliesCalledUp': {
        const missing = Number(open['homes']) - this.homes;
        if (missing !== 0) this.changeHomes(mark, missing, null, note);
        return;
      }
      case 'TurnOpened': return this.openTurn(mark, open, note);
      default: return this.takeOfTurn(mark, type, open);
    }
  }

  private takeOfTurn(mark: Mark, type: string, open: LaneEntry['open']): void {
    const { turn } = this;
    if (turn === null || open['turnId'] !== this.turnId) return;
    switch (type) {
      case 'TurnNotified': turn.notified = mark; turn.handed = open['handed'] !== false; turn.deadlineMs = Number(open['deadlineMs']); return;
      case 'TurnProven': turn.proof = { ...mark, kind: open['proof'] as NonNullable<RecordedTurn['proof']>['kind'] }; return;
      case 'DeadlineMoved': turn.deadlineMs = Number(open['deadlineMs']); return;
      case 'HomePicked':
        this.homes -= 1;
        this.pickers.set(String(open['listingId']), turn.key);
        turn.byRank = open['ranked'] === true;
        return this.endTurn(turn, mark, 'picked');
      case 'TurnPassed': return this.endTurn(turn, mark, 'passed');
      case 'TurnMissed': return this.endTurn(turn, mark, 'missed');
      case 'TurnDeferred': {
        turn.deferredUntilMs = Number(open['notBeforeMs']);
        const waiting = this.queue.get(turn.key) ?? waitingOf(turn.key);
        this.endTurn(turn, mark, 'deferred');
        this.queue.set(turn.key, { ...waiting, deferrals: waiting.deferrals + 1, notBeforeMs: turn.deferredUntilMs });
      }
    }
  }

  private join(mark: Mark, numbers: readonly Waiting[], note: (fact: Fact) => void): void {
    for (const number of numbers) this.queue.set(number.key, number);
    if (this.start !== null && mark.atMs < this.toMs) this.joined.push(...numbers);
    note({ ...mark, type: 'joined', numbers });
  }

  private changeHomes(mark: Mark, by: number, returnedBy: string | null, note: (fact: Fact) => void): void {
    this.homes += by;
    note({ ...mark, type: 'homes', by, returnedBy });
  }

  private openTurn(mark: Mark, open: LaneEntry['open'], note: (fact: Fact) => void): void {
    const key = keyOf(open);
    // A number an older ledger never named is taken to have been there when it was called.
    if (!this.queue.has(key)) this.join({ atMs: mark.atMs, seq: mark.seq - 0.5 }, [waitingOf(key)], note);
    const turn: RecordedTurn = { key, ruleSet: Number(open['ruleSet']), opened: mark, notified: null, handed: true, proof: null, ended: null, outcome: 'open', byRank: false, deadlineMs: null, deferredUntilMs: null };
    this.turn = turn;
    this.turnId = `${this.laneId}.${mark.seq}`;
    if (this.start !== null && mark.atMs < this.toMs) this.turns.push(turn);
  }

  private endTurn(turn: RecordedTurn, mark: Mark, outcome: Outcome): void {
    turn.ended = mark;
    turn.outcome = outcome;
    // Learned of late, but before the turn was settled: it counted at its deadline (Q8).
    if ((outcome === 'missed' || turn.byRank) && turn.proof !== null && turn.proof.atMs >= mark.atMs) turn.proof = { ...turn.proof, atMs: mark.atMs - 1 };
    this.turn = null;
    this.queue.delete(turn.key);
  }
}

/** `lowRent-2 41` */
export function keyOf(number: Readonly<Record<string, unknown>>): string {
  return `${String(number['group'])} ${String(number['queueNumber'])}`;
}

export function waitingOf(key: string): Waiting {
  const [group = '', queueNumber = ''] = key.split(' ');
  return { key, group, tier: tiers[group.split('-')[0] as Tier], queueNumber: Number(queueNumber), deferrals: 0, notBeforeMs: 0 };
}

function numbersOf(value: unknown): Waiting[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]).map((number) => waitingOf(keyOf(number))) : [];
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
