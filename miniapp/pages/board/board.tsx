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

interface Section {
  readonly title: string;
  readonly isMine: boolean;
  readonly lanes: LaneSummary[];
}

/** The family's own lanes first, the others by area in the order the server gave. */
function sections(lanes: readonly LaneSummary[], mine: readonly string[]): Section[] {
  const own = lanes.filter((lane) => mine.includes(lane.id));
  const found: Section[] = own.length === 0 ? [] : [{ title: t.mine, isMine: true, lanes: own }];
  for (const lane of lanes) {
    if (own.includes(lane)) continue;
    const held = found.find((section) => !section.isMine && section.title === lane.areaName);
    if (held === undefined) found.push({ title: lane.areaName, isMine: false, lanes: [lane] });
    else held.lanes.push(lane);
  }
  return found;
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
      <Box className="board__tools">
        <Box className="board__me"><BigButton id="to-my" onPress={() => goTab('my')}>{isSignedIn ? t.myPlace : t.signIn}</BigButton></Box>
        {offered.length > 1 && (
          <Box className="chips" aria={{ role: 'radiogroup', label: t.filterBedrooms }}>
            <Chip id="filter-all" on={bedrooms === null} onPress={() => setBedrooms(null)}>{t.all}</Chip>
            {offered.map((n) => <Chip key={n} id={`filter-${n}`} on={bedrooms === n} onPress={() => setBedrooms(n)}>{bedroomLabels[n]}</Chip>)}
          </Box>
        )}
      </Box>
      {lanes === null && failure === null && <Skeleton cards={3} />}
      {lanes === null && failure !== null && <ErrorNotice title={failure.title} onRetry={refresh} />}
      {lanes?.length === 0 && <EmptyState id="board-empty" text={t.empty} />}
      {sections(shown, mine).map((section) => (
        <Box key={section.title} className="area" aria={{ role: 'region', label: section.title }}>
          <Box className="area__name" aria={{ role: 'heading', level: 2 }}>{section.title}</Box>
          <Box className="area__lanes">
            {section.lanes.map((lane) => (
              <LaneCard key={lane.id} lane={lane} view={views[lane.id] ?? lane.live} isMine={section.isMine} nowMs={nowMs} onZero={refresh} onCommunity={openCommunity} />
            ))}
          </Box>
        </Box>
      ))}
    </PageFrame>
  );
}
