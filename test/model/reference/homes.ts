/** L1–L4: homes into the pool, out of it, and back. */
import { rules, staff, TOP_FLOOR } from '../city';
import { closeCase } from './standing';
import { freeHomes } from './turns';
import { laneOf, NOT_YOURS, refused, unless, type Home, type Model, type Rule } from './state';

/** L1: reported by the operator of the district, straight to its review. */
const reportHome: Rule = (m, act) => {
  const who = staff[act.by];
  if (who?.role !== 'operator' || !who.districts.includes('章贡区')) return refused('FORBIDDEN');
  // A draft is put right by reporting the door again.
  const draft = m.homes.get(act.as!);
  return unless(act, [draft !== undefined && draft.state !== 'draft' && 'HOME_EXISTS'], () => {
    const isVacated = draft?.isVacated ?? false;
    m.homes.set(act.as!, { district: '章贡区', lane: laneOf('章贡区', act.bedrooms!), bedrooms: act.bedrooms!, floor: act.floor!, state: 'inReview', review: { kind: isVacated ? 'vacated' : 'report', step: 'district' }, isVacated, resumeTo: 'available', household: null });
    return { state: 'inReview' };
  });
};

type Step = { readonly who: readonly string[]; readonly from: readonly string[]; readonly apply: (m: Model, home: Home) => void };
const steps: Readonly<Record<string, Step>> = {
  submit: { who: ['operator'], from: ['draft'], apply: (_m, h) => void Object.assign(h, { state: 'inReview', review: { kind: h.isVacated ? 'vacated' : 'report', step: 'district' } }) },
  reportVacated: {
    who: ['operator'], from: ['leased'], apply: (m, h) => {
      Object.assign(h, { state: 'inReview', review: { kind: 'vacated', step: 'district' }, isVacated: true });
      // V3: the lease is over, its people may apply again.
      if (h.household !== null) closeCase(m, h.household);
      h.household = null;
    },
  },
  requestReserve: { who: ['operator'], from: ['available'], apply: (_m, h) => void (h.review = { kind: 'reserve', step: 'district' }) },
  releaseReserve: { who: ['operator'], from: ['reserved'], apply: (_m, h) => void (h.state = 'available') },
  startMaintenance: { who: ['operator'], from: ['available', 'reserved'], apply: (_m, h) => void Object.assign(h, { resumeTo: h.state, state: 'maintenance', review: null }) },
  endMaintenance: { who: ['operator'], from: ['maintenance'], apply: (_m, h) => void (h.state = h.resumeTo) },
  withdraw: { who: ['operator', 'districtReviewer'], from: ['draft', 'inReview', 'available', 'reserved', 'maintenance'], apply: (_m, h) => void Object.assign(h, { state: 'withdrawn', review: null }) },
  restore: { who: ['districtReviewer'], from: ['withdrawn'], apply: (_m, h) => void (h.state = 'draft') },
};
/** Q4: the last home of a running turn is not taken from under the family's hands. */
const takesLast = (m: Model, home: Home): boolean => home.state === 'available' && m.lanes.get(home.lane)!.turn !== null && freeHomes(m, home.lane) === 1;

/** L1, L2: a report ends with the district, a vacated or reserved home with the city. */
function review(m: Model, home: Home, isApproved: boolean): string | null {
  const { kind, step } = home.review!;
  if (isApproved && step === 'district' && kind !== 'report') {
    home.review = { kind, step: 'city' };
    return null;
  }
  if (kind === 'reserve') {
    if (isApproved && takesLast(m, home)) return 'LAST_HOME_IN_TURN';
    if (isApproved) home.state = 'reserved';
  } else {
    home.state = isApproved ? 'available' : 'draft';
    if (isApproved) home.isVacated = false;
  }
  home.review = null;
  return null;
}

const actOnHome: Rule = (m, act) => {
  const home = m.homes.get(act.on ?? '');
  if (home === undefined) return refused(...NOT_YOURS);
  const who = staff[act.by];
  if (who === undefined || !(who.role === 'city' || (['operator', 'districtReviewer'].includes(who.role) && who.districts.includes(home.district)))) return refused(...NOT_YOURS);
  const old = act.stale === true ? ['REQUEST_IN_CONFLICT'] : [];
  if (act.act === 'approve' || act.act === 'reject') {
    const desk = who.role === 'city' ? 'city' : who.role === 'districtReviewer' ? 'district' : null;
    if (desk === null || home.review === null || home.review.step !== desk) return refused('FORBIDDEN', 'STATE_MISMATCH', ...old);
    // Picked while its reservation was asked for: whoever picked it has it.
    if (home.review.kind === 'reserve' && home.state !== 'available' && act.act === 'approve') return refused('HOME_NOT_AVAILABLE', ...old);
    const isLast = act.act === 'approve' && home.review.kind === 'reserve' && home.review.step === 'city' && takesLast(m, home);
    return unless(act, [isLast && 'LAST_HOME_IN_TURN'], () => {
      review(m, home, act.act === 'approve');
      return { state: home.state };
    });
  }
  const step = steps[act.act!]!;
  if (!step.who.includes(who.role) || (act.act === 'withdraw' && who.role === 'operator' && (home.state !== 'draft' || home.isVacated))) return refused('FORBIDDEN', 'STATE_MISMATCH', ...old);
  const isHigh = home.floor > rules.reservableLowFloors && home.floor !== TOP_FLOOR;
  return unless(act, [
    !step.from.includes(home.state) && 'STATE_MISMATCH', act.act === 'requestReserve' && isHigh && 'FLOOR_NOT_RESERVABLE', act.act === 'requestReserve' && home.review !== null && 'STATE_MISMATCH',
    ['withdraw', 'startMaintenance'].includes(act.act!) && takesLast(m, home) && 'LAST_HOME_IN_TURN',
  ], () => {
    step.apply(m, home);
    return { state: home.state };
  });
};

export const homeRules: Readonly<Record<string, Rule>> = { reportHome, actOnHome };
