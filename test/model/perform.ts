/** An act of the model as a request to the real system: names become the system's own, versions those of the last look. */
import type { RouteName } from '../../shared/contract/routes';
import { dayOf } from '../../shared/shanghai-time';
import { families, firstHomes, people } from './city';
import { phoneOf } from '../support/build';
import type { Act, Content, Model } from './reference/state';
import type { Answer, Asked, System } from './system';

const NOBODY = 'nothing-of-this-name';
/** One of the rule set's priority categories (G3). */
const PRIORITY = 'sanitationWorker';
/** What the model's names are called in the system. */
export class Names {
  private readonly known = new Map<string, string>(firstHomes.map(({ home }) => [home, home]));
  private readonly names = new Map<string, string>(firstHomes.map(({ home }) => [home, home]));
  learn(name: string, id: string): void {
    this.known.set(name, id);
    this.names.set(id, name);
  }
  nameOf(id: string): string | undefined {
    return this.names.get(id);
  }
  /** An id nobody has, where nothing of this name was ever made. */
  of(name: string | undefined): string {
    return this.known.get(name ?? '') ?? NOBODY;
  }
}

export const ticketId = (name: string): string => `ticket-${name.replace('#', '-')}`;
/** Households: `k-f1` from the lottery, `k-a3` of application a3. */
export async function householdId({ world }: System, names: Names, name: string): Promise<string> {
  if (families[name.slice(2)] !== undefined) return name;
  return (await world.store.read((tx) => tx.applications.get(names.of(name.slice(2)))))?.householdId ?? NOBODY;
}
/** A number is picked for once, so an allocation goes by the name of its number. */
async function allocationId({ world }: System, ticket: string): Promise<string> {
  return (await world.store.read((tx) => tx.allocations.find({}))).find((allocation) => allocation.ticketId === ticketId(ticket))?.id ?? NOBODY;
}

const typed = (family: string, content: Content) => {
  const { phone, district, street } = families[family]!;
  const [applicant, ...members] = content.persons;
  return {
    applicantName: '苏小雨', identity: people[applicant!]!.identity, phone: phoneOf(phone), members: members.map((person) => ({ name: '苏大海', identity: people[person]!.identity, relation: '家人' })),
    district, street, address: content.isWhole ? '解放路1号' : '', tier: content.tier, bedrooms: content.bedrooms, priorityCategory: content.claims ? PRIORITY : null,
  };
};

/** The version staff or family last saw, or one from before a change. */
const seen = (act: Act, doc: { version: number } | null | undefined): number => (act.stale === true ? (doc?.version ?? 2) - 1 : (doc?.version ?? 1));

/** The request an act stands for. */
export async function requestOf(system: System, names: Names, m: Model, act: Act, key: string): Promise<{ name: RouteName; asked: Asked } | 'receipt'> {
  const { store } = system.world;
  const doc = <T>(read: (tx: Parameters<Parameters<typeof store.read>[0]>[0]) => Promise<T>) => store.read(read);
  const isFamily = families[act.by] !== undefined;
  switch (act.do) {
    case 'createApplication': return { name: 'createApplication', asked: { body: {}, key } };
    case 'saveDraft': case 'submit': case 'withdraw': case 'review': {
      const id = names.of(act.on);
      const version = seen(act, await doc((tx) => tx.applications.get(id)));
      const params = { applicationId: id };
      if (act.do === 'saveDraft') return { name: 'saveDraft', asked: { params, body: { version, content: typed(act.by, act.content!) } } };
      if (act.do === 'submit') return { name: 'submitApplication', asked: { params, body: { version, confirm: true, ...(act.yes === true ? { acceptsNewReview: true } : {}) }, key } };
      if (act.do === 'withdraw') return { name: 'withdrawApplication', asked: { params, body: { version, confirm: true } } };
      return { name: 'reviewApplication', asked: { params, body: { version, level: act.level, outcome: act.outcome, reasons: '材料不齐，请补收入证明', ...(act.isPriority === undefined ? {} : { priorityCategory: act.isPriority ? PRIORITY : null }) } } };
    }
    case 'raiseObjection': {
      const { publicityId, subjectId } = await listed(system, names, act);
      return { name: 'raiseObjection', asked: { params: { publicityId }, body: { subjectId, text: '该家庭另有住房' } } };
    }
    case 'decideObjection': {
      const id = names.of(act.on);
      return { name: 'decideObjection', asked: { params: { objectionId: id }, body: { version: seen(act, await doc((tx) => tx.objections.get(id))), upheld: act.yes, answer: '经核实' } } };
    }
    case 'pick': {
      const params = { ticketId: ticketId(act.on!) };
      const listingId = m.homes.has(act.home!) ? names.of(act.home) : NOBODY;
      return isFamily ? { name: 'pickHome', asked: { params, body: { listingId }, key } } : { name: 'assistedPick', asked: { params, body: { listingId, place: '一号窗口', consent: '本人到场签字' }, key } };
    }
    case 'pass': return { name: 'passTurn', asked: { params: { ticketId: ticketId(act.on!) }, body: { confirm: true }, key } };
    case 'laneAct': return { name: ({ open: 'openLane', pause: 'pauseLane', resume: 'resumeLane' } as const)[act.act as 'open'], asked: { params: { laneId: act.on! }, body: { reason: '按规定办理' } } };
    case 'receive': return 'receipt';
    case 'askToContinue': return isFamily ? { name: 'askToContinue', asked: { params: { ticketId: ticketId(act.on!) }, body: { confirm: true } } } : { name: 'continueForFamily', asked: { params: { ticketId: ticketId(act.on!) }, body: { place: '一号窗口', consent: '本人到场签字' } } };
    case 'ask': {
      const reason = '家庭情况有变';
      if (act.act === 'fromSubsidy') return { name: 'makeWaitingRequest', asked: { body: { kind: 'fromSubsidy', householdId: await householdId(system, names, act.on!), group: act.group, reason } } };
      return { name: 'makeWaitingRequest', asked: { body: { kind: act.act, ticketId: ticketId(act.on!), reason, ...(act.act === 'adjust' ? { group: act.group, size: act.size } : {}) } } };
    }
    case 'withdrawRequest': case 'decide': {
      const id = names.of(act.on);
      const version = seen(act, await doc((tx) => tx.waitingRequests.get(id)));
      return act.do === 'decide' ? { name: 'decideWaitingRequest', asked: { params: { requestId: id }, body: { version, approved: act.yes, answer: '经核实' } } } : { name: 'withdrawWaitingRequest', asked: { params: { requestId: id }, body: { version } } };
    }
    case 'leave': {
      const id = ticketId(act.on!);
      return { name: act.act === 'cancel' ? 'cancelQualification' : 'giveUpWaiting', asked: { params: { ticketId: id }, body: { version: seen(act, await doc((tx) => tx.tickets.get(id))), reason: '不再符合条件' } } };
    }
    case 'stopSubsidy': {
      const id = await householdId(system, names, act.on!);
      const found = (await doc((tx) => tx.subsidies.find({ householdId: id }, { sort: [['fromMs', 'asc']] }))).sort((a, b) => Number(a.state === 'running') - Number(b.state === 'running')).at(-1);
      return { name: 'stopSubsidy', asked: { params: { subsidyId: found?.id ?? NOBODY }, body: { version: seen(act, found), reason: '不再符合条件' } } };
    }
    case 'download': return { name: 'downloadNotice', asked: { params: { allocationId: await allocationId(system, act.on!) } } };
    case 'actOnAllocation': {
      const id = await allocationId(system, act.on!);
      const version = seen(act, await doc((tx) => tx.allocations.get(id)));
      if (isFamily) return { name: 'giveUpAllocation', asked: { params: { allocationId: id }, body: { version, confirm: true } } };
      return { name: 'actOnAllocation', asked: { params: { allocationId: id }, body: { act: act.act, version, reason: '按规定办理', ...(act.act === 'signLease' ? { contractNumber: `HT-${act.on!}`, signedDay: dayOf(act.toMs!) } : {}), ...(act.act === 'raiseDoubt' ? { doubt: act.doubt } : {}) } } };
    }
    case 'reportHome': return { name: 'reportHomes', asked: { body: { submit: true, homes: [{ district: '章贡区', community: 'zhanggong家园', building: '1栋', entrance: '1单元', floor: act.floor, room: act.as, bedrooms: act.bedrooms, areaSqm: 50, orientation: '南', rentFen: 30_000, owner: '', remark: '' }] } } };
    case 'actOnHome': {
      const id = m.homes.has(act.on!) ? names.of(act.on) : NOBODY;
      const version = seen(act, await doc((tx) => tx.listings.get(id)));
      return { name: 'actOnHomes', asked: { body: { act: act.act, reason: '按规定办理', items: [{ listingId: id, version }], ...(act.act === 'reportVacated' ? { vacatedDay: dayOf(m.nowMs) } : {}) } } };
    }
    case 'blacklist': {
      const members = await doc(async (tx) => tx.members.find({ householdId: await householdId(system, names, act.as!) }));
      const index = system.world.kernel.crypto.blindIndex('identity', people[act.on!]?.identity ?? NOBODY);
      return { name: 'blacklistMember', asked: { params: { memberId: members.find(({ identityIndex }) => identityIndex === index)?.id ?? NOBODY }, body: { reason: '弄虚作假', untilDay: act.toMs === undefined ? null : dayOf(act.toMs - 1), creditRecordId: null } } };
    }
    case 'liftBar': {
      const index = system.world.kernel.crypto.blindIndex('identity', people[act.on!]?.identity ?? NOBODY);
      const bars = (await doc((tx) => tx.bars.find({ personId: index }, { sort: [['fromMs', 'asc']] }))).filter(({ cause }) => cause === act.act);
      const bar = bars.find(({ state }) => state === 'standing') ?? bars[0];
      return { name: 'liftBar', asked: { params: { barId: bar?.id ?? NOBODY }, body: { version: seen(act, bar), reason: '查明不实' } } };
    }
    default: throw new Error(`no request for ${act.do}`);
  }
}

/** The publicity and the line in it that an objection names. */
async function listed({ world }: System, names: Names, act: Act): Promise<{ publicityId: string; subjectId: string }> {
  return world.store.read(async (tx) => {
    const none = { publicityId: NOBODY, subjectId: NOBODY };
    if (act.act === 'firstReview' || act.act === 'secondReview') {
      const application = await tx.applications.get(names.of(act.on));
      return application?.publicityId == null || !application.publicityId.includes(act.act) ? none : { publicityId: application.publicityId, subjectId: `${application.id}.${application.publicityRound}` };
    }
    const id = ticketId(act.on!);
    if (act.act === 'result') {
      const allocation = (await tx.allocations.find({})).find((a) => a.ticketId === id);
      return allocation === undefined ? none : { publicityId: allocation.publicityId, subjectId: allocation.id };
    }
    if (act.act === 'continuation') {
      const miss = await tx.misses.get(`miss-${id}`);
      return miss?.publicityId == null ? none : { publicityId: miss.publicityId, subjectId: id };
    }
    const ticket = await tx.tickets.get(id);
    const batch = ticket === null ? null : (await tx.batches.find({ day: ticket.batchDay }))[0] ?? null;
    return batch?.publicityId == null ? none : { publicityId: batch.publicityId, subjectId: id };
  });
}

/** Sends an act; what it made is known by its name from then on. */
export async function perform(system: System, names: Names, m: Model, act: Act, key: string): Promise<{ answer: Answer; sent: { name: RouteName; asked: Asked } | null }> {
  const request = await requestOf(system, names, m, act, key);
  if (request === 'receipt') return { answer: await receipt(system, act), sent: null };
  const answer = await system.ask(request.name, act.by, request.asked);
  if ('body' in answer && act.as !== undefined && act.do !== 'blacklist') {
    const id = act.do === 'reportHome' ? answer.body.results[0].listingId : answer.body.id;
    if (id !== null) names.learn(act.as, id);
  }
  // A row of a bulk act has its own refusal (L1).
  if ('body' in answer && (act.do === 'reportHome' || act.do === 'actOnHome')) {
    const [row] = answer.body.results;
    return { answer: row.ok ? { body: { state: row.state } } : { code: row.code }, sent: null };
  }
  return { answer, sent: request };
}

/** Q8: the gateway confirms the notification of the lane's open turn. */
async function receipt(system: System, act: Act): Promise<Answer> {
  const { world } = system;
  const gatewayId = await world.store.read(async (tx) => {
    const turn = (await tx.lanes.get(act.on ?? ''))?.openTurnId;
    return turn == null ? null : (await tx.outbox.find({ subjectId: turn })).find(({ kind, topic }) => kind === 'turnOpened' && topic === 'sms')?.gatewayId ?? null;
  });
  return gatewayId === null ? { code: 'NOT_FOUND' } : system.ask('smsReceipt', 'gateway', { body: { gatewayId, status: 'delivered', atMs: world.clock.nowMs } });
}
