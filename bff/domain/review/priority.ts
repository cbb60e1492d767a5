/**
 * 优先类别 (G3): what a family may claim, from the closed list of the rule set. A claim moves nobody forward: only what
 * the reviewing clerk confirms does. Pure.
 */
import type { RuleSetValues } from '../rules/rule-set';
import { saysNone } from '../registers/people';
import type { ReviewLevel } from './review';

export type PriorityCategory = RuleSetValues['priorityCategories'][number];
export type ReadPriority = { readonly category: PriorityCategory | null } | { readonly problem: string };

/** What was chosen, by its code. Nothing, and what says that there is nothing (无), is null; anything else names what is possible. */
export function readPriority(chosen: string | null | undefined, listed: readonly PriorityCategory[]): ReadPriority {
  if (chosen === null || chosen === undefined || saysNone(chosen)) return { category: null };
  const category = listed.find(({ code }) => code === chosen.trim());
  if (category !== undefined) return { category };
  return { problem: listed.length === 0 ? '目前没有设优先类别，请留空' : `没有这一优先类别，请选择${listed.map(({ label, code }) => `${label}（${code}）`).join('、')}之一；没有优先情形的留空` };
}

/** What a family claims (a code), and what its reviewers confirmed (a label): null where there is none. */
interface Priority {
  readonly priorityClaimed: string | null;
  readonly priorityCategory: string | null;
}

/**
 * What a review leaves confirmed; `stated` undefined: it says nothing of it. The family must read why its claim was not
 * followed, or what level one confirmed was put right by level two.
 */
export function confirmedPriority({ priorityClaimed, priorityCategory }: Priority, level: ReviewLevel, stated: PriorityCategory | null | undefined): { readonly label: string | null; readonly needsReasons: boolean } {
  if (stated === undefined) return { label: priorityCategory, needsReasons: false };
  const label = stated?.label ?? null;
  return { label, needsReasons: level === 1 ? (stated?.code ?? null) !== priorityClaimed : label !== priorityCategory };
}
