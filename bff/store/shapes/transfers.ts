/** 房屋调整 transfers of tenants, and 换房 swaps of two households. */
import * as z from 'zod/mini';
import { collection } from '../collection';

const base = { id: z.string(), version: z.int() };
const ms = z.int();
const nullable = z.nullable;
const inspection = z.enum(['pending', 'passed', 'failed']);

export const transferCollections = {
  transfers: collection(
    z.strictObject({
      ...base,
      householdId: z.string(), tenancyId: z.string(), fromListingId: z.string(),
      /** The district of the home the household lives in. */
      district: z.string(),
      kind: z.enum(['lowFloor', 'topFloor', 'smaller']), reasonSealed: z.string(),
      state: z.enum(['requested', 'reviewed', 'approved', 'assigned', 'moved', 'rejected', 'withdrawn']), isOpen: z.boolean(),
      /** H5: one applicant, one home. */
      toListingId: nullable(z.string()), isAssigned: z.boolean(),
      contractNumber: nullable(z.string()), requestedAtMs: ms, changedAtMs: ms, answer: z.string(),
    }),
    [
      { name: 'oneOpenTransferPerHousehold', fields: ['householdId'], unique: true, where: { isOpen: true } },
      { name: 'oneTransferPerHome', fields: ['toListingId'], unique: true, where: { isAssigned: true } },
      { name: 'transfersOfDistrict', fields: ['district', 'state', 'requestedAtMs'] },
      { name: 'transfersOfHousehold', fields: ['householdId', 'requestedAtMs'] },
    ],
  ),

  swaps: collection(
    z.strictObject({
      ...base,
      district: z.string(),
      firstHouseholdId: z.string(), firstListingId: z.string(), secondHouseholdId: z.string(), secondListingId: z.string(),
      wereHandedOver: z.boolean(), consent: z.string(),
      state: z.enum(['matched', 'approved', 'signed', 'rejected', 'withdrawn']),
      first: inspection, second: inspection,
      /** Of the pair: what staff filter by. */
      inspection: z.enum(['notNeeded', 'pending', 'passed', 'failed']), inspectedAtMs: nullable(ms),
      isSigned: z.boolean(), signedAtMs: nullable(ms), matchedAtMs: ms,
    }),
    [{ name: 'swapsOfDistrict', fields: ['district', 'matchedAtMs'] }, { name: 'swapsByInspection', fields: ['district', 'inspection', 'matchedAtMs'] }],
  ),
  /** A household is in one open swap at most; `id` is the household's. */
  swapParties: collection(z.strictObject({ ...base, swapId: nullable(z.string()) }), []),
} as const;
