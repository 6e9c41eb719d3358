import * as Plot from '@observablehq/plot';
import type { Comparison, ComparisonLine } from '../../analyse/compare/comparison.ts';
import { metricRules } from '../../analyse/compare/metric.ts';
import { byWeight, lineName } from '../comparison/words.ts';
import { change, plural, withInterval } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { draw } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'changes';
const title = 'Change and its interval, by line';
const most = 30;

type Row = {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The margin, both ways. */
  readonly better: number;
  readonly worse: number;
  readonly verdict: ComparisonLine['verdict'];
};

/** A forest plot: a point and an interval for each line, the margin behind it. Shares of failures have another unit. */
export function changesChart({ lines }: Comparison): Chart {
  const ratios = byWeight(lines.filter(({ metric, change: { low } }) => metric !== 'errors' && low !== null));
  if (ratios.length === 0)
    return { kind: 'omitted', name, title, because: 'no line has an interval of a relative change.' };
  const shown = ratios.slice(0, most);
  const rows = shown.map(rowOf);
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      'The point is the change, the line its 95 % interval, the shaded part what does not matter.',
      'A cross marks what regressed, a triangle what improved, a circle what is equivalent, a ring what is inconclusive.',
      ratios.length > most ? `${plural(ratios.length - most, 'line')} that changed less are left out.` : '',
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: shown
      .map((line) => `${plain(lineName(line))}: ${withInterval(line.change, change)}, ${line.verdict}.`)
      .join(' '),
    wide: drawing(rows, wide),
    narrow: drawing(rows, narrow),
  };
}

function rowOf(line: ComparisonLine): Row {
  const { value, low, high } = line.change;
  const { better, margin } = metricRules[line.metric];
  // Mirrored as logarithms: as far down as up.
  const [down, up] = better === 'higher' ? [-margin, 1 / (1 - margin) - 1] : [1 / (1 + margin) - 1, margin];
  return {
    label: plain(lineName(line)),
    value,
    low: low ?? value,
    high: high ?? value,
    better: down,
    worse: up,
    verdict: line.verdict,
  };
}

const symbols = {
  regressed: 'times',
  improved: 'triangle',
  equivalent: 'circle',
  inconclusive: 'circle',
} as const;
const shades = {
  regressed: colours.bad,
  improved: colours.good,
  equivalent: colours.good,
  inconclusive: colours.muted,
} as const;

function drawing(rows: readonly Row[], size: Size): Drawing {
  const isWide = size.kind === 'wide';
  const rowHeight = isWide ? 30 : 44;
  // One line without information must not squeeze all others: an interval beyond these ends runs out of the chart.
  const reach = Math.max(0.25, ...rows.map(({ value }) => Math.abs(value) * 1.5));
  const domain = [
    Math.max(-1, -reach, Math.min(...rows.map(({ low, better }) => Math.min(low, better)))),
    Math.min(reach, Math.max(...rows.map(({ high, worse }) => Math.max(high, worse)))),
  ] as const;
  const kept = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  const y = (_: Row, at: number): number => at + (isWide ? 0.5 : 0.72);
  return draw(size.width, rows.length * rowHeight + 42, {
    marginLeft: isWide ? 290 : 8,
    marginRight: isWide ? 76 : 62,
    marginTop: 6,
    marginBottom: 36,
    x: { domain: [...domain], label: null, clamp: true },
    y: { domain: [rows.length, 0], label: null, axis: null },
    marks: [
      Plot.rect(rows, {
        x1: 'better',
        x2: 'worse',
        y1: (row: Row, at: number) => y(row, at) - (isWide ? 0.5 : 0.28),
        y2: (row: Row, at: number) => y(row, at) + (isWide ? 0.5 : 0.28),
        fill: colours.muted,
        fillOpacity: 0.14,
      }),
      Plot.gridX({ ticks: isWide ? 6 : 4 }),
      Plot.axisX({ ticks: isWide ? 6 : 4, tickFormat: change, tickSize: 4, label: null }),
      Plot.ruleX([0], { stroke: colours.muted }),
      Plot.ruleY(rows, {
        y,
        x1: (row: Row) => kept(row.low),
        x2: (row: Row) => kept(row.high),
        stroke: (row: Row) => shades[row.verdict],
        strokeWidth: 2,
      }),
      Plot.dot(rows, {
        x: 'value',
        y,
        r: 5,
        symbol: (row: Row) => symbols[row.verdict],
        stroke: (row: Row) => shades[row.verdict],
        strokeWidth: 2,
        fill: (row: Row) => (row.verdict === 'inconclusive' ? colours.ground : shades[row.verdict]),
      }),
      Plot.text(rows, {
        y: isWide ? y : (_: Row, at: number) => at + 0.26,
        text: (row: Row) => shortened(row.label, isWide ? 42 : 46),
        frameAnchor: 'left',
        dx: isWide ? -284 : 0,
        textAnchor: 'start',
      }),
      Plot.text(rows, {
        y,
        text: (row: Row) => change(row.value),
        frameAnchor: 'right',
        textAnchor: 'end',
        dx: isWide ? 70 : 58,
        fontWeight: 600,
        fontVariant: 'tabular-nums',
      }),
    ],
  });
}
