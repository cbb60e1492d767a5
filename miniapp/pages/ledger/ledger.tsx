/** 公开台账: every step of a lane in plain words, newest first, without a single name (S2). */
import { useState } from 'react';
import type { LaneSummary } from '@shared/contract/schemas';
import { bedroomLabels } from '@shared/lane';
import { formatMoment } from '@shared/shanghai-time';
import { Box, Words } from '@/components/Box';
import { describeEntry } from '@/components/ledger-words';
import { EmptyState, ErrorNotice, Skeleton } from '@/components/Notices';
import { PageFrame } from '@/components/PageFrame';
import { BigButton, Chip } from '@/components/Press';
import { call } from '@/services/http';
import { useAnswer } from '@/services/use-answer';
import { useFrame } from '@/services/use-frame';
import { useLedger } from '@/services/use-ledger';
import { texts } from '@/texts';

const t = texts.ledger;

export default function LedgerPage() {
  const frame = useFrame();
  const { data, failure, reload } = useAnswer(() => call('listLanes'));
  const [chosen, setChosen] = useState<LaneSummary | null>(null);
  const lanes = data?.lanes ?? [];
  const areas = Array.from(new Set(lanes.map((one) => one.areaName)));
  // A lane with something to read first.
  const lane = chosen ?? lanes.find((one) => one.live.seq > 0) ?? lanes[0] ?? null;
  return (
    <PageFrame frame={frame} title={t.title} lead={t.lead} tab="ledger">
      {data === null && failure === null && <Skeleton />}
      {data === null && failure !== null && <ErrorNotice title={failure.title} onRetry={() => void reload()} />}
      {data !== null && lanes.length === 0 && <EmptyState text={t.noStreams} />}
      {areas.length > 1 && (
        <Box className="chips" aria={{ role: 'radiogroup', label: t.pickArea }}>
          {areas.map((area) => <Chip key={area} id={`ledger-area-${areas.indexOf(area)}`} on={area === lane?.areaName} onPress={() => setChosen(lanes.find((one) => one.areaName === area && one.bedrooms === lane?.bedrooms) ?? lanes.find((one) => one.areaName === area) ?? null)}>{area}</Chip>)}
        </Box>
      )}
      <Box className="chips" aria={{ role: 'radiogroup', label: t.pickBedrooms }}>
        {lanes.filter((one) => one.areaName === lane?.areaName).map((one) => <Chip key={one.id} id={`ledger-${one.id}`} on={one.id === lane?.id} onPress={() => setChosen(one)}>{bedroomLabels[one.bedrooms]}</Chip>)}
      </Box>
      {lane !== null && <Entries key={lane.id} stream={`lane.${lane.id}`} />}
    </PageFrame>
  );
}

function Entries({ stream }: { stream: string }) {
  const { entries, failure, hasMore, isLoading, loadMore } = useLedger(stream);
  if (entries === null) return failure === null ? <Skeleton cards={1} /> : <EmptyState id="ledger-empty" text={failure.code === 'NOT_FOUND' ? t.empty : failure.title} />;
  if (entries.length === 0) return <EmptyState id="ledger-empty" text={t.empty} />;
  return (
    <Box className="card" id="ledger">
      {entries.map((entry) => (
        <Box key={entry.seq} className="ledger__entry">
          <Box className="ledger__what">{describeEntry(entry, entries)}</Box>
          <Box className="ledger__when">{formatMoment(entry.atMs)}</Box>
          <Box className="ledger__seal"><Words>{t.position(entry.seq)} · {t.sealed(entry.hash)}</Words></Box>
        </Box>
      ))}
      {hasMore && <BigButton id="ledger-more" kind="calm" busy={isLoading} onPress={() => void loadMore()}>{isLoading ? texts.common.loading : t.more}</BigButton>}
    </Box>
  );
}
