/** Single lanes, for pages about one family. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { LiveView } from '@shared/contract/schemas';
import { call } from './http';
import { LiveFeed, type OpenChannel } from './live-feed';
import { serverClock } from './server-clock';
import { useFeed } from './use-board';
import { openWebLiveChannel } from './web-channels';

export interface LaneNow {
  readonly view: LiveView | null;
  readonly refresh: () => Promise<void>;
}

/** The live view of one lane while the page is in sight; null until it is known. */
export function useLane(laneId: string | null, openChannel: OpenChannel | undefined = openWebLiveChannel): LaneNow {
  const [view, setView] = useState<LiveView | null>(null);
  const feed = useMemo(() => new LiveFeed({
    fetchSnapshots: async () => {
      if (laneId === null) return [];
      const answer = await call('getLive', { params: { laneId } });
      return answer.ok ? [answer.data] : null;
    },
    openChannel,
    onViews: (views) => setView(laneId === null ? null : views[laneId] ?? null),
    onServerNow: (nowMs) => serverClock.notBefore(nowMs),
  }), [laneId, openChannel]);
  useFeed(feed);
  // The lane is known only after the page was shown: useDidShow is past by then.
  useEffect(() => { if (laneId !== null) void feed.start(); }, [feed, laneId]);
  const refresh = useCallback(() => feed.refresh(), [feed]);
  return { view, refresh };
}

/** Which of these lanes staff have paused. A family has one open turn, so the first lane is the one that counts. */
export function usePausedLanes(laneIds: readonly string[]): readonly string[] {
  const { view } = useLane(laneIds[0] ?? null);
  return view?.state === 'paused' ? [view.laneId] : [];
}
