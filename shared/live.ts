/**
 * Socket events and namespaces (Telling: one stream). Clients count down from `deadlineMs` by their offset to
 * `serverNowMs`. Old `seq`: drop; next: apply; gap, reconnect or page shown again: fetch the snapshot.
 */
import type { LiveView } from './contract/schemas';

/** Public namespace: `watch` lanes, receive `live`. */
export const LIVE_NAMESPACE = '/live';
/** Personal namespace: needs a family session token in `auth.token`; receives `place`. */
export const FAMILY_NAMESPACE = '/family';

export interface LiveServerEvents {
  /** The lane's full view after a change. */
  live: (view: LiveView) => void;
}
export interface LiveClientEvents {
  /** Start watching lanes (at most 32); answers their current views, or a problem code. */
  watch: (laneIds: readonly string[], answer: (result: { views: LiveView[] } | { code: string }) => void) => void;
  unwatch: (laneIds: readonly string[]) => void;
}
export interface FamilyServerEvents {
  /** Something about one of the family's tickets changed at this lane position: fetch GET /api/me. */
  place: (notice: { ticketId: string; laneId: string; seq: number }) => void;
}
