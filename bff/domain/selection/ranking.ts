/**
 * Q9: what a family may do with its ranking of homes. Pure. What comes of it at the deadline is decided where the
 * turn is (decide.ts); here only the ranking itself changes hands.
 */
import type { Listing, Ranking, Ticket } from '../../store/collections';
import type { Assisted } from './selection';

export interface RankingView {
  readonly ticket: Ticket;
  readonly ranking: Ranking | null;
  /** Whether the rules this number is under offer it: those of its running turn, else those in force. */
  readonly offered: boolean;
  readonly maxHomes: number;
  /** The wording a consent must name. */
  readonly wording: number;
}

export type RankingCommand =
  /** Replaces the order; a consent given to another order ends with it. At a service window the consent comes with it (Q10). */
  | { readonly type: 'RankHomes'; readonly homes: readonly RankedHome[]; readonly consent: { readonly wording: number; readonly assisted: Assisted } | null }
  /** Consent to the order as it stands in `version`. */
  | { readonly type: 'AgreeToRanking'; readonly version: number; readonly wording: number }
  | { readonly type: 'RevokeRanking' };

export interface RankedHome {
  readonly id: string;
  /** Null: there is no such home. */
  readonly listing: Listing | null;
}

export type RankingRefusal =
  | 'RANKING_NOT_OFFERED' | 'NOT_CALLED_UP' | 'ALREADY_PICKED' | 'TURN_OVER' | 'NUMBER_NOT_WAITING'
  | 'RANKING_TOO_LONG' | 'HOME_NOT_IN_LANE' | 'HOME_NOT_AVAILABLE' | 'RANKING_EMPTY' | 'REQUEST_IN_CONFLICT' | 'CONSENT_WORDING_CHANGED' | 'ALREADY_DONE';

/** What the ranking becomes. */
export type RankingOutcome = { readonly refusal: RankingRefusal } | { readonly refusal: null } & Pick<Ranking, 'listingIds' | 'rankedAtMs' | 'agreed'>;

/** Judges a command at `nowMs`; time is settled before (a deadline that has passed left the ticket picked, missed or deferred). */
export function decideRanking(view: RankingView, command: RankingCommand, nowMs: number): RankingOutcome {
  const { ticket, ranking } = view;
  const over = whyNotOpen(ticket);
  if (over !== null) return { refusal: over };
  // A consent can be taken back whatever has become of the offer.
  if (command.type === 'RevokeRanking') return ranking?.agreed == null ? { refusal: 'ALREADY_DONE' } : { refusal: null, listingIds: ranking.listingIds, rankedAtMs: ranking.rankedAtMs, agreed: null };
  if (!view.offered) return { refusal: 'RANKING_NOT_OFFERED' };
  if (command.type === 'RankHomes') {
    const { homes, consent } = command;
    const refusal = judgeHomes(view, homes) ?? (consent === null ? null : judgeConsent(view, consent.wording, homes.length));
    if (refusal !== null) return { refusal };
    return { refusal, listingIds: homes.map(({ id }) => id), rankedAtMs: nowMs, agreed: consent === null ? null : { atMs: nowMs, ...consent } };
  }
  if (ranking === null) return { refusal: 'RANKING_EMPTY' };
  // Consent is to the order that was looked at, in the words that were read.
  const refusal = judgeConsent(view, command.wording, ranking.listingIds.length) ?? (command.version === ranking.version ? null : 'REQUEST_IN_CONFLICT');
  if (refusal !== null) return { refusal };
  return { refusal, listingIds: ranking.listingIds, rankedAtMs: ranking.rankedAtMs, agreed: { atMs: nowMs, wording: command.wording, assisted: null } };
}

function judgeConsent({ wording }: RankingView, agreedTo: number, homes: number): RankingRefusal | null {
  if (homes === 0) return 'RANKING_EMPTY';
  return agreedTo === wording ? null : 'CONSENT_WORDING_CHANGED';
}

/** Q2: only who was called up has seen the homes; and only until its turn is over. */
function whyNotOpen(ticket: Ticket): RankingRefusal | null {
  switch (ticket.state) {
    case 'onTurn': return null;
    case 'queued': return ticket.calledUpAtMs === null ? 'NOT_CALLED_UP' : null;
    case 'publicised': return 'NOT_CALLED_UP';
    case 'picked': return 'ALREADY_PICKED';
    case 'missed': return 'TURN_OVER';
    case 'renewing':
    case 'forfeited':
    case 'void': return 'NUMBER_NOT_WAITING';
  }
}

/** A home that went since it was ranked may stay in the order: it is skipped at the deadline, and may come back (L4). */
function judgeHomes({ ticket, ranking, maxHomes }: RankingView, homes: readonly RankedHome[]): RankingRefusal | null {
  if (homes.length > maxHomes) return 'RANKING_TOO_LONG';
  for (const { id, listing } of homes) {
    if (listing === null || listing.laneId !== ticket.laneId) return 'HOME_NOT_IN_LANE';
    if (listing.state !== 'available' && !(ranking?.listingIds ?? []).includes(id)) return 'HOME_NOT_AVAILABLE';
  }
  return null;
}
