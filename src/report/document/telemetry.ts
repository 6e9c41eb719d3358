import type { Analysis, TelemetryReadings } from '../../analyse/analysis.ts';
import { telemetryFigure } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { type Block, bullets, code, heading, type Line, left, right, strong, table } from './document.ts';

/** What the target told of itself at the loads that the report is about; empty: it was not asked. */
export function telemetryBlocks(analysis: Analysis): readonly Block[] {
  const sources = analysis.telemetry?.sources ?? [];
  if (sources.length === 0) return [];
  const names = stageNames(analysis);
  const tables = sources.flatMap(({ name, readings }) => {
    const stages = names.all.filter((stage) =>
      readings.some((each) => each.stages.some((at) => at.stage === stage)),
    );
    return table(
      `${name}: mean of each stage, and the highest look`,
      [left('Reading'), ...stages.map((stage) => right(names.of(stage)))],
      stages.length === 0
        ? []
        : readings.map((each): readonly Line[] => [
            [strong(each.title)],
            ...stages.map((stage) => cell(each, stage)),
          ]),
    );
  });
  const failed = sources.flatMap(({ name, failed: because }): Line[] =>
    because === null ? [] : [[code(name), ` could not be read at least once: ${because}`]],
  );
  return [
    heading('What the target told of itself'),
    ...bullets(failed),
    ...(tables.length === 0
      ? []
      : [
          {
            kind: 'chart',
            chart: 'telemetry',
            table: tables,
            caption:
              'The target’s own figures beside the load. They confirm or contradict what the requests show; no cause is named from them alone.',
          } as const,
        ]),
  ];
}

function cell({ stages, unit }: TelemetryReadings, stage: number): Line {
  const found = stages.find((each) => each.stage === stage);
  if (found === undefined) return ['–'];
  const mean = telemetryFigure(found.mean, unit);
  const max = telemetryFigure(found.max, unit);
  return mean === max ? [mean] : [mean, { kind: 'quiet', text: `max ${max}` }];
}
