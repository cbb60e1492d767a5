/** The family's remaining time, kept in sight while it chooses. */
import type { LiveView, MyPlace } from '@shared/contract/schemas';
import { Box, Words } from '@/components/Box';
import { Countdown } from '@/components/Countdown';
import { Notice } from '@/components/Notices';
import { serverNowMs } from '@/services/use-me';
import { texts } from '@/texts';
import { nearMoment } from '@/wording';

export interface TurnBarProps {
  readonly place: MyPlace | null;
  readonly lane: LiveView | null;
  readonly onZero: () => void;
}

/** Says what the situation is, also when it is not this family's turn. */
export function TurnBar({ place, lane, onZero }: TurnBarProps) {
  if (place === null) return null;
  if (place.state === 'queued') return <Notice id="preview">{texts.choose.preview}</Notice>;
  if (place.state === 'missed') return <Notice id="turn-over" kind="warn">{texts.my.missed}。{texts.my.missedBody}</Notice>;
  if (place.state === 'picked') return <Notice id="already-picked" kind="good">{texts.my.picked}。</Notice>;
  if (lane?.state === 'paused') return <Notice id="turn-paused" kind="warn">{texts.my.paused}</Notice>;
  const deadlineMs = place.turn?.deadlineMs ?? null;
  if (deadlineMs === null) return <Notice id="turn-notifying">{texts.my.notNotified}</Notice>;
  return (
    <Box className="turn-bar" id="turn-bar">
      <Box className="turn-bar__words">
        <Words className="turn-bar__label">{texts.board.timeLeft}</Words>
        <Words className="turn-bar__until">{texts.board.untilShort(nearMoment(deadlineMs, serverNowMs()))}</Words>
      </Box>
      <Countdown id="turn-countdown" deadlineMs={deadlineMs} nowMs={serverNowMs} onZero={onZero} />
    </Box>
  );
}
