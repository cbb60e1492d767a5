/** Q9: a family's ranking of homes (预先排序代选) and its consent. */
import * as z from 'zod/mini';

const ms = z.int();
const listingId = z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[A-Za-z0-9_:-]+$/));
/** More than any rule set allows (`rankedHomesMax`): only bounds the request. */
const listingIds = z.array(listingId).check(z.maxLength(50, '排序的房源过多'), z.refine((ids) => new Set(ids).size === ids.length, '同一套房只能排一次'), z.describe('房源编号，最想要的在前'));
const wording = z.int().check(z.minimum(1), z.describe('所同意的说明的版本号'));
const place = z.string().check(z.minLength(1), z.maxLength(100), z.describe('办理窗口'));
const consent = z.string().check(z.minLength(2), z.maxLength(200), z.describe('家庭同意的方式，如“本人到场签字”'));

export const ranking = z.strictObject({
  serverNowMs: ms, ticketId: z.string(),
  /** Whether this number's rules offer it now; a consent under rules that no longer do has no effect. */
  offered: z.boolean(),
  maxHomes: z.int(),
  /** 0 while nothing was ranked; a consent names the version it was given to. */
  version: z.int(),
  homes: z.array(z.strictObject({ listingId: z.string(), address: z.string(), available: z.boolean() })),
  agreed: z.nullable(z.strictObject({ atMs: ms, wording: z.int(), assisted: z.boolean() })),
  /** What is agreed to, as it reads now. */
  consent: z.strictObject({ wording: z.int(), text: z.string() }),
});
export const rankHomes = z.strictObject({ listingIds });
export const agreeToRanking = z.strictObject({ version: z.int().check(z.minimum(1), z.describe('查看时的版本号')), wording, confirm: z.literal(true) });
export const revokeRanking = z.strictObject({ confirm: z.literal(true) });
/** Q10: ranked and agreed to at a service window, in one act. */
export const assistedRanking = z.strictObject({ listingIds: listingIds.check(z.minLength(1, '请至少排一套房')), wording, place, consent });
export const assistedRevocation = z.strictObject({ place, consent });
