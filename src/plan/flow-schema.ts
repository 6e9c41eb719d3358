import * as z from 'zod';
import { scalar } from './body-schema.ts';
import { data } from './data-schema.ts';
import { name, requestFields, requestLine } from './endpoint-schema.ts';
import { limits } from './limits.ts';
import { flag, pattern, positive, record, share, text, whole } from './schema-leaves.ts';
import { thinkTime } from './think-time-schema.ts';

/** Steps of a flow as users write them, short forms included. A step's first key says what it is. */

const placeKeys = ['json', 'header', 'cookie', 'regex'] as const;
const placeText = 'a place such as json $.token, header x-token, cookie session, or regex id=(\\d+)';

const extraction = z.union(
  [
    pattern(placeText, /^(?:json|header|cookie|regex) +\S/, () => true, placeText).max(
      limits.patternLength + 20,
      { error: `${placeText}, of at most ${limits.patternLength} characters` },
    ),
    record(
      placeText,
      {
        json: text('a JSON path such as $.token', limits.jsonPathLength, {
          description: 'JSON path (RFC 9535) in the body; its first match. What is no text is taken as JSON.',
          examples: ['$.token'],
        }).optional(),
        header: text('a header name', 256, {
          description: 'Header; its first line of that name.',
        }).optional(),
        cookie: text('the name of a cookie', 1_024, {
          description: 'Cookie, as the user has it after the answer.',
        }).optional(),
        regex: text('a regular expression', limits.patternLength, {
          description: "Regular expression (JavaScript's) in the body; its first group, or the whole match.",
          examples: ['id=(\\d+)'],
        }).optional(),
        default: scalar
          .meta({
            description: 'The value if the answer holds none; without it the request has failed then.',
          })
          .optional(),
      },
      {
        description: 'A place, and what to take if there is nothing.',
        oneOf: placeKeys.map((key) => ({ required: [key] })),
      },
    ),
  ],
  { error: placeText },
);

const requestText = 'a request such as GET /posts, or an object with request, think, repeat, if or chance';

const requestStep = record(
  requestText,
  {
    ...requestFields,
    once: flag({
      description: "Made in a user's first pass only, as a login is; what it extracted stays.",
    }).optional(),
    extract: z
      .record(z.string(), extraction, { error: 'values such as { token: json $.token }' })
      .meta({
        description:
          'Values for `{placeholders}` of later steps, each with its place in the answer: `json $.token`, `header x-token`, `cookie session`, `regex id=(\\d+)`.',
        examples: [{ token: 'json $.token' }],
      })
      .optional(),
    thinkTime: thinkTime('Pause after the answer; none unless given.').optional(),
  },
  { description: 'A request, with what is taken from its answer.' },
);

const thinkStep = record(
  requestText,
  { think: thinkTime("The user's pause.") },
  { description: 'A pause, which counts as think time.' },
);

type RequestStepInput = z.output<typeof requestStep>;
type ThinkStepInput = z.output<typeof thinkStep>;
export type ExtractionInput = z.output<typeof extraction>;
export type RepeatStepInput = { repeat: number | string; steps: StepInput[] };
export type ChooseStepInput = {
  if?: Record<string, z.output<typeof scalar> | z.output<typeof scalar>[]> | undefined;
  chance?: number | string | undefined;
  then: StepInput[];
  else?: StepInput[] | undefined;
};
export type StepInput = string | RequestStepInput | ThinkStepInput | RepeatStepInput | ChooseStepInput;

const step: z.ZodType<StepInput, StepInput> = z
  .lazy(() => anyStep)
  .meta({ id: 'step', description: 'A step of a flow.' });

const steps = z
  .array(step, { error: 'a list of steps such as [GET /posts, { think: 2s }]' })
  .min(1, { error: 'at least one step' });

const times = `a number of times from 0 to ${limits.flowRepeats}, or a range such as 1..3`;

const repeatStep = record(
  requestText,
  {
    repeat: z
      .union([whole(0, limits.flowRepeats), pattern(times, /^\d{1,6}\.\.\d{1,6}$/, () => true, times)], {
        error: times,
      })
      .meta({ description: 'So often, or uniformly between two numbers.', examples: [3, '1..3'] }),
    steps: steps.meta({ description: 'What is repeated.' }),
  },
  { description: 'Steps that are made several times.' },
);

const chooseStep = record(
  requestText,
  {
    if: z
      .record(
        z.string(),
        z.union(
          [scalar, z.array(scalar).min(1, { error: 'at least one value' }).max(limits.expectedValues)],
          {
            error: 'a value, or a list of values',
          },
        ),
        { error: 'values such as { role: [admin, editor] }' },
      )
      .meta({
        description:
          "Each named value of the flow's data or of an earlier answer equals this, or one of these.",
        examples: [{ role: ['admin', 'editor'] }],
      })
      .optional(),
    chance: share({ description: 'Taken at random, this share of the time.', examples: ['30%'] }).optional(),
    // biome-ignore lint/suspicious/noThenProperty: the plan's own word; nothing awaits a step.
    then: steps.meta({ description: 'Steps of the one branch.' }),
    else: steps.meta({ description: 'Steps of the other branch.' }).optional(),
  },
  {
    description: 'A branch, by values (`if`) or at random (`chance`).',
    oneOf: [{ required: ['if'] }, { required: ['chance'] }],
  },
);

const anyStep = z.union(
  [
    requestLine.meta({ description: 'Short form of a request.', examples: ['GET /posts'] }),
    requestStep,
    thinkStep,
    repeatStep,
    chooseStep,
  ],
  { error: requestText },
);

const flowFields = {
  name: name('a name', 'Name of the flow; "flow 1" and so on if none is given.').optional(),
  weight: positive(limits.weight, {
    description: "How often a user chooses it, beside the endpoints' weights; 1 unless given.",
  }).optional(),
  data: data
    .meta({ description: 'Fills `{placeholders}` of all steps; drawn at the begin of each pass.' })
    .optional(),
} as const;

const flow = record(
  'an object with steps',
  { ...flowFields, steps: steps.meta({ description: 'What a user does, in this order.' }) },
  {
    description:
      'Requests in their order, as one user makes them; values go from an answer to later requests.',
  },
);

const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one, { error: 'a list of flows such as [{ name: buy, steps: [GET /posts] }]' })
    .min(1, { error: 'at least one flow' })
    .max(limits.flows, { error: `at most ${limits.flows} flows` })
    .meta({ description: 'What users do beside single requests; each has its share of the mix.' });

export const flows = listOf(flow);

/** Stands in a plan's copy where a flow is a function; whether there is one, the plan itself says. */
export const scriptMark = 'flow(…)';

const scriptFlow = record(
  'flow({ name, requests }, async (user) => { … })',
  {
    $script: z.literal(scriptMark),
    ...flowFields,
    requests: z
      .array(
        z.union(
          [
            requestLine,
            record('a request such as GET /posts, or an object with request', requestFields, {
              description: 'A request of the flow.',
            }),
          ],
          {
            error: 'a request such as GET /posts, or an object with request',
          },
        ),
        { error: 'a list of requests such as ["GET /posts"]' },
      )
      .max(limits.flowSteps, { error: `at most ${limits.flowSteps} requests` })
      .optional(),
  },
  { description: 'A flow that is a function.' },
);

/** Flows of a TypeScript plan, which may be functions. */
export const moduleFlows = listOf(z.union([scriptFlow, flow], { error: 'a flow' }));

export type FlowInput = z.output<typeof flow>;
export type ScriptFlowInput = z.output<typeof scriptFlow>;
/** What stands beside a flow's function: `flow({ … }, async (user) => { … })`. */
export type ScriptFlowOptions = Omit<z.input<typeof scriptFlow>, '$script'>;
