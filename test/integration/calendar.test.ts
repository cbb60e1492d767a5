/** The calendar of working days over HTTP (T3): notices by year, amended by the administrator, in the ledger, warned about. */
import { actPeriod } from '../../bff/domain/time/periods';
import { loadCalendar } from '../../bff/features/calendar/load';
import { seedCalendar } from '../../bff/features/calendar/seed';
import { defaultCalendar } from '../../config/default-calendar';
import { routes, type Route, type RouteName } from '../../shared/contract/routes';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';
import { startDemo, type Running } from '../support/service';
import { signInAs } from '../support/staff';

let app: Running;
let token: string;
beforeAll(async () => {
  app = await startDemo({ demoNowMs: startOfDay('2026-11-30') + 10 * 3_600_000 });
  token = await signInAs(app.service.kernel, 'administrator');
}, 30_000);
afterAll(() => app.close());

interface Year { year: number; version: number; festivals: { name: string; firstDay: string; lastDay: string; makeUpDays: string[] }[] }
const list = async () => (await app.call<{ years: Year[]; warnings: string[] }>('GET', '/api/staff/calendar-years', { token })).body;
const year2027 = (version: number, extra: Record<string, unknown> = {}) => ({
  version, source: '国办发明电〔2026〕9号', reason: '录入下一年安排',
  festivals: [['元旦', '2027-01-01', '2027-01-03'], ['劳动节', '2027-05-01', '2027-05-05'], ['国庆节', '2027-10-01', '2027-10-07']].map(([name, firstDay, lastDay]) => ({ name, firstDay, lastDay, makeUpDays: [] as string[] })),
  ...extra,
});
const replace = (year: string, body: unknown, as = token) => app.call<Year & { code?: string; fields?: { path: string }[] }>('POST', `/api/staff/calendar-years/${year}`, { token: as, body });
const fits = (name: RouteName, body: unknown) => expect((routes[name] as Route).answer.safeParse(body).success).toBe(true);
const workingEnd = (day: string) => app.service.kernel.store.read(async (tx) => actPeriod(startOfDay(day), 3, 'working', await loadCalendar(tx, day)));

test('T3: the years the program came with are loaded once; every member of staff may read them', async () => {
  const { years, warnings } = await list();
  expect(years.map((each) => each.year)).toEqual([2025, 2026]);
  expect(warnings).toEqual([]);
  const reader = await signInAs(app.service.kernel, 'streetClerk', ['章贡区']);
  const one = await app.call('GET', '/api/staff/calendar-years/2026', { token: reader });
  fits('getCalendarYear', one.body);
  fits('listCalendarYears', await list());
  expect((await app.call('GET', '/api/staff/calendar-years/2031', { token: reader })).status).toBe(404);
});

test('T3: from December on staff are warned of the missing notice; loading it ends the warning and makes the period answerable', async () => {
  expect(await workingEnd('2026-12-30')).toEqual({ missingYear: 2027 });
  await app.call('POST', '/api/demo/clock/travel', { body: { byMs: DAY_MS } });
  expect((await list()).warnings).toEqual([expect.stringContaining('2027 年')]);
  const loaded = await replace('2027', year2027(0));
  expect(loaded).toMatchObject({ status: 200, body: { year: 2027, version: 1 } });
  fits('replaceCalendarYear', loaded.body);
  expect((await list()).warnings).toEqual([]);
  expect(await workingEnd('2026-12-30')).toMatchObject({ lastDay: '2027-01-05' });
});

test('two people amending at once: the second is told, and sees what the first wrote', async () => {
  const amended = year2027(1, { reason: '补调休' });
  amended.festivals[0]!.makeUpDays.push('2027-01-09');
  const [first, second] = [await replace('2027', amended), await replace('2027', year2027(1))];
  expect(first).toMatchObject({ status: 200, body: { version: 2 } });
  expect(second).toMatchObject({ status: 409, body: { code: 'REQUEST_IN_CONFLICT', view: { version: 2 } } });
  expect((await replace('2027', year2027(0))).body.code).toBe('REQUEST_IN_CONFLICT');
  const race = await Promise.all([replace('2027', year2027(2)), replace('2027', year2027(2))]);
  expect(race.map((answer) => answer.status).sort()).toEqual([200, 409]);
  const entries = await app.service.kernel.store.read((tx) => tx.ledger.find({ stream: 'office', type: 'CalendarYearReplaced' }, { sort: [['seq', 'asc']] }));
  expect(entries.map((entry) => JSON.parse(entry.detail) as { why: string; actor: { role: string }; before: Year | null; after: Year })).toMatchObject([
    { why: '录入下一年安排', actor: { role: 'administrator' }, before: null, after: { version: 1 } },
    { why: '补调休', before: { version: 1 }, after: { version: 2, festivals: [{ makeUpDays: ['2027-01-09'] }, {}, {}] } },
    { before: { version: 2 }, after: { version: 3 } },
  ]);
});

test('bad input and strangers change nothing', async () => {
  const before = (await list()).years;
  for (const role of ['city', 'districtReviewer', 'window', 'inspector', 'operator', 'streetClerk']) {
    expect((await replace('2027', year2027(3), await signInAs(app.service.kernel, role, ['章贡区']))).body.code).toBe('FORBIDDEN');
  }
  const bad = year2027(3);
  bad.festivals[0] = { ...bad.festivals[0]!, firstDay: '2027-02-31' };
  expect((await replace('2027', bad)).body).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'festivals.0.firstDay' }] });
  expect((await replace('2027', year2027(3, { festivals: year2027(3).festivals.slice(1) }))).body).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'festivals' }] });
  expect((await replace('2027', year2027(3, { reason: '' }))).body.code).toBe('VALIDATION_FAILED');
  for (const year of ['1999', 'abcd', '20277']) expect((await replace(year, year2027(0))).body.code).toBe('NOT_FOUND');
  expect((await list()).years).toEqual(before);
});

test('a year staff amended is not overwritten by the one the program came with', async () => {
  const { store, clock } = app.service.kernel;
  const year = (await list()).years.find((each) => each.year === 2026)!;
  const festivals = year.festivals.map((each) => (each.name === '春节' ? { ...each, lastDay: '2026-02-24' } : each));
  expect((await replace('2026', { version: year.version, source: '市政府通知', reason: '更正', festivals })).status).toBe(200);
  await seedCalendar(store, defaultCalendar, clock.now());
  expect((await list()).years.find((each) => each.year === 2026)).toMatchObject({ version: 2, festivals });
});
