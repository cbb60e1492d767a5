/** docs/rules.md, read: the ids of the rules, those due and those of later work. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Rule {
  readonly id: string;
  readonly title: string;
  /** Later work: no test may name it yet. */
  readonly isNotYet: boolean;
}

const LINE = /^- \*\*([A-Z]\d+)\*\* (.+)$/;

/** The lines of a document that begin with a rule's id. */
export function rulesIn(text: string): { id: string; title: string }[] {
  return text.split('\n').flatMap((line) => {
    const found = LINE.exec(line);
    return found === null ? [] : [{ id: found[1]!, title: found[2]! }];
  });
}

/** `root` is the project's. */
export function readRules(root: string): Rule[] {
  const [due = '', notYet = ''] = readFileSync(path.join(root, 'docs/rules.md'), 'utf8').split('\n## Not yet\n');
  return [...rulesIn(due).map((rule) => ({ ...rule, isNotYet: false })), ...rulesIn(notYet).map((rule) => ({ ...rule, isNotYet: true }))];
}
