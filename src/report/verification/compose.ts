import type {
  Verification,
  VerifiedChange,
  VerifiedFinding,
  VerifiedPrediction,
} from '../../analyse/verify/verification.ts';
import { loadName, milliseconds, times } from '../../analyse/words.ts';
import {
  type Block,
  code,
  type Document,
  type Line,
  left,
  paragraph,
  prose,
  quiet,
  right,
  type Section,
  sentences,
  status,
  strong,
  type Tone,
  table,
} from '../document/document.ts';
import { change, instant, ms, percent, range, rate } from '../format.ts';

export function verificationTone(verdict: Verification['verdict']): Tone {
  switch (verdict) {
    case 'fixed':
      return 'good';
    case 'eased':
      return 'warning';
    case 'stands':
    case 'worse':
      return 'bad';
    case 'unknown':
    case 'invalid':
      return 'unknown';
    case 'nothing-to-verify':
      return 'neutral';
    default:
      return verdict satisfies never;
  }
}

export const findingTone: Readonly<Record<VerifiedFinding['state'], Tone>> = {
  gone: 'good',
  eased: 'warning',
  stands: 'bad',
  unknown: 'unknown',
};

export const predictionTone: Readonly<Record<VerifiedPrediction['state'], Tone>> = {
  inside: 'good',
  above: 'warning',
  below: 'bad',
  'no-change': 'warning',
  'not-measured': 'unknown',
};

export const predictionWord: Readonly<Record<VerifiedPrediction['state'], string>> = {
  inside: 'came true',
  above: 'more than predicted',
  below: 'less than predicted',
  'no-change': 'nothing moved',
  'not-measured': 'not measured',
};

export const changeTone: Readonly<Record<VerifiedChange['verdict'], Tone>> = {
  better: 'good',
  same: 'neutral',
  worse: 'bad',
  unknown: 'unknown',
};

/** The report of a verification, before it has a medium. */
export function composeVerification(verification: Verification): Document {
  return {
    title: `Verification: ${verification.after.name}`,
    sections: [
      summary(verification),
      ...section('findings', 'What Was Found Before', verification.findings.map(findingCard)),
      ...section('predictions', 'What Was Predicted', predictionTable(verification.predictions)),
      ...section('changes', 'What Changed', changeTable(verification.changes)),
    ],
  };
}

function section(id: string, title: string, blocks: readonly Block[]): readonly Section[] {
  return blocks.length === 0 ? [] : [{ id, title, blocks }];
}

function summary({ verdict, statement, before, after, newFindings, warnings }: Verification): Section {
  const run = ({ id, when, target }: Verification['before']): Line => [
    code(id),
    quiet(`${instant(when)}, ${target}`),
  ];
  return {
    id: 'summary',
    title: 'Did It Work',
    blocks: [
      { kind: 'callout', tone: verificationTone(verdict), title: verdict, lines: [[statement]] },
      {
        kind: 'facts',
        entries: [
          ['Before', run(before)],
          ['After', run(after)],
        ],
      },
      ...(newFindings.length === 0 ? [] : [paragraph(strong('Only after: ')), ...sentences(newFindings)]),
      ...sentences(warnings),
    ],
  };
}

function findingCard(finding: VerifiedFinding): Block {
  return {
    kind: 'card',
    tone: findingTone[finding.state],
    label: `${finding.state}, ${finding.kind === 'undecided' ? 'an open question' : finding.cause}`,
    title: finding.title,
    blocks: [paragraph(finding.statement), paragraph(strong('Held against each other: '), finding.symptom)],
  };
}

function predictionTable(predictions: readonly VerifiedPrediction[]): readonly Block[] {
  const word = (unit: string) => (unit === '×' ? times : milliseconds);
  return table(
    'Predictions against outcomes',
    [left('Prediction'), right('Predicted'), right('Came to'), left('Verdict'), prose('Model')],
    predictions.map((p) => [
      [p.metric],
      [range(p.low, p.high, word(p.unit)) ?? '–'],
      p.outcome === null
        ? ['–']
        : [
            strong(word(p.unit)(p.outcome.value)),
            ...(p.outcome.low === null
              ? []
              : [quiet(range(p.outcome.low, p.outcome.high, word(p.unit)) ?? '')]),
          ],
      [status(predictionTone[p.state], predictionWord[p.state])],
      [p.model],
    ]),
  );
}

function changeTable(changes: readonly VerifiedChange[]): readonly Block[] {
  return table(
    'All endpoints together, load by load',
    [left('Load'), left('Metric'), right('Before'), right('After'), right('Change'), left('Verdict')],
    changes.map((c) => [
      [strong(loadName({ stage: 0, ...c }))],
      [c.metric],
      [valueInWords(c, c.before)],
      [valueInWords(c, c.after)],
      [changeInWords(c), ...(c.change.low === null ? [] : [quiet(changeRange(c))])],
      [status(changeTone[c.verdict], c.verdict)],
    ]),
  );
}

export function valueInWords({ metric }: VerifiedChange, value: number): string {
  return metric === 'throughput' ? rate(value) : metric === 'errors' ? percent(value) : ms(value);
}

/** `+12 %`; of errors in percentage points. */
export function changeInWords({ metric, change: { value } }: VerifiedChange): string {
  return metric === 'errors' ? points(value) : change(value);
}

function changeRange({ metric, change: { low, high } }: VerifiedChange): string {
  return range(low, high, metric === 'errors' ? points : change) ?? '';
}

function points(value: number): string {
  return `${value > 0 ? '+' : ''}${(value * 100).toFixed(2).replace('-', '−')} points`;
}
