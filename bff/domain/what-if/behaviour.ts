/** How a family behaved when its turn came, and how it is supposed to behave when its turn comes at another time. */
import { isWindowOpen, windowAtOrAfter } from '../rules/notification-window';
import type { RuleSetValues } from '../rules/rule-set';
import type { LaneHistory, RecordedTurn } from './history';

/** An instant of a replayed turn; `seq` orders it among recorded ones of the same millisecond, Infinity where it is none. */
export interface Planned {
  readonly atMs: number;
  readonly seq: number;
}

export interface Behaviour {
  readonly recorded: RecordedTurn | null;
  /** The family of whom nothing is on record does as the lane's families usually do: picks after this long. */
  readonly usualPickMs: number | null;
}

/** The turns of each number in the order it had them, and what is usual in the lane. */
export class Behaviours {
  private readonly ofNumber = new Map<string, RecordedTurn[]>();
  private readonly usualPickMs: number | null;

  constructor(history: LaneHistory) {
    for (const turn of history.turns) this.ofNumber.set(turn.key, [...(this.ofNumber.get(turn.key) ?? []), turn]);
    const waits = history.turns.filter((turn) => turn.outcome === 'picked' && !turn.byRank).map((turn) => turn.ended!.atMs - baseOf(turn).atMs).sort((a, b) => a - b);
    this.usualPickMs = waits[Math.floor(waits.length / 2)] ?? null;
  }

  /** The n-th turn of a number goes as its n-th on record; further ones as its last. */
  of(key: string, attempt: number): Behaviour {
    const turns = this.ofNumber.get(key) ?? [];
    return { recorded: turns[Math.min(attempt, turns.length - 1)] ?? null, usualPickMs: this.usualPickMs };
  }
}

/** What the family's act is measured from: being told, or the turn's opening when it acted before. */
function baseOf(turn: RecordedTurn): { readonly atMs: number; readonly told: boolean } {
  const told = turn.notified !== null && (turn.ended === null || turn.notified.seq < turn.ended.seq);
  return { atMs: told ? turn.notified!.atMs : turn.opened.atMs, told };
}

/** A step all of whose circumstances are exactly as recorded goes exactly as recorded. */
export function isAsRecorded({ recorded }: Behaviour, openedAtMs: number): boolean {
  return recorded !== null && recorded.opened.atMs === openedAtMs;
}

/** T4 is the same in both. */
export const sameWindow = (a: RuleSetValues, b: RuleSetValues) => a.windowStartMs === b.windowStartMs && a.windowEndMs === b.windowEndMs;

/** When the family is told (T4, T5); null: in what is on record it was not told before its turn ended. */
export function planNotice(behaviour: Behaviour, openedAtMs: number, rules: RuleSetValues, rulesThen: RuleSetValues): Planned | null {
  const { recorded } = behaviour;
  if (isAsRecorded(behaviour, openedAtMs)) {
    const { notified } = recorded!;
    if (notified === null) return null;
    if (sameWindow(rules, rulesThen) || isWindowOpen(rules, notified.atMs)) return notified;
  }
  const delayMs = recorded?.notified == null ? 0 : recorded.notified.atMs - recorded.opened.atMs;
  return { atMs: windowAtOrAfter(rules, openedAtMs + delayMs), seq: Number.POSITIVE_INFINITY };
}

/** When the family picks or passes; null: it stays silent. `noticeMs` is null for what it does without having been told. */
export function planAct(behaviour: Behaviour, openedAtMs: number, noticeMs: number | null): (Planned & { readonly pick: boolean }) | null {
  const { recorded } = behaviour;
  // Nothing is on record, or its turn is not over yet: what it will do is not known.
  if (recorded === null || (recorded.ended === null && !isAsRecorded(behaviour, openedAtMs))) {
    if (behaviour.usualPickMs === null || noticeMs === null) return null;
    return { atMs: noticeMs + behaviour.usualPickMs, seq: Number.POSITIVE_INFINITY, pick: true };
  }
  if (recorded.ended === null || (recorded.outcome !== 'picked' && recorded.outcome !== 'passed') || recorded.byRank) return null;
  const base = baseOf(recorded);
  if (base.told !== (noticeMs !== null)) return null;
  const fromMs = noticeMs ?? openedAtMs;
  const exact = isAsRecorded(behaviour, openedAtMs) && fromMs === base.atMs;
  return { atMs: fromMs + recorded.ended.atMs - base.atMs, seq: exact ? recorded.ended.seq : Number.POSITIVE_INFINITY, pick: recorded.outcome === 'picked' };
}

/** When it is proven that the family was told (Q8): as long after the notice, or after the opening, as on record. */
export function planProof(behaviour: Behaviour, openedAtMs: number, noticeMs: number | null): (Planned & { readonly kind: 'smsReceipt' | 'subscriptionMessage' | 'staffCall' }) | null {
  const { recorded } = behaviour;
  if (recorded === null) return noticeMs === null ? null : { atMs: noticeMs, seq: Number.POSITIVE_INFINITY, kind: 'smsReceipt' };
  if (recorded.proof === null) return null;
  const told = recorded.notified !== null && recorded.notified.seq < recorded.proof.seq;
  if (told !== (noticeMs !== null)) return null;
  const fromMs = noticeMs ?? openedAtMs;
  const baseMs = told ? recorded.notified!.atMs : recorded.opened.atMs;
  const exact = isAsRecorded(behaviour, openedAtMs) && fromMs === baseMs;
  return { atMs: fromMs + recorded.proof.atMs - baseMs, seq: exact ? recorded.proof.seq : Number.POSITIVE_INFINITY, kind: recorded.proof.kind };
}
