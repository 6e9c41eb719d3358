import * as z from 'zod';
import { causes } from '../analysis.ts';

/**
 * Whether a fix worked: everything that a report of it says stands here. Times are ms, rates per second, shares and
 * changes 0..1-based. `null`: not known.
 */
export const verificationVersion = 1;

const interval = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });
const side = z.object({ id: z.string(), name: z.string(), when: z.string(), target: z.string() });

const verifiedFinding = z.object({
  cause: z.enum(causes),
  title: z.string(),
  kind: z.enum(['finding', 'undecided']),
  state: z.enum(['gone', 'eased', 'stands', 'unknown']),
  statement: z.string(),
  symptom: z.string().describe('what was held against each other'),
  before: interval.nullable(),
  after: interval.nullable(),
});

const verifiedPrediction = z.object({
  metric: z.string(),
  model: z.string(),
  from: z.enum(['recommendation', 'asked']).describe('asked: the change named on the command line'),
  low: z.number(),
  high: z.number().nullable(),
  unit: z.string(),
  outcome: interval.nullable(),
  state: z
    .enum(['inside', 'above', 'below', 'no-change', 'not-measured'])
    .describe('no-change: inside, but nothing moved: the fix was not applied, or something else limits'),
  statement: z.string(),
});

const verifiedChange = z.object({
  users: z.number().nullable(),
  askedRate: z.number().nullable(),
  metric: z.enum(['throughput', 'average', 'p95', 'errors']),
  before: z.number(),
  after: z.number(),
  change: interval.describe('relative; of errors the difference of shares'),
  verdict: z.enum(['better', 'worse', 'same', 'unknown']),
});

export const verificationSchema = z
  .object({
    $schema: z.string().optional(),
    kind: z.literal('verification'),
    version: z.literal(verificationVersion),
    tool: z.object({ name: z.literal('loadline'), version: z.string() }),
    before: side,
    after: side,
    verdict: z.enum(['fixed', 'eased', 'stands', 'worse', 'unknown', 'nothing-to-verify', 'invalid']),
    statement: z.string(),
    findings: z.array(verifiedFinding),
    predictions: z.array(verifiedPrediction),
    changes: z.array(verifiedChange).describe('load by load, all endpoints together'),
    newFindings: z.array(z.string()).describe('causes that only the run after shows'),
    warnings: z.array(z.string()),
  })
  .describe('A verification of a fix. Times are ms, rates per second, shares and changes 0..1-based.');

export type Verification = Readonly<z.infer<typeof verificationSchema>>;
export type VerifiedFinding = z.infer<typeof verifiedFinding>;
export type VerifiedPrediction = z.infer<typeof verifiedPrediction>;
export type VerifiedChange = z.infer<typeof verifiedChange>;

/** The JSON Schema of a verification, as published in `schema/verification.schema.json`. */
export function verificationJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(verificationSchema, { target: 'draft-7', reused: 'inline' });
  return { $schema, title: 'Loadline verification', ...schema };
}
