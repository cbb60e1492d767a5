/**
 * Keeps live views current for one page: a socket where there is one, polite polling where there is none or
 * while it is down. In weapp's main package there is none (the socket library lives in the selection
 * sub-package): the board polls every five seconds and stops when it is hidden.
 */
import type { LiveView } from '@shared/contract/schemas';
import { judgePush, judgeSnapshot, place, type Verdict, type Views } from './live-view';

/** A socket, as far as a feed needs to know. */
export interface LiveChannel {
  close(): void;
}
export interface ChannelEvents {
  /** (Re)connected and watching; the server's current views of the lanes. */
  up(views: readonly LiveView[]): void;
  down(): void;
  pushed(view: LiveView): void;
}
export type OpenChannel = (laneIds: readonly string[], events: ChannelEvents) => Promise<LiveChannel>;

export interface FeedOptions {
  /** Fetches the snapshots; null when the network failed. */
  readonly fetchSnapshots: () => Promise<readonly LiveView[] | null>;
  readonly openChannel?: OpenChannel;
  readonly onViews: (views: Views) => void;
  readonly onReach?: (isReached: boolean) => void;
  readonly onServerNow?: (serverNowMs: number) => void;
  readonly pollMs?: number;
  /** Spreads the fetches of everybody who saw the same gap. */
  readonly jitterMs?: () => number;
}

const POLL_MS = 5_000;

/** One page's live views, from `start` to `stop`. */
export class LiveFeed {
  private views: Views = {};
  private channel: LiveChannel | null = null;
  private isUp = false;
  private isRunning = false;
  private isFetching = false;
  private run = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: FeedOptions) {}

  /** Page shown: fetch at once, then open the channel for the lanes the snapshot named. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    const run = ++this.run;
    await this.refresh();
    if (run === this.run && this.isRunning) await this.openChannel(run);
  }

  /** Page hidden: nothing of ours may keep the radio awake. */
  stop(): void {
    this.isRunning = false;
    this.run += 1;
    clearTimeout(this.timer);
    this.channel?.close();
    this.channel = null;
    this.isUp = false;
  }

  /** Fetches the snapshots now, and plans the next poll. */
  async refresh(): Promise<void> {
    if (!this.isRunning || this.isFetching) return;
    const run = this.run;
    clearTimeout(this.timer);
    this.isFetching = true;
    const fetched = await this.options.fetchSnapshots();
    this.isFetching = false;
    if (!this.isRunning) return;
    if (run !== this.run) return void this.refresh(); // stopped and started meanwhile: that start was refused above
    this.options.onReach?.(fetched !== null || this.isUp);
    for (const view of fetched ?? []) this.take(view, judgeSnapshot(this.views[view.laneId], view), 'snapshot');
    this.plan();
  }

  private plan(delayMs = this.options.pollMs ?? POLL_MS): void {
    clearTimeout(this.timer);
    if (this.isRunning && !this.isUp) this.timer = setTimeout(() => void this.refresh(), delayMs);
  }

  private take(view: LiveView, verdict: Verdict, via: 'push' | 'snapshot'): void {
    if (verdict === 'drop') return;
    this.views = place(this.views, view, via);
    this.options.onViews(this.views);
  }

  private async openChannel(run: number): Promise<void> {
    const laneIds = Object.keys(this.views);
    if (this.options.openChannel === undefined || laneIds.length === 0) return;
    const isCurrent = () => this.isRunning && run === this.run;
    const channel = await this.options.openChannel(laneIds, {
      up: (views) => {
        if (!isCurrent()) return;
        this.isUp = true;
        clearTimeout(this.timer);
        this.options.onReach?.(true);
        for (const view of views) this.take(view, judgeSnapshot(this.views[view.laneId], view), 'snapshot');
      },
      down: () => {
        if (!isCurrent()) return;
        this.isUp = false;
        this.plan();
      },
      pushed: (view) => {
        if (!isCurrent()) return;
        this.options.onServerNow?.(view.serverNowMs);
        const verdict = judgePush(this.views[view.laneId], view);
        this.take(view, verdict, 'push');
        if (verdict === 'resync') this.resyncSoon();
      },
    }).catch(() => null); // the library did not load: polling goes on
    if (channel === null) return;
    if (isCurrent()) this.channel = channel;
    else channel.close();
  }

  private resyncSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), (this.options.jitterMs ?? (() => Math.random() * 3_000))());
  }
}
