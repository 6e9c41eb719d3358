import type { Analysis, Interval } from '../../analyse/analysis.ts';
import { probeCaptions } from '../document/probe-captions.ts';
import { exactMs, percent, plural, rate } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { type Chart, narrow, wide } from './chart.ts';
import { type BarGroup, describeBars, intervalBars } from './interval-bars.ts';

type Probes = NonNullable<Analysis['probes']>;
type Name = 'reuse' | 'keys' | 'rows' | 'steps';

const mostGroups = 12;

/** Connections used again against new ones. */
export const reuseChart = (analysis: Analysis): Chart =>
  chartOf(
    'reuse',
    'Connections used again, and new ones',
    groupsOf(analysis, ({ reuse }) =>
      reuse.map((each) =>
        group(each.endpoint, [
          ['used again', each.reused],
          ['new for each request', each.fresh],
        ]),
      ),
    ),
    'connections were not compared.',
  );

/** The same key, other keys, and conditional requests. */
export const keysChart = (analysis: Analysis): Chart =>
  chartOf(
    'keys',
    'The same key, other keys, “has it changed?”',
    groupsOf(analysis, ({ keys }) =>
      keys.map((each) =>
        group(each.endpoint, [
          [each.otherKeys === null ? 'the same each time' : 'same key', each.sameKey],
          ['other keys', each.otherKeys],
          [
            'conditional',
            each.conditional?.mean ?? null,
            each.conditional === null ? undefined : `304 in ${percent(each.conditional.notModified)}`,
          ],
        ]),
      ),
    ),
    'no endpoint was asked for the same key again.',
  );

/** Writes to one row against writes that are spread. */
export const rowsChart = (analysis: Analysis): Chart =>
  chartOf(
    'rows',
    'Writes to one row, and spread',
    groupsOf(analysis, ({ rows }) =>
      rows.map((each) =>
        group(each.endpoint, [
          ['to one row', each.oneRow?.mean ?? null],
          ['spread', each.spread?.mean ?? null],
        ]),
      ),
    ),
    'writes were not compared: they change data, and only leave to do so starts them.',
  );

/** What was answered well as the rate grew. */
export const stepsChart = (analysis: Analysis): Chart => {
  const names = stageNames(analysis);
  return chartOf(
    'steps',
    'Answered well as the rate grows',
    groupsOf(analysis, ({ steps }) => [
      {
        title: 'Requests answered well, per second',
        format: rate,
        bars: steps.flatMap((each) =>
          each.okRate === null
            ? []
            : [{ label: names.of(each.stage), value: each.okRate, note: `${percent(each.errors)} failed` }],
        ),
      },
    ]),
    (analysis.probes?.steps.length ?? 0) === 0
      ? 'the rate was not raised in steps.'
      : 'no step of the rate was a valid measurement.',
  );
};

function groupsOf(analysis: Analysis, of: (probes: Probes) => readonly BarGroup[]): readonly BarGroup[] {
  const { probes } = analysis;
  return probes === undefined ? [] : of(probes).filter(({ bars }) => bars.length > 0);
}

type Bar = readonly [label: string, value: Interval | null, note?: string | undefined];

function group(title: string, bars: readonly Bar[]): BarGroup {
  return {
    title,
    format: exactMs,
    bars: bars.flatMap(([label, value, note]) =>
      value === null ? [] : [{ label, value, ...(note === undefined ? {} : { note }) }],
    ),
  };
}

function chartOf(name: Name, title: string, groups: readonly BarGroup[], because: string): Chart {
  if (groups.length === 0) return { kind: 'omitted', name, title, because };
  const shown = groups.slice(0, mostGroups);
  const left = groups.length - shown.length;
  return {
    kind: 'drawn',
    name,
    title,
    caption: [
      probeCaptions[name],
      'Bar: the mean; line: its 95 % interval. Each endpoint has a scale of its own.',
      ...(left === 0 ? [] : [`${plural(left, 'endpoint')} more stand in the table.`]),
    ].join(' '),
    description: describeBars(shown),
    wide: intervalBars(shown, wide),
    narrow: intervalBars(shown, narrow),
  };
}
