import * as Plot from '@observablehq/plot';
import type { Analysis } from '../../analyse/analysis.ts';
import { figure, ms, rate } from '../format.ts';
import { compose, draw, logTicks, spacedTicks, tick } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';
import { type Band, bandOf, type Point, pointsOf } from './load-points.ts';

const name = 'load-curve';
const title = 'Throughput and response time against load';

/** Throughput and response time of each stage, the fitted models, and the knee's interval as a band. */
export function loadCurve(analysis: Analysis): Chart {
  const points = pointsOf(analysis);
  if (points.length < 2)
    return {
      kind: 'omitted',
      name,
      title,
      because: 'it needs at least two stages whose load is known.',
    };
  const knee = bandOf(analysis);
  const chosen = analysis.capacity.models.find((model) => model.chosen);
  const unit = points.every((point) => point.users) ? 'concurrent users' : 'asked requests per second';
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      'Dots are the steady part of each stage, hollow where the measurement is not valid; the upright lines are 95 % intervals.',
      chosen === undefined ? '' : `The line without dots is the fitted model ${chosen.formula}.`,
      analysis.capacity.models.some((model) => !model.chosen)
        ? 'Dotted: a fit on which nothing rests; the table of models says why.'
        : '',
      knee === null ? '' : `The shaded band is the interval of the knee: ${knee.text}.`,
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: points
      .map(
        (each) =>
          `At ${figure(each.x)} ${unit}: ${rate(each.rate)}, p50 ${ms(each.p50)}, p95 ${ms(each.p95)}.`,
      )
      .join(' '),
    wide: panels(analysis, points, knee, unit, wide),
    narrow: panels(analysis, points, knee, unit, narrow),
  };
}

function panels(
  analysis: Analysis,
  points: readonly Point[],
  knee: Band | null,
  unit: string,
  size: Size,
): Drawing {
  const first = points[0]?.x ?? 1;
  const last = points.at(-1)?.x ?? 1;
  const log = last / first >= 4;
  const domain: [number, number] = log ? [first / 1.25, last * 1.25] : [0, last * 1.08];
  const width = size.kind === 'wide' ? (size.width - 24) / 2 : size.width;
  const frame = { marginLeft: 52, marginRight: 44, marginTop: 40, marginBottom: 40 };
  const place = (x: number): number => {
    const [from, to] = log ? domain.map(Math.log) : domain;
    return (((log ? Math.log(x) : x) - (from ?? 0)) / ((to ?? 1) - (from ?? 0))) * (width - 96);
  };
  const ticks = spacedTicks([...new Set(points.map((point) => point.x))], place, 30);
  const x: Plot.ScaleOptions = { type: log ? 'log' : 'linear', domain, label: null };
  const shared = {
    band:
      knee === null
        ? []
        : [
            Plot.rect([knee], {
              x1: () => Math.max(knee.low, domain[0]),
              x2: () => Math.min(knee.high ?? domain[1], domain[1]),
              fill: colours.band,
              fillOpacity: 0.13,
            }),
          ],
    axis: [
      Plot.axisX(ticks, { text: figure, tickSize: 4, label: null }),
      Plot.text([unit], {
        text: (text: string) => text,
        frameAnchor: 'bottom',
        dy: 34,
        fill: colours.muted,
      }),
    ],
  };
  const parts = [
    throughput(analysis, points, { ...frame, width, x, shared, domain }),
    responseTime(analysis, points, { ...frame, width, x, shared, domain }),
  ];
  return compose(size.kind === 'wide' ? 'row' : 'column', size.kind === 'wide' ? 24 : 8, parts);
}

type Panel = {
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly marginTop: number;
  readonly marginBottom: number;
  readonly width: number;
  readonly x: Plot.ScaleOptions;
  readonly domain: readonly [number, number];
  readonly shared: { readonly band: Plot.Markish[]; readonly axis: Plot.Markish[] };
};

const panelHeight = 280;

function throughput(analysis: Analysis, points: readonly Point[], panel: Panel): Drawing {
  const known = points.filter((point) => point.rate !== null);
  const inside = (model: Analysis['capacity']['models'][number]) =>
    model.curve.filter((point) => point.users >= panel.domain[0] && point.users <= panel.domain[1]);
  const models = points.every((point) => point.users) ? analysis.capacity.models : [];
  const top = Math.max(...known.map((point) => point.high ?? point.rate ?? 0), 0) * 1.12 || 1;
  const { shared, domain: _domain, ...frame } = panel;
  return draw(panel.width, panelHeight, {
    ...frame,
    y: { domain: [0, top], label: null, clamp: true },
    marks: [
      ...shared.band,
      Plot.gridY({ ticks: 4 }),
      Plot.axisY({ ticks: 4, tickSize: 0, text: tick, label: null }),
      ...shared.axis,
      heading(
        `Throughput, ${analysis.stages.some((stage) => stage.failed > 0) ? 'successful ' : ''}requests per second`,
      ),
      ...models.map((model) =>
        Plot.line(inside(model), {
          x: 'users',
          y: 'rate',
          stroke: model.chosen ? colours.p50 : colours.muted,
          strokeWidth: model.chosen ? 2 : 1,
          strokeDasharray: model.chosen ? '' : '2,4',
        }),
      ),
      ...(models.some((model) => model.chosen)
        ? []
        : [Plot.line(known, { x: 'x', y: 'rate', stroke: colours.p50, strokeWidth: 2 })]),
      Plot.ruleX(
        known.filter((point) => point.low !== null && point.high !== null),
        { x: 'x', y1: 'low', y2: 'high', stroke: colours.p50, strokeWidth: 2 },
      ),
      dots(known, 'rate', colours.p50),
    ],
  });
}

function responseTime(analysis: Analysis, points: readonly Point[], panel: Panel): Drawing {
  const values = points.flatMap((point) =>
    [point.p50, point.p95].filter((each) => each !== null && each > 0),
  );
  const low = Math.min(...values.map(Number));
  const high = Math.max(...values.map(Number));
  const { shared, domain: within, ...frame } = panel;
  if (values.length === 0)
    return draw(panel.width, panelHeight, {
      ...frame,
      marks: [
        Plot.text(['no response times recorded'], { text: (text: string) => text, frameAnchor: 'middle' }),
      ],
    });
  const domain = [low / 1.5, high * 1.6] as const;
  const curve = (analysis.capacity.models.find((model) => model.chosen)?.curve ?? []).filter(
    (point) =>
      points.every((each) => each.users) &&
      point.users >= within[0] &&
      point.users <= within[1] &&
      point.responseTime !== null &&
      point.responseTime >= domain[0] &&
      point.responseTime <= domain[1],
  );
  const apart = labelShift(points.at(-1), domain, panelHeight - frame.marginTop - frame.marginBottom);
  return draw(panel.width, panelHeight, {
    ...frame,
    y: { type: 'log', domain, label: null },
    marks: [
      ...shared.band,
      Plot.gridY(logTicks(...domain, 7)),
      Plot.axisY(logTicks(...domain, 7), { tickSize: 0, text: tick, label: null }),
      ...shared.axis,
      heading('Response time, ms (log scale)'),
      Plot.line(curve, { x: 'users', y: 'responseTime', stroke: colours.muted, strokeDasharray: '2,4' }),
      ...(
        [
          ['p50', colours.p50, ''],
          ['p95', colours.p95, '6,3'],
        ] as const
      ).flatMap(([statistic, colour, dash]) => {
        const known = points.filter((point) => point[statistic] !== null);
        return [
          Plot.line(known, { x: 'x', y: statistic, stroke: colour, strokeWidth: 2, strokeDasharray: dash }),
          dots(known, statistic, colour),
          Plot.text(known.slice(-1), {
            x: 'x',
            y: statistic,
            text: () => statistic,
            textAnchor: 'start',
            dx: 10,
            dy: statistic === 'p95' ? -apart : apart,
            fill: colour,
            fontWeight: 600,
          }),
        ];
      }),
    ],
  });
}

/** Pixels by which the names of the two lines give way to each other. */
function labelShift(last: Point | undefined, [low, high]: readonly [number, number], height: number): number {
  if (last?.p50 == null || last.p95 === null) return 0;
  const apart = (Math.log(last.p95 / last.p50) / Math.log(high / low)) * height;
  return Math.max(0, (14 - apart) / 2);
}

function heading(text: string): Plot.Markish {
  return Plot.text([text], {
    text: (each: string) => each,
    frameAnchor: 'top-left',
    dx: -52,
    dy: -32,
    fontWeight: 600,
    fontSize: 13,
  });
}

function dots(points: readonly Point[], y: 'rate' | 'p50' | 'p95', colour: string): Plot.Markish {
  return Plot.dot(points, {
    x: 'x',
    y,
    r: 4.5,
    stroke: colour,
    strokeWidth: 2,
    fill: (point: Point) => (point.valid ? colour : colours.ground),
  });
}
