/**
 * The real system in one process: every handler behind the checks of the HTTP door (audience, contract of what goes in
 * and of what comes out, idempotency key), the real jobs, store and ledger; time stands still unless told to go on.
 */
import path from 'node:path';
import { FileVault } from '../../bff/features/attachments/vault';
import { noScanner } from '../../bff/adapters/virus-scan/virus-scan';
import { Exporter } from '../../bff/features/exports/exporter';
import { LiveBoard } from '../../bff/features/live/board';
import { verifyLedger } from '../../bff/features/ledger/verify';
import { composeHandlers } from '../../bff/handlers';
import { Refusal, type ApiRequest, type Caller } from '../../bff/http/request';
import { beatWithoutCredit } from '../../bff/jobs/heartbeat';
import type { RuleSet } from '../../bff/domain/rules/rule-set';
import type { Kernel } from '../../bff/kernel';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import { areaOf, families, firstHomes, lotteryMembers, LOTTERY_DAY, lotteryTickets, people, rules, staff, START_MS } from './city';
import { buildHousehold, buildLane, buildListing, buildTicket, phoneOf } from '../support/build';
import { buildWorld, quietLog, type World } from '../support/world';
import { SeededChance } from '../sim/seeded-chance';

export type Answer = { readonly code: string } | { readonly body: any };
export interface Asked { readonly params?: Record<string, string>; readonly body?: unknown; readonly query?: unknown; readonly key?: string }

export interface System {
  readonly world: World;
  /** What went wrong in the jobs; a healthy city has nothing here. */
  readonly faults: string[];
  ask(name: RouteName, by: string, asked?: Asked): Promise<Answer>;
  /** One look of the jobs, as the scheduler has every second. */
  look(): Promise<void>;
  goTo(atMs: number): Promise<void>;
  /** How far every stream of the ledger has come. */
  ledger(): Promise<string>;
  /** Null when every chain holds. */
  brokenLedger(): Promise<string | null>;
  close(): Promise<void>;
}

const unversioned = <D extends { version: number }>({ version: _version, ...doc }: D) => doc;

/** Opens the city of `city.ts`. */
export async function openSystem(seed: string): Promise<System> {
  const faults: string[] = [];
  const world = await buildWorld({ nowMs: START_MS, chance: new SeededChance(`model/${seed}`), log: { ...quietLog, error: (fields, message) => void faults.push(`${message}: ${String((fields['err'] as Error | undefined)?.stack ?? JSON.stringify(fields))}`) } });
  const { kernel, store } = world;
  let sent = 0;
  world.gateway.next = () => ({ kind: 'accepted', gatewayId: `gateway-${(sent += 1)}` });
  const ruleSet: RuleSet = { version: 1, values: rules };
  Object.assign(kernel, { rules: () => ruleSet, rulesOf: () => ruleSet } satisfies Partial<Kernel>);
  await populate(kernel);
  const board = new LiveBoard(store, world.clock, 0);
  const handlers = composeHandlers({
    kernel, board, exporter: new Exporter(kernel, path.join(world.dir, 'exports'), 'model'), exchange: null, vault: new FileVault(path.join(world.dir, 'attachments'), kernel.crypto), scanner: noScanner,
    verifySmsReceipt: () => true, onSessionEnded: () => undefined, demo: null,
  }) as unknown as Record<string, (request: ApiRequest<never>) => Promise<unknown>>;
  const look = async () => {
    // Twice: what the first look leaves to be told is told by the second.
    await world.tick();
    await world.tick();
  };
  await look();

  return {
    world, faults, look,
    ask: async (name, by, { params = {}, body, query, key = '' } = {}) => {
      const route: Route = routes[name];
      const caller = callerOf(kernel, by);
      if (['family', 'staff'].includes(route.audience) && caller.kind !== route.audience) return { code: 'FORBIDDEN' };
      if (route.body !== undefined && !route.body.safeParse(body).success) return { code: 'VALIDATION_FAILED' };
      if (route.idempotent === true && key === '') return { code: 'IDEMPOTENCY_KEY_REQUIRED' };
      if (name === 'getLive' || name === 'listLanes') for (const { id } of await store.read((tx) => tx.lanes.find({}))) board.changed(id);
      const request = { caller, params, body: body ?? undefined, query: query ?? {}, idempotencyKey: key, address: 'model', traceId: '', rawBody: '', headers: {} } as unknown as ApiRequest<never>;
      const answer = await handlers[name]!(request);
      if (answer instanceof Refusal) return { code: answer.code };
      const parsed = route.answer.safeParse(answer);
      if (!parsed.success) throw new Error(`${name} answers something that is not in its contract: ${parsed.error.message}`);
      return { body: answer };
    },
    goTo: async (atMs) => {
      await beatWithoutCredit(kernel, atMs);
      world.clock.nowMs = atMs;
      await look();
    },
    ledger: () => store.read(async (tx) => JSON.stringify((await tx.ledgerHeads.find({}, { sort: [['id', 'asc']] })).map(({ id, seq }) => [id, seq]))),
    brokenLedger: async () => {
      const verdict = await verifyLedger(store, { nowMs: world.clock.nowMs });
      return verdict.verified ? null : JSON.stringify(verdict.problems);
    },
    close: () => world.close(),
  };
}

/** `f1` is a signed-in family, a name of `staff` a member of staff, anything else a passer-by. */
function callerOf(kernel: Kernel, by: string): Caller {
  const [family, clerk] = [families[by], staff[by]];
  if (family !== undefined) return { kind: 'family', sessionId: by, phoneIndex: kernel.crypto.blindIndex('phone', phoneOf(family.phone)) };
  return clerk === undefined ? { kind: 'public' } : { kind: 'staff', sessionId: by, staffId: by, ...clerk };
}

async function populate(kernel: Kernel): Promise<void> {
  await kernel.store.transact(async (tx) => {
    for (const [district, areaCode] of Object.entries(areaOf)) {
      await tx.communities.insert({ id: `community-${areaCode}`, name: `${areaCode}家园`, district, areaCode });
      for (const bedrooms of [1, 2, 3]) await tx.lanes.insert(unversioned(buildLane({ id: `${areaCode}-${bedrooms}`, areaCode, areaName: district, bedrooms, state: 'closed' })));
      // A high home that nobody can have, so that the top floor is the same for every home of the model (L2).
      await tx.listings.insert(unversioned(buildListing({ id: `roof-${areaCode}`, communityId: `community-${areaCode}`, communityName: `${areaCode}家园`, district, laneId: `${areaCode}-1`, bedrooms: 1, floor: 6, room: '601', state: 'withdrawn' })));
    }
    for (const { home, district, bedrooms, floor } of firstHomes) {
      const areaCode = areaOf[district]!;
      await tx.listings.insert(unversioned(buildListing({ id: home, communityId: `community-${areaCode}`, communityName: `${areaCode}家园`, district, laneId: `${areaCode}-${bedrooms}`, bedrooms, floor, room: home })));
    }
    for (const { family, group, number } of lotteryTickets) {
      const { phone, district, street, priority } = families[family]!;
      const members = lotteryMembers(family);
      await tx.households.insert(buildHousehold(kernel, phone, { id: `k-${family}`, district, street, size: members.length, priorityCategory: priority === '' ? null : priority }));
      for (const [at, person] of members.entries()) {
        const { identity } = people[person]!;
        await tx.members.insert({ id: `k-${family}-${at + 1}`, householdId: `k-${family}`, relation: at === 0 ? '本人' : '家人', personSealed: kernel.crypto.seal(JSON.stringify({ name: `试${person}`, identity })), identityIndex: kernel.crypto.blindIndex('identity', identity), caseOpen: true });
      }
      await tx.tickets.insert(unversioned(buildTicket({ id: `ticket-${group}-${number}`, group, queueNumber: number, householdId: `k-${family}`, laneId: `${areaOf[district]!}-${group.split('-')[1]!}`, batchDay: LOTTERY_DAY } as never)));
    }
  });
}
