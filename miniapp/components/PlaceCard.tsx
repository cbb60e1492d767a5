/** Where one of the family's numbers stands, and what to do now. Presentation only. */
import type { MyPlace } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { texts } from '@/texts';
import { groupName, nearMoment, numberName, spokenLeft } from '@/wording';
import { Box, Words } from './Box';
import { Countdown } from './Countdown';
import { Notice } from './Notices';
import { BigButton } from './Press';
import { Steps } from './Steps';

const t = texts.my;

export interface PlaceActs {
  readonly onPick: (place: MyPlace) => void;
  readonly onPass: (place: MyPlace) => void;
  readonly onReceipt: (place: MyPlace) => void;
  readonly onZero: () => void;
}

export interface PlaceCardProps extends PlaceActs {
  readonly place: MyPlace;
  /** The lane was paused by staff: the clock stands. */
  readonly isPaused: boolean;
  readonly nowMs: () => number;
}

/** One card per number, with one main action. */
export function PlaceCard(props: PlaceCardProps) {
  const { place } = props;
  return (
    <Box id={`place-${place.ticketId}`} className={`card place place--${place.state}`} aria={{ role: 'region', label: `${groupName(place.group)} ${numberName(place.queueNumber)}` }}>
      <Box className="place__head">
        {place.state === 'onTurn'
          ? <Box id="my-turn" className="place__turn" aria={{ live: 'assertive' }}>{t.onTurn}</Box>
          : <Box className="place__group">{t.yourNumber}</Box>}
        {/* When it is their turn the time matters more than the number: it gives up its place on a small screen. */}
        <Box className={place.state === 'onTurn' ? 'place__number place__number--small' : 'place__number'} id={`place-${place.ticketId}-number`}>{numberName(place.queueNumber)}</Box>
        <Box className="place__lane">{groupName(place.group)}</Box>
        <Box className="place__lane">{t.lane(place.areaName, bedroomLabels[place.bedrooms] ?? '')}</Box>
      </Box>
      {place.state === 'onTurn' && <OnTurn {...props} />}
      {place.state === 'queued' && <Queued {...props} />}
      {place.state === 'picked' && (
        <Box className="place__body">
          <Box className="place__say">✓ {t.picked}</Box>
          <Box className="place__text">{t.pickedBody}</Box>
          <BigButton id="see-receipt" onPress={() => props.onReceipt(place)}>{t.seeReceipt}</BigButton>
        </Box>
      )}
      {place.state === 'missed' && (
        <Box className="place__body">
          <Box className="place__say">{t.missed}</Box>
          <Box className="place__text">{t.missedBody}</Box>
        </Box>
      )}
    </Box>
  );
}

function OnTurn({ place, isPaused, nowMs, onPick, onPass, onZero }: PlaceCardProps) {
  const turn = place.turn;
  const deadlineMs = turn?.deadlineMs ?? null;
  return (
    <Box className="place__body">
      {isPaused && <Notice id="my-paused" kind="warn">{t.paused}</Notice>}
      {!isPaused && deadlineMs === null && <Notice id="my-notifying">{t.notNotified}</Notice>}
      {!isPaused && deadlineMs !== null && (
        <>
          <Box className="place__clock-label">{texts.board.timeLeft}</Box>
          <Countdown id="my-countdown" size="huge" deadlineMs={deadlineMs} nowMs={nowMs} onZero={onZero} />
          <Box id="my-deadline" className="place__deadline">{t.deadline(nearMoment(deadlineMs, nowMs()))}</Box>
        </>
      )}
      {turn !== null && turn.movedMs > 0 && <Notice id="my-moved" kind="good">{t.moved(spokenLeft(turn.movedMs))}</Notice>}
      <BigButton id="go-pick" onPress={() => onPick(place)}>{t.pick}</BigButton>
      <Steps title={t.steps} names={t.stepNames} />
      <BigButton id="go-pass" kind="calm" onPress={() => onPass(place)}>{t.pass}</BigButton>
    </Box>
  );
}

function Queued({ place, nowMs, onPick }: PlaceCardProps) {
  const isDeferred = place.deferrals > 0 && place.notBeforeMs > nowMs();
  return (
    <Box className="place__body">
      {place.ahead === 0
        ? <Box className="place__say place__say--next" aria={{ live: 'polite' }}>{t.youAreNext}</Box>
        : place.ahead !== null && (
          <Box className="place__ahead" aria={{ live: 'polite' }}>
            <Words>{t.aheadLabel} </Words>
            <Words id={`place-${place.ticketId}-ahead`} className="place__count">{t.ahead(place.ahead)}</Words>
            <Words> {t.families}</Words>
          </Box>
        )}
      {place.deferrals > 0 && (
        <Notice id="my-deferred" kind="warn">{isDeferred ? t.deferred(nearMoment(place.notBeforeMs, nowMs())) : ''}{t.deferredBody}</Notice>
      )}
      {place.calledUp && <Notice id="my-called-up" kind="good">{t.calledUpBody}</Notice>}
      <Box className="place__next">
        <Box className="place__next-title" aria={{ role: 'heading', level: 3 }}>{t.whatNext}</Box>
        <Box className="place__text">{place.ahead === 0 ? t.youAreNextBody : t.queuedBody}</Box>
      </Box>
      {place.calledUp && <BigButton id="see-homes" onPress={() => onPick(place)}>{t.seeHomes}</BigButton>}
    </Box>
  );
}
