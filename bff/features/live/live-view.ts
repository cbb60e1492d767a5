/** The public state of a lane, derived from what is stored. No personal data, no ticking. */
import type { LiveView } from '../../../shared/contract/schemas';
import { listingStates, type Lane } from '../../store/collections';
import { laneStream } from '../../store/ledger';
import type { Tx } from '../../store/port';

const NEXT_SHOWN = 5;
const RECENT_SHOWN = 6;

/** Builds a lane's live view from one snapshot. */
export async function readLiveView(tx: Tx, lane: Lane, nowMs: number): Promise<LiveView> {
  const head = await tx.ledgerHeads.get(laneStream(lane.id));
  const turn = lane.openTurnId === null ? null : await tx.turns.get(lane.openTurnId);
  // Every state named: an index then counts by community without looking at each home.
  const [communities, homes, free] = [
    await tx.communities.find({ areaCode: lane.areaCode }, { sort: [['name', 'asc']] }),
    await tx.listings.countBy('communityId', { laneId: lane.id, state: { in: listingStates } }),
    await tx.listings.countBy('communityId', { laneId: lane.id, state: 'available' }),
  ];
  const shown = communities.filter((community) => homes.has(community.id));
  const next = await tx.tickets.find({ laneId: lane.id, state: 'queued' }, { sort: [['tier', 'asc'], ['queueNumber', 'asc']], limit: NEXT_SHOWN });
  const ended = await tx.turns.find({ laneId: lane.id, isOpen: false }, { sort: [['openedAtMs', 'desc']], limit: RECENT_SHOWN });
  return {
    laneId: lane.id, seq: head?.seq ?? 0, serverNowMs: nowMs, state: lane.state, pausedAtMs: lane.pausedAtMs,
    turn: turn === null ? null : { group: turn.group, queueNumber: turn.queueNumber, openedAtMs: turn.openedAtMs, deadlineMs: turn.deadlineMs },
    remaining: [...free.values()].reduce((sum, n) => sum + n, 0),
    communities: shown.map((community) => ({ communityId: community.id, name: community.name, remaining: free.get(community.id) ?? 0 })),
    waiting: await tx.tickets.count({ laneId: lane.id, state: 'queued' }),
    next: next.map(({ group, queueNumber }) => ({ group, queueNumber })),
    recent: ended.map((t) => ({ group: t.group, queueNumber: t.queueNumber, outcome: t.state as 'picked' | 'passed' | 'missed' | 'deferred', endedAtMs: t.endedAtMs ?? t.openedAtMs })),
  };
}
