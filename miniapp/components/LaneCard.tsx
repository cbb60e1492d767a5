/** One lane on the board: whose turn, how long still, what is left. Presentation only. */
import { memo } from 'react';
import type { LaneSummary, LiveView } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { texts } from '@/texts';
import { groupName, nearMoment, nextNumbers, numberName, shortGroup } from '@/wording';
import { Box, Words } from './Box';
import { Countdown, FrozenTime } from './Countdown';
import { laneStatus, type LaneStatus } from './lane-status';
import { Press } from './Press';

const t = texts.board;

export interface LaneCardProps {
  readonly lane: LaneSummary;
  /** The newest view, which may be newer than the one the lane came with. */
  readonly view: LiveView;
  readonly isMine: boolean;
  readonly nowMs: () => number;
  readonly onZero: () => void;
  readonly onCommunity: (communityId: string, bedrooms: number) => void;
}

const badge: Record<LaneStatus, keyof typeof t.state> = {
  closed: 'closed', paused: 'paused', notifying: 'open', running: 'open', noHomes: 'done', noFamilies: 'idle', waitingWindow: 'idle', waitingNext: 'idle',
};

/** A card per lane. Redrawn only when its view changed; the countdown inside ticks by itself. */
export const LaneCard = memo(function LaneCard({ lane, view, isMine, nowMs, onZero, onCommunity }: LaneCardProps) {
  const status = laneStatus(view, nowMs());
  const label = `${lane.areaName} ${bedroomLabels[lane.bedrooms] ?? ''}`;
  return (
    <Box id={`lane-${lane.id}`} className={`card lane lane--${badge[status]} ${isMine ? 'lane--mine' : ''}`} aria={{ role: 'region', label }}>
      <Box className="lane__head">
        <Box className="lane__name" aria={{ role: 'heading', level: 3 }}>{isMine ? `★ ${label}` : bedroomLabels[lane.bedrooms]}</Box>
        <Words className={`tag tag--${badge[status]}`}>{t.state[badge[status]]}</Words>
      </Box>
      <LaneTurn lane={lane} view={view} status={status} nowMs={nowMs} onZero={onZero} />
      <LaneHomes lane={lane} view={view} onCommunity={onCommunity} />
      <LaneQueue view={view} nowMs={nowMs} />
    </Box>
  );
});

function LaneTurn({ lane, view, status, nowMs, onZero }: { lane: LaneSummary; view: LiveView; status: LaneStatus; nowMs: () => number; onZero: () => void }) {
  const explanation: Partial<Record<LaneStatus, string>> = {
    closed: t.closed, paused: t.paused, notifying: t.notifying, noHomes: t.noHomes, noFamilies: t.noFamilies, waitingWindow: t.waitingWindow, waitingNext: t.waitingNext,
  };
  return (
    <Box className="lane__turn">
      {/* Read out when the number changes, not when the seconds do. */}
      <Box aria={{ live: 'polite' }}>
        {view.turn !== null && (
          <>
            <Box className="lane__now">{t.nowTurn} {groupName(view.turn.group)}</Box>
            <Box id={`lane-${lane.id}-number`} className="lane__number">{numberName(view.turn.queueNumber)}</Box>
          </>
        )}
        {explanation[status] !== undefined && <Box className="lane__why">{explanation[status]}</Box>}
      </Box>
      {status === 'running' && view.turn !== null && view.turn.deadlineMs !== null && (
        <Box className="lane__clock">
          <Box className="lane__clock-label">{t.timeLeft}</Box>
          <Countdown id={`lane-${lane.id}-countdown`} deadlineMs={view.turn.deadlineMs} nowMs={nowMs} onZero={onZero} />
          <Box className="lane__until">{t.until(nearMoment(view.turn.deadlineMs, nowMs()))}</Box>
        </Box>
      )}
      {status === 'paused' && view.turn !== null && view.turn.deadlineMs !== null && view.pausedAtMs !== null && (
        <Box className="lane__clock">
          <Box className="lane__clock-label">{t.timeLeft}</Box>
          <FrozenTime id={`lane-${lane.id}-countdown`} deadlineMs={view.turn.deadlineMs} atMs={view.pausedAtMs} />
        </Box>
      )}
    </Box>
  );
}

function LaneHomes({ lane, view, onCommunity }: { lane: LaneSummary; view: LiveView; onCommunity: (communityId: string, bedrooms: number) => void }) {
  return (
    <Box className="lane__homes">
      <Box className="lane__row">
        <Words className="lane__label">{t.remaining}</Words>
        <Words id={`lane-${lane.id}-remaining`} className="lane__count">{t.homes(view.remaining)}</Words>
      </Box>
      {view.communities.map((community) => (
        <Press
          key={community.communityId} id={`lane-${lane.id}-community-${community.communityId}`} className="lane__community"
          onPress={() => onCommunity(community.communityId, lane.bedrooms)} aria={{ label: `${community.name} ${t.homes(community.remaining)} ${t.seeHomes}` }}
        >
          <Words className="lane__community-name">{community.name}</Words>
          <Words className={community.remaining === 0 ? 'lane__community-none' : 'lane__community-count'}>{t.homes(community.remaining)} ›</Words>
        </Press>
      ))}
    </Box>
  );
}

function LaneQueue({ view, nowMs }: { view: LiveView; nowMs: () => number }) {
  return (
    <Box className="lane__queue">
      {(view.waiting > 0 || view.next.length > 0) && (
        <Box className="lane__row lane__row--wrap">
          <Words className="lane__label">{t.waiting(view.waiting)}</Words>
        </Box>
      )}
      {view.next.length > 0 && (
        <Box className="lane__next"><Words className="lane__label">{t.next} </Words><Words className="lane__tickets">{nextNumbers(view.next)}</Words></Box>
      )}
      {view.recent.length > 0 && (
        <Box className="lane__recent">
          <Words className="lane__label">{t.recent}</Words>
          {view.recent.slice(0, 3).map((turn) => (
            <Box key={`${turn.group}-${turn.queueNumber}-${turn.endedAtMs}`} className="lane__past">
              <Words className="lane__who">{shortGroup(turn.group)} {turn.queueNumber}号</Words>
              <Words className={`lane__outcome lane__outcome--${turn.outcome}`}>{t.outcome[turn.outcome]}</Words>
              <Words className="lane__when">{nearMoment(turn.endedAtMs, nowMs())}</Words>
            </Box>
          ))}
        </Box>
      )}
    </Box>
  );
}
