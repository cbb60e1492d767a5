/** Homes before they are picked: reporting, reviewing, vacating, reserving, taking out of and back into the pool (L1–L3). */
import * as z from 'zod/mini';
import { isDay } from '../shanghai-time';
import { home } from './schemas';

const text = (max: number, description: string) => z.string().check(z.maxLength(max), z.describe(description));
const some = (max: number, description: string) => text(max, description).check(z.minLength(1));
const id = z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[A-Za-z0-9_.:-]+$/), z.describe('编号'));
/** A day that exists. */
export const day = z.string().check(z.refine((text) => isDay(text), '请填写存在的日期，如 2026-06-01'), z.describe('日期，如 2026-06-01'));

/** One request, one list; a longer one is sent in parts. */
export const BULK_LIMIT = 200;
export const reason = z.string().check(z.minLength(2, '请写明原因'), z.maxLength(200), z.describe('原因'));
/** `next` of the page before. */
export const cursor = z.string().check(z.regex(/^[A-Za-z0-9_-]{4,300}$/), z.describe('翻页位置：上一页的 next'));
export const pageQuery = { after: z.optional(cursor), limit: z.optional(z.string().check(z.regex(/^([1-9]|[1-9]\d|100)$/), z.describe('每页条数，1–100'))) };
export const district = some(40, '所属区');

export const reportedHome = z.strictObject({
  district, community: some(40, '小区'), building: some(20, '楼栋'), entrance: text(20, '单元；没有单元的留空'), floor: z.int().check(z.minimum(-3), z.maximum(99)), room: some(20, '房号'),
  bedrooms: z.int().check(z.minimum(1), z.maximum(3)), areaSqm: z.number().check(z.gt(0), z.maximum(500)), orientation: text(20, '朝向'), rentFen: z.int().check(z.minimum(0), z.maximum(10_000_000)),
  owner: text(60, '产权单位'), remark: text(200, '备注'),
});
export const reportHomes = z.strictObject({ homes: z.array(reportedHome).check(z.minLength(1), z.maxLength(BULK_LIMIT)), submit: z.boolean().check(z.describe('是否同时提交区级审核')) });

export const listingAct = z.enum(['submit', 'approve', 'reject', 'reportVacated', 'requestReserve', 'releaseReserve', 'startMaintenance', 'endMaintenance', 'withdraw', 'restore']);
export const actOnHomes = z.strictObject({
  act: listingAct, reason,
  /** Only with `reportVacated`: the day the tenant handed the home back. */
  vacatedDay: z.optional(day),
  items: z.array(z.strictObject({ listingId: id, version: z.int() })).check(z.minLength(1), z.maxLength(BULK_LIMIT)),
});
/** Each row is an act of its own: one that is refused does not hold up the others. */
export const bulkResult = z.strictObject({
  results: z.array(z.strictObject({ row: z.int(), listingId: z.nullable(z.string()), ok: z.boolean(), code: z.nullable(z.string()), message: z.string(), state: z.nullable(home.shape.state), version: z.nullable(z.int()) })),
});

export const listingQuery = z.strictObject({
  district, communityId: z.optional(id), state: z.optional(home.shape.state), bedrooms: z.optional(z.enum(['1', '2', '3'])), assigned: z.optional(z.enum(['yes', 'no'])), ...pageQuery,
});
export const staffListing = z.strictObject({
  home, version: z.int(), laneId: z.string(), district: z.string(), owner: z.string(), remark: z.string(),
  review: z.nullable(z.strictObject({ kind: z.enum(['report', 'vacated', 'reserve']), step: z.enum(['district', 'city']), sinceMs: z.int() })),
  vacated: z.nullable(z.strictObject({ day: z.string(), poolByMs: z.int(), isOverdue: z.boolean() })),
  /** H5: picked, allocated, leased, or reserved for a tenant's transfer. */
  assigned: z.boolean(),
});
export const staffListings = z.strictObject({ serverNowMs: z.int(), listings: z.array(staffListing), next: z.nullable(z.string()) });
export const reviewQuery = z.strictObject({ district, ...pageQuery });
export const vacatedQuery = z.strictObject({ district, overdue: z.optional(z.enum(['yes'])), ...pageQuery });
