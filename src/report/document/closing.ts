import type { Analysis, ReadinessRow } from '../../analyse/analysis.ts';
import { number, percent, plural, rate, seconds } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { metTone, readinessTone, readinessWord } from '../tones.ts';
import {
  type Block,
  code,
  details,
  heading,
  type Item,
  type Line,
  left,
  paragraph,
  prose,
  right,
  type Section,
  sentences,
  status,
  strong,
  table,
} from './document.ts';
import { searchMethod } from './probes.ts';

export function readinessSection(analysis: Analysis): Section {
  const { readiness } = analysis;
  const tally =
    readiness.total === 0
      ? ''
      : ` (${number(readiness.met)} of ${plural(readiness.total, 'requirement')} met)`;
  return {
    id: 'readiness',
    title: 'Production Readiness Checklist',
    blocks: [
      ...table(
        'What is required, and what the run shows',
        [left('Requirement'), prose('Current'), left('Target'), left('Met'), left('Basis')],
        readiness.rows.map((row): readonly Line[] => [
          [strong(row.requirement)],
          [row.current],
          [row.target],
          [status(metTone(row.met), metWord(row))],
          [row.basis],
        ]),
      ),
      {
        kind: 'callout',
        tone: readinessTone(readiness.state),
        title: `${readinessWord(readiness.state)}${tally}`,
        lines: [[readiness.statement]],
      },
    ],
  };
}

export function metWord(row: ReadinessRow): string {
  return row.met === null ? 'not known' : row.met ? 'met' : 'not met';
}

export function methodologySection(analysis: Analysis): Section {
  const { methodology } = analysis;
  const generator = Object.entries(methodology.generator).map(([name, value]): readonly [string, Line] => [
    name,
    [typeof value === 'number' ? number(value, 2) : value],
  ]);
  const names = stageNames(analysis);
  return {
    id: 'methodology',
    title: 'Testing Methodology Notes',
    blocks: [
      ...sentences(methodology.statements),
      ...table(
        'Stages as they were driven',
        [left('Stage'), right('Spawn rate'), right('Ramp'), right('Steady'), left('State')],
        methodology.stages.map((stage): readonly Line[] => [
          [strong(names.of(stage.stage))],
          [rate(stage.spawnRate)],
          [seconds(stage.rampSeconds)],
          [seconds(stage.steadySeconds)],
          [status(stage.state === 'complete' ? 'good' : 'warning', stage.state)],
        ]),
      ),
      ...details(
        'Mix of requests, asked and sent',
        table(
          'Mix of requests',
          [left('Endpoint'), right('Weight'), right('Asked'), right('Sent')],
          methodology.mix.map((each): readonly Line[] => [
            [code(each.endpoint)],
            [number(each.weight, 2)],
            [percent(each.asked)],
            [percent(each.sent)],
          ]),
        ),
      ),
      ...(generator.length === 0 ? [] : details('Generator', [{ kind: 'facts', entries: generator }])),
      ...searchMethod(analysis),
      ...differences(analysis),
      ...(methodology.reproduce === ''
        ? []
        : [paragraph(strong('Reproduce: '), code(methodology.reproduce))]),
    ],
  };
}

function differences(analysis: Analysis): readonly Block[] {
  const { differsFrom } = analysis.methodology;
  if (differsFrom === null) return [];
  return [
    heading('Why figures may differ from an earlier run'),
    paragraph('Compared with run ', code(differsFrom.run), ':'),
    ...sentences(differsFrom.differences),
  ];
}

export function nextStepsSection(analysis: Analysis): Section {
  const titles = { now: 'Now', soon: 'Soon', later: 'Later' } as const;
  const blocks = (['now', 'soon', 'later'] as const).flatMap((when): readonly Block[] => {
    const own = analysis.nextSteps.filter((step) => step.when === when);
    if (own.length === 0) return [];
    const items = own.map(
      (step): Item => ({
        line: [step.step],
        box: true,
        ...(step.command === null ? {} : { more: [[code(step.command)]] }),
      }),
    );
    return [heading(titles[when]), { kind: 'list', ordered: false, items }];
  });
  return {
    id: 'next-steps',
    title: 'Next Steps',
    blocks: blocks.length > 0 ? blocks : [paragraph('None follow from this run.')],
  };
}

export function conclusionSection(analysis: Analysis): Section {
  return {
    id: 'conclusion',
    title: 'Conclusion',
    blocks:
      analysis.conclusion.length > 0 ? sentences(analysis.conclusion) : [paragraph(analysis.summary.verdict)],
  };
}
