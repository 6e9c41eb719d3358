import * as Plot from '@observablehq/plot';
import type { Analysis, EndpointAnalysis } from '../../analyse/analysis.ts';
import { change, plural, withInterval } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { statusWord } from '../tones.ts';
import { draw } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'degradation';
const title = 'Change of the response time by endpoint';
const most = 30;

type Row = {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly status: EndpointAnalysis['status'];
  readonly text: string;
};

/** How much each endpoint slowed down, with its interval. */
export function degradationChart(analysis: Analysis): Chart {
  const ranked = analysis.endpoints
    .filter((endpoint) => endpoint.degradation !== null)
    .sort((a, b) => a.rank - b.rank);
  if (ranked.length === 0)
    return {
      kind: 'omitted',
      name,
      title,
      because: 'no endpoint was measured at two stages that can be compared.',
    };
  const rows = ranked.slice(0, most).map(rowOf);
  const intervals = rows.some((row) => row.low < row.high);
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      `The bar is the change${basis(ranked)}${intervals ? ', the thin line its 95 % interval' : ''}.`,
      'A cross marks critical endpoints, a triangle a warning, a circle those that are well.',
      ranked.length > most
        ? `${plural(ranked.length - most, 'endpoint')} that slowed down less are left out.`
        : '',
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: rows.map((row) => `${row.label}: ${row.text}, ${statusWord(row.status)}.`).join(' '),
    wide: drawing(rows, wide),
    narrow: drawing(rows, narrow),
  };
}

function rowOf(endpoint: EndpointAnalysis): Row {
  const found = endpoint.degradation?.change ?? { value: 0, low: null, high: null };
  return {
    label: plain(endpoint.name),
    value: found.value,
    low: found.low ?? found.value,
    high: found.high ?? found.value,
    status: endpoint.status,
    text: withInterval(found, change),
  };
}

/** ` of the average from 10 to 100 users`, where all endpoints have the same basis. */
function basis(endpoints: readonly EndpointAnalysis[]): string {
  const texts = new Set(
    endpoints.map(({ degradation: found }) =>
      found === null || found.fromUsers === null || found.toUsers === null
        ? ''
        : ` of the ${found.statistic} from ${found.fromUsers} to ${found.toUsers} users`,
    ),
  );
  return texts.size === 1 ? ([...texts][0] ?? '') : '';
}

function drawing(rows: readonly Row[], size: Size): Drawing {
  const isWide = size.kind === 'wide';
  const rowHeight = isWide ? 30 : 44;
  const low = Math.min(0, ...rows.map((row) => Math.min(row.low, row.value)));
  const high = Math.max(0, ...rows.map((row) => Math.max(row.high, row.value)));
  const reach = high - low || 1;
  const y = (_: Row, at: number): number => at + (isWide ? 0.5 : 0.72);
  const half = isWide ? 0.28 : 0.18;
  const colour = (row: Row): string =>
    row.status === 'critical' ? colours.bad : row.status === 'warning' ? colours.warning : colours.good;
  return draw(size.width, rows.length * rowHeight + 42, {
    marginLeft: isWide ? 210 : 8,
    marginRight: isWide ? 84 : 66,
    marginTop: 6,
    marginBottom: 36,
    x: { domain: [low - (low < 0 ? reach * 0.05 : 0), high + reach * 0.02], label: null },
    y: { domain: [rows.length, 0], label: null, axis: null },
    marks: [
      Plot.gridX({ ticks: isWide ? 6 : 4 }),
      Plot.axisX({ ticks: isWide ? 6 : 4, tickFormat: change, tickSize: 4, label: null }),
      Plot.rect(rows, {
        x1: 0,
        x2: 'value',
        y1: (_: Row, at: number) => y(_, at) - half,
        y2: (_: Row, at: number) => y(_, at) + half,
        fill: colour,
        fillOpacity: 0.75,
      }),
      Plot.ruleY(rows, { y, x1: 'low', x2: 'high', strokeWidth: 1.5 }),
      Plot.dot(rows, {
        x: 'value',
        y,
        r: 5,
        symbol: (row: Row) =>
          row.status === 'critical' ? 'times' : row.status === 'warning' ? 'triangle' : 'circle',
        stroke: 'currentColor',
        strokeWidth: 2,
        fill: colours.ground,
      }),
      Plot.ruleX([0], { stroke: colours.muted }),
      Plot.text(rows, {
        y: isWide ? y : (_: Row, at: number) => at + 0.26,
        text: (row: Row) => shortened(row.label, isWide ? 31 : 46),
        frameAnchor: 'left',
        dx: isWide ? -204 : 0,
        textAnchor: 'start',
      }),
      Plot.text(rows, {
        y,
        text: (row: Row) => change(row.value),
        frameAnchor: 'right',
        textAnchor: 'end',
        dx: isWide ? 78 : 64,
        fontWeight: 600,
        fontVariant: 'tabular-nums',
      }),
    ],
  });
}
