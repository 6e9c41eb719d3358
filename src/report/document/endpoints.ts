import type { Analysis, EndpointAnalysis } from '../../analyse/analysis.ts';
import { change, ms, number, percent, range, rate, statisticName } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { statusTone, statusWord } from '../tones.ts';
import {
  type Block,
  code,
  details,
  heading,
  type Line,
  left,
  prose,
  quiet,
  right,
  status,
  strong,
  table,
  together,
} from './document.ts';

/** The endpoints that degraded most and least: at most five and three, none in both lists. */
export function extremes(analysis: Analysis): {
  readonly worst: readonly EndpointAnalysis[];
  readonly best: readonly EndpointAnalysis[];
} {
  const ranked = analysis.endpoints
    .filter((endpoint) => endpoint.degradation !== null)
    .sort((a, b) => a.rank - b.rank);
  const best = ranked.slice(ranked.length - Math.min(3, Math.floor(ranked.length / 3))).reverse();
  return { worst: ranked.slice(0, Math.min(5, ranked.length - best.length)), best };
}

export function worstAndBest(analysis: Analysis): readonly Block[] {
  const { worst, best } = extremes(analysis);
  if (worst.length === 0)
    return [
      heading('Worst endpoints'),
      {
        kind: 'paragraph',
        line: ['No endpoint was measured at two stages that can be compared, so none can be ranked.'],
      },
      ...all(analysis),
    ];
  return [
    heading('Worst endpoints'),
    ...endpointTable('The endpoints that slowed down most', worst),
    { kind: 'chart', chart: 'degradation' },
    ...(best.length === 0
      ? []
      : [heading('Best endpoints'), ...endpointTable('The endpoints that slowed down least', best)]),
    ...all(analysis),
  ];
}

function endpointTable(caption: string, endpoints: readonly EndpointAnalysis[]): readonly Block[] {
  return table(
    caption,
    [left('Endpoint'), right('Change'), together('From → to'), left('Status'), prose('Because')],
    endpoints.map((endpoint) => [
      [code(endpoint.name)],
      degradationCell(endpoint),
      fromTo(endpoint),
      [status(statusTone(endpoint.status), statusWord(endpoint.status))],
      [endpoint.statusBecause],
    ]),
  );
}

function degradationCell(endpoint: EndpointAnalysis): Line {
  const found = endpoint.degradation;
  if (found === null) return ['–'];
  const ends = range(found.change.low, found.change.high, change);
  return [strong(change(found.change.value)), ...(ends === null ? [] : [quiet(ends)])];
}

function fromTo(endpoint: EndpointAnalysis): Line {
  const found = endpoint.degradation;
  if (found === null) return ['–'];
  const at =
    found.fromUsers === null || found.toUsers === null
      ? `stage ${found.fromStage} → ${found.toStage}`
      : `${number(found.fromUsers)} → ${number(found.toUsers)} users`;
  return [`${statisticName(found.statistic)} ${ms(found.from)} → ${ms(found.to)}`, quiet(at)];
}

function all(analysis: Analysis): readonly Block[] {
  const names = stageNames(analysis);
  return details(
    'Every endpoint at every stage',
    table(
      'Every endpoint at every stage (response time of the steady part)',
      [
        left('Endpoint'),
        left('Stage'),
        right('Requests'),
        right('Rate'),
        right('Errors'),
        right('min'),
        right('avg'),
        right('p50'),
        right('p95'),
        right('p99'),
        right('max'),
      ],
      analysis.endpoints.flatMap((endpoint) =>
        endpoint.stages.map((stage): readonly Line[] => [
          [code(endpoint.name)],
          [names.of(stage.stage)],
          [number(stage.count)],
          [rate(stage.rate)],
          [percent(stage.errors)],
          [ms(stage.responseTime?.min)],
          [ms(stage.responseTime?.avg)],
          [ms(stage.responseTime?.p50)],
          intervalCell(stage.responseTime?.p95, stage.responseTimeInterval?.p95 ?? null),
          [ms(stage.responseTime?.p99)],
          [ms(stage.responseTime?.max)],
        ]),
      ),
    ),
  );
}

function intervalCell(
  value: number | undefined,
  interval: { low: number | null; high: number | null } | null,
): Line {
  const ends = interval === null ? null : range(interval.low, interval.high, ms);
  return ends === null ? [ms(value)] : [ms(value), quiet(ends)];
}
