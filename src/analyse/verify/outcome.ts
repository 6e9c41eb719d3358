import type { Interval, Recommendation } from '../analysis.ts';
import type { Prediction } from '../what-if/prediction.ts';
import { milliseconds, times } from '../words.ts';
import { type Compared, ratioOfLine } from './compared.ts';
import type { Pair } from './pair.ts';
import type { VerifiedPrediction } from './verification.ts';

/** Within that of 1, with an interval that holds 1, nothing moved. */
const nothingMoved = 0.05;

/** Whether what a recommendation promised came true. Null: it promised nothing that can be measured again. */
export function outcomeOf(
  recommendation: Recommendation,
  pairs: readonly Pair[],
  compared: Compared,
): VerifiedPrediction | null {
  const { effect } = recommendation;
  const measure = effect?.measure;
  if (effect == null || measure === undefined) return null;
  const { metric, model, low, high, unit } = effect;
  const said = { metric, model, from: 'recommendation', low, high, unit } as const;
  const pair = pairs.find((p) => p.before.users === measure.users);
  if (pair === undefined)
    return {
      ...said,
      outcome: null,
      state: 'not-measured',
      statement: `Not measured again: ${measure.users} users are not valid in both runs.`,
    };
  return measure.statistic === 'throughput'
    ? judged(said, gainOf(pair, compared), 1)
    : judged(said, savedOf(pair, compared), 0);
}

/** What the change that was named had promised, load by load. */
export function outcomesOfChange(
  prediction: Prediction,
  pairs: readonly Pair[],
  compared: Compared,
): readonly VerifiedPrediction[] {
  const model = prediction.steps.map((step) => `${step.model}: ${step.formula}`).join('; ');
  return prediction.curve.flatMap(({ users, gain }): VerifiedPrediction[] => {
    const pair = pairs.find((p) => p.before.users === users);
    if (pair === undefined || gain === null) return [];
    const metric = `throughput at ${users} ${users === 1 ? 'user' : 'users'}`;
    return [
      judged(
        { metric, model, from: 'asked', low: gain.low, high: gain.high, unit: '×' },
        gainOf(pair, compared),
        1,
      ),
    ];
  });
}

function gainOf({ before }: Pair, compared: Compared): Interval | null {
  return ratioOfLine(compared(before, 'throughput', null));
}

/** ms of the average: before − after. */
function savedOf({ before }: Pair, compared: Compared): Interval | null {
  const line = compared(before, 'avg', null);
  if (line === null) return null;
  const { low, high } = line.change;
  return {
    value: line.before - line.after,
    low: high === null ? null : -line.before * high,
    high: low === null ? null : -line.before * low,
  };
}

type Said = Omit<VerifiedPrediction, 'outcome' | 'state' | 'statement'>;

/** `still`: the outcome of a fix that does nothing. */
export function judged(said: Said, outcome: Interval | null, still: 0 | 1): VerifiedPrediction {
  if (outcome === null)
    return {
      ...said,
      outcome,
      state: 'not-measured',
      statement: 'Not measured again: a figure is not known.',
    };
  const [low, high] = [outcome.low ?? outcome.value, outcome.high ?? outcome.value];
  const word = (value: number) => (said.unit === '×' ? times(value) : milliseconds(value));
  const figures = `it came to ${word(outcome.value)}${outcome.low === null ? '' : ` (${word(low)} to ${word(high)})`}, predicted ${word(said.low)} to ${said.high === null ? 'more' : word(said.high)}`;
  if (high < said.low)
    return { ...said, outcome, state: 'below', statement: `Less than predicted: ${figures}.` };
  if (said.high !== null && low > said.high)
    return { ...said, outcome, state: 'above', statement: `More than predicted: ${figures}.` };
  const moved =
    low > still ||
    high < still ||
    Math.abs(outcome.value - still) > nothingMoved * Math.max(1, Math.abs(said.high ?? 1));
  if (!moved && (said.high === null || said.high > still + nothingMoved))
    return {
      ...said,
      outcome,
      state: 'no-change',
      statement: `Nothing moved: ${figures}. It was not applied, or something else limits.`,
    };
  return { ...said, outcome, state: 'inside', statement: `Came true: ${figures}.` };
}
