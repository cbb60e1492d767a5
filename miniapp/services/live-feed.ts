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
  private isOpening = false;
  private isUp = false;
  private isRunning = false;
  private inFlight: Promise<void> | null = null;
  private run = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: FeedOptions) {}

  /** Page shown: fetch at once; the channel is opened for the lanes the snapshot names. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.run += 1;
    await this.refresh();
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

  /** Fetches the snapshots now, or joins the fetch under way, and plans the next poll. */
  async refresh(): Promise<void> {
    if (!this.isRunning) return;
    this.inFlight ??= this.fetchOnce().finally(() => { this.inFlight = null; });
    await this.inFlight;
  }

  private async fetchOnce(): Promise<void> {
    clearTimeout(this.timer);
    const fetched = await this.options.fetchSnapshots();
    if (!this.isRunning) return;
    this.options.onReach?.(fetched !== null || this.isUp);
    for (const view of fetched ?? []) this.take(view, judgeSnapshot(this.views[view.laneId], view));
    this.plan();
    if (this.channel === null && !this.isOpening) void this.openChannel(this.run);
  }

  private plan(delayMs = this.options.pollMs ?? POLL_MS): void {
    clearTimeout(this.timer);
    if (this.isRunning && !this.isUp) this.timer = setTimeout(() => void this.refresh(), delayMs);
  }

  private take(view: LiveView, verdict: Verdict): void {
    if (verdict === 'drop') return;
    this.views = place(this.views, view);
    this.options.onViews(this.views);
  }

  private async openChannel(run: number): Promise<void> {
    const laneIds = Object.keys(this.views);
    if (this.options.openChannel === undefined || laneIds.length === 0) return;
    this.isOpening = true;
    const isCurrent = () => this.isRunning && run === this.run;
    const channel = await this.options.openChannel(laneIds, {
      up: (views) => {
        if (!isCurrent()) return;
        this.isUp = true;
        clearTimeout(this.timer);
        this.options.onReach?.(true);
        for (const view of views) this.take(view, judgeSnapshot(this.views[view.laneId], view));
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
        this.take(view, verdict);
        if (verdict === 'resync') this.resyncSoon();
      },
    }).catch(() => null); // the library did not load: polling goes on
    this.isOpening = false;
    if (channel === null) return;
    if (isCurrent()) {
      this.channel = channel;
      return;
    }
    channel.close();
    // Hidden and shown again while it was opening: that start found us busy.
    if (this.isRunning) void this.openChannel(this.run);
  }

  private resyncSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), (this.options.jitterMs ?? (() => Math.random() * 3_000))());
  }
}
