import { mergeSnapshots, quantileUs } from '../record/histogram.ts';
import type { Window } from '../record/run.ts';
import type { Interval } from './analysis.ts';
import { type JudgedCheck, notChecked, passOrFail } from './check.ts';
import type { Measurement } from './measurement.ts';
import type { SteadyPart } from './steady-part.ts';
import { halvesLimit } from './validity-limits.ts';
import { change, rateFigure, share } from './words.ts';

const title = 'Steady state';

/**
 * Throughput and medians of the first half against the second: what still changes has not settled, or drifts. Medians
 * are compared endpoint by endpoint (weighted by their counts), or the mix of fast and slow endpoints would be compared.
 * Each half has twice the variance of the whole, their difference four times, so its 95 % interval is twice as wide;
 * half as much again is allowed on top of the limit, because a check of every stage must seldom be wrong. A failure
 * says something about the target, so the stage stays usable.
 */
export function halvesCheck(
  part: SteadyPart,
  total: Measurement,
  endpoints: readonly (Measurement | null)[],
): JudgedCheck {
  const { rate } = total.intervals;
  const half = Math.floor(part.seconds / 2);
  const middle = part.from + half;
  const inHalf = (second: number) => (second < middle ? 0 : second < middle + half ? 1 : null);
  const counts = [0, 0];
  for (const { second, count } of part.windows) {
    const at = inHalf(second);
    if (at !== null) counts[at] = (counts[at] ?? 0) + count;
  }
  const [first = 0, second = 0] = counts;
  if (rate === null || first === 0) {
    return notChecked('warm-up', title, 'The steady part is too short to compare its halves.');
  }
  const throughput = { value: second / first - 1, limit: halvesLimit + noise(halfWidth(rate)) };
  const medians = medianChange(part.windows, inHalf, endpoints);
  const holds = ({ value, limit }: { value: number; limit: number }) => Math.abs(value) <= limit;
  const worst =
    medians !== null &&
    Math.abs(medians.value) / medians.limit > Math.abs(throughput.value) / throughput.limit
      ? medians
      : throughput;
  const ofMedians =
    medians === null
      ? ''
      : `, the medians of the endpoints changed by ${change(medians.value)} on average (± ${share(rounded(medians.limit))} allowed)`;
  return passOrFail(holds(throughput) && (medians === null || holds(medians)), 'none', {
    check: 'warm-up',
    title,
    value: worst.value,
    threshold: worst.limit,
    unit: 'share',
    statement: `From the first to the second half of the steady part throughput went from ${rateFigure(first / half)} to ${rateFigure(second / half)} requests/s (${change(throughput.value)}, ± ${share(rounded(throughput.limit))} allowed)${ofMedians}.`,
  });
}

/** Geometric mean of the endpoints' changes of median, weighted by count; null: no endpoint has an interval. */
function medianChange(
  windows: readonly Window[],
  inHalf: (second: number) => number | null,
  endpoints: readonly (Measurement | null)[],
): { value: number; limit: number } | null {
  let weights = 0;
  let logs = 0;
  let squares = 0;
  for (const [index, measurement] of endpoints.entries()) {
    const interval = measurement?.intervals.p50 ?? null;
    if (measurement === null || interval === null) continue;
    const medianOf = (which: number) =>
      quantileUs(
        mergeSnapshots(
          windows
            .filter(
              ({ endpoint, outcome, second }) =>
                endpoint === index && (outcome === 'ok' || outcome === 'timeout') && inHalf(second) === which,
            )
            .map((window) => window.response),
        ),
        0.5,
      );
    const [before, after] = [medianOf(0), medianOf(1)];
    if (!before || !after) continue;
    weights += measurement.count;
    logs += measurement.count * Math.log(after / before);
    squares += (measurement.count * halfWidth(interval)) ** 2;
  }
  if (weights === 0) return null;
  return {
    value: Math.exp(logs / weights) - 1,
    limit: halvesLimit + noise(Math.sqrt(squares) / weights),
  };
}

/** Of the whole part's interval, relative. */
function halfWidth({ value, low, high }: Interval): number {
  return value > 0 ? ((high ?? value) - (low ?? value)) / 2 / value : 0;
}

function noise(relativeHalfWidth: number): number {
  return 2 * 1.5 * relativeHalfWidth;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
