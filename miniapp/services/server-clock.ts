/**
 * The server's clock as seen from here. A phone's own clock may be minutes off, so nothing counts down by it:
 * every answer that carries `serverNowMs` is a sample, the one with the shortest round trip is believed.
 */
export interface ClockSample {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly serverNowMs: number;
}

/** After this long even the best sample is replaced: phones drift, and a slept phone may have been set. */
const SAMPLE_LIFE_MS = 10 * 60_000;
/** Beyond what a round trip explains by this much, somebody moved a clock (here, or the demonstration's). */
const JUMP_MS = 2_000;

export class ServerClock {
  private offsetMs = 0;
  private roundTripMs = Number.POSITIVE_INFINITY;
  private takenMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly localNowMs: () => number) {}

  /** Takes in one request's times. */
  sample({ sentMs, receivedMs, serverNowMs }: ClockSample): void {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs < 0) return; // the local clock was set back in between: says nothing
    const offsetMs = serverNowMs - (sentMs + receivedMs) / 2;
    const isOld = receivedMs - this.takenMs > SAMPLE_LIFE_MS || receivedMs < this.takenMs;
    // Two honest samples differ at most by half of each round trip.
    const hasJumped = Math.abs(offsetMs - this.offsetMs) > (roundTripMs + Math.min(this.roundTripMs, 60_000)) / 2 + JUMP_MS;
    if (roundTripMs <= this.roundTripMs || isOld || hasJumped) {
      this.offsetMs = offsetMs;
      this.roundTripMs = roundTripMs;
      this.takenMs = receivedMs;
    }
  }

  /**
   * A pushed `serverNowMs` has no round trip; it only proves the server is at least that far. Needed when the
   * clock leaps forward between two requests (demonstration clock).
   */
  notBefore(serverNowMs: number): void {
    const nowMs = this.localNowMs();
    if (serverNowMs - nowMs > this.offsetMs + JUMP_MS) {
      this.offsetMs = serverNowMs - nowMs;
      this.roundTripMs = Number.POSITIVE_INFINITY; // the next real sample is better
      this.takenMs = nowMs;
    }
  }

  nowMs(): number {
    return this.localNowMs() + this.offsetMs;
  }
}

/** The one clock of this client. */
export const serverClock = new ServerClock(() => Date.now());
