import type { Analysis, Interval } from '../../analyse/analysis.ts';
import { exactMs, number, percent, range, rate, withInterval } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { type Block, code, type Line, left, prose, quiet, table } from './document.ts';
import { cell, times } from './interval-cell.ts';

/** Tables of the probes that ask for the same in different ways. */
type Probes = NonNullable<Analysis['probes']>;

export function reuseTable({ reuse }: Probes): readonly Block[] {
  return table(
    'Connections used again, and a new one for each request',
    [
      left('Endpoint'),
      left('Used again'),
      left('New each time'),
      left('New ÷ again'),
      left('Reused when offered'),
      left('Connecting, of a request over a new one'),
    ],
    reuse.map((each): readonly Line[] => [
      [code(each.endpoint)],
      cell(each.reused, exactMs),
      cell(each.fresh, exactMs),
      cell(each.ratio, times),
      [percent(each.reuseSeen)],
      [percent(each.connectShare)],
    ]),
  );
}

export function keysTable({ keys }: Probes): readonly Block[] {
  const yesNo = (value: boolean | null): string => (value === null ? 'not known' : value ? 'yes' : 'no');
  return table(
    'The same key, other keys, and the question whether the answer has changed',
    [
      left('Endpoint'),
      left('Same key'),
      left('Other keys'),
      left('Same ÷ other'),
      left('Conditional'),
      left('Same body twice'),
      left('Validators'),
      left('Age header'),
    ],
    keys.map((each): readonly Line[] => [
      [code(each.endpoint)],
      cell(each.sameKey, exactMs),
      cell(each.otherKeys, exactMs),
      cell(each.ratio, times),
      each.conditional === null
        ? ['not offered']
        : [
            exactMs(each.conditional.mean?.value),
            quiet(
              [
                range(each.conditional.mean?.low, each.conditional.mean?.high, exactMs),
                `304 in ${percent(each.conditional.notModified)}`,
              ]
                .filter((part) => part !== null)
                .join('; '),
            ),
          ],
      [yesNo(each.identicalBodies)],
      [yesNo(each.hasValidators)],
      [yesNo(each.hasAge)],
    ]),
  );
}

export function sizesTable({ sizes }: Probes): readonly Block[] {
  return table(
    'Results of several sizes, one user',
    [
      left('Endpoint'),
      left('Time by rows'),
      left('Per row'),
      left('Per KiB'),
      left('Without any row'),
      prose('Note'),
    ],
    sizes.map((each): readonly Line[] => [
      [code(each.endpoint), quiet(`by ${each.parameter}`)],
      [
        each.points
          .map((point) => `${number(point.rows)}: ${withInterval(point.mean, exactMs)}`)
          .join('; ') || '–',
      ],
      cell(each.perRow, exactMs),
      cell(perKibibyte(each.perByteUs), exactMs),
      cell(each.fixed, exactMs),
      [each.because ?? '–'],
    ]),
  );
}

/** µs a byte → ms a KiB. */
function perKibibyte(us: Interval | null): Interval | null {
  const scaled = (value: number | null): number | null => (value === null ? null : (value * 1024) / 1000);
  return us === null ? null : { value: (us.value * 1024) / 1000, low: scaled(us.low), high: scaled(us.high) };
}

export function rowsTable({ rows }: Probes): readonly Block[] {
  return table(
    'Writes to one row, and spread over many',
    [left('Endpoint'), left('Writes'), left('Response time'), left('Throughput')],
    rows.flatMap(({ endpoint, oneRow, spread }): readonly (readonly Line[])[] =>
      (
        [
          ['to one row', oneRow],
          ['spread', spread],
        ] as const
      ).map(([words, seen]) => [
        [code(endpoint)],
        [words],
        cell(seen?.mean ?? null, exactMs),
        cell(seen?.rate ?? null, rate),
      ]),
    ),
  );
}

export function stepsTable(analysis: Analysis, { steps }: Probes): readonly Block[] {
  const names = stageNames(analysis);
  return table(
    'The rate, step by step',
    [left('Stage'), left('Answered well'), left('Errors'), left('Response time')],
    steps.map((each): readonly Line[] => [
      [names.of(each.stage)],
      each.okRate === null ? ['not measured'] : cell(each.okRate, rate),
      [percent(each.errors)],
      cell(each.responseTime, exactMs),
    ]),
  );
}
