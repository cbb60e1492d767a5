/** A1, A2, A4, F1: every state of an allocation × every command × every actor, and its periods (T3). */
import { allocationStates, decideAllocation, nextDueOf, type AllocationActor, type AllocationCommand, type AllocationState, type AllocationView } from '../../bff/domain/allocation/allocation';
import { DAY_MS, HOUR_MS, startOfDay } from '../../shared/shanghai-time';

const NOW = startOfDay('2026-06-06');
const rules = { noticeDownloadDays: 3, leaseWithinDays: 30, lateDownloadForfeits: false, leaseEntryGraceDays: 3, leaseRemindDays: 7, untoldHoldDays: 30, periodOutageMs: HOUR_MS };
const TODAY = '2026-06-06';
const view = (overrides: Partial<AllocationView> = {}): AllocationView => ({
  state: 'qualified', takesEffectMs: NOW, objection: 'none', noticeDay: TODAY, qualifiedAtMs: NOW, downloadByMs: NOW + 4 * DAY_MS, leaseByMs: NOW + 31 * DAY_MS, entryByMs: null, isDownloaded: true, isReminded: false, isLeaseReminded: false,
  telling: 'unproven', areOriginalsChecked: true, doubt: null, doubtSinceMs: null, endCause: null, reinstating: null, ...overrides,
});
const commands: readonly AllocationCommand[] = [{ type: 'settle' }, { type: 'upholdObjection' }, { type: 'download' }, { type: 'giveUp' }, { type: 'checkOriginals' }, { type: 'signLease', signedDay: TODAY }, { type: 'raiseDoubt', kind: 'ineligible' }, { type: 'confirmDoubt' }, { type: 'clearDoubt' },
  { type: 'creditOutage', fromMs: NOW, toMs: NOW }, { type: 'undeliverable' }, { type: 'told' }, { type: 'cancel', cause: 'districtCancelled' }, { type: 'reinstate' }];
const actors: readonly AllocationActor[] = ['system', 'family', 'operator', 'district'];
const outcome = (v: AllocationView, command: AllocationCommand, actor: AllocationActor, nowMs = NOW, values = rules): string => {
  const decision = decideAllocation(v, command, actor, nowMs, nowMs + 8 * 3_600_000, values);
  return 'refusal' in decision ? decision.refusal : decision.events.map((e) => e.type).join('+') || 'nothing';
};

const owners: Record<AllocationCommand['type'], readonly AllocationActor[]> = {
  settle: ['system'], upholdObjection: ['district'], download: ['family'], giveUp: ['family', 'operator', 'district'], checkOriginals: ['operator'], signLease: ['operator'], raiseDoubt: ['operator'], confirmDoubt: ['district'], clearDoubt: ['district'],
  creditOutage: ['system'], undeliverable: ['system'], told: ['system'], cancel: ['district'], reinstate: ['district'],
};
const table: Record<AllocationState, Partial<Record<AllocationCommand['type'], string>>> = {
  publicised: { settle: 'Qualified', upholdObjection: 'Rejected', giveUp: 'Forfeited', cancel: 'Cancelled' },
  qualified: { settle: 'nothing', download: 'nothing', giveUp: 'Forfeited', checkOriginals: 'OriginalsChecked', signLease: 'LeaseSigned', raiseDoubt: 'DoubtRaised', cancel: 'Cancelled' },
  inDoubt: { settle: 'nothing', download: 'nothing', giveUp: 'Forfeited', confirmDoubt: 'Cancelled', clearDoubt: 'DoubtCleared', cancel: 'Cancelled' },
  leased: { settle: 'nothing', download: 'nothing' },
  forfeited: { settle: 'nothing', reinstate: 'Reinstated' },
  cancelled: { settle: 'nothing' },
  rejected: { settle: 'nothing' },
};
/** News that concerns nothing is none: no refusal, no event. */
const unconcerned = ['creditOutage', 'undeliverable', 'told'];

test('A1, A2, A4, W1, W6: state × command × actor, in full', () => {
  for (const state of allocationStates) for (const command of commands) for (const actor of actors) {
    const v = view({ state, ...(state === 'inDoubt' ? { doubt: 'ineligible' as const, doubtSinceMs: NOW } : {}), endCause: 'leaseNotSigned', reinstating: { home: 'free', areMembersFree: true } });
    const expected = owners[command.type].includes(actor) ? (table[state][command.type] ?? (unconcerned.includes(command.type) ? 'nothing' : 'STATE_MISMATCH')) : 'FORBIDDEN';
    expect([state, command.type, actor, outcome(v, command, actor)]).toEqual([state, command.type, actor, expected]);
  }
});

test('A1, T2: qualifies at 00:00 after its publicity, not before, and not with an objection open or upheld', () => {
  const publicised = view({ state: 'publicised' });
  expect(outcome(publicised, { type: 'settle' }, 'system', NOW - 1)).toBe('nothing');
  expect(outcome(publicised, { type: 'settle' }, 'system', NOW)).toBe('Qualified');
  for (const objection of ['open', 'upheld'] as const) expect(outcome({ ...publicised, objection }, { type: 'settle' }, 'system', NOW + 9 * DAY_MS)).toBe('nothing');
});

test('A2, T3: the periods run from when the family is told, and their first day does not count', () => {
  const decision = decideAllocation(view({ state: 'publicised' }), { type: 'settle' }, 'system', NOW, NOW + 8 * 3_600_000, rules);
  expect(decision).toEqual({ events: [{ type: 'Qualified', downloadByMs: startOfDay('2026-06-10'), leaseByMs: startOfDay('2026-07-07') }] });
});

test('A2, F1: a late download is reminded of once, to the millisecond', () => {
  const settle: AllocationCommand = { type: 'settle' };
  const unread = view({ isDownloaded: false });
  const due = unread.downloadByMs!;
  expect(outcome(unread, settle, 'system', due - 1)).toBe('nothing');
  expect(outcome(unread, settle, 'system', due)).toBe('DownloadReminded');
  expect(outcome({ ...unread, isReminded: true }, settle, 'system', due)).toBe('nothing');
  expect(decideAllocation(unread, settle, 'system', due, due, { ...rules, lateDownloadForfeits: true })).toEqual({ events: [{ type: 'Forfeited', cause: 'noticeNotDownloaded' }] });
  expect(decideAllocation(unread, { type: 'download' }, 'family', due, due, rules)).toEqual({ events: [{ type: 'NoticeDownloaded', isLate: true }] });
  expect(decideAllocation(unread, { type: 'download' }, 'family', due - 1, due, rules)).toEqual({ events: [{ type: 'NoticeDownloaded', isLate: false }] });
});

test('A2, F1: a lease counts from the day it was signed; one signed in time is entered until the days of grace are over', () => {
  const late = view().leaseByMs!;
  const sign = (signedDay: string, nowMs: number, v = view()) => outcome(v, { type: 'signLease', signedDay }, 'operator', nowMs);
  expect(decideAllocation(view(), { type: 'signLease', signedDay: '2026-06-20' }, 'operator', late - 1, late, rules)).toEqual({ events: [{ type: 'LeaseSigned', signedDay: '2026-06-20' }] });
  expect([sign('2026-07-06', late - 1), sign('2026-07-07', late - 1), sign('2026-06-05', late - 1)]).toEqual(['LeaseSigned', 'SIGNED_DAY_WRONG', 'SIGNED_DAY_WRONG']);
  const over = view({ entryByMs: late + 3 * DAY_MS });
  expect([sign('2026-07-06', late, over), sign('2026-07-07', late, over), sign('2026-07-06', late + 3 * DAY_MS - 1, over)]).toEqual(['LeaseSigned', 'LEASE_TOO_LATE', 'LeaseSigned']);
  expect([outcome(over, { type: 'checkOriginals' }, 'operator', late), outcome(over, { type: 'raiseDoubt', kind: 'ineligible' }, 'operator', late)]).toEqual(['OriginalsChecked', 'LEASE_TOO_LATE']);
  const settle: AllocationCommand = { type: 'settle' };
  expect(decideAllocation(view(), settle, 'system', late, late, rules)).toEqual({ events: [{ type: 'LeasePeriodOver', entryByMs: late + 3 * DAY_MS }] });
  expect([outcome(over, settle, 'system', late + 3 * DAY_MS - 1), outcome(over, settle, 'system', late + 3 * DAY_MS)]).toEqual(['nothing', 'Forfeited']);
  // Noticed only when the days of grace were over as well: nobody could have kept an end nobody had named.
  expect(decideAllocation(view(), settle, 'system', late + 5 * DAY_MS + HOUR_MS, late, rules)).toEqual({ events: [{ type: 'LeasePeriodOver', entryByMs: late + 7 * DAY_MS }] });
  expect(decideAllocation(view(), settle, 'system', late, late, { ...rules, leaseEntryGraceDays: 0 })).toEqual({ events: [{ type: 'Forfeited', cause: 'leaseNotSigned' }] });
  expect(outcome(view({ areOriginalsChecked: false }), { type: 'signLease', signedDay: TODAY }, 'operator')).toBe('ORIGINALS_NOT_CHECKED');
});

test('A2: reminded once some days before the end, and not where the notice itself was news only just before', () => {
  const [settle, at]: [AllocationCommand, number] = [{ type: 'settle' }, view().leaseByMs! - 7 * DAY_MS];
  expect([outcome(view(), settle, 'system', at - 1), outcome(view(), settle, 'system', at), outcome(view({ isLeaseReminded: true }), settle, 'system', at)]).toEqual(['nothing', 'LeaseReminded', 'nothing']);
  expect(outcome(view(), settle, 'system', at, { ...rules, leaseRemindDays: 0 })).toBe('nothing');
  expect(outcome(view({ leaseByMs: NOW + 5 * DAY_MS }), settle, 'system', NOW + 5 * DAY_MS - 1)).toBe('nothing');
});

test('T6: an outage moves the periods that ran in it, by whole days; not one that was over, and none while the district looks', () => {
  const late = view().leaseByMs!;
  const credit = (v: AllocationView, fromMs: number, toMs: number) => decideAllocation(v, { type: 'creditOutage', fromMs, toMs }, 'system', toMs, toMs, rules);
  expect(credit(view(), late - DAY_MS, late + 9 * HOUR_MS)).toEqual({ events: [{ type: 'PeriodsMoved', downloadByMs: view().downloadByMs, leaseByMs: late + 2 * DAY_MS, entryByMs: null }] });
  expect(credit(view({ isDownloaded: false }), NOW + HOUR_MS, NOW + 3 * HOUR_MS)).toEqual({ events: [{ type: 'PeriodsMoved', downloadByMs: view().downloadByMs! + DAY_MS, leaseByMs: late + DAY_MS, entryByMs: null }] });
  const over = view({ entryByMs: late + 3 * DAY_MS });
  expect(credit(over, late + DAY_MS, late + 4 * DAY_MS)).toEqual({ events: [{ type: 'PeriodsMoved', downloadByMs: view().downloadByMs, leaseByMs: late, entryByMs: late + 6 * DAY_MS }] });
  expect(credit(view(), NOW + HOUR_MS, NOW + HOUR_MS + 60_000)).toEqual({ events: [] });
  expect(credit(view({ state: 'inDoubt', doubt: 'ineligible', doubtSinceMs: NOW }), NOW, NOW + 9 * DAY_MS)).toEqual({ events: [] });
});

test('Q8: who certainly was not told keeps the home longer, and has its whole time from when it hears of it', () => {
  const [settle, untold] = [{ type: 'settle' } as const, view({ telling: 'untold', isDownloaded: false, areOriginalsChecked: false })];
  const late = untold.leaseByMs!;
  expect(decideAllocation(untold, settle, 'system', late, late, { ...rules, lateDownloadForfeits: true })).toEqual({ events: [{ type: 'LeasePeriodOver', entryByMs: late + 30 * DAY_MS }] });
  expect(outcome(untold, settle, 'system', untold.downloadByMs!, { ...rules, lateDownloadForfeits: true })).toBe('DownloadReminded');
  expect(outcome({ ...untold, entryByMs: late + 30 * DAY_MS }, settle, 'system', late + 30 * DAY_MS)).toBe('Forfeited');
  const told = { type: 'FamilyTold', downloadByMs: startOfDay('2026-08-05'), leaseByMs: startOfDay('2026-09-01') };
  const nowMs = startOfDay('2026-08-01') + HOUR_MS;
  expect(decideAllocation(untold, { type: 'told' }, 'system', nowMs, nowMs, rules)).toEqual({ events: [told] });
  expect(decideAllocation(untold, { type: 'download' }, 'family', nowMs, nowMs, rules)).toEqual({ events: [told, { type: 'NoticeDownloaded', isLate: false }] });
  expect(decideAllocation(untold, { type: 'checkOriginals' }, 'operator', nowMs, nowMs, rules)).toEqual({ events: [told, { type: 'OriginalsChecked' }] });
  expect(outcome(view({ isDownloaded: false, areOriginalsChecked: false }), { type: 'undeliverable' }, 'system')).toBe('NoticeUndeliverable');
  for (const known of [{ isDownloaded: true }, { areOriginalsChecked: true }, { telling: 'told' as const }, { telling: 'untold' as const }]) {
    expect(outcome(view({ isDownloaded: false, areOriginalsChecked: false, ...known }), { type: 'undeliverable' }, 'system')).toBe('nothing');
  }
});

test('W6: only a forfeit for lateness is taken back, and only while home and people are free', () => {
  const lost = (overrides: Partial<AllocationView>) => outcome(view({ state: 'forfeited', endCause: 'leaseNotSigned', reinstating: { home: 'free', areMembersFree: true }, ...overrides }), { type: 'reinstate' }, 'district');
  expect([lost({}), lost({ endCause: 'noticeNotDownloaded' }), lost({ endCause: 'gaveUpAfterPick' }), lost({ endCause: 'documentsRefused' })]).toEqual(['Reinstated', 'Reinstated', 'STATE_MISMATCH', 'STATE_MISMATCH']);
  expect([lost({ reinstating: { home: 'gone', areMembersFree: true } }), lost({ reinstating: { home: 'lastInTurn', areMembersFree: true } }), lost({ reinstating: { home: 'free', areMembersFree: false } })]).toEqual(['HOME_NOT_AVAILABLE', 'LAST_HOME_IN_TURN', 'PERSON_IN_OPEN_CASE']);
});

test('A4, F1: refused papers are a forfeit, doubts confirmed are none; while the district looks, the clock stands still', () => {
  const inDoubt = view({ state: 'inDoubt', doubt: 'documentsRefused', doubtSinceMs: NOW });
  expect(decideAllocation(inDoubt, { type: 'confirmDoubt' }, 'district', NOW, NOW, rules)).toEqual({ events: [{ type: 'Forfeited', cause: 'documentsRefused' }] });
  expect(outcome({ ...inDoubt, doubt: 'ineligible' }, { type: 'confirmDoubt' }, 'district')).toBe('Cancelled');
  expect(outcome(inDoubt, { type: 'settle' }, 'system', NOW + 99 * DAY_MS)).toBe('nothing');
  expect(decideAllocation(inDoubt, { type: 'clearDoubt' }, 'district', NOW + 2.5 * DAY_MS, NOW, rules)).toEqual({ events: [{ type: 'DoubtCleared', leaseByMs: inDoubt.leaseByMs! + 3 * DAY_MS }] });
  expect(nextDueOf(inDoubt, rules)).toBeNull();
  expect(nextDueOf(view(), rules)).toBe(view().leaseByMs! - 7 * DAY_MS);
  expect(nextDueOf(view({ isLeaseReminded: true }), rules)).toBe(view().leaseByMs);
  expect(nextDueOf(view({ entryByMs: NOW }), rules)).toBe(NOW);
  expect(nextDueOf(view({ isDownloaded: false }), rules)).toBe(view().downloadByMs);
  expect(nextDueOf(view({ isDownloaded: false, isReminded: true, isLeaseReminded: true }), rules)).toBe(view().leaseByMs);
});
