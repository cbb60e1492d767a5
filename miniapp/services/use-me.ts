/** This family's places, asked again whenever something of theirs may have changed. */
import { useEffect, useRef, useState } from 'react';
import { useDidHide, useDidShow } from '@tarojs/taro';
import type { Me } from '@shared/contract/schemas';
import { platform } from '@/platform/platform';
import { call, needsSignIn } from './http';
import type { LiveChannel } from './live-feed';
import { serverClock } from './server-clock';
import { myLanes, session } from './session';
import { useAnswer, type Loaded } from './use-answer';

/** The more is at stake in the next minutes, the more often. Also the fallback while a socket is down. */
const POLL_ON_TURN_MS = 5_000;
const POLL_NEAR_MS = 10_000;
const POLL_FAR_MS = 30_000;
const NEAR = 3;

function pollMs(me: Me | null): number {
  const places = me?.households.flatMap((household) => household.places) ?? [];
  if (places.some((place) => place.state === 'onTurn')) return POLL_ON_TURN_MS;
  return places.some((place) => place.state === 'queued' && (place.ahead ?? NEAR + 1) <= NEAR) ? POLL_NEAR_MS : POLL_FAR_MS;
}

export type OpenFamilyChannel = (token: string, onPlace: () => void) => Promise<LiveChannel>;

/** Null data while not signed in. Ends the session when the server no longer knows it. */
export function useMe(openChannel?: OpenFamilyChannel): Loaded<Me> {
  const isShown = useRef(true);
  const loaded = useAnswer<Me>(async () => {
    const answer = await call('getMe');
    if (answer.ok) myLanes.write(answer.data.households.flatMap((household) => household.places).filter((place) => place.state === 'queued' || place.state === 'onTurn').map((place) => place.laneId));
    else if (needsSignIn(answer)) session.end();
    return answer;
  });
  const { data, reload } = loaded;
  const interval = pollMs(data);
  const [isInSight, setInSight] = useState(true);
  useDidShow(() => { isShown.current = true; setInSight(true); });
  useDidHide(() => { isShown.current = false; setInSight(false); });

  useEffect(() => {
    const timer = setInterval(() => { if (isShown.current && session.token() !== null) void reload(); }, interval);
    return () => clearInterval(timer);
  }, [interval, reload]);

  const isKnown = data !== null;
  useEffect(() => {
    const forget = platform.onBack(() => { if (isShown.current) void reload(); });
    const token = session.token();
    let channel: LiveChannel | null = null;
    let isGone = false;
    // Closed while another page lies on top: WeChat allows five sockets in all.
    if (openChannel !== undefined && token !== null && isKnown && isInSight) {
      openChannel(token, () => { if (isShown.current) void reload(); })
        .then((opened) => { if (isGone) opened.close(); else channel = opened; })
        .catch(() => { /* polling goes on */ });
    }
    return () => { isGone = true; forget(); channel?.close(); };
  }, [isInSight, isKnown, openChannel, reload]);
  return loaded;
}

/** Stable, so that countdowns do not restart on every drawing. */
export const serverNowMs = () => serverClock.nowMs();
