/**
 * The city as an onlooker reconstructs it from the ledger and from what the simulation itself did: the oracle's
 * memory. Nothing here is read from the system's own documents, and no rule is borrowed from its code.
 */
import type { ListingState } from '../../shared/lane';
import type { Case, Shown } from './life/books';
import type { TicketFamily } from './registers';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
const DAY = 24 * HOUR;

/** The rules of Ganzhou, written down once more (T4, T5, Q2, Q8). */
export const law = { windowStartMs: 8 * HOUR, windowEndMs: 18 * HOUR, turnMs: 4 * HOUR, maxDeferrals: 2, callUpFactor: 1.5, outageThresholdMs: 15_000 } as const;

/** Milliseconds since midnight in Shanghai. */
export const timeOfDay = (atMs: number): number => (atMs + 8 * HOUR) % DAY;
/** T4. */
export const inWindow = (atMs: number): boolean => timeOfDay(atMs) >= law.windowStartMs && timeOfDay(atMs) < law.windowEndMs;
/** The first 08:00 after this instant. */
export function nextMorning(atMs: number): number {
  const today = atMs - timeOfDay(atMs) + law.windowStartMs;
  return today > atMs ? today : today + DAY;
}

export interface CityTicket {
  readonly id: string;
  readonly family: TicketFamily;
  /** The household's case it belongs to. */
  readonly case: Case;
  readonly batchDay: string;
  /** M2: times in a row the household went on waiting after a miss to get it. */
  readonly continuations: number;
  /** G5: its publicity; null for a number of the roll. */
  readonly shown: Shown | null;
  state: 'publicised' | 'queued' | 'onTurn' | 'picked' | 'missed' | 'renewing' | 'forfeited' | 'void';
  deferrals: number;
  notBeforeMs: number;
  calledUp: boolean;
}

export type ProofKind = 'smsReceipt' | 'subscriptionMessage' | 'staffCall';

export interface CityTurn {
  readonly id: string;
  readonly ticket: CityTicket;
  readonly openedTrueMs: number;
  notifiedAtMs: number | null;
  /** True time from which the family's four hours count. */
  startTrueMs: number | null;
  deadlineMs: number | null;
  proof: ProofKind | 'none';
  movedMs: number;
  /** The deadline was set anew because a call told the family late. */
  toldLate: boolean;
  /** Since when, in true time, nothing has hindered the notification. */
  sendableSinceMs: number;
}

export interface CityLane {
  readonly id: string;
  state: 'closed' | 'open' | 'paused';
  /** Who waits or has the turn, in the order of Q1. */
  readonly queue: CityTicket[];
  readonly homes: Set<string>;
  turn: CityTurn | null;
}

export interface CityHome {
  readonly laneId: string;
  readonly district: string;
  readonly floor: number;
  state: ListingState;
  /** L1, L2: on whose desk it lies. */
  review: { readonly kind: string; readonly step: string } | null;
  /** Who picked it last. */
  holder: CityTicket | undefined;
}

/** A proof the simulation offered, and what became of the offer. */
export interface Offer {
  readonly kind: ProofKind;
  readonly atMs: number;
  /** The system said it has it. */
  acknowledged: boolean;
}

/** Everything known. */
export class City {
  readonly lanes = new Map<string, CityLane>();
  readonly tickets = new Map<string, CityTicket>();
  readonly homes = new Map<string, CityHome>();
  readonly turns = new Map<string, CityTurn>();
  readonly lastNumbers = new Map<string, number>();
  readonly offers = new Map<string, Offer[]>();
  /** Picks that came to nothing afterwards. */
  returned = 0;
  readonly counts = { turns: 0, picks: 0, passes: 0, misses: 0, deferrals: 0, entries: 0 };

  /** Numbers that still count. */
  get live(): CityTicket[] {
    return [...this.tickets.values()].filter(({ state }) => state !== 'void' && state !== 'forfeited');
  }

  lane(id: string): CityLane {
    let lane = this.lanes.get(id);
    if (lane === undefined) this.lanes.set(id, (lane = { id, state: 'closed', queue: [], homes: new Set(), turn: null }));
    return lane;
  }

  /** Q1: lowest tier, then lowest number, among those that may be called. Who is done is out of the queue. */
  head(lane: CityLane, atMs: number): CityTicket | null {
    return lane.queue.find((ticket) => ticket.state === 'queued' && ticket.notBeforeMs <= atMs) ?? null;
  }

  join(lane: CityLane, tickets: readonly CityTicket[]): void {
    lane.queue.push(...tickets);
    lane.queue.sort((a, b) => a.family.tier - b.family.tier || a.family.queueNumber - b.family.queueNumber);
  }

  offer(turnId: string, kind: ProofKind, atMs: number): Offer {
    const offer: Offer = { kind, atMs, acknowledged: false };
    this.offers.set(turnId, [...(this.offers.get(turnId) ?? []), offer]);
    return offer;
  }
}
