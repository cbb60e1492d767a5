/** What no single lane shows (S2): one number waiting in two lanes, and numbers given out that joined none. Pure. */
import type { PublicEntry } from './entry';

export interface BetweenLanes {
  /** Joined a lane while it waited, or was served, in another. */
  readonly inTwoLanes: readonly { readonly name: string; readonly stream: string; readonly seq: number; readonly other: string }[];
  /** By group: given out and not void, in no lane given here, although others given with them are. */
  readonly notJoined: ReadonlyMap<string, readonly number[]>;
}

interface Stay {
  readonly stream: string;
  readonly seq: number;
  readonly fromMs: number;
  untilMs: number;
}
type Numbers = readonly ({ readonly group: string; readonly queueNumber: number } | null)[];

/** Compares whole streams, each from its first entry. */
export function compareLanes(streams: ReadonlyMap<string, readonly PublicEntry[]>): BetweenLanes {
  const stays = new Map<string, Stay[]>();
  for (const [stream, entries] of streams) {
    if (!stream.startsWith('lane.')) continue;
    for (const { type, seq, atMs, open } of entries) {
      if ((type !== 'NumbersJoined' && type !== 'NumbersLeft') || !Array.isArray(open['numbers'])) continue;
      for (const number of open['numbers'] as Numbers) {
        const name = `${number?.group} ${number?.queueNumber}`;
        const known = stays.get(name) ?? [];
        if (type === 'NumbersJoined') stays.set(name, [...known, { stream, seq, fromMs: atMs, untilMs: Infinity }]);
        else for (const stay of known) if (stay.stream === stream && stay.untilMs === Infinity) stay.untilMs = atMs;
      }
    }
  }
  const inTwoLanes: BetweenLanes['inTwoLanes'][number][] = [];
  for (const [name, known] of stays) {
    for (const [at, one] of known.entries()) {
      const other = known.slice(0, at).find((before) => before.stream !== one.stream && before.fromMs < one.untilMs && one.fromMs < before.untilMs);
      if (other !== undefined) inTwoLanes.push({ name, stream: one.stream, seq: one.seq, other: other.stream });
    }
  }
  return { inTwoLanes, notJoined: findNotJoined(streams, stays) };
}

function findNotJoined(streams: ReadonlyMap<string, readonly PublicEntry[]>, stays: ReadonlyMap<string, unknown>): Map<string, readonly number[]> {
  const notJoined = new Map<string, readonly number[]>();
  for (const [stream, entries] of streams) {
    if (!stream.startsWith('group.')) continue;
    const group = stream.slice('group.'.length);
    const voided = new Set<unknown>();
    for (const { type, open } of entries) if (type === 'NumbersVoided' && Array.isArray(open['queueNumbers'])) for (const one of open['queueNumbers']) voided.add(one);
    const missing: number[] = [];
    for (const { type, open } of entries) {
      if (type !== 'NumbersGiven' || !Array.isArray(open['ranges'])) continue;
      const absent: number[] = [];
      let isBatchIn = false;
      for (const range of open['ranges'] as ({ fromNumber: number; toNumber: number } | null)[]) {
        for (let queueNumber = Number(range?.fromNumber); queueNumber <= Number(range?.toNumber); queueNumber += 1) {
          if (stays.has(`${group} ${queueNumber}`)) isBatchIn = true;
          else if (!voided.has(queueNumber)) absent.push(queueNumber);
        }
      }
      if (isBatchIn) for (const one of absent) missing.push(one);
    }
    if (missing.length > 0) notJoined.set(group, missing);
  }
  return notJoined;
}
