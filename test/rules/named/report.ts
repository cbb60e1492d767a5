/** What is to be said of each rule, and what is wrong. */
import { readRules, type Rule } from './rules-list';
import { readTests, type NamedTest } from './test-titles';

export interface RuleReport {
  readonly rule: Rule;
  readonly tests: readonly NamedTest[];
  /** Null: as it should be. */
  readonly problem: string | null;
}

/** Each rule with the tests whose titles name it. `root` is the project's. */
export function reportRules(root: string): RuleReport[] {
  return reportOf(readRules(root), readTests(root));
}

export function reportOf(rules: readonly Rule[], tests: readonly NamedTest[]): RuleReport[] {
  return rules.map((rule) => {
    const naming = tests.filter(({ ids }) => ids.includes(rule.id));
    const problem = rule.isNotYet
      ? naming.length === 0 ? null : 'is listed under "not yet", and has a test: it belongs among the others (docs/rules.md)'
      : naming.length === 0 ? 'no test names it' : null;
    return { rule, tests: naming, problem };
  });
}
