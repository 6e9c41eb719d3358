import * as z from 'zod';
import { type JsonValue, slaStatistics } from '../plan/plan.ts';

/** Parts of a stored plan that endpoints and flows share. Loose: what a later Loadline adds is kept, not refused. */

export const amount = z.number().min(0);
export const texts = z.record(z.string(), z.string());
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

const order = {
  order: z.exactOptional(z.enum(['sequential', 'unique'])),
  per: z.exactOptional(z.literal('user')),
};

export const data = z.record(
  z.string(),
  z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('range'), from: z.number(), to: z.number(), ...order }),
    z.looseObject({
      kind: z.literal('list'),
      values: z.array(z.union([z.string(), z.number()])),
      ...order,
    }),
    z.looseObject({
      kind: z.literal('file'),
      format: z.enum(['csv', 'json']),
      file: z.string(),
      column: z.string(),
      ...order,
    }),
  ]),
);

const credentials = { user: z.string(), password: z.string() };
export const auth = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('bearer'), token: z.string() }),
  z.looseObject({ kind: z.literal('basic'), ...credentials }),
  z.looseObject({ kind: z.literal('digest'), ...credentials }),
]);

const partHead = { name: z.string(), contentType: z.string().nullable() };
const body = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('json'), value: jsonValue }),
  z.looseObject({ kind: z.literal('text'), value: z.string() }),
  z.looseObject({ kind: z.literal('form'), fields: texts }),
  z.looseObject({
    kind: z.literal('multipart'),
    parts: z.array(
      z.discriminatedUnion('kind', [
        z.looseObject({ kind: z.literal('text'), value: z.string(), ...partHead }),
        z.looseObject({ kind: z.literal('file'), file: z.string(), fileName: z.string(), ...partHead }),
      ]),
    ),
  }),
  z.looseObject({ kind: z.literal('file'), file: z.string() }),
]);

/** Where a value stands in an answer, with what else `rest` says of it. */
export function placeWith<S extends z.ZodRawShape>(rest: S) {
  return z.discriminatedUnion('from', [
    z.looseObject({ from: z.literal('json'), path: z.string(), ...rest }),
    z.looseObject({ from: z.literal('header'), name: z.string(), ...rest }),
    z.looseObject({ from: z.literal('regex'), pattern: z.string(), ...rest }),
    z.looseObject({ from: z.literal('cookie'), name: z.string(), ...rest }),
  ]);
}

const check = z.looseObject({ place: placeWith({}), equals: z.array(jsonValue) });

const of = z.int().min(0);
const probe = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('control'), of: of.nullable() }),
  z.looseObject({ kind: z.literal('same-key'), of }),
  z.looseObject({ kind: z.literal('conditional'), of }),
  z.looseObject({ kind: z.literal('no-reuse'), of }),
  z.looseObject({ kind: z.literal('size'), of, parameter: z.string(), size: z.number() }),
]);

export const endpoint = z.looseObject({
  name: z.string(),
  method: z.string(),
  path: z.string(),
  query: texts,
  headers: texts,
  body: body.nullable(),
  weight: z.number().positive(),
  data,
  sla: z
    .looseObject({ times: z.partialRecord(z.enum(slaStatistics), amount), errors: amount.max(1).nullable() })
    .nullable(),
  expect: z.looseObject({
    status: z.array(z.int()),
    bodyContains: z.string().nullable(),
    checks: z.exactOptional(z.array(check)),
  }),
  group: z.string(),
  timeoutMs: amount,
  auth: z.exactOptional(auth.nullable()),
  flow: z.exactOptional(z.string()),
  probe: z.exactOptional(probe),
});

export const thinkTime = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('uniform'), minMs: amount, maxMs: amount }),
  z.looseObject({ kind: z.literal('exponential'), meanMs: z.number().positive() }),
  z.looseObject({
    kind: z.literal('log-normal'),
    medianMs: z.number().positive(),
    p95Ms: z.number().positive(),
  }),
  z.looseObject({ kind: z.literal('unknown') }),
]);
