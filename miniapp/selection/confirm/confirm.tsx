/** The last look at one home, and the act itself: two presses, one key, one answer. */
import { useState } from 'react';
import { useRouter } from '@tarojs/taro';
import type { Home } from '@shared/contract/schemas';
import { Box } from '@/components/Box';
import { HomeFacts } from '@/components/HomeFacts';
import { EmptyState, ErrorNotice, Notice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { BigButton } from '@/components/Press';
import { Sheet } from '@/components/Sheet';
import { acts, pickHome } from '@/services/family-acts';
import { needsSignIn, type Failure } from '@/services/http';
import { goBack, goTab, goTo, replaceWith } from '@/services/navigation';
import { useFrame } from '@/services/use-frame';
import { texts } from '@/texts';
import { addressOf } from '@/wording';
import { keepReceipt } from '../kept-receipt';
import { TurnBar } from '../TurnBar';
import { useSelection } from '../use-selection';
import '../selection.scss';

const t = texts.confirm;

/** After these the home itself cannot be had: the way on is the list. */
const goneCodes: readonly string[] = ['HOME_NOT_AVAILABLE', 'HOME_NOT_IN_LANE', 'NOT_FOUND'];

export default function ConfirmPage() {
  const frame = useFrame();
  const { params } = useRouter();
  const ticketId = params.ticket ?? '';
  const homeId = params.home ?? '';
  const selection = useSelection(ticketId);
  // What the family was looking at stays on the screen, also when it leaves the list.
  const [seen, setSeen] = useState<Home | null>(null);
  const found = selection.homes?.find((home) => home.id === homeId) ?? null;
  if (found !== null && found !== seen && JSON.stringify(found) !== JSON.stringify(seen)) setSeen(found);
  const home = found ?? seen;

  const failed = selection.failure !== null && selection.homes === null ? selection.failure : null;
  return (
    <PageFrame frame={frame} title={t.title} width="narrow">
      <TurnBar place={selection.place} lane={selection.lane} onZero={() => void selection.reload()} />
      {failed !== null && needsSignIn(failed) && <EmptyState text={texts.signIn.expired}><BigButton id="go-sign-in" onPress={() => goTo('signIn', { reason: 'expired' })}>{texts.my.signIn}</BigButton></EmptyState>}
      {failed !== null && !needsSignIn(failed) && <ErrorNotice title={failed.title} onRetry={() => void selection.reload()} />}
      {home === null && failed === null && selection.homes === null && <Skeleton cards={1} />}
      {home === null && selection.homes !== null && selection.place?.state !== 'picked' && <EmptyState id="home-gone" text={t.goneTitle}><BigButton id="back-to-list" onPress={() => goBack('my')}>{t.backToList}</BigButton></EmptyState>}
      {home !== null && (
        <>
          <Box className="card card--home">
            <Box className="confirm__lead" aria={{ role: 'heading', level: 2 }}>{t.lead}</Box>
            <HomeFacts home={home} />
          </Box>
          <Deciding home={home} ticketId={ticketId} isGone={found === null && selection.homes !== null} canPick={selection.canPick} isPicked={selection.place?.state === 'picked'} onRefresh={() => void selection.reload()} />
        </>
      )}
    </PageFrame>
  );
}

interface DecidingProps {
  readonly home: Home;
  readonly ticketId: string;
  readonly isGone: boolean;
  readonly canPick: boolean;
  readonly isPicked: boolean;
  readonly onRefresh: () => void;
}

function Deciding({ home, ticketId, isGone, canPick, isPicked, onRefresh }: DecidingProps) {
  const act = { kind: 'pick', ticketId, listingId: home.id } as const;
  const [isAsking, setAsking] = useState(false);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  // An attempt of before, perhaps before the phone was restarted, that was never answered.
  const isUnanswered = acts.isUnanswered(act) && !isSending;

  const send = async () => {
    if (isSending) return;
    setAsking(false);
    setSending(true);
    setFailure(null);
    const answer = await pickHome(ticketId, home.id);
    setSending(false);
    if (answer.ok) {
      keepReceipt(answer.data);
      return replaceWith('receipt', { ticket: ticketId, fresh: '1' });
    }
    setFailure(answer);
    if (needsSignIn(answer)) return goTo('signIn', { reason: 'expired' });
    onRefresh();
  };

  if (failure?.code === 'ALREADY_PICKED' || (isPicked && !isUnanswered)) {
    return <Box className="actions"><Notice id="already-picked" kind="good">{texts.my.picked}。</Notice><BigButton id="see-receipt" onPress={() => replaceWith('receipt', { ticket: ticketId })}>{texts.my.seeReceipt}</BigButton></Box>;
  }
  if ((isGone && !isUnanswered && !isSending) || (failure !== null && goneCodes.includes(failure.code))) {
    return <Box className="actions"><Notice id="home-gone" kind="bad">{failure?.title ?? t.goneTitle}</Notice><BigButton id="back-to-list" onPress={() => goBack('my')}>{t.backToList}</BigButton></Box>;
  }
  // Turned away for want of a sign-in: nothing was tried, and by now the person may have signed in again.
  const wasTurnedAway = failure !== null && needsSignIn(failure);
  const isLost = isUnanswered && !wasTurnedAway;
  return (
    <Box className="actions">
      <Notice id="only-once" kind="warn">{t.once}</Notice>
      {isLost && <Notice id="pick-lost" kind="bad">{failure !== null && failure.code !== 'OFFLINE' ? failure.title : t.lost}</Notice>}
      {failure !== null && !isLost && !wasTurnedAway && <Notice id="pick-failure" kind="bad">{failure.title}</Notice>}
      {isLost
        ? <BigButton id="pick-again" busy={isSending} onPress={() => void send()}>{t.tryAgain}</BigButton>
        : canPick || isSending
          ? <BigButton id="pick" busy={isSending} onPress={() => setAsking(true)}>{isSending ? t.sending : t.pick}</BigButton>
          : <><Notice id="not-on-turn">{t.notOnTurn}</Notice><BigButton id="to-my" onPress={() => goTab('my')}>{t.toMy}</BigButton></>}
      <BigButton id="back-to-list" kind="calm" disabled={isSending} onPress={() => goBack('my')}>{t.other}</BigButton>
      {isAsking && (
        <Sheet id="pick-sheet" title={t.askTitle} onClose={() => setAsking(false)}>
          <Box className="sheet__ask">{t.ask}</Box>
          <Box id="pick-sheet-home" className="sheet__home">{addressOf(home)}</Box>
          <Box className="sheet__note">{t.once}</Box>
          <BigButton id="pick-confirm" onPress={() => void send()}>{t.yes}</BigButton>
          <BigButton id="pick-cancel" kind="calm" onPress={() => setAsking(false)}>{t.no}</BigButton>
        </Sheet>
      )}
    </Box>
  );
}
