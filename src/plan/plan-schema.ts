import * as z from 'zod';
import { auth } from './auth-schema.ts';
import { connectionFields } from './connection-schema.ts';
import { endpoint, headers, name, timeout } from './endpoint-schema.ts';
import { flows, moduleFlows } from './flow-schema.ts';
import type { ScriptFlow } from './flow-script.ts';
import { limits } from './limits.ts';
import { load, readiness } from './load-schema.ts';
import { observe } from './observe-schema.ts';
import { abort, allow } from './safety-schema.ts';
import { record } from './schema-leaves.ts';

/**
 * A plan as users write it, short forms included: the one source of validation and of the published JSON Schema.
 * A message of this schema is what was expected there; hints are added by `hint.ts`. What concerns
 * several keys at once (placeholders and their data, stages and spawn rates) is checked by `normalise-plan.ts`.
 */

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
      .meta({ description: 'What is requested, each with its share of the mix.' })
      .optional(),
    flows: flows.optional(),
    load,
    readiness: readiness.optional(),
    ...connectionFields,
    headers: headers.optional(),
    auth: auth.optional(),
    timeout: timeout
      .meta({ description: 'The longest that one request may take; 30s unless given.' })
      .optional(),
    allow: allow.optional(),
    abort: abort.optional(),
    observe: observe.optional(),
  },
  {
    description: 'What to load, how, and what is promised.',
    anyOf: [{ required: ['endpoints'] }, { required: ['flows'] }],
  },
);

/** A plan that a module exports: its flows may be functions. */
export const modulePlanSchema = record(
  'a plan with target, endpoints and load',
  { ...planSchema.shape, flows: moduleFlows.optional() },
  { description: 'What to load, how, and what is promised.' },
);

/** A plan that the schema accepts; short forms still stand in it. */
export type PlanOutput = z.output<typeof modulePlanSchema>;

/** A plan as it is written in a file or given to `definePlan`. */
export type PlanInput = Omit<z.input<typeof planSchema>, 'flows'> & {
  /** What users do beside single requests, as steps or as functions (`flow`). */
  readonly flows?: readonly (NonNullable<z.input<typeof planSchema>['flows']>[number] | ScriptFlow)[];
};

/** The JSON Schema (draft 7, which editors understand best) of a plan's file. */
export function planJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(planSchema, {
    io: 'input',
    target: 'draft-7',
    reused: 'inline',
  });
  return { $schema, title: 'Loadline plan', ...schema };
}
