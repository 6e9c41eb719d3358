import * as Plot from '@observablehq/plot';
import type { Analysis, DistributionStage } from '../../analyse/analysis.ts';
import { ms, plural } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { stageNames } from '../stage-names.ts';
import { draw, logTicks, tick } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'distribution';
const title = 'Distribution of the response time by endpoint';
const most = 24;

type Stage = DistributionStage;
type Row = { readonly index: number; readonly label: string };
type Box = { readonly row: number; readonly from: number; readonly to: number; readonly height: number };

/** A histogram for each endpoint on one log scale: the first and the last stage laid over each other. */
export function distribution(analysis: Analysis): Chart {
  const stages = analysis.distribution.stages.filter((stage) => stage.buckets.length > 0);
  const last = stages.at(-1);
  const first = stages[0];
  if (last === undefined || first === undefined)
    return { kind: 'omitted', name, title, because: 'the run holds no histograms of single endpoints.' };
  const present = new Set([...first.buckets, ...last.buckets].map((bucket) => bucket.endpoint));
  const all = analysis.endpoints
    .map((endpoint, index) => ({ index, label: plain(endpoint.name), rank: endpoint.rank }))
    .filter((row) => present.has(row.index))
    .sort((a, b) => a.rank - b.rank);
  if (all.length === 0)
    return { kind: 'omitted', name, title, because: 'its histograms name no endpoint of this run.' };
  const rows = all.slice(0, most);
  const names = stageNames(analysis);
  const labels = first === last ? [names.of(last.stage)] : [names.of(first.stage), names.of(last.stage)];
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      'The height is the share of an endpoint’s requests that took so long; the ticks are the medians.',
      all.length > most
        ? `The ${plural(most, 'endpoint')} that slowed down most; ${all.length - most} more are left out.`
        : '',
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: rows
      .map(({ index, label }) => {
        const endpoint = analysis.endpoints[index];
        const p50 = (stage: Stage) =>
          endpoint?.stages.find((each) => each.stage === stage.stage)?.responseTime?.p50;
        return `${label}: median ${ms(p50(first))} at ${names.of(first.stage)}, ${ms(p50(last))} at ${names.of(last.stage)}.`;
      })
      .join(' '),
    wide: drawing(analysis, first, last, rows, labels, wide),
    narrow: drawing(analysis, first, last, rows, labels, narrow),
  };
}

function drawing(
  analysis: Analysis,
  first: Stage,
  last: Stage,
  rows: readonly Row[],
  labels: readonly string[],
  size: Size,
): Drawing {
  const isWide = size.kind === 'wide';
  const buckets = [...first.buckets, ...last.buckets];
  const floor =
    buckets.reduce((low, each) => (each.to > 0 ? Math.min(low, each.to) : low), Number.MAX_VALUE) / 2;
  const low = buckets.reduce((at, each) => Math.min(at, Math.max(each.from, floor)), Number.MAX_VALUE);
  const high = buckets.reduce((at, each) => Math.max(at, each.to), low * 10);
  const rowHeight = isWide ? 46 : 56;
  const ticks = logTicks(low, high, isWide ? 12 : 6);
  const medians = (stage: Stage) =>
    rows.flatMap(({ index }, row) => {
      const p50 = analysis.endpoints[index]?.stages.find((each) => each.stage === stage.stage)?.responseTime
        ?.p50;
      return p50 === undefined || p50 <= 0 ? [] : [{ row, p50 }];
    });
  const layers =
    first === last
      ? ([[last, colours.last]] as const)
      : ([
          [first, colours.first],
          [last, colours.last],
        ] as const);
  const top = 40;
  return draw(size.width, rows.length * rowHeight + top + 40, {
    marginLeft: isWide ? 210 : 8,
    marginRight: 12,
    marginTop: top,
    marginBottom: 40,
    x: { type: 'log', domain: [low, high], label: null },
    y: { domain: [rows.length, 0], label: null, axis: null },
    marks: [
      Plot.gridX(ticks),
      Plot.axisX(ticks, { text: tick, tickSize: 4, label: null }),
      Plot.text(['response time, ms (log scale)'], {
        text: (text: string) => text,
        frameAnchor: 'bottom',
        dy: 34,
        fill: colours.muted,
      }),
      ...layers.map(([stage, colour]) =>
        Plot.rect(boxes(stage, rows, floor, isWide ? 0.85 : 0.62), {
          x1: 'from',
          x2: 'to',
          y1: (box: Box) => box.row + 1,
          y2: (box: Box) => box.row + 1 - box.height,
          fill: colour,
          fillOpacity: 0.58,
          inset: 0.25,
        }),
      ),
      Plot.ruleY(
        rows.map((_, row) => row + 1),
        { stroke: colours.muted, strokeOpacity: 0.5 },
      ),
      ...layers.map(([stage, colour]) =>
        Plot.ruleX(medians(stage), {
          x: 'p50',
          y1: (each: { row: number }) => each.row + 1,
          y2: (each: { row: number }) => each.row + (isWide ? 0.15 : 0.38),
          stroke: colour,
          strokeWidth: 2,
        }),
      ),
      Plot.text(rows, {
        y: (_: Row, row: number) => (isWide ? row + 0.62 : row + 0.2),
        text: (row: Row) => shortened(row.label, isWide ? 31 : 46),
        frameAnchor: 'left',
        dx: isWide ? -204 : 0,
        textAnchor: 'start',
      }),
      ...layers.map(([, colour], at) =>
        Plot.text([labels[at] ?? ''], {
          text: (text: string) => `■ ${text}`,
          frameAnchor: 'top-left',
          dx: (isWide ? 0 : 2) + at * 110,
          dy: -28,
          fill: colour,
          fontWeight: 600,
        }),
      ),
    ],
  });
}

/** Density on the log scale, each endpoint's highest box at `tall`. */
function boxes(stage: Stage, rows: readonly Row[], floor: number, tall: number): readonly Box[] {
  return rows.flatMap(({ index }, row) => {
    const own = stage.buckets
      .filter((bucket) => bucket.endpoint === index && bucket.to > Math.max(bucket.from, floor))
      .map((bucket) => {
        const from = Math.max(bucket.from, floor);
        return { from, to: bucket.to, density: bucket.count / Math.log(bucket.to / from) };
      });
    const highest = own.reduce((top, each) => Math.max(top, each.density), 0);
    return own.map(({ from, to, density }) => ({ row, from, to, height: (density / highest) * tall }));
  });
}
