import * as z from 'zod';
import type { JsonValue, Plan } from '../plan/plan.ts';
import { slaStatistics } from '../plan/plan.ts';
import type { Environment } from './run.ts';

const amount = z.number().min(0);
const texts = z.record(z.string(), z.string());
const jsonValue: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(jsonValue),
    z.record(z.string(), jsonValue),
  ]),
);

const dataSource = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('range'), from: z.number(), to: z.number() }),
  z.looseObject({ kind: z.literal('list'), values: z.array(z.union([z.string(), z.number()])) }),
  z.looseObject({
    kind: z.literal('file'),
    format: z.enum(['csv', 'json']),
    file: z.string(),
    column: z.string(),
  }),
]);

const auth = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('bearer'), token: z.string() }),
  z.looseObject({ kind: z.literal('basic'), user: z.string(), password: z.string() }),
]);

const endpoint = z.looseObject({
  name: z.string(),
  method: z.string(),
  path: z.string(),
  query: texts,
  headers: texts,
  body: z
    .discriminatedUnion('kind', [
      z.looseObject({ kind: z.literal('json'), value: jsonValue }),
      z.looseObject({ kind: z.literal('text'), value: z.string() }),
    ])
    .nullable(),
  weight: z.number().positive(),
  data: z.record(z.string(), dataSource),
  sla: z
    .looseObject({ times: z.partialRecord(z.enum(slaStatistics), amount), errors: amount.max(1).nullable() })
    .nullable(),
  expect: z.looseObject({ status: z.array(z.int()), bodyContains: z.string().nullable() }),
  group: z.string(),
  timeoutMs: amount,
  auth: z.exactOptional(auth.nullable()),
});

const thinkTime = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('uniform'), minMs: amount, maxMs: amount }),
  z.looseObject({ kind: z.literal('unknown') }),
]);

const load = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('closed'),
    stages: z.array(z.looseObject({ users: z.int().min(0), spawnRate: amount, durationMs: amount })),
    thinkTime,
  }),
  z.looseObject({
    kind: z.literal('open'),
    stages: z.array(z.looseObject({ ratePerSecond: amount, durationMs: amount })),
    arrivals: z.enum(['poisson', 'uniform']),
  }),
]);

// Loose objects: what a later Loadline adds to a plan is kept, not refused.
const storedPlan = z.looseObject({
  kind: z.literal('plan'),
  file: z.exactOptional(z.string()),
  targetFrom: z.exactOptional(z.literal('command-line')),
  name: z.string(),
  target: z.string(),
  endpoints: z.array(endpoint),
  load,
  readiness: z.looseObject({
    users: amount.nullable(),
    slaCompliance: amount.nullable(),
    errors: amount.nullable(),
    avgAt: z.looseObject({ users: amount, maxMs: amount }).nullable(),
    linearThroughput: z.boolean(),
    declared: z.record(z.string(), z.boolean()),
  }),
  tls: z.looseObject({ verify: z.boolean(), ca: z.string().nullable() }),
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
