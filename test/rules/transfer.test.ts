/** Transfers (Tender 4.4.4.2, L2) and swaps (H2): every state × act × role. */
import { decideSwap, inspectionOf, swapStates, type Inspection, type SwapActor, type SwapCommand, type SwapState, type SwapView } from '../../bff/domain/swap/swap';
import { decideTransfer, isOpenTransfer, suits, transferActs, transferStates, type TransferAct, type TransferActor, type TransferState } from '../../bff/domain/transfer/transfer';

test('L2, P1: a transfer, state × act × role, in full', () => {
  const table: Partial<Record<`${TransferState} ${TransferAct} ${TransferActor}`, TransferState>> = {
    'requested accept operator': 'reviewed', 'reviewed approve district': 'approved', 'requested reject operator': 'rejected', 'reviewed reject district': 'rejected', 'approved reject district': 'rejected',
    'approved assign operator': 'assigned', 'assigned unassign operator': 'approved', 'assigned sign operator': 'moved',
    'requested withdraw family': 'withdrawn', 'reviewed withdraw family': 'withdrawn', 'approved withdraw family': 'withdrawn', 'assigned withdraw family': 'withdrawn',
  };
  let granted = 0;
  for (const state of transferStates) for (const act of transferActs) for (const actor of ['family', 'operator', 'district'] as const) {
    const decision = decideTransfer(state, act, actor);
    expect([state, act, actor, 'state' in decision ? decision.state : undefined]).toEqual([state, act, actor, table[`${state} ${act} ${actor}`]]);
    if ('state' in decision) granted += 1;
  }
  expect(granted).toBe(Object.keys(table).length);
  expect(transferStates.filter((state) => !isOpenTransfer(state))).toEqual(['moved', 'rejected', 'withdrawn']);
});

test('L2: the home is what was asked for, and never more rooms than the tenant has', () => {
  const current = { floor: 4, bedrooms: 2, areaSqm: 60 };
  const offered = { floor: 3, bedrooms: 2, areaSqm: 60, topFloor: 6 };
  const fits = (kind: 'lowFloor' | 'topFloor' | 'smaller', more: Partial<typeof offered>) => suits(kind, current, { ...offered, ...more }, 2);
  expect([fits('lowFloor', { floor: 1 }), fits('lowFloor', { floor: 2 }), fits('lowFloor', { floor: 3 }), fits('lowFloor', { floor: 1, bedrooms: 3 })]).toEqual([true, true, false, false]);
  expect([fits('topFloor', { floor: 6 }), fits('topFloor', { floor: 5 })]).toEqual([true, false]);
  expect([fits('smaller', { areaSqm: 59 }), fits('smaller', { areaSqm: 60 }), fits('smaller', { areaSqm: 50, bedrooms: 1 })]).toEqual([true, false, true]);
});

test('H2: a swap, state × act × role, in full; not signed before both homes passed, unless nobody was ever handed them', () => {
  const commands: readonly SwapCommand[] = [{ type: 'approve' }, { type: 'reject' }, { type: 'withdraw' }, { type: 'inspect', side: 'first', passed: true }, { type: 'inspect', side: 'second', passed: false }, { type: 'sign' }];
  const owner = (command: SwapCommand): SwapActor => (command.type === 'approve' || command.type === 'reject' ? 'district' : 'operator');
  const led: Record<SwapState, Partial<Record<SwapCommand['type'], SwapState>>> = {
    matched: { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' }, approved: { withdraw: 'withdrawn', inspect: 'approved', sign: 'signed' }, signed: {}, rejected: {}, withdrawn: {},
  };
  const inspections: readonly Inspection[] = ['pending', 'passed', 'failed'];
  for (const state of swapStates) for (const command of commands) for (const actor of ['operator', 'district'] as const) for (const first of inspections) for (const second of inspections) for (const wereHandedOver of [true, false]) {
    const view: SwapView = { state, wereHandedOver, first, second };
    const decision = decideSwap(view, command, actor);
    const passed = !wereHandedOver || (first === 'passed' && second === 'passed');
    const expected = actor !== owner(command) ? 'FORBIDDEN'
      : led[state][command.type] === undefined || (command.type === 'inspect' && !wereHandedOver) ? 'STATE_MISMATCH'
        : command.type === 'sign' && !passed ? 'INSPECTION_NOT_PASSED' : led[state][command.type];
    expect([view, command, actor, 'refusal' in decision ? decision.refusal : decision.swap.state]).toEqual([view, command, actor, expected]);
    if (command.type === 'inspect' && 'swap' in decision) expect(decision.swap[command.side]).toBe(command.passed ? 'passed' : 'failed');
  }
  const pairs: [Inspection, Inspection, boolean, string][] = [['passed', 'passed', true, 'passed'], ['passed', 'pending', true, 'pending'], ['failed', 'passed', true, 'failed'], ['pending', 'pending', false, 'notNeeded']];
  for (const [first, second, wereHandedOver, expected] of pairs) expect(inspectionOf({ first, second, wereHandedOver })).toBe(expected);
});
