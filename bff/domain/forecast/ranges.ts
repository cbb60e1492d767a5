/** From many futures to one range a place: between which days its turn comes in so many of a hundred of them (W5). Pure. */
import type { Futures } from './futures';

export interface Ranges {
  /** Days from the day of the forecast, by place. Places further back than the last come within the horizon in too few futures to say a day. */
  readonly earliest: readonly number[];
  /** Null: in too many futures the turn does not come within the horizon. */
  readonly latest: readonly (number | null)[];
}

const PLACES_A_YIELD = 500;

/** `percent` of the futures lie within, as many before as after. Yields between stretches of places. */
export function* rangesOf({ places, horizonDays, days }: Futures, percent: number): Generator<number, Ranges> {
  const futures = places === 0 ? 0 : days.length / places;
  const tail = (100 - percent) / 200;
  const low = Math.floor(tail * (futures - 1));
  const high = Math.ceil((1 - tail) * (futures - 1));
  const earliest: number[] = [];
  const latest: (number | null)[] = [];
  const column = new Uint16Array(futures);
  for (let place = 0; place < places; place += 1) {
    for (let future = 0; future < futures; future += 1) column[future] = days[future * places + place]!;
    column.sort();
    const first = column[low]!;
    const last = column[high]!;
    // Further back nobody comes earlier.
    if (first > horizonDays) break;
    earliest.push(first);
    latest.push(last > horizonDays ? null : last);
    if (place % PLACES_A_YIELD === PLACES_A_YIELD - 1) yield PLACES_A_YIELD * 20;
  }
  return { earliest, latest };
}

/** How many places, the first ones, have a latest day. */
export function datedPlaces({ latest }: Ranges): number {
  const none = latest.indexOf(null);
  return none === -1 ? latest.length : none;
}
