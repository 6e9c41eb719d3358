import * as z from 'zod';
import { limits } from './limits.ts';
import { duration, record, share, text } from './schema-leaves.ts';

const longest = (of: string) =>
  duration(0.001, { description: `${of} above this stops the run.` }).optional();

/** When a run stops by itself. */
export const abort = record(
  'an object such as { errors: 20%, p95: 5s, after: 10s }',
  {
    errors: share({
      description: 'A share of failed requests above this stops the run.',
      examples: ['20%'],
    }).optional(),
    avg: longest('A mean response time'),
    p50: longest('A median response time'),
    p90: longest('A 90th percentile of the response time'),
    p95: longest('A 95th percentile of the response time'),
    p99: longest('A 99th percentile of the response time'),
    p999: longest('A 99.9th percentile of the response time'),
    max: longest('A longest response time'),
    after: duration(0, {
      description: 'So long after the start of each stage nothing is judged; 10s unless given.',
      examples: ['10s'],
    }).optional(),
  },
  {
    description:
      'Stops the run when a bound is passed: looked at every second, over the last 10 seconds of the stage.',
  },
);

/** Origins other than this machine that may be loaded. */
export const allow = z
  .array(
    text('an origin such as https://staging.example.com', 2_048, {
      description: 'Scheme, host and port, such as `https://staging.example.com`.',
    }),
    { error: 'a list of origins such as [https://staging.example.com]' },
  )
  .max(limits.allowedOrigins, { error: `a list of at most ${limits.allowedOrigins} origins` })
  .meta({
    description:
      'Origins that may be loaded although they are not this machine. Without it Loadline refuses a target that is not on the loopback interface.',
    examples: [['https://staging.example.com']],
  });
