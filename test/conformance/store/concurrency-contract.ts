/** What every store adapter promises when several work at once. A test of a guard has a twin that shows the harm without it. */
import { ConflictError, StoreBusyError, UniqueViolation } from '../../../bff/store/port';
import { barrier, buildSeat, buildThing, clear, type TestStore, type TestTx } from './fixtures';

/** Runs the contract's third part. */
export function describeConcurrency(store: () => TestStore): void {
  beforeEach(() => clear(store()));
  const insertCounters = (...ids: string[]) => store().transact(async (tx) => {
    for (const id of ids) await tx.counters.insert({ id, n: 0 });
  });
  const bump = async (tx: TestTx, id: string) => {
    const doc = (await tx.counters.get(id))!;
    return tx.counters.replace({ ...doc, n: doc.n + 1 });
  };
  const n = async (id: string) => (await store().read((tx) => tx.counters.get(id)))?.n;

  describe('transactions', () => {
    it('leave nothing behind when they throw, and pass the error through', async () => {
      await insertCounters('c');
      const error = new Error('on purpose');
      await expect(store().transact(async (tx) => {
        await bump(tx, 'c');
        await tx.counters.insert({ id: 'd', n: 1 });
        throw error;
      })).rejects.toBe(error);
      expect([await n('c'), await n('d')]).toEqual([0, undefined]);
    });

    it('see their own writes, and others do not until the commit', async () => {
      await insertCounters('c');
      await store().transact(async (tx) => {
        await bump(tx, 'c');
        expect((await tx.counters.find({ id: 'c', n: 1 })).length).toBe(1);
        expect(await n('c')).toBe(0);
      });
      expect(await n('c')).toBe(1);
    });

    it('cannot be used once they have ended', async () => {
      await insertCounters('c');
      let kept!: TestTx;
      await store().transact(async (tx) => { kept = tx; });
      await expect(kept.counters.get('c')).rejects.toThrow('ended');
      await expect(kept.counters.insert({ id: 'x', n: 1 })).rejects.toThrow('ended');
    });

    it('allow statements side by side', async () => {
      await store().transact(async (tx) => {
        await Promise.all(Array.from({ length: 8 }, (_, i) => tx.counters.insert({ id: `p${i}`, n: i })));
        expect((await Promise.all(Array.from({ length: 8 }, (_, i) => tx.counters.get(`p${i}`)))).map((doc) => doc?.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      });
      expect(await store().read((tx) => tx.counters.count({}))).toBe(8);
    });

    it('for reading refuse to write', async () => {
      await insertCounters('c');
      const doc = (await store().read((tx) => tx.counters.get('c')))!;
      for (const act of ['replace', 'remove', 'guard', 'insert'] as const) {
        await expect(store().read(async (tx) => { await tx.counters[act](doc); })).rejects.toThrow('reading only');
      }
    });

    it('are first come, first served: the later commit on the same document loses', async () => {
      await insertCounters('c');
      const lost = store().transact(async (tx) => {
        const doc = (await tx.counters.get('c'))!;
        await store().transact((other) => bump(other, 'c'));
        await tx.counters.replace({ ...doc, n: 100 });
      }, { maxAttempts: 1 });
      await expect(lost).rejects.toThrow(StoreBusyError);
      await expect(lost).rejects.toMatchObject({ cause: expect.any(ConflictError) as unknown });
      expect(await n('c')).toBe(1);
    });

    it('lose against a document that was removed and inserted again meanwhile', async () => {
      await insertCounters('c');
      await expect(store().transact(async (tx) => {
        const doc = (await tx.counters.get('c'))!;
        await store().transact(async (other) => other.counters.remove((await other.counters.get('c'))!));
        await store().transact((other) => other.counters.insert({ id: 'c', n: 50 }));
        await tx.counters.replace({ ...doc, n: 100 });
      }, { maxAttempts: 1 })).rejects.toThrow(StoreBusyError);
      expect(await n('c')).toBe(50);
    });

    it('lose even when `work` makes something else of the lost race', async () => {
      await insertCounters('c');
      let runs = 0;
      await store().transact(async (tx) => {
        runs++;
        const doc = (await tx.counters.get('c'))!;
        if (runs === 1) await store().transact((other) => bump(other, 'c'));
        await tx.counters.replace({ ...doc, n: doc.n + 1, version: runs === 1 ? doc.version + 7 : doc.version }).catch(() => { throw new Error('misunderstood'); });
      });
      expect([runs, await n('c')]).toEqual([2, 2]);
    });

    it('are tried again a bounded number of times, then refused with nothing changed', async () => {
      await insertCounters('c', 'd');
      let runs = 0;
      await expect(store().transact(async (tx) => {
        runs++;
        const doc = (await tx.counters.get('c'))!;
        await bump(tx, 'd');
        await store().transact((other) => bump(other, 'c'));
        await tx.counters.replace({ ...doc, n: 1000 });
      }, { maxAttempts: 3 })).rejects.toThrow(StoreBusyError);
      expect([runs, await n('c'), await n('d')]).toEqual([3, 3, 0]);
    });

    it('lose no update with fifty contenders on one document', async () => {
      await insertCounters('c');
      const seen = await Promise.all(Array.from({ length: 50 }, () => store().transact(async (tx) => (await bump(tx, 'c')).n, { maxAttempts: 100 })));
      expect(await n('c')).toBe(50);
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    });

    it('that want the same unique key at once: one gets it, the others are refused by its name', async () => {
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => store().transact((tx) => tx.seats.insert(buildSeat({ id: `s${i}` })), { maxAttempts: 50 })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'UniqueViolation', index: 'oneSeatPerDoor' } satisfies Partial<UniqueViolation>);
      expect(await store().read((tx) => tx.seats.count({}))).toBe(1);
    });

    it('that insert the same id at once: likewise', async () => {
      const meet = barrier(2);
      const results = await Promise.allSettled([1, 2].map((value) => store().transact(async (tx) => {
        await tx.counters.get('c');
        await meet();
        await tx.counters.insert({ id: 'c', n: value });
      }, { maxAttempts: 50 })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((results.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ name: 'UniqueViolation', index: 'id' });
    });
  });

  describe('write skew: two on call, each may leave while the other stays', () => {
    const bothLeave = async (isGuarded: boolean) => {
      await insertCounters('ann', 'bob');
      const meet = barrier(2);
      const leave = (me: string, other: string) => {
        let isFirstTry = true;
        return store().transact(async (tx) => {
          const [mine, theirs] = [(await tx.counters.get(me))!, (await tx.counters.get(other))!];
          if (isFirstTry) await meet();
          isFirstTry = false;
          if (theirs.n !== 0) return 'stays';
          await tx.counters.replace({ ...mine, n: 1 });
          if (isGuarded) await tx.counters.guard(theirs);
          return 'left';
        });
      };
      return (await Promise.all([leave('ann', 'bob'), leave('bob', 'ann')])).sort();
    };

    it('happens without a guard, as it would on MongoDB', async () => {
      expect(await bothLeave(false)).toEqual(['left', 'left']);
      expect(await store().read((tx) => tx.counters.count({ n: 1 }))).toBe(2);
    });

    it('does not happen when what the decision rests on is guarded', async () => {
      expect(await bothLeave(true)).toEqual(['left', 'stays']);
      expect(await store().read((tx) => tx.counters.count({ n: 1 }))).toBe(1);
    });
  });

  describe('snapshots', () => {
    it('stand still while others write', async () => {
      const total = 450;
      await store().transact(async (tx) => {
        for (let i = 0; i < total; i++) await tx.things.insert(buildThing({ id: `t${String(i).padStart(3, '0')}`, rank: i, size: 1 }));
      });
      await store().read(async (tx) => {
        let seen = 0;
        for await (const doc of tx.things.iterate({}, { sort: [['rank', 'asc']] })) {
          expect(doc.size).toBe(1);
          if (seen % 50 === 0) {
            await store().transact(async (other) => {
              const ahead = await other.things.get(`t${String(total - 1 - seen).padStart(3, '0')}`);
              if (ahead) await other.things.replace({ ...ahead, size: 2, rank: -1 });
              await other.things.insert(buildThing({ id: `x${seen}`, rank: total + seen, size: 2 }));
              const behind = await other.things.get('t001');
              if (behind && seen > 0) await other.things.remove(behind);
            });
          }
          seen++;
        }
        expect(seen).toBe(total);
        expect([await tx.things.count({}), await tx.things.count({ size: 2 }), (await tx.things.find({ rank: -1 })).length]).toEqual([total, 0, 0]);
        expect((await tx.things.get('t001'))!.size).toBe(1);
      });
      expect(await store().read((tx) => tx.things.count({ size: 2 }))).toBeGreaterThan(9);
    });

    it('are fresh: a transaction begun after a commit was acknowledged sees it', async () => {
      await insertCounters('c');
      for (let i = 1; i <= 20; i++) {
        await store().transact((tx) => bump(tx, 'c'));
        expect(await n('c')).toBe(i);
      }
    });
  });
}
