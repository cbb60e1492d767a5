/**
 * What an export holds: one sheet a subject, each a stream of rows read page by page, every page its own short read.
 * Nothing grows with the period, and a long export holds up nobody. Personal data is masked unless the export was
 * asked for unmasked (P2).
 */
import { addDays, formatInstant, startOfDay } from '../../../shared/shanghai-time';
import type { CellOut, RowOut } from '../../documents/write-workbook';
import type { Kernel } from '../../kernel';
import { maskIdentity, maskName, maskPhone } from '../../security/masking';
import type { ExportDoc, Household, LedgerEntry, OutboxMessage, Pick as PickDoc, TurnDoc } from '../../store/collections';
import { householdStream, laneStream, ledgerEntryId } from '../../store/ledger';
import type { Doc, Tx } from '../../store/port';

export interface Sheet {
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly width: number }[];
  /** How many rows there will be, for the progress; an estimate where counting would cost as much as reading. */
  count(tx: Tx): Promise<number>;
  batches(): AsyncIterable<readonly RowOut[]>;
}

export type Scope = Pick<ExportDoc, 'kind' | 'householdId' | 'fromDay' | 'toDay' | 'unmasked'>;

const PAGE = 500;
const columns = (...titles: readonly (readonly [string, number])[]) => titles.map(([title, width]) => ({ title, width }));

/** The sheets of an export; what was asked for in the same order every time. */
export function sheetsOf(kernel: Kernel, scope: Scope): readonly Sheet[] {
  const show = showing(kernel, scope.unmasked);
  const source = scope.kind === 'household' ? householdSource(kernel, scope.householdId!) : periodSource(kernel, startOfDay(scope.fromDay!), startOfDay(addDays(scope.toDay!, 1)));
  return [
    {
      name: '操作日志', columns: columns(['时间', 20], ['链', 22], ['序号', 8], ['事项', 20], ['公开内容', 50], ['操作人', 16], ['角色', 12], ['来源', 18], ['事由', 24], ['内部明细', 40], ['哈希', 66]),
      count: source.countEntries, batches: () => mapped(source.entries(), entryRow),
    },
    {
      name: '轮到', columns: columns(['编号', 20], ['通道', 16], ['组别', 16], ['顺序号', 8], ['家庭编号', 26], ['结果', 10], ['轮到', 20], ['已通知', 20], ['截止', 20], ['结束', 20], ['补时（分钟）', 10], ['送达凭证', 16], ['规则版本', 8]),
      count: source.countTurns, batches: () => mapped(source.turns(), turnRow),
    },
    {
      name: '选房', columns: columns(['编号', 24], ['通道', 16], ['家庭编号', 26], ['房源编号', 24], ['时间', 20], ['有效', 6], ['协助办理', 30], ['回执', 60]),
      count: () => Promise.resolve(0), batches: () => mapped(source.picks(), pickRow),
    },
    {
      name: '消息', columns: columns(['编号', 36], ['渠道', 18], ['内容种类', 16], ['事项编号', 22], ['收件人', 14], ['状态', 10], ['次数', 6], ['生成', 20], ['提交', 20], ['结清', 20], ['问题', 24]),
      count: source.countMessages, batches: () => mapped(source.messages(), (message) => messageRow(message, show)),
    },
    {
      name: '家庭', columns: columns(['家庭编号', 26], ['申请人', 12], ['电话', 14], ['区', 14], ['街道', 16], ['人数', 6], ['优先类别', 14], ['来源', 12]),
      count: () => Promise.resolve(0), batches: () => mapped(source.households(), (household) => householdRow(household, show)),
    },
    {
      name: '家庭成员', columns: columns(['家庭编号', 26], ['关系', 10], ['姓名', 12], ['证件号码', 22]),
      count: () => Promise.resolve(0), batches: () => memberRows(kernel, source.households(), show),
    },
  ];
}

interface Source {
  countEntries(tx: Tx): Promise<number>;
  countTurns(tx: Tx): Promise<number>;
  countMessages(tx: Tx): Promise<number>;
  entries(): AsyncIterable<readonly LedgerEntry[]>;
  turns(): AsyncIterable<readonly TurnDoc[]>;
  picks(): AsyncIterable<readonly PickDoc[]>;
  messages(): AsyncIterable<readonly OutboxMessage[]>;
  /** The households concerned. */
  households(): AsyncIterable<readonly Household[]>;
}

/** Pages of a query, each read by itself. What is inserted behind the place reached is not missed; nothing comes twice. */
async function* pages<D extends Doc>(kernel: Kernel, find: (tx: Tx, after: D | undefined) => Promise<D[]>): AsyncGenerator<readonly D[]> {
  for (let after: D | undefined; ;) {
    const page: D[] = await kernel.store.read((tx) => find(tx, after));
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1);
  }
}

async function* mapped<D>(batches: AsyncIterable<readonly D[]>, row: (doc: D) => RowOut): AsyncGenerator<readonly RowOut[]> {
  for await (const batch of batches) yield batch.map(row);
}

/** Everything dated from `fromMs` (inclusive) to `toMs` (exclusive). */
function periodSource(kernel: Kernel, fromMs: number, toMs: number): Source {
  const within = { gte: fromMs, lt: toMs };
  const lanes = () => kernel.store.read((tx) => tx.lanes.find({}, { sort: [['id', 'asc']] }));
  async function* turns(): AsyncGenerator<readonly TurnDoc[]> {
    for (const lane of await lanes()) {
      yield* pages<TurnDoc>(kernel, (tx, after) => tx.turns.find({ laneId: lane.id, openedAtMs: within }, { sort: [['openedAtMs', 'asc']], limit: PAGE, ...(after === undefined ? {} : { after }) }));
    }
  }
  return {
    countEntries: (tx) => tx.ledger.count({ atMs: within }),
    countTurns: async (tx) => {
      let count = 0;
      for (const lane of await tx.lanes.find({})) count += await tx.turns.count({ laneId: lane.id, openedAtMs: within });
      return count;
    },
    countMessages: (tx) => tx.outbox.count({ createdAtMs: within }),
    entries: () => pages<LedgerEntry>(kernel, (tx, after) => tx.ledger.find({ atMs: within }, { sort: [['atMs', 'asc']], limit: PAGE, ...(after === undefined ? {} : { after }) })),
    turns,
    picks: () => picksOf(kernel, turns()),
    messages: () => told(pages<OutboxMessage>(kernel, (tx, after) => tx.outbox.find({ createdAtMs: within }, { sort: [['createdAtMs', 'asc']], limit: PAGE, ...(after === undefined ? {} : { after }) }))),
    households: async function* () {
      const seen = new Set<string>();
      for await (const batch of turns()) {
        const fresh = [...new Set(batch.map(({ householdId }) => householdId))].filter((id) => !seen.has(id));
        for (const id of fresh) seen.add(id);
        yield (await kernel.store.read((tx) => Promise.all(fresh.map((id) => tx.households.get(id))))).filter((household) => household !== null);
      }
    },
  };
}

/** A household's own stream, its turns with what their lanes recorded of them, its picks and messages. */
function householdSource(kernel: Kernel, householdId: string): Source {
  const ownTurns = () => kernel.store.read(async (tx) => {
    const turns: TurnDoc[] = [];
    for (const ticket of await tx.tickets.find({ householdId })) turns.push(...(await tx.turns.find({ ticketId: ticket.id }, { sort: [['openedAtMs', 'asc']] })));
    return turns;
  });
  async function* turns(): AsyncGenerator<readonly TurnDoc[]> {
    yield await ownTurns();
  }
  const ownStream = householdStream(householdId);
  return {
    countEntries: (tx) => tx.ledger.count({ stream: ownStream }),
    countTurns: () => Promise.resolve(0),
    countMessages: () => Promise.resolve(0),
    entries: async function* () {
      yield* pages<LedgerEntry>(kernel, (tx, after) => tx.ledger.find({ stream: ownStream }, { sort: [['seq', 'asc']], limit: PAGE, ...(after === undefined ? {} : { after }) }));
      for (const turn of await ownTurns()) yield await entriesOfTurn(kernel, turn);
    },
    turns,
    picks: () => picksOf(kernel, turns()),
    messages: async function* () {
      const tickets = await kernel.store.read((tx) => tx.tickets.find({ householdId }));
      for (const subject of [householdId, ...tickets.map(({ id }) => id), ...(await ownTurns()).map(({ id }) => id)]) {
        // A message about a turn may be named after it and a moment: `turn.moment`.
        const found = await kernel.store.read((tx) => tx.outbox.find({ subjectId: { prefix: subject } }, { sort: [['subjectId', 'asc']] }));
        yield found.filter(({ subjectId }) => subjectId === subject || subjectId.startsWith(`${subject}.`));
      }
    },
    households: async function* () {
      const household = await kernel.store.read((tx) => tx.households.get(householdId));
      if (household !== null) yield [household];
    },
  };
}

/** Turns follow one another in a lane: the entries of one lie together, from the entry it is named after. */
async function entriesOfTurn(kernel: Kernel, turn: TurnDoc): Promise<LedgerEntry[]> {
  const stream = laneStream(turn.laneId);
  const firstSeq = Number(turn.id.slice(turn.laneId.length + 1));
  return kernel.store.read(async (tx) => {
    const first = await tx.ledger.get(ledgerEntryId(stream, firstSeq));
    if (first === null) return [];
    const own = [first];
    for (let after = firstSeq; ;) {
      const page = await tx.ledger.find({ stream, seq: { gt: after } }, { sort: [['seq', 'asc']], limit: 50 });
      const next = page.findIndex(({ type }) => type === 'TurnOpened');
      own.push(...(next < 0 ? page : page.slice(0, next)).filter(({ open }) => open['turnId'] === turn.id));
      if (next >= 0 || page.length < 50) return own;
      after = page.at(-1)!.seq;
    }
  });
}

/** A pick is named after its turn. */
async function* picksOf(kernel: Kernel, turns: AsyncIterable<readonly TurnDoc[]>): AsyncGenerator<readonly PickDoc[]> {
  for await (const batch of turns) {
    const picked = batch.filter(({ state }) => state === 'picked');
    yield (await kernel.store.read((tx) => Promise.all(picked.map(({ id }) => tx.picks.get(`pick-${id}`))))).filter((pick) => pick !== null);
  }
}

/** What people were told; not the refreshing of screens. */
async function* told(batches: AsyncIterable<readonly OutboxMessage[]>): AsyncGenerator<readonly OutboxMessage[]> {
  for await (const batch of batches) yield batch.filter(({ topic }) => topic !== 'live');
}

interface Show {
  name(text: string): string;
  phone(text: string): string;
  identity(text: string): string;
  opened(sealed: string): string;
}

function showing(kernel: Kernel, unmasked: boolean): Show {
  const opened = (sealed: string) => (sealed === '' ? '' : kernel.crypto.open(sealed));
  const asIs = (text: string) => text;
  return unmasked ? { name: asIs, phone: asIs, identity: asIs, opened } : { name: maskName, phone: maskPhone, identity: maskIdentity, opened };
}

const time = (atMs: number | null): CellOut => (atMs === null ? null : formatInstant(atMs));

function entryRow({ atMs, stream, seq, type, open, detail, hash }: LedgerEntry): RowOut {
  const { actor, from, why, ...rest } = JSON.parse(detail) as { actor?: { kind: string; id: string; role: string | null }; from?: string; why?: string };
  return [time(atMs), stream, seq, type, JSON.stringify(open), actor === undefined ? null : `${actor.kind} ${actor.id}`, actor?.role ?? null, from ?? null, why ?? null, JSON.stringify(rest), hash];
}

function turnRow(turn: TurnDoc): RowOut {
  return [turn.id, turn.laneId, turn.group, turn.queueNumber, turn.householdId, turn.state, time(turn.openedAtMs), time(turn.notifiedAtMs), time(turn.deadlineMs), time(turn.endedAtMs), Math.round(turn.movedMs / 60_000), turn.proof, turn.ruleSetVersion];
}

function pickRow(pick: PickDoc): RowOut {
  return [pick.id, pick.laneId, pick.householdId, pick.listingId, time(pick.pickedAtMs), pick.active ? '是' : '否', pick.assisted === null ? null : JSON.stringify(pick.assisted), pick.receipt.body];
}

function messageRow(message: OutboxMessage, show: Show): RowOut {
  // Subscription messages go to an open id, which is nobody's phone and never shown whole.
  const recipient = message.topic === 'sms' ? show.phone(show.opened(message.recipientSealed)) : '微信';
  return [message.id, message.topic, message.kind, message.subjectId, recipient, message.state, message.attempts, time(message.createdAtMs), time(message.handedAtMs), time(message.settledAtMs), message.lastError];
}

function householdRow(household: Household, show: Show): RowOut {
  return [household.id, show.name(show.opened(household.applicantSealed)), show.phone(show.opened(household.phoneSealed)), household.district, household.street, household.size, household.priorityCategory, household.source];
}

async function* memberRows(kernel: Kernel, households: AsyncIterable<readonly Household[]>, show: Show): AsyncGenerator<readonly RowOut[]> {
  for await (const batch of households) {
    const rows: RowOut[] = [];
    for (const { id } of batch) {
      for (const member of await kernel.store.read((tx) => tx.members.find({ householdId: id }))) {
        const person = JSON.parse(show.opened(member.personSealed)) as { name: string; identity: string };
        rows.push([id, member.relation, show.name(person.name), show.identity(person.identity)]);
      }
    }
    yield rows;
  }
}
