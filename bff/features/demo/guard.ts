/**
 * Keeps a demonstration and the real thing apart. A demonstration brings staff whose passwords everybody knows
 * and a clock that expires turns at a click: never on real data. And it is one process: its clock, its inbox
 * and its players live there, and a second one would live at another time.
 */
import type { Clock } from '../../../shared/clock';
import { lastBeat } from '../../jobs/heartbeat';
import { holdLease, releaseLease } from '../../jobs/lease';
import type { Store } from '../../store/port';
import { storedOffset } from './travel';

const LEASE = 'demo';
const LEASE_MS = 6_000;
const RENEW_MS = 1_500;

/** Throws, with a sentence for people, when the data is of the other kind. Data nobody has served yet is of either. */
export async function refuseMixedData(store: Store, demo: boolean): Promise<void> {
  const isDemo = (await storedOffset(store)) !== null;
  const isReal = !isDemo && (await lastBeat({ store })) > 0;
  if (demo && isReal) throw new Error('这里是正式运行的数据，不能用来演示。正式运行请加 --no-demo；要演示，请用 --data 另选目录或用 MONGODB_URI 另选数据库。 (this is real data: run it with --no-demo, or demonstrate elsewhere)');
  if (!demo && isDemo) throw new Error('这里是演示数据，不能用于正式运行。请用 --data 另选目录或用 MONGODB_URI 另选数据库。 (this is a demonstration\'s data: choose another directory or database)');
}

/**
 * Takes the demonstration for this process until `release`; throws while another has it. Only needed on a store
 * that several processes can open. `clock` is the machine's: leases are not part of the play.
 */
export async function claimDemo(store: Store, clock: Clock, holder: string): Promise<{ release(): Promise<void> }> {
  const hold = () => holdLease(store, clock, LEASE, holder, LEASE_MS);
  if ((await hold()) === null) throw new Error('另一个演示进程正在使用这个数据库。演示只能开一个进程：请先停止那一个（刚停的等几秒再试），或用 MONGODB_URI 另选数据库。 (another demonstration is using this database)');
  const timer = setInterval(() => void hold().catch(() => undefined), RENEW_MS);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      await releaseLease(store, LEASE, holder).catch(() => undefined);
    },
  };
}
