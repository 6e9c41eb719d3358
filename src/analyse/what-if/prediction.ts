import * as z from 'zod';

/**
 * What a change would bring: everything that a report of it says stands here. Times are ms, rates per second, shares
 * 0..1. `null`: not bounded, or not known.
 */
export const predictionVersion = 1;

const ends = z.object({ low: z.number(), high: z.number().nullable() });
const interval = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });

const predicted = z
  .object({
    low: z.number(),
    high: z.number().nullable(),
    expected: z
      .number()
      .nullable()
      .describe('mean value analysis, if nothing else limits; null: no model reproduces what was measured'),
  })
  .describe('the interval that the outcome is to lie in');

const curvePoint = z.object({
  users: z.number(),
  measured: z
    .object({ rate: interval, responseTime: z.number() })
    .nullable()
    .describe('null: this load was not measured'),
  rate: predicted,
  responseTime: predicted,
  gain: ends.nullable().describe('throughput over the measured one'),
});

const step = z.object({
  part: z.enum(['pool', 'cache', 'demand', 'instances', 'keep-alive', 'think-time']),
  model: z.string(),
  formula: z.string(),
  figures: z.string().describe("the formula with this run's figures"),
  capacity: ends.describe('factor on what the bottleneck carries'),
});

const change = z.object({
  pool: z.number().exactOptional(),
  poolNow: z.number().exactOptional(),
  cacheHit: z.number().exactOptional(),
  demand: z.number().exactOptional(),
  instances: z.number().exactOptional(),
  keepAlive: z.literal(true).exactOptional(),
  thinkTimeMs: z.number().exactOptional(),
  users: z.array(z.number()).exactOptional(),
  endpoints: z.array(z.string()).exactOptional(),
});

export const predictionSchema = z
  .object({
    $schema: z.string().optional(),
    kind: z.literal('prediction'),
    version: z.literal(predictionVersion),
    tool: z.object({ name: z.literal('loadline'), version: z.string() }),
    run: z.object({ id: z.string(), name: z.string(), when: z.string(), target: z.string() }),
    change,
    title: z.string(),
    state: z.enum(['predicted', 'insufficient-evidence']),
    statement: z.string(),
    needed: z.string().nullable().describe('what would have to be measured; null: nothing is missing'),
    basis: z
      .object({
        single: interval.describe('response time of a single user, ms'),
        thinkTime: z.number(),
        capacity: ends.describe('requests per second; high null: throughput still grew'),
        pool: interval.nullable(),
        statements: z.array(z.string()),
      })
      .nullable(),
    steps: z.array(step),
    capacity: ends.nullable().describe('after the change, requests per second'),
    curve: z.array(curvePoint).describe('by users, ascending'),
    assumptions: z.array(z.string()),
  })
  .describe('A prediction from a Loadline run. Times are ms, rates per second, shares 0..1.');

export type Prediction = Readonly<z.infer<typeof predictionSchema>>;
export type CurvePoint = z.infer<typeof curvePoint>;
export type Predicted = z.infer<typeof predicted>;

/** The JSON Schema of a prediction, as published in `schema/prediction.schema.json`. */
export function predictionJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(predictionSchema, { target: 'draft-7', reused: 'inline' });
  return { $schema, title: 'Loadline prediction', ...schema };
}
