import type { Interval } from '../analysis.ts';
import type { LineVerdict } from '../compare/comparison.ts';
import { wilson } from '../measure/interval.ts';
import type { Measurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import type { Compared } from './compared.ts';
import type { Pair } from './pair.ts';
import type { VerifiedChange } from './verification.ts';

/** As the comparison names them, and as a verification does. */
const metrics = [
  ['throughput', 'throughput'],
  ['avg', 'average'],
  ['p95', 'p95'],
  ['errors', 'errors'],
] as const;

const verdicts: Readonly<Record<LineVerdict, VerifiedChange['verdict']>> = {
  improved: 'better',
  regressed: 'worse',
  equivalent: 'same',
  inconclusive: 'unknown',
};

/** All endpoints together, load by load, judged as `loadline compare` judges. */
export function changesOf(pairs: readonly Pair[], compared: Compared): readonly VerifiedChange[] {
  return pairs.flatMap(({ before: { users, askedRate } }) =>
    metrics.flatMap(([name, metric]): VerifiedChange[] => {
      const line = compared({ users, askedRate }, name, null);
      if (line === null) return [];
      const { before, after, change } = line;
      return [{ users, askedRate, metric, before, after, change, verdict: verdicts[line.verdict] }];
    }),
  );
}

export function errorsOf(m: Measurement): Interval {
  const { failed, count } = targetErrors(m);
  return wilson(failed, count);
}
