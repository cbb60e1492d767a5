/** 房源 what the pool knows of a home besides the home itself: its review, its vacating, its assignment. */
import * as z from 'zod/mini';
import { collection } from '../collection';

export const listingPoolCollections = {
  /** `id` is the home's. A home without one is under no review, or, `inReview`, reported to its district. */
  listingFiles: collection(
    z.strictObject({
      id: z.string(), version: z.int(),
      district: z.string(), laneId: z.string(),
      reviewKind: z.enum(['none', 'report', 'vacated', 'reserve']), reviewStep: z.enum(['none', 'district', 'city']), reviewSinceMs: z.nullable(z.int()),
      /** L1: vacated on this day, to be in the pool before `poolByMs` (exclusive); the clock runs until it is. */
      vacatedDay: z.nullable(z.string()), poolByMs: z.nullable(z.int()), isClockRunning: z.boolean(),
      resumeTo: z.enum(['available', 'reserved']),
      /** H5: the transfer it is assigned to. */
      transferId: z.nullable(z.string()),
    }),
    [
      { name: 'listingFilesUnderReview', fields: ['district', 'reviewStep', 'reviewSinceMs'] },
      { name: 'listingFilesByClock', fields: ['district', 'isClockRunning', 'poolByMs'] },
      { name: 'listingFilesOfTransfer', fields: ['transferId'] },
    ],
  ),
} as const;
