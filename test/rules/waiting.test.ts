/** M1, M2, W1–W4: every command on every state of a number, and what each depends on besides. */
import { defaultRuleSet } from '../../config/default-rule-set';
import { afterMiss, decideWaiting } from '../../bff/domain/waiting/decide';
import type { WaitingCommand, WaitingView } from '../../bff/domain/waiting/waiting';
import type { RuleSet } from '../../bff/domain/rules/rule-set';
import { ticketStates } from '../../bff/store/collections';

const NOW = 1_000;
const rules: RuleSet = { version: 1, values: defaultRuleSet };
type State = (typeof ticketStates)[number];
const view = (state: State | null, overrides: Partial<WaitingView> = {}): WaitingView => ({
  ticket: state === null ? null : { state, group: 'publicRental-2', bedrooms: 2 }, continuations: 0, miss: null, request: null, hasOpenRequest: false, subsidy: null, size: 2, isContested: false, isBarred: false, isCandidate: false, ...overrides,
});
/** The refusal, or what happens, in one line. */
const outcome = (v: WaitingView, command: WaitingCommand, nowMs = NOW) => {
  const decision = decideWaiting(v, command, nowMs, rules);
  return 'refusal' in decision ? decision.refusal : decision.events.map((event) => ('state' in event ? `${event.type}:${event.state}` : event.type === 'CandidateOffered' ? `${event.type}:${event.kind}:${event.group}` : event.type === 'BatchForfeited' ? `${event.type}:${event.cause}` : event.type)).join(' ');
};
const open = (continueUntilMs: number | null = NOW + 1) => ({ miss: { state: 'open' as const, continueUntilMs } });
const adjust: WaitingCommand = { type: 'AskToAdjust', group: 'publicRental-1', size: 2 };
const request = (kind: 'adjust' | 'toSubsidy' | 'fromSubsidy', group: string | null = null) => ({ request: { state: 'open' as const, kind, group }, hasOpenRequest: true });
const running = { subsidy: { state: 'running' as const } };

// One line a command, one column a state, in the order of the states themselves.
const waiting = 'NUMBER_NOT_WAITING';
const table: readonly (readonly [string, WaitingCommand, Partial<WaitingView>, Readonly<Record<State, string>>])[] = [
  ['M1 ask to continue, no miss', { type: 'AskToContinue' }, {}, { publicised: 'NOTHING_MISSED', queued: 'NOTHING_MISSED', onTurn: 'TURN_RUNNING', picked: 'NOTHING_MISSED', missed: 'NOTHING_MISSED', renewing: 'NOTHING_MISSED', forfeited: 'CONTINUATION_TOO_LATE', void: 'NOTHING_MISSED' }],
  ['W2 ask to adjust', adjust, {}, { publicised: 'RequestMade', queued: 'RequestMade', onTurn: 'TURN_RUNNING', picked: 'ALREADY_PICKED', missed: waiting, renewing: waiting, forfeited: waiting, void: waiting }],
  ['W3 ask for subsidy', { type: 'AskForSubsidy' }, {}, { publicised: 'RequestMade', queued: 'RequestMade', onTurn: 'TURN_RUNNING', picked: 'ALREADY_PICKED', missed: waiting, renewing: waiting, forfeited: waiting, void: waiting }],
  ['W2 approve', { type: 'ApproveRequest' }, request('adjust', 'publicRental-1'), {
    publicised: 'RequestSettled:approved TicketEnded:renewing CandidateOffered:adjust:publicRental-1', queued: 'RequestSettled:approved TicketEnded:renewing CandidateOffered:adjust:publicRental-1',
    onTurn: 'TURN_RUNNING', picked: 'ALREADY_PICKED', missed: waiting, renewing: waiting, forfeited: waiting, void: waiting,
  }],
  ['W3 approve', { type: 'ApproveRequest' }, request('toSubsidy'), {
    publicised: 'RequestSettled:approved TicketEnded:void SubsidyStarted', queued: 'RequestSettled:approved TicketEnded:void SubsidyStarted',
    onTurn: 'TURN_RUNNING', picked: 'ALREADY_PICKED', missed: waiting, renewing: waiting, forfeited: waiting, void: waiting,
  }],
  ['W1 cancel', { type: 'Leave', cause: 'cancelled' }, {}, {
    publicised: 'TicketEnded:void CaseClosed', queued: 'TicketEnded:void CaseClosed', onTurn: 'TURN_RUNNING', picked: 'ALREADY_PICKED', missed: 'TicketEnded:void CaseClosed',
    renewing: 'CandidateWithdrawn TicketEnded:void CaseClosed', forfeited: waiting, void: waiting,
  }],
  ['M1 ask to continue with a request open', { type: 'AskToContinue' }, { ...open(), ...request('adjust', 'publicRental-1') }, {
    publicised: 'NOTHING_MISSED', queued: 'NOTHING_MISSED', onTurn: 'TURN_RUNNING', picked: 'NOTHING_MISSED', missed: 'ContinuationAsked RequestSettled:withdrawn TicketEnded:renewing', renewing: 'NOTHING_MISSED', forfeited: 'CONTINUATION_TOO_LATE', void: 'NOTHING_MISSED',
  }],
  ['M2 lapse without a miss', { type: 'LapseMiss' }, {}, Object.fromEntries(ticketStates.map((state) => [state, 'ALREADY_DONE'])) as Record<State, string>],
  ['M1 grant without a request', { type: 'GrantContinuation' }, {}, Object.fromEntries(ticketStates.map((state) => [state, 'ALREADY_DONE'])) as Record<State, string>],
];
test.each(table)('%s', (_name, command, overrides, expected) => {
  expect(Object.fromEntries(ticketStates.map((state) => [state, outcome(view(state, overrides), command)]))).toEqual(expected);
});

test('W1, W4, F3: before there is a number: out of the batch to come; with neither number nor candidate there is nothing to leave', () => {
  const leave: WaitingCommand = { type: 'Leave', cause: 'cancelled' };
  expect(outcome(view(null, { isCandidate: true }), leave)).toBe('CandidateWithdrawn CaseClosed');
  expect(outcome(view(null, { isCandidate: true, hasOpenRequest: true }), leave)).toBe('CandidateWithdrawn RequestSettled:withdrawn CaseClosed');
  expect(outcome(view(null), leave)).toBe(waiting);
});

describe('M1, M2: after a miss', () => {
  test.each([
    ['in time', open(), 'ContinuationAsked TicketEnded:renewing'],
    ['in the last millisecond', open(NOW + 1), 'ContinuationAsked TicketEnded:renewing'],
    ['at the end of the period, which is exclusive (T3)', open(NOW), 'CONTINUATION_TOO_LATE'],
    ['while nobody can state the end (T3)', open(null), 'ContinuationAsked TicketEnded:renewing'],
    ['twice', { miss: { state: 'asked' as const, continueUntilMs: NOW + 1 } }, 'ALREADY_DONE'],
    ['after an upheld objection', { miss: { state: 'refused' as const, continueUntilMs: NOW + 1 } }, 'CONTINUATION_TOO_LATE'],
    ['a second time in a batch', { ...open(), continuations: 1 }, 'CONTINUATION_USED'],
  ])('asking %s', (_name, overrides, expected) => expect(outcome(view('missed', overrides), { type: 'AskToContinue' })).toBe(expected));

  test('a miss may be made good once a batch, settable', () => {
    expect([0, 1, 2].map((continuations) => afterMiss(continuations, rules))).toEqual(['mayContinue', 'forfeited', 'forfeited']);
    expect(afterMiss(1, { ...rules, values: { ...rules.values, continuationsPerBatch: 2 } })).toBe('mayContinue');
    expect(afterMiss(0, { ...rules, values: { ...rules.values, continuationsPerBatch: 0 } })).toBe('forfeited');
  });

  test('granted, it is in the next batch of its own group; refused, the number is void and it is no forfeit', () => {
    const asked = { miss: { state: 'asked' as const, continueUntilMs: 1 } };
    expect(outcome(view('renewing', asked), { type: 'GrantContinuation' })).toBe('MissSettled:continued CandidateOffered:continue:publicRental-2');
    expect(outcome(view('renewing', asked), { type: 'RefuseContinuation' })).toBe('MissSettled:refused TicketEnded:void CaseClosed');
    for (const state of ['continued', 'ended', 'refused'] as const) for (const type of ['GrantContinuation', 'RefuseContinuation'] as const) expect(outcome(view('renewing', { miss: { state, continueUntilMs: 1 } }), { type })).toBe('ALREADY_DONE');
    // Left the queue while it was publicised: nothing to grant any more.
    expect(outcome(view('void', asked), { type: 'GrantContinuation' })).toBe('ALREADY_DONE');
  });

  test('no request in time is a forfeit, exactly at the end and not before', () => {
    expect(outcome(view('missed', open(NOW + 1)), { type: 'LapseMiss' })).toBe('ALREADY_DONE');
    expect(outcome(view('missed', open(null)), { type: 'LapseMiss' })).toBe('ALREADY_DONE');
    expect(outcome(view('missed', open(NOW)), { type: 'LapseMiss' })).toBe('MissSettled:forfeited TicketEnded:forfeited BatchForfeited:noRequest CaseClosed');
    expect(outcome(view('renewing', { miss: { state: 'asked', continueUntilMs: 1 } }), { type: 'LapseMiss' })).toBe('ALREADY_DONE');
    // W2, W3: what was asked about a number goes with the number.
    expect(outcome(view('missed', { ...open(NOW), hasOpenRequest: true }), { type: 'LapseMiss' })).toBe('MissSettled:forfeited RequestSettled:withdrawn TicketEnded:forfeited BatchForfeited:noRequest CaseClosed');
    expect(outcome(view('renewing', { miss: { state: 'asked', continueUntilMs: 1 }, hasOpenRequest: true }), { type: 'RefuseContinuation' })).toBe('MissSettled:refused RequestSettled:withdrawn TicketEnded:void CaseClosed');
  });
});

describe('W2, W3, W4: requests', () => {
  test.each([
    ['publicRental-1', 2, 'RequestMade'], ['lowRent-2', 2, 'RequestMade'], ['lowRent-1', 2, 'RequestMade'],
    ['publicRental-2', 2, 'GROUP_NOT_SMALLER'], ['publicRental-3', 2, 'GROUP_NOT_SMALLER'], ['lowRent-3', 2, 'GROUP_NOT_SMALLER'],
    ['publicRental-1', 3, 'SIZE_CHANGED'],
  ] as const)('W2: from publicRental-2 to %s with %i people: %s', (group, size, expected) => expect(outcome(view('queued'), { type: 'AskToAdjust', group, size })).toBe(expected));

  test('one request at a time; a settled one is settled', () => {
    for (const command of [adjust, { type: 'AskForSubsidy' }, { type: 'AskToReturn', group: 'lowRent-1' }] as const) expect(outcome(view('queued', { hasOpenRequest: true, ...running }), command)).toBe('REQUEST_ALREADY_OPEN');
    for (const type of ['ApproveRequest', 'RejectRequest', 'WithdrawRequest'] as const) for (const state of ['approved', 'rejected', 'withdrawn'] as const) expect(outcome(view('queued', { request: { state, kind: 'adjust', group: 'lowRent-1' } }), { type })).toBe('ALREADY_DONE');
    expect(outcome(view('queued', request('adjust', 'lowRent-1')), { type: 'RejectRequest' })).toBe('RequestSettled:rejected');
    expect(outcome(view('onTurn', request('adjust', 'lowRent-1')), { type: 'WithdrawRequest' })).toBe('RequestSettled:withdrawn');
  });

  test('G5: nothing is approved over an objection that is not decided', () => {
    for (const kind of ['adjust', 'toSubsidy'] as const) expect(outcome(view('publicised', { ...request(kind, 'publicRental-1'), isContested: true }), { type: 'ApproveRequest' })).toBe('OBJECTION_OPEN');
    expect(outcome(view('publicised', { ...request('adjust', 'publicRental-1'), isContested: true }), { type: 'RejectRequest' })).toBe('RequestSettled:rejected');
  });

  test('W3, F2: back from subsidy only while it runs, and only who is not barred, at asking and at approval', () => {
    const ask: WaitingCommand = { type: 'AskToReturn', group: 'lowRent-1' };
    expect([outcome(view(null), ask), outcome(view(null, { ...running, isBarred: true }), ask), outcome(view(null, running), ask)]).toEqual(['NO_SUBSIDY_RUNNING', 'PERSON_BARRED', 'RequestMade']);
    const back = request('fromSubsidy', 'lowRent-1');
    expect(outcome(view(null, { ...back, ...running }), { type: 'ApproveRequest' })).toBe('RequestSettled:approved SubsidyEnded:converted CandidateOffered:fromSubsidy:lowRent-1');
    expect(outcome(view(null, { ...back, ...running, isBarred: true }), { type: 'ApproveRequest' })).toBe('PERSON_BARRED');
    expect(outcome(view(null, back), { type: 'ApproveRequest' })).toBe('NO_SUBSIDY_RUNNING');
  });

  test('W4: stopping a subsidy lets its people apply again; leaving takes what is under way with it', () => {
    expect(outcome(view(null, running), { type: 'StopSubsidy' })).toBe('SubsidyEnded:stopped CaseClosed');
    expect(outcome(view(null, { ...running, hasOpenRequest: true }), { type: 'StopSubsidy' })).toBe('SubsidyEnded:stopped RequestSettled:withdrawn CaseClosed');
    expect(outcome(view(null), { type: 'StopSubsidy' })).toBe('NO_SUBSIDY_RUNNING');
    expect(outcome(view('missed', open()), { type: 'Leave', cause: 'gaveUp' })).toBe('MissSettled:ended TicketEnded:void CaseClosed');
    expect(outcome(view('renewing', { miss: { state: 'asked', continueUntilMs: 1 } }), { type: 'Leave', cause: 'barred' })).toBe('MissSettled:ended CandidateWithdrawn TicketEnded:void CaseClosed');
    expect(outcome(view('queued', { hasOpenRequest: true }), { type: 'Leave', cause: 'gaveUp' })).toBe('RequestSettled:withdrawn TicketEnded:void CaseClosed');
    expect(outcome(view(null), { type: 'Leave', cause: 'gaveUp' })).toBe(waiting);
  });
});
