/**
 * The life of each household as an onlooker writes it down: from the ledger, from what the simulated people did and
 * were answered, and from the rules as written. No document of the system is read here and no rule is borrowed.
 */
import type { CityTicket } from '../city';
import { dayNumber, effectOf, midnight } from '../days';
import type { Household } from './people';

/** The periods of Ganzhou's rules, in days, written down once more. */
export const periods = {
  reviewList: 7, supplement: 30, draft: 90, numbers: 3, toContinue: 3, continuation: 3, result: 5, download: 3, lease: 30, leaseReminder: 7, leaseEntry: 3, untoldHold: 30, forfeitsToBar: 3, barYears: 2,
} as const;

/** T6: an outage shorter than this takes nothing from a period of days, unless the period ended in it. */
export const SHORT_OUTAGE_MS = 3_600_000;

export type ApplicationState = 'draft' | 'levelOne' | 'supplementOne' | 'firstPublicity' | 'levelTwo' | 'supplementTwo' | 'secondPublicity' | 'eligible' | 'rejected' | 'withdrawn' | 'expired';

/** T2: something shown to everybody for some days, that takes effect afterwards. */
export interface Shown {
  readonly kind: 'firstReview' | 'secondReview' | 'numbers' | 'continuation' | 'result';
  readonly firstDay: number;
  readonly effectMs: number;
}

export interface ApplicationBook {
  readonly id: string;
  readonly case: Case;
  state: ApplicationState;
  /** Of the first submission (V1). */
  submittedAtMs: number;
  receipt: number;
  order: number;
  /** When a supplement is too late; Infinity where nobody is waited for. And since when it is waited for. */
  dueMs: number;
  sentBackAtMs: number;
  shown: Shown | null;
  /** How many lists it has been in: an objection names its place in one of them. */
  round: number;
}

/** G4: somebody who takes part in the batch of `day`. */
export interface Candidate {
  readonly case: Case;
  readonly group: string;
  readonly rank: number;
  readonly submittedAtMs: number;
  /** What breaks ties: submissions and requests in the order they were committed. */
  readonly order: number;
  readonly day: number;
  readonly kind: 'new' | 'continue' | 'adjust' | 'fromSubsidy';
  readonly previous: CityTicket | null;
}

/** M1. */
export interface MissBook {
  readonly ticket: CityTicket;
  readonly missedAtMs: number;
  untilMs: number;
  state: 'open' | 'asked' | 'settled';
  requestedAtMs: number;
  order: number;
  shown: Shown | null;
}

export interface RequestBook {
  readonly id: string;
  readonly kind: 'adjust' | 'toSubsidy' | 'fromSubsidy';
  readonly group: string | null;
  readonly ticket: CityTicket | null;
  readonly requestedAtMs: number;
  readonly order: number;
}

export type AllocationState = 'publicised' | 'qualified' | 'inDoubt' | 'leased' | 'forfeited' | 'cancelled' | 'rejected';

export interface AllocationBook {
  readonly id: string;
  readonly case: Case;
  readonly ticket: CityTicket;
  readonly listingId: string;
  readonly shown: Shown;
  state: AllocationState;
  noticeNumber: string;
  downloadByMs: number;
  leaseByMs: number;
  isDownloaded: boolean;
  isReminded: boolean;
  qualifiedAtMs: number;
  isLeaseReminded: boolean;
  /** Until when a lease signed in time may be entered; null while the time to sign runs. */
  entryByMs: number | null;
  /** Q8: its notice's message reached nobody, and it has not been heard of since. */
  isUntold: boolean;
  areOriginalsChecked: boolean;
  doubt: 'ineligible' | 'documentsRefused' | null;
  doubtSinceMs: number;
}

/** One household of the system: a family that comes back after losing its case is a new one. */
export interface Case {
  /** Empty until its application was handed in. */
  id: string;
  readonly household: Household;
  /** V3: while it is open, its people may be in no other. */
  isOpen: boolean;
  /** G3: what counts as priority: won with the roll, or confirmed by its reviewers. */
  priority: string | null;
  application: ApplicationBook | null;
  /** The number it has now, or had last. */
  ticket: CityTicket | null;
  candidate: Candidate | null;
  miss: MissBook | null;
  request: RequestBook | null;
  hasSubsidy: boolean;
  allocation: AllocationBook | null;
}

export interface Bar {
  /** As the ledger names it; null where it does not (F2). */
  readonly id: string | null;
  readonly fromMs: number;
  /** Exclusive; Infinity: until lifted. */
  readonly untilMs: number;
  readonly cause: 'forfeits' | 'blacklist';
  isLifted: boolean;
}

export interface ObjectionBook {
  readonly id: string;
  readonly publicityId: string;
  readonly subjectId: string;
  state: 'open' | 'upheld' | 'dismissed';
  decidedAtMs: number;
}

export class Books {
  readonly cases = new Map<string, Case>();
  readonly applications = new Map<string, ApplicationBook>();
  readonly allocations = new Map<string, AllocationBook>();
  readonly requests = new Map<string, Case>();
  readonly objections = new Map<string, ObjectionBook>();
  /** V3: who is in which open case, by identity number. */
  readonly openCaseOf = new Map<string, Case>();
  /** F1, F2: batches given up in a row, and bars, by identity number. */
  readonly forfeitsInRow = new Map<string, number>();
  readonly bars = new Map<string, Bar[]>();
  /** G4: who waits for a number. */
  readonly candidates = new Set<Candidate>();
  /** T6: whom an outage takes time from: open misses, and supplements that are waited for. */
  readonly openMisses = new Set<Case>();
  readonly openSupplements = new Set<Case>();
  readonly counts = {
    applications: 0, rejections: 0, sentBack: 0, objections: 0, upheld: 0, batches: 0, publicities: 0, continues: 0, adjustments: 0, conversions: 0, left: 0, forfeits: 0, bars: 0, blacklisted: 0,
    qualified: 0, leases: 0, homesReturned: 0, vacated: 0, seals: 0, proofs: 0, refusals: 0,
  };
  private orders = 0;
  private readonly ofSubject = new Map<string, ObjectionBook[]>();
  private readonly shownKeys = new Set<string>();

  /** The next in the order of commits. */
  nextOrder(): number {
    this.orders += 1;
    return this.orders;
  }

  open(id: string, household: Household, priority: string | null): Case {
    const opened: Case = { id, household, isOpen: true, priority, application: null, ticket: null, candidate: null, miss: null, request: null, hasSubsidy: false, allocation: null };
    if (id !== '') this.cases.set(id, opened);
    return opened;
  }

  /** T2. Lists of one kind, place and day are one publicity. */
  show(kind: Shown['kind'], scope: string, firstDay: number, days: number): Shown {
    const key = `${kind} ${scope} ${firstDay}`;
    if (!this.shownKeys.has(key)) this.counts.publicities += 1;
    this.shownKeys.add(key);
    return { kind, firstDay, effectMs: effectOf(firstDay, days) };
  }

  raise(objection: ObjectionBook): void {
    this.objections.set(objection.id, objection);
    this.ofSubject.set(objection.subjectId, [...(this.ofSubject.get(objection.subjectId) ?? []), objection]);
    this.counts.objections += 1;
  }

  /** Objections to something that was shown: a subject is in one publicity of a kind. */
  against(shown: Shown, subjectId: string): readonly ObjectionBook[] {
    return (this.ofSubject.get(subjectId) ?? []).filter(({ publicityId }) => publicityId.startsWith(`publicity-${shown.kind}-`));
  }

  isContested(shown: Shown, subjectId: string): boolean {
    return this.against(shown, subjectId).some(({ state }) => state !== 'dismissed');
  }

  isOpenlyContested(subjectId: string): boolean {
    return (this.ofSubject.get(subjectId) ?? []).some(({ state }) => state === 'open');
  }

  /** F2: whether somebody of the household may not apply at this instant. */
  isBarred(household: Household, atMs: number): boolean {
    return household.people.some(({ identity }) => (this.bars.get(identity) ?? []).some(({ isLifted, untilMs }) => !isLifted && atMs < untilMs));
  }

  /** G3, G4: eligible from this instant on, it takes part in the first batch whose day begins later. */
  offer(candidate: Omit<Candidate, 'day'>, eligibleFromMs: number): void {
    const offered = { ...candidate, day: dayNumber(eligibleFromMs) + 1 };
    this.candidates.add(offered);
    candidate.case.candidate = offered;
  }

  withdraw(of: Case): void {
    if (of.candidate !== null) this.candidates.delete(of.candidate);
    of.candidate = null;
  }

  /** G3. */
  inOrder(group: string, day: number): Candidate[] {
    return [...this.candidates].filter((one) => one.group === group && one.day === day).sort((a, b) => a.rank - b.rank || a.submittedAtMs - b.submittedAtMs || a.order - b.order);
  }

  close(of: Case): void {
    of.isOpen = false;
    // W2, W3: nobody need decide a request of a case that is over.
    of.request = null;
    this.openMisses.delete(of);
    this.openSupplements.delete(of);
    for (const { identity } of of.household.people) if (this.openCaseOf.get(identity) === of) this.openCaseOf.delete(identity);
  }
}

/** G3: priority households of a publicRental group come first; lowRent groups know no priority. */
export const rankOf = (group: string, priority: string | null): number => (group.startsWith('publicRental') && priority === null ? 1 : 0);
export const subjectOf = ({ id, round }: ApplicationBook): string => `${id}.${round}`;
/** The instant before a list takes effect: whoever it makes eligible takes part in the batch of that very day (G4). */
export const justBefore = (shown: Shown): number => Math.max(shown.effectMs, midnight(shown.firstDay)) - 1;
