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
  originalsCheckedAtMs: nullable(ms), doubt: nullable(z.enum(['ineligible', 'documentsRefused'])), contractNumber: nullable(z.string()),
});
export const allocationQuery = z.strictObject({ district, state: z.optional(allocationState), ...pageQuery });
export const staffAllocations = z.strictObject({ serverNowMs: ms, allocations: z.array(staffAllocation), next: nullable(z.string()) });
export const allocationAct = z.strictObject({
  act: z.enum(['checkOriginals', 'signLease', 'raiseDoubt', 'confirmDoubt', 'clearDoubt', 'giveUp']), version: z.int(), reason,
  /** With `signLease`. */
  contractNumber: z.optional(z.string().check(z.minLength(1), z.maxLength(40), z.describe('租赁合同编号'))),
  /** With `raiseDoubt`: doubts whether they are eligible, or they would not show their papers. */
  doubt: z.optional(z.enum(['ineligible', 'documentsRefused'])),
});
export const moveInQuery = z.strictObject({ district, ...pageQuery });
export const moveInBatch = z.strictObject({ id: z.string(), communityId: z.string(), communityName: z.string(), district: z.string(), day: z.string(), families: z.int(), leased: z.int() });
export const moveInBatches = z.strictObject({ batches: z.array(moveInBatch), next: nullable(z.string()) });
export const moveInPageQuery = z.strictObject(pageQuery);
