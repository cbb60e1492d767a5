/** S1: every kind of act the code records has a Chinese name, and no name stands for nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { entryTypeWords, wordOfEntry } from '../../shared/ledger-words';

const root = path.resolve(__dirname, '../..');
const source = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'bff'], { cwd: root, encoding: 'utf8' }).split('\n').filter((file) => file.endsWith('.ts')).map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n');

test('S1: what is recorded by a name of its own is named', () => {
  const recorded = new Set([...source.matchAll(/record\(\{[^\n]*?type: '(\w+)'/g)].map((found) => found[1]!));
  expect(recorded.size).toBeGreaterThan(30);
  expect([...recorded].filter((type) => wordOfEntry(type) === type)).toEqual([]);
});

test('S1: every name is that of something in the code, in Chinese', () => {
  expect(Object.keys(entryTypeWords).filter((type) => !source.includes(`'${type}'`))).toEqual([]);
  expect(Object.values(entryTypeWords).filter((title) => !/\p{Script=Han}/u.test(title) || /[A-Za-z]/.test(title))).toEqual([]);
  expect(wordOfEntry('toString')).toBe('toString');
});
