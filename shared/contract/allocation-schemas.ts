/** From a pick to a lease (A1, A2, A4): what the family sees of it, what staff do, and the move-in batches. */
import * as z from 'zod/mini';
import { district, pageQuery, reason } from './listing-pool-schemas';

const ms = z.int();
const nullable = z.nullable;

export const allocationState = z.enum(['publicised', 'qualified', 'inDoubt', 'leased', 'forfeited', 'cancelled', 'rejected']);
const facts = {
  id: z.string(), version: z.int(), state: allocationState, group: z.string(), queueNumber: z.int(), listingId: z.string(), address: z.string(), pickedAtMs: ms,
  /** A1: 公示; the last day of it. */
  publicUntilDay: z.string(),
  noticeNumber: nullable(z.string()), noticeDay: nullable(z.string()),
  /** A2. Exclusive ends; null before it qualified. */
  downloadByMs: nullable(ms), leaseByMs: nullable(ms), downloadedAtMs: nullable(ms), isDownloadLate: z.boolean(),
  endedAtMs: nullable(ms), endCause: nullable(z.string()),
};
export const myAllocation = z.strictObject(facts);
export const myAllocations = z.strictObject({ serverNowMs: ms, allocations: z.array(myAllocation) });
/** 配租通知单: what is printed on it; the paper itself is made elsewhere. */
export const notice = z.strictObject({
  noticeNumber: z.string(), noticeDay: z.string(), applicant: z.string(), group: z.string(), queueNumber: z.int(), address: z.string(), bedrooms: z.int(), areaSqm: z.number(), rentFen: z.int(), leaseByDay: z.string(), allocation: myAllocation,
});
export const giveUp = z.strictObject({ version: z.int(), confirm: z.literal(true) });

export const staffAllocation = z.strictObject({
  ...facts, applicantMasked: z.string(), phoneMasked: z.string(), district: z.string(), homeDistrict: z.string(), moveInBatchId: nullable(z.string()),
  originalsCheckedAtMs: nullable(ms), /** The time to sign is over: until then a lease signed in time may be entered. Exclusive. */ entryByMs: nullable(ms), telling: z.enum(['unproven', 'untold', 'told']),
  doubt: nullable(z.enum(['ineligible', 'documentsRefused'])), doubtSinceMs: nullable(ms), contractNumber: nullable(z.string()),
});
export const allocationQuery = z.strictObject({ district, state: z.optional(allocationState), ...pageQuery });
export const staffAllocations = z.strictObject({ serverNowMs: ms, allocations: z.array(staffAllocation), next: nullable(z.string()) });
export const allocationAct = z.strictObject({
  act: z.enum(['checkOriginals', 'signLease', 'raiseDoubt', 'confirmDoubt', 'clearDoubt', 'giveUp', 'cancel', 'reinstate']), version: z.int(), reason,
  /** With `signLease`. */
  contractNumber: z.optional(z.string().check(z.minLength(1), z.maxLength(40), z.describe('租赁合同编号'))),
  /** With `signLease`: the day on the contract; today where it is not given. */
  signedDay: z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/), z.describe('签约日期，如 2026-06-01'))),
  /** Q10, with `giveUp`: where staff took it down, and how the family agreed. */
  place: z.optional(z.string().check(z.minLength(1), z.maxLength(100), z.describe('办理窗口'))),
  consent: z.optional(z.string().check(z.minLength(2), z.maxLength(200), z.describe('家庭同意的方式，如“本人到场签字”'))),
  /** With `giveUp` and `cancel`. */
  confirm: z.optional(z.literal(true)),
  /** With `raiseDoubt`: doubts whether they are eligible, or they would not show their papers. */
  doubt: z.optional(z.enum(['ineligible', 'documentsRefused'])),
});
/** 搁置: what holds a home and waits for somebody: a doubt, an objection, a family nobody reached, a lease not entered. */
export const stalledQuery = z.strictObject({ district });
export const stalledMatters = z.strictObject({
  serverNowMs: ms,
  matters: z.array(z.strictObject({ kind: z.enum(['doubt', 'objection', 'untold', 'entry']), sinceMs: ms, objectionId: nullable(z.string()), allocation: staffAllocation })),
});
export const moveInQuery = z.strictObject({ district, ...pageQuery });
export const moveInBatch = z.strictObject({ id: z.string(), communityId: z.string(), communityName: z.string(), district: z.string(), day: z.string(), families: z.int(), leased: z.int() });
export const moveInBatches = z.strictObject({ batches: z.array(moveInBatch), next: nullable(z.string()) });
export const moveInPageQuery = z.strictObject(pageQuery);
