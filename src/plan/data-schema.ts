import * as z from 'zod';
import { limits } from './limits.ts';
import { integerRangePattern, parseIntegerRange } from './quantity.ts';
import { expected, pattern, record, text } from './schema-leaves.ts';

const rangeHolds = (value: string) => {
  const range = parseIntegerRange(value);
  return range === null || range.from <= range.to;
};
const orderedRange = 'a range whose first number is not above its last';

const list = z
  .array(z.union([z.string().max(limits.textLength), z.number()], { error: 'a text or a number' }), {
    error: expected.data,
  })
  .min(1, { error: 'a list of at least one value' })
  .max(limits.listValues, { error: `a list of at most ${limits.listValues} values` });

const dataSource = z
  .union(
    [
      pattern(
        expected.data,
        new RegExp(`(?:${integerRangePattern.source})|^[^\\0]+\\.(?:csv|json)(?::[^:]+)?$`),
        rangeHolds,
        orderedRange,
      ).max(4_096, { error: 'a file name of at most 4096 characters' }),
      list,
      record(
        expected.data,
        {
          file: z
            .string({ error: 'a file such as users.csv' })
            .max(4_096)
            .regex(/^[^\0]+\.(?:csv|json)$/, { error: 'a file whose name ends in .csv or .json' })
            .meta({ description: "CSV file with a header line, or JSON list, beside the plan's file." })
            .optional(),
          column: text('the name of a column', 1_024, {
            description: "Column, or key of the list's objects; the placeholder's name if it isn't given.",
          }).optional(),
          range: pattern('a range such as 1..100', integerRangePattern, rangeHolds, orderedRange)
            .meta({ description: 'Whole numbers, both ends included.', examples: ['1..100'] })
            .optional(),
          list: list.meta({ description: 'The values themselves.' }).optional(),
          order: z
            .enum(['sequential', 'unique', 'random'], { error: 'sequential, unique or random' })
            .meta({
              description:
                '`random` (the default); `sequential`: row after row, from the top again at the end; `unique`: no row twice in a run, which ends when they are used up.',
            })
            .optional(),
          per: z
            .enum(['user', 'request'], { error: 'user or request' })
            .meta({
              description:
                "`request` (the default): another row for each request (of a flow's data: for each pass); `user`: one row for a user's whole life.",
            })
            .optional(),
        },
        {
          description: 'A column of a file, a range or a list, and the order of its rows.',
          oneOf: [{ required: ['file'] }, { required: ['range'] }, { required: ['list'] }],
        },
      ),
    ],
    { error: expected.data },
  )
  .meta({
    description:
      'Where the values come from: a range `1..100`, a list, `users.csv`, `users.csv:column`, or ' +
      '`{ file, column, order, per }`. Placeholders that name the same file take the same row.',
  });

/** Sources of values by the name of their placeholder. */
export const data = z
  .record(z.string(), dataSource, { error: 'data such as { id: 1..100 }' })
  .meta({ description: 'Fills `{placeholders}` of path, query, headers and body, by name.' });
