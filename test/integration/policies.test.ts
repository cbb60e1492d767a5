/**
 * The table of policies (docs/policies.md), held against the system: every endpoint as every caller, through the HTTP
 * door, in a city in which the act is possible for whoever may do it.
 */
import { readXlsx } from 'hucre/xlsx';
import { routes, type Route } from '../../shared/contract/routes';
import { collections, type CollectionName } from '../../bff/store/collections';
import type { Tx } from '../../bff/store/port';
import type { Reply } from '../support/door';
import { readPolicies, type Cell, type PolicyRow } from '../support/policy-table';
import { callers, openCity, type City, type CityCaller } from '../support/two-districts/city';
import { here, there } from '../support/two-districts/place';
import { askedOf, knockOf, ofNone, requests, routeOf } from '../support/two-districts/requests';

const rows = readPolicies();
let city: City;
let kept: string;
let seeded: Map<string, string>;
beforeAll(async () => {
  city = await openCity();
  seeded = await documents();
  kept = await city.door.digest();
});
afterAll(() => city.door.close());

/** Asks for things of `here` by what belongs to `here` alone: whoever is elsewhere finds nothing. */
const ASKS_FOR_HERE = ['searchPeople'];
const grants: readonly Cell[] = ['ok', 'ok!', 'own'];
const routeOfRow = (row: PolicyRow): Route => routes[routeOf(row.name)];

/** What an answer comes to, in the words of the table. */
function outcomeOf({ status, code, text }: Reply): string {
  if (status === 401) return '401';
  if (code === 'FORBIDDEN') return '403';
  if (code === 'NOT_FOUND') return '404';
  if (status >= 300) return `${status} ${code} ${text.slice(0, 300)}`;
  const { results } = text.startsWith('{"results"') ? (JSON.parse(text) as { results: { ok: boolean; code: string }[] }) : { results: [] };
  const refused = results.filter(({ ok }) => !ok).map(({ code: why }) => why);
  return refused.length === 0 ? 'granted' : refused.every((why) => ['NOT_FOUND', 'FORBIDDEN'].includes(why)) ? 'row' : refused.join();
}
const said: Readonly<Record<Cell, string>> = { ok: 'granted', 'ok!': 'granted', own: 'granted', 401: '401', 403: '403', 404: '404', see: '403', row: 'row', signed: '401', demo: '404' };

/** Without what differs from one request to the next. */
const withoutTrace = ({ status, text }: Reply) => `${status} ${text.replace(/"traceId":"[^"]*"/, '')}`;
const knock = (row: PolicyRow, caller: CityCaller, asked = askedOf(row.name, city), isSigned = false) => city.door.knock(knockOf(row.name, asked, city, city.tokenOf(caller), isSigned));

async function textOf({ bytes, text }: Reply): Promise<string> {
  if (bytes.subarray(0, 2).toString('latin1') !== 'PK') return text;
  return JSON.stringify((await readXlsx(bytes)).sheets.map(({ rows: lines }) => lines));
}

/** P1, P2: what a granted answer may hold. */
async function checkContent(row: PolicyRow, cell: Cell, caller: CityCaller, reply: Reply): Promise<string[]> {
  const shown = await textOf(reply);
  const wrong: string[] = [];
  if (cell !== 'ok!') wrong.push(...city.secrets.filter((secret) => shown.includes(secret)).map((secret) => `shows ${secret} in the clear`));
  else if (!city.secrets.some((secret) => shown.includes(secret))) wrong.push('shows nobody in the clear');
  // What everybody, or everybody on the staff, is shown is of no region.
  if (routeOfRow(row).audience === 'public' || row.cells.slice(-12).every((each) => each === 'ok')) return wrong;
  const isElsewhere = (key: string) => caller.sees !== undefined && !(caller.sees as readonly string[]).includes(key);
  for (const key of ['near', 'beside', 'far']) if (isElsewhere(key) && shown.includes(`${key}-`)) wrong.push(`shows rows of ${key}`);
  for (const [key, { district }] of [['near', here], ['far', there]] as const) if (caller.districts?.length === 1 && !caller.districts.includes(district) && shown.includes(district)) wrong.push(`shows rows of ${key} (${district})`);
  const isList = row.cells.includes('own');
  if (cell === 'own' && !ASKS_FOR_HERE.includes(row.name) && !caller.sees!.some((key) => shown.includes(`${key}-`) || shown.includes(key === 'far' ? there.district : here.district))) wrong.push('does not show the caller’s own rows');
  if (cell === 'ok' && isList && !ASKS_FOR_HERE.includes(row.name) && ![here, there].every(({ key, district }) => shown.includes(`${key}-`) || shown.includes(district))) wrong.push('does not show both districts');
  return wrong;
}

/** What is not of anybody's case: a session ends by being removed. */
const PASSING = ['sessions'];
const documents = () => city.door.kernel.store.read(async (tx) => {
  const all = new Map<string, string>();
  for (const name of Object.keys(collections) as CollectionName[]) for await (const doc of (tx[name] as Tx['settings']).iterate({})) all.set(`${name} ${doc.id}`, JSON.stringify(doc));
  return all;
});

interface Entry { readonly id: string; readonly detail: { actor?: { id: string; role: string | null }; from?: string; why?: string } }
const ledger = () => city.door.kernel.store.read(async (tx) => (await tx.ledger.find({})).map(({ id, detail }): Entry => ({ id, detail: JSON.parse(detail) as Entry['detail'] })));

/** S1: an entry that says who, in which role, from where and why. */
function isRecordOf(caller: CityCaller, { detail }: Entry): boolean {
  const id = city.idOf(caller);
  return detail.actor?.id === (caller.kind === 'family' ? id.slice(0, 16) : id) && detail.actor.role === (caller.role ?? null) && detail.from!.startsWith('http 127.0.0.1') && detail.why !== '';
}

test('P1: every endpoint has its row, by its title, and every row a request that fits its contract', () => {
  const names = Object.keys(routes);
  expect(names.filter((name) => !rows.some((row) => routeOf(row.name) === name))).toEqual([]);
  expect(rows.filter((row) => !names.includes(routeOf(row.name))).map(({ name }) => name)).toEqual([]);
  expect(rows.filter((row) => names.includes(routeOf(row.name)) && row.title.replace(/（[^（）]*）$/, '') !== routeOfRow(row).summary && row.title !== routeOfRow(row).summary).map(({ title }) => title)).toEqual([]);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  expect(Object.keys(requests).filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
});

describe('P1, P2, S1: refused as the table says, telling nothing, changing nothing', () => {
  test.each(rows.filter((row) => row.cells.some((cell) => !grants.includes(cell))).map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const wrong: string[] = [];
    const asked = askedOf(row.name, city);
    const none = ofNone(asked);
    for (const [at, caller] of callers.entries()) {
      const cell = row.cells[at]!;
      if (grants.includes(cell)) continue;
      const reply = await knock(row, caller);
      const outcome = outcomeOf(reply);
      if (outcome !== said[cell]) wrong.push(`${caller.column}: ${outcome} instead of ${cell}`);
      if (none === null || !['403', '404', 'see'].includes(cell)) continue;
      const ofNobody = await knock(row, caller, none);
      const isSame = withoutTrace(reply) === withoutTrace(ofNobody);
      if (cell === 'see' ? outcomeOf(ofNobody) !== '404' : !isSame) wrong.push(`${caller.column}: of nothing ${outcomeOf(ofNobody)}, of something ${outcome}`);
    }
    const isUnchanged = (await city.door.digest()) === kept;
    if (!isUnchanged) await city.door.reset();
    expect({ wrong, isUnchanged }).toEqual({ wrong: [], isUnchanged: true });
  });
});

describe('P1, P2, S1, S3, W6: granted as the table says: its own region’s content, masked, on record; nothing removed, and nothing done by only looking', () => {
  test.each(rows.filter((row) => row.cells.some((cell) => [...grants, 'signed'].includes(cell))).map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const wrong: string[] = [];
    for (const [at, caller] of callers.entries()) {
      const cell = row.cells[at]!;
      if (!grants.includes(cell) && cell !== 'signed') continue;
      const before = row.isRecorded ? (await ledger()).map(({ id }) => id) : [];
      const reply = await knock(row, caller, askedOf(row.name, city), true);
      const outcome = outcomeOf(reply);
      const problems = outcome === 'granted' ? await checkContent(row, cell, caller, reply) : [outcome];
      if (row.isRecorded && !(await ledger()).some((entry) => !before.includes(entry.id) && isRecordOf(caller, entry))) problems.push('is not in the ledger');
      if ((await city.door.digest()) !== kept) {
        const after = await documents();
        const lost = [...seeded.keys()].filter((key) => !after.has(key) && !PASSING.includes(key.split(' ')[0]!));
        if (lost.length > 0) problems.push(`removes ${lost.join()}`);
        // Opening a link asks with GET: at most that somebody looked is then written down.
        const written = [...after].filter(([key, text]) => seeded.get(key) !== text).map(([key]) => key.split(' ')[0]!);
        if (routeOfRow(row).method === 'GET' && written.some((name) => !['ledger', 'ledgerHeads'].includes(name))) problems.push(`GET writes ${written.join()}`);
        await city.door.reset();
      }
      wrong.push(...problems.map((problem) => `${caller.column}: ${problem}`));
      // Who calls makes no difference to what nobody need sign in for.
      if (cell === 'signed') break;
    }
    expect(wrong).toEqual([]);
  });

  test('the city is set back whole after each: nothing is granted only because of what another did', async () => {
    expect(await city.door.digest()).toBe(kept);
  });
});
