/** 我家: the family's numbers, and the one thing to do now. */
import { useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import type { Me, MyPlace } from '@shared/contract/schemas';
import { Box } from '@/components/Box';
import { EmptyState, ErrorNotice, Notice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { PassSheet } from '@/components/PassSheet';
import { PlaceCard } from '@/components/PlaceCard';
import { BigButton } from '@/components/Press';
import { passTurn } from '@/services/family-acts';
import { call, needsSignIn } from '@/services/http';
import { goTo } from '@/services/navigation';
import { session } from '@/services/session';
import { useFrame } from '@/services/use-frame';
import { usePausedLanes } from '@/services/use-lane';
import { serverNowMs, useMe } from '@/services/use-me';
import { openWebFamilyChannel } from '@/services/web-channels';
import { texts } from '@/texts';

const t = texts.my;

export default function MyPage() {
  const frame = useFrame();
  const [isSignedIn, setSignedIn] = useState(() => session.token() !== null);
  useDidShow(() => setSignedIn(session.token() !== null));
  return (
    <PageFrame frame={frame} title={t.title} tab="my">
      {isSignedIn ? <MyFamily onSignedOut={() => setSignedIn(false)} /> : <Box id="my-signed-out"><EmptyState text={t.needSignIn}><BigButton id="go-sign-in" onPress={() => goTo('signIn')}>{t.signIn}</BigButton></EmptyState></Box>}
    </PageFrame>
  );
}

/** Most urgent first: whoever has the turn must not have to look for it. */
const urgency: Record<MyPlace['state'], number> = { onTurn: 0, queued: 1, picked: 2, missed: 3, publicised: 4, renewing: 5, forfeited: 6, void: 7 };

function MyFamily({ onSignedOut }: { onSignedOut: () => void }) {
  const { data, failure, reload } = useMe(openWebFamilyChannel);
  const [passing, setPassing] = useState<MyPlace | null>(null);
  const [done, setDone] = useState('');
  if (data === null && failure !== null && needsSignIn(failure)) {
    return <EmptyState text={texts.signIn.expired}><BigButton id="go-sign-in" onPress={() => goTo('signIn', { reason: 'expired' })}>{t.signIn}</BigButton></EmptyState>;
  }
  if (data === null) return failure === null ? <Skeleton /> : <ErrorNotice title={failure.title} onRetry={() => void reload()} />;

  const signOut = async () => {
    await call('signOut');
    session.end();
    onSignedOut();
  };
  return (
    <>
      {failure !== null && <Notice id="stale" kind="warn">{failure.code === 'OFFLINE' ? texts.common.stale : failure.title}</Notice>}
      {done !== '' && <Notice id="my-done" kind="good">{done}</Notice>}
      <Families me={data} onPass={setPassing} onZero={() => void reload()} />
      <Box className="my__foot"><BigButton id="sign-out" kind="calm" onPress={() => void signOut()}>{t.signOut}</BigButton></Box>
      {passing !== null && (
        <Passing place={passing} onClose={() => setPassing(null)} onDone={() => { setPassing(null); setDone(texts.pass.done); void reload(); }} />
      )}
    </>
  );
}

function Families({ me, onPass, onZero }: { me: Me; onPass: (place: MyPlace) => void; onZero: () => void }) {
  const places = me.households.flatMap((household) => household.places);
  const paused = usePausedLanes(places.filter((place) => place.state === 'onTurn').map((place) => place.laneId));
  return (
    <>
      {places.length === 0 && <EmptyState id="my-empty" text={t.noPlaces} />}
      {me.households.map((household) => (
        <Box key={household.id} className="family">
          <Box id="my-family" className="family__name" aria={{ role: 'heading', level: 2 }}>{t.family(household.applicantMasked, household.size)}</Box>
          <Box className="family__places">
            {[...household.places].sort((a, b) => urgency[a.state] - urgency[b.state]).map((place) => (
              <PlaceCard
                key={place.ticketId} place={place} isPaused={paused.includes(place.laneId)} nowMs={serverNowMs} onZero={onZero} onPass={onPass}
                onPick={() => goTo('choose', { ticket: place.ticketId })} onReceipt={() => goTo('receipt', { ticket: place.ticketId })}
              />
            ))}
          </Box>
        </Box>
      ))}
    </>
  );
}

function Passing({ place, onClose, onDone }: { place: MyPlace; onClose: () => void; onDone: () => void }) {
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const confirm = async () => {
    if (isSending || place.turn === null) return;
    setSending(true);
    const answer = await passTurn(place.ticketId, place.turn.id);
    setSending(false);
    if (answer.ok) return onDone();
    if (needsSignIn(answer)) return goTo('signIn', { reason: 'expired' });
    setFailure(answer.title);
  };
  return <PassSheet isSending={isSending} failure={failure} onConfirm={() => void confirm()} onClose={onClose} />;
}
