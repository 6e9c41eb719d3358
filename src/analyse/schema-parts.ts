import * as z from 'zod';

/** What the parts of the analysis's schema share. */

export const ms = z.number().nonnegative();
export const share = z.number().min(0).max(1);
export const stageNumber = z.int().positive().describe('stage, numbered from 1');

/** A value with its interval; low and high are null where the run holds no basis for one. */
export const interval = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

export const validityState = z.enum(['valid', 'lower-bound', 'invalid']);
