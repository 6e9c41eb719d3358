import type { CurvePoint, Prediction } from '../../analyse/what-if/prediction.ts';
import { times } from '../../analyse/words.ts';
import {
  type Block,
  type Document,
  type Line,
  left,
  paragraph,
  prose,
  quiet,
  right,
  type Section,
  sentences,
  strong,
  table,
} from '../document/document.ts';
import { figure, instant, ms, number, rate, withInterval } from '../format.ts';
import { endsInWords, orUnknown } from './words.ts';

/** The report of a prediction, before it has a medium. */
export function composePrediction(prediction: Prediction): Document {
  return {
    title: prediction.title,
    sections: [
      outcome(prediction),
      ...(prediction.steps.length === 0 ? [] : [models(prediction)]),
      ...(prediction.basis === null ? [] : [basisSection(prediction)]),
      ...(prediction.assumptions.length === 0
        ? []
        : [{ id: 'assumptions', title: 'What Is Assumed', blocks: sentences(prediction.assumptions) }]),
    ],
  };
}

function outcome(prediction: Prediction): Section {
  const { state, statement, needed, run, curve } = prediction;
  const blocks: Block[] = [
    {
      kind: 'callout',
      tone: state === 'predicted' ? 'neutral' : 'unknown',
      title: state === 'predicted' ? 'Predicted' : 'Not enough evidence',
      lines: [[statement], ...(needed === null ? [] : [['Needed: ', needed]])],
    },
    {
      kind: 'facts',
      entries: [
        ['Run', [run.name, quiet(instant(run.when))]],
        ['Target', [run.target]],
      ],
    },
  ];
  return {
    id: 'summary',
    title: 'What It Would Bring',
    blocks:
      curve.length === 0
        ? blocks
        : [...blocks, { kind: 'chart', chart: 'load-curve', table: curveTable(curve) }],
  };
}

export function curveTable(curve: readonly CurvePoint[]): readonly Block[] {
  const modelled = curve.some((p) => p.rate.expected !== null);
  return table(
    'Measured, and predicted at the same load',
    [
      right('Users'),
      right('Requests/s measured'),
      right('predicted'),
      right('Gain'),
      right('Average measured'),
      right('predicted'),
      ...(modelled ? [right('Expected, if nothing else limits')] : []),
    ],
    curve.map(({ users, measured, rate: to, responseTime, gain }): Line[] => [
      [strong(number(users))],
      [orUnknown(measured, (m) => withInterval(m.rate, rate))],
      [strong(endsInWords(to, (v) => figure(v), '/s'))],
      [orUnknown(gain, (g) => endsInWords(g, times))],
      [orUnknown(measured, (m) => ms(m.responseTime))],
      [strong(endsInWords(responseTime, (v) => figure(v), 'ms'))],
      ...(modelled ? [[orUnknown(to.expected, rate)]] : []),
    ]),
  );
}

function models({ steps, capacity }: Prediction): Section {
  return {
    id: 'models',
    title: 'By Which Model',
    blocks: [
      ...table(
        'The models, with the figures of this run',
        [left('Change'), left('Model'), left('Formula'), prose('Figures'), right('On the capacity')],
        steps.map((step) => [
          [strong(step.part)],
          [step.model],
          [step.formula],
          [step.figures],
          [endsInWords(step.capacity, times)],
        ]),
      ),
      ...(capacity === null
        ? []
        : [
            paragraph(
              'What the bottleneck would carry: ',
              strong(endsInWords(capacity, (v) => figure(v), 'requests/s')),
              '. At every load X ≤ min(Xmax, N/(R₁ + Z)); the response time follows from R = N/X − Z.',
            ),
          ]),
    ],
  };
}

function basisSection({ basis }: Prediction): Section {
  return { id: 'basis', title: 'What It Rests On', blocks: sentences(basis?.statements ?? []) };
}
