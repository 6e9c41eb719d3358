import * as Plot from '@observablehq/plot';
import type { Analysis, Evidence } from '../../analyse/analysis.ts';
import { figure, valueAndRange } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { draw } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'evidence';
const title = 'The evidence, value and interval';
const most = 40;

type Row =
  | { readonly kind: 'head'; readonly text: string }
  | {
      readonly kind: 'evidence';
      readonly text: string;
      readonly figures: string;
      /** Places on the row's own scale, 0..1. */
      readonly value: number;
      readonly low: number | null;
      readonly high: number | null;
      readonly zero: number;
      readonly one: number | null;
    };

/** Each piece of evidence on a scale of its own: the metrics differ in their units. */
export function evidenceChart(analysis: Analysis): Chart {
  const { findings, undecided } = analysis.diagnosis;
  const all = [...findings, ...undecided].flatMap((each): readonly Row[] => {
    const rows = each.evidence.filter((one) => Number.isFinite(one.value)).map(rowOf);
    return rows.length === 0 ? [] : [{ kind: 'head', text: plain(each.title) }, ...rows];
  });
  if (all.length === 0)
    return {
      kind: 'omitted',
      name,
      title,
      because: 'no cause was accused, so there is no evidence to draw.',
    };
  const rows = all.slice(0, most);
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      'Each row has its own scale from 0. Dot: the value; line: its interval, where the run holds a basis for one; the dashed stroke is 1.',
      all.length > most ? 'Further rows are left out; the text above holds them.' : '',
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: rows
      .map((row) => (row.kind === 'head' ? `${row.text}.` : `${row.text}: ${row.figures}.`))
      .join(' '),
    wide: drawing(rows, wide),
    narrow: drawing(rows, narrow),
  };
}

function rowOf(evidence: Evidence): Row {
  const { value, low, high } = evidence;
  const from = Math.min(0, value, low ?? value);
  // Without an interval the dot would always lie at the same place: there 1 belongs to the scale.
  const to = Math.max(value, high ?? value, low === null || high === null ? 1 : 0);
  const reach = (to - from) * 1.12 || 1;
  const place = (at: number): number => (at - from) / reach;
  const one = place(1);
  return {
    kind: 'evidence',
    text: plain(evidence.metric),
    figures: valueAndRange({ value, low, high }, figure),
    value: place(value),
    low: low === null ? null : place(low),
    high: high === null ? null : place(high),
    zero: place(0),
    one: one > 0.12 && one < 1 ? one : null,
  };
}

type Placed = { readonly row: Extract<Row, { kind: 'evidence' }>; readonly at: number };

function drawing(rows: readonly Row[], size: Size): Drawing {
  const isWide = size.kind === 'wide';
  const heights = rows.map((row) => (row.kind === 'head' ? 34 : isWide ? 30 : 54));
  const tops = heights.map((_, at) => heights.slice(0, at).reduce((sum, each) => sum + each, 0));
  const total = heights.reduce((sum, each) => sum + each, 0);
  const placed = rows.flatMap((row, at): Placed[] =>
    row.kind === 'evidence' ? [{ row, at: (tops[at] ?? 0) + (isWide ? 15 : 40) }] : [],
  );
  const heads = rows.flatMap((row, at) =>
    row.kind === 'head' ? [{ text: row.text, at: (tops[at] ?? 0) + 20 }] : [],
  );
  const left = isWide ? 320 : 4;
  const y = (each: Placed): number => each.at;
  return draw(size.width, total + 8, {
    marginLeft: left,
    marginRight: isWide ? 190 : 8,
    marginTop: 0,
    marginBottom: 8,
    x: { domain: [0, 1], label: null, axis: null },
    y: { domain: [total, 0], label: null, axis: null },
    marks: [
      Plot.ruleY(placed, { y, x1: 0, x2: 1, stroke: colours.muted, strokeOpacity: 0.3 }),
      Plot.ruleX(placed, {
        x: (each: Placed) => each.row.zero,
        y1: (each: Placed) => each.at - 8,
        y2: (each: Placed) => each.at + 8,
        stroke: colours.muted,
      }),
      Plot.ruleX(
        placed.filter((each) => each.row.one !== null),
        {
          x: (each: Placed) => each.row.one,
          y1: (each: Placed) => each.at - 8,
          y2: (each: Placed) => each.at + 8,
          stroke: colours.muted,
          strokeDasharray: '2,2',
        },
      ),
      Plot.ruleY(
        placed.filter((each) => each.row.low !== null && each.row.high !== null),
        {
          y,
          x1: (each: Placed) => each.row.low,
          x2: (each: Placed) => each.row.high,
          stroke: colours.p50,
          strokeWidth: 3,
        },
      ),
      Plot.dot(placed, { x: (each: Placed) => each.row.value, y, r: 5, fill: colours.p50 }),
      Plot.text(placed, {
        y: (each: Placed) => each.at - (isWide ? 0 : 22),
        text: (each: Placed) =>
          shortened(each.row.text, isWide ? 50 : Math.max(8, 50 - each.row.figures.length)),
        frameAnchor: 'left',
        dx: -left + 4,
        textAnchor: 'start',
      }),
      Plot.text(placed, {
        y: (each: Placed) => each.at - (isWide ? 0 : 22),
        text: (each: Placed) => each.row.figures,
        frameAnchor: 'right',
        dx: isWide ? 186 : 4,
        textAnchor: 'end',
        fontWeight: 600,
        fontVariant: 'tabular-nums',
      }),
      Plot.text(heads, {
        y: 'at',
        text: (head: { text: string }) => shortened(head.text, isWide ? 100 : 46),
        frameAnchor: 'left',
        dx: -left + 4,
        textAnchor: 'start',
        fontWeight: 600,
        fontSize: 13,
      }),
    ],
  });
}
