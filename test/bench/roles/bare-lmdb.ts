/**
 * Reference for picks: LMDB transactions that put and remove as many keys, of the same sizes, as one pick does,
 * and nothing else. Same durability as the store (resolved when on disk), the same number outstanding; LMDB's
 * own grouping is used, as any program on it would.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { Offers } from '../processes';

/** What one pick does to the database. */
export interface WriteShape {
  readonly puts: readonly { readonly keyBytes: number; readonly valueBytes: number }[];
  readonly removedKeyBytes: readonly number[];
}

let db: RootDatabase<Buffer, Buffer>;
let written = 0;

export const bareLmdb: Offers = {
  open(dir: string): void {
    db = open<Buffer, Buffer>({ path: path.join(dir, 'bare.mdb'), noSubdir: true, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
  },

  /** Fills the database as full as the city's is, lane by lane: in an empty one everything lies on the same few pages. */
  fill({ shape, lanes, perLane }: { shape: WriteShape; lanes: number; perLane: number }): void {
    for (let lane = 0; lane < lanes; lane += 1) {
      db.transactionSync(() => {
        for (let i = 0; i < perLane; i += 1, written += 1) {
          for (const [at, { keyBytes, valueBytes }] of shape.puts.entries()) db.putSync(keyOf(at, lane, written, keyBytes), Buffer.alloc(valueBytes, 1));
        }
      });
    }
  },

  /** Transactions per second. */
  async run({ shape, count, outstanding }: { shape: WriteShape; count: number; outstanding: number }): Promise<number> {
    const values = shape.puts.map(({ valueBytes }) => randomBytes(valueBytes));
    const one = (lane: number) => {
      const n = written;
      written += 1;
      const keys = shape.puts.map(({ keyBytes }, at) => keyOf(at, lane, n, keyBytes));
      return db.transaction(() => {
        for (const [at, keyBytes] of shape.removedKeyBytes.entries()) if (n >= outstanding) void db.remove(keyOf(at, lane, n - outstanding, keyBytes));
        for (const [at, key] of keys.entries()) void db.put(key, values[at]!);
      });
    };
    const startedAt = performance.now();
    let begun = 0;
    await Promise.all(Array.from({ length: outstanding }, async (_, lane) => {
      while (begun < count) {
        begun += 1;
        await one(lane);
      }
    }));
    return (count / (performance.now() - startedAt)) * 1000;
  },
};

/** As the keys of a city lie: by collection or index, then by lane, then in the order of the lane. */
function keyOf(at: number, lane: number, n: number, bytes: number): Buffer {
  const key = Buffer.alloc(Math.max(bytes, 8), 0x61);
  key.writeUInt16BE(at, 0);
  key.writeUInt16BE(lane, 2);
  key.writeUInt32BE(n, 4);
  return key;
}
