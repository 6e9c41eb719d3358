import type { Interval } from '../analysis.ts';
import { averageOf, differenceOf, rateOf } from '../diagnosis/contrast.ts';
import { wilson } from '../measure/interval.ts';
import type { Measurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { type Pair, runToRun, widenedRatio } from './pair.ts';
import type { VerifiedChange } from './verification.ts';

/** Changes that matter (docs/methods.md): throughput 5 %, times 10 %, failures one percentage point. */
export const matters = { throughput: 0.05, times: 0.1, errors: 0.01 } as const;

export function changesOf(pairs: readonly Pair[]): readonly VerifiedChange[] {
  return pairs.flatMap(({ before, after }) => {
    const [was, is] = [before.total, after.total];
    const place = { users: before.users, askedRate: before.askedRate };
    // With arrivals the rate is asked for, and a lower one is no loss of the target's.
    const rates = [rateOf(was), rateOf(is)] as const;
    const errors = differenceOf(errorsOf(was), errorsOf(is));
    return [
      relative('throughput', rates[0], rates[1], -1, matters.throughput, runToRun.throughput),
      relative('average', averageOf(was), averageOf(is), 1, matters.times, runToRun.times),
      relative('p95', p95Of(was), p95Of(is), 1, matters.times, runToRun.times),
      {
        metric: 'errors' as const,
        before: errorsOf(was).value,
        after: errorsOf(is).value,
        change: errors,
        verdict: verdictOf(errors, 1, matters.errors),
      },
    ].flatMap((row) => (row === null ? [] : [{ ...place, ...row }]));
  });
}

/** `worse`: the sign of a change for the worse. */
function relative(
  metric: 'throughput' | 'average' | 'p95',
  before: Interval | null,
  after: Interval | null,
  worse: 1 | -1,
  margin: number,
  deviation: number,
): Omit<VerifiedChange, 'users' | 'askedRate'> | null {
  if (before === null || after === null) return null;
  const ratio = widenedRatio(before, after, deviation);
  if (ratio === null) return null;
  const change: Interval = {
    value: ratio.value - 1,
    low: ratio.low === null ? null : ratio.low - 1,
    high: ratio.high === null || ratio.high > 1e6 ? null : ratio.high - 1,
  };
  return {
    metric,
    before: before.value,
    after: after.value,
    change,
    verdict: verdictOf(change, worse, margin),
  };
}

/** Worse or better: the interval excludes no change, and the change is one that matters. */
function verdictOf(change: Interval, worse: 1 | -1, margin: number): VerifiedChange['verdict'] {
  const { value, low, high } = change;
  if (low === null || high === null) return 'unknown';
  if (low > 0 && value >= margin) return worse === 1 ? 'worse' : 'better';
  if (high < 0 && value <= -margin) return worse === 1 ? 'better' : 'worse';
  return low > -margin && high < margin ? 'same' : 'unknown';
}

export function errorsOf(m: Measurement): Interval {
  const { failed, count } = targetErrors(m);
  return wilson(failed, count);
}

function p95Of(m: Measurement): Interval | null {
  const value = m.responseTime?.p95;
  return value === undefined ? null : (m.intervals.p95 ?? { value, low: null, high: null });
}
