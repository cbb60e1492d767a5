/**
 * Which live view to believe (Telling: one stream). Pure: the network is in live-feed.ts.
 * Old `seq`: drop. Next: apply. Gap: show what came, for it is whole and newer, and fetch the snapshot, for
 * something in between went missing and may again.
 */
import type { LiveView } from '@shared/contract/schemas';

export type Verdict = 'drop' | 'apply' | 'resync';

/** Judges a pushed view against the one we hold. */
export function judgePush(held: LiveView | undefined, pushed: LiveView): Verdict {
  if (held === undefined) return 'apply';
  if (pushed.seq < held.seq) return 'drop';
  // Same ledger position, later clock: only coalesced counts moved.
  if (pushed.seq === held.seq) return pushed.serverNowMs > held.serverNowMs ? 'apply' : 'drop';
  return pushed.seq === held.seq + 1 ? 'apply' : 'resync';
}

/** Judges a fetched snapshot: it may be as old as what we hold (slow answer), never older. */
export function judgeSnapshot(held: LiveView | undefined, fetched: LiveView): Verdict {
  if (held === undefined) return 'apply';
  if (fetched.seq < held.seq) return 'drop';
  return fetched.seq === held.seq && fetched.serverNowMs < held.serverNowMs ? 'drop' : 'apply';
}

export type Views = Readonly<Record<string, LiveView>>;

/** Puts one judged view among the others. */
export function place(views: Views, view: LiveView): Views {
  return { ...views, [view.laneId]: view };
}
