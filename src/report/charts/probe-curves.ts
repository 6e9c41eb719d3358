import type { Analysis } from '../../analyse/analysis.ts';
import { probeCaptions } from '../document/probe-captions.ts';
import { ms, number, plural, rate, users, withInterval } from '../format.ts';
import { plain } from '../plain.ts';
import { type Chart, narrow, wide } from './chart.ts';
import { type Curve, curves } from './curves.ts';

type Solo = NonNullable<Analysis['probes']>['solo'][number];

const most = 9;

/** Throughput of each endpoint alone against its users. */
export function soloChart(analysis: Analysis): Chart {
  const solo = analysis.probes?.solo ?? [];
  const all = solo.flatMap((each): Curve[] => {
    const points = each.points
      .flatMap(({ users: x, rate: y }) => (y === null ? [] : [{ x, y: y.value, low: y.low, high: y.high }]))
      .sort((a, b) => a.x - b.x);
    const { saturation, knee } = each;
    return points.length === 0
      ? []
      : [
          {
            title: each.endpoint,
            xLabel: 'users of this endpoint alone',
            yLabel: 'requests/s',
            points,
            line: boundOf(each, Math.max(...points.map(({ x }) => x))),
            band:
              saturation === null || saturation.low === null || saturation.high === null
                ? null
                : { low: saturation.low, high: saturation.high },
            mark: knee?.value ?? null,
          },
        ];
  });
  const description = solo
    .map(
      (each) =>
        `${plain(each.endpoint)}: ${each.points.map((point) => `${rate(point.rate?.value)} with ${users(point.users)}`).join(', ')}; at most ${withInterval(each.saturation, rate)}.`,
    )
    .join(' ');
  return chartOf('solo', 'Each endpoint alone', all, description, 'no endpoint was loaded alone.');
}

/** min(N/R₁, Xmax): as much as one user brings times the users, up to the limit; nothing where either is not known. */
function boundOf({ single, saturation }: Solo, users: number): Curve['line'] {
  if (single === null || saturation === null || !(single.value > 0)) return [];
  const perUser = 1000 / single.value;
  const knee = saturation.value / perUser;
  return [0, Math.min(knee, users), users].map((x) => ({ x, y: Math.min(x * perUser, saturation.value) }));
}

/** Response time against the number of rows, with the fitted costs. */
export function sizesChart(analysis: Analysis): Chart {
  const sizes = analysis.probes?.sizes ?? [];
  const all = sizes.flatMap((each): Curve[] => {
    const points = each.points
      .map(({ rows, mean }) => ({ x: rows, y: mean.value, low: mean.low, high: mean.high }))
      .sort((a, b) => a.x - b.x);
    const { fixed, perRow, perByteUs } = each;
    const line =
      fixed === null || perRow === null
        ? []
        : each.points
            .map(({ rows, bytes }) => ({
              x: rows,
              y: Math.max(0, fixed.value + perRow.value * rows + ((perByteUs?.value ?? 0) * bytes) / 1000),
            }))
            .sort((a, b) => a.x - b.x);
    return points.length === 0
      ? []
      : [
          {
            title: each.endpoint,
            xLabel: 'rows asked for',
            yLabel: 'ms, one user',
            points,
            line,
            band: null,
            mark: null,
          },
        ];
  });
  const description = sizes
    .map(
      (each) =>
        `${plain(each.endpoint)}: ${each.points.map((point) => `${ms(point.mean.value)} for ${number(point.rows)} rows`).join(', ')}; ${withInterval(each.perRow, ms)} a row.`,
    )
    .join(' ');
  return chartOf(
    'sizes',
    'Response time by size of the result',
    all,
    description,
    'results of several sizes were not asked for.',
  );
}

function chartOf(
  name: 'solo' | 'sizes',
  title: string,
  all: readonly Curve[],
  description: string,
  because: string,
): Chart {
  if (all.length === 0) return { kind: 'omitted', name, title, because };
  const shown = all.slice(0, most);
  const left = all.length - shown.length;
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      probeCaptions[name],
      name === 'solo'
        ? 'The line without dots: as much as one user brings, times the users, up to the limit. Shaded: the interval of the limit; dashed: the users from which it is reached.'
        : 'The line is the fitted cost: without any row, per row and per byte.',
      'Upright lines are 95 % intervals.',
      ...(left === 0 ? [] : [`${plural(left, 'endpoint')} more stand in the table.`]),
    ].join(' '),
    description,
    wide: curves(shown, wide),
    narrow: curves(shown, narrow),
  };
}
