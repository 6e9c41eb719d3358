import type { Analysis, Interval } from '../../analyse/analysis.ts';
import { exactMs, figure, number, range, rate, users } from '../format.ts';
import { type Block, code, type Line, left, quiet, strong, table } from './document.ts';
import { cell, times } from './interval-cell.ts';
import { keysTable, reuseTable, rowsTable, sizesTable, stepsTable } from './request-tables.ts';

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

/** `+12.3 ms`, `0 ms`: no more than two decimals, for a difference is never known better. */
export function added(value: number): string {
  const text = difference(value);
  return value > 0 && text !== '0 ms' ? `+${text}` : text;
}

/** The same without a plus sign. */
export function difference(value: number): string {
  const size = Math.abs(value);
  return `${number(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)} ms`;
}

function ends(interval: Interval): Line {
  const text = range(interval.low, interval.high, difference);
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
