import type { Analysis, Estimate, ModelFit } from '../../analyse/analysis.ts';
import { lowerBoundMethod } from '../../analyse/capacity/sla-trials.ts';
import { figure, number, range, rate, users, valueAndRange, withInterval } from '../format.ts';
import { stageNames } from '../stage-names.ts';
import {
  type Block,
  code,
  details,
  heading,
  type Line,
  left,
  paragraph,
  prose,
  quiet,
  sentences,
  strong,
  table,
} from './document.ts';
import { searchBlocks } from './search.ts';

export function breakingPoint(analysis: Analysis): readonly Block[] {
  const { capacity } = analysis;
  const questions: readonly (readonly [string, Estimate])[] = [
    ['Where throughput stops growing (knee)', capacity.knee],
    ['Highest load within the SLA', capacity.sla],
    ['Where failures begin', capacity.errors],
  ];
  return [
    heading('Breaking point'),
    ...table(
      'Three answers, each with its interval',
      [left('Question'), left('Answer'), left('Interval'), left('Confidence'), prose('How it is known')],
      questions.map(([question, estimate]) => [[strong(question)], ...answer(estimate)]),
    ),
    ...(capacity.recommendedLimit === null
      ? []
      : [
          {
            kind: 'callout',
            tone: capacity.recommendedLimit.confirmed === false ? 'warning' : 'neutral',
            title: limitTitle(capacity.recommendedLimit.confirmed),
            lines: [[capacity.recommendedLimit.statement]],
          } as const,
        ]),
    ...sentences(capacity.statements),
    { kind: 'chart', chart: 'load-curve' },
    ...searchBlocks(analysis),
    ...missing(questions),
    ...(capacity.cautions.length === 0
      ? []
      : [paragraph(strong('What must not be concluded from this run:')), ...sentences(capacity.cautions)]),
    ...details('Models fitted to the stages', models(analysis)),
  ];
}

function limitTitle(confirmed: boolean | undefined): string {
  if (confirmed === undefined) return 'Recommended limit';
  return confirmed
    ? 'Recommended limit, confirmed by a hold'
    : 'Recommended limit, not confirmed by its hold';
}

/** The estimate in its own unit. */
export function inUnit(estimate: Extract<Estimate, { state: 'estimated' }>): (value: number) => string {
  return estimate.unit === 'users' ? users : rate;
}

/** Answer, interval, confidence, method: four cells. */
/**
 * What stands for the answer. A bracket between stages has no value inside it that was measured: the bracket itself is
 * the answer.
 */
export function headlineOf(estimate: Extract<Estimate, { state: 'estimated' }>): string {
  const { low, high, unit, method } = estimate;
  if (isLowerBound(estimate)) return `≥ ${inUnit(estimate)(estimate.estimate)}`;
  const bracket = unit === 'users' && method.startsWith('bracket') && low !== null && high !== null;
  return (bracket ? rangeOf(estimate) : null) ?? inUnit(estimate)(estimate.estimate);
}

/** The answer is that or more: nothing bounds it from above. */
export function isLowerBound({ method, high }: Extract<Estimate, { state: 'estimated' }>): boolean {
  return high === null && method.startsWith(lowerBoundMethod);
}

/** The interval in words where the headline is the point. */
export function endsOf(estimate: Extract<Estimate, { state: 'estimated' }>): string | null {
  return isLowerBound(estimate) ? 'open upwards' : rangeOf(estimate);
}

function answer(estimate: Estimate): readonly Line[] {
  if (estimate.state === 'insufficient-evidence')
    return [['not enough evidence'], ['–'], ['–'], [estimate.statement]];
  const other = estimate.unit === 'users' ? estimate.rate : estimate.users;
  const beside =
    other === null ? [] : [quiet(valueAndRange(other, estimate.unit === 'users' ? rate : users))];
  return [
    [strong(headlineOf(estimate)), ...beside],
    [endsOf(estimate) ?? 'none: the run holds no basis for one'],
    [estimate.confidence],
    [estimate.statement, quiet(estimate.method)],
  ];
}

/** `50 to 100 users`; null where neither end is known. */
export function rangeOf(estimate: Extract<Estimate, { state: 'estimated' }>): string | null {
  const format = inUnit(estimate);
  return range(estimate.low, estimate.high, format);
}

function missing(questions: readonly (readonly [string, Estimate])[]): readonly Block[] {
  const lines = questions.flatMap(([question, estimate]): Line[] =>
    estimate.state === 'insufficient-evidence' ? [[strong(`${question}: `), estimate.needed]] : [],
  );
  if (lines.length === 0) return [];
  return [
    paragraph(strong('What would have to be measured:')),
    { kind: 'list', ordered: false, items: lines.map((line) => ({ line })) },
  ];
}

function models(analysis: Analysis): readonly Block[] {
  return table(
    'Model fits; the chosen one has the lowest AICc',
    [left('Model'), left('Formula'), left('Parameters'), left('Fit'), prose('Caveat')],
    analysis.capacity.models.map((model) => [
      [model.chosen ? strong(`${modelName(model.model)} (chosen)`) : modelName(model.model)],
      [code(model.formula)],
      [
        Object.entries(model.parameters)
          .map(([name, value]) => `${name} = ${withInterval(value, precise)}`)
          .join('; ') || '–',
      ],
      [`R² ${model.r2 === null ? '–' : number(model.r2, 3)}, AICc ${number(model.aicc, 1)}`],
      [model.caveat ?? '–'],
    ]),
  );
}

function precise(value: number): string {
  return Math.abs(value) >= 0.001 || value === 0 ? figure(value) : value.toExponential(1);
}

export function modelName(model: ModelFit['model']): string {
  switch (model) {
    case 'hinge':
      return 'Hinge';
    case 'round-hinge':
      return 'Hinge with a round shoulder';
    case 'hinge-with-decline':
      return 'Hinge with decline';
    case 'usl':
      return 'Universal Scalability Law';
    default:
      return model satisfies never;
  }
}

/** The failures of each stage and endpoint. */
export function failureRate(
  analysis: Analysis,
  failuresOf: (stage: Analysis['stages'][number]) => Line,
): readonly Block[] {
  const names = stageNames(analysis);
  return [
    heading('Failure rate'),
    ...table(
      'Failed requests of each stage',
      [left('Stage'), left('Failed')],
      analysis.stages.map((stage) => [[strong(names.of(stage.stage))], failuresOf(stage)]),
    ),
    paragraph(analysis.capacity.failureBehaviour),
    ...details(
      'Failures by endpoint and kind',
      table(
        'Failures by endpoint and kind',
        [left('Endpoint'), left('Stage'), left('Failures')],
        analysis.endpoints.flatMap((endpoint) =>
          endpoint.stages
            .filter((stage) => stage.failed > 0)
            .map((stage): readonly Line[] => [
              [code(endpoint.name)],
              [names.of(stage.stage)],
              [
                stage.failures
                  .map(
                    (each) =>
                      `${number(each.count)} × ${each.kind}${each.status === null ? '' : ` ${each.status}`}`,
                  )
                  .join(', ') || number(stage.failed),
              ],
            ]),
        ),
      ),
    ),
  ];
}
