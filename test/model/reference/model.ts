/** The whole model: every act by its name, and what time does by itself (T1–T5). */
import { allocationRules, settleAllocations } from './allocations';
import { applicationRules, expireApplications } from './applications';
import { continuationRules, lapseMisses } from './continuation';
import { homeRules } from './homes';
import { generateBatch } from './numbers';
import { endPublicities, publicityRules } from './publicities';
import { standingRules } from './standing';
import { freeHomes, inLane, settleLane, turnRules } from './turns';
import { waitingRules } from './waiting';
import { isWindowOpen, midnight, type Act, type Model, type Rule, type Verdict } from './state';
import { rules } from '../city';
import { DAY_MS } from '../../../shared/shanghai-time';

const all: Readonly<Record<string, Rule>> = { ...applicationRules, ...publicityRules, ...turnRules, ...continuationRules, ...waitingRules, ...allocationRules, ...homeRules, ...standingRules };
export const actNames = Object.keys(all);

/** Everything that is due now, in the order it depends on one another. */
export function settle(m: Model): void {
  expireApplications(m);
  endPublicities(m);
  settleAllocations(m);
  lapseMisses(m);
  generateBatch(m);
  for (const lane of m.lanes.keys()) settleLane(m, lane);
}

/** One act now, and what follows from it at once. */
export function attempt(m: Model, act: Act): Verdict {
  const verdict = all[act.do]!(m, act);
  if ('granted' in verdict) settle(m);
  return verdict;
}

/** Every instant to come at which the rules make something happen by themselves, or at which an answer changes. */
export function agenda(m: Model): number[] {
  const times = [
    midnight(m) + DAY_MS, ...[...m.lanes.values()].flatMap(({ turn, state }) => (turn === null || state === 'paused' ? [] : [turn.deadlineMs])), ...[...m.misses.values()].flatMap((x) => (x.state === 'open' ? [x.continueUntilMs ?? 0] : [])),
    ...[...m.allocations.values()].flatMap((a) => (a.state === 'qualified' ? [a.downloadByMs!, a.leaseByMs!, a.leaseByMs! + rules.leaseEntryGraceDays * DAY_MS] : [])), ...[...m.publicities.values()].flatMap((p) => (p.isOver ? [] : [p.takesEffectMs])),
    ...[...m.applications.values()].flatMap((a) => (a.dueMs === null ? [] : [a.dueMs])),
  ];
  // Nothing waits for the window but a lane with somebody in it and a home to offer.
  const isWaited = [...m.lanes].some(([name, lane]) => lane.state === 'open' && lane.turn === null && freeHomes(m, name) > 0 && inLane(m, name).length > 0);
  if (isWaited && !isWindowOpen(m)) times.push(midnight(m) + rules.windowStartMs + (m.nowMs >= midnight(m) + rules.windowStartMs ? DAY_MS : 0));
  return times.filter((at) => at > m.nowMs);
}
