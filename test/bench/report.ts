/** Results as one line of JSON for programs, or as a table for people. */
import os from 'node:os';
import type { Result } from './measure';

/** `[{ name, ours, reference, ratio, unit }]`; `ratio` in the sense of the case's target. */
export function asJson(results: readonly Result[]): string {
  return JSON.stringify(results.map(({ name, ours, reference, ratio, unit }) => ({ name, ours: rounded(ours), reference: reference === null ? null : rounded(reference), ratio: ratio === null ? null : rounded(ratio), unit })));
}

export function asTable(results: readonly Result[]): string {
  const rows = results.map((r) => [r.name, figure(r.ours), r.reference === null ? '–' : figure(r.reference), r.ratio === null ? '–' : r.ratio.toFixed(2), r.unit, r.target, r.isMet ? 'pass' : 'MISS']);
  const header = ['case', 'ours', 'reference', 'ratio', 'unit', 'target', ''];
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) => row.map((cell, at) => (at >= 1 && at <= 3 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join('  ').trimEnd();
  const notes = results.flatMap((r) => r.notes.map((note) => `  ${r.name}: ${note}`));
  return `\n${[line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')}\n\n${notes.join('\n')}\n  machine: Node ${process.versions.node}, ${os.cpus().length} cores, ${os.platform()} ${os.arch()}\n`;
}

const rounded = (value: number): number => Number(value.toPrecision(6));

function figure(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
