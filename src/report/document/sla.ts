import type { Analysis, SlaCheck } from '../../analyse/analysis.ts';
import { number, statisticName, statisticValue } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { metTone } from '../tones.ts';
import {
  type Block,
  code,
  type Line,
  left,
  right,
  type Section,
  sentences,
  status,
  strong,
  type Tone,
  table,
} from './document.ts';
import { passCell } from './summary.ts';

export function slaSection(analysis: Analysis): Section {
  const { sla } = analysis;
  const names = stageNames(analysis);
  const stages = stagesOf(sla.checks);
  const tone: Tone = metTone(sla.held);
  return {
    id: 'sla',
    title: 'SLA Compliance Analysis',
    blocks: [
      { kind: 'callout', tone, title: 'Verdict', lines: [[sla.verdict]] },
      {
        kind: 'chart',
        chart: 'sla-heat-map',
        table: table(
          'Every promise at every stage',
          [left('Endpoint'), left('SLA'), ...stages.map((stage) => right(names.of(stage)))],
          sla.checks.map((check): readonly Line[] => [
            [code(check.endpoint)],
            [limitOf(check)],
            ...stages.map((stage) => cell(check, stage)),
          ]),
        ),
      },
      ...passRates(analysis),
      ...sentences(sla.notes),
    ],
  };
}

/** The stages that any check was read at, in their order. */
export function stagesOf(checks: readonly SlaCheck[]): readonly number[] {
  return [...new Set(checks.flatMap((check) => check.stages.map((each) => each.stage)))].sort(
    (a, b) => a - b,
  );
}

/** `p95 ≤ 300 ms`. */
export function limitOf(check: SlaCheck): string {
  return `${statisticName(check.statistic)} ≤ ${statisticValue(check.statistic, check.limit)}`;
}

function cell(check: SlaCheck, stage: number): Line {
  const found = check.stages.find((each) => each.stage === stage);
  if (found === undefined || found.met === null)
    return [
      status(
        'unknown',
        found === undefined || found.value === null
          ? 'not known'
          : statisticValue(check.statistic, found.value),
      ),
    ];
  return [status(metTone(found.met), statisticValue(check.statistic, found.value))];
}

function passRates(analysis: Analysis): readonly Block[] {
  const names = stageNames(analysis);
  return table(
    'SLA pass rate',
    [left('Stage'), right('Checks held'), right('Endpoints whose checks all hold')],
    analysis.sla.passRate.map((pass): readonly Line[] => [
      [strong(names.of(pass.stage))],
      passCell(pass),
      [`${number(pass.endpointsPassed)}/${number(pass.endpointsChecked)}`],
    ]),
  );
}
