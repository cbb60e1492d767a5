/**
 * 房源 the life of a home before anybody picks it (L1–L3): who may move it from which state to which. Pure.
 *
 * Between `available` and `leased` a home belongs to selection and to the allocation; nothing here touches it then.
 */
import type { ListingState } from '../../../shared/lane';

/** Who acts: 运营单位, 区级, 市级住房保障部门. */
export type ListingActor = 'operator' | 'district' | 'city';

export const reviewKinds = ['report', 'vacated', 'reserve'] as const;
/** What is under review, and whose desk it lies on. A home asked to be reserved stays on offer meanwhile: asking takes nothing from the queue. */
export interface ListingReview {
  readonly kind: (typeof reviewKinds)[number];
  readonly step: 'district' | 'city';
}

export const listingActs = ['submit', 'approve', 'reject', 'reportVacated', 'requestReserve', 'releaseReserve', 'startMaintenance', 'endMaintenance', 'withdraw', 'restore'] as const;
export type ListingActName = (typeof listingActs)[number];

export interface ListingView {
  readonly state: ListingState;
  readonly floor: number;
  /** Highest floor of its entrance that is known. */
  readonly topFloor: number;
  readonly review: ListingReview | null;
  /** L1: vacated, and not yet back in the pool. */
  readonly isVacated: boolean;
  /** Where maintenance returns it to. */
  readonly resumeTo: 'available' | 'reserved';
  /** Assigned to a tenant's transfer: reserved for that family. */
  readonly isAssigned: boolean;
  /** Whether somebody has the turn in its lane, and how many homes the lane offers. */
  readonly lane: { readonly hasTurn: boolean; readonly available: number };
}

export interface ListingMove {
  readonly state: ListingState;
  readonly review: ListingReview | null;
  readonly resumeTo: 'available' | 'reserved';
  /** What the lane's queue sees of it. */
  readonly pool: 'offered' | 'removed' | null;
}

export type ListingRefusal = 'FORBIDDEN' | 'STATE_MISMATCH' | 'FLOOR_NOT_RESERVABLE' | 'HOME_NOT_AVAILABLE' | 'LAST_HOME_IN_TURN';
export type ListingDecision = { readonly move: ListingMove } | { readonly refusal: ListingRefusal };

/** Whose acts these are. Approving and rejecting are whoever's desk it lies on; a draft is withdrawn by its operator too. */
const owners: Readonly<Record<ListingActName, readonly ListingActor[]>> = {
  submit: ['operator'], reportVacated: ['operator'], requestReserve: ['operator'], releaseReserve: ['operator'], startMaintenance: ['operator'], endMaintenance: ['operator'],
  approve: ['district', 'city'], reject: ['district', 'city'], withdraw: ['operator', 'district'], restore: ['district'],
};

/** Decides one act on one home. `lowFloors`: floors 1 … lowFloors may be reserved for transfers (L2), and the top one. */
export function decideListing(view: ListingView, act: ListingActName, actor: ListingActor, lowFloors: number): ListingDecision {
  if (!owners[act].includes(actor)) return { refusal: 'FORBIDDEN' };
  const target = moveOf(view, act, actor, lowFloors);
  if (typeof target === 'string') return { refusal: target };
  const pool = view.state !== 'available' && target.state === 'available' ? 'offered' : view.state === 'available' && target.state !== 'available' ? 'removed' : null;
  // Q4: who has the turn may pick any home on offer; taking the last one from under its hands would make it miss.
  if (pool === 'removed' && view.lane.hasTurn && view.lane.available <= 1) return { refusal: 'LAST_HOME_IN_TURN' };
  return { move: { review: null, resumeTo: 'available', ...target, pool } };
}

type Target = Pick<ListingMove, 'state'> & Partial<Pick<ListingMove, 'review' | 'resumeTo'>>;

function moveOf(view: ListingView, act: ListingActName, actor: ListingActor, lowFloors: number): Target | ListingRefusal {
  const { state, review } = view;
  const only = (allowed: readonly ListingState[], target: Target): Target | ListingRefusal => (allowed.includes(state) ? target : 'STATE_MISMATCH');
  switch (act) {
    case 'submit':
      return only(['draft'], { state: 'inReview', review: { kind: view.isVacated ? 'vacated' : 'report', step: 'district' } });
    case 'approve':
    case 'reject':
      if (review === null) return 'STATE_MISMATCH';
      if (review.step !== actor) return 'FORBIDDEN';
      return act === 'approve' ? approved(view, review) : { state: review.kind === 'reserve' ? state : 'draft' };
    case 'reportVacated':
      return only(['leased'], { state: 'inReview', review: { kind: 'vacated', step: 'district' } });
    case 'requestReserve':
      if (state !== 'available' || review !== null) return 'STATE_MISMATCH';
      return view.floor <= lowFloors || view.floor >= view.topFloor ? { state, review: { kind: 'reserve', step: 'district' } } : 'FLOOR_NOT_RESERVABLE';
    case 'releaseReserve':
      return view.isAssigned ? 'STATE_MISMATCH' : only(['reserved'], { state: 'available' });
    case 'startMaintenance':
      // A reservation that was asked for is still on somebody's desk afterwards.
      return view.isAssigned ? 'STATE_MISMATCH' : only(['available', 'reserved'], { state: 'maintenance', resumeTo: state === 'reserved' ? 'reserved' : 'available', review });
    case 'endMaintenance':
      return only(['maintenance'], { state: view.resumeTo, review });
    case 'withdraw':
      // A vacated home goes back to the queue (Doc 三(二): 不得另作他用); that it does not is for the district to say.
      if (view.isVacated && actor === 'operator') return 'FORBIDDEN';
      if (view.isAssigned) return 'STATE_MISMATCH';
      return only(actor === 'operator' ? ['draft'] : ['draft', 'inReview', 'available', 'reserved', 'maintenance'], { state: 'withdrawn' });
    case 'restore':
      return only(['withdrawn'], { state: 'draft' });
  }
}

/** L1, L2: what the city must see goes on to the city. */
function approved(view: ListingView, review: ListingReview): Target | ListingRefusal {
  if (review.kind === 'reserve' && view.state !== 'available') return 'HOME_NOT_AVAILABLE';
  if (review.kind !== 'report' && review.step === 'district') return { state: view.state, review: { ...review, step: 'city' } };
  return { state: review.kind === 'reserve' ? 'reserved' : 'available' };
}
