/**
 * Group commit. Transactions that wait are validated and applied one after another inside one LMDB write
 * transaction, so they share one flush to disk; each succeeds or conflicts on its own.
 *
 * Acknowledged means on disk. With `overlappingSync: false` (see embedded-store.ts) `childTransaction` resolves only
 * after LMDB has written the pages, called fdatasync, and written the root through a descriptor opened with
 * O_DSYNC (seen with strace, lmdb 3.5.6; the conformance suite looks). That work is LMDB's own thread's: a disk that
 * takes its time holds up those who wait for it, and nobody else's request. The *child* transaction is what makes
 * a group atomic: when its callback throws it is rolled back, which plain `transaction()` does not do. Not to be
 * relied on instead: `db.flushed` resolves without any flush, and the NO_SYNC_FLUSH flag flushes all the same.
 */
import { setImmediate } from 'node:timers';
import { ABORT, type RootDatabase } from 'lmdb';
import { ConflictError } from '../port';
import { keyIfIn } from './catalog';
import type { EmbeddedTransaction, Write } from './transaction';
import { stamp, stampOf } from './values';

interface Waiting {
  readonly tx: EmbeddedTransaction;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps one group from holding up everything else for long: about 10 ms of work. */
const MAX_GROUP = 128;

/** Commits transactions in groups. */
export class Committer {
  private queue: Waiting[] = [];
  private isBusy = false;

  constructor(private readonly db: RootDatabase<Buffer, Buffer>) {}

  /** Resolves when the transaction's writes are on disk; rejects with ConflictError when another came first. */
  commit(tx: EmbeddedTransaction): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ tx, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isBusy || this.queue.length === 0) return;
    this.isBusy = true;
    // After the I/O callbacks of this turn, so that all who are ready go together. Those who come while a group
    // is on its way to the disk make up the next one.
    setImmediate(() => {
      void this.commitGroup(this.queue.splice(0, MAX_GROUP)).finally(() => {
        this.isBusy = false;
        this.schedule();
      });
    });
  }

  private async commitGroup(group: readonly Waiting[]): Promise<void> {
    let conflicts: readonly (ConflictError | null)[];
    try {
      conflicts = await this.applyGroup(group);
    } catch (error) {
      // LMDB's reason comes by a promise of its own, which must not count as unhandled.
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => undefined);
      // The group is rolled back. Whatever one transaction did to cause it must not cost the others theirs.
      if (group.length === 1) group[0]!.reject(error);
      else for (const one of group) await this.commitGroup([one]);
      return;
    }
    group.forEach((waiting, at) => {
      const conflict = conflicts[at];
      if (conflict) waiting.reject(conflict);
      else waiting.resolve();
    });
  }

  private async applyGroup(group: readonly Waiting[]): Promise<readonly (ConflictError | null)[]> {
    let conflicts: (ConflictError | null)[] = [];
    await this.db.childTransaction(() => {
      const commit = this.db.getWriteTxnId();
      conflicts = group.map(({ tx }) => this.validateAndApply(tx, commit));
      return conflicts.every((conflict) => conflict) ? ABORT : undefined;
    });
    // Who is answered now must read what was committed: no snapshot of before is handed out again.
    this.db.resetReadTxn();
    return conflicts;
  }

  /** Validates the whole transaction before its first put, so that a conflict leaves nothing behind. */
  private validateAndApply(tx: EmbeddedTransaction, commit: number): ConflictError | null {
    const gone: Buffer[] = [];
    const come: { key: Buffer; id: Buffer; isUnique: boolean }[] = [];
    const goneKeys = new Set<string>();
    const writes: Write[] = [];
    for (const byId of tx.collections.values()) {
      for (const write of byId.values()) {
        const current = this.db.get(write.key);
        if ((current ? stampOf(current) : null) !== write.baseStamp) return new ConflictError(`${write.collection.name}: another transaction changed a document`);
        writes.push(write);
        for (const index of write.collection.secondary) {
          const before = write.base && keyIfIn(index, write.base);
          const after = write.doc && keyIfIn(index, write.doc);
          if (before && after ? before.equals(after) : before === after) continue;
          if (before) {
            gone.push(before);
            goneKeys.add(before.toString('latin1'));
          }
          if (after) come.push({ key: after, id: Buffer.from(write.doc!.id), isUnique: index.unique });
        }
      }
    }
    for (const { key, isUnique } of come) {
      // Within the transaction uniqueness was checked as it went; here it meets what others committed since.
      if (isUnique && this.db.get(key) && !goneKeys.has(key.toString('latin1'))) return new ConflictError('another transaction took a unique key');
    }
    for (const key of gone) this.db.removeSync(key);
    for (const { key, id } of come) this.db.putSync(key, id);
    for (const { key, value } of writes) {
      if (value) this.db.putSync(key, stamp(value, commit));
      else this.db.removeSync(key);
    }
    return null;
  }
}
