import * as z from 'zod';
import { limits } from './limits.ts';
import { duration, expected, flag, perStage, positive, record, share, whole } from './schema-leaves.ts';
import { thinkTime } from './think-time-schema.ts';

export const load = record(
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
    thinkTime: thinkTime(
      'Closed model: pause of a user between two requests: one duration, uniform in a range, exponential (`{ exponential: 2s }`) or log-normal (`{ logNormal: { median: 2s, p95: 6s } }`); none unless given.',
    ).optional(),
    pacing: duration(1, {
      description:
        "Closed model: a user's requests (or passes of a flow) begin at least so far apart; the wait counts as think time.",
      examples: ['5s'],
    }).optional(),
    ramp: perStage(
      duration(0, { description: 'Length of the way up.' }),
      'a duration such as 10s, or a list such as [10s, 30s]',
      {
        description:
          "Open model: the rate goes in a straight line from the earlier stage's (0 before the first) to this one's over so long, before its steady part; at once unless given.",
        examples: ['10s'],
      },
    ).optional(),
    rampDown: perStage(
      duration(0, { description: 'Length of the way down.' }),
      'a duration such as 10s, or a list such as [10s, 30s]',
      {
        description:
          "After each stage's steady part users are retired evenly (the rate goes down to 0) over so long; at once unless given.",
        examples: ['10s'],
      },
    ).optional(),
  },
  {
    description: 'Closed model (`users`) or open model (`rate`).',
    oneOf: [{ required: ['users'] }, { required: ['rate'] }],
  },
);

export const readiness = record(
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
