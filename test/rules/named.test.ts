/** The list of rules and the tests that name them, as `npm run rules` prints them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { reportOf, reportRules } from './named/report';
import { readRules, rulesIn } from './named/rules-list';
import { idsIn, testsIn } from './named/test-titles';

const root = path.resolve(__dirname, '../..');
const design = path.join(root, '../shared/design/rules.md');

test('every rule is named by the title of a test, and what is not yet built by none', () => {
  expect(reportRules(root).filter(({ problem }) => problem !== null).map(({ rule, problem }) => `${rule.id} ${problem!}`)).toEqual([]);
});

(existsSync(design) ? test : test.skip)('the list is the design’s, line for line in its own words', () => {
  const listed = readRules(root);
  const wanted = rulesIn(readFileSync(design, 'utf8'));
  expect(listed.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
  expect(listed.filter(({ id, title }) => !wanted.find((rule) => rule.id === id)!.title.startsWith(title)).map(({ id }) => id)).toEqual([]);
});

test('titles are read from the syntax: groups, tables, templates and spans count; comments, skipped tests and other words do not', () => {
  const source = [
    '// T1 in a comment', "const text = 'T2';", "describe('Q1 the lane', () => {", "  test('Q2, Q4: called up', () => expect('T3').toBe('T3'));", "  it.each([['G1']])('F1–F3 of %s', () => undefined);",
    "  test.skip('T4', () => undefined);", '  test(`S1 of ${text}`, () => undefined);', "  helper('P1 is no test');", '});', "describe.skip('T5', () => { test('T6', () => undefined); });", "test('SM3, H264 and A10B are no rules', () => undefined);",
  ].join('\n');
  expect(testsIn(source, 'a.test.ts').map(({ place, ids }) => [place, ids])).toEqual([['a.test.ts:4', ['Q1', 'Q2', 'Q4']], ['a.test.ts:5', ['Q1', 'F1', 'F2', 'F3']], ['a.test.ts:7', ['Q1', 'S1']], ['a.test.ts:11', []]]);
  expect(idsIn('W1 and W2–W4, T2: both')).toEqual(['W1', 'W2', 'W3', 'W4', 'T2']);
});

test('a rule without a test and one that is not yet and has one are problems', () => {
  const rule = (id: string, isNotYet: boolean) => ({ id, title: '', isNotYet });
  const tests = testsIn("test('Q1', () => undefined); test('A3', () => undefined);", 'a.test.ts');
  expect(reportOf([rule('Q1', false), rule('Q9', false), rule('H1', true), rule('A3', true)], tests).map(({ rule: { id }, problem }) => [id, problem !== null])).toEqual([['Q1', false], ['Q9', true], ['H1', false], ['A3', true]]);
});
