import * as z from 'zod';
import { probesSchema } from './probes/probes-schema.ts';
import { interval, ms, share, stageNumber, validityState } from './schema-parts.ts';
import { telemetrySchema } from './telemetry/telemetry-schema.ts';

/**
 * The analysis of a run: everything that a report says stands here, and a report adds no fact.
 * Times are ms, rates per second, shares and relative changes 0..1-based (0.5 = 50 %; a change of +1 = +100 %).
 * `null` means: not known from this run. Stages are numbered from 1 in the order of the run.
 */
export const analysisVersion = 1;

const times = z
  .object({ min: ms, avg: ms, p50: ms, p90: ms, p95: ms, p99: ms, p999: ms, max: ms })
  .partial()
  .describe('ms; a statistic that the run does not hold is absent');

const check = z.object({
  check: z.string().describe('identifier: littles-law, response-time-law, ramp, warm-up, generator-cpu, …'),
  title: z.string(),
  outcome: z.enum(['pass', 'fail', 'not-checked']),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  unit: z.string(),
  statement: z.string().describe('what was measured, against which threshold, in one sentence'),
});

const stageValidity = z.object({
  stage: stageNumber,
  state: validityState,
  because: z.array(z.string()),
  checks: z.array(check),
});

const estimate = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('estimated'),
    estimate: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable().describe('null: the tested range does not bound it from above'),
    confidence: z.enum(['high', 'medium', 'low']),
    method: z.string(),
    unit: z.enum(['users', 'requests/s']),
    rate: interval.nullable().describe('the same point in requests per second'),
    users: interval.nullable().describe('the same point in concurrent users'),
    statement: z.string(),
  }),
  z.object({
    state: z.literal('insufficient-evidence'),
    statement: z.string(),
    needed: z.string().describe('what would have to be measured, with a command where there is one'),
  }),
]);

const modelFit = z.object({
  model: z.enum(['hinge', 'round-hinge', 'hinge-with-decline', 'usl']),
  formula: z.string(),
  parameters: z.record(z.string(), interval),
  aicc: z.number().nullable().describe('of the robust fit in log space; null: too few loads'),
  r2: z.number().nullable().describe('share of the variance of ln X that the model explains'),
  chosen: z.boolean(),
  caveat: z
    .string()
    .nullable()
    .describe('what the fit cannot tell, such as: κ cannot be identified from three loads'),
  curve: z.array(z.object({ users: z.number(), rate: z.number(), responseTime: z.number().nullable() })),
});

const endpointStage = z.object({
  stage: stageNumber,
  users: z.number().nullable(),
  count: z.int().nonnegative().describe('requests that ended in the steady part'),
  rate: z.number().nonnegative().nullable(),
  errors: share.describe('share of failed requests'),
  failed: z.int().nonnegative(),
  failures: z.array(z.object({ kind: z.string(), status: z.int().nullable(), count: z.int() })),
  responseTime: times
    .nullable()
    .describe('from the intended start; successful requests and time-outs (at the time they had waited)'),
  serviceTime: times.nullable().describe('from the real start'),
  firstByte: times.nullable(),
  responseTimeInterval: z
    .object({
      avg: interval.nullable(),
      p50: interval.nullable(),
      p95: interval.nullable(),
      p99: interval.nullable(),
    })
    .nullable()
    .describe('95 % intervals: block bootstrap over time blocks, never over single requests'),
  bytes: z.number().nullable().describe('mean bytes of an answer'),
  newConnections: share.nullable().describe('share of requests that had to connect first'),
  connectTime: times.nullable(),
});

const degradation = z.object({
  statistic: z.enum(['avg', 'p50', 'p95']),
  fromStage: stageNumber,
  toStage: stageNumber,
  fromUsers: z.number().nullable(),
  toUsers: z.number().nullable(),
  from: ms,
  to: ms,
  change: interval.describe('relative: +10 = +1,000 %'),
});

const endpointStatus = z.enum(['ok', 'warning', 'critical']);

const endpointAnalysis = z.object({
  name: z.string(),
  method: z.string(),
  group: z.string(),
  weight: z.number(),
  stages: z.array(endpointStage),
  degradation: degradation.nullable().describe('last analysed stage against the first valid one'),
  rank: z.int().positive().describe('1 = degraded most'),
  status: endpointStatus,
  statusBecause: z.string(),
});

const distributionStage = z.object({
  stage: stageNumber,
  users: z.number().nullable(),
  min: z.object({ low: ms, high: ms }).nullable().describe('lowest and highest of the endpoints minima'),
  avg: z.object({ low: ms, high: ms }).nullable(),
  max: z.object({ low: ms, high: ms }).nullable(),
  overall: times.nullable().describe('all endpoints together'),
  shape: z.array(z.enum(['steady', 'queueing', 'heavy-tail', 'two-modes', 'stalls', 'unknown'])),
  insights: z.array(z.string()),
  buckets: z
    .array(z.object({ endpoint: z.int().nonnegative(), from: ms, to: ms, count: z.int().positive() }))
    .describe('response times of each endpoint (index), coarse, for charts'),
});

const timelinePoint = z.object({
  stage: stageNumber,
  second: z.int(),
  phase: z.enum(['ramp', 'steady', 'drain']),
  rate: z.number(),
  failed: z.number(),
  users: z.number().nullable(),
  inFlight: z.number().nullable(),
  p50: ms.nullable(),
  p95: ms.nullable(),
  p99: ms.nullable(),
});

const stageTotal = z.object({
  stage: stageNumber,
  users: z.number().nullable(),
  askedRate: z.number().nullable(),
  seconds: z.number().nullable().describe('length of the steady part that was analysed'),
  count: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  rate: interval.nullable(),
  errors: share,
  errorsInterval: interval.nullable().describe('Wilson'),
  responseTime: times.nullable(),
  inFlight: z.number().nullable().describe('measured, or X·R where the run holds no measurement'),
  thinkTime: ms.nullable().describe('mean think time really slept'),
  validity: validityState,
});

const slaCheck = z.object({
  endpoint: z.string(),
  statistic: z.string().describe('avg, p50, p90, p95, p99, p999, max or errors'),
  limit: z.number(),
  stages: z.array(
    z.object({
      stage: stageNumber,
      users: z.number().nullable(),
      value: z.number().nullable(),
      met: z.boolean().nullable(),
    }),
  ),
});

const slaAnalysis = z.object({
  checks: z.array(slaCheck),
  passRate: z.array(
    z.object({
      stage: stageNumber,
      users: z.number().nullable(),
      passed: z.int(),
      checked: z.int(),
      share: share.nullable(),
      endpointsPassed: z.int().describe('endpoints all of whose checks hold'),
      endpointsChecked: z.int(),
    }),
  ),
  held: z
    .boolean()
    .nullable()
    .describe('all checks at all valid stages; null: nothing was promised or nothing could be checked'),
  verdict: z.string(),
  notes: z.array(z.string()),
});

const group = z.object({
  name: z.string(),
  endpoints: z.array(z.string()),
  degradation: z.number().nullable().describe('mean of the endpoints relative changes'),
  worst: z.object({ endpoint: z.string(), change: z.number() }).nullable(),
  stages: z.array(
    z.object({
      stage: stageNumber,
      users: z.number().nullable(),
      count: z.int(),
      rate: z.number().nullable(),
      errors: share,
      avg: ms.nullable(),
      p95: ms.nullable(),
    }),
  ),
});

/** Identifiers of the causes; see docs/methods.md for when each may be named. */
export const causes = [
  'connection-pool',
  'single-threaded',
  'lock-contention',
  'cpu-saturation',
  'no-keep-alive',
  'no-cache',
  'slow-writes',
  'n-plus-one',
  'periodic-stalls',
  'rate-limit',
  'load-shedding',
  'slow-dependency',
  'drift',
  'contention-collapse',
  'errors-under-load',
  'generator',
] as const;
const cause = z.enum(causes);

const evidence = z.object({
  statement: z.string(),
  metric: z.string(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  stages: z.array(stageNumber),
});

const finding = z.object({
  cause,
  title: z.string(),
  endpoints: z.array(z.string()),
  confidence: z.enum(['high', 'medium', 'low']),
  estimates: z.record(z.string(), interval).describe('such as the size of a pool'),
  evidence: z.array(evidence),
  excluded: z.array(z.object({ cause, because: z.string() })),
  disproof: z.string().describe('the observation that would prove this finding wrong'),
  remedy: z.string(),
});

/** Causes that this run's data cannot tell apart, and the experiment that would. */
const undecided = z.object({
  causes: z.array(cause),
  title: z.string(),
  endpoints: z.array(z.string()),
  evidence: z.array(evidence),
  excluded: z.array(z.object({ cause, because: z.string() })),
  experiment: z.string(),
});

const diagnosis = z.object({
  verdict: z.enum(['found', 'none', 'unknown', 'invalid']),
  statement: z.string(),
  findings: z.array(finding),
  undecided: z.array(undecided),
});

const recommendation = z.object({
  priority: z.enum(['critical', 'high', 'medium', 'low']),
  action: z.string(),
  because: z.string(),
  answers: z.string().nullable().describe('the cause it answers, or the section it follows from'),
  effect: z
    .object({
      metric: z.string(),
      low: z.number(),
      high: z.number(),
      unit: z.string(),
      model: z.string(),
      measure: z
        .object({
          statistic: z.enum(['throughput', 'response-time']),
          users: z.number(),
          baseline: z.number().describe('as this run measured it: requests per second, or ms'),
        })
        .exactOptional()
        .describe('what to measure again, and where, to see whether it came true'),
    })
    .nullable()
    .describe('predicted effect; null: this run holds no basis for a prediction'),
  effort: z.enum(['small', 'medium', 'large', 'unknown']),
  verify: z.string().describe('a command that shows whether it helped'),
});

const readinessRow = z.object({
  requirement: z.string(),
  current: z.string(),
  target: z.string(),
  met: z.boolean().nullable().describe('null: this run cannot tell'),
  basis: z.enum(['measured', 'observed', 'declared', 'unknown']),
});

const recovery = z.object({
  recovered: z.boolean().nullable().describe('null: this run cannot tell'),
  stage: stageNumber,
  fromStage: stageNumber.nullable().describe('the same light load before the heavy ones'),
  statement: z.string(),
});

/** The stages of a search for the breaking point, and the line laid through its rates. */
const capacitySearch = z.object({
  trials: z.array(
    z.object({
      stage: stageNumber,
      purpose: z.enum(['ladder', 'rate', 'hold', 'recovery']),
      users: z.number().nullable(),
      askedRate: z.number().nullable(),
      seconds: z.number().nullable(),
      rate: z.number().nullable().describe('requests that ended per second'),
      errors: share,
      avg: ms.nullable(),
      p95: ms.nullable(),
      over: share
        .nullable()
        .describe('share of the requests over the limit of the promise that gives way first'),
      kept: z.boolean().nullable().describe('every promise kept; null: nothing to judge'),
      validity: validityState,
    }),
  ),
  binding: z
    .object({
      endpoint: z.string(),
      statistic: z.string(),
      limit: z.number(),
      allowed: share.nullable().describe('share that may be over the limit; null: no quantile'),
    })
    .nullable()
    .describe('the promise that gives way first; null: none did, or none was made'),
  curve: z
    .array(z.object({ rate: z.number(), over: share }))
    .describe('the fitted share over the limit; empty: no fit'),
  withThinkTime: z
    .object({ thinkTime: ms, users: interval, statement: z.string() })
    .nullable()
    .describe(
      "the knee in users who pause as the plan says; null: the ladder's users did, or the plan names no pause",
    ),
});

export const analysisSchema = z
  .object({
    $schema: z.string().optional(),
    kind: z.literal('analysis'),
    version: z.literal(analysisVersion),
    tool: z.object({ name: z.literal('loadline'), version: z.string() }),
    run: z.object({
      id: z.string(),
      name: z.string(),
      state: z.enum(['complete', 'interrupted', 'cut']),
      source: z.string(),
      stoppedBecause: z
        .string()
        .exactOptional()
        .describe("why the run stopped itself (the plan's abort condition, --max-rate); absent: it did not"),
    }),
    summary: z.object({
      when: z.string().describe('UTC, ISO 8601'),
      target: z.string(),
      endpoints: z.int().nonnegative(),
      stages: z.array(
        z.object({ stage: stageNumber, users: z.number().nullable(), rate: z.number().nullable() }),
      ),
      requests: z
        .object({ total: z.int(), ok: z.int(), failed: z.int() })
        .describe('every request sent, ramps included'),
      verdict: z.string(),
      keyFindings: z.array(z.string()),
    }),
    validity: z.object({ overall: validityState, statement: z.string(), stages: z.array(stageValidity) }),
    stages: z.array(stageTotal),
    capacity: z.object({
      knee: estimate,
      sla: estimate,
      errors: estimate,
      models: z.array(modelFit),
      recommendedLimit: z
        .object({
          users: z.number().nullable(),
          rate: z.number().nullable(),
          confirmed: z
            .boolean()
            .exactOptional()
            .describe('whether a hold at this load kept every promise; absent: it was not held'),
          statement: z.string(),
        })
        .nullable(),
      statements: z
        .array(z.string())
        .describe('how throughput and response time changed; each names its two stages'),
      failureBehaviour: z.string(),
      recovery: recovery.exactOptional().describe('after a search; absent: no light load followed'),
      search: capacitySearch.exactOptional().describe('what `find` tried; absent: this run is no search'),
      cautions: z.array(z.string()).describe('what must not be concluded from this run'),
    }),
    endpoints: z.array(endpointAnalysis),
    distribution: z.object({ stages: z.array(distributionStage), insights: z.array(z.string()) }),
    timeline: z.array(timelinePoint),
    sla: slaAnalysis,
    groups: z.array(group),
    diagnosis,
    recommendations: z.array(recommendation),
    readiness: z.object({
      state: z.enum(['ready', 'not-ready', 'unknown']),
      met: z.int(),
      total: z.int(),
      rows: z.array(readinessRow),
      statement: z.string(),
    }),
    nextSteps: z.array(
      z.object({ when: z.enum(['now', 'soon', 'later']), step: z.string(), command: z.string().nullable() }),
    ),
    conclusion: z.array(z.string()),
    methodology: z.object({
      statements: z.array(z.string()),
      stages: z.array(
        z.object({
          stage: stageNumber,
          users: z.number().nullable(),
          askedRate: z.number().nullable(),
          spawnRate: z.number().nullable(),
          rampSeconds: z.number().nullable(),
          steadySeconds: z.number().nullable(),
          state: z.enum(['complete', 'interrupted']),
        }),
      ),
      mix: z.array(
        z.object({
          endpoint: z.string(),
          weight: z.number(),
          asked: share.nullable().describe('null: flows decide it'),
          sent: share,
        }),
      ),
      generator: z.record(z.string(), z.union([z.string(), z.number()])),
      differsFrom: z
        .object({ run: z.string(), differences: z.array(z.string()) })
        .nullable()
        .describe('an earlier run of the same target, and why figures may differ'),
      reproduce: z.string(),
    }),
    probes: probesSchema
      .exactOptional()
      .describe('what a search did beside the stages above; absent: it did nothing beside them'),
    telemetry: telemetrySchema
      .exactOptional()
      .describe("the target's own figures, as the plan's observe asked for them; absent: none were told"),
  })
  .describe('The analysis of a Loadline run. Times are ms, rates per second, shares 0..1.');

export type Analysis = Readonly<z.infer<typeof analysisSchema>>;
export type Validity = z.infer<typeof validityState>;
export type Interval = z.infer<typeof interval>;
export type Times = z.infer<typeof times>;
export type Check = z.infer<typeof check>;
export type StageValidity = z.infer<typeof stageValidity>;
export type Estimate = z.infer<typeof estimate>;
export type ModelFit = z.infer<typeof modelFit>;
export type EndpointAnalysis = z.infer<typeof endpointAnalysis>;
export type EndpointStage = z.infer<typeof endpointStage>;
export type Degradation = z.infer<typeof degradation>;
export type DistributionStage = z.infer<typeof distributionStage>;
export type TimelinePoint = z.infer<typeof timelinePoint>;
export type StageTotal = z.infer<typeof stageTotal>;
export type SlaAnalysis = z.infer<typeof slaAnalysis>;
export type SlaCheck = z.infer<typeof slaCheck>;
export type Group = z.infer<typeof group>;
export type Cause = z.infer<typeof cause>;
export type Evidence = z.infer<typeof evidence>;
export type Finding = z.infer<typeof finding>;
export type Undecided = z.infer<typeof undecided>;
export type Diagnosis = z.infer<typeof diagnosis>;
export type Recommendation = z.infer<typeof recommendation>;
export type TelemetryReadings = NonNullable<Analysis['telemetry']>['sources'][number]['readings'][number];
export type ReadinessRow = z.infer<typeof readinessRow>;
