/** 楼盘表 of one community; without one, the list of communities to choose from. */
import { useState } from 'react';
import { useRouter } from '@tarojs/taro';
import type { Home } from '@shared/contract/schemas';
import { bedroomClasses, bedroomLabels, listingStateLabels } from '@shared/lane';
import { Box } from '@/components/Box';
import { Fact, HomeFacts } from '@/components/HomeFacts';
import { EmptyState, ErrorNotice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { Chip } from '@/components/Press';
import { Sheet } from '@/components/Sheet';
import { UnitLegend, UnitTable } from '@/components/UnitTable';
import { call } from '@/services/http';
import { useAnswer } from '@/services/use-answer';
import { useFrame } from '@/services/use-frame';
import { texts } from '@/texts';
import { doorOf } from '@/wording';

const t = texts.community;

export default function CommunityPage() {
  const frame = useFrame();
  const { params } = useRouter();
  const communityId = params.id ?? '';
  const { data, failure, reload } = useAnswer(() => call('getUnitTable', { params: { communityId } }), communityId);
  const [bedrooms, setBedrooms] = useState<number | null>(params.bedrooms === undefined ? null : Number(params.bedrooms));
  const [open, setOpen] = useState<Home | null>(null);

  const homes = data?.homes ?? [];
  const shown = homes.filter((home) => bedrooms === null || home.bedrooms === bedrooms);
  const offered = bedroomClasses.filter((n) => homes.some((home) => home.bedrooms === n));
  return (
    <PageFrame frame={frame} title={data?.community.name ?? t.title} lead={data === null ? undefined : `${data.community.district} · ${t.lead}`}>
      {data === null && failure === null && <Skeleton />}
      {data === null && failure !== null && <ErrorNotice title={failure.title} onRetry={() => void reload()} />}
      {data !== null && homes.length === 0 && <EmptyState id="community-empty" text={t.none} />}
      {homes.length > 0 && (
        <>
          <Box className="chips" aria={{ role: 'radiogroup', label: t.filter }}>
            <Chip id="filter-all" on={bedrooms === null} onPress={() => setBedrooms(null)}>{t.all}</Chip>
            {offered.map((n) => <Chip key={n} id={`filter-${n}`} on={bedrooms === n} onPress={() => setBedrooms(n)}>{bedroomLabels[n]}</Chip>)}
          </Box>
          <UnitLegend />
          {shown.length === 0 ? <EmptyState text={t.noneFiltered} /> : <UnitTable homes={shown} onDoor={setOpen} />}
        </>
      )}
      {open !== null && (
        <Sheet id="door-sheet" title={doorOf(open)} onClose={() => setOpen(null)}>
          <Box className="facts"><Fact label={t.state} value={listingStateLabels[open.state]} strong /></Box>
          <HomeFacts home={open} />
        </Sheet>
      )}
    </PageFrame>
  );
}
