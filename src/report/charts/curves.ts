import * as Plot from '@observablehq/plot';
import { figure } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { compose, draw, spacedTicks, tick } from './canvas.ts';
import { colours, type Drawing, type Size } from './chart.ts';

/** A small diagram: measured points with their intervals over what was varied. */
export type Curve = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Rising in x. */
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number | null;
    readonly high: number | null;
  }[];
  /** A model's line; empty: the points are joined. */
  readonly line: readonly { readonly x: number; readonly y: number }[];
  /** Interval of a plateau. */
  readonly band: { readonly low: number; readonly high: number } | null;
  /** An upright stroke. */
  readonly mark: number | null;
};

/** Three beside each other on a wide page, one beneath the other on a phone. */
export function curves(all: readonly Curve[], size: Size): Drawing {
  const columns = size.kind === 'wide' ? Math.min(3, all.length) : 1;
  const gap = 18;
  const width = Math.min(400, (size.width - gap * (columns - 1)) / columns);
  const rows = Array.from({ length: Math.ceil(all.length / columns) }, (_, at) =>
    compose(
      'row',
      gap,
      all.slice(at * columns, (at + 1) * columns).map((each) => drawing(each, width)),
    ),
  );
  return { ...compose('column', 14, rows), width: size.width };
}

const frame = { marginLeft: 46, marginRight: 12, marginTop: 44, marginBottom: 38 };
const height = 210;

function drawing(curve: Curve, width: number): Drawing {
  const { points, line, band, mark } = curve;
  const xs = points.map(({ x }) => x);
  const last = Math.max(...xs) * 1.06 || 1;
  const place = (x: number): number => (x / last) * (width - 58);
  const ticks = spacedTicks([...new Set(xs)], place, 26);
  const top =
    Math.max(
      ...points.map(({ y, high }) => Math.max(y, high ?? 0)),
      ...line.map(({ y }) => y),
      band?.high ?? 0,
    ) * 1.1 || 1;
  const joined = line.length > 0 ? line : points;
  return draw(width, height, {
    ...frame,
    x: { domain: [0, last], label: null },
    y: { domain: [0, top], label: null, clamp: true },
    marks: [
      ...(band === null
        ? []
        : [
            Plot.rect([band], {
              x1: 0,
              x2: last,
              y1: 'low',
              y2: 'high',
              fill: colours.band,
              fillOpacity: 0.15,
            }),
          ]),
      Plot.gridY({ ticks: 3 }),
      Plot.axisY({ ticks: 3, tickSize: 0, text: tick, label: null }),
      Plot.axisX(ticks, { text: figure, tickSize: 4, label: null }),
      ...(mark === null || mark > last
        ? []
        : [Plot.ruleX([mark], { stroke: colours.muted, strokeDasharray: '4,3' })]),
      Plot.line(joined, {
        x: 'x',
        y: 'y',
        stroke: line.length > 0 ? colours.muted : colours.p50,
        strokeWidth: line.length > 0 ? 1.5 : 2,
      }),
      Plot.ruleX(
        points.filter(({ low, high }) => low !== null && high !== null),
        { x: 'x', y1: 'low', y2: 'high', stroke: colours.p50, strokeWidth: 2 },
      ),
      Plot.dot(points, { x: 'x', y: 'y', r: 4, fill: colours.p50 }),
      Plot.text([shortened(plain(curve.title), Math.floor(width / 7.4))], {
        text: (each: string) => each,
        frameAnchor: 'top-left',
        dx: -frame.marginLeft,
        dy: -40,
        fontWeight: 600,
        fontSize: 13,
      }),
      Plot.text([shortened(curve.yLabel, Math.floor(width / 6.4))], {
        text: (each: string) => each,
        frameAnchor: 'top-left',
        dx: -frame.marginLeft,
        dy: -22,
        fill: colours.muted,
      }),
      Plot.text([curve.xLabel], {
        text: (each: string) => each,
        frameAnchor: 'bottom',
        dy: 32,
        fill: colours.muted,
      }),
    ],
  });
}
