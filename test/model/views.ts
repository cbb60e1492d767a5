/**
 * What everybody sees, as lines of text: once from the model, once from the real system's own endpoints. A family
 * sees its places, its waiting, its homes, its applications and its standing; everyone sees the board and the lists;
 * staff see their work.
 */
import { families, staff } from './city';
import { addDays, dayOf, formatInstant } from '../../shared/shanghai-time';
import { groupLabels, type Group } from '../../shared/lane';
import { listing } from './reference/publicities';
import { inOrder } from './reference/numbers';
import { isBarred, isInForce } from './reference/standing';
import { freeHomes, inLane } from './reference/turns';
import { districtOf, type Model } from './reference/state';
import type { Names } from './perform';
import type { System } from './system';
import type { RouteName } from '../../shared/contract/routes';

export type Views = Readonly<Record<string, readonly string[]>>;
const at = (ms: number | null | undefined): string => (ms == null ? '-' : `${formatInstant(ms).slice(5)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}`);
const groups = Object.keys(groupLabels) as Group[];
const districts = ['章贡区', '南康区'];
const line = (...words: readonly unknown[]): string => words.map((word) => String(word ?? '-')).join(' ');
const kindsOfList = ['firstReview', 'secondReview', 'numbers', 'continuation', 'result'];

/** What the model says is to be seen. `wide`: the staff's and the public's views as well. */
export function expectedViews(m: Model, who: readonly string[], wide: boolean): Views {
  const views: Record<string, string[]> = {};
  for (const family of who) {
    const mine = (household: string) => m.households.get(household)!.family === family;
    const tickets = [...m.tickets].filter(([, t]) => mine(t.household));
    views[`${family} places`] = tickets.map(([name, t]) => {
      const { turn } = m.lanes.get(t.lane)!;
      return line(name, t.state, 'ahead', t.state === 'queued' ? ahead(m, t.lane, name) : null, 'deferred', t.deferrals, at(t.notBeforeMs === 0 ? null : t.notBeforeMs), 'until', turn?.ticket === name ? at(turn.deadlineMs) : null);
    });
    views[`${family} waiting`] = [
      ...tickets.map(([name, t]) => line('number', name, t.batchDay, t.state)),
      ...[...m.misses].filter(([name]) => mine(m.tickets.get(name)!.household)).map(([name, x]) => line('miss', name, x.state, at(x.missedAtMs), 'until', at(x.continueUntilMs))),
      ...[...m.requests.values()].filter(({ household }) => mine(household)).map((r) => line('request', r.kind, r.ticket, r.group, r.state, at(r.atMs))),
      ...m.candidates.filter(({ household }) => mine(household)).map((c) => line('candidate', c.kind, c.group, c.state, at(c.submittedAtMs), addDays(dayOf(c.eligibleFromMs), 1))),
      ...m.subsidies.filter(({ household }) => mine(household)).map((s) => line('subsidy', s.state)),
    ];
    views[`${family} homes`] = [...m.allocations].filter(([name]) => mine(m.tickets.get(name)!.household)).map(([name, a]) => line(name, a.home, a.state, a.isNumbered ? 'noticed' : null, a.noticeDay, 'download', at(a.downloadByMs), a.isLate ? 'late' : '', 'lease', at(a.leaseByMs), a.cause));
    views[`${family} applications`] = [...m.applications.values()].filter((a) => a.family === family).map((a) => line(a.state, a.receipt, at(a.submittedAtMs), 'due', ['draft', 'supplementOne', 'supplementTwo'].includes(a.state) ? at(a.dueMs) : null));
    const households = [...m.households.values()].filter((h) => h.family === family);
    views[`${family} standing`] = [
      ...households.flatMap(({ persons, ever, isOpen }) => (isOpen ? persons : ever).map((p) => line(m.counts.get(p), isBarred(m, p), ...m.bars.filter(({ person }) => person === p).map(({ bar }) => line(bar.cause, isInForce(m, bar), at(bar.untilMs))).sort()))),
      ...m.forfeits.filter(({ household }) => mine(household)).map((f) => line(f.batchDay, f.cause, f.persons)),
    ];
  }
  if (wide) Object.assign(views, expectedWide(m));
  return sorted(views);
}

/** Families before this one: the better placed (Q1), and the one whose turn runs, also where this one was deferred past it (Q8). */
function ahead(m: Model, lane: string, ticket: string): number {
  const queued = inLane(m, lane).filter(([, { state }]) => state === 'queued');
  return queued.findIndex(([name]) => name === ticket) + (m.lanes.get(lane)!.turn === null ? 0 : 1);
}

function expectedWide(m: Model): Record<string, string[]> {
  const views: Record<string, string[]> = {};
  views['board'] = [...m.lanes].map(([name, lane]) => {
    const waiting = inLane(m, name).filter(([, t]) => t.state === 'queued');
    return line(name, lane.state, 'turn', lane.turn?.ticket, at(lane.turn?.deadlineMs), 'homes', freeHomes(m, name), 'waiting', waiting.length);
  });
  views['lists'] = [...m.publicities].filter(([, p]) => !p.isOver).flatMap(([name, p]) => {
    const subjects = { firstReview: m.applications, secondReview: m.applications, numbers: m.tickets, continuation: m.tickets, result: m.tickets }[p.kind]!;
    const label = (subject: string) => (p.kind.endsWith('Review') ? m.applications.get(subject)!.receipt : subject);
    const shown = [...subjects.keys()].filter((subject) => listing(m, p.kind, subject)?.list === name && listing(m, p.kind, subject)!.isListed);
    return shown.map((subject) => line(p.kind, p.district, p.firstDay, label(subject)));
  });
  for (const group of groups) views[`candidates ${group} in order`] = inOrder(m, m.candidates.filter((c) => c.state === 'waiting' && c.group === group)).map((c) => line(c.receipt, c.kind, addDays(dayOf(c.eligibleFromMs), 1)));
  views['homes'] = [...m.homes].map(([name, h]) => line(name, h.state, h.review === null ? null : `${h.review.kind}/${h.review.step}`));
  views['objections'] = [...m.objections].map(([name, o]) => line(name, o.state));
  views['requests'] = [...m.requests].map(([name, r]) => line(name, r.kind, r.state));
  const desk = (clerk: string, state: string) => [...m.applications.values()].filter((a) => a.state === state && staff[clerk]!.districts.includes(families[a.family]!.district)).map((a) => line(a.receipt));
  views['desk of clerk'] = desk('clerk', 'levelOne');
  views['desk of reviewer'] = desk('reviewer', 'levelTwo');
  // A3: numbered without gaps.
  views['notices'] = Array.from({ length: m.notices }, (_, n) => line(`2026-${String(n + 1).padStart(6, '0')}`));
  views['allocations'] = [...m.allocations].map(([name, a]) => line(name, a.state, districtOf(m, m.tickets.get(name)!.household)));
  return views;
}

/** What the system shows for the same. */
export async function actualViews(system: System, names: Names, who: readonly string[], wide: boolean): Promise<Views> {
  const views: Record<string, string[]> = {};
  const see = async (name: RouteName, by: string, asked = {}): Promise<any> => {
    const answer = await system.ask(name, by, asked);
    if ('code' in answer) throw new Error(`${by} may not ${name}: ${answer.code}`);
    return answer.body;
  };
  const ticket = (t: { group: string; queueNumber: number }) => `${t.group}#${t.queueNumber}`;
  const byId = (id: string) => id.replace(/^ticket-(.*)-(\d+)$/, '$1#$2');
  for (const family of who) {
    const { households } = await see('getMe', family);
    views[`${family} places`] = households.flatMap(({ places }: any) => places.map((p: any) => line(ticket(p), p.state, 'ahead', p.ahead, 'deferred', p.deferrals, at(p.notBeforeMs === 0 ? null : p.notBeforeMs), 'until', at(p.turn?.deadlineMs))));
    const waiting = (await see('getMyWaiting', family)).households;
    views[`${family} waiting`] = waiting.flatMap((h: any) => [
      ...h.tickets.map((t: any) => line('number', ticket(t), t.batchDay, t.state)), ...h.misses.map((x: any) => line('miss', byId(x.ticketId), x.state, at(x.missedAtMs), 'until', at(x.continueUntilMs))),
      ...h.requests.map((r: any) => line('request', r.kind, r.ticketId === null ? null : byId(r.ticketId), r.group, r.state, at(r.requestedAtMs))),
      ...h.candidates.map((c: any) => line('candidate', c.kind, c.group, c.state, at(c.submittedAtMs), c.batchDay)), ...h.subsidies.map((s: any) => line('subsidy', s.state)),
    ]);
    views[`${family} homes`] = (await see('listMyAllocations', family)).allocations.map((a: any) => line(ticket(a), names.nameOf(a.listingId), a.state, a.noticeNumber === null ? null : 'noticed', a.noticeDay, 'download', at(a.downloadByMs), a.isDownloadLate ? 'late' : '', 'lease', at(a.leaseByMs), a.endCause));
    views[`${family} applications`] = (await see('listMyApplications', family)).applications.map((a: any) => line(a.state, a.receiptNumber, at(a.submittedAtMs), 'due', ['draft', 'supplementOne', 'supplementTwo'].includes(a.state) ? at(a.dueMs) : null));
    const standing = (await see('getMyStanding', family)).households;
    views[`${family} standing`] = standing.flatMap((h: any) => [
      ...h.members.map((x: any) => line(x.consecutiveForfeits, x.isBarred, ...x.bars.map((b: any) => line(b.cause, b.isInForce, at(b.untilMs))).sort())), ...h.forfeits.map((f: any) => line(f.batchDay, f.cause, f.persons)),
    ]);
  }
  if (wide) {
    views['board'] = (await see('listLanes', 'anybody')).lanes.map(({ id, live }: any) => line(id, live.state, 'turn', live.turn === null ? null : ticket(live.turn), at(live.turn?.deadlineMs), 'homes', live.remaining, 'waiting', live.waiting));
    views['lists'] = [];
    for (const p of (await see('listPublicities', 'anybody')).publicities) {
      if (!kindsOfList.includes(p.kind)) continue;
      const { lines } = await see('getPublicity', 'anybody', { params: { publicityId: p.id } });
      for (const { cells } of lines) views['lists'].push(line(p.kind, p.district, p.firstDay, p.kind.endsWith('Review') ? cells[0] : `${groups.find((group) => groupLabels[group] === cells[0])}#${cells[1]}`));
    }
    for (const group of groups) views[`candidates ${group} in order`] = (await see('listCandidates', 'city', { query: { group } })).candidates.map((c: any) => line(c.receiptNumber, c.kind, c.batchDay));
    const listings = [...(await see('listStaffListings', 'city', { query: { district: '章贡区', limit: '100' } })).listings, ...(await see('listStaffListings', 'city', { query: { district: '南康区', limit: '100' } })).listings];
    views['homes'] = listings.filter(({ home }: any) => names.nameOf(home.id) !== undefined).map(({ home, review }: any) => line(names.nameOf(home.id), home.state, review === null ? null : `${review.kind}/${review.step}`));
    views['objections'] = (await see('listObjections', 'city')).objections.map((o: any) => line(names.nameOf(o.id), o.state));
    views['requests'] = [];
    views['allocations'] = [];
    views['notices'] = [];
    for (const district of districts) {
      views['requests'].push(...(await see('listWaitingRequests', 'city', { query: { district, limit: '100' } })).requests.map((r: any) => line(names.nameOf(r.id), r.kind, r.state)));
      const { allocations } = await see('listAllocations', 'city', { query: { district, limit: '100' } });
      views['notices'].push(...allocations.flatMap((a: any) => (a.noticeNumber === null ? [] : [line(a.noticeNumber)])));
      views['allocations'].push(...allocations.map((a: any) => line(ticket(a), a.state, district)));
    }
    for (const clerk of ['clerk', 'reviewer']) views[`desk of ${clerk}`] = (await see('searchApplications', clerk, { body: { limit: 100 } })).items.map((a: any) => line(a.receiptNumber));
  }
  return sorted(views);
}

/** Lines in any order, but where the order is what is looked at. */
function sorted(views: Record<string, string[]>): Views {
  return Object.fromEntries(Object.entries(views).map(([name, lines]) => [name, name.endsWith('in order') ? lines : [...lines].sort()]));
}

/** Where the two differ, for people to read; empty where they agree. */
export function differences(expected: Views, actual: Views): string[] {
  return Object.keys(expected).flatMap((name) => {
    const [want, got] = [expected[name]!, actual[name] ?? []];
    if (JSON.stringify(want) === JSON.stringify(got)) return [];
    return name.endsWith('in order') ? [`${name}:`, `  the rules: ${want.join(', ')}`, `  the system: ${got.join(', ')}`] : [`${name}:`, ...without(want, got).map((l) => `  the rules: ${l}`), ...without(got, want).map((l) => `  the system: ${l}`)];
  });
}

/** What is in one and not in the other, as often as it is. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
