/** Runs a script of acts against the model and the real system side by side, and shrinks one that shows a difference. */
import { families } from './city';
import { perform, Names } from './perform';
import { agenda, attempt, settle } from './reference/model';
import { newCity, type Act, type Model } from './reference/state';
import { openSystem, type Answer, type Asked, type System } from './system';
import { actualViews, differences, expectedViews } from './views';
import type { RouteName } from '../../shared/contract/routes';

export interface Failure { readonly act: number; readonly what: string }
export interface Result { readonly failure: Failure | null; readonly acts: number; readonly refused: number; readonly script: readonly Act[]; readonly granted: ReadonlyMap<string, number> }
/** The next act, or null when the script is over. */
export type Source = (m: Model, at: number) => Act | null;

const everybody = Object.keys(families);
/** Every so many acts everything is compared, not only what the act was about. */
const WIDE_EVERY = 6;

/** The last granted request with a key, by whom it was (Q4). */
interface Kept { readonly name: RouteName; readonly asked: Asked; readonly body: unknown }

export async function run(seed: string, source: Source): Promise<Result> {
  const system = await openSystem(seed);
  const m = newCity();
  const names = new Names();
  const kept = new Map<string, Kept>();
  const script: Act[] = [];
  const granted = new Map<string, number>();
  let refusals = 0;
  const done = (what: string | null): Result => ({ failure: what === null ? null : { act: script.length - 1, what }, acts: script.length, refused: refusals, script, granted });
  try {
    settle(m);
    for (;;) {
      const act = source(m, script.length);
      if (act === null) break;
      script.push(act);
      const step = act.do === 'wait' ? await wait(system, m, names, act.toMs!) : act.do === 'repeat' || act.do === 'reuse' ? await again(system, kept, act) : await one(system, m, names, kept, act, `key-${script.length}-of-the-model`);
      if (step.what !== null) return done(step.what);
      if (step.isRefused) refusals += 1;
      else granted.set(label(act), (granted.get(label(act)) ?? 0) + 1);
      const isWide = act.do === 'wait' || script.length % WIDE_EVERY === 0;
      const what = await compared(system, m, names, isWide ? everybody : everybody.filter((family) => family === act.by || concerns(m, act, family)), isWide);
      if (what !== null) return done(what);
    }
    const what = (await compared(system, m, names, everybody, true)) ?? (await system.brokenLedger());
    return done(what);
  } catch (error) {
    return done(`thrown: ${(error as Error).stack ?? String(error)}`);
  } finally {
    await system.close();
  }
}

const label = (act: Act): string => [act.do, ...(['actOnHome', 'actOnAllocation', 'ask', 'laneAct', 'raiseObjection', 'leave'].includes(act.do) ? [act.act] : []), ...(act.do === 'review' ? [act.level, act.outcome] : []), ...(['decide', 'decideObjection'].includes(act.do) ? [act.yes] : [])].join(' ');
const familyOf = (m: Model, on: string): string | undefined => m.households.get(m.tickets.get(on)?.household ?? m.requests.get(on)?.household ?? on)?.family ?? m.applications.get(on)?.family;
const concerns = (m: Model, act: Act, family: string): boolean => familyOf(m, act.on ?? '') === family;

async function compared(system: System, m: Model, names: Names, who: readonly string[], isWide: boolean): Promise<string | null> {
  if (system.faults.length > 0) return `a job failed: ${system.faults[0]!}`;
  const found = differences(expectedViews(m, who, isWide), await actualViews(system, names, who, isWide));
  return found.length === 0 ? null : found.join('\n');
}

/** One act on both sides. A refusal changes nothing, not even the ledger. */
async function one(system: System, m: Model, names: Names, kept: Map<string, Kept>, act: Act, key: string): Promise<{ what: string | null; isRefused: boolean }> {
  const before = await system.ledger();
  const { answer, sent } = await perform(system, names, m, act, key);
  const verdict = attempt(m, act);
  if ('granted' in verdict) {
    if ('code' in answer) return { what: `refused ${answer.code}, the rules grant it`, isRefused: false };
    const wrong = Object.entries(verdict.granted).filter(([field, value]) => answer.body[field] !== value);
    if (wrong.length > 0) return { what: `answers ${JSON.stringify(answer.body)}, the rules say ${JSON.stringify(Object.fromEntries(wrong))}`, isRefused: false };
    if (sent !== null && (sent.asked.key ?? '') !== '') kept.set(act.by, { ...sent, body: answer.body });
    await system.look();
    return { what: null, isRefused: false };
  }
  if ('body' in answer) return { what: `granted, the rules refuse it: ${verdict.refused.join(', ')}`, isRefused: true };
  if (!verdict.refused.includes(answer.code)) return { what: `refused ${answer.code}, the rules say ${verdict.refused.join(' or ')}`, isRefused: true };
  const isChanged = (await system.ledger()) !== before;
  return { what: isChanged ? `refused ${answer.code}, and yet the ledger changed` : null, isRefused: true };
}

/** Q4: the same key again: the same request gets the same answer, another one is refused; either way nothing happens. */
async function again(system: System, kept: Map<string, Kept>, act: Act): Promise<{ what: string | null; isRefused: boolean }> {
  const last = kept.get(act.by);
  if (last === undefined) return { what: null, isRefused: false };
  const before = await system.ledger();
  const isReuse = act.do === 'reuse' && ['pickHome', 'submitApplication'].includes(last.name);
  const other = last.name === 'pickHome' ? { listingId: 'another-home' } : { ...(last.asked.body as object), version: 999 };
  const answer: Answer = await system.ask(last.name, act.by, isReuse ? { ...last.asked, body: other } : last.asked);
  if (isReuse && !('code' in answer && answer.code === 'IDEMPOTENCY_KEY_REUSED')) return { what: `a key used again for something else is answered ${JSON.stringify(answer)}`, isRefused: true };
  // An application begun twice by one request is one application; what it holds is shown as it is now, for answers with people in them are not kept (P2).
  const same = (body: any) => (last.name === 'createApplication' ? body.id === (last.body as any).id : JSON.stringify(body) === JSON.stringify(last.body));
  if (!isReuse && !('body' in answer && same(answer.body))) return { what: `the same request is answered ${JSON.stringify(answer)}, first ${JSON.stringify(last.body)}`, isRefused: true };
  return { what: (await system.ledger()) === before ? null : 'the same request again changed the ledger', isRefused: true };
}

/** Time goes on; the jobs look at every instant at which the rules have something to do, and at the end. */
async function wait(system: System, m: Model, names: Names, toMs: number): Promise<{ what: string | null; isRefused: boolean }> {
  let last = '';
  while (m.nowMs < toMs) {
    m.nowMs = Math.min(toMs, ...agenda(m));
    await system.goTo(m.nowMs);
    settle(m);
    // What the rules bring about on the way is looked at there and then, and not only at the end of the way.
    const now = JSON.stringify(expectedViews(m, [], true));
    const what = now === last ? null : await compared(system, m, names, [], true);
    last = now;
    if (what !== null) return { what: `at ${new Date(m.nowMs + 8 * 3_600_000).toISOString()}:\n${what}`, isRefused: false };
  }
  return { what: null, isRefused: false };
}

export const fromScript = (acts: readonly Act[]): Source => (_m, at) => acts[at] ?? null;

/** Delta debugging: drops chunks of acts, smaller and smaller ones, as long as some difference remains. */
export async function shrink(seed: string, failed: readonly Act[], tries = 60): Promise<{ script: readonly Act[]; what: string }> {
  let script = [...failed];
  let what = '';
  for (let size = Math.ceil(script.length / 2), left = tries; size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = Math.max(0, script.length - size); left > 0; from -= size) {
      const start = Math.max(0, from);
      const shorter = [...script.slice(0, start), ...script.slice(start + size)];
      left -= 1;
      const result = await run(seed, fromScript(shorter));
      if (result.failure !== null) {
        script = [...result.script];
        what = result.failure.what;
      }
      if (from <= 0) break;
    }
  }
  return { script, what };
}
