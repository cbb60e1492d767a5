/** Tenants' transfers (房屋调整), swaps of two households (换房, H2), and the lists homes are assigned from (H5). */
import * as z from 'zod/mini';
import { BULK_LIMIT, cursor, day, district, pageQuery, reason } from './listing-pool-schemas';

const ms = z.int();
const nullable = z.nullable;
const id = z.string().check(z.minLength(1), z.maxLength(120), z.regex(/^[A-Za-z0-9_.:-]+$/), z.describe('编号'));
const contractNumber = z.string().check(z.minLength(1), z.maxLength(40), z.describe('租赁合同编号'));

export const transferKind = z.enum(['lowFloor', 'topFloor', 'smaller']);
export const transferState = z.enum(['requested', 'reviewed', 'approved', 'assigned', 'moved', 'rejected', 'withdrawn']);
export const requestTransfer = z.strictObject({ kind: transferKind, reason: z.string().check(z.minLength(4, '请写明原因，至少 4 个字'), z.maxLength(500)) });
export const withdrawTransfer = z.strictObject({ version: z.int(), confirm: z.literal(true) });
const facts = { id: z.string(), version: z.int(), kind: transferKind, state: transferState, fromAddress: z.string(), toListingId: nullable(z.string()), toAddress: nullable(z.string()), requestedAtMs: ms, answer: z.string(), contractNumber: nullable(z.string()) };
export const myTransfer = z.strictObject({ ...facts, reason: z.string() });
export const myTransfers = z.strictObject({ transfers: z.array(myTransfer) });
export const staffTransfer = z.strictObject({ ...facts, householdId: z.string(), applicantMasked: z.string(), phoneMasked: z.string(), district: z.string(), reason: z.string() });
export const transferQuery = z.strictObject({ district, state: z.optional(transferState), ...pageQuery });
export const staffTransfers = z.strictObject({ transfers: z.array(staffTransfer), next: nullable(z.string()) });
export const transferAct = z.strictObject({
  act: z.enum(['accept', 'approve', 'reject', 'unassign', 'sign']), version: z.int(), reason,
  /** With `sign`. */
  contractNumber: z.optional(contractNumber),
});
/** H5: each applicant to one home. */
export const assignHomes = z.strictObject({ reason, items: z.array(z.strictObject({ transferId: id, version: z.int(), listingId: id })).check(z.minLength(1), z.maxLength(BULK_LIMIT)) });
export const assigned = z.strictObject({ results: z.array(z.strictObject({ row: z.int(), transferId: z.string(), ok: z.boolean(), code: nullable(z.string()), message: z.string(), version: nullable(z.int()) })) });

export const exportTransfersQuery = z.strictObject({ district });

export const swapState = z.enum(['matched', 'approved', 'signed', 'rejected', 'withdrawn']);
export const pairInspection = z.enum(['notNeeded', 'pending', 'passed', 'failed']);
export const matchSwap = z.strictObject({ firstListingId: id, secondListingId: id, consent: z.string().check(z.minLength(4, '请写明双方家庭同意的方式'), z.maxLength(200)) });
const party = z.strictObject({ householdId: z.string(), applicantMasked: z.string(), listingId: z.string(), address: z.string(), inspection: z.enum(['pending', 'passed', 'failed']) });
export const swap = z.strictObject({
  id: z.string(), version: z.int(), district: z.string(), state: swapState, first: party, second: party,
  /** H2: the columns of the query: 验房状态, 验房确认时间, 是否已签合同. */
  inspection: pairInspection, inspectedAtMs: nullable(ms), isSigned: z.boolean(), signedAtMs: nullable(ms), matchedAtMs: ms,
});
export const swapQuery = z.strictObject({ district, inspection: z.optional(pairInspection), signed: z.optional(z.enum(['yes', 'no'])), fromDay: z.optional(day), toDay: z.optional(day), ...pageQuery });
export const swaps = z.strictObject({ swaps: z.array(swap), next: nullable(z.string()) });
export const swapAct = z.strictObject({
  act: z.enum(['approve', 'reject', 'withdraw', 'inspect', 'sign']), version: z.int(), reason,
  /** With `inspect`. */
  side: z.optional(z.enum(['first', 'second'])), passed: z.optional(z.boolean()),
  /** With `sign`, where the households live in their homes. */
  firstContractNumber: z.optional(contractNumber), secondContractNumber: z.optional(contractNumber),
});

/** H5: whom homes may be assigned to. Names and identity numbers travel in the body, never in an address. */
export const searchAssignable = z.strictObject({
  group: z.string().check(z.regex(/^(lowRent|publicRental)-[123]$/), z.describe('组别')),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(40), z.describe('姓名'))),
  identity: z.optional(z.string().check(z.minLength(8), z.maxLength(30), z.describe('证件号码'))),
  /** As the roll gave it. */
  certificateNumber: z.optional(z.string().check(z.minLength(1), z.maxLength(64), z.describe('配租资格证号'))),
  year: z.optional(z.int().check(z.minimum(2000), z.maximum(2100), z.describe('摇号年度'))),
  /** 摇号期数: the day of the batch or lottery. */
  period: z.optional(day),
  numberFrom: z.optional(z.int().check(z.minimum(1))), numberTo: z.optional(z.int().check(z.minimum(1))),
  assigned: z.optional(z.boolean()),
  after: z.optional(cursor), limit: z.optional(z.int().check(z.minimum(1), z.maximum(100))),
});
export const assignable = z.strictObject({
  ticketId: z.string(), group: z.string(), queueNumber: z.int(), batchDay: z.string(), state: z.string(), householdId: z.string(), applicantMasked: z.string(), phoneMasked: z.string(), district: z.string(),
  assigned: z.boolean(), address: nullable(z.string()),
});
/** An .xlsx file. */
export const exported = z.string();
export const assignableList = z.strictObject({ families: z.array(assignable), next: nullable(z.string()) });
