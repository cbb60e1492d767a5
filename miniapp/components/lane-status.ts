/** What a lane's view means in words. Pure; the server decides, this only reads. */
import type { LiveView } from '@shared/contract/schemas';
import { HOUR_MS, timeOfDayMs } from '@shared/shanghai-time';

export type LaneStatus = 'closed' | 'paused' | 'notifying' | 'running' | 'noHomes' | 'noFamilies' | 'waitingWindow' | 'waitingNext';

// T4's default. Only to explain why nothing moves at night; a changed rule set makes this sentence vague, not the queue wrong.
const WINDOW_OPENS_MS = 8 * HOUR_MS;
const WINDOW_CLOSES_MS = 18 * HOUR_MS;

/** Reads a lane's state. */
export function laneStatus(view: LiveView, nowMs: number): LaneStatus {
  if (view.state === 'closed') return 'closed';
  if (view.state === 'paused') return 'paused';
  if (view.turn !== null) return view.turn.deadlineMs === null ? 'notifying' : 'running';
  if (view.remaining === 0) return 'noHomes';
  if (view.waiting === 0) return 'noFamilies';
  const time = timeOfDayMs(nowMs);
  return time < WINDOW_OPENS_MS || time >= WINDOW_CLOSES_MS ? 'waitingWindow' : 'waitingNext';
}
