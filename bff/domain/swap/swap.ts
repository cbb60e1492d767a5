/** 换房 two households exchange their homes (H2): matched, approved, inspected where the homes were handed over, signed. Pure. */

export const swapStates = ['matched', 'approved', 'signed', 'rejected', 'withdrawn'] as const;
export type SwapState = (typeof swapStates)[number];
/** 验房 of one home. */
export type Inspection = 'pending' | 'passed' | 'failed';
export type SwapActor = 'operator' | 'district';
export type SwapCommand =
  | { readonly type: 'approve' }
  | { readonly type: 'reject' }
  | { readonly type: 'withdraw' }
  | { readonly type: 'inspect'; readonly side: 'first' | 'second'; readonly passed: boolean }
  | { readonly type: 'sign' };

export interface SwapView {
  readonly state: SwapState;
  /** Both households live in their homes. Homes nobody was ever handed need no inspection. */
  readonly wereHandedOver: boolean;
  readonly first: Inspection;
  readonly second: Inspection;
}

export type SwapRefusal = 'FORBIDDEN' | 'STATE_MISMATCH' | 'INSPECTION_NOT_PASSED';
export type SwapDecision = { readonly swap: Pick<SwapView, 'state' | 'first' | 'second'> } | { readonly refusal: SwapRefusal };

/** What a pair's inspection comes to: the column and the filter of H2. */
export type PairInspection = 'notNeeded' | Inspection;
export function inspectionOf({ wereHandedOver, first, second }: Omit<SwapView, 'state'>): PairInspection {
  if (!wereHandedOver) return 'notNeeded';
  if (first === 'failed' || second === 'failed') return 'failed';
  return first === 'passed' && second === 'passed' ? 'passed' : 'pending';
}

export function decideSwap(view: SwapView, command: SwapCommand, actor: SwapActor): SwapDecision {
  const { state, first, second } = view;
  const isReview = command.type === 'approve' || command.type === 'reject';
  if (isReview !== (actor === 'district')) return { refusal: 'FORBIDDEN' };
  const to = (next: SwapState): SwapDecision => ({ swap: { state: next, first, second } });
  const mismatch: SwapDecision = { refusal: 'STATE_MISMATCH' };
  switch (command.type) {
    case 'approve': return state === 'matched' ? to('approved') : mismatch;
    case 'reject': return state === 'matched' ? to('rejected') : mismatch;
    case 'withdraw': return state === 'matched' || state === 'approved' ? to('withdrawn') : mismatch;
    case 'inspect':
      if (state !== 'approved' || !view.wereHandedOver) return mismatch;
      return { swap: { state, first, second, [command.side]: command.passed ? 'passed' : 'failed' } };
    case 'sign': {
      if (state !== 'approved') return mismatch;
      const inspected = inspectionOf(view);
      return inspected === 'passed' || inspected === 'notNeeded' ? to('signed') : { refusal: 'INSPECTION_NOT_PASSED' };
    }
  }
}

export function isOpenSwap(state: SwapState): boolean {
  return state === 'matched' || state === 'approved';
}
