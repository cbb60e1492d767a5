/** L1–L3: every state of a home × every act × every role, and what each review leads to. */
import fc from 'fast-check';
import { decideListing, listingActs, reviewKinds, type ListingActName, type ListingActor, type ListingReview, type ListingView } from '../../bff/domain/listing/listing';
import { listingStates } from '../../bff/store/collections';
import type { ListingState } from '../../shared/lane';

const LOW_FLOORS = 2;
const actors: readonly ListingActor[] = ['operator', 'district', 'city'];
const view = (overrides: Partial<ListingView> = {}): ListingView => ({
  state: 'available', floor: 1, topFloor: 6, review: null, isVacated: false, resumeTo: 'available', isAssigned: false, lane: { hasTurn: false, available: 5 }, ...overrides,
});
const outcome = (v: ListingView, act: ListingActName, actor: ListingActor): string => {
  const decision = decideListing(v, act, actor, LOW_FLOORS);
  if ('refusal' in decision) return decision.refusal;
  const { state, review } = decision.move;
  return review === null ? state : `${state} ${review.kind}/${review.step}`;
};

/** What an act leads to without a review under way; what is not here is refused. */
const table: Readonly<Partial<Record<ListingActName, Partial<Record<ListingActor, Partial<Record<ListingState, string>>>>>>> = {
  submit: { operator: { draft: 'inReview report/district' } },
  reportVacated: { operator: { leased: 'inReview vacated/district' } },
  requestReserve: { operator: { available: 'available reserve/district' } },
  releaseReserve: { operator: { reserved: 'available' } },
  startMaintenance: { operator: { available: 'maintenance', reserved: 'maintenance' } },
  endMaintenance: { operator: { maintenance: 'available' } },
  withdraw: { operator: { draft: 'withdrawn' }, district: { draft: 'withdrawn', inReview: 'withdrawn', available: 'withdrawn', reserved: 'withdrawn', maintenance: 'withdrawn' } },
  restore: { district: { withdrawn: 'draft' } },
  approve: { district: {}, city: {} },
  reject: { district: {}, city: {} },
};

test('L3: state × act × role, in full', () => {
  for (const state of listingStates) for (const act of listingActs) for (const actor of actors) {
    const expected = table[act]?.[actor]?.[state] ?? (table[act]?.[actor] === undefined ? 'FORBIDDEN' : 'STATE_MISMATCH');
    expect([state, act, actor, outcome(view({ state }), act, actor)]).toEqual([state, act, actor, expected]);
  }
});

test('L1, L2: each review lies on one desk: a report ends with the district, a vacated or reserved home with the city', () => {
  const rows: [ListingReview['kind'], ListingReview['step'], ListingState, string, string][] = [
    ['report', 'district', 'inReview', 'available', 'draft'],
    ['vacated', 'district', 'inReview', 'inReview vacated/city', 'draft'],
    ['vacated', 'city', 'inReview', 'available', 'draft'],
    ['reserve', 'district', 'available', 'available reserve/city', 'available'],
    ['reserve', 'city', 'available', 'reserved', 'available'],
    // Picked while it was asked for: whoever picked it has it.
    ['reserve', 'city', 'picked', 'HOME_NOT_AVAILABLE', 'picked'],
    ['reserve', 'district', 'leased', 'HOME_NOT_AVAILABLE', 'leased'],
  ];
  for (const [kind, step, state, approved, rejected] of rows) for (const actor of actors) {
    const v = view({ state, review: { kind, step } });
    const own = actor === step;
    expect([kind, step, actor, outcome(v, 'approve', actor), outcome(v, 'reject', actor)]).toEqual([kind, step, actor, own ? approved : 'FORBIDDEN', own ? rejected : 'FORBIDDEN']);
  }
  expect(outcome(view({ state: 'draft', isVacated: true }), 'submit', 'operator')).toBe('inReview vacated/district');
  // That a vacated home does not go back to the queue is the district's to say.
  expect([outcome(view({ state: 'draft', isVacated: true }), 'withdraw', 'operator'), outcome(view({ state: 'draft', isVacated: true }), 'withdraw', 'district')]).toEqual(['FORBIDDEN', 'withdrawn']);
  // A leak does not take a reservation from the desk it lies on.
  const asked = { kind: 'reserve', step: 'city' } as const;
  expect([outcome(view({ review: asked }), 'startMaintenance', 'operator'), outcome(view({ state: 'maintenance', review: asked }), 'endMaintenance', 'operator')]).toEqual(['maintenance reserve/city', 'available reserve/city']);
});

test('L2: only low floors and the top one; asked for once; what is assigned to a tenant stays reserved for it', () => {
  for (const [floor, expected] of [[1, 'available reserve/district'], [2, 'available reserve/district'], [3, 'FLOOR_NOT_RESERVABLE'], [5, 'FLOOR_NOT_RESERVABLE'], [6, 'available reserve/district']] as const) expect(outcome(view({ floor }), 'requestReserve', 'operator')).toBe(expected);
  expect(outcome(view({ review: { kind: 'reserve', step: 'city' } }), 'requestReserve', 'operator')).toBe('STATE_MISMATCH');
  for (const [act, actor] of [['releaseReserve', 'operator'], ['startMaintenance', 'operator'], ['withdraw', 'district']] as const) expect(outcome(view({ state: 'reserved', isAssigned: true }), act, actor)).toBe('STATE_MISMATCH');
  expect(outcome(view({ state: 'maintenance', resumeTo: 'reserved' }), 'endMaintenance', 'operator')).toBe('reserved');
});

test('Q4: the last home is not taken from under the hands of the family whose turn it is', () => {
  for (const [hasTurn, available, expected] of [[true, 1, 'LAST_HOME_IN_TURN'], [true, 2, 'withdrawn'], [false, 1, 'withdrawn']] as const) expect(outcome(view({ lane: { hasTurn, available } }), 'withdraw', 'district')).toBe(expected);
  expect(outcome(view({ lane: { hasTurn: true, available: 1 } }), 'startMaintenance', 'operator')).toBe('LAST_HOME_IN_TURN');
  expect(outcome(view({ review: { kind: 'reserve', step: 'city' }, lane: { hasTurn: true, available: 1 } }), 'approve', 'city')).toBe('LAST_HOME_IN_TURN');
  // A home that was not on offer takes nothing away.
  expect(outcome(view({ state: 'reserved', lane: { hasTurn: true, available: 1 } }), 'withdraw', 'district')).toBe('withdrawn');
});

test('L3: nothing here touches a home that is picked, allocated or leased but its vacating; the pool is told exactly of what it gains and loses', () => {
  fc.assert(fc.property(
    fc.constantFrom(...listingStates), fc.constantFrom(...listingActs), fc.constantFrom(...actors), fc.option(fc.record({ kind: fc.constantFrom(...reviewKinds), step: fc.constantFrom('district' as const, 'city' as const) }), { nil: null }),
    (state, act, actor, review) => {
      const decision = decideListing(view({ state, review }), act, actor, LOW_FLOORS);
      if ('refusal' in decision) return;
      const { move } = decision;
      if (review === null && ['picked', 'allocated', 'leased'].includes(state)) expect([act, move.state]).toEqual(['reportVacated', 'inReview']);
      expect(move.pool).toBe((state === 'available') === (move.state === 'available') ? null : move.state === 'available' ? 'offered' : 'removed');
      expect(['picked', 'allocated', 'leased'].includes(move.state) ? move.state : state).toBe(state);
    },
  ));
});
