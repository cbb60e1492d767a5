/**
 * The one way into a lane: load, decide, apply, in the caller's transaction. Every command comes through
 * here: a family's pick, the timer, a receipt, staff.
 */
import { decideSelection } from '../../domain/selection/decide';
import type { SelectionCommand, SelectionRefusal } from '../../domain/selection/selection';
import type { Kernel } from '../../kernel';
import type { Work } from '../../store/change';
import { applySelection, type Applied } from './apply';
import { loadSelection, rulesOfTurn } from './load';

export interface Entered extends Applied {
  readonly refusal: SelectionRefusal | null;
}

/** Null when there is no such lane. What time brought about is applied even when the command is refused. */
export async function enterLane(kernel: Kernel, work: Work, laneId: string, command: SelectionCommand): Promise<Entered | null> {
  const rules = kernel.rules(work.nowMs);
  const view = await loadSelection(work.tx, laneId, work.nowMs, rules);
  if (view === null) return null;
  const decision = decideSelection(view, command, work.nowMs, rules, rulesOfTurn(kernel, view, rules));
  const applied = await applySelection(kernel, work, view.lane, decision.events);
  return { ...applied, refusal: decision.refusal };
}
