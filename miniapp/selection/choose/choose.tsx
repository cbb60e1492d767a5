/** 选房: the homes this family may choose from. Also to look before its turn. */
import { useCallback, useState } from 'react';
import { useRouter } from '@tarojs/taro';
import type { Home } from '@shared/contract/schemas';
import { Box } from '@/components/Box';
import { HomeCard } from '@/components/HomeFacts';
import { EmptyState, ErrorNotice, Notice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { BigButton } from '@/components/Press';
import { needsSignIn } from '@/services/http';
import { goTo, replaceWith } from '@/services/navigation';
import { useFrame } from '@/services/use-frame';
import { texts } from '@/texts';
import { addressOf } from '@/wording';
import { FilterPanel } from '../FilterPanel';
import { narrow, noFilter } from '../home-filter';
import { TurnBar } from '../TurnBar';
import { useSelection } from '../use-selection';
import '../selection.scss';

const t = texts.choose;

export default function ChoosePage() {
  const frame = useFrame();
  const { params } = useRouter();
  const ticketId = params.ticket ?? '';
  const selection = useSelection(ticketId);
  const { place, lane, homes, failure, gone, canPick, reload } = selection;
  const [filter, setFilter] = useState(noFilter);
  const [isOpen, setOpen] = useState(false);
  const open = useCallback((home: Home) => goTo('confirm', { ticket: ticketId, home: home.id }), [ticketId]);

  const shown = narrow(homes ?? [], filter);
  const isExpired = failure !== null && needsSignIn(failure);
  return (
    <PageFrame frame={frame} title={t.title}>
      <TurnBar place={place} lane={lane} onZero={() => void reload()} />
      {place?.state === 'picked' && <BigButton id="see-receipt" onPress={() => replaceWith('receipt', { ticket: ticketId })}>{texts.my.seeReceipt}</BigButton>}
      {isExpired && <EmptyState text={texts.signIn.expired}><BigButton id="go-sign-in" onPress={() => goTo('signIn', { reason: 'expired' })}>{texts.my.signIn}</BigButton></EmptyState>}
      {gone.length > 0 && <Notice id="homes-gone" kind="warn">{gone.length === 1 ? t.gone(addressOf(gone[0]!)) : t.goneMany(gone.length)}</Notice>}
      {homes === null && failure === null && <Skeleton cards={3} />}
      {homes === null && failure !== null && !isExpired && <ErrorNotice title={failure.title} onRetry={() => void reload()} />}
      {homes !== null && !isExpired && failure !== null && <Notice id="stale" kind="warn">{failure.code === 'OFFLINE' ? texts.common.stale : failure.title}</Notice>}
      {homes?.length === 0 && <EmptyState id="homes-empty" text={t.none} />}
      {homes !== null && homes.length > 0 && (
        <Box className="choose">
          <Box className="choose__tools">
            <Box id="homes-count" className="choose__count" aria={{ live: 'polite' }}>{t.count(shown.length)}</Box>
            <Box className="choose__toggle"><BigButton id="toggle-filters" kind="calm" onPress={() => setOpen(!isOpen)} aria={{ expanded: isOpen }}>{isOpen ? t.filtersOpen : t.filters}</BigButton></Box>
            <Box className={`choose__filters ${isOpen ? 'choose__filters--open' : ''}`}><FilterPanel homes={homes} filter={filter} onChange={setFilter} /></Box>
          </Box>
          <Box className="choose__list" id="homes">
            {shown.length === 0 && <EmptyState text={t.noneFiltered}><BigButton id="clear-filters" onPress={() => setFilter(noFilter)}>{t.clear}</BigButton></EmptyState>}
            {shown.map((home) => <HomeCard key={home.id} home={home} action={canPick ? t.select : t.look} onOpen={open} />)}
          </Box>
        </Box>
      )}
    </PageFrame>
  );
}
