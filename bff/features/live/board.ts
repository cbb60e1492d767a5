/**
 * Keeps the last live view of every lane, ready to send: thousands look at the same few lanes. A view is
 * rebuilt when the lane changed here, or when it is older than `maxAgeMs` on a store others write to as well.
 */
import type { Clock } from '../../../shared/clock';
import type { LaneSummary, LiveView } from '../../../shared/contract/schemas';
import type { Store } from '../../store/port';
import { readLiveView } from './live-view';

interface Kept {
  readonly view: LiveView;
  /** The view as JSON, open at the end, to which `serverNowMs` is added at sending. */
  readonly json: string;
  readonly readAtMs: number;
}

export class LiveBoard {
  private readonly kept = new Map<string, Kept>();
  private readonly reading = new Map<string, Promise<Kept | null>>();
  private changes = 0;

  constructor(private readonly store: Store, private readonly clock: Clock, private readonly maxAgeMs: number) {}

  /** A lane's view with the server's time of this call; null when there is no such lane. */
  async view(laneId: string): Promise<LiveView | null> {
    const kept = await this.current(laneId);
    return kept === null ? null : { ...kept.view, serverNowMs: this.clock.now() };
  }

  /** The same as JSON text. */
  async json(laneId: string): Promise<string | null> {
    const kept = this.fresh(laneId) ?? (await this.current(laneId));
    return kept === null ? null : `${kept.json},"serverNowMs":${this.clock.now()}}`;
  }

  /** Every lane with its view, by area and bedrooms. */
  async lanes(): Promise<LaneSummary[]> {
    const lanes = await this.store.read((tx) => tx.lanes.find({}, { sort: [['areaCode', 'asc'], ['bedrooms', 'asc']] }));
    const summaries = await Promise.all(lanes.map(async ({ id, areaName, bedrooms }) => ({ id, areaName, bedrooms, live: await this.view(id) })));
    return summaries.filter((summary): summary is LaneSummary => summary.live !== null);
  }

  /** Forgets a lane's view; the next look reads it anew. */
  changed(laneId: string): void {
    this.changes += 1;
    this.kept.delete(laneId);
    this.reading.delete(laneId);
  }

  private fresh(laneId: string): Kept | null {
    const kept = this.kept.get(laneId);
    return kept !== undefined && Math.abs(this.clock.now() - kept.readAtMs) <= this.maxAgeMs ? kept : null;
  }

  private async current(laneId: string): Promise<Kept | null> {
    const kept = this.fresh(laneId);
    if (kept !== null) return kept;
    const underWay = this.reading.get(laneId);
    if (underWay !== undefined) return underWay;
    const reading = this.read(laneId);
    this.reading.set(laneId, reading);
    try {
      return await reading;
    } finally {
      if (this.reading.get(laneId) === reading) this.reading.delete(laneId);
    }
  }

  private async read(laneId: string): Promise<Kept | null> {
    const before = this.changes;
    const readAtMs = this.clock.now();
    const view = await this.store.read(async (tx) => {
      const lane = await tx.lanes.get(laneId);
      return lane === null ? null : readLiveView(tx, lane, readAtMs);
    });
    if (view === null) return null;
    const { serverNowMs: _left, ...rest } = view;
    const kept = { view, json: JSON.stringify(rest).slice(0, -1), readAtMs };
    // Something changed while we read: what we have may be of before, so it is used once but not kept.
    if (before === this.changes) this.kept.set(laneId, kept);
    return kept;
  }
}
