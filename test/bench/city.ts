/**
 * A city built straight in the store before the server starts: lanes with families, homes, and a session for
 * every family, so that the load is picks and nothing else. Its rule set lets turns start at any hour, for a
 * benchmark runs at any hour; everything else is the default.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { defaultRuleSet } from '../../config/default-rule-set';
import { createKernel } from '../../bff/compose';
import { enterLane } from '../../bff/features/selection/door';
import { createSystemClock } from '../../bff/jobs/clocks';
import { systemAct, type Kernel } from '../../bff/kernel';
import { loadKeys } from '../../bff/security/keys';
import { tokenId } from '../../bff/security/tokens';
import { change } from '../../bff/store/change';
import { openEmbeddedStore } from '../../bff/store/embedded/embedded-store';
import type { Tx } from '../../bff/store/port';
import { DAY_MS } from '../../shared/shanghai-time';
import { buildHousehold, buildLane, buildListing, buildTicket } from '../support/build';
import { quietLog } from '../support/world';

export interface CityPlan {
  readonly lanes: number;
  readonly familiesPerLane: number;
  readonly homesPerLane: number;
}

export interface LanePlan {
  readonly laneId: string;
  /** In the order of the lane. */
  readonly families: readonly { readonly ticketId: string; readonly token: string }[];
  readonly homes: readonly string[];
}

export interface City {
  readonly lanes: readonly LanePlan[];
  readonly staffToken: string;
}

const BATCH = 250;

/** Opens the kernel of a data directory with the benchmark's rule set. Close the store when done. */
export async function openKernel(dataDir: string): Promise<Kernel> {
  const store = await openEmbeddedStore({ dir: path.join(dataDir, 'store') });
  const keys = loadKeys({ dir: dataDir, env: {}, allowGenerate: true });
  const options = { store, keys, clock: createSystemClock(), log: quietLog };
  const first = await createKernel(options);
  if (first.kernel.rules().version > 1) return first.kernel;
  await store.transact((tx) => tx.ruleSets.insert({ id: 'ruleSet-2', number: 2, title: 'bench', reason: '', effectiveAtMs: 0, publishedAtMs: 0, publishedBy: '', values: { ...defaultRuleSet, windowStartMs: 0, windowEndMs: DAY_MS } }));
  return (await createKernel(options)).kernel;
}

/** Builds the city, opens its lanes, and closes the store again. */
export async function buildCity(dataDir: string, plan: CityPlan): Promise<City> {
  const kernel = await openKernel(dataDir);
  const lanes = Array.from({ length: plan.lanes }, (_, at) => planLane(at, plan));
  for (const [at, lane] of lanes.entries()) await fillLane(kernel, lane, at * plan.familiesPerLane);
  const staffToken = await addStaff(kernel);
  for (const { laneId } of lanes) await change(kernel, systemAct('bench'), (work) => enterLane(kernel, work, laneId, { type: 'OpenLane', reason: 'bench' }));
  await kernel.store.close();
  return { lanes, staffToken };
}

/** The names of a lane to be filled; the `at`-th of its city. */
export function planLane(at: number, plan: CityPlan): LanePlan {
  const laneId = `area${at}-2`;
  return {
    laneId,
    families: Array.from({ length: plan.familiesPerLane }, (_, i) => {
      const queueNumber = at * plan.familiesPerLane + i + 1;
      return { ticketId: `publicRental-2-${queueNumber}`, token: tokenOf(`family ${queueNumber}`) };
    }),
    homes: Array.from({ length: plan.homesPerLane }, (_, i) => `${laneId}-home-${i + 1}`),
  };
}

/** Adds a lane, closed, with its homes, families and their sessions. Families count as called up already: that is not what is measured. */
export async function fillLane(kernel: Kernel, lane: LanePlan, offset: number): Promise<void> {
  const { laneId, families, homes } = lane;
  const areaCode = laneId.split('-')[0]!;
  const communityId = `community-${areaCode}`;
  const { store } = kernel;
  await store.transact(async (tx) => {
    await tx.communities.insert({ id: communityId, name: `${areaCode}家园`, district: '章贡区', areaCode });
    await tx.lanes.insert(buildLane({ id: laneId, areaCode, areaName: areaCode, state: 'closed', calledUpFor: homes.length }));
  });
  await inBatches(store, homes, (tx, id, i) => tx.listings.insert(buildListing({
    id, laneId, communityId, communityName: `${areaCode}家园`, floor: 1 + (i % 30), room: `${1 + (i % 30)}-${i}`,
  })));
  await inBatches(store, families, async (tx, { ticketId, token }, i) => {
    const nowMs = kernel.clock.now();
    const household = await tx.households.insert(buildHousehold(kernel, offset + i));
    await tx.tickets.insert(buildTicket({ queueNumber: offset + i + 1, laneId, householdId: household.id, calledUpAtMs: 0 }));
    await tx.sessions.insert({ id: tokenId(token), kind: 'family', subjectId: household.phoneIndex, phoneIndex: household.phoneIndex, createdAtMs: nowMs, expiresAtMs: nowMs + DAY_MS });
    if (ticketId !== `publicRental-2-${offset + i + 1}`) throw new Error('the plan and the city disagree');
  });
}

async function inBatches<T>(store: Kernel['store'], items: readonly T[], insert: (tx: Tx, item: T, at: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    await store.transact(async (tx) => {
      for (const [at, item] of items.slice(from, from + BATCH).entries()) await insert(tx, item, from + at);
    });
  }
}

async function addStaff(kernel: Kernel): Promise<string> {
  const token = tokenOf('staff');
  await kernel.store.transact(async (tx) => {
    const nowMs = kernel.clock.now();
    await tx.staff.insert({ id: 'staff-city', account: 'city', passwordHash: '', name: '市级', role: 'city', districts: [], streets: [], phoneSealed: '', active: true });
    await tx.sessions.insert({ id: tokenId(token), kind: 'staff', subjectId: 'staff-city', phoneIndex: '', createdAtMs: nowMs, expiresAtMs: nowMs + DAY_MS });
  });
  return token;
}

const tokenOf = (name: string): string => createHash('sha256').update(`bench ${name}`).digest('base64url');
