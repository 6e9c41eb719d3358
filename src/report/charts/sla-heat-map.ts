import * as Plot from '@observablehq/plot';
import type { Analysis, SlaCheck } from '../../analyse/analysis.ts';
import { limitOf, stagesOf } from '../document/sla.ts';
import { plural, statisticValue } from '../format.ts';
import { plain, shortened } from '../plain.ts';
import { stageNames } from '../stage-names.ts';
import { draw } from './canvas.ts';
import { type Chart, colours, type Drawing, narrow, type Size, wide } from './chart.ts';

const name = 'sla-heat-map';
const title = 'SLA: every promise at every stage';
const most = 40;

type Cell = {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly met: boolean | null;
  readonly strength: number;
};

/** Endpoint × stage: the value, whether it holds, and how near the limit it lies. */
export function slaHeatMap(analysis: Analysis): Chart {
  const { checks } = analysis.sla;
  const stages = stagesOf(checks);
  if (checks.length === 0 || stages.length === 0)
    return { kind: 'omitted', name, title, because: 'the plan promises nothing (no endpoint has an `sla`).' };
  const missed = (check: SlaCheck): number => check.stages.filter((each) => each.met === false).length;
  const shown =
    checks.length <= most
      ? checks
      : [...checks.entries()]
          .sort(([i, a], [j, b]) => missed(b) - missed(a) || i - j)
          .map(([, check]) => check)
          .slice(0, most);
  const names = stageNames(analysis);
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      '✓ held, ✕ missed, ? not known. The stronger the tint, the further the value lies from its limit.',
      checks.length > most ? `${plural(checks.length - most, 'check')} with fewer misses are left out.` : '',
    ]
      .filter((each) => each !== '')
      .join(' '),
    description: shown
      .map((check) => {
        const cells = check.stages.map(
          (each) => `${names.of(each.stage)} ${textOf(check, each.value, each.met)}`,
        );
        return `${plain(check.endpoint)}, ${limitOf(check)}: ${cells.join(', ')}.`;
      })
      .join(' '),
    wide: drawing(shown, stages, stages.map(names.of), wide),
    narrow: drawing(shown, stages, stages.map(names.short), narrow),
  };
}

function textOf(check: SlaCheck, value: number | null, met: boolean | null): string {
  const sign = met === null ? '?' : met ? '✓' : '✕';
  return `${sign} ${value === null ? 'not known' : statisticValue(check.statistic, value)}`;
}

function drawing(
  checks: readonly SlaCheck[],
  stages: readonly number[],
  heads: readonly string[],
  size: Size,
): Drawing {
  const isWide = size.kind === 'wide';
  const rowHeight = isWide ? 34 : 58;
  const left = isWide ? 290 : 0;
  const cellWidth = (size.width - left) / stages.length;
  const fits = Math.floor(cellWidth / 7);
  const cells = checks.flatMap((check, row) =>
    stages.map((stage, column): Cell => {
      const found = check.stages.find((each) => each.stage === stage);
      const met = found?.met ?? null;
      const long = textOf(check, found?.value ?? null, met);
      return {
        row,
        column,
        met,
        text: long.length <= fits ? long : cellWidth >= 24 ? long.slice(0, 1) : '',
        strength: strengthOf(found?.value ?? null, check.limit, met),
      };
    }),
  );
  const labels = checks.map((check) => ({ name: plain(check.endpoint), limit: limitOf(check) }));
  const top = isWide ? 0 : 0.42;
  return draw(size.width, checks.length * rowHeight + 30, {
    marginLeft: left,
    marginRight: 0,
    marginTop: 28,
    marginBottom: 2,
    x: { domain: [0, stages.length], label: null, axis: null },
    y: { domain: [checks.length, 0], label: null, axis: null },
    marks: [
      Plot.rect(cells, {
        x1: 'column',
        x2: (cell: Cell) => cell.column + 1,
        y1: (cell: Cell) => cell.row + top,
        y2: (cell: Cell) => cell.row + 1,
        fill: (cell: Cell) => (cell.met === null ? colours.muted : cell.met ? colours.good : colours.bad),
        fillOpacity: (cell: Cell) => cell.strength,
        inset: 1.5,
        rx: 3,
      }),
      Plot.text(cells, {
        x: (cell: Cell) => cell.column + 0.5,
        y: (cell: Cell) => cell.row + (1 + top) / 2,
        text: 'text',
        fontWeight: 600,
        fontVariant: 'tabular-nums',
      }),
      Plot.text(heads, {
        x: (_: string, at: number) => at + 0.5,
        text: (head: string) => shortened(head, Math.max(3, fits)),
        frameAnchor: 'top',
        dy: -16,
        fontWeight: 600,
      }),
      Plot.text(labels, {
        y: (_: unknown, row: number) => row + (isWide ? 0.5 : 0.24),
        text: (label: { name: string }) => shortened(label.name, isWide ? 27 : 32),
        frameAnchor: 'left',
        dx: -left,
        textAnchor: 'start',
      }),
      Plot.text(labels, {
        y: (_: unknown, row: number) => row + (isWide ? 0.5 : 0.24),
        text: 'limit',
        frameAnchor: isWide ? 'left' : 'right',
        dx: isWide ? -12 : 0,
        textAnchor: 'end',
        fill: colours.muted,
        fontVariant: 'tabular-nums',
      }),
    ],
  });
}

/** 0.1 at the limit, up to 0.5 far from it (at nought, or at four times the limit). */
function strengthOf(value: number | null, limit: number, met: boolean | null): number {
  if (met === null || value === null) return 0.08;
  const ratio = limit > 0 ? value / limit : met ? 0 : 4;
  const far = met
    ? 1 - Math.min(1, ratio)
    : Math.min(1, Math.max(0, Math.log(Math.max(ratio, 1)) / Math.log(4)));
  return Math.round((0.12 + 0.38 * far) * 100) / 100;
}
