import type { Analysis, Interval } from '../../analyse/analysis.ts';
import { exactMs, figure, ms, number, percent, range, rate, users, withInterval } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import {
  type Block,
  bullets,
  code,
  details,
  type Line,
  left,
  prose,
  quiet,
  right,
  strong,
  table,
} from './document.ts';

/** The charts of probes; a search's own chart is not among them. */
export const probeCharts = ['coupling', 'solo', 'reuse', 'keys', 'sizes', 'rows', 'steps'] as const;
export type ProbeChart = (typeof probeCharts)[number];

type Probes = NonNullable<Analysis['probes']>;

/** What the chart shows, as sentences and a table; empty: that probe was not made. */
export function probeTable(analysis: Analysis, chart: ProbeChart): readonly Block[] {
  const { probes } = analysis;
  if (probes === undefined) return [];
  switch (chart) {
    case 'coupling':
      return couplingTable(probes);
    case 'solo':
      return soloTable(probes);
    case 'reuse':
      return reuseTable(probes);
    case 'keys':
      return keysTable(probes);
    case 'sizes':
      return sizesTable(probes);
    case 'rows':
      return rowsTable(probes);
    case 'steps':
      return stepsTable(analysis, probes);
    default:
      return chart satisfies never;
  }
}

/** `×` after a ratio: `1.02 ×`. */
const times = (ratio: number): string => `${number(ratio, 2)} ×`;

/** A value, its interval more quietly. */
function cell(interval: Interval | null, format: (value: number) => string): Line {
  if (interval === null) return ['–'];
  const ends = range(interval.low, interval.high, format);
  return ends === null ? [format(interval.value)] : [format(interval.value), quiet(ends)];
}

function couplingTable({ coupling }: Probes): readonly Block[] {
  return table(
    'What happens to one endpoint while another is held at its limit',
    [
      left('Under load'),
      left('Asked beside it'),
      left('Alone'),
      left('Beside the load'),
      left('Added'),
      left('Of the delay of the loaded one'),
      left('Ratio of the slow-downs'),
    ],
    coupling.map((each): readonly Line[] => [
      [code(each.held), ...(each.heldAdded === null ? [] : [quiet(`itself ${added(each.heldAdded.value)}`)])],
      [code(each.probed), ...(each.isControl ? [quiet('control')] : [])],
      cell(each.idle, exactMs),
      cell(each.loaded, exactMs),
      each.added === null ? ['not measured'] : [strong(added(each.added.value)), ...ends(each.added)],
      cell(each.share, times),
      cell(each.factor, times),
    ]),
  );
}

/** `+12 ms`, `±0 ms`. */
export function added(value: number): string {
  return value > 0 ? `+${exactMs(value)}` : exactMs(value);
}

function ends(interval: Interval): Line {
  const text = range(interval.low, interval.high, exactMs);
  return text === null ? [] : [quiet(text)];
}

function soloTable({ solo }: Probes): readonly Block[] {
  return table(
    'Each endpoint alone, at rising loads',
    [
      left('Endpoint'),
      left('Throughput by users'),
      left('One request'),
      left('Most it reached'),
      left('Knee'),
      left('Served at once'),
    ],
    solo.map((each): readonly Line[] => [
      [code(each.endpoint)],
      [each.points.map((point) => `${users(point.users)} ${rate(point.rate?.value)}`).join('; ') || '–'],
      cell(each.single, exactMs),
      each.saturation === null ? [each.because ?? 'still growing'] : cell(each.saturation, rate),
      cell(each.knee, users),
      cell(each.parallelism, figure),
    ]),
  );
}

function reuseTable({ reuse }: Probes): readonly Block[] {
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

function keysTable({ keys }: Probes): readonly Block[] {
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

function sizesTable({ sizes }: Probes): readonly Block[] {
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

function rowsTable({ rows }: Probes): readonly Block[] {
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

function stepsTable(analysis: Analysis, { steps }: Probes): readonly Block[] {
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

/** What needs no chart: each endpoint as a single user meets it, and whether the generator was the limit. */
export function plainReadings(analysis: Analysis): readonly Block[] {
  const { probes } = analysis;
  if (probes === undefined) return [];
  return [
    ...bullets(
      probes.workers.flatMap(({ ratio }): readonly Line[] =>
        ratio === null
          ? []
          : [
              [
                `With more workers of the generator the throughput was ${withInterval(ratio, times)} what it was.`,
              ],
            ],
      ),
    ),
    ...details(
      'Each endpoint as a single user meets it',
      table(
        'One user, one request after the other: what an answer costs without waiting',
        [
          left('Endpoint'),
          right('Requests'),
          left('Response time'),
          left('First byte'),
          left('Connecting'),
          right('Bytes'),
          left('A slow mode'),
        ],
        probes.single.map((each): readonly Line[] => [
          [code(each.endpoint), ...(each.isControl ? [quiet('control')] : [])],
          [number(each.count)],
          cell(each.mean, exactMs),
          cell(each.firstByte, exactMs),
          each.connect === null
            ? ['–']
            : [ms(each.connect.mean), quiet(`${percent(each.connect.share)} of the requests`)],
          [number(each.bytes)],
          each.slowMode === null
            ? ['none seen']
            : [`${percent(each.slowMode.share)} from ${ms(each.slowMode.fromMs)}`],
        ]),
      ),
    ),
  ];
}
