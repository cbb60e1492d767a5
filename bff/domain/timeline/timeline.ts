/**
 * W5: why a family's place changed, read backwards from the public stream of its lane. How many are before a number is
 * known now; each entry says by itself what it changed about that, so walking back needs no queue and no state but the
 * count: the newest entries answer without the older ones. Pure.
 */
import type { TimelineFacts, TimelineKind, TimelineReason } from '../../../shared/timeline-words';
import { keyOf, waitingOf, type LaneEntry, type Waiting } from '../what-if/history';

/** The number whose timeline it is. */
export type Owner = Pick<Waiting, 'key' | 'tier' | 'queueNumber'>;

/** Where the number stood: in the queue, on turn, or no longer (or not yet) in it. */
export type Standing = 'queued' | 'onTurn' | 'gone';

/** How a lane stood for a number just after the entry of position `seq`. */
export interface Standpoint {
  readonly seq: number;
  /** Q1: queued families before it, and the one whose turn it is, whoever that is. Counted also while it is not queued itself. */
  readonly ahead: number;
  readonly standing: Standing;
}

export interface TimelineItem extends TimelineFacts {
  readonly seq: number;
}

export interface StepBack {
  /** Just before the entry. */
  readonly before: Standpoint;
  /** What the family is told of it, newest first; empty where it has no bearing on it. */
  readonly items: readonly TimelineItem[];
  /** Its number joined here: nothing before concerns it. */
  readonly isBeginning: boolean;
}

/** Numbers named in one item; the rest is counted. */
const NAMED = 5;

/** Takes back the entry that led to `after`, whose `seq` is the entry's. */
export function stepBack(owner: Owner, after: Standpoint, entry: LaneEntry): StepBack {
  const reading = new Reading(owner, after, entry);
  return reading.read();
}

class Reading {
  private ahead: number;
  private standing: Standing;
  private readonly items: TimelineItem[] = [];
  private isBeginning = false;

  constructor(private readonly owner: Owner, after: Standpoint, private readonly entry: LaneEntry) {
    ({ ahead: this.ahead, standing: this.standing } = after);
  }

  read(): StepBack {
    const { type, open } = this.entry;
    switch (type) {
      case 'NumbersJoined': this.joined(numbersIn(open['numbers'])); break;
      case 'NumbersLeft': this.left(numbersIn(open['numbers']), open['reason'] === 'renewed' ? 'renewed' : 'ended'); break;
      case 'TurnOpened': this.turnOpened(numberIn(open)); break;
      case 'HomePicked': this.turnEnded(numberIn(open), 'ownPicked', 'familyPicked'); break;
      case 'TurnPassed': this.turnEnded(numberIn(open), 'ownPassed', 'familyPassed'); break;
      case 'TurnMissed': this.turnEnded(numberIn(open), 'ownMissed', 'familyMissed'); break;
      case 'TurnDeferred': this.deferred(numberIn(open)); break;
      case 'FamiliesCalledUp': if (numbersIn(open['tickets']).some(({ key }) => key === this.owner.key)) this.tell('ownCalledUp', [], 0); break;
      case 'ListingsImported': this.homes('homesOffered', Number(open['available'] ?? open['count'] ?? 0)); break;
      case 'HomesOffered': this.homes('homesOffered', lengthOf(open['listingIds'])); break;
      case 'HomesRemoved': this.homes('homesRemoved', lengthOf(open['removedListingIds'])); break;
      case 'LaneOpened': this.tell('laneOpened', [], 0); break;
      case 'LanePaused': this.tell('lanePaused', [], 0); break;
      case 'LaneResumed': this.tell('laneResumed', [], 0); break;
    }
    return { before: { seq: this.entry.seq - 1, ahead: this.ahead, standing: this.standing }, items: this.items, isBeginning: this.isBeginning };
  }

  private isBefore(number: Waiting): boolean {
    return isBefore(number, this.owner);
  }

  private isOwn({ key }: Waiting): boolean {
    return key === this.owner.key;
  }

  private joined(numbers: readonly Waiting[]): void {
    if (numbers.some((number) => this.isOwn(number))) {
      this.isBeginning = true;
      this.change('ownJoined', [], { standing: 'gone' });
      return;
    }
    // Two reasons in one entry are told apart: a batch lets both kinds of families in at once.
    const before = numbers.filter((number) => this.isBefore(number));
    const lower = before.filter(({ tier }) => tier === this.owner.tier);
    const lowRent = before.filter(({ tier }) => tier < this.owner.tier);
    if (lower.length > 0) this.change('familiesJoinedBefore', lower, { by: lower.length, reason: 'lowerNumber' });
    if (lowRent.length > 0) this.change('familiesJoinedBefore', lowRent, { by: lowRent.length, reason: 'lowRentFirst' });
  }

  private left(numbers: readonly Waiting[], reason: TimelineReason): void {
    const before = numbers.filter((number) => this.isBefore(number));
    if (before.length > 0) this.change('familiesLeft', before, { by: -before.length, reason });
    if (numbers.some((number) => this.isOwn(number))) this.change('ownLeft', [], { standing: 'queued', reason });
  }

  private turnOpened(number: Waiting): void {
    if (this.isOwn(number)) return this.change('ownTurnOpened', [], { by: 1, standing: 'queued' });
    // One that leaves the queue for its turn is still before this family: nothing changed.
    if (!this.isBefore(number)) this.change('laterFamilyCalled', [number], { by: 1 });
  }

  private turnEnded(number: Waiting, own: TimelineKind, other: TimelineKind): void {
    if (this.isOwn(number)) return this.change(own, [], { by: -1, standing: 'onTurn' });
    this.change(this.isBefore(number) ? other : 'laterFamilyDone', [number], { by: -1 });
  }

  private deferred(number: Waiting): void {
    if (this.isOwn(number)) return this.change('ownDeferred', [], { by: -1, standing: 'onTurn' });
    // Q8: it is back in the queue, where it was.
    if (this.isBefore(number)) this.change('familyDeferred', [number], { by: 0 });
    else this.change('laterFamilyDone', [number], { by: -1 });
  }

  private homes(kind: 'homesOffered' | 'homesRemoved', count: number): void {
    if (count > 0) this.tell(kind, [], count);
  }

  private tell(kind: TimelineKind, numbers: readonly Waiting[], count: number): void {
    this.change(kind, numbers, { count });
  }

  /** `by`: what the entry added to the families before; `standing`: where the number stood before it. */
  private change(kind: TimelineKind, numbers: readonly Waiting[], { by = 0, standing = this.standing, reason = null, count = numbers.length }: { readonly by?: number; readonly standing?: Standing; readonly reason?: TimelineReason | null; readonly count?: number }): void {
    const after = this.shown();
    this.ahead -= by;
    this.standing = standing;
    const { seq, atMs } = this.entry;
    // What befalls others while its own turn runs, or after it is gone, is no news of its place.
    if (numbers.length > 0 && after === null) return;
    this.items.push({ seq, atMs, kind, before: this.isBeginning ? null : this.shown(), after, count, numbers: numbers.slice(0, NAMED).map(({ group, queueNumber }) => ({ group, queueNumber })), reason });
  }

  private shown(): number | null {
    return this.standing === 'queued' ? this.ahead : null;
  }
}

/**
 * How many were before a number when its own turn opened: those that wait to be called again (Q8), for everybody else
 * before it would have been called instead. Give it the entries before that opening, newest first, until it is content.
 */
export class WaitingDeferrals {
  private readonly seen = new Set<string>();
  private found = 0;

  constructor(private readonly owner: Owner, private readonly openedAtMs: number) {}

  /** True once older entries cannot matter: nobody is deferred for longer than to the next day's window. */
  take(entry: LaneEntry): boolean {
    if (entry.atMs < this.openedAtMs - DEFERRED_AT_MOST_MS) return true;
    const { type, open } = entry;
    const numbers = type === 'NumbersLeft' ? numbersIn(open['numbers']) : ['TurnOpened', 'HomePicked', 'TurnPassed', 'TurnMissed', 'TurnDeferred'].includes(type) ? [numberIn(open)] : [];
    for (const number of numbers) {
      if (this.seen.has(number.key)) continue;
      this.seen.add(number.key);
      if (isBefore(number, this.owner) && type === 'TurnDeferred' && Number(open['notBeforeMs']) > this.openedAtMs) this.found += 1;
    }
    return false;
  }

  get count(): number {
    return this.found;
  }
}

const DEFERRED_AT_MOST_MS = 2 * 86_400_000;

/** Q1. */
function isBefore(a: Owner, b: Owner): boolean {
  return a.tier < b.tier || (a.tier === b.tier && a.queueNumber < b.queueNumber);
}

function numberIn(open: LaneEntry['open']): Waiting {
  return waitingOf(keyOf(open));
}

function numbersIn(value: unknown): Waiting[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]).map(numberIn) : [];
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
