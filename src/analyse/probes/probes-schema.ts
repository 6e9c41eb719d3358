import * as z from 'zod';
import { interval, ms, share, stageNumber, validityState } from '../schema-parts.ts';

const endpoint = z.string().describe('name of an endpoint of the plan, or of one that only probes request');
const maybe = interval.nullable();

/** A stage of a search that the report's other sections do not count: a trial of a rate, a hold, a probe. */
const probeStage = z.object({
  stage: stageNumber.describe("numbered behind the report's own stages; evidence points to it"),
  kind: z.enum([
    'rate',
    'hold',
    'recovery',
    'single-user',
    'solo',
    'coupling',
    'reuse',
    'keys',
    'sizes',
    'rows',
    'step',
    'workers',
  ]),
  name: z.string().describe('such as: GET /posts alone, 16 users'),
  because: z.string().nullable().describe('what was to be learnt; null: the run does not tell'),
  users: z.number().nullable(),
  askedRate: z.number().nullable(),
  seconds: z.number().nullable().describe('length of the part that was analysed'),
  requests: z.int().nonnegative().describe('every request sent, settling included'),
  failed: z.int().nonnegative().describe('of the analysed part'),
  state: z.enum(['complete', 'interrupted']),
  validity: validityState,
  endpoints: z.array(
    z.object({ endpoint, count: z.int(), rate: z.number().nullable(), errors: share, avg: maybe }),
  ),
});

/** What the probes of a run did and saw. Indices of the rules' readings are names here. */
export const probesSchema = z.object({
  statements: z.array(z.string()).describe('how many, how long, how many requests, and what was sent before'),
  stages: z.array(probeStage).describe('in the order of their numbers'),
  notRun: z.array(z.object({ probe: z.string(), because: z.string() })),
  single: z
    .array(
      z.object({
        endpoint,
        isControl: z.boolean(),
        stage: stageNumber,
        count: z.int(),
        mean: maybe,
        firstByte: maybe,
        connect: z.object({ mean: ms, share }).nullable(),
        bytes: z.number().nullable(),
        slowMode: z.object({ share, fromMs: ms }).nullable(),
      }),
    )
    .describe('a single user: what an answer costs without waiting'),
  solo: z
    .array(
      z.object({
        endpoint,
        points: z
          .array(z.object({ stage: stageNumber, users: z.number(), rate: maybe, avg: maybe }))
          .describe('by users'),
        saturation: maybe.describe('requests/s; null: throughput still grew'),
        single: maybe.describe('ms'),
        knee: maybe.describe('users'),
        parallelism: maybe.describe('requests served at once at the plateau'),
        because: z.string().nullable(),
      }),
    )
    .describe('one endpoint alone, at rising loads'),
  coupling: z
    .array(
      z.object({
        held: endpoint,
        probed: endpoint,
        isControl: z.boolean(),
        stage: stageNumber,
        idle: maybe,
        loaded: maybe,
        added: maybe.describe(
          'ms that the probed endpoint takes longer while the other is held at its limit',
        ),
        heldAdded: maybe.describe('ms that the held endpoint itself takes longer'),
        share: maybe.describe('added / heldAdded: 1 says one queue, 0 says independent'),
        factor: maybe.describe('ratio of the slow-downs: 1 says one processor'),
        tellsApart: z.boolean(),
      }),
    )
    .describe('one endpoint under load, the others asked now and then'),
  reuse: z.array(
    z.object({
      endpoint,
      reused: maybe,
      fresh: maybe,
      ratio: maybe.describe('fresh / reused'),
      reuseSeen: share.nullable(),
      connectShare: share.nullable(),
    }),
  ),
  keys: z.array(
    z.object({
      endpoint,
      sameKey: maybe,
      otherKeys: maybe,
      ratio: maybe.describe('same / other'),
      conditional: z.object({ notModified: share, mean: maybe }).nullable(),
      identicalBodies: z.boolean().nullable(),
      hasValidators: z.boolean().nullable(),
      hasAge: z.boolean().nullable(),
    }),
  ),
  sizes: z.array(
    z.object({
      endpoint,
      parameter: z.string(),
      points: z.array(z.object({ rows: z.number(), bytes: z.number(), mean: interval })),
      perRow: maybe.describe('ms'),
      perByteUs: maybe,
      fixed: maybe.describe('ms'),
      because: z.string().nullable(),
    }),
  ),
  rows: z.array(
    z.object({
      endpoint,
      oneRow: z.object({ rate: interval, mean: interval }).nullable(),
      spread: z.object({ rate: interval, mean: interval }).nullable(),
    }),
  ),
  steps: z.array(
    z.object({ stage: stageNumber, factor: z.number(), okRate: maybe, errors: share, responseTime: maybe }),
  ),
  workers: z.array(z.object({ stages: z.array(stageNumber), ratio: maybe })),
});

export type Probes = Readonly<z.infer<typeof probesSchema>>;
export type ProbeStage = Probes['stages'][number];
