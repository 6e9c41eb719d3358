import type { Analysis, TelemetryReadings } from '../../analyse/analysis.ts';
import { plural, telemetryFigure } from '../format.ts';
import { plain } from '../plain.ts';
import { type StageNames, stageNames } from '../stage-names.ts';
import { type Chart, narrow, wide } from './chart.ts';
import { type Curve, curves } from './curves.ts';

type Source = NonNullable<Analysis['telemetry']>['sources'][number];

const title = 'The target’s own figures by load';
const most = 9;
/** They do not change with the load. */
const constants: ReadonlySet<string> = new Set(['cpuCount', 'poolSize']);

/** The target's own figures against the load. */
export function telemetryChart(analysis: Analysis): Chart {
  const sources = analysis.telemetry?.sources ?? [];
  const names = stageNames(analysis);
  const loads = loadsOf(analysis);
  const drawn = sources.flatMap((source) =>
    source.readings.flatMap((each) => {
      const curve = constants.has(each.reading) ? null : curveOf(each, source, loads, names);
      if (curve === null) return [];
      return [{ curve, said: saidOf(each, source, names) }];
    }),
  );
  if (drawn.length === 0)
    return { kind: 'omitted', name: 'telemetry', title, because: 'the target told no figures of itself.' };
  const shown = drawn.slice(0, most).map(({ curve }) => curve);
  const left = drawn.length - shown.length;
  return {
    kind: 'drawn',
    name: 'telemetry',
    title,
    caption: [
      'Dots: means of the stages; upright lines reach to the highest look. The line without dots, where there is one: the places of the pool.',
      ...(left === 0 ? [] : [`${plural(left, 'reading')} more stand in the table.`]),
    ].join(' '),
    description: drawn.map(({ said }) => said).join(' '),
    wide: curves(shown, wide),
    narrow: curves(shown, narrow),
  };
}

/** Users of the stages that a report is about, or their requests per second where they were asked for so. */
function loadsOf({ stages }: Analysis): ReadonlyMap<number, number> {
  const closed = stages.every(({ users }) => users !== null);
  return new Map(
    stages.flatMap(({ stage, users, askedRate }): [number, number][] => {
      const load = closed ? users : askedRate;
      return load === null ? [] : [[stage, load]];
    }),
  );
}

function curveOf(
  { reading, title: what, unit, stages }: TelemetryReadings,
  { name, readings }: Source,
  loads: ReadonlyMap<number, number>,
  names: StageNames,
): Curve | null {
  const { factor, text } = scaleOf(unit);
  const points = stages
    .flatMap(({ stage, mean, max }) => {
      const x = loads.get(stage);
      return x === undefined ? [] : [{ x, y: factor * mean, low: factor * mean, high: factor * max }];
    })
    .sort((a, b) => a.x - b.x);
  const last = points.at(-1);
  if (last === undefined) return null;
  const size = reading === 'poolInUse' ? readings.find((each) => each.reading === 'poolSize') : undefined;
  const places = Math.max(...(size?.stages.map(({ max }) => max) ?? []));
  return {
    title: what,
    xLabel: names.unit === 'users' ? 'users' : 'requests/s asked for',
    yLabel: [text, plain(name)].filter((part) => part !== '').join(', '),
    points,
    line: Number.isFinite(places) ? [0, last.x].map((x) => ({ x, y: places })) : [],
    band: null,
    mark: null,
  };
}

/** From the analysis's unit to one that is read easily. */
function scaleOf(unit: string): { readonly factor: number; readonly text: string } {
  if (unit === 'share') return { factor: 100, text: '%' };
  if (unit === 'bytes') return { factor: 1e-6, text: 'MB' };
  return { factor: 1, text: plain(unit) };
}

function saidOf(
  { title: what, unit, stages }: TelemetryReadings,
  { name }: Source,
  names: StageNames,
): string {
  const own = stages.filter(({ stage }) => names.all.includes(stage));
  const said = own.map(({ stage, mean }) => `${telemetryFigure(mean, unit)} at ${names.of(stage)}`);
  return `${what}, ${plain(name)}: ${said.join(', ')}.`;
}
