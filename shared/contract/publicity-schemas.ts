/** Publicities (公示) and objections (异议). */
import * as z from 'zod/mini';
import { pageQuery } from './listing-pool-schemas';

const ms = z.int();

export const publicityKind = z.enum(['firstReview', 'secondReview', 'numbers', 'continuation', 'result']);
export const publicitySummary = z.strictObject({
  id: z.string(), kind: publicityKind, title: z.string(), district: z.string(), firstDay: z.string(), lastDay: z.string(), takesEffectMs: ms, state: z.enum(['open', 'over']),
});
export const publicityQuery = z.strictObject({ kind: z.optional(publicityKind), ...pageQuery });
export const publicityList = z.strictObject({ publicities: z.array(publicitySummary), next: z.nullable(z.string()) });
export const publicityPageQuery = z.strictObject({ after: z.optional(z.string().check(z.maxLength(200))) });
export const publicityPage = z.strictObject({
  publicity: publicitySummary, columns: z.array(z.string()),
  /** `key` is what an objection names. */
  lines: z.array(z.strictObject({ key: z.string(), cells: z.array(z.string()) })),
});
export const raiseObjection = z.strictObject({
  subjectId: z.string().check(z.minLength(1), z.maxLength(120)),
  text: z.string().check(z.minLength(5, '请写明理由，至少 5 个字'), z.maxLength(1000)),
});
export const objection = z.strictObject({
  id: z.string(), version: z.int(), publicityId: z.string(), title: z.string(), subjectId: z.string(), district: z.string(),
  text: z.string(), byPhoneMasked: z.string(), state: z.enum(['open', 'upheld', 'dismissed']), raisedAtMs: ms, /** Exclusive: when it should have been answered. */ dueMs: ms, isOverdue: z.boolean(), decidedAtMs: z.nullable(ms), answer: z.string(),
});
export const objectionQuery = z.strictObject({ state: z.optional(z.enum(['open', 'upheld', 'dismissed'])), ...pageQuery });
export const objectionList = z.strictObject({ objections: z.array(objection), next: z.nullable(z.string()) });
export const myObjectionQuery = z.strictObject({ ...pageQuery });
export const myObjections = z.strictObject({ objections: z.array(z.pick(objection, { id: true, title: true, text: true, state: true, raisedAtMs: true, decidedAtMs: true, answer: true })), next: z.nullable(z.string()) });
export const decideObjection = z.strictObject({
  version: z.int(), upheld: z.boolean(), answer: z.string().check(z.minLength(2, '请写明答复'), z.maxLength(1000)),
});
export const objectionRaised = z.strictObject({ id: z.string() });
