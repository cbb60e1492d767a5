/**
 * The heart of S2: whether everybody in a lane was served in order, replayed from what is published and nothing else:
 * the lane's own stream, and the streams of the groups whose numbers queue in it. It trusts no summary: who was
 * waiting, who was better placed, when a turn could end, all is worked out again from the entries.
 *
 * What an entry of an unknown kind may have changed is not believed: it changes nothing here, and is named in the
 * verdict. So no invented kind can excuse skipping somebody.
 */
import { tiers, type Tier } from '../lane';
import { DAY_MS, timeOfDayMs } from '../shanghai-time';
import { findBreak, type PublicEntry } from './entry';

/** The numbers of the rules that a turn is judged by. */
export interface LaneRules {
  /** T4: a turn may start when windowStartMs ≤ time of day < windowEndMs. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** T5. */
  readonly turnMs: number;
  /** Q8. */
  readonly maxDeferrals: number;
  /** Q9; left out by who does not have it. */
  readonly rankedPickOffered?: boolean;
}

export interface LaneRecords {
  readonly laneId: string;
  /** The whole stream `lane.<laneId>` from its first entry; those after the turn in question may be left out. */
  readonly lane: readonly PublicEntry[];
  /** The streams `group.<group>` of the groups that queue here, from their first entries. */
  readonly groups: readonly (readonly PublicEntry[])[];
  /** The rules of a rule-set version, as published; null when one does not have them. */
  rulesOf(version: number): LaneRules | null;
}

export type LaneProblemKind =
  | 'streamBroken' | 'numberTwice' | 'numberSkipped' | 'numberUnknown' | 'joinedTwice' | 'numbersNotNamed'
  | 'laneNotOpen' | 'twoTurns' | 'notQueued' | 'tooEarly' | 'betterClaim' | 'calledUpOutOfOrder' | 'outsideWindow'
  | 'noSuchTurn' | 'notItsTurn' | 'turnTooShort' | 'deadlineEarlier' | 'deadlineWrong' | 'pauseNotGivenBack'
  | 'endedEarly' | 'endedLate' | 'clockNeverRan' | 'forfeitWithoutProof' | 'deferredTooOften' | 'deferredThoughProven' | 'deferredTooLong' | 'rankedNotOffered' | 'homeNotOfLane' | 'homeTaken' | 'rulesUnknown' | 'unreadable';

export interface LaneProblem {
  readonly stream: string;
  readonly seq: number;
  readonly what: LaneProblemKind;
  /** Whom or what it is about, e.g. `lowRent-2 41` or a home; empty when the entry itself. */
  readonly about: string;
}

export interface LaneVerdict {
  /** Turns opened, and how many of them ended, in what was replayed. */
  readonly turns: number;
  readonly ended: number;
  /** Numbers that joined the lane. */
  readonly numbers: number;
  /** Numbers said to have left it of their own accord or by a decision on their case, which is not public: their families know. */
  readonly left: readonly string[];
  readonly problems: readonly LaneProblem[];
  /** Numbers deferred beyond the window after their deadline: a wrong only where the lane went on before the deferral can have been written. */
  readonly deferredLong: readonly string[];
  /** Kinds of entry that were not understood, and therefore not believed. */
  readonly unknownTypes: readonly string[];
}

/** One number waiting in the lane. */
interface Claim {
  readonly name: string;
  readonly tier: number;
  readonly queueNumber: number;
  isQueued: boolean;
  isCalledUp: boolean;
  notBeforeMs: number;
  deferrals: number;
}

interface OpenTurn {
  readonly id: string;
  readonly claim: Claim;
  readonly rules: LaneRules | null;
  notifiedAtMs: number | null;
  deadlineMs: number | null;
  isProven: boolean;
  movedInPauseMs: number;
}

type Open = Readonly<Record<string, unknown>>;


/** The groups whose streams a lane's replay needs: those that its entries say joined it. */
export function groupsNeeded(lane: readonly PublicEntry[]): string[] {
  const groups = new Set<string>();
  for (const { type, open } of lane) {
    if (type !== 'NumbersJoined' || !Array.isArray(open['numbers'])) continue;
    for (const number of open['numbers'] as (Open | null)[]) groups.add(String(number?.['group']));
  }
  return [...groups].sort();
}

/** Replays a lane. Give entries up to the turn in question, or all there are. */
export function replayLane(records: LaneRecords): LaneVerdict {
  const replay = new Replay(records);
  return replay.run();
}

class Replay {
  private readonly problems: LaneProblem[] = [];
  private readonly unknown: string[] = [];
  private readonly left: string[] = [];
  /** Given out, by name, and whether it waits here. */
  private readonly issued = new Map<string, boolean>();
  private readonly claims = new Map<string, Claim>();
  /** In the order of the lane (Q1). */
  private order: Claim[] = [];
  private readonly homes = new Map<string, 'free' | 'taken' | 'removed'>();
  private state: 'closed' | 'open' | 'paused' = 'closed';
  private pausedAtMs = 0;
  private turn: OpenTurn | null = null;
  private readonly deferredLong: string[] = [];
  /** Deferred since a turn last opened, and the rules of that turn. */
  private justDeferred: { readonly claim: Claim; readonly rules: LaneRules } | null = null;
  private turns = 0;
  private ended = 0;
  private entry!: PublicEntry;

  constructor(private readonly records: LaneRecords) {}

  run(): LaneVerdict {
    for (const group of this.records.groups) this.readGroup(group);
    const stream = `lane.${this.records.laneId}`;
    const broken = findBreak(stream, this.records.lane);
    if (broken !== null) this.problems.push({ stream, seq: broken.seq, what: 'streamBroken', about: broken.what });
    for (const entry of this.records.lane.slice(0, broken === null ? undefined : broken.seq - 1)) {
      this.entry = entry;
      try {
        this.judge(entry.type, entry.open);
      } catch {
        this.report('unreadable');
      }
    }
    return { turns: this.turns, ended: this.ended, numbers: this.claims.size, left: this.left, deferredLong: this.deferredLong, problems: this.problems, unknownTypes: this.unknown };
  }

  /** G2: a number is given out once; those of a batch follow one that was given before. */
  private readGroup(entries: readonly PublicEntry[]): void {
    const stream = entries[0]?.stream ?? '';
    const group = stream.slice('group.'.length);
    const broken = findBreak(stream, entries);
    if (broken !== null) this.problems.push({ stream, seq: broken.seq, what: 'streamBroken', about: broken.what });
    const given = new Set<number>();
    const give = (queueNumber: number, isOurs: boolean) => {
      if (given.has(queueNumber)) this.report('numberTwice', `${group} ${queueNumber}`);
      given.add(queueNumber);
      if (isOurs) this.issued.set(`${group} ${queueNumber}`, false);
    };
    for (const entry of entries.slice(0, broken === null ? undefined : broken.seq - 1)) {
      const { type, open } = this.entry = entry;
      if (type === 'NumbersImported' && Array.isArray(open['numbers'])) {
        for (const { queueNumber, laneId } of open['numbers'] as { queueNumber: number; laneId: string }[]) give(queueNumber, laneId === this.records.laneId);
      } else if (type === 'NumbersGiven' && Array.isArray(open['ranges'])) {
        for (const { fromNumber, toNumber } of open['ranges'] as { fromNumber: number; toNumber: number }[]) {
          if (fromNumber !== 1 && !given.has(fromNumber - 1)) this.report('numberSkipped', `${group} ${fromNumber - 1}`);
          for (let queueNumber = fromNumber; queueNumber <= toNumber; queueNumber += 1) give(queueNumber, true);
        }
      } else if (type === 'NumbersImported' || type === 'NumbersGiven') this.report('unreadable');
      // What is void was given: nothing changes here, for the lane's own stream says who ceased to wait.
      else if (type !== 'NumbersVoided') this.noteUnknown(type);
    }
  }

  private judge(type: string, open: Open): void {
    switch (type) {
      case 'NumbersJoined': return this.join(open);
      case 'FamiliesCalledUp': return this.callUp(open);
      case 'LaneOpened': this.state = 'open'; return;
      case 'LanePaused': this.state = 'paused'; this.pausedAtMs = this.entry.atMs; if (this.turn !== null) this.turn.movedInPauseMs = 0; return;
      case 'LaneResumed': return this.resume();
      case 'TurnOpened': return this.openTurn(open);
      case 'TurnNotified': return this.startClock(open);
      case 'TurnProven': return this.withTurn(open, (turn) => { turn.isProven = true; });
      case 'DeadlineMoved': return this.withTurn(open, (turn) => this.moveDeadline(turn, open));
      case 'HomePicked': return this.withTurn(open, (turn) => this.pick(turn, open));
      case 'TurnPassed': return this.withTurn(open, (turn) => this.actInTime(turn));
      case 'TurnMissed': return this.withTurn(open, (turn) => this.expire(turn, false));
      case 'TurnDeferred': return this.withTurn(open, (turn) => this.defer(turn, open));
      case 'NumbersLeft': return this.leave(open);
      case 'ListingsImported':
      case 'HomesOffered': return this.setHomes(open['listingIds'], 'free');
      case 'HomesRemoved': return this.setHomes(open['removedListingIds'], 'removed');
      default: this.noteUnknown(type);
    }
  }

  private join(open: Open): void {
    if (!Array.isArray(open['numbers'])) return this.report('numbersNotNamed');
    for (const { group, queueNumber } of open['numbers'] as { group: string; queueNumber: number }[]) {
      const name = `${group} ${queueNumber}`;
      if (this.issued.get(name) === undefined) this.report('numberUnknown', name);
      if (this.issued.get(name) === true) this.report('joinedTwice', name);
      if (this.turn?.claim.name === name) this.report('twoTurns', name);
      this.issued.set(name, true);
      const claim: Claim = { name, tier: tiers[group.split('-')[0] as Tier], queueNumber, isQueued: true, isCalledUp: false, notBeforeMs: 0, deferrals: 0 };
      this.claims.set(name, claim);
      this.order.push(claim);
    }
    this.order.sort((a, b) => a.tier - b.tier || a.queueNumber - b.queueNumber);
  }

  private leave(open: Open): void {
    for (const { group, queueNumber } of open['numbers'] as { group: string; queueNumber: number }[]) this.claimOf({ group, queueNumber }, (claim) => {
      if (!claim.isQueued) this.report('notQueued', claim.name);
      this.remove(claim);
      this.issued.set(claim.name, false);
      this.left.push(claim.name);
    });
  }

  private remove(claim: Claim): void {
    claim.isQueued = false;
    this.order = this.order.filter((other) => other !== claim);
  }

  private claimOf(open: Open, judge: (claim: Claim) => void): void {
    const name = nameOf(open);
    const claim = this.claims.get(name);
    if (claim === undefined) this.report('notQueued', name);
    else judge(claim);
  }

  /** Whoever could be called and stands before the given one. */
  private before(claim: Claim, matters: (other: Claim) => boolean): Claim | undefined {
    for (const other of this.order) {
      if (other === claim) return undefined;
      if (other.isQueued && other.notBeforeMs <= this.entry.atMs && matters(other)) return other;
    }
    return undefined;
  }

  /** Q2: the first so many are called up, nobody over another's head. */
  private callUp(open: Open): void {
    const claims: Claim[] = [];
    for (const ticket of open['tickets'] as Open[]) this.claimOf(ticket, (claim) => claims.push(claim));
    for (const claim of claims) claim.isCalledUp = true;
    for (const claim of claims) {
      const passedOver = this.before(claim, (other) => !other.isCalledUp);
      if (passedOver !== undefined) this.report('calledUpOutOfOrder', passedOver.name);
    }
  }

  /** Q1, Q3, T4: one turn at a time, in the window, to the one with the best claim. */
  private openTurn(open: Open): void {
    this.turns += 1;
    if (this.state !== 'open') this.report('laneNotOpen');
    if (this.turn !== null) this.report('twoTurns', this.turn.claim.name);
    const rules = this.rulesOf(open);
    const time = timeOfDayMs(this.entry.atMs);
    if (rules !== null && (time < rules.windowStartMs || time >= rules.windowEndMs)) this.report('outsideWindow');
    this.checkDeferral(rules);
    this.claimOf(open, (claim) => {
      if (!claim.isQueued) this.report('notQueued', claim.name);
      if (claim.notBeforeMs > this.entry.atMs) this.report('tooEarly', claim.name);
      const better = this.before(claim, () => true);
      if (better !== undefined) this.report('betterClaim', better.name);
      claim.isQueued = false;
      claim.isCalledUp = true;
      this.turn = { id: `${this.records.laneId}.${this.entry.seq}`, claim, rules, notifiedAtMs: null, deadlineMs: null, isProven: false, movedInPauseMs: 0 };
    });
  }

  /**
   * Q8: deferred until the next window, counted from when the deferral was written. It is dated at the deadline, which
   * may be earlier; the next turn opens after it was written, so that is where a deferral too long shows for certain.
   */
  private checkDeferral(rules: LaneRules | null): void {
    const { justDeferred, entry } = this;
    this.justDeferred = null;
    if (justDeferred === null || rules === null) return;
    // The window may have been changed in between: the later one counts.
    const latestMs = Math.max(nextWindowStart(justDeferred.rules, entry.atMs), nextWindowStart(rules, entry.atMs));
    if (!(justDeferred.claim.notBeforeMs <= latestMs)) this.report('deferredTooLong', justDeferred.claim.name);
  }

  private rulesOf(open: Open): LaneRules | null {
    const rules = this.records.rulesOf(open['ruleSet'] as number);
    if (rules === null) this.report('rulesUnknown', String(open['ruleSet']));
    return rules;
  }

  private withTurn(open: Open, judge: (turn: OpenTurn) => void): void {
    if (this.turn === null || this.turn.id !== open['turnId']) return this.report('noSuchTurn', String(open['turnId']));
    if (open['group'] !== undefined && nameOf(open) !== this.turn.claim.name) this.report('notItsTurn', nameOf(open));
    judge(this.turn);
  }

  /** T5: never shorter than the rule. */
  private startClock(open: Open): void {
    this.withTurn(open, (turn) => {
      if (turn.deadlineMs !== null) this.report('deadlineWrong', turn.claim.name);
      const deadlineMs = open['deadlineMs'] as number;
      if (turn.rules !== null && !(deadlineMs - this.entry.atMs >= turn.rules.turnMs)) this.report('turnTooShort', turn.claim.name);
      turn.notifiedAtMs = this.entry.atMs;
      turn.deadlineMs = deadlineMs;
    });
  }

  /** T6: deadlines only move later, by exactly what is said. */
  private moveDeadline(turn: OpenTurn, open: Open): void {
    const deadlineMs = open['deadlineMs'] as number;
    const byMs = open['byMs'] as number;
    if (turn.deadlineMs === null || deadlineMs !== turn.deadlineMs + byMs) this.report('deadlineWrong', turn.claim.name);
    if (!(byMs > 0) || (turn.deadlineMs !== null && deadlineMs < turn.deadlineMs)) this.report('deadlineEarlier', turn.claim.name);
    turn.deadlineMs = deadlineMs;
    if (this.state === 'paused') turn.movedInPauseMs += byMs;
  }

  private resume(): void {
    const { turn } = this;
    if (this.state === 'paused' && turn?.notifiedAtMs != null && turn.movedInPauseMs < this.entry.atMs - Math.max(this.pausedAtMs, turn.notifiedAtMs)) this.report('pauseNotGivenBack', turn.claim.name);
    this.state = 'open';
  }

  /** Q4, Q5: before the deadline, which is exclusive. */
  private actInTime(turn: OpenTurn): void {
    if (this.state !== 'open') this.report('laneNotOpen');
    if (turn.deadlineMs !== null && this.entry.atMs >= turn.deadlineMs) this.report('endedLate', turn.claim.name);
    this.end(turn);
  }

  private pick(turn: OpenTurn, open: Open): void {
    const listingId = open['listingId'] as string;
    const home = this.homes.get(listingId);
    if (home === undefined || home === 'removed') this.report('homeNotOfLane', listingId);
    if (home === 'taken') this.report('homeTaken', listingId);
    this.homes.set(listingId, 'taken');
    if (open['ranked'] !== true) return this.actInTime(turn);
    // Q9: at the deadline, where it would have been a miss.
    if (turn.rules?.rankedPickOffered === false) this.report('rankedNotOffered', turn.claim.name);
    this.expire(turn, false);
  }

  /** Q6, Q8: not before the deadline, not while the clock stands still, and no forfeit without proof that the family was told. */
  private expire(turn: OpenTurn, isDeferred: boolean): void {
    const { claim, rules } = turn;
    if (this.state !== 'open') this.report('laneNotOpen');
    if (turn.deadlineMs === null) this.report('clockNeverRan', claim.name);
    else if (this.entry.atMs < turn.deadlineMs) this.report('endedEarly', claim.name);
    if (!isDeferred && !turn.isProven && rules !== null && claim.deferrals < rules.maxDeferrals) this.report('forfeitWithoutProof', claim.name);
    if (isDeferred && rules !== null && claim.deferrals >= rules.maxDeferrals) this.report('deferredTooOften', claim.name);
    this.end(turn);
  }

  private defer(turn: OpenTurn, open: Open): void {
    const { claim } = turn;
    this.expire(turn, true);
    if (turn.isProven) this.report('deferredThoughProven', claim.name);
    claim.deferrals += 1;
    claim.notBeforeMs = open['notBeforeMs'] as number;
    if (turn.rules !== null) {
      if (!(claim.notBeforeMs <= nextWindowStart(turn.rules, this.entry.atMs))) this.deferredLong.push(claim.name);
      this.justDeferred = { claim, rules: turn.rules };
    }
    claim.isQueued = true;
    this.order.push(claim);
    this.order.sort((a, b) => a.tier - b.tier || a.queueNumber - b.queueNumber);
  }

  private end(turn: OpenTurn): void {
    this.ended += 1;
    this.remove(turn.claim);
    this.turn = null;
  }

  /** L3: what is on offer in this lane, and what no longer is. */
  private setHomes(listingIds: unknown, state: 'free' | 'removed'): void {
    for (const id of listingIds as string[]) this.homes.set(id, state);
  }

  private noteUnknown(type: string): void {
    if (!this.unknown.includes(type)) this.unknown.push(type);
  }

  private report(what: LaneProblemKind, about = ''): void {
    this.problems.push({ stream: this.entry.stream, seq: this.entry.seq, what, about });
  }
}

function nameOf(open: Open): string {
  return `${String(open['group'])} ${String(open['queueNumber'])}`;
}

/** The first opening of the window strictly after this instant (T4). */
function nextWindowStart({ windowStartMs }: LaneRules, atMs: number): number {
  const todayMs = atMs - timeOfDayMs(atMs) + windowStartMs;
  return todayMs > atMs ? todayMs : todayMs + DAY_MS;
}
