/** What the published streams say of one number (S2): for the family whose it is, from the day it was given out. Pure. */
import type { PublicEntry } from './entry';

/** A place in the public ledger. */
interface Place {
  readonly stream: string;
  readonly seq: number;
  readonly atMs: number;
}

export interface NumberHistory {
  readonly given: Place | null;
  readonly voided: Place | null;
  /** Where it waits or waited last; null when it never joined a lane. */
  readonly joined: Place | null;
  readonly left: Place | null;
  /** Its turns, and what became of each; `open` while it runs. */
  readonly turns: readonly (Place & { readonly outcome: string })[];
  /** Turns of others in its lane since it joined, until its own first, or until now. */
  readonly turnsBefore: number;
  /** It was given out and never joined, although others given with it did. */
  readonly isLeftBehind: boolean;
}

type Numbers = readonly { readonly group: string; readonly queueNumber: number }[];
const outcomes: Readonly<Record<string, string>> = { HomePicked: '选定住房', TurnPassed: '让给下一户', TurnMissed: '逾期未选', TurnDeferred: '顺延' };

/** Follows `<group>-<queueNumber>` through whole streams, as given from their first entries. */
export function historyOfNumber(group: string, queueNumber: number, streams: ReadonlyMap<string, readonly PublicEntry[]>): NumberHistory {
  const has = (numbers: unknown) => Array.isArray(numbers) && (numbers as Numbers).some((one) => one.group === group && one.queueNumber === queueNumber);
  let given: Place | null = null;
  let voided: Place | null = null;
  let companions: ReadonlySet<number> = new Set();
  for (const entry of streams.get(`group.${group}`) ?? []) {
    const numbers = numbersGiven(entry);
    if (numbers.includes(queueNumber)) {
      given = placeOf(entry);
      companions = new Set(numbers);
    }
    if (entry.type === 'NumbersVoided' && (entry.open['queueNumbers'] as number[]).includes(queueNumber)) voided = placeOf(entry);
  }
  let joined: Place | null = null;
  let left: Place | null = null;
  let turnsBefore = 0;
  let isCompanionIn = false;
  const turns: (Place & { outcome: string })[] = [];
  for (const [stream, entries] of streams) {
    if (!stream.startsWith('lane.')) continue;
    for (const entry of entries) {
      const { type, open } = entry;
      if (type === 'NumbersJoined') {
        if (has(open['numbers'])) joined = placeOf(entry);
        if (Array.isArray(open['numbers']) && (open['numbers'] as Numbers).some((one) => one.group === group && companions.has(one.queueNumber))) isCompanionIn = true;
      } else if (type === 'NumbersLeft' && has(open['numbers'])) left = placeOf(entry);
      else if (type === 'TurnOpened' && open['group'] === group && open['queueNumber'] === queueNumber) turns.push({ ...placeOf(entry), outcome: 'open' });
      else if (type === 'TurnOpened' && joined?.stream === stream && turns.length === 0) turnsBefore += 1;
      else if (Object.prototype.hasOwnProperty.call(outcomes, type) && open['group'] === group && open['queueNumber'] === queueNumber && turns.length > 0) turns[turns.length - 1]!.outcome = outcomes[type]!;
    }
  }
  return { given, voided, joined, left, turns, turnsBefore, isLeftBehind: given !== null && voided === null && joined === null && isCompanionIn };
}

function numbersGiven({ type, open }: PublicEntry): readonly number[] {
  if (type === 'NumbersImported' && Array.isArray(open['numbers'])) return (open['numbers'] as { queueNumber: number }[]).map(({ queueNumber }) => queueNumber);
  if (type !== 'NumbersGiven' || !Array.isArray(open['ranges'])) return [];
  return (open['ranges'] as { fromNumber: number; toNumber: number }[]).flatMap(({ fromNumber, toNumber }) => Array.from({ length: toNumber - fromNumber + 1 }, (_, i) => fromNumber + i));
}

function placeOf({ stream, seq, atMs }: PublicEntry): Place {
  return { stream, seq, atMs };
}
