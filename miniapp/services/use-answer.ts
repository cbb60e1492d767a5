/** One question to the server, asked when the page is shown, with loading and failure as states. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import { platform } from '@/platform/platform';
import type { Answer, Failure } from './http';

export interface Loaded<T> {
  readonly data: T | null;
  readonly failure: Failure | null;
  /** Asks again; what is shown stays until the new answer is here. */
  readonly reload: () => Promise<Answer<T> | null>;
}

/** Asks at once and every time the page is shown again. `ask` null: nothing to ask yet. */
export function useAnswer<T>(ask: (() => Promise<Answer<T>>) | null, key = ''): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const current = useRef(ask);
  current.current = ask;
  const turn = useRef(0);
  const inFlight = useRef(0);
  const reload = useCallback(async () => {
    if (current.current === null) return null;
    const mine = ++turn.current;
    inFlight.current += 1;
    const answer = await current.current();
    inFlight.current -= 1;
    if (mine !== turn.current) return answer; // a later question overtook this one
    if (answer.ok) setData(answer.data);
    setFailure(answer.ok ? null : answer);
    return answer;
  }, []);
  useEffect(() => {
    void reload();
    return () => { turn.current += 1; };
  }, [reload, key]);
  useDidShow(() => {
    // The first show comes together with the first drawing, whose question is still under way.
    if (inFlight.current === 0) void reload();
  });
  // What failed for want of a line is asked again when the line is back: nobody should have to press for it.
  const isOffline = failure?.code === 'OFFLINE';
  useEffect(() => (isOffline ? platform.onBack(() => void reload()) : undefined), [isOffline, reload]);
  return { data, failure, reload };
}
