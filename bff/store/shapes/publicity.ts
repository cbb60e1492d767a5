/** 公示 publicities and the objections (异议) raised against what is in them. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };

/** What is publicised: first and second list of a review (V1), numbers of a batch (G5), a continuation (M1), a pick (A1). */
export const publicityKindNames = ['firstReview', 'secondReview', 'numbers', 'continuation', 'result'] as const;

export const publicityCollections = {
  publicities: collection(
    z.strictObject({
      ...base,
      kind: z.enum(publicityKindNames),
      /** What it is about: an application, a batch day, a pick … */
      scopeId: z.string(),
      district: z.string(),
      firstDay: z.string(), lastDay: z.string(), takesEffectMs: z.int(),
      state: z.enum(['open', 'over']),
      overAtMs: z.nullable(z.int()),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'publicitiesDue', fields: ['state', 'takesEffectMs'] },
      { name: 'publicitiesByKind', fields: ['kind', 'state', 'takesEffectMs'] },
      { name: 'publicitiesOfScope', fields: ['scopeId'] },
    ],
  ),
  objections: collection(
    z.strictObject({
      ...base,
      publicityId: z.string(),
      /** Whom or what it is raised against, within the publicity: an application, a ticket, a pick. */
      subjectId: z.string(),
      district: z.string(),
      /** Sealed: what was said may name people. */
      textSealed: z.string(), byPhoneSealed: z.string(), byPhoneIndex: z.string(),
      state: z.enum(['open', 'upheld', 'dismissed']),
      raisedAtMs: z.int(), decidedAtMs: z.nullable(z.int()), decidedBy: z.string(), answerSealed: z.string(),
    }),
    [
      { name: 'objectionsOfPublicity', fields: ['publicityId', 'subjectId'] },
      { name: 'objectionsOfSubject', fields: ['subjectId', 'state'] },
      { name: 'objectionsByState', fields: ['state', 'raisedAtMs'] },
      { name: 'objectionsOfDistrict', fields: ['district', 'state', 'raisedAtMs'] },
      { name: 'objectionsOfPhone', fields: ['byPhoneIndex', 'raisedAtMs'] },
      { name: 'oneOpenObjectionEach', fields: ['publicityId', 'subjectId', 'byPhoneIndex'], unique: true, where: { state: 'open' } },
    ],
  ),
} as const;
