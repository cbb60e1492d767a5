/**
 * The reference model: what the city knows, as plain maps, and the words of an act and its answer. The rules in
 * executable form are the files beside this one; each names the rules it states (design/rules.md). Written from the
 * rules, not from the program, and with no thought for speed, storage or two clerks at once.
 */
import { areaOf, families, firstHomes, lotteryMembers, lotteryTickets, LOTTERY_DAY, people, rules, START_MS } from '../city';
import { dayOf, startOfDay, timeOfDayMs } from '../../../shared/shanghai-time';


export interface Content { readonly persons: readonly string[]; readonly tier: string; readonly bedrooms: number; /** Says it is a priority household. */ readonly claims: boolean; readonly isWhole: boolean }
export interface Application {
  family: string; state: string; content: Content | null; submitted: Content | null; receipt: number | null; submittedAtMs: number | null; /** G3: confirmed by its reviewers. */ isPriority: boolean;
  /** Of a draft or a supplement: exclusive. */ dueMs: number | null;
  /** How often it was published; an objection is against one of these rounds. */ round: number; list: string | null;
}
/** People under one case (V3): an application's, or a lottery family's. */
export interface Household { family: string; persons: readonly string[]; /** With those who left it before it ended (W6). */ ever: readonly string[]; isPriority: boolean; isOpen: boolean }
export interface Candidate { kind: string; household: string; group: string; submittedAtMs: number; receipt: number; eligibleFromMs: number; state: 'waiting' | 'numbered' | 'withdrawn' }
export interface Ticket {
  household: string; group: string; number: number; lane: string; batchDay: string; state: string; deferrals: number; notBeforeMs: number; continuations: number;
  /** The publicity of the number (G5); null: from the lottery. */ list: string | null;
}
export interface Miss { state: string; continueUntilMs: number | null; receipt: number; askedAtMs: number; list: string | null; batchDay: string; missedAtMs: number }
export interface Lane { state: 'open' | 'paused' | 'closed'; pausedAtMs: number; turn: { ticket: string; deadlineMs: number; isProven: boolean } | null }
export interface Home { district: string; lane: string; bedrooms: number; floor: number; state: string; review: { kind: string; step: string } | null; isVacated: boolean; resumeTo: string; household: string | null }
export interface Allocation {
  home: string; state: string; list: string; pickedAtMs: number; /** A3: has its notice; which of those made at one instant has which number is nowhere said. */ isNumbered: boolean; noticeDay: string | null; downloadByMs: number | null; leaseByMs: number | null; isDownloaded: boolean; isLate: boolean; isChecked: boolean;
  doubt: string | null; doubtSinceMs: number; cause: string | null;
}
export interface Request { kind: string; household: string; ticket: string | null; group: string | null; state: string; atMs: number; receipt: number }
/** A list that is or was published (T2). `members` are the subjects an objection may name. */
export interface Publicity { kind: string; district: string; firstDay: string; takesEffectMs: number; isOver: boolean }
export interface Objection { by: string; list: string; subject: string; round: number; district: string; state: 'open' | 'upheld' | 'dismissed' }
export interface Bar { cause: string; untilMs: number | null; isLifted: boolean }

export interface Model {
  nowMs: number; receipts: number; notices: number;
  readonly applications: Map<string, Application>; readonly households: Map<string, Household>; readonly publicities: Map<string, Publicity>; readonly objections: Map<string, Objection>;
  readonly candidates: Candidate[]; readonly tickets: Map<string, Ticket>; readonly lanes: Map<string, Lane>; readonly misses: Map<string, Miss>;
  readonly homes: Map<string, Home>; readonly allocations: Map<string, Allocation>; readonly requests: Map<string, Request>; readonly subsidies: { household: string; state: string }[];
  /** Forfeits in a row, and bars, by person (F1–F3). */
  readonly counts: Map<string, number>; readonly bars: { person: string; bar: Bar }[]; readonly forfeits: { household: string; batchDay: string; cause: string; persons: number }[];
}

/** One thing somebody tries. `on` and `as` name what it is about and what it makes; `stale`: on a version seen before the last change. */
export interface Act {
  readonly do: string; readonly by: string; readonly on?: string; readonly as?: string; readonly stale?: boolean; readonly content?: Content; readonly level?: 1 | 2; readonly outcome?: 'approve' | 'reject' | 'sendBack';
  readonly yes?: boolean; /** With an approval: confirms, or not, that it is a priority household. */ readonly isPriority?: boolean; readonly group?: string; readonly size?: number; readonly home?: string; readonly act?: string; readonly doubt?: string; readonly toMs?: number; readonly floor?: number; readonly bedrooms?: number;
}
/** The expected answer: granted, with what it must say; or refused, with any of the reasons that hold. */
export type Verdict = { readonly granted: Readonly<Record<string, unknown>> } | { readonly refused: readonly string[] };
export type Rule = (m: Model, act: Act) => Verdict;
export const refused = (...codes: string[]): Verdict => ({ refused: codes });

/** Grants and applies unless some reason stands against it. A stale version is one. */
export function unless(act: Act, reasons: readonly (string | false)[], apply: () => Readonly<Record<string, unknown>> | void): Verdict {
  const against = [...reasons, act.stale === true && 'REQUEST_IN_CONFLICT'].filter((reason) => reason !== false);
  return against.length > 0 ? { refused: against } : { granted: apply() ?? {} };
}

export const ticketName = (group: string, number: number): string => `${group}#${number}`;
export const today = (m: Model): string => dayOf(m.nowMs);
export const midnight = (m: Model): number => startOfDay(today(m));
/** T4. */
export const isWindowOpen = (m: Model): boolean => timeOfDayMs(m.nowMs) >= rules.windowStartMs && timeOfDayMs(m.nowMs) < rules.windowEndMs;
export const laneOf = (district: string, bedrooms: number): string => `${areaOf[district]!}-${bedrooms}`;
export const districtOf = (m: Model, household: string): string => families[m.households.get(household)!.family]!.district;
/** The family acts for its own household, and is not told of others' (P1). */
export const owns = (m: Model, by: string, household: string | undefined): boolean => household !== undefined && m.households.get(household)?.family === by;
/** Whoever is not of the household's district has nothing to decide about it (P1). */
export const NOT_YOURS = ['NOT_FOUND', 'FORBIDDEN'] as const;

/** T2: the list of a kind and district that starts today, begun with its first member. */
export function publish(m: Model, kind: string, district: string, days: number, scope = ''): string {
  const name = [kind, district, today(m), scope].join('/');
  if (!m.publicities.has(name)) m.publicities.set(name, { kind, district, firstDay: today(m), takesEffectMs: midnight(m) + days * 86_400_000, isOver: false });
  return name;
}
export const openObjections = (m: Model, list: string | null, subject: string, round = 0): Objection[] => [...m.objections.values()].filter((o) => o.list === list && o.subject === subject && o.round === round && o.state === 'open');

/** The city of `city.ts` before anybody acts. */
export function newCity(): Model {
  const m: Model = {
    nowMs: START_MS, receipts: 0, notices: 0, applications: new Map(), households: new Map(), publicities: new Map(), objections: new Map(), candidates: [], tickets: new Map(), lanes: new Map(), misses: new Map(),
    homes: new Map(), allocations: new Map(), requests: new Map(), subsidies: [], counts: new Map(Object.keys(people).map((person) => [person, 0])), bars: [], forfeits: [],
  };
  for (const area of Object.values(areaOf)) for (const bedrooms of [1, 2, 3]) m.lanes.set(`${area}-${bedrooms}`, { state: 'closed', pausedAtMs: 0, turn: null });
  for (const { home, district, bedrooms, floor } of firstHomes) m.homes.set(home, { district, lane: laneOf(district, bedrooms), bedrooms, floor, state: 'available', review: null, isVacated: false, resumeTo: 'available', household: null });
  for (const { family, group, number } of lotteryTickets) {
    m.households.set(`k-${family}`, { family, persons: lotteryMembers(family), ever: lotteryMembers(family), isPriority: families[family]!.priority !== '', isOpen: true });
    m.tickets.set(ticketName(group, number), { household: `k-${family}`, group, number, lane: laneOf(families[family]!.district, Number(group.split('-')[1])), batchDay: LOTTERY_DAY, state: 'queued', deferrals: 0, notBeforeMs: 0, continuations: 0, list: null });
  }
  return m;
}
