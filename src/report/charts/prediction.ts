import * as Plot from '@observablehq/plot';
import type { CurvePoint, Prediction } from '../../analyse/what-if/prediction.ts';
import { figure, ms, rate } from '../format.ts';
import { endsInWords } from '../prediction/words.ts';
import { compose, draw, logTicks, spacedTicks, tick } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'load-curve';
const title = 'Measured and predicted, against load';

/** Throughput and response time as measured, and the predicted interval as a band. */
export function predictionChart({ curve }: Prediction): Chart {
  const points = curve.filter((p) => p.rate.high !== null && p.responseTime.high !== null);
  if (points.length < 2)
    return {
      kind: 'omitted',
      name,
      title,
      because: 'it needs at least two loads with a bounded prediction.',
    };
  return {
    kind: 'drawn',
    name,
    title,
    caption: `Dots are what was measured. The band is the predicted interval${points.some((p) => p.rate.expected !== null) ? '; the dashed line is what mean value analysis expects if nothing else limits' : ''}.`,
    description: points
      .map(
        (p) =>
          `At ${figure(p.users)} users: ${p.measured === null ? 'not measured' : `${rate(p.measured.rate.value)}, ${ms(p.measured.responseTime)}`}; predicted ${endsInWords(p.rate, figure, 'requests/s')}, ${endsInWords(p.responseTime, figure, 'ms')}.`,
      )
      .join(' '),
    wide: panels(points, wide),
    narrow: panels(points, narrow),
  };
}

type Row = {
  readonly users: number;
  readonly low: number;
  readonly high: number;
  readonly measured: number | null;
  readonly expected: number | null;
};

function panels(points: readonly CurvePoint[], size: Size): Drawing {
  const width = size.kind === 'wide' ? (size.width - 24) / 2 : size.width;
  const rates = points.map(
    (p): Row => ({
      users: p.users,
      low: p.rate.low,
      high: p.rate.high ?? p.rate.low,
      measured: p.measured?.rate.value ?? null,
      expected: p.rate.expected,
    }),
  );
  const responses = points.map(
    (p): Row => ({
      users: p.users,
      low: Math.max(0.01, p.responseTime.low),
      high: Math.max(0.01, p.responseTime.high ?? p.responseTime.low),
      measured: p.measured?.responseTime ?? null,
      expected: p.responseTime.expected,
    }),
  );
  const parts = [
    panel(rates, 'Throughput, requests per second', width, false),
    panel(responses, 'Average response time, ms (log scale)', width, true),
  ];
  return compose(size.kind === 'wide' ? 'row' : 'column', size.kind === 'wide' ? 24 : 8, parts);
}

function panel(rows: readonly Row[], heading: string, width: number, isLog: boolean): Drawing {
  const first = rows[0]?.users ?? 1;
  const last = rows.at(-1)?.users ?? 1;
  const log = last / first >= 4;
  const x: [number, number] = log ? [first / 1.25, last * 1.25] : [0, last * 1.08];
  const place = (users: number): number => {
    const [from = 0, to = 1] = log ? x.map(Math.log) : x;
    return (((log ? Math.log(users) : users) - from) / (to - from)) * (width - 96);
  };
  const values = rows.flatMap((r) => [r.low, r.high, ...(r.measured === null ? [] : [r.measured])]);
  const y: [number, number] = isLog
    ? [Math.min(...values) / 1.5, Math.max(...values) * 1.6]
    : [0, Math.max(...values) * 1.12 || 1];
  const ticks = isLog ? logTicks(...y, 7) : null;
  const expected = rows.filter((r) => r.expected !== null);
  return draw(width, 280, {
    marginLeft: 52,
    marginRight: 44,
    marginTop: 40,
    marginBottom: 40,
    x: { type: log ? 'log' : 'linear', domain: x, label: null },
    y: { type: isLog ? 'log' : 'linear', domain: y, label: null, clamp: true },
    marks: [
      ticks === null ? Plot.gridY({ ticks: 4 }) : Plot.gridY(ticks),
      ticks === null
        ? Plot.axisY({ ticks: 4, tickSize: 0, text: tick, label: null })
        : Plot.axisY(ticks, { tickSize: 0, text: tick, label: null }),
      Plot.axisX(
        spacedTicks(
          rows.map((r) => r.users),
          place,
          30,
        ),
        { text: figure, tickSize: 4, label: null },
      ),
      Plot.text(['concurrent users'], {
        text: (text: string) => text,
        frameAnchor: 'bottom',
        dy: 34,
        fill: colours.muted,
      }),
      Plot.text([heading], {
        text: (text: string) => text,
        frameAnchor: 'top-left',
        dx: -52,
        dy: -32,
        fontWeight: 600,
        fontSize: 13,
      }),
      Plot.areaY(rows, { x: 'users', y1: 'low', y2: 'high', fill: colours.band, fillOpacity: 0.16 }),
      Plot.line(rows, { x: 'users', y: 'low', stroke: colours.band, strokeOpacity: 0.5 }),
      Plot.line(rows, { x: 'users', y: 'high', stroke: colours.band, strokeOpacity: 0.5 }),
      Plot.line(expected, { x: 'users', y: 'expected', stroke: colours.muted, strokeDasharray: '6,3' }),
      Plot.dot(
        rows.filter((r) => r.measured !== null),
        { x: 'users', y: 'measured', r: 4.5, stroke: colours.last, strokeWidth: 2, fill: colours.last },
      ),
    ],
  });
}
