/** What the selection pages share: the family's place, its lane live, and the homes it may choose from. */
import { useEffect, useRef, useState } from 'react';
import type { Home, HomeList, LiveView, MyPlace } from '@shared/contract/schemas';
import { call, type Failure } from '@/services/http';
import { openFamilyChannel, openLiveChannel } from '@/services/socket-channel';
import { useAnswer } from '@/services/use-answer';
import { useLane } from '@/services/use-lane';
import { useMe } from '@/services/use-me';
import { differences } from './home-filter';

export interface Selection {
  readonly place: MyPlace | null;
  readonly applicantMasked: string;
  readonly lane: LiveView | null;
  readonly homes: readonly Home[] | null;
  readonly failure: Failure | null;
  /** Homes that left the list while the family was looking. */
  readonly gone: readonly Home[];
  readonly canPick: boolean;
  readonly reload: () => Promise<void>;
}

/** Everything live: a home somebody takes leaves the list within a second. */
export function useSelection(ticketId: string): Selection {
  const me = useMe(openFamilyChannel);
  const household = me.data?.households.find((one) => one.places.some((place) => place.ticketId === ticketId));
  const place = household?.places.find((one) => one.ticketId === ticketId) ?? null;
  const { view: lane, refresh: refreshLane } = useLane(place?.laneId ?? null, openLiveChannel);
  const list = useAnswer<HomeList>(() => call('listMyHomes', { params: { ticketId } }), ticketId);
  const gone = useGone(list.data?.homes ?? null);

  // The lane moved past what our list was made from.
  const isListOld = lane !== null && list.data !== null && lane.seq > list.data.seq;
  const laneSeq = lane?.seq ?? 0;
  const { reload: reloadList } = list;
  const { reload: reloadMe } = me;
  useEffect(() => {
    if (!isListOld) return;
    void reloadList();
    void reloadMe();
  }, [isListOld, laneSeq, reloadList, reloadMe]);

  const isMyTurnOver = lane !== null && place?.state === 'onTurn' && lane.turn !== null && (lane.turn.queueNumber !== place.queueNumber || lane.turn.group !== place.group);
  return {
    place,
    applicantMasked: household?.applicantMasked ?? '',
    lane,
    homes: list.data?.homes.filter((home) => home.state === 'available') ?? null,
    failure: list.failure ?? me.failure,
    gone,
    canPick: place?.state === 'onTurn' && lane?.state !== 'paused' && !isMyTurnOver,
    reload: async () => { await Promise.all([reloadList(), reloadMe(), refreshLane()]); },
  };
}

function useGone(homes: readonly Home[] | null): readonly Home[] {
  const before = useRef<readonly Home[] | null>(null);
  const [gone, setGone] = useState<readonly Home[]>([]);
  useEffect(() => {
    if (homes === null) return;
    if (before.current !== null) {
      const left = differences(before.current, homes).gone;
      if (left.length > 0) setGone(left);
    }
    before.current = homes;
  }, [homes]);
  return gone;
}
