/** 选房大厅: everybody's view of every lane, without signing in. */
import { useCallback, useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import type { LaneSummary } from '@shared/contract/schemas';
import { bedroomClasses, bedroomLabels } from '@shared/lane';
import { Box } from '@/components/Box';
import { LaneCard } from '@/components/LaneCard';
import { EmptyState, ErrorNotice, Notice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { Chip, BigButton } from '@/components/Press';
import { goTab, goTo } from '@/services/navigation';
import { serverClock } from '@/services/server-clock';
import { myLanes, session } from '@/services/session';
import { useBoard } from '@/services/use-board';
import { useFrame } from '@/services/use-frame';
import { texts } from '@/texts';

const t = texts.board;
const nowMs = () => serverClock.nowMs();

/** Lanes by area, in the order the server gave. */
function byArea(lanes: readonly LaneSummary[]): { areaName: string; lanes: LaneSummary[] }[] {
  const areas: { areaName: string; lanes: LaneSummary[] }[] = [];
  for (const lane of lanes) {
    const held = areas.find((area) => area.areaName === lane.areaName);
    if (held === undefined) areas.push({ areaName: lane.areaName, lanes: [lane] });
    else held.lanes.push(lane);
  }
  return areas;
}

export default function BoardPage() {
  const frame = useFrame();
  const { lanes, views, failure, isReached, refresh } = useBoard();
  const [bedrooms, setBedrooms] = useState<number | null>(null);
  const [mine, setMine] = useState<readonly string[]>(() => myLanes.read());
  useDidShow(() => setMine(myLanes.read()));
  const openCommunity = useCallback((communityId: string, ofBedrooms: number) => goTo('community', { id: communityId, bedrooms: String(ofBedrooms) }), []);
  const isSignedIn = session.token() !== null;

  const shown = (lanes ?? []).filter((lane) => bedrooms === null || lane.bedrooms === bedrooms);
  const offered = bedroomClasses.filter((n) => (lanes ?? []).some((lane) => lane.bedrooms === n));
  return (
    <PageFrame frame={frame} title={t.title} lead={t.lead} tab="board">
      {lanes !== null && !isReached && <Notice id="stale" kind="warn">{texts.common.stale}</Notice>}
      <Box className="board__me"><BigButton id="to-my" onPress={() => goTab('my')}>{isSignedIn ? t.myPlace : t.signIn}</BigButton></Box>
      {offered.length > 1 && (
        <Box className="chips" aria={{ role: 'radiogroup', label: t.filterBedrooms }}>
          <Chip id="filter-all" on={bedrooms === null} onPress={() => setBedrooms(null)}>{t.all}</Chip>
          {offered.map((n) => <Chip key={n} id={`filter-${n}`} on={bedrooms === n} onPress={() => setBedrooms(n)}>{bedroomLabels[n]}</Chip>)}
        </Box>
      )}
      {lanes === null && failure === null && <Skeleton cards={3} />}
      {lanes === null && failure !== null && <ErrorNotice title={failure.title} onRetry={refresh} />}
      {lanes?.length === 0 && <EmptyState id="board-empty" text={t.empty} />}
      {byArea(shown).map((area) => (
        <Box key={area.areaName} className="area" aria={{ role: 'region', label: area.areaName }}>
          <Box className="area__name" aria={{ role: 'heading', level: 2 }}>{area.areaName}</Box>
          <Box className="area__lanes">
            {area.lanes.map((lane) => (
              <LaneCard key={lane.id} lane={lane} view={views[lane.id] ?? lane.live} isMine={mine.includes(lane.id)} nowMs={nowMs} onZero={refresh} onCommunity={openCommunity} />
            ))}
          </Box>
        </Box>
      ))}
    </PageFrame>
  );
}
