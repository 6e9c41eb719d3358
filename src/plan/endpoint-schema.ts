import * as z from 'zod';
import { auth } from './auth-schema.ts';
import { bodyFields, scalar } from './body-schema.ts';
import { data } from './data-schema.ts';
import { expect } from './expect-schema.ts';
import { limits } from './limits.ts';
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
} from './schema-leaves.ts';

export const headers = z
  .record(z.string(), scalar, { error: 'headers such as { accept: application/json }' })
  .meta({
    description: 'Header lines by name. `${NAME}` is filled from the environment, `{name}` from `data`.',
  });

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

export const timeout = duration(1, {
  description: 'The longest that one request may take.',
  examples: ['30s'],
});
export const name = (what: string, description: string) =>
  text(what, limits.nameLength, { description }).regex(/^\P{Cc}+$/u, {
    error: `${what} without control characters`,
  });

export const requestLine = pattern(
  expected.request,
  requestLinePattern,
  (value) => methods.some((method) => value.trim().toUpperCase().startsWith(`${method} `)),
  expected.request,
).max(limits.pathLength, { error: `a request of at most ${limits.pathLength} characters` });

/** What may be said of a request, in the mix or in a flow. */
export const requestFields = {
  request: requestLine.meta({
    description: 'Method and path; `{id}` in the path is filled from `data`.',
    examples: ['GET /posts/{id}'],
  }),
  name: name('a name', 'Name in the reports; the request line if none is given.').optional(),
  data: data.optional(),
  sla: sla.optional(),
  headers: headers.optional(),
  query: z
    .record(z.string(), scalar, { error: 'a query such as { userId: 1 }' })
    .meta({ description: 'Appended to the path, percent-encoded.' })
    .optional(),
  ...bodyFields,
  expect: expect.optional(),
  group: name('a name', 'The resource; first segment of the path unless given.').optional(),
  timeout: timeout.optional(),
  auth: z
    .union([auth, z.literal('none')], { error: 'an object with bearer, basic or digest, or none' })
    .meta({ description: "This endpoint's own authentication, or `none`." })
    .optional(),
} as const;

const { request, name: ownName, ...others } = requestFields;

export const endpoint = z.union(
  [
    requestLine.meta({ description: 'Short form: weight 1, no SLA.', examples: ['GET /posts'] }),
    record(
      'a request such as GET /posts, or an object with request',
      {
        request,
        name: ownName,
        weight: positive(limits.weight, {
          description: 'Relative share of the mix; 1 unless given.',
        }).optional(),
        ...others,
      },
      { description: 'A request with its share of the mix and its promise.' },
    ),
  ],
  { error: 'a request such as GET /posts, or an object with request' },
);
