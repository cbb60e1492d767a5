/** One lane of three families and three homes in selection, and what tests of allocations do with it, through the handlers. */
import { allocationHandlers } from '../../bff/features/allocations/handlers';
import { contactHandlers } from '../../bff/features/contact/handlers';
import { listingPoolHandlers } from '../../bff/features/listing-pool/handlers';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { standingHandlers } from '../../bff/features/standing/handlers';
import type { ApiRequest, Caller } from '../../bff/http/request';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { startOfDay } from '../../shared/shanghai-time';
import { LANE, phoneOf, seedLane } from './build';
import { buildWorld, type WorldOptions } from './world';

/** When picks of the world's first day are over their publicity. */
export const OVER = startOfDay('2026-06-06');

interface Asked { readonly params?: Record<string, string>; readonly body?: unknown; readonly query?: unknown }
export type AllocationWorld = Awaited<ReturnType<typeof buildAllocationWorld>>;

export const staff = (role: string, districts: string[] = ['章贡区']): Caller => ({ kind: 'staff', sessionId: 's', staffId: role, role, districts, streets: [] }) as Caller;
export const operator = staff('operator');
export const reviewer = staff('districtReviewer');

export async function buildAllocationWorld(options: WorldOptions = {}) {
  const world = await buildWorld(options);
  const { kernel, store, clock, gateway } = world;
  await seedLane(kernel, { homes: 3, families: [1, 2, 3].map((queueNumber) => ({ group: 'publicRental-2', queueNumber })) });
  await store.transact(async (tx) => {
    for (let i = 0; i < 3; i += 1) {
      const person = JSON.stringify({ name: `试${i}`, identity: `36070219800101000${i}` });
      await tx.members.insert({ id: `member-${i}`, householdId: `household-${i}`, relation: 'applicant', personSealed: kernel.crypto.seal(person), identityIndex: `identity-${i}`, caseOpen: true });
    }
  });
  await world.command(LANE, { type: 'OpenLane', reason: '开始选房' });

  const call = async <T = Record<string, unknown>>(name: string, caller: Caller, { params = {}, body, query = {} }: Asked = {}) => {
    const all = { ...allocationHandlers(kernel), ...publicityHandlers(kernel), ...listingPoolHandlers(kernel), ...standingHandlers(kernel), ...contactHandlers(kernel, () => true) } as Record<string, (r: ApiRequest<never>) => Promise<unknown>>;
    return (await all[name]!({ caller, params, body, query, idempotencyKey: '', address: '', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>)) as T;
  };
  const onTurn = () => store.read(async (tx) => (await tx.tickets.find({ laneId: LANE, state: 'onTurn' }))[0]!);
  const allocationOf = (id: string) => store.read(async (tx) => (await tx.allocations.get(id))!);
  return {
    ...world, call, allocationOf,
    family: (i: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: kernel.crypto.blindIndex('phone', phoneOf(i)) }),
    /** Whoever has the turn picks this home; the id of its allocation. */
    pick: async (home: number) => {
      const [ticket, listing] = [await onTurn(), await store.read((tx) => tx.listings.get(`${LANE}-home-${home}`))];
      const { pick: made } = await world.command(LANE, { type: 'PickHome', ticket, listing, assisted: null });
      return made!.id.replace('pick-', 'allocation-');
    },
    homeState: (home: number) => store.read(async (tx) => (await tx.listings.get(`${LANE}-home-${home}`))!.state),
    ticketState: (n: number) => store.read(async (tx) => (await tx.tickets.get(`publicRental-2-${n}`))!.state),
    /** Time passes while the service runs. */
    travel: async (toMs: number) => {
      await beatWithoutCredit(kernel, toMs);
      clock.nowMs = toMs;
      await world.tick();
    },
    /** Time passes while the service is down (T6). */
    downUntil: async (toMs: number) => {
      clock.nowMs = toMs;
      await world.tick();
      await world.tick();
    },
    act: async (caller: Caller, id: string, name: string, more: object = {}) => {
      const answer = await call<{ state?: string; code?: string }>('actOnAllocation', caller, { params: { allocationId: id }, body: { act: name, version: (await allocationOf(id)).version, reason: '按规定办理', ...more } });
      return answer.code ?? answer.state;
    },
    sent: (kind: string) => gateway.sent.filter((message) => message.key.startsWith(`sms-${kind}-`)),
    /** What the household's own stream of the ledger says, oldest first. */
    entriesOf: (i: number, type?: string) => store.read((tx) => tx.ledger.find({ stream: `household.household-${i}`, ...(type === undefined ? {} : { type }) }, { sort: [['seq', 'asc']] })),
  };
}
