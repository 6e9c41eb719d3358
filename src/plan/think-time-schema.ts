import * as z from 'zod';
import { limits } from './limits.ts';
import { durationRangePattern, parseDurationRange } from './quantity.ts';
import { duration, expected, pattern, record } from './schema-leaves.ts';

const mostlyShort = record(
  'an object such as { median: 2s, p95: 6s }',
  {
    median: duration(1, { description: 'Half of the pauses are shorter.', examples: ['2s'] }),
    p95: duration(1, {
      description: '95 % of the pauses are shorter; above the median.',
      examples: ['6s'],
    }),
  },
  { description: 'Pauses whose logarithm is normal: most are short, a few are long, as people pause.' },
);

/** A user's pause: `2s`, `1s..3s`, `{ exponential: 2s }`, `{ logNormal: { median: 2s, p95: 6s } }`, 0. */
export function thinkTime(description: string) {
  return z
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
        record(
          expected.thinkTime,
          {
            exponential: duration(1, {
              description: 'Mean of exponentially distributed pauses.',
              examples: ['2s'],
            }).optional(),
            logNormal: mostlyShort.optional(),
          },
          {
            description: 'A distribution of pauses.',
            oneOf: [{ required: ['exponential'] }, { required: ['logNormal'] }],
          },
        ),
      ],
      { error: expected.thinkTime },
    )
    .meta({ description, examples: ['1s..3s', { logNormal: { median: '2s', p95: '6s' } }, 0] });
}

export type ThinkTimeInput = z.output<ReturnType<typeof thinkTime>>;
