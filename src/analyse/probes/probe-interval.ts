import { bucketMidUs, type HistogramSnapshot, mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import type { Interval } from '../analysis.ts';
import { meanOf } from '../diagnosis/contrast.ts';
import { minBlocks } from '../measure/block-bootstrap.ts';
import { studentT, z95 } from '../measure/interval.ts';
import type { Measurement } from '../measure/measurement.ts';

/** Fewer successes have no mean worth an interval. */
export const fewestSuccesses = 5;

/**
 * Without blocks of time the answers themselves are the sample. Neighbouring answers may be alike; so many of them are
 * taken to be worth one.
 */
const alikeAnswers = 2;

/**
 * Mean response time in ms over one or several stages of the same kind. By block bootstrap where one stage has blocks;
 * from the blocks of all by Student's t where there are several; else from the single answers, each worth the half.
 * Null: too few.
 */
export function meanTime(measurements: readonly (Measurement | null | undefined)[]): Interval | null {
  const all = measurements.flatMap((m) => m ?? []);
  const [only] = all;
  if (only !== undefined && all.length === 1 && only.intervals.avg !== null) return only.intervals.avg;
  const times = mergeSnapshots(all.flatMap(({ histogram }) => histogram ?? []));
  const successes = all.reduce((sum, { count, failed }) => sum + count - failed, 0);
  if (times.count < fewestSuccesses || successes < fewestSuccesses) return null;
  const value = times.sumUs / times.count / 1000;
  const blocks = all
    .flatMap((m) => m.blocks)
    .flatMap(({ histogram }) =>
      histogram.count > 0 ? [{ count: histogram.count, mean: histogram.sumUs / histogram.count / 1000 }] : [],
    );
  // Blocks with a single answer or two are no better than the answers.
  const full = blocks.filter(({ count }) => count >= 2);
  if (full.length >= minBlocks && full.length === blocks.length) {
    const spread = meanOf(blocks.map(({ mean }) => mean));
    if (spread?.low != null && spread.high !== null) {
      const half = (spread.high - spread.low) / 2;
      return { value, low: Math.max(0, value - half), high: value + half };
    }
  }
  return fromAnswers(times);
}

/** Mean in ms of answers of which neighbours may be alike. Null: too few. */
export function fromAnswers(times: HistogramSnapshot): Interval | null {
  const n = times.count / alikeAnswers;
  if (times.count < fewestSuccesses) return null;
  const mean = times.sumUs / times.count;
  let squares = 0;
  for (let i = 0; i < times.buckets.length; i += 1)
    squares += (bucketMidUs(times.buckets[i] ?? 0) - mean) ** 2 * (times.counts[i] ?? 0);
  const deviation = Math.sqrt(squares / (times.count - 1));
  const half = (studentT(Math.max(1, n - 1)) * deviation) / Math.sqrt(n);
  return { value: mean / 1000, low: Math.max(0, mean - half) / 1000, high: (mean + half) / 1000 };
}

/**
 * Median in ms with the order statistics that hold it: ranks n/2 ∓ z·√n/2 (binomial), n the answers that the sample is
 * worth. Null: too few.
 */
export function medianTime(measurement: Measurement): Interval | null {
  if (measurement.intervals.p50 !== null) return measurement.intervals.p50;
  const { histogram } = measurement;
  if (histogram === null || histogram.count < 2 * fewestSuccesses) return null;
  const n = histogram.count;
  const reach = (z95 * Math.sqrt(alikeAnswers)) / (2 * Math.sqrt(n));
  const at = (q: number): number => (quantileUs(histogram, Math.min(1, Math.max(0, q))) ?? 0) / 1000;
  return { value: at(0.5), low: at(0.5 - reach), high: at(0.5 + reach) };
}

/** a × b of values > 0; relative half widths add in quadrature. */
export function productOf(a: Interval, b: Interval): Interval {
  const value = a.value * b.value;
  if (a.low === null || a.high === null || b.low === null || b.high === null || value <= 0)
    return { value, low: null, high: null };
  return {
    value,
    low: value * Math.max(0, 1 - Math.hypot(1 - a.low / a.value, 1 - b.low / b.value)),
    high: value * (1 + Math.hypot(a.high / a.value - 1, b.high / b.value - 1)),
  };
}

/** a / b where a may lie on either side of 0; null: b may be 0. */
export function shareOf(a: Interval, b: Interval): Interval | null {
  if (a.low === null || a.high === null || b.low === null || b.high === null || b.low <= 0) return null;
  const value = a.value / b.value;
  // d(a/b) = da/b − (a/b)·db/b; the interval of b is asymmetric, so each side takes its own half.
  const [larger, smaller] = [b.high / b.value - 1, 1 - b.low / b.value];
  const [down, up] = value >= 0 ? [larger, smaller] : [smaller, larger];
  return {
    value,
    low: value - Math.hypot((a.value - a.low) / b.value, value * down),
    high: value + Math.hypot((a.high - a.value) / b.value, (value * up) / Math.max(0.2, 1 - up)),
  };
}

export function scaled({ value, low, high }: Interval, factor: number): Interval {
  return {
    value: value * factor,
    low: low === null ? null : low * factor,
    high: high === null ? null : high * factor,
  };
}
