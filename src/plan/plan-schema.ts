import * as z from 'zod';
import { limits } from './limits.ts';
import {
  durationPattern,
  durationRangePattern,
  formatDuration,
  integerRangePattern,
  parseDuration,
  parseDurationRange,
  parseIntegerRange,
  parseShare,
  percentPattern,
} from './quantity.ts';

/**
 * A plan as users write it, short forms included: the one source of validation and of the published JSON Schema.
 * A message of this schema is what was expected there; hints are added by `explain-fault.ts`. What concerns
 * several keys at once (placeholders and their data, stages and spawn rates) is checked by `normalise-plan.ts`.
 */

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const requestLinePattern = /^ *([A-Za-z]+) +(\/\S*) *$/;

export const expected = {
  duration: 'a duration such as 300ms',
  thinkTime: 'a range of durations such as 1s..3s, one duration, or 0',
  share: 'a share such as 0.1% (or 0.001)',
  request: `a request such as GET /posts (${methods.join(', ')})`,
  data: 'a range such as 1..100, a list, or a CSV or JSON file',
  boolean: 'true or false',
  keyOf: 'one of ',
} as const;

type Meta = { readonly description: string; readonly examples?: unknown[] };

function text(what: string, maxLength: number, meta: Meta) {
  return z
    .string({ error: what })
    .min(1, { error: what, abort: true })
    .max(maxLength, { error: `${what}, of at most ${maxLength} characters` })
    .meta(meta);
}

function pattern(what: string, regex: RegExp, holds: (value: string) => boolean, bounded: string) {
  return z
    .string({ error: what })
    .regex(regex, { error: what, abort: true })
    .refine(holds, { error: bounded });
}

function duration(minMs: number, meta: Meta, what: string = expected.duration) {
  const bounded = `a duration from ${formatDuration(minMs)} to ${formatDuration(limits.durationMs)}`;
  const holds = (value: string) => {
    const ms = parseDuration(value);
    return ms !== null && ms >= minMs && ms <= limits.durationMs;
  };
  return pattern(what, durationPattern, holds, bounded).meta(meta);
}

function whole(min: number, max: number, meta?: Meta) {
  const what = `a whole number from ${min} to ${max}`;
  const number = z
    .number({ error: what })
    .int({ error: what })
    .min(min, { error: what })
    .max(max, { error: what });
  return meta === undefined ? number : number.meta(meta);
}

function positive(max: number, meta?: Meta) {
  const what = `a number above 0, at most ${max}`;
  const number = z.number({ error: what }).gt(0, { error: what }).max(max, { error: what });
  return meta === undefined ? number : number.meta(meta);
}

function share(meta: Meta) {
  return z
    .union(
      [
        z
          .number({ error: expected.share })
          .min(0, { error: expected.share })
          .max(1, { error: expected.share }),
        pattern(
          expected.share,
          percentPattern,
          (value) => parseShare(value) !== null,
          'a share from 0% to 100%',
        ),
      ],
      { error: expected.share },
    )
    .meta(meta);
}

/** One value for all stages, or a list with one for each. */
function perStage<T extends z.ZodType>(one: T, what: string, meta: Meta) {
  const list = z
    .array(one, { error: what })
    .min(1, { error: what })
    .max(limits.stages, { error: `a list of at most ${limits.stages} stages` });
  return z.union([one, list], { error: what }).meta(meta);
}

function record<S extends z.ZodRawShape>(what: string, shape: S, meta: Meta & { readonly oneOf?: object[] }) {
  const keys = Object.keys(shape).filter((key) => !key.startsWith('$'));
  return z
    .strictObject(shape, {
      error: (issue) => (issue.code === 'unrecognized_keys' ? expected.keyOf + keys.join(', ') : what),
    })
    .meta(meta);
}

const flag = (meta: Meta) => z.boolean({ error: expected.boolean }).meta(meta);

const scalar = z.union(
  [z.string(), z.number(), z.boolean()].map((type) => type),
  { error: 'a text, a number, or true or false' },
);

const headers = z.record(z.string(), scalar, { error: 'headers such as { accept: application/json }' }).meta({
  description: 'Header lines by name. `${NAME}` is filled from the environment, `{name}` from `data`.',
});

const auth = record(
  'an object with bearer or basic',
  {
    bearer: text('a token such as ${API_TOKEN}', limits.textLength, {
      description: 'Token of `Authorization: Bearer …`; from the environment: `${API_TOKEN}`.',
      examples: ['${API_TOKEN}'],
    }).optional(),
    basic: record(
      'an object with user and password',
      {
        user: text('a user name', 1_024, { description: 'User name; it may not hold a colon.' }),
        password: z.string({ error: 'a password such as ${API_PASSWORD}' }).max(1_024).meta({
          description: 'Password; from the environment: `${API_PASSWORD}`.',
        }),
      },
      { description: 'User and password of HTTP Basic authentication.' },
    ).optional(),
  },
  {
    description: 'How requests authenticate: `bearer` or `basic`.',
    oneOf: [{ required: ['bearer'] }, { required: ['basic'] }],
  },
);

const slaTime = (of: string) => duration(0.001, { description: `Upper bound of ${of}.` }).optional();

const sla = z
  .union(
    [
      duration(0.001, { description: 'Short for `{ p95: … }`.' }),
      record(
        'a duration such as 300ms, or an object such as { p95: 300ms, errors: 0.1% }',
        {
          avg: slaTime('the mean response time'),
          p50: slaTime('the median response time'),
          p90: slaTime('the 90th percentile of the response time'),
          p95: slaTime('the 95th percentile of the response time'),
          p99: slaTime('the 99th percentile of the response time'),
          p999: slaTime('the 99.9th percentile of the response time'),
          max: slaTime('the longest response time'),
          errors: share({ description: 'Highest share of failed requests.' }).optional(),
        },
        { description: 'Bounds by statistic.' },
      ),
    ],
    { error: 'a duration such as 300ms, or an object such as { p95: 300ms, errors: 0.1% }' },
  )
  .meta({
    description: 'What is promised of the response time. A single duration bounds the 95th percentile.',
  });

const status = whole(100, 599);
const expect = record(
  'an object with status or bodyContains',
  {
    status: z
      .union([status, z.array(status).min(1, { error: 'at least one status' }).max(100)], {
        error: 'a status such as 201, or a list such as [200, 404]',
      })
      .meta({ description: 'Accepted status codes; without it any 2xx or 3xx.' })
      .optional(),
    bodyContains: text('a text', limits.textLength, {
      description: 'Text that the body must contain.',
    }).optional(),
  },
  { description: 'What makes an answer a success.' },
);

const rangeHolds = (value: string) => {
  const range = parseIntegerRange(value);
  return range === null || range.from <= range.to;
};

const dataSource = z
  .union(
    [
      pattern(
        expected.data,
        new RegExp(`(?:${integerRangePattern.source})|^[^\\0]+\\.(?:csv|json)(?::[^:]+)?$`),
        rangeHolds,
        'a range whose first number is not above its last',
      ).max(4_096, { error: 'a file name of at most 4096 characters' }),
      z
        .array(z.union([z.string().max(limits.textLength), z.number()], { error: 'a text or a number' }), {
          error: expected.data,
        })
        .min(1, { error: 'a list of at least one value' })
        .max(limits.listValues, { error: `a list of at most ${limits.listValues} values` }),
      record(
        expected.data,
        {
          file: z
            .string({ error: 'a file such as users.csv' })
            .max(4_096)
            .regex(/^[^\0]+\.(?:csv|json)$/, { error: 'a file whose name ends in .csv or .json' })
            .meta({ description: "CSV file with a header line, or JSON list, beside the plan's file." }),
          column: text('the name of a column', 1_024, {
            description: "Column, or key of the list's objects; the placeholder's name if it isn't given.",
          }).optional(),
        },
        { description: 'A column of a file.' },
      ),
    ],
    { error: expected.data },
  )
  .meta({
    description:
      'Where the values come from: a range `1..100`, a list, `users.csv`, `users.csv:column`, or `{ file, column }`. ' +
      'Placeholders that name the same file take the same row.',
  });

const timeout = duration(1, { description: 'The longest that one request may take.', examples: ['30s'] });
const name = (what: string, description: string) => text(what, limits.nameLength, { description });

const requestLine = pattern(
  expected.request,
  requestLinePattern,
  (value) => methods.some((method) => value.trim().toUpperCase().startsWith(`${method} `)),
  expected.request,
).max(limits.pathLength, { error: `a request of at most ${limits.pathLength} characters` });

const endpoint = z.union(
  [
    requestLine.meta({ description: 'Short form: weight 1, no SLA.', examples: ['GET /posts'] }),
    record(
      'a request such as GET /posts, or an object with request',
      {
        request: requestLine.meta({
          description: 'Method and path; `{id}` in the path is filled from `data`.',
          examples: ['GET /posts/{id}'],
        }),
        name: name('a name', 'Name in the reports; the request line if none is given.').optional(),
        weight: positive(limits.weight, {
          description: 'Relative share of the mix; 1 unless given.',
        }).optional(),
        data: z
          .record(z.string(), dataSource, { error: 'data such as { id: 1..100 }' })
          .meta({ description: 'Fills `{placeholders}` of path, query, headers and body, by name.' })
          .optional(),
        sla: sla.optional(),
        headers: headers.optional(),
        query: z
          .record(z.string(), scalar, { error: 'a query such as { userId: 1 }' })
          .meta({ description: 'Appended to the path, percent-encoded.' })
          .optional(),
        body: z
          .unknown()
          .meta({
            description:
              'Text, or a value that is sent as JSON. A string that is exactly "{id}" becomes a number if all values ' +
              'of `id` are numbers (range, list, JSON file), else a string; other strings are filled in place.',
          })
          .optional(),
        expect: expect.optional(),
        group: name('a name', 'The resource; first segment of the path unless given.').optional(),
        timeout: timeout.optional(),
        auth: z
          .union([auth, z.literal('none')], { error: 'an object with bearer or basic, or none' })
          .meta({ description: "This endpoint's own authentication, or `none`." })
          .optional(),
      },
      { description: 'A request with its share of the mix and its promise.' },
    ),
  ],
  { error: 'a request such as GET /posts, or an object with request' },
);

const load = record(
  'an object with users (closed model) or rate (open model)',
  {
    users: perStage(whole(1, limits.users), 'a number of users such as 10, or a list such as [10, 50, 100]', {
      description: 'Closed model: concurrent users of each stage.',
      examples: [[10, 50, 100]],
    }).optional(),
    spawnRate: perStage(
      positive(limits.users),
      'users started per second such as 5, or a list such as [2, 5, 10]',
      {
        description:
          "Users started per second, one for all stages or one for each; otherwise so many that the ramp takes a tenth of the stage's duration, at least 1.",
        examples: [[2, 5, 10]],
      },
    ).optional(),
    rate: perStage(
      positive(limits.ratePerSecond),
      'requests per second such as 50, or a list such as [50, 100, 200]',
      {
        description: 'Open model: requests per second of each stage, whoever sends them.',
        examples: [[50, 100, 200]],
      },
    ).optional(),
    arrivals: z
      .enum(['poisson', 'uniform'], { error: 'poisson or uniform' })
      .meta({
        description: 'Open model: random (`poisson`, the default) or evenly spaced (`uniform`) arrivals.',
      })
      .optional(),
    duration: perStage(
      duration(limits.minStageMs, { description: 'Length of the steady part.' }),
      'a duration such as 60s, or a list such as [30s, 60s]',
      {
        description: "Length of each stage's steady part, after its last user was started; 60s unless given.",
        examples: ['60s'],
      },
    ).optional(),
    thinkTime: z
      .union(
        [
          z.literal(0),
          pattern(
            expected.thinkTime,
            durationRangePattern,
            (value) => {
              const range = parseDurationRange(value);
              return range !== null && range.minMs <= range.maxMs && range.maxMs <= limits.durationMs;
            },
            'a range of durations whose first is not above its last, at most 24h',
          ),
        ],
        { error: expected.thinkTime },
      )
      .meta({
        description:
          'Closed model: pause of a user between two requests, uniform in the range; none unless given.',
        examples: ['1s..3s', 0],
      })
      .optional(),
  },
  {
    description: 'Closed model (`users`) or open model (`rate`).',
    oneOf: [{ required: ['users'] }, { required: ['rate'] }],
  },
);

const readiness = record(
  'an object with users, slaCompliance, errors or avgAt',
  {
    users: whole(1, 10_000_000, {
      description: 'Concurrent users that must be carried within the SLA.',
    }).optional(),
    slaCompliance: share({
      description: 'Share of the SLA checks that must hold.',
      examples: ['95%'],
    }).optional(),
    errors: share({ description: 'Highest share of failed requests.', examples: ['0.1%'] }).optional(),
    avgAt: record(
      'an object with users and max',
      {
        users: whole(1, 10_000_000, { description: 'Concurrent users.' }),
        max: duration(0.001, { description: 'Highest mean response time at that many users.' }),
      },
      { description: 'Mean response time that must hold at a number of users.' },
    ).optional(),
    linearThroughput: flag({ description: 'Throughput must grow in proportion to the users.' }).optional(),
    declared: z
      .record(z.string(), z.boolean({ error: expected.boolean }), { error: 'names with true or false' })
      .meta({
        description: 'What you know and Loadline cannot see: `{ "load balancer": true, monitoring: false }`.',
      })
      .optional(),
  },
  { description: 'What "ready for production" means; each requirement is checked in the report.' },
);

export const planSchema = record(
  'a plan with target, endpoints and load',
  {
    $schema: z.string().meta({ description: 'JSON Schema of this file, for editors.' }).optional(),
    name: name('a name', "Name of the plan; the file's name if none is given.").optional(),
    target: z
      .string({ error: 'a URL such as http://127.0.0.1:3000' })
      .max(2_048, { error: 'a URL of at most 2048 characters' })
      .meta({
        description:
          'Origin of the API, with a base path if it has one: `https://api.example/v1`, or `${BASE_URL}`.',
        examples: ['http://127.0.0.1:3000'],
      }),
    endpoints: z
      .array(endpoint, { error: 'a list of requests such as [GET /posts]' })
      .min(1, { error: 'at least one request' })
      .max(limits.endpoints, { error: `at most ${limits.endpoints} endpoints` })
      .meta({ description: 'What is requested, each with its share of the mix.' }),
    load,
    readiness: readiness.optional(),
    tls: record(
      'an object with verify or ca',
      {
        verify: flag({
          description: "Whether the target's certificate must be valid; true unless given.",
        }).optional(),
        ca: text('a file of PEM certificates', 4_096, {
          description: "File with your own certificate authority (PEM), beside the plan's file.",
        }).optional(),
      },
      { description: 'How the target is authenticated.' },
    ).optional(),
    headers: headers.optional(),
    auth: auth.optional(),
    timeout: timeout
      .meta({ description: 'The longest that one request may take; 30s unless given.' })
      .optional(),
  },
  { description: 'What to load, how, and what is promised.' },
);

/** A plan as it is written in a file or given to `definePlan`. */
export type PlanInput = z.input<typeof planSchema>;

/** The JSON Schema (draft 7, which editors understand best) of a plan's file. */
export function planJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(planSchema, {
    io: 'input',
    target: 'draft-7',
    reused: 'inline',
  });
  return { $schema, title: 'Loadline plan', ...schema };
}
