/**
 * Time in a simulation. True time is what families live through, and only grows. The machine's clock shows true
 * time plus a skew that faults may change; the service sees it through its own monotonic clock (bff/jobs/clocks.ts).
 * The meter knows, in true time, when the service was down and when a lane was paused: the measure against which
 * the system's own books are held (T6).
 */

/** What is to happen, in order of true time; what is planned for one instant happens in a seeded order. */
export class Agenda {
  private readonly heap: { readonly atMs: number; readonly tie: number; readonly act: () => Promise<void> }[] = [];

  constructor(private readonly tie: () => number) {}

  get nextAtMs(): number {
    return this.heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, act: () => Promise<void>): void {
    const { heap } = this;
    let at = heap.push({ atMs, tie: this.tie(), act }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  take(): (() => Promise<void>) | null {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) {
      heap[0] = last;
      for (let at = 0; ;) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && this.before(child, least)) least = child;
        if (least === at) break;
        this.swap(at, least);
        at = least;
      }
    }
    return first.act;
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a]!, this.heap[b]!];
    return x.atMs < y.atMs || (x.atMs === y.atMs && x.tie < y.tie);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}

interface Span {
  readonly fromMs: number;
  toMs: number;
}

export class VirtualTime {
  private skewMs = 0;
  private readonly waits: { readonly atMs: number; readonly ms: number }[] = [];
  private readonly down: Span[] = [];
  private readonly paused = new Map<string, Span[]>();
  private readonly incidents: (Span & { readonly kind: 'outage' | 'clock' })[] = [];

  constructor(public trueMs: number, private readonly outageThresholdMs: number) {}

  /** The machine's clock, as `Date.now` would read it. */
  readonly read = (): number => this.trueMs + this.skewMs;

  get skew(): number {
    return this.skewMs;
  }

  setSkew(skewMs: number): void {
    // Set back, the service's clock stands still until the machine's has caught up.
    const standsMs = Math.max(0, this.skewMs - skewMs);
    this.skewMs = skewMs;
    this.incidents.push({ fromMs: this.trueMs, toMs: this.trueMs + standsMs, kind: 'clock' });
  }

  /** A slow answer from outside holds up whoever waits for it. */
  wait(ms: number): void {
    this.trueMs += ms;
    this.waits.push({ atMs: this.trueMs, ms });
  }

  /** How long answers from outside were waited for since. */
  waitedSince(fromMs: number): number {
    let sum = 0;
    for (let i = this.waits.length - 1; i >= 0 && this.waits[i]!.atMs >= fromMs; i -= 1) sum += this.waits[i]!.ms;
    return sum;
  }

  /** When the machine's clock will show this, if nobody touches it. */
  trueTimeOf(systemMs: number): number {
    return Math.max(this.trueMs, systemMs - this.skewMs);
  }

  serviceDown(): void {
    this.incidents.push({ fromMs: this.trueMs, toMs: this.trueMs, kind: 'outage' });
    this.down.push({ fromMs: this.trueMs, toMs: Number.POSITIVE_INFINITY });
  }

  serviceUp(): void {
    const last = this.down.at(-1);
    if (last === undefined || last.toMs !== Number.POSITIVE_INFINITY) return;
    last.toMs = this.trueMs;
    // T6: a gap shorter than the threshold is none; families bear it.
    if (last.toMs - last.fromMs < this.outageThresholdMs) this.down.pop();
  }

  lanePaused(laneId: string): void {
    const spans = this.paused.get(laneId) ?? [];
    spans.push({ fromMs: this.trueMs, toMs: Number.POSITIVE_INFINITY });
    this.paused.set(laneId, spans);
  }

  laneResumed(laneId: string): void {
    const last = this.paused.get(laneId)?.at(-1);
    if (last !== undefined) last.toMs = this.trueMs;
  }

  /** How much of from…to a family of the lane could act in. */
  usableMs(laneId: string, fromMs: number, toMs: number): number {
    const lost: Span[] = [];
    for (const spans of [this.down, this.paused.get(laneId) ?? []]) {
      for (let i = spans.length - 1; i >= 0 && spans[i]!.toMs > fromMs; i -= 1) {
        if (spans[i]!.fromMs < toMs) lost.push({ fromMs: Math.max(fromMs, spans[i]!.fromMs), toMs: Math.min(toMs, spans[i]!.toMs) });
      }
    }
    lost.sort((a, b) => a.fromMs - b.fromMs);
    let usable = toMs - fromMs;
    let coveredTo = fromMs;
    for (const span of lost) {
      usable -= Math.max(0, span.toMs - Math.max(coveredTo, span.fromMs));
      coveredTo = Math.max(coveredTo, span.toMs);
    }
    return usable;
  }

  /** How many incidents of a kind fell into from…to, with a little before. */
  incidentsIn(kind: 'outage' | 'clock', fromMs: number, toMs: number): number {
    return this.incidents.filter((incident) => incident.kind === kind && incident.toMs >= fromMs - 60_000 && incident.fromMs <= toMs).length;
  }
}
