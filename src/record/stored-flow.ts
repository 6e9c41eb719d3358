import * as z from 'zod';
import type { FlowStep } from '../plan/plan.ts';
import { data, placeWith, thinkTime } from './stored-endpoint.ts';

const condition = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('values'), values: z.record(z.string(), z.array(z.string())) }),
  z.looseObject({ kind: z.literal('chance'), share: z.number().min(0).max(1) }),
]);

const count = z.int().min(0);
const steps: z.ZodType<FlowStep[]> = z.lazy(() => z.array(step));

const step: z.ZodType<FlowStep> = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('request'),
    endpoint: count,
    once: z.boolean(),
    extract: z.record(z.string(), placeWith({ otherwise: z.string().nullable() })),
    thinkTime: thinkTime.nullable(),
  }),
  z.looseObject({ kind: z.literal('think'), thinkTime }),
  z.looseObject({
    kind: z.literal('choose'),
    when: condition,
    steps,
    otherwise: steps,
  }),
  z.looseObject({ kind: z.literal('repeat'), from: count, to: count, steps }),
]);

/** A flow of a stored plan. */
export const flow = z.looseObject({ name: z.string(), weight: z.number().positive(), data, steps });
