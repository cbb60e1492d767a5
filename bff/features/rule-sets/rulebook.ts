/**
 * Every published rule set, in memory, so that the rules of any instant and of any version are at hand without a
 * read. Published sets never change, and one is published at least PUBLISH_LEAD_MS before it takes effect: a process
 * that looks every REFRESH_MS knows it in time, whichever process published it.
 */
import type { Clock } from '../../../shared/clock';
import { lastAreaOf, nextEffectiveAfter, ruleSetAt, type PublishedRuleSet } from '../../domain/rules/in-force';
import { ruleSetValues, type RuleSet, type RuleSetValues } from '../../domain/rules/rule-set';
import type { RuleSetDoc } from '../../store/collections';
import type { Store } from '../../store/port';

export const REFRESH_MS = 5_000;
/** How long before it takes effect a set must be published. */
export const PUBLISH_LEAD_MS = 60_000;

export class Rulebook {
  private sets: readonly PublishedRuleSet[] = [];
  private readAtMs = Number.NEGATIVE_INFINITY;

  /** `defaults` stand in for fields that older sets do not have, because the program had no such setting then. */
  constructor(private readonly store: Store, private readonly clock: Clock, private readonly defaults: RuleSetValues) {}

  /** The set in force at an instant, by default now. */
  at(atMs: number = this.clock.now()): RuleSet {
    // A clock that stands before the first set took effect (a demonstration's past) has that one.
    const set = ruleSetAt(this.sets, atMs) ?? this.sets[0];
    if (set === undefined) throw new Error('no rule set was ever published');
    return set;
  }

  /** A published set by its version: what a turn was opened under. */
  of(version: number): RuleSet {
    const set = this.sets.find((each) => each.version === version);
    if (set === undefined) throw new Error(`no rule set ${version}`);
    return set;
  }

  /** The waiting area of a district now, or the last it had. */
  areaOf(district: string): RuleSetValues['areas'][number] | null {
    return lastAreaOf(this.sets, Math.max(this.clock.now(), this.sets[0]?.effectiveAtMs ?? 0), district);
  }

  nextAfter(atMs: number): number | null {
    return nextEffectiveAfter(this.sets, atMs);
  }

  async refresh(): Promise<void> {
    const readAtMs = this.clock.now();
    // Published sets never change: what is known need not be read again.
    const known = this.sets.at(-1)?.version ?? 0;
    const found = await this.store.read((tx) => tx.ruleSets.find({ number: { gt: known } }, { sort: [['number', 'asc']] }));
    this.sets = [...this.sets.filter(({ version }) => version <= known), ...found.map((doc) => ({ version: doc.number, effectiveAtMs: doc.effectiveAtMs, values: this.valuesOf(doc) }))];
    this.readAtMs = readAtMs;
  }

  /** Looks again when the last look is old; called often, by every process. */
  async keepFresh(): Promise<void> {
    if (Math.abs(this.clock.now() - this.readAtMs) >= REFRESH_MS) await this.refresh();
  }

  /** The stored values, complete. */
  valuesOf(doc: Pick<RuleSetDoc, 'values'>): RuleSetValues {
    return ruleSetValues.parse({ ...this.defaults, ...doc.values });
  }
}

/** On a new city the default becomes version 1, in force from now. Two processes may do so at once. */
export async function publishFirst(store: Store, nowMs: number, values: RuleSetValues): Promise<void> {
  await store.transact(async (tx) => {
    if ((await tx.ruleSets.find({}, { limit: 1 })).length > 0) return;
    await tx.ruleSets.insert({ id: 'ruleSet-1', number: 1, title: '操作规则', reason: '系统启用', effectiveAtMs: nowMs, publishedAtMs: nowMs, publishedBy: '', values });
  });
}
