import type { Analysis, DistributionStage } from '../../analyse/analysis.ts';
import { ms } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import {
  type Block,
  heading,
  type Line,
  left,
  paragraph,
  right,
  type Section,
  sentences,
  strong,
  table,
} from './document.ts';

export function patternsSection(analysis: Analysis): Section {
  const names = stageNames(analysis);
  const { distribution } = analysis;
  return {
    id: 'patterns',
    title: 'Performance Patterns',
    blocks: [
      heading('Response time distribution'),
      ...table(
        'Lowest and highest of the endpoints’ figures, and all endpoints together',
        [
          left('Stage'),
          right('Minima'),
          right('Averages'),
          right('Maxima'),
          right('p50'),
          right('p90'),
          right('p99'),
          left('Shape'),
        ],
        distribution.stages.map((stage): readonly Line[] => [
          [strong(names.of(stage.stage))],
          [span(stage.min)],
          [span(stage.avg)],
          [span(stage.max)],
          [ms(stage.overall?.p50)],
          [ms(stage.overall?.p90)],
          [ms(stage.overall?.p99)],
          [stage.shape.map(shapeName).join(', ') || '–'],
        ]),
      ),
      ...distribution.stages.flatMap((stage): readonly Block[] =>
        stage.insights.length === 0
          ? []
          : [paragraph(strong(`${capital(names.of(stage.stage))}:`)), ...sentences(stage.insights)],
      ),
      ...(distribution.insights.length === 0
        ? []
        : [paragraph(strong('Over all stages:')), ...sentences(distribution.insights)]),
      { kind: 'chart', chart: 'distribution' },
      { kind: 'chart', chart: 'timeline' },
    ],
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function span(between: { low: number; high: number } | null): string {
  if (between === null) return '–';
  const low = ms(between.low);
  const high = ms(between.high);
  return low === high ? high : `${low.replace(/ ms$/, '')}–${high}`;
}

function shapeName(shape: DistributionStage['shape'][number]): string {
  switch (shape) {
    case 'steady':
      return 'steady';
    case 'queueing':
      return 'queueing';
    case 'heavy-tail':
      return 'heavy tail';
    case 'two-modes':
      return 'two modes';
    case 'stalls':
      return 'stalls';
    case 'unknown':
      return 'unknown';
    default:
      return shape satisfies never;
  }
}
