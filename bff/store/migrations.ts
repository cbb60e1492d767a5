/**
 * Numbered changes to stored data, run at boot in order, each in one transaction together with its record.
 * They use the port only, so they hold for every adapter. Indexes are not their business: the adapters build those.
 */
import type { Store, Tx } from './port';

export interface Migration {
  /** 1, 2, 3 … without gaps; never renumbered or removed once released. */
  readonly number: number;
  readonly name: string;
  /** May run again when another process commits first, so it must have no effect outside `tx`. */
  run(tx: Tx): Promise<void>;
}

/** The data was written by a newer program than this one, or by another line of development. */
export class NewerDataError extends Error {
  override readonly name = 'NewerDataError';
}

/** Every migration of the system. The first marks data of the first release, so that every later one can be told from it. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'baseline', run: async () => undefined },
  {
    number: 2, name: 'streets of staff',
    run: async (tx) => {
      // Documents written before have no such field, whatever the type says.
      for (const member of await tx.staff.find({})) if (!Array.isArray(member.streets)) await tx.staff.replace({ ...member, streets: [] });
    },
  },
  {
    // Rule sets had no date of their own: each held from when it was published.
    number: 3, name: 'rule sets take effect',
    run: async (tx) => {
      for (const set of await tx.ruleSets.find({})) {
        if (typeof set.effectiveAtMs !== 'number') await tx.ruleSets.replace({ ...set, title: '操作规则', reason: '系统启用', effectiveAtMs: set.publishedAtMs, publishedBy: '' });
      }
    },
  },
  {
    // What a family had typed counted as a priority; from now on only what a reviewer confirms does.
    number: 4, name: 'priority is confirmed',
    run: async (tx) => {
      for (const application of await tx.applications.find({})) {
        if (application.priorityClaimed === undefined) await tx.applications.replace({ ...application, priorityClaimed: application.priorityCategory, priorityCategory: null, typedSealed: null });
      }
    },
  },
  {
    // Who was told, what was reminded of, and forfeits taken back had no fields.
    number: 5, name: 'after a pick',
    run: async (tx) => {
      for (const allocation of await tx.allocations.find({})) if (allocation.telling === undefined) await tx.allocations.replace({ ...allocation, leaseRemindedAtMs: null, entryByMs: null, telling: 'unproven' });
      for (const forfeit of await tx.forfeits.find({})) {
        if (forfeit.memberIds !== undefined) continue;
        const members = await tx.members.find({ householdId: forfeit.householdId });
        await tx.forfeits.replace({ ...forfeit, memberIds: members.map(({ id }) => id), reversedAtMs: null });
      }
      for (const task of await tx.callTasks.find({})) if (task.allocationId === undefined) await tx.callTasks.replace({ ...task, allocationId: null });
    },
  },
];

const idOf = (number: number) => String(number).padStart(6, '0');

/**
 * Brings the stored data up to the last of `known`. Two processes may do so at once: both attempt each migration,
 * the record's id lets one of them commit, and the other finds it done when it tries again. `nowMs` goes into
 * the records. Throws NewerDataError when the data is ahead of `known`; nothing is changed then.
 */
export async function runMigrations(store: Store, known: readonly Migration[], nowMs: number): Promise<void> {
  known.forEach(({ number, name }, at) => {
    if (number !== at + 1) throw new Error(`migration ${name} has number ${number}, expected ${at + 1}`);
  });
  await store.read((tx) => assertNotNewer(tx, known));
  for (const migration of known) {
    await store.transact(async (tx) => {
      if (await tx.migrations.get(idOf(migration.number))) return;
      // Again, within this transaction: a newer process may have come between.
      await assertNotNewer(tx, known);
      await migration.run(tx);
      await tx.migrations.insert({ id: idOf(migration.number), name: migration.name, atMs: nowMs });
    });
  }
}

async function assertNotNewer(tx: Tx, known: readonly Migration[]): Promise<void> {
  for (const record of await tx.migrations.find({}, { sort: [['id', 'asc']] })) {
    const mine = known[Number(record.id) - 1];
    if (!mine) {
      throw new NewerDataError(`the data is at migration ${Number(record.id)} (${record.name}), this program knows only ${known.length}. Start the newer version of the program, or restore a backup from before the upgrade.`);
    }
    if (mine.name !== record.name) {
      throw new NewerDataError(`migration ${mine.number} of the data is called ${record.name}, this program calls it ${mine.name}: they come from different versions. Start the version that wrote the data.`);
    }
  }
}
