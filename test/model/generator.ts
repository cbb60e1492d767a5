/**
 * Draws acts from a seed: mostly what would be sensible now, and two times in five something that must be refused —
 * the wrong person, out of order, on an old version, after its time, twice, about something that does not exist. Time
 * goes on in steps aimed at boundaries, to the millisecond.
 */
import { families, firstHomes, people, peopleOf, rules, staff } from './city';
import { DAY_MS, MINUTE_MS } from '../../shared/shanghai-time';
import { SeededChance } from '../sim/seeded-chance';
import { agenda } from './reference/model';
import { listing } from './reference/publicities';
import { caseOf } from './reference/standing';
import { districtOf, midnight, type Act, type Content, type Model } from './reference/state';
import type { Source } from './run';

type Proposal = readonly [weight: number, make: () => Act];
const NONE = 'none';
const groups = ['lowRent-1', 'lowRent-2', 'publicRental-1', 'publicRental-2', 'publicRental-3'];

export function randomActs(seed: string, length: number): Source {
  const chance = new SeededChance(`acts/${seed}`);
  return (m, at) => (at >= length ? null : draw(m, at, chance));
}

function draw(m: Model, at: number, chance: SeededChance): Act {
  const { nowMs } = m;
  const of = <T>(items: readonly T[]): T => chance.of(items);
  /** One it suits, mostly; else any, else one that does not exist. */
  const aim = (fitting: readonly string[], all: readonly string[]): string => (fitting.length > 0 && chance.happens(0.82) ? of(fitting) : all.length > 0 && chance.happens(0.85) ? of(all) : NONE);
  /** Whose act it is, mostly; else somebody else's. */
  const as = (right: string, others: readonly string[]): string => (chance.happens(0.86) ? right : of(others));
  const stale = () => (chance.happens(0.06) ? { stale: true } : {});
  const [allFamilies, allStaff] = [Object.keys(families), Object.keys(staff)];
  const names = <V>(map: ReadonlyMap<string, V>, fits: (value: V, name: string) => boolean): string[] => [...map].filter(([name, value]) => fits(value, name)).map(([name]) => name);
  const ownerOf = (household: string | undefined): string => (household === undefined ? of(allFamilies) : m.households.get(household)!.family);
  const ofDistrict = (role: string, district: string): string => allStaff.find((name) => staff[name]!.role === role && staff[name]!.districts.includes(district)) ?? 'city';

  const content = (family: string): Content => {
    const free = peopleOf(family).filter((person) => caseOf(m, person) === undefined);
    const [first, ...rest] = chance.happens(0.88) && free.some((person) => /[12]$/.test(person)) ? free : peopleOf(family);
    const persons = [first!, ...rest.filter(() => chance.happens(0.6)), ...(chance.happens(0.14) ? [of(Object.keys(people))] : [])];
    return { persons: [...new Set(persons)], tier: chance.happens(0.6) ? 'publicRental' : 'lowRent', bedrooms: of([1, 2, 2, 2, 3]), claims: chance.happens(0.3), isWhole: chance.happens(0.93) };
  };
  const application = (fits: readonly string[], act: (on: string, family: string) => Act) => (): Act => {
    const on = aim(fits, [...m.applications.keys()]);
    return act(on, as(m.applications.get(on)?.family ?? of(allFamilies), allFamilies));
  };
  const ticket = (fits: readonly string[], act: (on: string, household: string | undefined) => Act) => (): Act => {
    const on = aim(fits, [...m.tickets.keys()]);
    return act(on, m.tickets.get(on)?.household);
  };
  const allocation = (fits: readonly string[], act: (on: string, household: string | undefined) => Act) => (): Act => {
    const on = aim(fits, [...m.allocations.keys()]);
    return act(on, m.tickets.get(on)?.household);
  };
  const byOperator = (on: string): string => as(ofDistrict('operator', m.homes.get(m.allocations.get(on)?.home ?? '')?.district ?? '章贡区'), allStaff);
  const byReviewer = (household: string | undefined): string => as(ofDistrict('districtReviewer', household === undefined ? '章贡区' : districtOf(m, household)), allStaff);
  const some = (fits: readonly unknown[], weight: number): number => (fits.length > 0 ? weight : 0.15);

  const inState = (...states: string[]) => names(m.applications, ({ state }) => states.includes(state));
  const ticketsIn = (...states: string[]) => names(m.tickets, ({ state }) => states.includes(state));
  const allocationsIn = (...states: string[]) => names(m.allocations, ({ state }) => states.includes(state));
  const homesIn = (...states: string[]) => names(m.homes, ({ state }) => states.includes(state));
  const idle = allFamilies.filter((family) => peopleOf(family).slice(0, 2).every((person) => caseOf(m, person) === undefined) && ![...m.applications.values()].some((a) => a.family === family && ['draft', 'levelOne'].includes(a.state)));
  const empty = names(m.applications, (a) => ['draft', 'supplementOne', 'supplementTwo'].includes(a.state) && (a.content === null || a.content === a.submitted));
  const ready = names(m.applications, (a) => ['draft', 'supplementOne', 'supplementTwo'].includes(a.state) && a.content !== null && a.content !== a.submitted);
  const [levelOne, levelTwo] = [inState('levelOne'), inState('levelTwo')];
  const [onTurn, missed, waiting] = [ticketsIn('onTurn'), names(m.misses, ({ state }) => state === 'open'), ticketsIn('publicised', 'queued')];
  const shown = ['firstReview', 'secondReview', 'numbers', 'continuation', 'result'].flatMap((kind) => [...(kind.endsWith('Review') ? m.applications : m.tickets).keys()].filter((subject) => listing(m, kind, subject)?.isPending === true).map((subject) => `${kind} ${subject}`));
  const open = names(m.objections, ({ state }) => state === 'open');
  const requests = names(m.requests, ({ state }) => state === 'open');
  const subsidised = m.subsidies.filter(({ state }) => state === 'running').map(({ household }) => household);
  const unproven = names(m.lanes, ({ turn }) => turn !== null && !turn.isProven);
  const closed = names(m.lanes, ({ state }, name) => state === 'closed' && [...m.tickets.values()].some((t) => t.lane === name));
  const paused = names(m.lanes, ({ state }) => state === 'paused');
  const forSale = homesIn('available').length;

  const review = (fits: readonly string[], level: 1 | 2) => (): Act => {
    const on = aim(fits, [...m.applications.keys()]);
    const family = families[m.applications.get(on)?.family ?? 'f1']!;
    const right = level === 1 ? ofDistrict('streetClerk', family.district) : ofDistrict('districtReviewer', family.district);
    const outcome = chance.weighted({ approve: 8, reject: 1, sendBack: 2 });
    const claims = m.applications.get(on)?.submitted?.claims ?? false;
    const confirmed = outcome === 'approve' && (level === 1 || chance.happens(0.2)) ? { isPriority: chance.happens(0.85) ? claims : !claims } : {};
    return { do: 'review', by: as(right, allStaff), on, level, outcome, ...confirmed, ...stale() };
  };
  const objection = (): Act => {
    const [act, on] = (shown.length > 0 && chance.happens(0.85) ? of(shown) : `${of(['firstReview', 'secondReview', 'numbers', 'continuation', 'result'])} ${of([NONE, ...m.applications.keys(), ...m.tickets.keys()])}`).split(' ') as [string, string];
    const household = m.tickets.get(on)?.household;
    return { do: 'raiseObjection', by: of(allFamilies), on, act, as: `o${at}`, group: household === undefined ? '' : districtOf(m, household) };
  };
  const allocationAct = (act: string, fits: readonly string[], who: (on: string, household: string | undefined) => string) => allocation(fits, (on, household) => ({ do: 'actOnAllocation', act, by: who(on, household), on, doubt: of(['ineligible', 'documentsRefused']), ...(act === 'signLease' ? { toMs: nowMs - of([0, 0, 0, 1, 3, -1]) * DAY_MS } : {}), ...stale() }));
  const homeAct = (act: string, fits: readonly string[], role: string) => (): Act => {
    const on = aim(fits, [...m.homes.keys()]);
    return { do: 'actOnHome', act, by: as(role === 'city' ? 'city' : ofDistrict(role, m.homes.get(on)?.district ?? '章贡区'), allStaff), on, ...stale() };
  };
  const underReview = (step: string) => names(m.homes, ({ review: r }) => r?.step === step);
  const changeOf = (kind: string) => ticket(waiting, (on, household) => {
    const size = household === undefined ? 3 : m.households.get(household)!.persons.length;
    return { do: 'ask', by: as(ownerOf(household), allFamilies), on, act: kind, as: `r${at}`, ...(kind === 'adjust' ? { group: of(groups), size: chance.happens(0.9) ? size : size + 1 } : {}) };
  });
  /** Of a closed case: what a bar does to a running one is not told by F3. */
  const barable = [...m.households].filter(([, { isOpen }]) => !isOpen).flatMap(([household, { persons }]) => persons.filter((person) => caseOf(m, person) === undefined).map((person) => `${household} ${person}`));

  const proposals: readonly Proposal[] = [
    [idle.length > 0 && inState('draft', 'levelOne', 'levelTwo', 'firstPublicity', 'secondPublicity').length < 4 ? 2.5 : 0.3, () => ({ do: 'createApplication', by: idle.length > 0 ? of(idle) : of(allFamilies), as: `a${at}` })],
    [some(empty, 5), application(empty, (on, by) => ({ do: 'saveDraft', by, on, content: content(by), ...stale() }))],
    [some(ready, 6), application(ready, (on, by) => ({ do: 'submit', by, on, ...(chance.happens(0.6) ? { yes: true } : {}), ...stale() }))],
    [0.3, application(inState('draft', 'levelOne', 'firstPublicity', 'levelTwo', 'secondPublicity'), (on, by) => ({ do: 'withdraw', by, on, ...stale() }))],
    [some(levelOne, 5), review(levelOne, 1)], [some(levelTwo, 6), review(levelTwo, 2)],
    [some(shown, 1.6), objection],
    [some(open, 2.5), () => { const on = aim(open, [...m.objections.keys()]); return { do: 'decideObjection', by: as(ofDistrict('districtReviewer', m.objections.get(on)?.district ?? '章贡区'), allStaff), on, yes: chance.happens(0.4), ...stale() }; }],
    [some(onTurn, 5), ticket(onTurn, (on, household) => {
      const lane = m.tickets.get(on)?.lane;
      return { do: 'pick', by: chance.happens(0.8) ? as(ownerOf(household), allFamilies) : as('window', allStaff), on, home: aim(names(m.homes, (h) => h.lane === lane && h.state === 'available'), [...m.homes.keys()]) };
    })],
    [some(onTurn, 0.9), ticket(onTurn, (on, household) => ({ do: 'pass', by: as(ownerOf(household), allFamilies), on }))],
    [some(unproven, 5), () => ({ do: 'receive', by: 'gateway', on: unproven.length > 0 ? of(unproven) : 'zhanggong-3' })],
    [some(closed, 6), () => ({ do: 'laneAct', by: as('city', allStaff), on: aim(closed, [...m.lanes.keys()]), act: 'open' })],
    [0.3, () => ({ do: 'laneAct', by: as('city', allStaff), on: aim(names(m.lanes, ({ turn }) => turn !== null), [...m.lanes.keys()]), act: 'pause' })],
    [some(paused, 2), () => ({ do: 'laneAct', by: as('city', allStaff), on: aim(paused, [...m.lanes.keys()]), act: 'resume' })],
    [some(missed, 4), ticket(missed, (on, household) => ({ do: 'askToContinue', by: chance.happens(0.85) ? as(ownerOf(household), allFamilies) : as('window', allStaff), on }))],
    [some(waiting, 0.9), changeOf('adjust')], [some(waiting, 0.4), changeOf('toSubsidy')],
    [some(subsidised, 1.5), () => { const on = aim(subsidised, [...m.households.keys()]); return { do: 'ask', by: as(ownerOf(m.households.has(on) ? on : undefined), allFamilies), on, act: 'fromSubsidy', group: of(groups), as: `r${at}` }; }],
    [some(requests, 2.5), () => { const on = aim(requests, [...m.requests.keys()]); return { do: 'decide', by: byReviewer(m.requests.get(on)?.household), on, yes: chance.happens(0.8), ...stale() }; }],
    [some(requests, 0.4), () => { const on = aim(requests, [...m.requests.keys()]); return { do: 'withdrawRequest', by: as(ownerOf(m.requests.get(on)?.household), allFamilies), on, ...stale() }; }],
    [0.3, ticket(ticketsIn('publicised', 'queued', 'missed', 'renewing'), (on, household) => ({ do: 'leave', act: of(['cancel', 'giveUp']), by: byReviewer(household), on, ...stale() }))],
    [some(subsidised, 0.3), () => { const on = aim(subsidised, [...m.households.keys()]); return { do: 'stopSubsidy', by: byReviewer(m.households.has(on) ? on : undefined), on, ...stale() }; }],
    [some(allocationsIn('qualified'), 1.5), allocation(allocationsIn('qualified'), (on, household) => ({ do: 'download', by: as(ownerOf(household), allFamilies), on }))],
    [some(allocationsIn('qualified'), 3), allocationAct('checkOriginals', names(m.allocations, (a) => a.state === 'qualified' && !a.isChecked), byOperator)],
    [some(names(m.allocations, (a) => a.state === 'qualified' && a.isChecked), 4), allocationAct('signLease', names(m.allocations, (a) => a.state === 'qualified' && a.isChecked), byOperator)],
    [some(allocationsIn('qualified'), 0.8), allocationAct('raiseDoubt', allocationsIn('qualified'), byOperator)],
    [some(allocationsIn('inDoubt'), 2), allocationAct('confirmDoubt', allocationsIn('inDoubt'), (_on, household) => byReviewer(household))],
    [some(allocationsIn('inDoubt'), 2), allocationAct('clearDoubt', allocationsIn('inDoubt'), (_on, household) => byReviewer(household))],
    [some(allocationsIn('publicised', 'qualified'), 0.5), allocationAct('giveUp', allocationsIn('publicised', 'qualified'), (_on, household) => as(ownerOf(household), allFamilies))],
    [forSale < 3 ? 1.5 : 0.2, () => ({ do: 'reportHome', by: as('operator', allStaff), as: `h${firstHomes.length + at + 1}`, bedrooms: of([1, 2, 2, 3]), floor: of([1, 2, 3, 5, 6]) })],
    [some(underReview('district'), 2.5), homeAct(chance.happens(0.85) ? 'approve' : 'reject', underReview('district'), 'districtReviewer')],
    [some(underReview('city'), 2.5), homeAct(chance.happens(0.85) ? 'approve' : 'reject', underReview('city'), 'city')],
    [some(homesIn('leased'), 1.2), homeAct('reportVacated', homesIn('leased'), 'operator')],
    [some(homesIn('draft'), 1), homeAct('submit', homesIn('draft'), 'operator')],
    [0.25, homeAct('requestReserve', names(m.homes, (h) => h.state === 'available' && h.review === null && h.floor <= rules.reservableLowFloors), 'operator')],
    [some(homesIn('reserved'), 0.6), homeAct('releaseReserve', homesIn('reserved'), 'operator')],
    [0.2, homeAct('startMaintenance', homesIn('available', 'reserved'), 'operator')],
    [some(homesIn('maintenance'), 0.8), homeAct('endMaintenance', homesIn('maintenance'), 'operator')],
    [0.2, homeAct('withdraw', homesIn('available', 'reserved', 'maintenance', 'draft', 'inReview'), 'districtReviewer')],
    [some(homesIn('withdrawn'), 0.6), homeAct('restore', homesIn('withdrawn'), 'districtReviewer')],
    [some(barable, 0.15), () => { const [household, person] = barable.length > 0 ? of(barable).split(' ') as [string, string] : [NONE, NONE]; return { do: 'blacklist', by: byReviewer(m.households.has(household) ? household : undefined), on: person, as: household, ...(chance.happens(0.5) ? { toMs: midnight(m) + chance.int(1, 20) * DAY_MS } : {}) }; }],
    [some(m.bars, 0.3), () => { const bar = m.bars.length > 0 ? of(m.bars) : null; return { do: 'liftBar', by: as('reviewer', allStaff), on: bar?.person ?? NONE, act: bar?.bar.cause ?? 'forfeits', ...stale() }; }],
    [0.6, () => ({ do: 'repeat', by: of(allFamilies) })], [0.3, () => ({ do: 'reuse', by: of(allFamilies) })],
    [7, () => ({ do: 'wait', by: 'time', toMs: Math.max(nowMs + 1, Math.min(target(), nowMs + 5 * DAY_MS)) })],
  ];
  const target = (): number => {
    const soon = agenda(m).sort((a, b) => a - b).slice(0, 4);
    const edge = of([-1, 0, 0, 1]);
    switch (chance.weighted({ due: 6, minutes: 2, window: 2, day: 3 })) {
      case 'due': return of(soon) + edge;
      case 'minutes': return nowMs + chance.int(1, 90) * MINUTE_MS;
      case 'window': return of([midnight(m) + rules.windowStartMs, midnight(m) + rules.windowEndMs, midnight(m) + DAY_MS + rules.windowStartMs].filter((ms) => ms + edge > nowMs)) + edge;
      case 'day': return midnight(m) + DAY_MS + edge + of([0, 0, 9 * 60 * MINUTE_MS]);
    }
  };
  let rest = chance.next() * proposals.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of proposals) if ((rest -= weight) < 0) return make();
  return proposals.at(-1)![1]();
}
