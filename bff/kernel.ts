/** What every feature stands on: the store behind `change`, the one clock, the rules in force, the keys. */
import type { RuleSet } from './domain/rules/rule-set';
import type { Rulebook } from './features/rule-sets/rulebook';
import type { FieldCrypto } from './security/field-crypto';
import type { Signer } from './security/signer';
import type { Act, ChangeDeps } from './store/change';

export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface Kernel extends ChangeDeps {
  /** The rule set in force at an instant, by default the clock's present one. */
  rules(atMs?: number): RuleSet;
  /** A published rule set by its version: a running turn keeps the rules it was opened under. */
  rulesOf(version: number): RuleSet;
  readonly rulebook: Rulebook;
  readonly crypto: FieldCrypto;
  readonly signer: Signer;
  /** Public keys by id, retired ones included: what was signed once stays verifiable. */
  readonly publicKeys: Readonly<Record<string, string>>;
  readonly log: Log;
  /** T6: makes sure the heartbeat is fresh, crediting an outage first if it is not. Called before any act on a lane. */
  ensureAlive(): Promise<void>;
}

/** S1: the system itself acting because time passed. */
export function systemAct(why: string): Act {
  return { actor: { kind: 'system', id: 'timer', role: null }, from: 'timer', why };
}
