import type { Analysis, Check } from '../../analyse/analysis.ts';
import { figure, percent } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import { validityTone, validityWord } from '../tones.ts';
import {
  type Block,
  details,
  type Line,
  left,
  prose,
  right,
  type Section,
  status,
  strong,
  type Tone,
  table,
} from './document.ts';

export function validitySection(analysis: Analysis): Section {
  const names = stageNames(analysis);
  const { validity } = analysis;
  const doubtful = validity.stages.filter((stage) => stage.state !== 'valid' || stage.because.length > 0);
  return {
    id: 'validity',
    title: 'Validity of the Measurement',
    blocks: [
      {
        kind: 'callout',
        tone: validityTone(validity.overall),
        title: `Measurement: ${validityWord(validity.overall)}`,
        lines: [[validity.statement]],
      },
      ...table(
        'What to know of single stages',
        [left('Stage'), left('State'), prose('Because')],
        doubtful.map((stage) => [
          [strong(names.of(stage.stage))],
          [status(validityTone(stage.state), validityWord(stage.state))],
          [stage.because.join(' ') || '–'],
        ]),
      ),
      ...details('Every check, stage by stage', checks(analysis)),
    ],
  };
}

function checks(analysis: Analysis): readonly Block[] {
  const names = stageNames(analysis);
  return table(
    'Checks of the measurement itself',
    [
      left('Stage'),
      left('Check'),
      left('Outcome'),
      right('Measured'),
      right('Threshold'),
      prose('What it says'),
    ],
    analysis.validity.stages.flatMap((stage) =>
      stage.checks.map((check) => [
        [names.of(stage.stage)],
        [check.title],
        outcome(check.outcome),
        [withUnit(check.value, check.unit)],
        [withUnit(check.threshold, check.unit)],
        [check.statement],
      ]),
    ),
  );
}

function outcome(state: Check['outcome']): Line {
  const tones: Readonly<Record<Check['outcome'], readonly [Tone, string]>> = {
    pass: ['good', 'pass'],
    fail: ['bad', 'fail'],
    'not-checked': ['unknown', 'not checked'],
  };
  const [tone, word] = tones[state];
  return [status(tone, word)];
}

function withUnit(value: number | null, unit: string): string {
  if (value === null) return '–';
  if (unit === 'share') return percent(value);
  const digits = figure(value);
  return unit === '' ? digits : `${digits} ${unit}`;
}
