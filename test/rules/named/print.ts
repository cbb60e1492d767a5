/** `npm run rules`: each rule with the tests that name it; exit code 1 when one has none, or is later work and has one. */
import { reportRules, type RuleReport } from './report';

const SHOWN = 6;

function lines({ rule, tests, problem }: RuleReport, all: boolean): string[] {
  const shown = all ? tests : tests.slice(0, SHOWN);
  const more = tests.length - shown.length;
  return [
    `${problem === null ? (rule.isNotYet ? '·' : '✓') : '✗'} ${rule.id.padEnd(4)}${rule.title}${problem === null ? '' : `  ← ${problem}`}`,
    ...shown.map(({ place, title }) => `      ${place}  ${title}`),
    ...(more > 0 ? [`      and ${more} more (--all)`] : []),
  ];
}

const all = process.argv.includes('--all');
const report = reportRules(process.cwd());
const due = report.filter(({ rule }) => !rule.isNotYet);
const wrong = report.filter(({ problem }) => problem !== null);
process.stdout.write(`${due.flatMap((each) => lines(each, all)).join('\n')}\n\nnot yet 尚未实现\n${report.filter(({ rule }) => rule.isNotYet).flatMap((each) => lines(each, all)).join('\n')}\n\n`);
process.stdout.write(wrong.length === 0 ? `${due.length} rules, each named by a test; ${report.length - due.length} not yet\n` : `✗ ${wrong.map(({ rule, problem }) => `${rule.id}: ${problem!}`).join('\n✗ ')}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
