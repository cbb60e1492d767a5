/** Counts by the values of an index component without looking at every key: one step a value, however many keys it has. */
import type { Scalar } from '../port';
import { componentsOf, offsetAfter } from './keys';
import type { Plan } from './plan';
import type { Snapshot } from './scan';

/**
 * The number of keys per value of `field`, or null when the plan's keys are not grouped by it: they are when it
 * is the component behind those the plan fixes, and the plan's keys are exactly the matches.
 */
export function countGroups(snapshot: Snapshot, plan: Plan, field: string): Map<string, number> | null {
  const { keySpace, groupFields, isExact } = plan;
  if (!isExact || keySpace.name === 'id' || keySpace.fields[groupFields] !== field) return null;
  const counts = new Map<string, number>();
  for (const range of plan.ranges) {
    let { low } = range;
    for (;;) {
      const [first] = snapshot.entries({ low, high: range.high }, false, 1);
      if (first === undefined) break;
      const group = Buffer.from(first.key.subarray(0, offsetAfter(first.key, groupFields + 1)));
      const end = Buffer.concat([group, Buffer.of(0xff)]);
      const high = Buffer.compare(end, range.high) < 0 ? end : range.high;
      const value = String(componentsOf(first.key, groupFields + 1).at(-1) as Scalar);
      counts.set(value, (counts.get(value) ?? 0) + snapshot.countKeys({ low: group, high }));
      low = end;
    }
  }
  return counts;
}
