/** A1, A2, A4, F1: every state of an allocation × every command × every actor, and its periods (T3). */
import { allocationStates, decideAllocation, nextDueOf, type AllocationActor, type AllocationCommand, type AllocationState, type AllocationView } from '../../bff/domain/allocation/allocation';
import { DAY_MS, startOfDay } from '../../shared/shanghai-time';

const NOW = startOfDay('2026-06-06');
const rules = { noticeDownloadDays: 3, leaseWithinDays: 30, lateDownloadForfeits: false };
const view = (overrides: Partial<AllocationView> = {}): AllocationView => ({
  state: 'qualified', takesEffectMs: NOW, objection: 'none', downloadByMs: NOW + 4 * DAY_MS, leaseByMs: NOW + 31 * DAY_MS, isDownloaded: true, isReminded: false, areOriginalsChecked: true, doubt: null, doubtSinceMs: null, ...overrides,
});
const commands: readonly AllocationCommand[] = [{ type: 'settle' }, { type: 'upholdObjection' }, { type: 'download' }, { type: 'giveUp' }, { type: 'checkOriginals' }, { type: 'signLease' }, { type: 'raiseDoubt', kind: 'ineligible' }, { type: 'confirmDoubt' }, { type: 'clearDoubt' }];
const actors: readonly AllocationActor[] = ['system', 'family', 'operator', 'district'];
const outcome = (v: AllocationView, command: AllocationCommand, actor: AllocationActor, nowMs = NOW, values = rules): string => {
  const decision = decideAllocation(v, command, actor, nowMs, nowMs + 8 * 3_600_000, values);
  return 'refusal' in decision ? decision.refusal : decision.events.map((e) => e.type).join('+') || 'nothing';
};

const owners: Record<AllocationCommand['type'], readonly AllocationActor[]> = {
  settle: ['system'], upholdObjection: ['district'], download: ['family'], giveUp: ['family', 'operator', 'district'], checkOriginals: ['operator'], signLease: ['operator'], raiseDoubt: ['operator'], confirmDoubt: ['district'], clearDoubt: ['district'],
};
const table: Record<AllocationState, Partial<Record<AllocationCommand['type'], string>>> = {
  publicised: { settle: 'Qualified', upholdObjection: 'Rejected', giveUp: 'Forfeited' },
  qualified: { settle: 'nothing', download: 'nothing', giveUp: 'Forfeited', checkOriginals: 'OriginalsChecked', signLease: 'LeaseSigned', raiseDoubt: 'DoubtRaised' },
  inDoubt: { settle: 'nothing', download: 'nothing', giveUp: 'Forfeited', confirmDoubt: 'Cancelled', clearDoubt: 'DoubtCleared' },
  leased: { settle: 'nothing', download: 'nothing' },
  forfeited: { settle: 'nothing' },
  cancelled: { settle: 'nothing' },
  rejected: { settle: 'nothing' },
};

test('A1, A2, A4: state × command × actor, in full', () => {
  for (const state of allocationStates) for (const command of commands) for (const actor of actors) {
    const v = view({ state, ...(state === 'inDoubt' ? { doubt: 'ineligible' as const, doubtSinceMs: NOW } : {}) });
    const expected = owners[command.type].includes(actor) ? (table[state][command.type] ?? 'STATE_MISMATCH') : 'FORBIDDEN';
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

test('A2, F1: a late download is reminded of once; a late lease is a forfeit, to the millisecond', () => {
  const settle: AllocationCommand = { type: 'settle' };
  const unread = view({ isDownloaded: false });
  const due = unread.downloadByMs!;
  expect(outcome(unread, settle, 'system', due - 1)).toBe('nothing');
  expect(outcome(unread, settle, 'system', due)).toBe('DownloadReminded');
  expect(outcome({ ...unread, isReminded: true }, settle, 'system', due)).toBe('nothing');
  expect(outcome(unread, settle, 'system', due, { ...rules, lateDownloadForfeits: true })).toBe('Forfeited');
  expect(decideAllocation(unread, { type: 'download' }, 'family', due, due, rules)).toEqual({ events: [{ type: 'NoticeDownloaded', isLate: true }] });
  expect(decideAllocation(unread, { type: 'download' }, 'family', due - 1, due, rules)).toEqual({ events: [{ type: 'NoticeDownloaded', isLate: false }] });
  const late = view().leaseByMs!;
  for (const type of ['signLease', 'checkOriginals'] as const) {
    expect(outcome(view(), { type }, 'operator', late)).toBe('LEASE_TOO_LATE');
    expect(outcome(view(), { type }, 'operator', late - 1)).not.toBe('LEASE_TOO_LATE');
  }
  expect(outcome(view(), { type: 'raiseDoubt', kind: 'ineligible' }, 'operator', late)).toBe('LEASE_TOO_LATE');
  expect(decideAllocation(view(), settle, 'system', late, late, rules)).toEqual({ events: [{ type: 'Forfeited', cause: 'leaseNotSigned' }] });
  expect(outcome(view({ areOriginalsChecked: false }), { type: 'signLease' }, 'operator')).toBe('ORIGINALS_NOT_CHECKED');
});

test('A4, F1: refused papers are a forfeit, doubts confirmed are none; while the district looks, the clock stands still', () => {
  const inDoubt = view({ state: 'inDoubt', doubt: 'documentsRefused', doubtSinceMs: NOW });
  expect(decideAllocation(inDoubt, { type: 'confirmDoubt' }, 'district', NOW, NOW, rules)).toEqual({ events: [{ type: 'Forfeited', cause: 'documentsRefused' }] });
  expect(outcome({ ...inDoubt, doubt: 'ineligible' }, { type: 'confirmDoubt' }, 'district')).toBe('Cancelled');
  expect(outcome(inDoubt, { type: 'settle' }, 'system', NOW + 99 * DAY_MS)).toBe('nothing');
  expect(decideAllocation(inDoubt, { type: 'clearDoubt' }, 'district', NOW + 2.5 * DAY_MS, NOW, rules)).toEqual({ events: [{ type: 'DoubtCleared', leaseByMs: inDoubt.leaseByMs! + 3 * DAY_MS }] });
  expect(nextDueOf(inDoubt)).toBeNull();
  expect(nextDueOf(view())).toBe(view().leaseByMs);
  expect(nextDueOf(view({ isDownloaded: false }))).toBe(view().downloadByMs);
  expect(nextDueOf(view({ isDownloaded: false, isReminded: true }))).toBe(view().leaseByMs);
});
