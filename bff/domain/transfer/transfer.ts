/** 房屋调整 a tenant's transfer to another home (Tender 4.4.4.2, L2): asked, reviewed twice, given one reserved home, moved. Pure. */

export const transferStates = ['requested', 'reviewed', 'approved', 'assigned', 'moved', 'rejected', 'withdrawn'] as const;
export type TransferState = (typeof transferStates)[number];
/** To the 1st or 2nd floor, to the top floor, or larger for smaller (以大换小). */
export const transferKinds = ['lowFloor', 'topFloor', 'smaller'] as const;
export type TransferKind = (typeof transferKinds)[number];
export const transferActs = ['accept', 'approve', 'reject', 'assign', 'unassign', 'sign', 'withdraw'] as const;
export type TransferAct = (typeof transferActs)[number];
export type TransferActor = 'family' | 'operator' | 'district';

export type TransferRefusal = 'FORBIDDEN' | 'STATE_MISMATCH';
export type TransferDecision = { readonly state: TransferState } | { readonly refusal: TransferRefusal };

/** Who may do what in which state, and what it leads to. What is not here is refused. */
const moves: Readonly<Record<TransferAct, { readonly from: Partial<Readonly<Record<TransferState, TransferState>>>; readonly by: readonly TransferActor[] }>> = {
  accept: { by: ['operator'], from: { requested: 'reviewed' } },
  approve: { by: ['district'], from: { reviewed: 'approved' } },
  reject: { by: ['operator', 'district'], from: { requested: 'rejected', reviewed: 'rejected', approved: 'rejected' } },
  assign: { by: ['operator'], from: { approved: 'assigned' } },
  unassign: { by: ['operator'], from: { assigned: 'approved' } },
  sign: { by: ['operator'], from: { assigned: 'moved' } },
  withdraw: { by: ['family'], from: { requested: 'withdrawn', reviewed: 'withdrawn', approved: 'withdrawn', assigned: 'withdrawn' } },
};

export function decideTransfer(state: TransferState, act: TransferAct, actor: TransferActor): TransferDecision {
  const { by, from } = moves[act];
  if (!by.includes(actor)) return { refusal: 'FORBIDDEN' };
  const next = from[state];
  if (next === undefined) return { refusal: 'STATE_MISMATCH' };
  // Each rejects on its own desk: the operator what was asked, the district what the operator passed on, and what no home was found for.
  if (act === 'reject' && (state === 'requested') !== (actor === 'operator')) return { refusal: 'FORBIDDEN' };
  return { state: next };
}

/** A transfer that may still come to something: a household has one of these at most. */
export function isOpenTransfer(state: TransferState): boolean {
  return state !== 'moved' && state !== 'rejected' && state !== 'withdrawn';
}

interface TransferHome {
  readonly floor: number;
  readonly bedrooms: number;
  readonly areaSqm: number;
}

/** Whether a reserved home is what was asked for. Nobody moves to more rooms than it has: that is the queue's. */
export function suits(kind: TransferKind, current: TransferHome, offered: TransferHome & { readonly topFloor: number }, lowFloors: number): boolean {
  if (offered.bedrooms > current.bedrooms) return false;
  switch (kind) {
    case 'lowFloor': return offered.floor <= lowFloors;
    case 'topFloor': return offered.floor >= offered.topFloor;
    case 'smaller': return offered.areaSqm < current.areaSqm;
  }
}
