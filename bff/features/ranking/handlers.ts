/**
 * Q9: ranking homes, agreeing and revoking. Time is settled first, through the lane's own door, so that a revocation at
 * the deadline and the timer agree on what came first. Every act guards the ticket, which the deadline writes: of an
 * agreement or revocation and a deadline at once, the later one sees the earlier.
 */
import { decideRanking, type RankedHome, type RankingCommand, type RankingRefusal } from '../../domain/selection/ranking';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import type { Assisted } from '../../domain/selection/selection';
import { rankedPickConsent } from '../../../shared/ranked-pick';
import type { AnswerOf } from '../../../shared/contract/routes';
import { actOf, refuse, type ApiRequest, type Caller, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Household, Ranking, Ticket } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import { recall, remember, type OnceKey } from '../../store/once';
import type { Tx } from '../../store/port';
import { enterLane } from '../selection/door';
import { mayActForHousehold, mayAssist } from '../selection/policy';
import { addressOf } from '../selection/receipt';

type Answer = AnswerOf<'getMyRanking'>;
type Outcome = { readonly answer: Answer } | { readonly refusal: RankingRefusal | 'NOT_FOUND' | 'IDEMPOTENCY_KEY_REUSED' };
type MakeCommand = (tx: Tx) => Promise<RankingCommand>;

/** Ledger names of the acts, in the household's own stream. */
const recordedAs = { RankHomes: 'HomesRanked', AgreeToRanking: 'RankingAgreed', RevokeRanking: 'RankingRevoked' } as const satisfies Record<RankingCommand['type'], string>;

export function rankingHandlers(kernel: Kernel): Handlers {
  /** The rules this number is under: a running turn keeps its own (docs/adr/0006). */
  async function isOffered(tx: Tx, ticket: Ticket): Promise<boolean> {
    const lane = ticket.state === 'onTurn' ? await tx.lanes.get(ticket.laneId) : null;
    const turn = lane?.openTurnId == null ? null : await tx.turns.get(lane.openTurnId);
    return (turn === null ? kernel.rules() : kernel.rulesOf(turn.ruleSetVersion)).values.rankedPickOffered;
  }

  async function present(tx: Tx, ticket: Ticket, ranking: Ranking | null): Promise<Answer> {
    const homes: Answer['homes'] = [];
    for (const listingId of ranking?.listingIds ?? []) {
      const listing = await tx.listings.get(listingId);
      if (listing !== null) homes.push({ listingId, address: addressOf(listing), available: listing.state === 'available' });
    }
    const agreed = ranking?.agreed ?? null;
    return {
      serverNowMs: kernel.clock.now(), ticketId: ticket.id, offered: await isOffered(tx, ticket), maxHomes: kernel.rules().values.rankedHomesMax,
      version: ranking?.version ?? 0, homes, agreed: agreed === null ? null : { atMs: agreed.atMs, wording: agreed.wording, assisted: agreed.assisted !== null }, consent: { ...rankedPickConsent },
    };
  }

  /** One command on the ranking of a number as it stands in this change. */
  async function obey(work: Work, ticket: Ticket, make: MakeCommand, assisted: Assisted | null): Promise<Ranking | RankingRefusal> {
    const { tx, nowMs } = work;
    const ranking = await tx.rankings.get(ticket.id);
    const command = await make(tx);
    const decided = decideRanking({ ticket, ranking, offered: await isOffered(tx, ticket), maxHomes: kernel.rules().values.rankedHomesMax, wording: rankedPickConsent.wording }, command, nowMs);
    if (decided.refusal !== null) return decided.refusal;
    await tx.tickets.guard(ticket);
    const { listingIds, rankedAtMs, agreed } = decided;
    const written = ranking === null
      ? await tx.rankings.insert({ id: ticket.id, householdId: ticket.householdId, laneId: ticket.laneId, listingIds, rankedAtMs, agreed })
      : await tx.rankings.replace({ ...ranking, listingIds, rankedAtMs, agreed });
    await work.record({
      stream: householdStream(ticket.householdId), type: agreed === null ? recordedAs[command.type] : 'RankingAgreed', open: {},
      detail: { ticketId: ticket.id, listingIds, wording: agreed?.wording ?? null, assisted, before: ranking?.agreed == null ? 'notAgreed' : 'agreed', after: agreed === null ? 'notAgreed' : 'agreed' },
    });
    return written;
  }

  /** Whoever signs in with this phone learns of a consent it did not give. */
  async function tellAgreed(work: Work, household: Household, ticket: Ticket, ranking: Ranking): Promise<void> {
    await work.tell({
      id: `sms-rankingAgreed-${ticket.id}-${ranking.version}`, topic: 'sms', kind: 'rankingAgreed', subjectId: ticket.id, recipientSealed: household.phoneSealed,
      payload: { group: ticket.group, queueNumber: ticket.queueNumber, homes: ranking.listingIds.length, assisted: ranking.agreed?.assisted != null }, dueAtMs: windowAtOrAfter(kernel.rules().values, work.nowMs),
    });
  }

  async function act(request: ApiRequest, why: string, mayAct: (household: Household) => boolean, make: MakeCommand, assisted: Assisted | null = null): Promise<Answer | Refusal> {
    await kernel.ensureAlive();
    const ticketId = request.params['ticketId'] ?? '';
    const once: OnceKey = { subject: subjectOf(request.caller), key: request.idempotencyKey, request: { why, ticketId, body: request.body ?? null } };
    const outcome = await change<Outcome>(kernel, actOf(request, why), async (work) => {
      const { tx } = work;
      const found = await tx.tickets.get(ticketId);
      const household = found === null ? null : await tx.households.get(found.householdId);
      if (found === null || household === null || !mayAct(household)) return { refusal: 'NOT_FOUND' };
      const earlier = await recall<Answer>(work, once);
      if (earlier?.kind === 'reused') return { refusal: 'IDEMPOTENCY_KEY_REUSED' };
      if (earlier?.kind === 'answer') return { answer: earlier.answer };
      await enterLane(kernel, work, found.laneId, { type: 'Settle' });
      const ticket = (await tx.tickets.get(ticketId))!;
      const ranking = await obey(work, ticket, make, assisted);
      if (typeof ranking === 'string') return { refusal: ranking };
      if (ranking.agreed !== null) await tellAgreed(work, household, ticket, ranking);
      const answer = await present(tx, ticket, ranking);
      await remember(work, once, answer);
      return { answer };
    });
    if ('answer' in outcome) return outcome.answer;
    if (outcome.refusal !== 'RANKING_TOO_LONG') return refuse(outcome.refusal);
    return refuse('VALIDATION_FAILED', { fields: [{ path: 'listingIds', message: `最多排 ${kernel.rules().values.rankedHomesMax} 套房` }] });
  }

  const rank = (listingIds: readonly string[], consent: Extract<RankingCommand, { type: 'RankHomes' }>['consent']): MakeCommand => async (tx) => {
    const homes: RankedHome[] = [];
    for (const id of listingIds) homes.push({ id, listing: await tx.listings.get(id) });
    return { type: 'RankHomes', homes, consent };
  };
  const revoke: MakeCommand = () => Promise.resolve({ type: 'RevokeRanking' });
  const own = (caller: Caller) => (household: Household) => mayActForHousehold(caller, household);
  const helped = (caller: Caller) => (household: Household) => mayAssist(caller, household);

  return {
    getMyRanking: ({ caller, params }) => kernel.store.read(async (tx) => {
      const ticket = await tx.tickets.get(params['ticketId'] ?? '');
      const household = ticket === null ? null : await tx.households.get(ticket.householdId);
      if (ticket === null || household === null || !mayActForHousehold(caller, household)) return refuse('NOT_FOUND');
      return present(tx, ticket, await tx.rankings.get(ticket.id));
    }),
    rankHomes: (request) => act(request, '给房源排序', own(request.caller), rank(request.body.listingIds, null)),
    agreeToRanking: (request) => act(request, '同意到时按排序代选', own(request.caller), () => Promise.resolve({ type: 'AgreeToRanking', version: request.body.version, wording: request.body.wording })),
    revokeRanking: (request) => act(request, '撤销代选同意', own(request.caller), revoke),
    rankForFamily: (request) => {
      const { caller, body } = request;
      if (caller.kind !== 'staff') return Promise.resolve(refuse('FORBIDDEN'));
      const assisted: Assisted = { staffId: caller.staffId, place: body.place, consent: body.consent };
      return act(request, `窗口协助登记排序：${body.place}`, helped(caller), rank(body.listingIds, { wording: body.wording, assisted }), assisted);
    },
    revokeForFamily: (request) => {
      const { caller, body } = request;
      if (caller.kind !== 'staff') return Promise.resolve(refuse('FORBIDDEN'));
      return act(request, `窗口协助撤销代选同意：${body.place}`, helped(caller), revoke, { staffId: caller.staffId, place: body.place, consent: body.consent });
    },
  };
}

function subjectOf(caller: Caller): string {
  if (caller.kind === 'staff') return `staff ${caller.staffId}`;
  return caller.kind === 'family' ? `family ${caller.phoneIndex}` : 'public';
}
