/** M1, M2: what a missed turn leaves behind, and what becomes of it when nobody asks. */
import type { RuleSet } from '../../domain/rules/rule-set';
import { afterMiss } from '../../domain/waiting/decide';
import { windowAtOrAfter } from '../../domain/rules/notification-window';
import { actPeriod, endAfterOutage } from '../../domain/time/periods';
import { isMissingYear } from '../../domain/time/working-days';
import { dayOf } from '../../../shared/shanghai-time';
import type { DueJob } from '../../jobs/due-job';
import { systemAct, type Kernel } from '../../kernel';
import type { Miss, Ticket, TurnDoc } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { householdStream } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { loadCalendar } from '../calendar/load';
import { closeCase } from '../households/case';
import { recordForfeit } from '../standing/forfeits';
import { decideCase } from './door';
import { continuationsOf, loadCase, missId } from './load';
import { recordVoid } from './queue';

/**
 * A turn ended without a pick (missed, or passed on: Q5). The time to ask is that of the rules the turn was opened
 * under. The caller writes the ticket in the state of the miss: `missed` while the family may still ask to go on
 * waiting, else `forfeited` (M2).
 */
export async function openMiss(kernel: Kernel, work: Work, ticket: Ticket, turn: Pick<TurnDoc, 'ruleSetVersion'>, missedAtMs: number): Promise<{ readonly state: 'missed' | 'forfeited'; readonly continueUntilMs: number | null }> {
  const { tx } = work;
  const { ruleSetVersion } = turn;
  const { id: ticketId, householdId, batchDay } = ticket;
  const isForfeited = afterMiss(await continuationsOf(tx, ticket), kernel.rules()) === 'forfeited';
  const continueUntilMs = isForfeited ? null : await continueUntil(tx, kernel.rulesOf(ruleSetVersion), missedAtMs);
  await tx.misses.insert({
    id: missId(ticketId), ticketId, householdId, batchDay, missedAtMs, continueUntilMs, state: isForfeited ? 'forfeited' : 'open',
    requestedAtMs: null, receiptNumber: null, publicityId: null, ruleSetVersion,
  });
  if (!isForfeited) return { state: 'missed', continueUntilMs };
  await recordVoid(work, ticket.group, [ticket.queueNumber], 'forfeited');
  await recordForfeit(kernel, work, { householdId, cause: 'secondMiss', batchDay });
  await closeCase(work, householdId);
  return { state: 'forfeited', continueUntilMs: null };
}

/** T3. Null while the year's notice is missing: an end that cannot be stated does not come; it is worked out once staff loaded the notice. */
async function continueUntil(tx: Tx, { values }: RuleSet, missedAtMs: number): Promise<number | null> {
  const period = actPeriod(missedAtMs, values.continueWithinDays, values.continueDaysKind, await loadCalendar(tx, dayOf(missedAtMs)));
  return isMissingYear(period) ? null : period.endsMs;
}

const A_LOOK = 200;

/** M2: no request in time. */
export const lapseMisses: DueJob = {
  name: 'lapseMisses',
  async run(kernel) {
    const nowMs = kernel.clock.now();
    const { due, unstated } = await kernel.store.read(async (tx) => ({
      due: await tx.misses.find({ state: 'open', continueUntilMs: { lte: nowMs } }, { sort: [['continueUntilMs', 'asc']], limit: A_LOOK }),
      unstated: await tx.misses.find({ state: 'open', continueUntilMs: null }, { limit: A_LOOK }),
    }));
    const acts = [
      ...unstated.map(({ id }) => () => change(kernel, systemAct('补算申请期限'), (work) => stateEnd(kernel, work, id))),
      ...due.map(({ id }) => () => change(kernel, systemAct('逾期未申请继续参与轮候'), (work) => lapse(kernel, work, id))),
    ];
    for (const act of acts) {
      // One that fails is tried again at the next look and does not hold up the others.
      await act().catch((error: unknown) => kernel.log.error({ err: error }, 'a miss could not be settled'));
    }
  },
  async nextDue(tx) {
    // Null sorts first: those without an end are asked for apart.
    const [next] = await tx.misses.find({ state: 'open', continueUntilMs: { gt: 0 } }, { sort: [['continueUntilMs', 'asc']], limit: 1 });
    return next?.continueUntilMs ?? null;
  },
  async credit(kernel, work, outage) {
    for (const miss of await work.tx.misses.find({ state: 'open', continueUntilMs: { gt: outage.fromMs } })) {
      const endsMs = endAfterOutage({ startedAtMs: miss.missedAtMs, endsMs: miss.continueUntilMs! }, outage, kernel.rules().values.periodOutageMs);
      if (endsMs !== miss.continueUntilMs) await moveEnd(kernel, work, miss, endsMs);
    }
  },
};

/** The family is told of the new end, for it may have given up on the old one; an end that was unknown before, too. */
async function moveEnd(kernel: Kernel, work: Work, miss: Miss, continueUntilMs: number): Promise<void> {
  const { tx, nowMs } = work;
  const [household, ticket] = [await tx.households.get(miss.householdId), await tx.tickets.get(miss.ticketId)];
  if (household === null || ticket === null) throw new Error(`miss ${miss.id} without its household`);
  await tx.misses.replace({ ...miss, continueUntilMs });
  await work.record({ stream: householdStream(household.id), type: 'ContinuationEndMoved', open: { group: ticket.group, queueNumber: ticket.queueNumber }, detail: { missId: miss.id, before: miss.continueUntilMs, after: continueUntilMs } });
  await work.tell({
    id: `sms-continuationEnds-${ticket.id}-${continueUntilMs}`, topic: 'sms', kind: 'continuationEnds', subjectId: ticket.id, recipientSealed: household.phoneSealed,
    payload: { group: ticket.group, queueNumber: ticket.queueNumber, continueUntilMs, moved: miss.continueUntilMs !== null }, dueAtMs: windowAtOrAfter(kernel.rules().values, nowMs),
  });
}

async function lapse(kernel: Kernel, work: Work, id: Miss['id']): Promise<void> {
  const miss = await work.tx.misses.get(id);
  const ticket = miss === null ? null : await work.tx.tickets.get(miss.ticketId);
  const subject = ticket === null ? null : await loadCase(work.tx, ticket.householdId, ticket);
  if (subject === null) throw new Error(`miss ${id} without its household`);
  await decideCase(kernel, work, subject, { type: 'LapseMiss' });
}

async function stateEnd(kernel: Kernel, work: Work, id: Miss['id']): Promise<void> {
  const miss = await work.tx.misses.get(id);
  if (miss === null || miss.state !== 'open' || miss.continueUntilMs !== null) return;
  const rules = kernel.rulesOf(miss.ruleSetVersion);
  const continueUntilMs = await continueUntil(work.tx, rules, miss.missedAtMs);
  // Never an end that is over when it becomes known: the family could not have kept it.
  if (continueUntilMs !== null) await moveEnd(kernel, work, miss, Math.max(continueUntilMs, (await continueUntil(work.tx, rules, work.nowMs)) ?? continueUntilMs));
}
