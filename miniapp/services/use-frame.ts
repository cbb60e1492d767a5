/** The state every page's frame needs. */
import { useEffect, useState } from 'react';
import type { FrameState } from '@/components/PageFrame';
import { platform } from '@/platform/platform';
import { call } from './http';
import { goBack, goTab } from './navigation';
import { useLargeText } from './preferences';

/** Asked once per start: whether this is the demonstration. */
let demo: Promise<boolean> | null = null;

async function askIsDemo(): Promise<boolean> {
  const health = await call('health');
  if (!health.ok) demo = null; // ask again on the next page
  return health.ok && health.data.demo;
}

/** Large letters, ways to go, and whether this is a demonstration. */
export function useFrame(): FrameState {
  const [large, onToggleLarge] = useLargeText();
  const [isDemo, setDemo] = useState(false);
  useEffect(() => {
    let isGone = false;
    demo ??= askIsDemo();
    void demo.then((answer) => { if (!isGone) setDemo(answer); });
    return () => { isGone = true; };
  }, []);
  return { large, isDemo, onToggleLarge, onTab: goTab, onBack: () => goBack(), onDemo: () => void platform.openDemo() };
}
