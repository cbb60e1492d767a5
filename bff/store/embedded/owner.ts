/**
 * One owner per data directory. The owner's name is a record in the database itself, read and written inside a
 * write transaction: LMDB's writer lock is held across processes and freed by the kernel when its holder dies,
 * so two that start at once cannot both win, and a killed one blocks nobody.
 *
 * Whether a recorded owner still lives:
 * - On Linux, same boot, same pid namespace: exactly, by pid and start time (a reused pid has another start).
 * - Otherwise (another container, another system): it lives while its heartbeat file is touched. The new one
 *   watches for longer than two beats; so after `kill -9` of a container the next one waits a few seconds.
 */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clearInterval, setInterval } from 'node:timers';
import { randomUUID } from 'node:crypto';
import type { RootDatabase } from 'lmdb';

/** How an owner is named to people. */
interface OwnerName {
  readonly zh: string;
  readonly en: string;
}

/** Another process, or another store in this one, owns the data directory. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError';
  constructor(dir: string, owner: OwnerName) {
    super(`数据目录 ${dir} 正由${owner.zh}使用。同一目录同一时间只能由一个程序使用：请先停止它，或用 --data 另选目录。 (the data directory ${dir} is in use by ${owner.en}. Stop that process first, or give this one a directory of its own; only one may use it at a time)`);
  }
}

interface OwnerRecord {
  readonly token: string;
  readonly pid: number;
  /** Kernel ticks since boot at which the process started, or '' where that is not to be had. */
  readonly startedAt: string;
  readonly bootId: string;
  readonly pidNamespace: string;
}

/** Space 0 is the store's own; see catalog.ts. */
const OWNER_KEY = Buffer.from('\0\0owner', 'latin1');
const BEAT_MS = 1000;
const BEATS_WATCHED = 5;

/** Takes ownership of an open database; `release` gives it back. Throws StoreLockedError. */
export async function takeOwnership(db: RootDatabase<Buffer, Buffer>, dir: string): Promise<{ release(): void }> {
  const beatFile = path.join(dir, 'heartbeat');
  const me: OwnerRecord = { token: randomUUID(), pid: process.pid, ...identityOf(process.pid) };
  let suspect = claim(db, dir, me, null);
  if (suspect) {
    // It cannot be told from here whether that owner lives: watch its heartbeat.
    const before = beatOf(beatFile);
    for (let beat = 0; beat < BEATS_WATCHED; beat++) {
      await pause(BEAT_MS);
      if (beatOf(beatFile) !== before) throw new StoreLockedError(dir, describe(suspect));
    }
    suspect = claim(db, dir, me, suspect.token);
    if (suspect) throw new StoreLockedError(dir, describe(suspect));
  }
  fs.writeFileSync(beatFile, '');
  const timer = setInterval(() => {
    const now = new Date();
    // A directory that was deleted under a test must not throw from a timer.
    fs.utimes(beatFile, now, now, () => undefined);
  }, BEAT_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      db.transactionSync(() => {
        if (readOwner(db)?.token === me.token) db.removeSync(OWNER_KEY);
      });
    },
  };
}

/** Writes `me` as the owner unless another lives. Returns an owner of whom that cannot be told, other than `knownDead`. */
function claim(db: RootDatabase<Buffer, Buffer>, dir: string, me: OwnerRecord, knownDead: string | null): OwnerRecord | null {
  return db.transactionSync(() => {
    const owner = readOwner(db);
    if (owner && owner.token !== knownDead) {
      const life = lifeOf(owner, me);
      if (life === 'alive') throw new StoreLockedError(dir, describe(owner));
      if (life === 'unknown') return owner;
    }
    db.putSync(OWNER_KEY, Buffer.from(JSON.stringify(me)));
    return null;
  });
}

function readOwner(db: RootDatabase<Buffer, Buffer>): OwnerRecord | null {
  const value = db.get(OWNER_KEY);
  return value ? (JSON.parse(value.toString('utf8')) as OwnerRecord) : null;
}

function lifeOf(owner: OwnerRecord, me: OwnerRecord): 'alive' | 'dead' | 'unknown' {
  if (owner.bootId !== '' && owner.bootId === me.bootId && owner.pidNamespace === me.pidNamespace) {
    return owner.startedAt !== '' && identityOf(owner.pid).startedAt === owner.startedAt ? 'alive' : 'dead';
  }
  return 'unknown';
}

/** What tells a process from another that once has, or had, its pid. Linux only; empty strings elsewhere. */
function identityOf(pid: number): Pick<OwnerRecord, 'startedAt' | 'bootId' | 'pidNamespace'> {
  return {
    startedAt: attempt(() => {
      // The command name, in parentheses, may hold anything; the fields behind it are numbered from 3.
      const fields = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
      // A zombie has ended; it only waits for its parent to notice.
      return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[22 - 3]!;
    }),
    bootId: attempt(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    pidNamespace: attempt(() => fs.readlinkSync('/proc/self/ns/pid')),
  };
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function beatOf(file: string): string {
  return attempt(() => String(fs.statSync(file).mtimeMs));
}

function describe({ pid }: OwnerRecord): OwnerName {
  return pid === process.pid ? { zh: `本进程（${pid}）`, en: `this process already (pid ${pid})` } : { zh: `进程 ${pid} `, en: `process ${pid}` };
}
