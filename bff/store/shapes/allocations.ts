/** 配租 allocations, the notices numbered for them, the move-in batches they form, and the tenancies they become. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;

export const allocationCollections = {
  /** `id` is `allocation-<turnId>`; made with its pick. */
  allocations: collection(
    z.strictObject({
      ...base,
      pickId: z.string(), ticketId: z.string(), householdId: z.string(), listingId: z.string(), laneId: z.string(),
      /** The household's, which decides; the home's, whose operator hands it over. */
      district: z.string(), homeDistrict: z.string(), communityId: z.string(),
      group: z.string(), tier: z.int(), queueNumber: z.int(), batchDay: z.string(),
      state: z.enum(['publicised', 'qualified', 'inDoubt', 'leased', 'forfeited', 'cancelled', 'rejected']),
      publicityId: z.string(), pickedAtMs: ms,
      /** A3: numbered without gaps, by year of issue. */
      noticeNumber: nullable(z.string()), noticeDay: nullable(z.string()), qualifiedAtMs: nullable(ms),
      /** A2: exclusive. */
      downloadByMs: nullable(ms), leaseByMs: nullable(ms),
      downloadedAtMs: nullable(ms), isDownloadLate: z.boolean(), remindedAtMs: nullable(ms), leaseRemindedAtMs: nullable(ms),
      /** The time to sign is over; until then a lease signed in time may still be entered. Exclusive. */
      entryByMs: nullable(ms),
      /** Q8: whether the family knows of its notice. */
      telling: z.enum(['unproven', 'untold', 'told']),
      moveInBatchId: nullable(z.string()), originalsCheckedAtMs: nullable(ms),
      doubt: nullable(z.enum(['ineligible', 'documentsRefused'])), doubtSinceMs: nullable(ms),
      contractNumber: nullable(z.string()),
      endedAtMs: nullable(ms), endCause: nullable(z.string()),
      /** When time will next matter to it (A2). */
      nextDueMs: nullable(ms),
      ruleSetVersion: z.int(),
    }),
    [
      { name: 'allocationsOfPublicity', fields: ['publicityId', 'tier', 'queueNumber'] },
      { name: 'allocationsDue', fields: ['nextDueMs'] },
      { name: 'allocationsOfHousehold', fields: ['householdId', 'pickedAtMs'] },
      { name: 'allocationsOfMoveIn', fields: ['moveInBatchId', 'noticeNumber'] },
      { name: 'allocationsOfDistrict', fields: ['district', 'state', 'pickedAtMs'] },
      { name: 'allocationsOfHomeDistrict', fields: ['homeDistrict', 'state', 'pickedAtMs'] },
      { name: 'allocationsByNotice', fields: ['noticeNumber'] },
    ],
  ),

  /** The last notice number of a year; `id` is `notices-2026`. */
  noticeCounters: collection(z.strictObject({ ...base, last: z.int() }), []),

  /** A4: 入住批次, by community and day of the result; `id` names both. */
  moveInBatches: collection(
    z.strictObject({ ...base, communityId: z.string(), communityName: z.string(), district: z.string(), day: z.string() }),
    [{ name: 'moveInsOfDistrict', fields: ['district', 'day'] }],
  ),

  /** 承租: who lives in a home under a lease. */
  tenancies: collection(
    z.strictObject({
      ...base,
      householdId: z.string(), listingId: z.string(), district: z.string(),
      contractNumber: z.string(), startedDay: z.string(), isRunning: z.boolean(), endedDay: nullable(z.string()),
      /** What it came from: an allocation, a transfer, a swap, or papers from before the system. */
      origin: z.enum(['allocation', 'transfer', 'swap', 'registered']), originId: z.string(),
    }),
    [
      { name: 'oneTenancyPerHome', fields: ['listingId'], unique: true, where: { isRunning: true } },
      { name: 'oneTenancyPerHousehold', fields: ['householdId'], unique: true, where: { isRunning: true } },
      { name: 'tenanciesOfHousehold', fields: ['householdId'] },
      { name: 'tenanciesOfHome', fields: ['listingId'] },
      { name: 'tenanciesOfDistrict', fields: ['district', 'startedDay'], where: { isRunning: true } },
    ],
  ),
} as const;
