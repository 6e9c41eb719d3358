import { mergeSnapshots, quantileUs } from '../record/histogram.ts';
import type { Window } from '../record/run.ts';
import type { Interval } from './analysis.ts';
import { type JudgedCheck, notChecked, passOrFail } from './check.ts';
import type { Measurement } from './measurement.ts';
import type { SteadyPart } from './steady-part.ts';
import { halvesLimit } from './validity-limits.ts';
import { change, milliseconds, rateFigure, share } from './words.ts';

const title = 'Steady state';

/**
 * Throughput and median of the first half against the second: what still changes has not settled, or drifts. Each
 * half has twice the variance of the whole, their difference four times, so its 95 % interval is twice as wide; half as
 * much again is allowed on top of the limit, because a check of every stage must seldom be wrong. A failure says something about the target, so the stage stays usable.
 */
export function halvesCheck(part: SteadyPart, total: Measurement): JudgedCheck {
  const { rate, p50 } = total.intervals;
  if (rate === null || p50 === null) {
    return notChecked('warm-up', title, 'The steady part is too short to compare its halves.');
  }
  const middle = part.from + Math.floor(part.seconds / 2);
  const end = part.from + 2 * Math.floor(part.seconds / 2);
  const first = halfOf(part.windows, part.from, middle);
  const second = halfOf(part.windows, middle, end);
  if (first.count === 0 || second.count === 0 || first.p50 === null || second.p50 === null) {
    return notChecked('warm-up', title, 'One half of the steady part holds no successful request.');
  }
  const throughput = judge(second.count / first.count - 1, rate);
  const median = judge(second.p50 / first.p50 - 1, p50);
  const worst =
    Math.abs(throughput.value) / throughput.limit > Math.abs(median.value) / median.limit
      ? throughput
      : median;
  const seconds = middle - part.from;
  return passOrFail(
    Math.abs(throughput.value) <= throughput.limit && Math.abs(median.value) <= median.limit,
    'none',
    {
      check: 'warm-up',
      title,
      value: worst.value,
      threshold: worst.limit,
      unit: 'share',
      statement: `From the first to the second half of the steady part throughput went from ${rateFigure(first.count / seconds)} to ${rateFigure(second.count / seconds)} requests/s (${change(throughput.value)}, ± ${share(round(throughput.limit))} allowed), the median from ${milliseconds(first.p50 / 1000)} to ${milliseconds(second.p50 / 1000)} (${change(median.value)}, ± ${share(round(median.limit))} allowed).`,
    },
  );
}

function judge(value: number, interval: Interval): { value: number; limit: number } {
  const width = (interval.high ?? interval.value) - (interval.low ?? interval.value);
  return { value, limit: halvesLimit + (1.5 * width) / interval.value };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function halfOf(
  windows: readonly Window[],
  from: number,
  to: number,
): { readonly count: number; readonly p50: number | null } {
  const own = windows.filter(({ second }) => second >= from && second < to);
  const timed = own.filter(({ outcome }) => outcome === 'ok' || outcome === 'timeout');
  return {
    count: own.reduce((sum, window) => sum + window.count, 0),
    p50: quantileUs(mergeSnapshots(timed.map((window) => window.response)), 0.5),
  };
}
