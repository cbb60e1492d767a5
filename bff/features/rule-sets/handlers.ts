/** 选房规则 over HTTP: its fields, drafts compared with what would hold without them, publishing from a day to come. */
import { addDays, DAY_MS, startOfDay } from '../../../shared/shanghai-time';
import { checkValues } from '../../domain/rules/check';
import { openReviewStates } from '../../domain/review/review';
import { compareRules } from '../../domain/rules/compare';
import { ruleFields, type RuleSetValues } from '../../domain/rules/rule-set';
import { actOf, refuse, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { RuleSetDoc, RuleSetDraft } from '../../store/collections';
import { change, type Work } from '../../store/change';
import { OFFICE_STREAM } from '../../store/ledger';
import type { Tx } from '../../store/port';
import { maySeeRules, mayTryRules, mayWriteRules } from './policy';
import { PUBLISH_LEAD_MS } from './rulebook';
import { playWhatIf } from './what-if';

const DRAFTS_SHOWN = 100;
const MAX_PERIOD_MS = 366 * DAY_MS;
const PLAYING_RETRY_S = 10;

export function ruleSetHandlers(kernel: Kernel): Handlers {
  const { rulebook } = kernel;
  /** One what-if at a time: it is the heaviest thing anybody can ask for. */
  let playing = false;

  /** A draft is compared with the newest published set; a published one with the one before it. */
  async function detail(tx: Tx, of: RuleSetDraft | RuleSetDoc) {
    const number = 'number' in of ? of.number : null;
    const [base] = await tx.ruleSets.find(number === null ? {} : { number: { lt: number } }, { sort: [['number', 'desc']], limit: 1 });
    const values = rulebook.valuesOf(of);
    return {
      id: of.id, version: of.version, state: 'number' in of ? stateOf(of, await tx.ruleSets.find({}), kernel.clock.now()) : of.state, title: of.title, values,
      changes: base === undefined ? [] : compareRules(rulebook.valuesOf(base), values).map((each) => ({ ...each })), comparedWith: base?.number ?? null,
    };
  }

  /** Finds a draft that may still be written, at the version its writer saw. */
  async function openDraft(tx: Tx, id: string, version: number): Promise<RuleSetDraft | Refusal> {
    const draft = await tx.ruleSetDrafts.get(id);
    if (draft === null) return refuse((await tx.ruleSets.get(id)) === null ? 'NOT_FOUND' : 'RULE_SET_PUBLISHED');
    if (draft.state !== 'draft') return refuse('ALREADY_DONE');
    return draft.version === version ? draft : refuse('REQUEST_IN_CONFLICT', { view: await detail(tx, draft) });
  }

  return {
    listRuleFields: async ({ caller }) => {
      if (!maySeeRules(caller)) return refuse('FORBIDDEN');
      return { fields: Object.entries(ruleFields).map(([name, { schema: _schema, options, ...facts }]) => ({ name, ...facts, options: options.map((option) => ({ ...option })) })) };
    },

    listRuleSets: async ({ caller }) => {
      if (!maySeeRules(caller)) return refuse('FORBIDDEN');
      return kernel.store.read(async (tx) => {
        const sets = await tx.ruleSets.find({}, { sort: [['number', 'desc']] });
        const drafts = await tx.ruleSetDrafts.find({ state: 'draft' }, { sort: [['savedAtMs', 'desc']], limit: DRAFTS_SHOWN });
        return { published: sets.map((set) => summaryOf(set, sets, kernel.clock.now())), drafts: drafts.map(draftSummary) };
      });
    },

    getRuleSet: async ({ caller, params }) => {
      if (!maySeeRules(caller)) return refuse('FORBIDDEN');
      return kernel.store.read(async (tx) => {
        const found = await findRuleSet(tx, params['ruleSetId'] ?? '');
        return found === null ? refuse('NOT_FOUND') : detail(tx, found);
      });
    },

    createRuleDraft: async (request) => {
      const { caller, body } = request;
      if (!mayWriteRules(caller)) return refuse('FORBIDDEN');
      return change(kernel, actOf(request, `起草选房规则：${body.title}`), async (work) => {
        const newest = await newestSet(work.tx);
        const { values, problems } = checkValues({ ...rulebook.valuesOf(newest), ...body.values });
        if (problems !== null) return refuse('VALIDATION_FAILED', { fields: problems });
        const draft = await work.tx.ruleSetDrafts.insert({
          id: `draft-${kernel.chance.bytes(8).toString('hex')}`, title: body.title, state: 'draft', basedOn: newest.number, values, savedAtMs: work.nowMs, savedBy: caller.staffId,
        });
        await record(work, 'RuleDraftCreated', draft, {});
        return detail(work.tx, draft);
      });
    },

    saveRuleDraft: async (request) => {
      const { caller, params, body } = request;
      if (!mayWriteRules(caller)) return refuse('FORBIDDEN');
      const { values, problems } = checkValues(body.values);
      if (problems !== null) return refuse('VALIDATION_FAILED', { fields: problems });
      return change(kernel, actOf(request, `修改选房规则草稿：${body.title}`), async (work) => {
        const draft = await openDraft(work.tx, params['ruleSetId'] ?? '', body.version);
        if (!('basedOn' in draft)) return draft;
        // Whoever saves has the comparison with the newest set before their eyes.
        const saved = await work.tx.ruleSetDrafts.replace({ ...draft, title: body.title, values, basedOn: (await newestSet(work.tx)).number, savedAtMs: work.nowMs, savedBy: caller.staffId });
        await record(work, 'RuleDraftSaved', saved, { changes: compareRules(rulebook.valuesOf(draft), values).map(({ text }) => text) });
        return detail(work.tx, saved);
      });
    },

    publishRuleDraft: async (request) => {
      const { caller, params, body } = request;
      if (!mayWriteRules(caller)) return refuse('FORBIDDEN');
      const effectiveAtMs = startOfDay(body.effectiveDay);
      const answer = await change(kernel, actOf(request, body.reason), async (work) => {
        const { tx, nowMs } = work;
        const draft = await openDraft(tx, params['ruleSetId'] ?? '', body.version);
        if (!('basedOn' in draft)) return draft;
        if (effectiveAtMs < nowMs + PUBLISH_LEAD_MS) return refuse('EFFECTIVE_DAY_TOO_SOON');
        const newest = await newestSet(tx);
        // Published by somebody else meanwhile: publishing this one would silently undo it.
        if (newest.number !== draft.basedOn) return refuse('REQUEST_IN_CONFLICT', { view: await detail(tx, draft) });
        if (effectiveAtMs < newest.effectiveAtMs) return refuse('EFFECTIVE_DAY_TOO_SOON');
        const { values, problems } = checkValues(rulebook.valuesOf(draft));
        if (problems !== null) return refuse('VALIDATION_FAILED', { fields: problems });
        const orphans = await lanesWithoutArea(tx, values);
        if (orphans.length > 0) return refuse('VALIDATION_FAILED', { fields: [{ path: 'values.areas', message: `已有选房通道的轮候区域不能删除：${orphans.join('、')}` }] });
        const busy = await districtsLeftBehind(tx, rulebook.valuesOf(newest), values);
        if (busy.length > 0) return refuse('VALIDATION_FAILED', { fields: [{ path: 'values.areas', message: `还有未办结的申请、等待生成顺序号的家庭或租赁补贴的所属区不能删除：${busy.join('、')}` }] });
        const number = newest.number + 1;
        const set = await tx.ruleSets.insert({ id: `ruleSet-${number}`, number, title: draft.title, reason: body.reason, effectiveAtMs, publishedAtMs: nowMs, publishedBy: caller.staffId, values });
        await tx.ruleSetDrafts.replace({ ...draft, state: 'published', savedAtMs: nowMs, savedBy: caller.staffId });
        await work.record({ stream: OFFICE_STREAM, type: 'RuleSetPublished', open: {}, detail: { number, draftId: draft.id, effectiveAtMs, values, changes: compareRules(rulebook.valuesOf(newest), values).map(({ text }) => text) } });
        return summaryOf(set, await tx.ruleSets.find({}), nowMs);
      });
      // Here at once; elsewhere within seconds, long before it takes effect.
      await rulebook.refresh();
      return answer;
    },

    /** Nothing is written, not even that it was asked. */
    tryRuleSet: async ({ caller, params, body }) => {
      if (!mayTryRules(caller)) return refuse('FORBIDDEN');
      const [fromMs, toMs] = [startOfDay(body.from), Math.min(startOfDay(addDays(body.to, 1)), kernel.clock.now())];
      if (fromMs >= toMs || toMs - fromMs > MAX_PERIOD_MS) return refuse('VALIDATION_FAILED', { fields: [{ path: 'to', message: '请选择已经过去的一段时间，最长一年' }] });
      const found = await kernel.store.read((tx) => findRuleSet(tx, params['ruleSetId'] ?? ''));
      if (found === null) return refuse('NOT_FOUND');
      if (playing) return refuse('RATE_LIMITED', { retryAfterS: PLAYING_RETRY_S });
      playing = true;
      try {
        const answer = await playWhatIf(kernel, found.id, { version: 'number' in found ? found.number : 0, values: rulebook.valuesOf(found) }, fromMs, toMs);
        return answer ?? refuse('VALIDATION_FAILED', { fields: [{ path: 'to', message: '这段时间内选房的家庭太多，请缩短时间后重试' }] });
      } finally {
        playing = false;
      }
    },

    dropRuleDraft: async (request) => {
      const { caller, params, body } = request;
      if (!mayWriteRules(caller)) return refuse('FORBIDDEN');
      return change(kernel, actOf(request, body.reason), async (work) => {
        const draft = await openDraft(work.tx, params['ruleSetId'] ?? '', body.version);
        if (!('basedOn' in draft)) return draft;
        const dropped = await work.tx.ruleSetDrafts.replace({ ...draft, state: 'dropped', savedAtMs: work.nowMs, savedBy: caller.staffId });
        await record(work, 'RuleDraftDropped', dropped, {});
        return draftSummary(dropped);
      });
    },
  };
}

/** A published set or a draft, by its id. */
export async function findRuleSet(tx: Tx, id: string): Promise<RuleSetDoc | RuleSetDraft | null> {
  return (await tx.ruleSets.get(id)) ?? (await tx.ruleSetDrafts.get(id));
}

async function record(work: Work, type: string, draft: RuleSetDraft, detail: Record<string, unknown>): Promise<void> {
  await work.record({ stream: OFFICE_STREAM, type, open: {}, detail: { draftId: draft.id, draftVersion: draft.version, title: draft.title, basedOn: draft.basedOn, ...detail } });
}

async function newestSet(tx: Tx): Promise<RuleSetDoc> {
  const [newest] = await tx.ruleSets.find({}, { sort: [['number', 'desc']], limit: 1 });
  if (newest === undefined) throw new Error('no rule set was ever published');
  return newest;
}

/** Q1: lanes whose waiting area the values no longer have. */
async function lanesWithoutArea(tx: Tx, values: RuleSetValues): Promise<string[]> {
  const codes = new Set(values.areas.map((area) => area.code));
  const lanes = await tx.lanes.find({});
  return [...new Set(lanes.filter((lane) => !codes.has(lane.areaCode)).map((lane) => lane.areaName))];
}

/** V1, W3: districts the values no longer have, though families there still have something coming. */
async function districtsLeftBehind(tx: Tx, before: RuleSetValues, values: RuleSetValues): Promise<string[]> {
  const kept = new Set(values.areas.flatMap(({ districts }) => districts));
  const busy: string[] = [];
  for (const district of before.areas.flatMap(({ districts }) => districts).filter((each) => !kept.has(each))) {
    const cases = [
      tx.applications.find({ district, state: { in: openReviewStates.filter((state) => state !== 'draft') } }, { limit: 1 }), tx.batchCandidates.find({ district, state: 'waiting' }, { limit: 1 }),
      tx.waitingRequests.find({ district, state: 'open' }, { limit: 1 }), tx.subsidies.find({ district, state: 'running' }, { limit: 1 }),
    ];
    if ((await Promise.all(cases)).some((found) => found.length > 0)) busy.push(district);
  }
  return busy;
}

function stateOf(set: RuleSetDoc, all: readonly RuleSetDoc[], nowMs: number): 'scheduled' | 'running' | 'past' {
  if (set.effectiveAtMs > nowMs) return 'scheduled';
  return all.some((other) => other.number > set.number && other.effectiveAtMs <= nowMs) ? 'past' : 'running';
}

function summaryOf(set: RuleSetDoc, all: readonly RuleSetDoc[], nowMs: number) {
  const { id, number, title, reason, effectiveAtMs, publishedAtMs, publishedBy } = set;
  return { id, state: stateOf(set, all, nowMs), number, title, reason, effectiveAtMs, publishedAtMs, publishedBy };
}

function draftSummary({ id, version, state, title, basedOn, savedAtMs, savedBy }: RuleSetDraft) {
  return { id, version, state, title, basedOn, savedAtMs, savedBy };
}
