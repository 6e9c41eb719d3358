import * as z from 'zod';
import { metrics } from './metric.ts';

/**
 * What changed between two sets of runs: everything that a report of it says stands here.
 * Times are ms, rates per second, shares and relative changes 0..1-based (a change of +0.5 = +50 %); a change of the
 * metric `errors` is a difference of shares (+0.01 = one percentage point). `null` means: not known from these runs.
 */
export const comparisonVersion = 1;

const lineVerdict = z.enum(['regressed', 'improved', 'equivalent', 'inconclusive']);

const interval = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });

const comparedRun = z.object({
  id: z.string(),
  name: z.string(),
  when: z.string().describe('UTC, ISO 8601'),
  target: z.string(),
  state: z.enum(['complete', 'interrupted', 'cut']),
  source: z.string(),
});

const comparedStage = z.object({
  stage: z.int().positive().describe('as the first run before numbers it, from 1'),
  users: z.number().nullable(),
  askedRate: z.number().nullable(),
  state: z.enum(['compared', 'not-compared']),
  because: z.array(z.string()).describe('why it is not compared, or what to know of it'),
  blocks: z
    .object({ before: z.int(), after: z.int(), leftOut: z.int() })
    .describe('blocks of time that were compared; left out: the generator failed its checks in them'),
});

const comparisonLine = z.object({
  stage: z.int().positive(),
  users: z.number().nullable(),
  askedRate: z.number().nullable(),
  endpoint: z.string().nullable().describe('null: all endpoints together'),
  metric: z.enum(metrics),
  before: z.number().describe('geometric mean over the runs; of errors the share of all requests'),
  after: z.number(),
  change: interval.describe('relative to before (of errors: difference of shares), with its 95 % interval'),
  p: z.number().nullable().describe('of no change, two-sided'),
  pHolm: z.number().nullable().describe("adjusted for the number of lines (Holm's method)"),
  cliffsDelta: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .describe('over blocks: P(after > before) − P(after < before)'),
  effect: z.enum(['negligible', 'small', 'medium', 'large']).nullable().describe("size of Cliff's δ"),
  margin: z.number().describe('the smallest change for the worse that matters'),
  smallest: z
    .number()
    .nullable()
    .describe(
      'the smallest change for the worse that these runs would have shown with a probability of 80 %',
    ),
  verdict: lineVerdict,
  statement: z.string(),
});

export const comparisonSchema = z
  .object({
    $schema: z.string().optional(),
    kind: z.literal('comparison'),
    version: z.literal(comparisonVersion),
    tool: z.object({ name: z.literal('loadline'), version: z.string() }),
    verdict: z.enum([...lineVerdict.options, 'nothing-compared']),
    statement: z.string(),
    counts: z.object({
      regressed: z.int(),
      improved: z.int(),
      equivalent: z.int(),
      inconclusive: z.int(),
    }),
    before: z.array(comparedRun),
    after: z.array(comparedRun),
    differences: z.array(z.string()).describe('in what the plans differ; empty: in nothing that matters'),
    warnings: z.array(z.string()),
    stages: z.array(comparedStage),
    lines: z.array(comparisonLine).describe('stage by stage, all endpoints together first'),
    method: z.array(z.string()),
  })
  .describe('A comparison of Loadline runs. Times are ms, rates per second, shares and changes 0..1-based.');

export type Comparison = Readonly<z.infer<typeof comparisonSchema>>;
export type ComparisonLine = z.infer<typeof comparisonLine>;
export type ComparedStage = z.infer<typeof comparedStage>;
export type ComparedRun = z.infer<typeof comparedRun>;
export type LineVerdict = z.infer<typeof lineVerdict>;

/** The JSON Schema of a comparison, as published in `schema/comparison.schema.json`. */
export function comparisonJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(comparisonSchema, { target: 'draft-7', reused: 'inline' });
  return { $schema, title: 'Loadline comparison', ...schema };
}
