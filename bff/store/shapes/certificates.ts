/** H5: 配租资格证号 certificate numbers of households, where the roll gives one. */
import * as z from 'zod/mini';
import { collection } from '../collection';

export const certificateCollections = {
  /** `id` is the household's. Written only where there is a number: most cities give none. */
  certificates: collection(z.strictObject({ id: z.string(), version: z.int(), number: z.string() }), [{ name: 'certificatesByNumber', fields: ['number'] }]),
} as const;
