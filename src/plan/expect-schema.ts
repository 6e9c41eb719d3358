import * as z from 'zod';
import { scalar } from './body-schema.ts';
import { limits } from './limits.ts';
import { record, text, whole } from './schema-leaves.ts';

const status = whole(100, 599);
const headerValue = z.union(
  [scalar, z.array(scalar).min(1, { error: 'at least one value' }).max(limits.expectedValues)],
  { error: 'a value, a list of values, or exists' },
);

export const expect = record(
  'an object with status, bodyContains, json, headers or matches',
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
    json: z
      .record(z.string(), z.unknown(), { error: 'JSON paths with their values, such as { $.id: 1 }' })
      .meta({
        description:
          'What the JSON body must hold: by JSON path (RFC 9535) a value, a list of accepted values, or `exists`.',
        examples: [{ '$.id': 1, '$.state': ['new', 'open'], '$.items': 'exists' }],
      })
      .optional(),
    headers: z
      .record(z.string(), headerValue, { error: 'headers such as { content-type: application/json }' })
      .meta({
        description: "The answer's header lines: by name a value, a list of accepted values, or `exists`.",
        examples: [{ 'content-type': 'application/json' }],
      })
      .optional(),
    matches: text('a regular expression', limits.patternLength, {
      description: "Regular expression (JavaScript's) that the body must match somewhere.",
      examples: ['<title>.+</title>'],
    }).optional(),
  },
  { description: 'What makes an answer a success.' },
);
