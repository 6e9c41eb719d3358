import * as z from 'zod';
import type { Plan } from '../plan/plan.ts';
import { slaStatistics, telemetryReadings } from '../plan/plan.ts';
import type { Environment } from './run.ts';
import { amount, auth, endpoint, texts, thinkTime } from './stored-endpoint.ts';
import { flow } from './stored-flow.ts';

const load = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('closed'),
    stages: z.array(
      z.looseObject({
        users: z.int().min(0),
        spawnRate: amount,
        durationMs: amount,
        rampDownMs: z.exactOptional(amount),
      }),
    ),
    thinkTime,
    pacingMs: z.exactOptional(amount),
  }),
  z.looseObject({
    kind: z.literal('open'),
    stages: z.array(
      z.looseObject({
        ratePerSecond: amount,
        durationMs: amount,
        rampMs: z.exactOptional(amount),
        rampDownMs: z.exactOptional(amount),
      }),
    ),
    arrivals: z.enum(['poisson', 'uniform']),
  }),
]);

const connection = z.looseObject({
  http: z.union([z.literal(1), z.literal(2)]),
  policy: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('per-user') }),
    z.looseObject({ kind: z.literal('shared'), connections: z.int().positive() }),
    z.looseObject({ kind: z.literal('per-request') }),
  ]),
  to: z.string().nullable(),
  proxy: z.string().nullable(),
});

// Loose objects: what a later Loadline adds to a plan is kept, not refused.
const storedPlan = z.looseObject({
  kind: z.literal('plan'),
  file: z.exactOptional(z.string()),
  targetFrom: z.exactOptional(z.literal('command-line')),
  name: z.string(),
  target: z.string(),
  endpoints: z.array(endpoint),
  flows: z.exactOptional(z.array(flow)),
  load,
  readiness: z.looseObject({
    users: amount.nullable(),
    slaCompliance: amount.nullable(),
    errors: amount.nullable(),
    avgAt: z.looseObject({ users: amount, maxMs: amount }).nullable(),
    linearThroughput: z.boolean(),
    declared: z.record(z.string(), z.boolean()),
  }),
  tls: z.looseObject({
    verify: z.boolean(),
    ca: z.string().nullable(),
    cert: z.exactOptional(z.string()),
    key: z.exactOptional(z.string()),
    passphrase: z.exactOptional(z.string()),
    resume: z.exactOptional(z.literal(true)),
  }),
  headers: texts,
  auth: auth.nullable(),
  timeoutMs: amount,
  allow: z.exactOptional(z.array(z.string())),
  abort: z.exactOptional(
    z.looseObject({
      times: z.partialRecord(z.enum(slaStatistics), amount),
      errors: amount.max(1).nullable(),
      afterMs: amount,
    }),
  ),
  connection: z.exactOptional(connection),
  cookies: z.exactOptional(z.literal(false)),
  redirects: z.exactOptional(z.int().min(0)),
  observe: z.exactOptional(
    z.looseObject({
      prometheus: z.array(
        z.looseObject({
          url: z.string(),
          everyMs: amount,
          headers: texts,
          metrics: z.partialRecord(z.enum(telemetryReadings), z.string()),
        }),
      ),
      processes: z.array(z.int().positive()),
      serverTiming: z.boolean(),
    }),
  ),
});

const storedEnvironment = z.looseObject({
  loadline: z.string().nullable(),
  node: z.string().nullable(),
  platform: z.string().nullable(),
  cpuModel: z.string().nullable(),
  cores: amount.nullable(),
  memoryBytes: amount.nullable(),
  workers: amount.nullable(),
  hostHash: z.string().nullable(),
  generatorCeilingPerSecond: z.exactOptional(amount.nullable()),
});

/** The plan that stands in a run file, from its parsed JSON; a RangeError names what is not as it should be. */
export function checkStoredPlan(value: unknown): Plan {
  return checked(storedPlan.safeParse(value), 'the stored plan');
}

/** The environment that stands in a run file, likewise. */
export function checkStoredEnvironment(value: unknown): Environment {
  return checked(storedEnvironment.safeParse(value), 'the stored environment');
}

function checked<T>(result: z.ZodSafeParseResult<T>, what: string): T {
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new RangeError(
    `${what} is not one: ${issue?.path.join('.') || 'all of it'}: ${issue?.message ?? 'wrong'}`,
  );
}
