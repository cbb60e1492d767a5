/** 选房规则: published sets, which never change, and drafts. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };

export const ruleCollections = {
  /** `id` is `ruleSet-<number>`. Values are those of bff/domain/rules/rule-set.ts at the time of publishing. */
  ruleSets: collection(
    z.strictObject({
      ...base,
      number: z.int(), title: z.string(), reason: z.string(),
      effectiveAtMs: z.int(), publishedAtMs: z.int(),
      /** Empty: came with the program. */
      publishedBy: z.string(),
      values: z.record(z.string(), z.unknown()),
    }),
    [{ name: 'ruleSetNumber', fields: ['number'], unique: true }],
  ),
  ruleSetDrafts: collection(
    z.strictObject({
      ...base,
      title: z.string(), state: z.enum(['draft', 'published', 'dropped']),
      /** The latest published set when it was last saved: a draft never undoes what it did not know. */
      basedOn: z.int(),
      values: z.record(z.string(), z.unknown()),
      savedAtMs: z.int(), savedBy: z.string(),
    }),
    [{ name: 'ruleSetDraftsByState', fields: ['state', 'savedAtMs'] }],
  ),
} as const;
