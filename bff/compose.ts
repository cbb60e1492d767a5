/** The composition root of everything that works on a data directory: server, import, simulation, tests. */
import { defaultCalendar } from '../config/default-calendar';
import { defaultRuleSet } from '../config/default-rule-set';
import type { Clock } from '../shared/clock';
import { seedCalendar } from './features/calendar/seed';
import { publishFirst, Rulebook } from './features/rule-sets/rulebook';
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

/** Brings the store up to date, checks the keys belong to it, reads the rules. */
export async function createKernel(options: KernelOptions): Promise<{ kernel: Kernel; heartbeat: Heartbeat }> {
  const { store, clock, keys } = options;
  await runMigrations(store, migrations, clock.now());
  await checkIndexKey(store, keys.indexKeyCheck);
  await seedCalendar(store, defaultCalendar, clock.now());
  await publishFirst(store, clock.now(), defaultRuleSet);
  const rulebook = new Rulebook(store, clock, defaultRuleSet);
  await rulebook.refresh();
  const heartbeat = new Heartbeat(() => kernel);
  const kernel: Kernel = {
    store, clock, chance: options.chance ?? systemChance, log: options.log,
    ...(options.onTold === undefined ? {} : { onTold: options.onTold }),
    rules: (atMs) => rulebook.at(atMs), rulesOf: (version) => rulebook.of(version), rulebook,
    crypto: createFieldCrypto(keys.field), signer: keys.signer, publicKeys: keys.publicKeys,
    ensureAlive: async () => {
      await rulebook.keepFresh();
      await heartbeat.ensureAlive();
    },
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
