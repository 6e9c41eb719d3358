import * as Plot from '@observablehq/plot';
import type { Analysis, TimelinePoint } from '../../analyse/analysis.ts';
import { seconds as inWords, number } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { stageNames } from '../stage-names.ts';
import { compose, draw, logTicks, tick } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'timeline';
const title = 'Response time over the run';

/** p50, p95 and p99 of each second, stage by stage, and the failed requests beneath. */
export function timeline(analysis: Analysis): Chart {
  const points = analysis.timeline.filter((point) => [point.p50, point.p95, point.p99].some(positive));
  if (points.length < 2)
    return { kind: 'omitted', name, title, because: 'the run holds no second-by-second record.' };
  const every = Math.ceil((spanOf(analysis.timeline) + 1) / 600);
  const failed = analysis.timeline.reduce((sum, point) => sum + point.failed, 0);
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      every === 1 ? 'One point a second.' : `One point for ${inWords(every)}: the worst second in it.`,
      'Shaded: users still starting, or last answers coming in; these seconds are kept apart from the steady part.',
      failed === 0 ? 'No request failed.' : 'Bars beneath: failed requests per second.',
    ].join(' '),
    description: `Percentiles of the response time over ${inWords(spanOf(analysis.timeline) + 1)}, ${analysis.summary.stages.length} stages; ${number(failed)} failed requests.`,
    wide: panels(analysis, every, failed > 0, wide),
    narrow: panels(analysis, every, failed > 0, narrow),
  };
}

function spanOf(points: readonly TimelinePoint[]): number {
  const at = points.map((point) => point.second);
  return (
    at.reduce((a, b) => Math.max(a, b), 0) - at.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER)
  );
}

function positive(value: number | null): value is number {
  return value !== null && value > 0;
}

type Span = { readonly from: number; readonly to: number; readonly stage: number };

function panels(analysis: Analysis, every: number, withErrors: boolean, size: Size): Drawing {
  const start = analysis.timeline.reduce((a, point) => Math.min(a, point.second), Number.MAX_SAFE_INTEGER);
  const end = start + spanOf(analysis.timeline) + 1;
  const frame = { width: size.width, marginLeft: 52, marginRight: 34 };
  const x: Plot.ScaleOptions = { domain: [0, end - start], label: null, axis: null };
  const points = thinned(analysis.timeline, every, start);
  const stages = spans(points, every);
  const edges = spans(
    points.filter((point) => point.phase !== 'steady'),
    every,
  );
  const values = points.flatMap((point) => [point.p50, point.p95, point.p99].filter(positive));
  const domain: [number, number] = [lowest(values) / 1.4, highest(values) * 1.4];
  const names = stageNames(analysis);
  const height = size.kind === 'wide' ? 300 : 260;
  const below = withErrors ? 8 : 36;
  const room = size.kind === 'wide' ? 7 : 6.4;
  const upper = draw(size.width, height, {
    ...frame,
    marginTop: 34,
    marginBottom: below,
    x,
    y: { type: 'log', domain, label: null },
    marks: [
      Plot.rect(edges, { x1: 'from', x2: 'to', fill: colours.muted, fillOpacity: 0.12 }),
      Plot.gridY(logTicks(...domain, 9)),
      Plot.axisY(logTicks(...domain, 9), { tickSize: 0, text: tick, label: null }),
      ...(withErrors ? [] : timeAxis(size)),
      Plot.ruleX(stages.slice(1), { x: 'from', stroke: colours.muted, strokeDasharray: '2,3' }),
      Plot.text(stages, {
        x: (each: Span) => (each.from + each.to) / 2,
        text: (each: Span) =>
          shortened(
            plain(names.of(each.stage)),
            Math.floor((((each.to - each.from) / (end - start)) * (size.width - 86)) / room),
          ),
        frameAnchor: 'top',
        dy: -16,
        fontWeight: 600,
      }),
      ...series('p99', colours.p99, '2,2', points),
      ...series('p95', colours.p95, '6,3', points),
      ...series('p50', colours.p50, '', points),
      ...endLabels(points.at(-1), domain, height - 34 - below),
      Plot.text(['ms (log scale)'], {
        text: (text: string) => text,
        frameAnchor: 'top-left',
        dx: -52,
        dy: -32,
        fill: colours.muted,
      }),
    ],
  });
  if (!withErrors) return upper;
  const worst = highest(points.map((point) => point.failed));
  const lower = draw(size.width, 104, {
    ...frame,
    marginTop: 22,
    marginBottom: 36,
    x,
    y: { domain: [0, worst], label: null },
    marks: [
      Plot.rect(edges, { x1: 'from', x2: 'to', fill: colours.muted, fillOpacity: 0.12 }),
      Plot.axisY([0, worst], { tickSize: 0, text: tick, label: null }),
      ...timeAxis(size),
      Plot.rect(
        points.filter((point) => point.failed > 0),
        {
          x1: 'second',
          x2: (point: TimelinePoint) => point.second + every,
          y1: 0,
          y2: 'failed',
          fill: colours.bad,
        },
      ),
      Plot.ruleY([0], { stroke: colours.muted }),
      Plot.text(['failed per second'], {
        text: (text: string) => text,
        frameAnchor: 'top-left',
        dx: -52,
        dy: -18,
        fill: colours.muted,
      }),
    ],
  });
  return compose('column', 0, [upper, lower]);
}

/** The series' names at their right ends, pushed apart where they would cover each other. */
function endLabels(
  end: TimelinePoint | undefined,
  domain: readonly [number, number],
  height: number,
): readonly Plot.Markish[] {
  if (end === undefined) return [];
  const reach = Math.log(domain[1] / domain[0]);
  let lowest = Number.NEGATIVE_INFINITY;
  return (['p99', 'p95', 'p50'] as const).flatMap((statistic) => {
    const value = end[statistic];
    if (!positive(value)) return [];
    const own = (Math.log(domain[1] / value) / reach) * height;
    const at = Math.max(own, lowest + 14);
    lowest = at;
    return [
      Plot.text([end], {
        x: 'second',
        y: statistic,
        text: () => statistic,
        textAnchor: 'start',
        dx: 8,
        dy: at - own,
        fontWeight: 600,
        fill: colours[statistic],
      }),
    ];
  });
}

function timeAxis(size: Size): readonly Plot.Markish[] {
  return [
    Plot.axisX({
      ticks: size.kind === 'wide' ? 8 : 4,
      tickSize: 4,
      tickFormat: (value: number) => `${number(value)} s`,
      label: null,
    }),
  ];
}

/** A line each stage: nothing is drawn across the pause between two stages. */
function series(
  statistic: 'p50' | 'p95' | 'p99',
  stroke: string,
  dash: string,
  points: readonly TimelinePoint[],
): readonly Plot.Markish[] {
  return [
    Plot.line(points, {
      x: 'second',
      y: (point: TimelinePoint) => (positive(point[statistic]) ? point[statistic] : Number.NaN),
      z: 'stage',
      stroke,
      strokeWidth: 1.6,
      strokeDasharray: dash,
    }),
  ];
}

/** At most one point each `every` seconds, from zero: the highest of each figure. */
function thinned(points: readonly TimelinePoint[], every: number, start: number): readonly TimelinePoint[] {
  const kept = new Map<string, TimelinePoint>();
  for (const point of points) {
    const second = Math.floor((point.second - start) / every) * every;
    const key = `${second} ${point.stage} ${point.phase}`;
    const before = kept.get(key);
    const worst = (a: number | null, b: number | null): number | null =>
      a === null ? b : b === null ? a : Math.max(a, b);
    kept.set(key, {
      ...point,
      second,
      failed: Math.max(point.failed, before?.failed ?? 0),
      p50: worst(point.p50, before?.p50 ?? null),
      p95: worst(point.p95, before?.p95 ?? null),
      p99: worst(point.p99, before?.p99 ?? null),
    });
  }
  return [...kept.values()].sort((a, b) => a.second - b.second || a.stage - b.stage);
}

/** Runs of seconds that follow each other in one stage. */
function spans(points: readonly TimelinePoint[], every: number): readonly Span[] {
  const found: { from: number; to: number; stage: number }[] = [];
  for (const point of points) {
    const last = found.at(-1);
    if (last !== undefined && last.stage === point.stage && point.second <= last.to + 1e-9)
      last.to = Math.max(last.to, point.second + every);
    else found.push({ from: point.second, to: point.second + every, stage: point.stage });
  }
  return found;
}

function highest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function lowest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.MAX_VALUE);
}
