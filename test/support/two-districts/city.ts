/** A city of two districts in which every act of every endpoint is possible, and one caller of each kind at its door. */
import { sealDays } from '../../../bff/features/seals/seal-days';
import { systemAct } from '../../../bff/kernel';
import { tokenId } from '../../../bff/security/tokens';
import { hashPassword } from '../../../bff/security/passwords';
import { change } from '../../../bff/store/change';
import { DAY_MS, HOUR_MS } from '../../../shared/shanghai-time';
import { openDoor, type Door } from '../door';
import { MORNING_MS } from '../world';
import { seedApplications, seedHomes, seedLanes, seedWaiting } from './cases';
import { beside, here, phoneOfPlace, Seeder, there, type Place } from './place';

export interface CityCaller {
  /** Heading of its column in docs/policies.md. */
  readonly column: string;
  readonly kind: 'nobody' | 'family' | 'staff';
  readonly role?: string;
  readonly districts?: readonly string[];
  readonly streets?: readonly string[];
  /** Whose rows its lists may hold, and whose they must not; city-wide callers see all. */
  readonly sees?: readonly Place['key'][];
}

/** Every column of docs/policies.md, in its order. Acts are on things of `near`. */
export const callers: readonly CityCaller[] = [
  { column: '未登录', kind: 'nobody' },
  { column: '本户', kind: 'family', sees: ['near'] },
  { column: '他户', kind: 'family', sees: ['far'] },
  { column: '本街道', kind: 'staff', role: 'streetClerk', districts: [here.district], streets: [here.street], sees: ['near'] },
  { column: '邻街道', kind: 'staff', role: 'streetClerk', districts: [here.district], streets: [beside.street], sees: ['beside'] },
  // Two districts may have a street of one name.
  { column: '外区街道', kind: 'staff', role: 'streetClerk', districts: [there.district], streets: [here.street, there.street], sees: ['far'] },
  { column: '本区审核', kind: 'staff', role: 'districtReviewer', districts: [here.district], sees: ['near', 'beside'] },
  { column: '外区审核', kind: 'staff', role: 'districtReviewer', districts: [there.district], sees: ['far'] },
  { column: '本区运营', kind: 'staff', role: 'operator', districts: [here.district], sees: ['near'] },
  { column: '外区运营', kind: 'staff', role: 'operator', districts: [there.district], sees: ['far'] },
  { column: '本区窗口', kind: 'staff', role: 'window', districts: [here.district], sees: ['near', 'beside'] },
  { column: '外区窗口', kind: 'staff', role: 'window', districts: [there.district], sees: ['far'] },
  { column: '市级', kind: 'staff', role: 'city', districts: [] },
  { column: '监督', kind: 'staff', role: 'inspector', districts: [] },
  { column: '管理员', kind: 'staff', role: 'administrator', districts: [] },
];

export interface City {
  readonly door: Door;
  /** Made by the city's own handlers; its name cannot be chosen. */
  readonly exportId: string;
  /** What must not be in any answer in the clear. */
  readonly secrets: readonly string[];
  tokenOf(caller: CityCaller): string | undefined;
  idOf(caller: CityCaller): string;
}

export const STAFF_PASSWORD = 'a password of the test';
export const SIGN_IN_CODE = '123456';
const PDF = Buffer.from(`%PDF-1.4\n${'an invented paper '.repeat(8)}\n%%EOF\n`);
export const paper: Uint8Array = PDF;

/** Seeds the city through one day, so that the first of it is sealed, and keeps it: `door.reset()` comes back here. */
export async function openCity(): Promise<City> {
  const door = await openDoor(MORNING_MS - DAY_MS);
  try {
    return await seedCity(door);
  } catch (error) {
    // A door left open would keep the whole run from ending.
    await door.close();
    throw error;
  }
}

async function seedCity(door: Door): Promise<City> {
  const { kernel } = door;
  const secrets: string[] = [];
  const place = async (at: Place, seed: (s: Seeder) => Promise<void>) => kernel.store.transact(async (tx) => {
    const seeder = new Seeder(kernel, tx, at);
    await seed(seeder);
    secrets.push(...seeder.secrets);
  });
  for (const at of [here, there]) {
    await place(at, async (s) => {
      await seedLanes(s);
      await seedWaiting(s);
      await seedHomes(s);
      await seedApplications(s, ['draft', 'levelOne', 'supplementOne', 'firstPublicity', 'levelTwo']);
    });
    await change(kernel, systemAct('房源入库'), (work) => work.record({ stream: `lane.${at.area}-2`, type: 'HomesOffered', open: { listingIds: [`${at.key}-home-free`], cause: 'import' }, detail: {} }));
  }
  // Who is to be called up has been: no look at a lane finds anything to do.
  await kernel.store.transact(async (tx) => {
    for (const lane of await tx.lanes.find({})) await tx.lanes.replace({ ...lane, calledUpFor: await tx.listings.count({ laneId: lane.id, state: 'available' }) });
  });
  await place(beside, (s) => seedApplications(s, ['levelOne']));

  await kernel.store.transact(async (tx) => {
    const passwordHash = await hashPassword(STAFF_PASSWORD);
    const session = (caller: CityCaller, subjectId: string, phoneIndex: string) => tx.sessions.insert({ id: tokenId(tokenOf(caller)!), kind: caller.kind === 'staff' ? 'staff' : 'family', subjectId, phoneIndex, createdAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER });
    for (const caller of callers) {
      if (caller.kind === 'family') await session(caller, idOf(door, caller), idOf(door, caller));
      if (caller.kind !== 'staff') continue;
      await tx.staff.insert({ id: idOf(door, caller), account: idOf(door, caller), passwordHash, name: caller.column, role: caller.role!, districts: [...caller.districts!], streets: [...(caller.streets ?? [])], phoneSealed: '', active: true });
      await session(caller, idOf(door, caller), '');
    }
    const [first] = await tx.ruleSets.find({}, { limit: 1 });
    // What is off by default is on here: Q9.
    const set = await tx.ruleSets.insert({ id: 'ruleSet-2', number: 2, title: '全部开启', reason: '测试', effectiveAtMs: MORNING_MS - HOUR_MS, publishedAtMs: 0, publishedBy: '', values: { ...first!.values, rankedPickOffered: true } });
    await tx.ruleSetDrafts.insert({ id: 'near-draft', title: '草稿', state: 'draft', basedOn: set.number, values: set.values, savedAtMs: MORNING_MS, savedBy: 'somebody' });
    await tx.batches.insert({ id: 'batch:2026-05-20', day: '2026-05-20', state: 'told', cursor: null, toldUpTo: null, ranges: [{ group: 'publicRental-2', fromNumber: 1, toNumber: 9, priority: 0 }], startedAtMs: 0, numberedAtMs: 0, toldAtMs: 0, publicityId: null, ruleSetVersion: 1 });
    const codeSealed = kernel.crypto.seal(SIGN_IN_CODE);
    await tx.signInCodes.insert({ id: kernel.crypto.blindIndex('phone', phoneOfPlace(here)), codeSealed, phoneSealed: kernel.crypto.seal(phoneOfPlace(here)), createdAtMs: 0, expiresAtMs: MORNING_MS + DAY_MS, attempts: 0, used: false, lastSentAtMs: 0, day: '2026-05-01', sendsToday: 0 });
  });

  door.clock.nowMs = MORNING_MS;
  await kernel.rulebook.refresh();
  await sealDays.run(kernel);
  await kernel.ensureAlive();
  const family = callers.find(({ column }) => column === '本户')!;
  const uploaded = await door.knock({ method: 'POST', url: '/api/me/applications/near-application-supplementOne/attachments', token: tokenOf(family), headers: { 'x-file-name': 'paper.pdf', 'content-type': 'application/pdf' }, body: paper });
  const inspector = callers.find(({ role }) => role === 'inspector')!;
  const asked = await door.knock({ method: 'POST', url: '/api/staff/exports', token: tokenOf(inspector), headers: { 'idempotency-key': 'seed-export' }, body: JSON.stringify({ scope: { kind: 'household', householdId: 'near-waiting' }, reason: '抽查', unmasked: false }) });
  if (uploaded.status !== 201 || asked.status !== 202) throw new Error(`the city could not be seeded: ${uploaded.text} ${asked.text}`);
  // What is asked for from now on is not written: a file is no answer of the request that asked for it.
  await door.exporter.idle();
  await door.exporter.stop();
  await door.keep();
  return { door, secrets, exportId: (JSON.parse(asked.text) as { id: string }).id, tokenOf, idOf: (caller) => idOf(door, caller) };
}

function tokenOf(caller: CityCaller): string | undefined {
  return caller.kind === 'nobody' ? undefined : `a-token-of-the-test-${callers.indexOf(caller)}`;
}

/** Who the ledger says it was: a member of staff by its id, a family by its phone's index. */
function idOf({ kernel }: Door, caller: CityCaller): string {
  if (caller.kind === 'family') return kernel.crypto.blindIndex('phone', phoneOfPlace(caller.column === '本户' ? here : there));
  return caller.kind === 'staff' ? `staff-${callers.indexOf(caller)}` : '';
}
