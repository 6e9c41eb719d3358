import * as Plot from '@observablehq/plot';
import type { Analysis } from '../../analyse/analysis.ts';
import { probeCaptions } from '../document/probe-captions.ts';
import { added, difference } from '../document/probe-tables.ts';
import { number, plural, range } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { compose, draw } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'coupling';
const title = 'What waits together: the delay of one endpoint while another is under load';
const most = 24;

type Reading = NonNullable<Analysis['probes']>['coupling'][number];
type Cell = {
  readonly row: number;
  readonly column: number;
  readonly value: string;
  readonly ends: string;
  readonly share: string;
  readonly strength: number;
};

/** Probed endpoint × endpoint under load: the added delay, tinted by its share of the loaded one's own. */
export function couplingChart(analysis: Analysis): Chart {
  const readings = analysis.probes?.coupling ?? [];
  if (readings.length === 0)
    return { kind: 'omitted', name, title, because: 'no endpoint was put under load beside the others.' };
  const held = [...new Set(readings.map((each) => each.held))];
  const probed = probedIn(readings);
  const shown = probed.slice(0, most);
  const perRow = { wide: 4, narrow: 2 } as const;
  const drawn = (size: Size): Drawing => {
    const step = perRow[size.kind];
    const parts = Array.from({ length: Math.ceil(held.length / step) }, (_, at) =>
      matrix(readings, held.slice(at * step, (at + 1) * step), shown, size),
    );
    return { ...compose('column', 18, parts), width: size.width };
  };
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      probeCaptions.coupling,
      'A cell: the added time, its 95 % interval, and its share of the delay above the column. Tinted: delayed beyond doubt, the stronger the larger its share.',
      ...(probed.length > most
        ? [`${plural(probed.length - most, 'endpoint')} less delayed are left out.`]
        : []),
    ].join(' '),
    description: readings
      .map(
        (each) =>
          `While ${plain(each.held)} is under load, ${plain(each.probed)} takes ${each.added === null ? 'an unknown time longer' : `${[textOf(each), endsOf(each), shareOf(each)].filter((part) => part !== '').join(', ')} longer`}.`,
      )
      .join(' '),
    wide: drawn(wide),
    narrow: drawn(narrow),
  };
}

/** Those delayed most first, the controls last. */
function probedIn(readings: readonly Reading[]): readonly Pick<Reading, 'probed' | 'isControl'>[] {
  const delay = new Map<string, { isControl: boolean; added: number }>();
  for (const { probed, isControl, added: own } of readings)
    delay.set(probed, {
      isControl,
      added: Math.max(
        delay.get(probed)?.added ?? Number.NEGATIVE_INFINITY,
        own?.value ?? Number.NEGATIVE_INFINITY,
      ),
    });
  return [...delay]
    .sort(
      ([a, x], [b, y]) =>
        Number(x.isControl) - Number(y.isControl) ||
        (x.added === y.added ? 0 : y.added - x.added) ||
        (a < b ? -1 : 1),
    )
    .map(([probed, { isControl }]) => ({ probed, isControl }));
}

const textOf = (each: Reading): string => (each.added === null ? 'not measured' : added(each.added.value));

const endsOf = ({ added: own }: Reading): string =>
  (own === null ? null : range(own.low, own.high, difference)) ?? '';

const shareOf = ({ share }: Reading): string => (share === null ? '' : `${number(share.value, 2)} of it`);

function matrix(
  readings: readonly Reading[],
  held: readonly string[],
  probed: readonly Pick<Reading, 'probed' | 'isControl'>[],
  size: Size,
): Drawing {
  const isWide = size.kind === 'wide';
  const left = isWide ? 240 : 0;
  const rowHeight = isWide ? 62 : 86;
  const top = isWide ? 0 : 0.28;
  const cellWidth = Math.min(isWide ? 210 : size.width, (size.width - left) / held.length);
  const fits = Math.floor(cellWidth / 6.6);
  const cells = probed.flatMap(({ probed: name }, row) =>
    held.flatMap((load, column): Cell[] => {
      const each = readings.find((one) => one.probed === name && one.held === load);
      if (each === undefined) return [];
      return [
        {
          row,
          column,
          value: textOf(each),
          ends: shortened(endsOf(each), fits),
          share: shareOf(each),
          strength: strengthOf(each),
        },
      ];
    }),
  );
  const heads = held.map((load) => {
    const own = readings.find((one) => one.held === load && one.heldAdded !== null)?.heldAdded ?? null;
    return { load: plain(load), own: own === null ? '' : `itself ${added(own.value)}` };
  });
  const text = { fontVariant: 'tabular-nums' } as const;
  return draw(left + cellWidth * held.length, probed.length * rowHeight + 62, {
    marginLeft: left,
    marginRight: 0,
    marginTop: 60,
    marginBottom: 2,
    x: { domain: [0, held.length], label: null, axis: null },
    y: { domain: [probed.length, 0], label: null, axis: null },
    marks: [
      Plot.rect(cells, {
        x1: 'column',
        x2: (cell: Cell) => cell.column + 1,
        y1: (cell: Cell) => cell.row + top,
        y2: (cell: Cell) => cell.row + 1,
        fill: (cell: Cell) => (cell.strength === 0 ? colours.muted : colours.bad),
        fillOpacity: (cell: Cell) => (cell.strength === 0 ? 0.08 : cell.strength),
        inset: 1.5,
        rx: 3,
      }),
      Plot.text(cells, {
        ...text,
        x: (cell: Cell) => cell.column + 0.5,
        y: (cell: Cell) => cell.row + (1 + top) / 2,
        dy: -15,
        text: 'value',
        fontWeight: 600,
      }),
      Plot.text(cells, {
        ...text,
        x: (cell: Cell) => cell.column + 0.5,
        y: (cell: Cell) => cell.row + (1 + top) / 2,
        dy: 1,
        text: 'ends',
        fontSize: 11,
      }),
      Plot.text(cells, {
        ...text,
        x: (cell: Cell) => cell.column + 0.5,
        y: (cell: Cell) => cell.row + (1 + top) / 2,
        dy: 16,
        text: 'share',
        fontSize: 11,
      }),
      ...[
        { text: () => 'under load:', dy: -50, fill: colours.muted },
        { text: (head: { load: string }) => shortened(head.load, fits), dy: -34, fontWeight: 600 },
        { text: 'own', dy: -18, fill: colours.muted, ...text },
      ].map((options) =>
        Plot.text(heads, { x: (_: unknown, at: number) => at + 0.5, frameAnchor: 'top', ...options }),
      ),
      Plot.text(probed, {
        y: (_: unknown, row: number) => row + (isWide ? 0.5 : 0.16),
        text: (each: { probed: string; isControl: boolean }) =>
          shortened(plain(each.isControl ? `control: ${each.probed}` : each.probed), isWide ? 33 : 48),
        frameAnchor: 'left',
        dx: -left,
        textAnchor: 'start',
      }),
    ],
  });
}

/** 0 without a delay that stands out, else 0.12 to 0.5 by the share of the loaded endpoint's own delay. */
function strengthOf({ share, added: own }: Reading): number {
  if (own === null || share === null || share.value < 0.2 || (own.low !== null && own.low <= 0)) return 0;
  return Math.round((0.12 + 0.38 * Math.min(1, share.value)) * 100) / 100;
}
