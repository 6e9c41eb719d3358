import * as z from 'zod';
import { limits } from './limits.ts';
import { integerRangePattern, parseIntegerRange } from './quantity.ts';
import {
  duration,
  expected,
  methods,
  pattern,
  positive,
  record,
  requestLinePattern,
  share,
  text,
  whole,
} from './schema-leaves.ts';

const scalar = z.union(
  [z.string(), z.number(), z.boolean()].map((type) => type),
  { error: 'a text, a number, or true or false' },
);

export const headers = z
  .record(z.string(), scalar, { error: 'headers such as { accept: application/json }' })
  .meta({
    description: 'Header lines by name. `${NAME}` is filled from the environment, `{name}` from `data`.',
  });

export const auth = record(
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

export const timeout = duration(1, {
  description: 'The longest that one request may take.',
  examples: ['30s'],
});
export const name = (what: string, description: string) =>
  text(what, limits.nameLength, { description }).regex(/^\P{Cc}+$/u, {
    error: `${what} without control characters`,
  });

const requestLine = pattern(
  expected.request,
  requestLinePattern,
  (value) => methods.some((method) => value.trim().toUpperCase().startsWith(`${method} `)),
  expected.request,
).max(limits.pathLength, { error: `a request of at most ${limits.pathLength} characters` });

export const endpoint = z.union(
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
