/**
 * Bad input: what nobody should send, sent to every endpoint by somebody who may call it. Each is answered with a code
 * of the catalogue that says what to do, and changes nothing.
 */
import { errorCatalogue, type ErrorCode, type Problem } from '../../shared/errors';
import { routes, type Route } from '../../shared/contract/routes';
import { startOfDay } from '../../shared/shanghai-time';
import { contentOf } from '../support/applications';
import type { Reply } from '../support/door';
import { readPolicies, type PolicyRow } from '../support/policy-table';
import { callers, openCity, paper, type City, type CityCaller } from '../support/two-districts/city';
import { here, phoneOfPlace } from '../support/two-districts/place';
import { askedOf, knockOf, ofNone, routeOf, type Asked } from '../support/two-districts/requests';
import { MORNING_MS } from '../support/world';

let city: City;
let kept: string;
beforeAll(async () => {
  city = await openCity();
  kept = await city.door.digest();
});
afterAll(() => city.door.close());

const rows = readPolicies().filter((row) => !row.cells.includes('demo'));
const routeOfRow = (row: PolicyRow): Route => routes[routeOf(row.name)];
/** Somebody who may: of one region if there is such a caller. */
function granted(row: PolicyRow): CityCaller {
  const may = callers.filter((_, at) => ['ok', 'ok!', 'own', 'signed'].includes(row.cells[at]!));
  return may.find(({ sees }) => sees !== undefined) ?? may[0]!;
}
const byName = (name: string) => rows.find((row) => row.name === name)!;

/** What an answer comes to: `granted`, the code of the problem, or the codes of the refused rows of a list of acts. */
function outcomeOf({ status, code, text }: Reply): string {
  if (code !== '') return code;
  if (status >= 300) return `status ${status}`;
  const refused = text.startsWith('{"results"') ? (JSON.parse(text) as { results: { ok: boolean; code: string }[] }).results.filter(({ ok }) => !ok).map((row) => row.code) : [];
  return refused.length === 0 ? 'granted' : [...new Set(refused)].join();
}

/** Sends it, and says what is wrong with the answer: another code, one that is not in the catalogue, words that do not help. */
async function complaint(row: PolicyRow, what: string, asked: Asked, codes: readonly ErrorCode[], raw: { body?: string; headers?: Record<string, string>; withoutKey?: boolean } = {}): Promise<string[]> {
  const knock = knockOf(row.name, asked, city, city.tokenOf(granted(row)));
  const { 'idempotency-key': key, ...headers } = knock.headers!;
  const reply = await city.door.knock({ ...knock, ...(raw.body === undefined ? {} : { body: raw.body }), headers: { ...headers, ...(key === undefined || raw.withoutKey ? {} : { 'idempotency-key': key }), ...raw.headers } });
  const outcome = outcomeOf(reply);
  const complaints = (codes as readonly string[]).includes(outcome) ? [] : [`${what}: ${outcome} instead of ${codes.join(' or ')} ${reply.code === '' ? '' : reply.text.slice(0, 200)}`];
  if (reply.code === '') return complaints;
  const problem = JSON.parse(reply.text) as Problem;
  const known = errorCatalogue[problem.code];
  if (known === undefined || known.status !== reply.status || known.title !== problem.title) complaints.push(`${what}: not as documented: ${reply.text.slice(0, 200)}`);
  for (const { path, message } of problem.fields ?? []) if (!/[\u4e00-\u9fff]/.test(message)) complaints.push(`${what}: ${path} is told "${message}"`);
  return complaints;
}

async function expectNothing(wrong: readonly string[]): Promise<void> {
  const isUnchanged = (await city.door.digest()) === kept;
  if (!isUnchanged) await city.door.reset();
  expect({ wrong, isUnchanged }).toEqual({ wrong: [], isUnchanged: true });
}

const named = (some: readonly PolicyRow[]) => some.map((row) => [row.name, row] as const);
const hasBody = (row: PolicyRow) => routeOfRow(row).body !== undefined;
const bodyOf = (row: PolicyRow) => (askedOf(row.name, city).body ?? {}) as Record<string, unknown>;

describe('bodies that are none', () => {
  test.each(named(rows.filter(hasBody)))('%s', async (_, row) => {
    const asked = askedOf(row.name, city);
    const body = JSON.stringify(asked.body ?? {});
    await expectNothing([
      ...(await complaint(row, 'cut off', asked, ['MALFORMED_JSON'], { body: '{"version":' })),
      ...(await complaint(row, 'not a number', asked, ['MALFORMED_JSON'], { body: '{"version":NaN}' })),
      ...(await complaint(row, 'a list', asked, ['VALIDATION_FAILED'], { body: '[]' })),
      ...(await complaint(row, 'a text', asked, ['VALIDATION_FAILED'], { body: '"text"' })),
      ...(await complaint(row, 'a form', asked, ['UNSUPPORTED_MEDIA_TYPE'], { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })),
      ...(await complaint(row, 'too large', asked, ['BODY_TOO_LARGE'], { body: `${body}${' '.repeat(70_000)}` })),
      ...(await complaint(row, 'a field nobody asked for', { ...asked, body: { ...(asked.body ?? {}), isAdministrator: true } }, ['VALIDATION_FAILED'])),
      ...(await complaint(row, 'a prototype', asked, ['VALIDATION_FAILED'], { body: body === '{}' ? '{"__proto__":{"role":"city"}}' : `{"__proto__":{"role":"city"},${body.slice(1)}` })),
    ]);
  });
});

describe('fields of the wrong kind, too long, with characters nobody sees', () => {
  test.each(named(rows.filter((row) => hasBody(row))))('%s', async (_, row) => {
    const asked = askedOf(row.name, city);
    const wrong: string[] = [];
    for (const [field, value] of Object.entries(bodyOf(row))) {
      const tries: [string, unknown][] = [['an operator', { $ne: null }]];
      if (typeof value === 'string') tries.push(['a number', 7], ['a list', [value]], ['sixty thousand characters', 'x'.repeat(60_000)], ['a bell', `${value}\u0007`], ['a reversed script', `\u202e${value}`], ['half a character', `${value}\ud800`]);
      if (typeof value === 'number') tries.push(['a text', String(value)], ['half', value + 0.5], ['more than any number', 1e300], ...(field === 'atMs' ? [] : [['less than none', -1] as [string, unknown]]));
      if (typeof value === 'boolean') tries.push(['a text', 'true'], ['a number', 1]);
      // Nothing ranked is an order too, and a family may be of one.
      if (Array.isArray(value)) tries.push(['a text', 'x'], ...(['rankHomes', 'registerTenancy'].includes(row.name) ? [] : [['nothing in it', []] as [string, unknown]]), ['far too many', Array.from({ length: 300 }, () => value[0] as unknown)]);
      for (const [what, bad] of tries) {
        // A version that never was is one somebody else has written meanwhile.
        const codes: ErrorCode[] = field === 'version' && typeof bad === 'number' && Number.isInteger(bad) ? ['VALIDATION_FAILED', 'REQUEST_IN_CONFLICT'] : ['VALIDATION_FAILED'];
        const text = JSON.stringify({ ...bodyOf(row), [field]: bad });
        wrong.push(...(await complaint(row, `${field}: ${what}`, asked, codes, { body: text })));
      }
    }
    await expectNothing(wrong);
  });
});

describe('ids of nobody, of another region, of nothing', () => {
  const rowCodes: readonly ErrorCode[] = ['NOT_FOUND', 'FORBIDDEN', 'VALIDATION_FAILED', 'RULE_SET_PUBLISHED'];
  test.each(named(rows.filter((row) => row.cells.some((cell) => ['404', 'row', 'see'].includes(cell)))))('%s', async (_, row) => {
    const asked = askedOf(row.name, city);
    const wrong: string[] = [];
    const none = ofNone(asked);
    if (none !== null) wrong.push(...(await complaint(row, 'of nobody', none, ['NOT_FOUND'])));
    // Who is of one region is told of another's as of nobody's.
    const elsewhere = JSON.stringify([asked.params, asked.query, asked.body]).replace(/near-/g, 'far-').replace(new RegExp(`${here.area}-`, 'g'), 'nankang-');
    const [params, query, body] = JSON.parse(elsewhere) as [Asked['params'], Asked['query'], unknown];
    if (granted(row).sees !== undefined && elsewhere.includes('far-')) wrong.push(...(await complaint(row, 'of another region', { ...asked, params: params ?? {}, ...(query == null ? {} : { query }), ...(body == null ? {} : { body }) }, ['NOT_FOUND'])));
    for (const bad of ['../../etc/passwd', "' or 1=1 --", '{"$ne":null}', 'x'.repeat(4_000), '空', '%00', '__proto__', 'near-waiting\u0000']) {
      for (const name of Object.keys(asked.params ?? {})) wrong.push(...(await complaint(row, `${name} ${bad.slice(0, 20)}`, { ...asked, params: { ...asked.params, [name]: bad } }, rowCodes)));
    }
    await expectNothing(wrong);
  });
});

describe('Q4: request numbers', () => {
  test.each(named(rows.filter((row) => routeOfRow(row).idempotent === true && row.cells.includes('ok'))))('%s', async (_, row) => {
    const asked = askedOf(row.name, city);
    const wrong = [
      ...(await complaint(row, 'none', asked, ['IDEMPOTENCY_KEY_REQUIRED'], { withoutKey: true })),
      ...(await complaint(row, 'too short', asked, ['VALIDATION_FAILED'], { headers: { 'idempotency-key': 'short' } })),
      ...(await complaint(row, 'with a gap', asked, ['VALIDATION_FAILED'], { headers: { 'idempotency-key': 'a key with gaps' } })),
      ...(await complaint(row, 'too long', asked, ['VALIDATION_FAILED'], { headers: { 'idempotency-key': 'k'.repeat(129) } })),
    ];
    expect(wrong).toEqual([]);
    // Granted once; the same again is the same answer, another content under it is refused, and neither changes anything.
    const knock = knockOf(row.name, asked, city, city.tokenOf(granted(row)));
    const first = await city.door.knock(knock);
    const once = await city.door.digest();
    const again = await city.door.knock(knock);
    const other = differently(row, asked);
    const reused = other === null ? null : outcomeOf(await city.door.knock(knockOf(row.name, other, city, city.tokenOf(granted(row)))));
    const twice = await city.door.digest();
    await city.door.reset();
    const timeless = ({ status, text }: Reply) => `${status} ${text.replace(/"serverNowMs":\d+/, '')}`;
    expect({ first: outcomeOf(first), again: timeless(again), reused }).toEqual({ first: 'granted', again: timeless(first), reused: other === null ? null : 'IDEMPOTENCY_KEY_REUSED' });
    expect(twice).toBe(once);
  });

  /** The same request with another content that is as good; null where there is nothing to say otherwise. */
  function differently(row: PolicyRow, asked: Asked): Asked | null {
    const body = bodyOf(row);
    const field = ['reason', 'place', 'consent', 'contractNumber', 'listingId'].find((name) => typeof body[name] === 'string');
    if (field !== undefined) return { ...asked, body: { ...body, [field]: `${String(body[field])}-2` } };
    if ('version' in body) return { ...asked, body: { ...body, version: 2 } };
    return 'listingIds' in body ? { ...asked, body: { ...body, listingIds: [] } } : null;
  }
});

/** What is wrong with it, by whom and at which endpoint it is tried, with what, and the code it gets. */
type Case = readonly [what: string, row: string, change: (asked: Asked) => Asked, code: ErrorCode, atMs?: number];
const withBody = (change: Record<string, unknown>) => (asked: Asked): Asked => ({ ...asked, body: { ...(asked.body as object), ...change } });
const withQuery = (change: Record<string, string>) => (asked: Asked): Asked => ({ ...asked, query: { ...asked.query, ...change } });
const withParams = (change: Record<string, string>) => (asked: Asked): Asked => ({ ...asked, params: { ...asked.params, ...change } });
const asFile = (text: string | Uint8Array, headers: Record<string, string> = {}) => (asked: Asked): Asked => ({
  ...asked, file: typeof text === 'string' ? Buffer.from(text.padEnd(200, ' '), 'latin1') : text, headers: () => ({ 'x-file-name': 'paper.pdf', 'content-type': 'application/pdf', ...headers }),
});
const festival = (firstDay: string, lastDay: string) => ({ name: '元旦', firstDay, lastDay, makeUpDays: [] });
const NEVER = ['2026-02-30', '2026-13-01', '0000-00-00', '2026-6-1', '9999-99-99', 'tomorrow'];

const cases: readonly Case[] = [
  // Reviews out of order, decisions on what is no longer so.
  ['level two of a case at level one', 'reviewApplication/level-two', withParams({ applicationId: 'near-application-levelOne' }), 'REVIEW_OUT_OF_ORDER'],
  ['level one of a case at level two', 'reviewApplication/level-one', withParams({ applicationId: 'near-application-levelTwo' }), 'REVIEW_OUT_OF_ORDER'],
  ['a review while the case is publicised', 'reviewApplication/level-one', withParams({ applicationId: 'near-application-firstPublicity' }), 'REVIEW_OUT_OF_ORDER'],
  ['a review while the family puts papers right', 'reviewApplication/level-one', withParams({ applicationId: 'near-application-supplementOne' }), 'REVIEW_OUT_OF_ORDER'],
  ['a rejection without a reason', 'reviewApplication/level-one', withBody({ outcome: 'reject', reasons: '   ' }), 'VALIDATION_FAILED'],
  ['a third level', 'reviewApplication/level-one', withBody({ level: 3 }), 'VALIDATION_FAILED'],
  ['a draft saved under review', 'saveDraft', withParams({ applicationId: 'near-application-levelOne' }), 'APPLICATION_UNDER_REVIEW'],
  ...(['saveDraft', 'submitApplication', 'withdrawApplication', 'giveUpAllocation', 'withdrawWaitingRequest', 'withdrawTransfer', 'reviewApplication/level-one', 'reviewApplication/level-two', 'decideObjection', 'cancelQualification', 'giveUpWaiting', 'decideWaitingRequest',
    'stopSubsidy', 'liftBar', 'actOnAllocation/check-originals', 'actOnAllocation/confirm-doubt', 'actOnTransfer/accept', 'actOnSwap/approve', 'replaceCalendarYear', 'saveRuleDraft', 'publishRuleDraft', 'dropRuleDraft'] as const)
    .map((row): Case => ['a decision on a version that is no longer so', row, withBody({ version: 41 }), 'REQUEST_IN_CONFLICT']),
  // Acts in the wrong state.
  ['a lease before the originals were checked', 'actOnAllocation/check-originals', withBody({ act: 'signLease', contractNumber: 'HT-1' }), 'ORIGINALS_NOT_CHECKED'],
  ['a lease without its number', 'actOnAllocation/check-originals', withBody({ act: 'signLease' }), 'VALIDATION_FAILED'],
  ['a swap signed before the inspection', 'actOnSwap/withdraw', withBody({ act: 'sign', firstContractNumber: 'A', secondContractNumber: 'B' }), 'STATE_MISMATCH'],
  ['a transfer signed before a home is assigned', 'actOnTransfer/accept', withBody({ act: 'sign', contractNumber: 'HT-1' }), 'STATE_MISMATCH'],
  ['a home swapped with itself', 'matchSwap', withBody({ secondListingId: 'near-home-a-tenant' }), 'STATE_MISMATCH'],
  ['a home swapped into another district', 'matchSwap', withBody({ secondListingId: 'far-home-b-tenant' }), 'STATE_MISMATCH'],
  ['a pick of a home of another lane', 'pickHome', withBody({ listingId: 'far-home-free' }), 'HOME_NOT_IN_LANE'],
  ['a pick of a home somebody has', 'pickHome', withBody({ listingId: 'near-home-qualified' }), 'HOME_NOT_AVAILABLE'],
  ['a pick out of turn', 'pickHome', withParams({ ticketId: 'near-waiting-ticket' }), 'NOT_YOUR_TURN'],
  ['a continuation where nothing was missed', 'askToContinue', withParams({ ticketId: 'near-waiting-ticket' }), 'NOTHING_MISSED'],
  ['a second request beside an open one', 'makeWaitingRequest', withBody({ ticketId: 'near-asked-ticket' }), 'REQUEST_ALREADY_OPEN'],
  ['a number on turn cancelled', 'cancelQualification', withParams({ ticketId: 'near-onTurn-ticket' }), 'TURN_RUNNING'],
  ['an objection to what is not in the list', 'raiseObjection', withBody({ subjectId: 'near-application-levelOne.1' }), 'NOT_FOUND'],
  ['a home offered to two tenants', 'assignHomes', withBody({ items: [{ transferId: 'near-transfer-approved', version: 1, listingId: 'near-home-free' }] }), 'HOME_NOT_AVAILABLE'],
  ['a blacklisting over a credit record of somebody else', 'blacklistMember', withBody({ creditRecordId: 'far-credit' }), 'VALIDATION_FAILED'],
  // Files that are not what they say.
  ['a program called paper.pdf', 'uploadAttachment', asFile('MZ\x90\0 this program cannot be run in DOS mode'), 'FILE_TYPE_REFUSED'],
  ['a page of HTML called paper.pdf', 'uploadAttachment', asFile('<html><script>alert(1)</script></html>'), 'FILE_TYPE_REFUSED'],
  ['the beginning of a PDF and nothing of the rest', 'uploadAttachment', asFile('%PDF-1.7 and then something else'), 'FILE_TYPE_REFUSED'],
  ['an archive called photo.png', 'uploadAttachment', asFile('PK\x03\x04', { 'x-file-name': 'photo.png', 'content-type': 'image/png' }), 'FILE_TYPE_REFUSED'],
  ['a drawing with a script in it', 'uploadAttachment', asFile('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', { 'x-file-name': 'photo.png' }), 'FILE_TYPE_REFUSED'],
  ['an empty file', 'uploadAttachment', asFile(new Uint8Array(0)), 'FILE_TYPE_REFUSED'],
  ['a file of eleven megabytes', 'uploadAttachment', asFile(new Uint8Array(11 * 1024 * 1024)), 'BODY_TOO_LARGE'],
  ['a name that is no text', 'uploadAttachment', asFile(paper, { 'x-file-name': '%E0%A4%A' }), 'VALIDATION_FAILED'],
  ['a kind that is none', 'uploadAttachment', asFile(paper, { 'x-file-kind': 'passport' }), 'VALIDATION_FAILED'],
  ['a file for a case under review', 'uploadAttachment', withParams({ applicationId: 'near-application-levelOne' }), 'APPLICATION_UNDER_REVIEW'],
  // Days and times.
  ...NEVER.map((day): Case => [`${day} is no day: a home vacated`, 'actOnHomes/submit', withBody({ act: 'reportVacated', vacatedDay: day }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: rules in force`, 'publishRuleDraft', withBody({ effectiveDay: day }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: a bar`, 'blacklistMember', withBody({ untilDay: day }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: an export`, 'requestExport', withBody({ scope: { kind: 'period', fromDay: day, toDay: '2026-06-01' } }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: a what-if`, 'tryRuleSet', withBody({ to: day }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: a festival`, 'replaceCalendarYear', withBody({ festivals: [festival(day, '2026-01-03')] }), 'VALIDATION_FAILED']),
  ...NEVER.map((day): Case => [`${day} is no day: a list of swaps`, 'listSwaps', withQuery({ fromDay: day }), 'VALIDATION_FAILED']),
  ['a home vacated tomorrow', 'actOnHomes/submit', withBody({ act: 'reportVacated', vacatedDay: '2026-06-02', items: [{ listingId: 'near-home-a-tenant', version: 1 }] }), 'VALIDATION_FAILED'],
  ['a period that ends before it begins', 'requestExport', withBody({ scope: { kind: 'period', fromDay: '2026-06-01', toDay: '2026-05-01' } }), 'VALIDATION_FAILED'],
  ['a period to come', 'requestExport', withBody({ scope: { kind: 'period', fromDay: '2026-06-01', toDay: '2027-01-01' } }), 'VALIDATION_FAILED'],
  ['a what-if of the future', 'tryRuleSet', withBody({ from: '2030-01-01', to: '2030-02-01' }), 'VALIDATION_FAILED'],
  ['rules in force since yesterday', 'publishRuleDraft', withBody({ effectiveDay: '2026-05-31' }), 'EFFECTIVE_DAY_TOO_SOON'],
  ['a festival that ends before it begins', 'replaceCalendarYear', withBody({ festivals: [festival('2026-01-03', '2026-01-01')] }), 'VALIDATION_FAILED'],
  ['a bar that is over already', 'blacklistMember', withBody({ untilDay: '2020-01-01' }), 'VALIDATION_FAILED'],
  ...['abcd', '1999', '2026.5', '-1', 'NaN'].map((year): Case => [`the calendar of ${year}`, 'replaceCalendarYear', withParams({ year }), 'NOT_FOUND']),
  ['T3: a period that reaches into a year without its calendar', 'actOnHomes/submit', withBody({ act: 'reportVacated', vacatedDay: '2026-12-25', items: [{ listingId: 'near-home-a-tenant', version: 1 }] }), 'CALENDAR_YEAR_MISSING', startOfDay('2026-12-25') + 10 * 3_600_000],
  // Numbers.
  ...['NaN', '-1', '0', '1.5', '1e3', '101', 'ten', '٣'].map((limit): Case => [`a page of ${limit}`, 'listAllocations', withQuery({ limit }), 'VALIDATION_FAILED']),
  ...['NaN', '-1', '0', '1e9', '９'].map((queueNumber): Case => [`the number ${queueNumber}`, 'findTicket', withQuery({ queueNumber }), 'VALIDATION_FAILED']),
  ['a group that is none of the six', 'listCandidates', withQuery({ group: 'lowRent-4' }), 'VALIDATION_FAILED'],
  ['a query nobody asked for', 'listAllocations', withQuery({ role: 'city' }), 'VALIDATION_FAILED'],
  ['a cursor of nobody’s making', 'searchApplications', withBody({ cursor: 'bm9uc2Vuc2U' }), 'VALIDATION_FAILED'],
  ...[{ floor: 1_000 }, { bedrooms: 4 }, { areaSqm: 0 }, { areaSqm: -5 }, { rentFen: -1 }, { rentFen: 0.5 }, { district: '火星区' }].map((home): Case => [`a home with ${JSON.stringify(home)}`, 'reportHomes', (asked) => ({ ...asked, body: { submit: false, homes: [{ ...(asked.body as { homes: object[] }).homes[0], ...home }] } }), 'VALIDATION_FAILED']),
  // People.
  ...['360702198002300012', '36070219800101001', '360702199901010019', '00000019800101001X', 'G12345678'].map((identity): Case => [`nobody has the number ${identity}`, 'searchPeople', () => ({ body: { identity } }), 'VALIDATION_FAILED']),
  ['a telephone that is none', 'requestCode', withBody({ phone: '12345678901234' }), 'VALIDATION_FAILED'],
  ['both an identity number and a telephone', 'searchPeople', withBody({ identity: '360702198001010018' }), 'VALIDATION_FAILED'],
];

describe('what is as it should be, and still not right', () => {
  test.each(cases.map((each) => [`${each[0]} → ${each[3]}`, each] as const))('%s', async (_, [what, name, change, code, atMs]) => {
    city.door.clock.nowMs = atMs ?? MORNING_MS;
    try {
      const row = byName(name);
      await expectNothing(await complaint(row, what, change(askedOf(name, city)), [code]));
    } finally {
      city.door.clock.nowMs = MORNING_MS;
    }
  });
});

describe('V3, F2: the same person in two cases, and one who may not apply', () => {
  const people = () => city.door.kernel.store.read(async (tx) => {
    const identityOf = async (id: string) => (JSON.parse(city.door.kernel.crypto.open((await tx.members.get(id))!.personSealed)) as { identity: string }).identity;
    return { waiting: await identityOf('near-waiting-1'), barred: await identityOf('near-numberless-1') };
  });
  /** Saves a draft that names these people, and hands it in. Saving is no act on anybody else; handing in is refused. */
  async function handIn(members: readonly { name: string; identity: string; relation: string }[]): Promise<[string, boolean]> {
    const family = callers.find(({ column }) => column === '本户')!;
    const send = (row: string, body: unknown, version: number) => city.door.knock(knockOf(row, { ...askedOf(row, city), body: { ...(body as object), version } }, city, city.tokenOf(family)));
    const saved = await send('saveDraft', { content: contentOf(here.base, { district: here.district, street: here.street, phone: phoneOfPlace(here), members: [...members] }) }, 1);
    const before = await city.door.digest();
    const handedIn = await send('submitApplication', { confirm: true }, (JSON.parse(saved.text) as { version: number }).version);
    const isUnchanged = (await city.door.digest()) === before;
    await city.door.reset();
    return [outcomeOf(handedIn), isUnchanged];
  }
  test('V3: somebody who waits with another household', async () => {
    expect(await handIn([{ name: '某某', identity: (await people()).waiting, relation: '配偶' }])).toEqual(['PERSON_IN_OPEN_CASE', true]);
  });
  test('V3: somebody twice in one household', async () => {
    expect(await handIn([{ name: '某某', identity: contentOf(here.base).identity!, relation: '配偶' }])).toEqual(['VALIDATION_FAILED', true]);
  });
  test('F2: somebody who is barred', async () => {
    const { barred } = await people();
    await city.door.kernel.store.transact(async (tx) => void (await tx.members.replace({ ...(await tx.members.get('near-numberless-1'))!, caseOpen: false })));
    expect(await handIn([{ name: '某某', identity: barred, relation: '配偶' }])).toEqual(['PERSON_BARRED', true]);
  });
});
