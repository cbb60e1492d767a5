/**
 * A countdown that owns its tick: once a second this component alone is drawn again, not its page (in weapp a
 * page's setData every second makes a cheap phone warm and slow).
 */
import { useEffect, useRef, useState } from 'react';
import { texts } from '@/texts';
import { formatLeft, spokenLeft } from '@/wording';
import { Box, Words } from './Box';

export interface CountdownProps {
  readonly deadlineMs: number;
  /** The server's clock, never the phone's. */
  readonly nowMs: () => number;
  readonly size?: 'large' | 'huge';
  /** Reached zero. It decides nothing: the caller asks the server. Called again while the server still says so. */
  readonly onZero?: () => void;
  readonly id?: string;
}

const ASK_AGAIN_MS = 3_000;
const SOON_MS = 30 * 60_000;

/** `3:05:09`, and at zero a sentence instead of a judgement. */
export function Countdown({ deadlineMs, nowMs, size = 'large', onZero, id }: CountdownProps) {
  const [leftMs, setLeftMs] = useState(() => deadlineMs - nowMs());
  const zero = useRef(onZero);
  zero.current = onZero;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const left = deadlineMs - nowMs();
      setLeftMs(left);
      if (left <= 0) {
        zero.current?.();
        timer = setTimeout(tick, ASK_AGAIN_MS);
      } else {
        // Aimed at the next whole second, so that the digits neither skip nor stutter.
        timer = setTimeout(tick, (left % 1_000) + 20);
      }
    };
    tick();
    return () => clearTimeout(timer);
  }, [deadlineMs, nowMs]);

  if (leftMs <= 0) {
    return <Box id={id} className="countdown countdown--zero" aria={{ live: 'polite' }}>{texts.common.counting}</Box>;
  }
  const isSoon = leftMs < SOON_MS;
  return (
    <Box id={id} className={`countdown countdown--${size} ${isSoon ? 'countdown--soon' : ''}`} aria={{ role: 'timer', label: `${texts.common.left} ${spokenLeft(leftMs)}` }}>
      <Words aria={{ hidden: true }}>{formatLeft(leftMs)}</Words>
    </Box>
  );
}

/** What was left at a moment, standing still: the lane is paused and the time is kept. */
export function FrozenTime({ id, deadlineMs, atMs }: { readonly id?: string; readonly deadlineMs: number; readonly atMs: number }) {
  return <Box id={id} className="countdown countdown--large countdown--frozen" aria={{ label: `${texts.common.left} ${spokenLeft(deadlineMs - atMs)}` }}>{formatLeft(deadlineMs - atMs)}</Box>;
}
