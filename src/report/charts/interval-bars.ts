import * as Plot from '@observablehq/plot';
import type { Interval } from '../../analyse/analysis.ts';
import { valueAndRange } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { draw } from './canvas.ts';
import { colours, type Drawing, type Size } from './chart.ts';

/** Values that are held against each other; each group has a scale of its own from 0. */
export type BarGroup = {
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: Interval; readonly note?: string }[];
  readonly format: (value: number) => string;
};

/** In words, for those who cannot see it. */
export function describeBars(groups: readonly BarGroup[]): string {
  return groups
    .map(
      ({ title, bars, format }) =>
        `${plain(title)}: ${bars.map((bar) => `${plain(bar.label)} ${figures(bar, format)}`).join('; ')}.`,
    )
    .join(' ');
}

const figures = ({ value, note }: BarGroup['bars'][number], format: BarGroup['format']): string =>
  `${valueAndRange(value, format)}${note === undefined ? '' : `; ${note}`}`;

type Placed = {
  readonly at: number;
  readonly label: string;
  readonly figures: string;
  /** 0..1 of the group's scale. */
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

export function intervalBars(groups: readonly BarGroup[], size: Size): Drawing {
  const isWide = size.kind === 'wide';
  const [headHeight, rowHeight] = [32, isWide ? 28 : 46];
  const heads: { text: string; at: number }[] = [];
  const placed: Placed[] = [];
  let y = 0;
  for (const { title, bars, format } of groups) {
    heads.push({ text: plain(title), at: y + 20 });
    y += headHeight;
    const top = Math.max(...bars.map(({ value }) => Math.max(value.value, value.high ?? 0))) || 1;
    for (const bar of bars) {
      const { value, low, high } = bar.value;
      placed.push({
        at: y + (isWide ? 14 : 32),
        label: plain(bar.label),
        figures: plain(figures(bar, format)),
        value: Math.max(0, value) / top,
        low: low === null ? null : Math.max(0, low) / top,
        high: high === null ? null : Math.max(0, high) / top,
      });
      y += rowHeight;
    }
    y += 6;
  }
  const left = isWide ? 200 : 0;
  const right = isWide ? 250 : 0;
  const text = { frameAnchor: 'left', dx: -left, textAnchor: 'start' } as const;
  return draw(size.width, y + 4, {
    marginLeft: left,
    marginRight: right,
    marginTop: 0,
    marginBottom: 4,
    x: { domain: [0, 1.02], label: null, axis: null },
    y: { domain: [y, 0], label: null, axis: null },
    marks: [
      Plot.rect(placed, {
        x1: 0,
        x2: 'value',
        y1: (each: Placed) => each.at - 8,
        y2: (each: Placed) => each.at + 8,
        fill: colours.p50,
        fillOpacity: 0.35,
        rx: 2,
      }),
      Plot.ruleY(
        placed.filter((each) => each.low !== null && each.high !== null),
        { y: 'at', x1: 'low', x2: 'high', stroke: colours.p50, strokeWidth: 3 },
      ),
      Plot.ruleX(placed, {
        x: 0,
        y1: (each: Placed) => each.at - 9,
        y2: (each: Placed) => each.at + 9,
        stroke: colours.muted,
      }),
      Plot.text(placed, {
        ...text,
        y: (each: Placed) => each.at - (isWide ? 0 : 18),
        text: (each: Placed) => shortened(each.label, isWide ? 30 : 26),
      }),
      Plot.text(placed, {
        y: (each: Placed) => each.at - (isWide ? 0 : 18),
        text: (each: Placed) => shortened(each.figures, isWide ? 42 : Math.max(20, 48 - each.label.length)),
        frameAnchor: 'right',
        dx: right,
        textAnchor: 'end',
        fontWeight: 600,
        fontVariant: 'tabular-nums',
      }),
      Plot.text(heads, {
        ...text,
        y: 'at',
        text: (head: { text: string }) => shortened(head.text, isWide ? 110 : 48),
        fontWeight: 600,
        fontSize: 13,
      }),
    ],
  });
}
