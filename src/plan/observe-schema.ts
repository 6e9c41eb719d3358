import * as z from 'zod';
import { headers } from './endpoint-schema.ts';
import { limits } from './limits.ts';
import type { telemetryReadings } from './plan.ts';
import { duration, flag, record, text, whole } from './schema-leaves.ts';

/** What the target tells of itself while it is loaded. */

const what = 'a URL such as http://127.0.0.1:3000/metrics, or an object with url, every, headers and metrics';

const url = text('a URL such as http://127.0.0.1:3000/metrics', 2_048, {
  description: "URL of metrics in Prometheus' text format.",
  examples: ['http://127.0.0.1:3000/metrics'],
});

const meanings = {
  eventLoopDelayP99Ms: 'Delay of the event loop, 99th percentile, ms.',
  eventLoopUtilization: 'Busy share of the event loop, 0..1.',
  poolInUse: 'Places of a pool that are in use.',
  poolWaiting: 'Requests that wait for a place of the pool.',
  poolSize: 'Places of the pool.',
  cpuSeconds: 'Processor time used since the start, s.',
  cpuCount: 'Processors that there are.',
  gcSeconds: 'Time spent in garbage collection since the start, s.',
  rssBytes: 'Resident memory, bytes.',
  dbConnections: 'Connections that the database has.',
  queueLength: 'Requests that wait in front of the target.',
  inFlight: 'Requests that the target works on.',
} as const satisfies Record<(typeof telemetryReadings)[number], string>;

const metric = (description: string) =>
  text('a metric such as pool_used or pool_used{pool="main"}', 1_024, { description }).optional();

const metrics = record(
  'an object such as { poolInUse: my_pool_used }',
  {
    eventLoopDelayP99Ms: metric(meanings.eventLoopDelayP99Ms),
    eventLoopUtilization: metric(meanings.eventLoopUtilization),
    poolInUse: metric(meanings.poolInUse),
    poolWaiting: metric(meanings.poolWaiting),
    poolSize: metric(meanings.poolSize),
    cpuSeconds: metric(meanings.cpuSeconds),
    cpuCount: metric(meanings.cpuCount),
    gcSeconds: metric(meanings.gcSeconds),
    rssBytes: metric(meanings.rssBytes),
    dbConnections: metric(meanings.dbConnections),
    queueLength: metric(meanings.queueLength),
    inFlight: metric(meanings.inFlight),
  },
  {
    description:
      'Which metric holds which reading, where the name is not one of the usual exporters (prom-client, node_exporter, postgres_exporter, HAProxy). Several series of one metric are added; labels choose: `pool_used{pool="main"}`. A metric whose name ends in `_seconds` is turned into ms where ms are asked.',
    examples: [{ poolInUse: 'my_pool_used', poolSize: 'my_pool_size' }],
  },
);

const source = z
  .union(
    [
      url,
      record(
        what,
        {
          url,
          every: duration(1_000, {
            description: 'How often it is read; 1s unless given.',
            examples: ['1s'],
          }).optional(),
          headers: headers.optional(),
          metrics: metrics.optional(),
        },
        { description: 'Metrics, and what they are called.' },
      ),
    ],
    { error: what },
  )
  .meta({ description: "Metrics of the target, or of what it uses, in Prometheus' text format." });

const processId = whole(1, 4_194_304, { description: 'Id of a process on this machine.' });

function oneOrMore<T extends z.ZodType>(one: T, error: string, description: string) {
  const several = z
    .array(one, { error })
    .min(1, { error })
    .max(limits.observed, { error: `a list of at most ${limits.observed}` });
  return z.union([one, several], { error }).meta({ description });
}

export const observe = record(
  'an object with prometheus, process or serverTiming',
  {
    prometheus: oneOrMore(
      source,
      what,
      "Where the target's metrics stand, one URL or several; on this machine, or at an origin that `allow` names.",
    ).optional(),
    process: oneOrMore(
      processId,
      'a process id such as 1234, or a list',
      'Processes of the target on this machine, children included: processor time and memory (Linux).',
    ).optional(),
    serverTiming: flag({
      description:
        'Whether the Server-Timing header of an answer each second is looked at; false unless given.',
    }).optional(),
  },
  {
    description:
      'What the target tells of itself while it is loaded. It sharpens or contradicts what the requests show.',
    examples: [{ prometheus: 'http://127.0.0.1:3000/metrics' }],
  },
);
