import type { Interval } from '../analysis.ts';
import { averageOf, differenceOf, rateOf } from '../diagnosis/contrast.ts';
import { wilson, z95 } from '../measure/interval.ts';
import type { Measurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { type Pair, runToRun, widenedRatio } from './pair.ts';
import type { VerifiedChange } from './verification.ts';

/** Changes that matter (docs/methods.md): throughput 5 %, times 10 %, failures one percentage point. */
export const matters = { throughput: 0.05, times: 0.1, errors: 0.01 } as const;

export function changesOf(pairs: readonly Pair[]): readonly VerifiedChange[] {
  const rows = pairs.flatMap(({ before, after }) => {
    const [was, is] = [before.total, after.total];
    const place = { users: before.users, askedRate: before.askedRate };
    const rates = [rateOf(was), rateOf(is)] as const;
    return [
      relative('throughput', rates[0], rates[1], runToRun.throughput),
      relative('average', averageOf(was), averageOf(is), runToRun.times),
      relative('p95', p95Of(was), p95Of(is), runToRun.times),
      {
        metric: 'errors' as const,
        before: errorsOf(was).value,
        after: errorsOf(is).value,
        change: differenceOf(errorsOf(was), errorsOf(is)),
      },
    ].flatMap((row) => (row === null ? [] : [{ ...place, ...row }]));
  });
  return rows.map((row) => ({ ...row, verdict: verdictOf(row, widening(rows.length)) }));
}

type Row = Omit<VerifiedChange, 'verdict'>;

/**
 * By how much a 95 % interval is widened so that all of n together hold with 95 % (Bonferroni): z(1 − 0.025/n)/z(0.975).
 * The quantile by Winitzki's approximation of the inverse error function (2008), within 0.3 %.
 */
export function widening(n: number): number {
  const a = 0.147;
  const x = 1 - 0.05 / Math.max(1, n);
  const log = Math.log(1 - x * x);
  const first = 2 / (Math.PI * a) + log / 2;
  return Math.max(1, (Math.SQRT2 * Math.sqrt(Math.sqrt(first * first - log / a) - first)) / z95);
}

function relative(
  metric: 'throughput' | 'average' | 'p95',
  before: Interval | null,
  after: Interval | null,
  deviation: number,
): Omit<Row, 'users' | 'askedRate'> | null {
  if (before === null || after === null) return null;
  const ratio = widenedRatio(before, after, deviation);
  if (ratio === null) return null;
  const change: Interval = {
    value: ratio.value - 1,
    low: ratio.low === null ? null : ratio.low - 1,
    high: ratio.high === null || ratio.high > 1e6 ? null : ratio.high - 1,
  };
  return { metric, before: before.value, after: after.value, change };
}

/** Worse or better: the widened interval excludes no change, and the change is one that matters. */
function verdictOf({ metric, change }: Row, by: number): VerifiedChange['verdict'] {
  const { value, low, high } = change;
  if (low === null || high === null) return 'unknown';
  const margin =
    metric === 'throughput' ? matters.throughput : metric === 'errors' ? matters.errors : matters.times;
  const rises = metric === 'throughput' ? 'better' : 'worse';
  const falls = metric === 'throughput' ? 'worse' : 'better';
  const wide =
    metric === 'errors' ? widenedDifference(change, low, high, by) : widenedLog(change, low, high, by);
  if (wide.low > 0 && value >= margin) return rises;
  if (wide.high < 0 && value <= -margin) return falls;
  return low > -margin && high < margin ? 'same' : 'unknown';
}

function widenedDifference({ value }: Interval, low: number, high: number, by: number) {
  return { low: value - (value - low) * by, high: value + (high - value) * by };
}

function widenedLog({ value }: Interval, low: number, high: number, by: number) {
  const centre = Math.log1p(value);
  return {
    low: Math.expm1(centre - (centre - Math.log1p(low)) * by),
    high: Math.expm1(centre + (Math.log1p(high) - centre) * by),
  };
}

export function errorsOf(m: Measurement): Interval {
  const { failed, count } = targetErrors(m);
  return wilson(failed, count);
}

function p95Of(m: Measurement): Interval | null {
  const value = m.responseTime?.p95;
  return value === undefined ? null : (m.intervals.p95 ?? { value, low: null, high: null });
}
