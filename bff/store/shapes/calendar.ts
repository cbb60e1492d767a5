/** 节假日安排: the official notice of each year, as the administrator loaded it. */
import * as z from 'zod/mini';
import { collection } from '../collection';

export const calendarCollections = {
  /** `id` is `calendar-2026`. Replaced whole; every earlier content is in the ledger (stream `office`). */
  calendarYears: collection(
    z.strictObject({
      id: z.string(), version: z.int(),
      year: z.int(),
      festivals: z.array(z.strictObject({ name: z.string(), firstDay: z.string(), lastDay: z.string(), makeUpDays: z.array(z.string()) })),
      /** The notice it was taken from, e.g. 国办发明电〔2025〕7号. */
      source: z.string(),
      loadedAtMs: z.int(),
      /** The member of staff who loaded it; empty for the notices the program came with. */
      loadedBy: z.string(),
    }),
    [{ name: 'calendarByYear', fields: ['year'], unique: true }],
  ),
} as const;
