/** 选房规则: fields, drafts, published sets, comparisons, what-ifs. */
import * as z from 'zod/mini';
import { isDay } from '../shanghai-time';

const ms = z.int();
const nullable = z.nullable;
const text = (max: number, description: string) => z.string().check(z.minLength(1), z.maxLength(max), z.describe(description));
const day = (description: string) => z.string().check(z.refine((value) => isDay(value), '请填写存在的日期，如 2026-07-01'), z.describe(description));
const version = z.int().check(z.minimum(1), z.describe('您看到的版本号；已被他人修改时会被拒绝'));
/** By field name; checked against the table of fields. */
const values = z.record(z.string(), z.unknown());

export const ruleField = z.strictObject({
  name: z.string(), label: z.string(), help: z.string(), rule: z.string(),
  kind: z.enum(['duration', 'timeOfDay', 'days', 'years', 'count', 'factor', 'switch', 'choice', 'areas', 'streets', 'categories']),
  unit: z.string(), min: nullable(z.number()), max: nullable(z.number()),
  options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
  /** Whom a change reaches: `turn` and `period` keep what they began under. */
  appliesTo: z.enum(['turn', 'period', 'everything']),
  /** Of a number of days: the field that says which kind. */
  daysKind: z.optional(z.string()),
});
export const ruleFields = z.strictObject({ fields: z.array(ruleField) });

export const ruleChange = z.strictObject({ field: z.string(), label: z.string(), before: z.string(), after: z.string(), text: z.string() });

const published = { number: z.int(), title: z.string(), reason: z.string(), effectiveAtMs: ms, publishedAtMs: ms, publishedBy: z.string() };
const state = z.enum(['draft', 'dropped', 'published', 'scheduled', 'running', 'past']);
export const ruleSetSummary = z.strictObject({ id: z.string(), state, ...published });
export const draftSummary = z.strictObject({ id: z.string(), version: z.int(), state, title: z.string(), basedOn: z.int(), savedAtMs: ms, savedBy: z.string() });
export const ruleSetList = z.strictObject({
  /** Newest first. */
  published: z.array(ruleSetSummary),
  drafts: z.array(draftSummary),
});
export const ruleSetDetail = z.strictObject({
  id: z.string(), version: z.int(), state, title: z.string(), values,
  /** Against the set that would hold without it; for a published one against the one before. */
  changes: z.array(ruleChange), comparedWith: nullable(z.int()),
});
export const createDraft = z.strictObject({ title: text(60, '草稿名称'), values: z.optional(values) });
export const saveDraft = z.strictObject({ version, title: text(60, '草稿名称'), values });
export const publishDraft = z.strictObject({ version, effectiveDay: day('从哪一天零时起生效，最早为明天'), reason: text(200, '发布原因或依据') });
export const dropDraft = z.strictObject({ version, reason: text(200, '作废原因') });

export const whatIf = z.strictObject({ from: day('从哪一天起'), to: day('到哪一天止，当天计入') });
const served = z.strictObject({ openedAtMs: ms, endedAtMs: nullable(ms), outcome: z.enum(['picked', 'passed', 'missed', 'deferred', 'open']) });
export const whatIfAnswer = z.strictObject({
  ruleSetId: z.string(), fromMs: ms, toMs: ms,
  /** What the replay supposes, in sentences for people. */
  assumptions: z.array(z.string()),
  /** Per lane: whether replaying under the rules really in force gives exactly what happened, and if not, where it first differs. */
  lanes: z.array(z.strictObject({
    laneId: z.string(), faithful: z.boolean(), firstDifference: nullable(z.string()), recordedActs: z.int(),
    happened: z.strictObject({ turns: z.int(), picked: z.int(), missed: z.int(), deferred: z.int() }),
    replayed: z.strictObject({ turns: z.int(), picked: z.int(), missed: z.int(), deferred: z.int() }),
  })),
  /** Families served at another time or with another outcome, or only in one of the two, in the order of the replay. */
  differences: z.array(z.strictObject({ laneId: z.string(), group: z.string(), queueNumber: z.int(), happened: z.array(served), replayed: z.array(served) })),
  unchanged: z.int(),
  /** The bound was reached: differences beyond it are not listed. */
  truncated: z.boolean(),
});
