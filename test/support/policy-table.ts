/** docs/policies.md, read: who is answered what at which endpoint. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { callers } from './two-districts/city';

export const cells = ['ok', 'ok!', 'own', '401', '403', '404', 'see', 'row', 'signed', 'demo'] as const;
export type Cell = (typeof cells)[number];

export interface PolicyRow {
  /** The endpoint's name, and after a slash which of its acts. */
  readonly name: string;
  readonly title: string;
  /** In the order of `callers`. */
  readonly cells: readonly Cell[];
  /** S1: the act must be in the ledger. */
  readonly isRecorded: boolean;
}

/** Throws at a table whose columns are not the callers, and at a word that is no cell. */
export function readPolicies(): PolicyRow[] {
  const text = readFileSync(path.resolve(__dirname, '../../docs/policies.md'), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const rows: PolicyRow[] = [];
  for (const [title = '', endpoint = '', ...rest] of lines) {
    if (endpoint === 'endpoint') {
      const columns = rest.slice(0, -1);
      if (columns.join() !== callers.map(({ column }) => column).join()) throw new Error(`columns of the policy table: ${columns.join()}`);
      continue;
    }
    const name = /^`([\w/-]+)`$/.exec(endpoint)?.[1];
    if (name === undefined || rest.length === 0) continue;
    const recorded = rest.pop() ?? '';
    const wrong = rest.filter((cell) => !(cells as readonly string[]).includes(cell));
    if (wrong.length > 0 || rest.length !== callers.length || !['是', ''].includes(recorded)) throw new Error(`the policy table does not say what is answered at ${name}: ${[...wrong, recorded].join()}`);
    rows.push({ name, title, cells: rest as Cell[], isRecorded: recorded === '是' });
  }
  return rows;
}
