/** The titles of tests, and the rules they name: read from the syntax, not from what happens to stand in a file. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface NamedTest {
  /** From the project's root, e.g. `test/rules/review.test.ts:12`. */
  readonly place: string;
  /** With the titles of the groups it is in. */
  readonly title: string;
  /** The rules its title names. */
  readonly ids: readonly string[];
}

/** Every test of the project. `root` is the project's. */
export function readTests(root: string): NamedTest[] {
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).map((file) => path.posix.join('test', file.split(path.sep).join('/'))).sort();
  return files.flatMap((file) => testsIn(readFileSync(path.join(root, file), 'utf8'), file));
}

/** The tests a source declares. A skipped one is none. */
export function testsIn(text: string, file: string): NamedTest[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const tests: NamedTest[] = [];
  const walk = (node: ts.Node, groups: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? kindOf(node.expression) : null;
    const title = ts.isCallExpression(node) ? titleOf(node.arguments[0]) : null;
    if (call === null || title === null) return ts.forEachChild(node, (child) => walk(child, groups));
    if (call === 'skipped') return;
    if (call === 'group') return ts.forEachChild(node, (child) => walk(child, [...groups, title]));
    const whole = [...groups, title].join(' › ');
    tests.push({ place: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, title: whole, ids: idsIn(whole) });
  };
  walk(source, []);
  return tests;
}

/** Ids as they stand; `F1–F3` is all three. */
export function idsIn(title: string): string[] {
  const ids = new Set<string>();
  for (const [, letter = '', from = '', to = from] of title.matchAll(/(?<![A-Za-z0-9])([A-Z])(\d{1,2})(?:[–-]\1(\d{1,2}))?(?![A-Za-z0-9])/g)) {
    for (let number = Number(from); number <= Number(to); number += 1) ids.add(`${letter}${number}`);
  }
  return [...ids];
}

/** `describe`, `test`, `it`, and what hangs on them: `test.each(…)`, `describe.skip`. */
function kindOf(expression: ts.Expression): 'group' | 'test' | 'skipped' | null {
  const modifiers: string[] = [];
  let at: ts.Expression = expression;
  for (;;) {
    if (ts.isCallExpression(at)) at = at.expression;
    else if (ts.isTaggedTemplateExpression(at)) at = at.tag;
    else if (ts.isPropertyAccessExpression(at)) {
      modifiers.push(at.name.text);
      at = at.expression;
    } else break;
  }
  const name = ts.isIdentifier(at) ? at.text : '';
  if (!['describe', 'test', 'it'].includes(name) || modifiers.some((each) => !['each', 'only', 'skip', 'todo', 'failing'].includes(each))) return null;
  if (modifiers.includes('skip') || modifiers.includes('todo')) return 'skipped';
  return name === 'describe' ? 'group' : 'test';
}

function titleOf(argument: ts.Node | undefined): string | null {
  if (argument === undefined) return null;
  if (ts.isStringLiteralLike(argument)) return argument.text;
  return ts.isTemplateExpression(argument) ? argument.getText().slice(1, -1) : null;
}
