/**
 * What-if (推演): a past period played again under other rules, from the public ledger of the lanes. Reads only; the
 * ledger never changes behind us, so it is read in pages without holding anything open.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { groupLabels, type Group } from '../../../shared/lane';
import { formatInstant } from '../../../shared/shanghai-time';
import type { AnswerOf } from '../../../shared/contract/routes';
import type { RuleSet } from '../../domain/rules/rule-set';
import { HistoryReader, keyOf, type LaneHistory, type Waiting } from '../../domain/what-if/history';
import type { ReplayedTurn, ReplayRules } from '../../domain/what-if/lane-replay';
import { firstDifference, happened, replay } from '../../domain/what-if/replay';
import type { Kernel } from '../../kernel';
import { laneStream } from '../../store/ledger';
import { groupBy } from '../imports/import-deps';

type Answer = AnswerOf<'tryRuleSet'>;

const PAGE = 500;
/** Turns that one what-if looks at, and steps it plays: a quarter of an hour of a big city's year. */
const MAX_TURNS = 20_000;
const MAX_STEPS = 400_000;
const MAX_LISTED = 2_000;

/** What the replay supposes, as the answer says it. */
const assumptions: readonly string[] = [
  '轮候顺序号加入与退出排队、房源上架与下架、通道的开启与暂停、系统中断，均按当时的实际时间重演。',
  '每户家庭从收到通知到选房、放弃或没有操作所用的时间，以及送达凭证到达所用的时间，与当时相同；时限变短时，不假定家庭会因此提前操作，变长时也不假定当时没有操作的家庭会操作。',
  '期间没有轮到过的家庭，按本通道家庭从通知到选房的中位时间选房；本通道没有家庭选过房的，按没有操作处理。',
  '推演中轮到的时刻与当时不同的，视为系统立即处理；具体选了哪一套房不影响其他家庭的先后，只计房源数量。',
  '推演中已经选定住房的家庭，不再以新的顺序号排队；当时未选上、推演中也未选上的家庭，申请继续轮候等按当时的情况重演。',
  '开始时正在进行的一户仍按其开始时的规则；轮候区域划分、通知入库倍数和各项公示、申请期限的改变不影响本推演。',
];

/** Null: more turns than can be played again at once. */
export async function playWhatIf(kernel: Kernel, ruleSetId: string, rules: RuleSet, fromMs: number, toMs: number): Promise<Answer | null> {
  const histories = await readHistories(kernel, fromMs, toMs);
  if (histories === null) return null;
  const recorded: ReplayRules = { at: (atMs) => kernel.rules(atMs), of: (version) => kernel.rulesOf(version) };
  const measured = await finish(replay(histories, recorded, null, MAX_STEPS));
  const again = await finish(replay(histories, recorded, measured.lags, MAX_STEPS));
  const other = await finish(replay(histories, { at: () => rules, of: recorded.of }, measured.lags, MAX_STEPS));

  const differences: Answer['differences'] = [];
  let unchanged = 0;
  let truncated = again.truncated || other.truncated;
  const lanes = histories.map((history) => {
    const { laneId } = history;
    const [past, repeated, played] = [happened(history), again.turns.get(laneId) ?? [], other.turns.get(laneId) ?? []];
    const at = firstDifference(past, repeated);
    const byNumber = [past, played].map((turns) => groupBy(turns, (turn) => turn.key)) as [Map<string, ReplayedTurn[]>, Map<string, ReplayedTurn[]>];
    for (const key of new Set([...byNumber[1].keys(), ...byNumber[0].keys()])) {
      const [was, is] = [byNumber[0].get(key) ?? [], byNumber[1].get(key) ?? []];
      if (firstDifference(was, is) === -1) unchanged += 1;
      else if (differences.length >= MAX_LISTED) truncated = true;
      else {
        const [group = '', queueNumber = ''] = key.split(' ');
        differences.push({ laneId, group, queueNumber: Number(queueNumber), happened: was.map(served), replayed: is.map(served) });
      }
    }
    return {
      laneId, faithful: at === -1, firstDifference: at === -1 ? null : wordsOf(past[at] ?? repeated[at]!),
      recordedActs: history.facts.filter((fact) => fact.type !== 'rules' && fact.type !== 'joined').length, happened: totals(past), replayed: totals(played),
    };
  });
  return { ruleSetId, fromMs, toMs, assumptions: [...assumptions], lanes, differences, unchanged, truncated };
}

async function finish<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await breathe();
  }
}

async function readHistories(kernel: Kernel, fromMs: number, toMs: number): Promise<LaneHistory[] | null> {
  const { store, rulebook } = kernel;
  const { lanes, outages } = await store.read(async (tx) => ({
    lanes: await tx.lanes.find({}, { sort: [['id', 'asc']] }),
    outages: (await tx.outages.find({ fromMs: { lt: toMs } }, { sort: [['fromMs', 'asc']] })).filter((outage) => outage.toMs >= fromMs),
  }));
  const changes: number[] = [];
  for (let atMs = rulebook.nextAfter(fromMs); atMs !== null && atMs < toMs; atMs = rulebook.nextAfter(atMs)) changes.push(atMs);
  const histories: LaneHistory[] = [];
  let turns = 0;
  for (const lane of lanes) {
    const reader = new HistoryReader(lane.id, fromMs, toMs);
    if (!(await readStream(kernel, lane.id, reader, MAX_TURNS - turns))) return null;
    turns += reader.turnCount;
    histories.push(reader.finish(outages, changes, await earlierNumbers(kernel, reader.joined)));
  }
  return histories;
}

/** False when there were too many turns. */
async function readStream(kernel: Kernel, laneId: string, reader: HistoryReader, maxTurns: number): Promise<boolean> {
  for (let seq = 0; ;) {
    const page = await kernel.store.read((tx) => tx.ledger.find({ stream: laneStream(laneId), seq: { gt: seq } }, { sort: [['seq', 'asc']], limit: PAGE }));
    for (const entry of page) if (!reader.read(entry)) return true;
    if (reader.turnCount > maxTurns) return false;
    if (page.length < PAGE) return true;
    seq = page.at(-1)!.seq;
    await breathe();
  }
}

/** Which earlier numbers of the same household each number that joined replaces (M1, W2). */
async function earlierNumbers(kernel: Kernel, joined: readonly Waiting[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const replaces = new Map<string, readonly string[]>();
  for (const [group, numbers] of groupBy(joined, (number) => number.group)) {
    for (let at = 0; at < numbers.length; at += PAGE) {
      await kernel.store.read(async (tx) => {
        const tickets = await tx.tickets.find({ group, queueNumber: { in: numbers.slice(at, at + PAGE).map((number) => number.queueNumber) } });
        const all = groupBy(await tx.tickets.find({ householdId: { in: tickets.map((ticket) => ticket.householdId) } }), (ticket) => ticket.householdId);
        for (const ticket of tickets) {
          const before = (all.get(ticket.householdId) ?? []).filter((other) => other.id !== ticket.id && other.batchDay < ticket.batchDay);
          if (before.length > 0) replaces.set(keyOf(ticket), before.map((other) => keyOf(other)));
        }
      });
    }
  }
  return replaces;
}

function served({ openedAtMs, endedAtMs, outcome }: ReplayedTurn) {
  return { openedAtMs, endedAtMs, outcome };
}

function totals(turns: readonly ReplayedTurn[]) {
  const of = (...outcomes: ReplayedTurn['outcome'][]) => turns.filter((turn) => outcomes.includes(turn.outcome)).length;
  return { turns: turns.length, picked: of('picked'), missed: of('missed', 'passed'), deferred: of('deferred') };
}

function wordsOf({ key, openedAtMs }: ReplayedTurn): string {
  const [group, queueNumber] = key.split(' ');
  return `${formatInstant(openedAtMs)} ${groupLabels[group as Group]} 第${queueNumber}号`;
}
