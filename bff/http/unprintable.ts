/**
 * Characters nobody sees: controls, marks that turn the direction of writing around, halves of characters. In a name or
 * a reason they are a slip or a trick — what is read is not what is stored — so they are refused, not repaired.
 */
import type { FieldProblem } from '../../shared/errors';

/** Tabs and ends of lines are text. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/u;

interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly within: Place | null;
}

/** Every text in the value that has such characters, by its path. The value is parsed JSON or a query: a tree, however deep. */
export function unprintableFields(value: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const waiting: Place[] = [{ value, key: '', within: null }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const within = place;
    if (typeof place.value === 'string' && UNPRINTABLE.test(place.value)) problems.push({ path: pathOf(place), message: '含有看不见的控制字符，请删除后重新填写' });
    if (typeof place.value !== 'object' || place.value === null) continue;
    // From the end, so that they are taken up in the order they were written.
    for (const [key, each] of Object.entries(place.value).reverse()) waiting.push({ value: each, key, within });
  }
  return problems;
}

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at = place; at.within !== null; at = at.within) keys.unshift(at.key);
  return keys.join('.');
}
