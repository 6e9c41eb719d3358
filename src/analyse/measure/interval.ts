import type { Interval } from '../analysis.ts';

/** Two-sided 95 % quantile of the normal distribution. */
export const z95 = 1.959963984540054;

/**
 * Share of failures with its 95 % Wilson score interval; no interval for no trials.
 * Wilson, JASA 22 (1927): (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
 */
export function wilson(failures: number, total: number): Interval {
  if (total <= 0) return { value: 0, low: null, high: null };
  const p = failures / total;
  const z2 = z95 * z95;
  const scale = 1 + z2 / total;
  const centre = (p + z2 / (2 * total)) / scale;
  const half = (z95 / scale) * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total * total));
  return {
    value: p,
    low: failures <= 0 ? 0 : Math.max(0, centre - half),
    high: failures >= total ? 1 : Math.min(1, centre + half),
  };
}

/**
 * The central share `confidence` of the values: their (1−c)/2 and (1+c)/2 quantiles, linearly interpolated (type 7 of
 * Hyndman & Fan). Throws a RangeError for no values; ignores none: callers keep NaN out.
 */
export function percentileInterval(
  values: readonly number[],
  confidence = 0.95,
): { low: number; high: number } {
  if (values.length === 0) throw new RangeError('an interval needs at least one value');
  const sorted = Float64Array.from(values).sort();
  const at = (q: number) => {
    const position = q * (sorted.length - 1);
    const below = Math.floor(position);
    const low = sorted[below] ?? 0;
    const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
    return low + (high - low) * (position - below);
  };
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}

/**
 * How many independent values a correlated series is worth: n / (1 + 2·Σρₖ), the sum taken while pairs of
 * autocorrelations stay positive (Geyer's initial positive sequence, Statistical Science 7, 1992). From 1 to n.
 */
export function effectiveSampleSize(values: readonly number[]): number {
  const n = values.length;
  if (n < 4) return n;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviations = values.map((value) => value - mean);
  const covariance = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < n; i += 1) sum += (deviations[i] ?? 0) * (deviations[i - lag] ?? 0);
    return sum / n;
  };
  const variance = covariance(0);
  if (variance <= 0) return n;
  let rhoSum = 0;
  for (let lag = 1; lag + 1 < n / 2; lag += 2) {
    const pair = (covariance(lag) + covariance(lag + 1)) / variance;
    if (pair <= 0) break;
    rhoSum += pair;
  }
  return Math.min(n, Math.max(1, n / (1 + 2 * rhoSum)));
}

/** 97.5 % quantiles of Student's t for 1 … 30 degrees of freedom. */
const t975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** 99.5 % quantiles, likewise. */
const t995 = [
  63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169, 3.106, 3.055, 3.012, 2.977, 2.947,
  2.921, 2.898, 2.878, 2.861, 2.845, 2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.75,
];

/** Two-sided 99 % quantile of the normal distribution. */
const z99 = 2.5758293035489004;

/** Two-sided quantile of Student's t. */
export function studentT(degreesOfFreedom: number, confidence: 0.95 | 0.99 = 0.95): number {
  if (degreesOfFreedom < 1) return Number.POSITIVE_INFINITY;
  const at = Math.floor(degreesOfFreedom) - 1;
  // Beyond the table: the first term of the Cornish–Fisher expansion, (z³ + z)/4ν, and a little for the next.
  return confidence === 0.95
    ? (t975[at] ?? z95 + 2.4 / degreesOfFreedom)
    : (t995[at] ?? z99 + 5.1 / degreesOfFreedom);
}

/**
 * By how much the percentile bootstrap of n blocks is too narrow: t(n−1)/z · √(n/(n−1)). The first factor is that the
 * spread is estimated from the same few blocks, the second that the bootstrap divides by n and not by n − 1
 * (Hesterberg, The American Statistician 69, 2015, "narrowness bias").
 */
export function fewBlocksFactor(blocks: number): number {
  if (blocks < 2) return Number.POSITIVE_INFINITY;
  return (studentT(blocks - 1) / z95) * Math.sqrt(blocks / (blocks - 1));
}

/**
 * By how much an interval must be widened because neighbouring blocks are alike (a queue's relaxation time is longer
 * than a block): √((1+ρ)/(1−ρ)), ρ the blocks' lag-1 correlation, corrected for its bias −(1+3ρ)/n in short series
 * (Kendall, Biometrika 41, 1954). From 1 to 3: more a short series cannot prove.
 */
export function alikeBlocksFactor(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 1;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let variance = 0;
  let lagged = 0;
  for (let i = 0; i < n; i += 1) {
    const deviation = (values[i] ?? 0) - mean;
    variance += deviation * deviation;
    if (i > 0) lagged += deviation * ((values[i - 1] ?? 0) - mean);
  }
  if (variance <= 0) return 1;
  const raw = lagged / variance;
  const rho = Math.min(0.8, Math.max(0, raw + (1 + 3 * raw) / n));
  return Math.sqrt((1 + rho) / (1 - rho));
}
