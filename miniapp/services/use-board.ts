/** The board's lanes, kept live while the page is in sight. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useDidHide, useDidShow } from '@tarojs/taro';
import type { LaneSummary } from '@shared/contract/schemas';
import { platform } from '@/platform/platform';
import { call, type Failure } from './http';
import { LiveFeed } from './live-feed';
import type { Views } from './live-view';
import { serverClock } from './server-clock';
import { openWebLiveChannel } from './web-channels';

export interface Board {
  readonly lanes: readonly LaneSummary[] | null;
  readonly views: Views;
  readonly failure: Failure | null;
  /** False while what is shown may be old. */
  readonly isReached: boolean;
  readonly refresh: () => void;
}

/** Starts and stops with the page. */
export function useBoard(): Board {
  const [lanes, setLanes] = useState<readonly LaneSummary[] | null>(null);
  const [views, setViews] = useState<Views>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isReached, setReached] = useState(true);
  const feed = useMemo(() => new LiveFeed({
    fetchSnapshots: async () => {
      const answer = await call('listLanes');
      setFailure(answer.ok ? null : answer);
      if (!answer.ok) return null;
      // The same lanes again must not redraw every card: what changes is in the views.
      setLanes((held) => (held !== null && sameLanes(held, answer.data.lanes) ? held : answer.data.lanes));
      return answer.data.lanes.map((lane) => lane.live);
    },
    openChannel: openWebLiveChannel,
    onViews: setViews,
    onReach: setReached,
    onServerNow: (serverNowMs) => serverClock.notBefore(serverNowMs),
  }), []);
  useFeed(feed);
  const refresh = useCallback(() => void feed.refresh(), [feed]);
  return { lanes, views, failure, isReached, refresh };
}

function sameLanes(a: readonly LaneSummary[], b: readonly LaneSummary[]): boolean {
  return a.length === b.length && a.every((lane, i) => lane.id === b[i]!.id && lane.areaName === b[i]!.areaName);
}

/** Ties a feed to the page: runs while shown, fetches when the phone wakes or the network returns. */
export function useFeed(feed: LiveFeed): void {
  const shown = useRef(false);
  const start = () => { shown.current = true; void feed.start(); };
  const stop = () => { shown.current = false; feed.stop(); };
  useDidShow(start);
  useDidHide(stop);
  useEffect(() => {
    const forget = platform.onBack(() => { if (shown.current) void feed.refresh(); });
    return () => { forget(); feed.stop(); };
  }, [feed]);
}
