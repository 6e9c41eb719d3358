import * as Plot from '@observablehq/plot';
import type { Analysis } from '../../analyse/analysis.ts';
import { isLowerBound } from '../document/breaking-point.ts';
import { bindingWords } from '../document/search.ts';
import { figure, percent, range, rate } from '../format.ts';
import { plain } from '../plain.ts';
import { draw, spacedTicks } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'rate-search';
const title = 'The search for the highest rate within the SLA';

type Trial = {
  readonly rate: number;
  readonly over: number;
  readonly isHold: boolean;
  readonly isValid: boolean;
};
/** `high` null: open upwards. */
type Band = { readonly low: number; readonly high: number | null };

/** Share of the requests over the limit at each rate that was tried, the fitted curve, and the interval of the answer. */
export function rateSearchChart(analysis: Analysis): Chart {
  const { search } = analysis.capacity;
  const trials = (search?.trials ?? []).flatMap((each): Trial[] =>
    each.askedRate === null || each.askedRate <= 0 || each.over === null || each.purpose === 'ladder'
      ? []
      : [
          {
            rate: each.askedRate,
            over: each.over,
            isHold: each.purpose === 'hold',
            isValid: each.validity === 'valid',
          },
        ],
  );
  if (search === undefined || trials.length === 0)
    return {
      kind: 'omitted',
      name,
      title,
      because: 'no rate was tried of which a share over the limit could be told.',
    };
  const band = bandOf(analysis);
  const { binding } = search;
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      `Each dot is a trial: requests that come by themselves at that rate, and the share of them over the limit${binding === null ? '' : ` of ${bindingWords(binding)}`}.`,
      'Hollow: not a valid measurement. Square: the hold at the recommended limit.',
      search.curve.length === 0
        ? ''
        : 'The line is the fitted curve (logistic, in the logarithm of the rate).',
      binding?.allowed == null ? '' : `Dashed: ${percent(binding.allowed)}, the share that may be over it.`,
      band === null ? '' : `Shaded: the interval of the answer, ${range(band.low, band.high, rate)}.`,
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: plain(
      trials
        .map(
          (each) =>
            `${each.isHold ? 'Hold at' : 'At'} ${rate(each.rate)}: ${percent(each.over)} over the limit.`,
        )
        .join(' '),
    ),
    wide: drawing(search, trials, band, wide),
    narrow: drawing(search, trials, band, narrow),
  };
}

function bandOf({ capacity: { sla } }: Analysis): Band | null {
  if (sla.state !== 'estimated') return null;
  const found = sla.unit === 'requests/s' ? { low: sla.low, high: sla.high } : sla.rate;
  return found === null || found.low === null || (found.high === null && !isLowerBound(sla))
    ? null
    : { low: found.low, high: found.high };
}

const shares = [0, 0.01, 0.05, 0.2, 0.5, 1];

function drawing(
  search: NonNullable<Analysis['capacity']['search']>,
  trials: readonly Trial[],
  band: Band | null,
  size: Size,
): Drawing {
  const isWide = size.kind === 'wide';
  const [first, last] = [Math.min(...trials.map((t) => t.rate)), Math.max(...trials.map((t) => t.rate))];
  const room = Math.max(last - first, last * 0.1) * 0.08;
  const domain: [number, number] = [Math.max(0, first - room), last + room];
  const allowed = search.binding?.allowed ?? null;
  const most = Math.max(...trials.map((t) => t.over), 3 * (allowed ?? 0.01));
  const top = Math.min(1, most * 1.15);
  const marginLeft = 50;
  const place = (x: number): number =>
    ((x - domain[0]) / (domain[1] - domain[0])) * (size.width - marginLeft - 20);
  const ticks = spacedTicks(
    [...new Set(trials.map((t) => t.rate))].sort((a, b) => a - b),
    place,
    44,
  );
  const curve = search.curve.filter((each) => each.rate >= domain[0] && each.rate <= domain[1]);
  const shown = shares.filter((each) => each <= top);
  return draw(size.width, isWide ? 300 : 280, {
    marginLeft,
    marginRight: 20,
    marginTop: 40,
    marginBottom: 40,
    x: { domain, label: null },
    y: { type: 'sqrt', domain: [0, top], label: null, clamp: true },
    marks: [
      ...(band === null
        ? []
        : [
            Plot.rect([band], {
              x1: Math.max(band.low, domain[0]),
              x2: Math.min(band.high ?? domain[1], domain[1]),
              fill: colours.band,
              fillOpacity: 0.15,
            }),
          ]),
      Plot.gridY(shown),
      Plot.axisY(shown, { tickSize: 0, text: percent, label: null }),
      Plot.axisX(ticks, { text: figure, tickSize: 4, label: null }),
      ...(allowed === null ? [] : [Plot.ruleY([allowed], { stroke: colours.bad, strokeDasharray: '5,4' })]),
      Plot.line(curve, { x: 'rate', y: 'over', stroke: colours.muted, strokeWidth: 1.5 }),
      Plot.dot(trials, {
        x: 'rate',
        y: 'over',
        r: 5,
        symbol: (each: Trial) => (each.isHold ? 'square' : 'circle'),
        stroke: colours.p50,
        strokeWidth: 2,
        fill: (each: Trial) => (each.isValid ? colours.p50 : colours.ground),
      }),
      Plot.text(['Share over the limit'], {
        text: (each: string) => each,
        frameAnchor: 'top-left',
        dx: -marginLeft,
        dy: -32,
        fontWeight: 600,
        fontSize: 13,
      }),
      Plot.text(['asked requests per second'], {
        text: (each: string) => each,
        frameAnchor: 'bottom',
        dy: 34,
        fill: colours.muted,
      }),
    ],
  });
}
