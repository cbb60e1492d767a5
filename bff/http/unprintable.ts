/**
 * Characters nobody sees: controls, marks that turn the direction of writing around, halves of characters. In a name or
 * a reason they are a slip or a trick — what is read is not what is stored — so they are refused, not repaired.
 */
import type { FieldProblem } from '../../shared/errors';

/** Tabs and ends of lines are text. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/u;

/** Every text in the value that has such characters, by its path. The value is parsed JSON or a query: a tree. */
export function unprintableFields(value: unknown, path: readonly string[] = []): FieldProblem[] {
  if (typeof value === 'string') return UNPRINTABLE.test(value) ? [{ path: path.join('.'), message: '含有看不见的控制字符，请删除后重新填写' }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => unprintableFields(each, [...path, key]));
}
