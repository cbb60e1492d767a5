/** The composition root of everything that works on a data directory: server, import, simulation, tests. */
import { defaultCalendar } from '../config/default-calendar';
import { defaultRuleSet } from '../config/default-rule-set';
import type { Clock } from '../shared/clock';
import { ruleSetValues, type RuleSet } from './domain/rules/rule-set';
import { seedCalendar } from './features/calendar/seed';
import { Heartbeat } from './jobs/heartbeat';
import type { Kernel, Log } from './kernel';
import { systemChance, type Chance } from './security/chance';
import { createFieldCrypto } from './security/field-crypto';
import type { Keys } from './security/keys';
import type { ChangeDeps } from './store/change';
import { migrations, runMigrations } from './store/migrations';
import type { Store } from './store/port';

export interface KernelOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly log: Log;
  readonly chance?: Chance;
  readonly onTold?: ChangeDeps['onTold'];
}

/** The data was written with other keys than these; nobody could be found again. */
export class WrongKeysError extends Error {
  override readonly name = 'WrongKeysError';
}

/** Brings the store up to date, checks the keys belong to it, reads the rules in force. */
export async function createKernel(options: KernelOptions): Promise<{ kernel: Kernel; heartbeat: Heartbeat }> {
  const { store, clock, keys } = options;
  await runMigrations(store, migrations, clock.now());
  await checkIndexKey(store, keys.indexKeyCheck);
  await seedCalendar(store, defaultCalendar, clock.now());
  const rules = await rulesInForce(store, clock);
  const heartbeat = new Heartbeat(() => kernel);
  const kernel: Kernel = {
    store, clock, chance: options.chance ?? systemChance, log: options.log,
    ...(options.onTold === undefined ? {} : { onTold: options.onTold }),
    rules: () => rules,
    crypto: createFieldCrypto(keys.field), signer: keys.signer, publicKeys: keys.publicKeys,
    ensureAlive: () => heartbeat.ensureAlive(),
  };
  return { kernel, heartbeat };
}

/** V3 rests on blind indexes: with another index key they would silently find nobody. */
async function checkIndexKey(store: Store, check: string): Promise<void> {
  const stored = await store.transact(async (tx) => {
    const setting = await tx.settings.get('indexKeyCheck');
    return setting ?? tx.settings.insert({ id: 'indexKeyCheck', value: check });
  });
  if (stored.value !== check) throw new WrongKeysError('INDEX_KEY 与数据不符：请使用写入这些数据时的密钥 (the data was written with another INDEX_KEY)');
}

/** The latest published rule set; on a new city the default becomes version 1. */
async function rulesInForce(store: Store, clock: Clock): Promise<RuleSet> {
  return store.transact(async (tx) => {
    const [latest] = await tx.ruleSets.find({}, { sort: [['number', 'desc']], limit: 1 });
    const current = latest ?? (await tx.ruleSets.insert({ id: 'ruleSet-1', number: 1, publishedAtMs: clock.now(), values: defaultRuleSet }));
    return { version: current.number, values: ruleSetValues.parse({ ...defaultRuleSet, ...current.values }) };
  });
}
