/** Households with members, as candidates of a batch and through the handlers, for tests of waiting. Every person is invented. */
import { batchHandlers } from '../../bff/features/batch/handlers';
import { generateBatches } from '../../bff/features/batch/generate';
import { offerCandidate, takeReceiptNumber, type NewCandidate } from '../../bff/features/batch/candidates';
import { publicityHandlers } from '../../bff/features/publicity/handlers';
import { standingHandlers } from '../../bff/features/standing/handlers';
import { waitingHandlers } from '../../bff/features/waiting/handlers';
import { staffWaitingHandlers } from '../../bff/features/waiting/staff-handlers';
import { familyHandlers } from '../../bff/features/family/handlers';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import { systemAct } from '../../bff/kernel';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { change } from '../../bff/store/change';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import { buildHousehold, phoneOf } from './build';
import type { World } from './world';

export const reviewer: Caller = { kind: 'staff', sessionId: 's', staffId: 'reviewer-1', role: 'districtReviewer', districts: ['章贡区'] };
export const otherReviewer: Caller = { ...reviewer, staffId: 'reviewer-2', districts: ['南康区'] };

/** A household and its people, by birth year; its id is `household-<index>`. */
export async function seedHousehold({ kernel }: World, index: number, { births = ['1980', '1985'], priorityCategory = null as string | null } = {}): Promise<string> {
  const household = buildHousehold(kernel, index, { priorityCategory, size: births.length });
  await kernel.store.transact(async (tx) => {
    await tx.households.insert(household);
    for (const [at, year] of births.entries()) {
      const identity = `360702${year}0101${String(index).padStart(3, '0')}${at}`;
      await tx.members.insert({
        id: `${household.id}-${at + 1}`, householdId: household.id, relation: at === 0 ? '本人' : '子女', personSealed: kernel.crypto.seal(JSON.stringify({ name: `试验${index}${at}`, identity })),
        identityIndex: kernel.crypto.blindIndex('identity', identity), caseOpen: true,
      });
    }
  });
  return household.id;
}

export const callerOf = ({ kernel }: World, index: number): Caller => ({ kind: 'family', sessionId: 's', phoneIndex: kernel.crypto.blindIndex('phone', phoneOf(index)) });

/** Offers a seeded household as if its second publicity were over. */
export async function offer(world: World, index: number, overrides: Partial<NewCandidate> = {}): Promise<void> {
  await change(world.kernel, systemAct('test'), async (work) => offerCandidate(world.kernel, work, {
    id: `candidate-${index}`, kind: 'new', householdId: `household-${index}`, district: '章贡区', group: 'publicRental-2', priorityCategory: null,
    submittedAtMs: 1_750_000_000_000 + index, receiptNumber: await takeReceiptNumber(work), eligibleFromMs: work.nowMs, ...overrides,
  }));
}

/** Calls a handler as the HTTP layer would; what goes in and what comes out must fit the contract. */
export function caller(world: World) {
  const { kernel } = world;
  const handlers = { ...waitingHandlers(kernel), ...staffWaitingHandlers(kernel), ...standingHandlers(kernel), ...batchHandlers(kernel), ...publicityHandlers(kernel), ...familyHandlers(kernel) } as Record<string, (request: ApiRequest<never>) => Promise<unknown>>;
  return async <T = Record<string, unknown>>(name: string, by: Caller, params: Record<string, string> = {}, body: unknown = undefined, query: unknown = {}) => {
    const route: Route = routes[name as RouteName];
    for (const [schema, value] of [[route.body, body], [route.query, query]] as const) if (schema !== undefined) expect(schema.safeParse(value).error).toBeUndefined();
    const request = { caller: by, params, body, query, idempotencyKey: '', address: 'test', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>;
    const answer = await handlers[name]!(request);
    if (!(answer instanceof Refusal)) expect(route.answer.safeParse(answer).error).toBeUndefined();
    return answer instanceof Refusal ? { refused: answer.code } as T & { refused?: string } : answer as T & { refused?: string };
  };
}

/** To an instant, with the service up all along; everything due at it happens. */
export async function goTo(world: World, atMs: number): Promise<void> {
  await beatWithoutCredit(world.kernel, atMs);
  world.clock.nowMs = atMs;
  await world.tick();
  while (await generateBatches(world.kernel)) { /* a batch larger than one look */ }
}

export const ticketsOf = (world: World, group: string) => world.store.read((tx) => tx.tickets.find({ group }, { sort: [['queueNumber', 'asc']] }));
export const ticketOf = (world: World, id: string) => world.store.read(async (tx) => (await tx.tickets.get(id))!);
