import type { Interval } from '../analysis.ts';
import { alikeBlocksFactor, fewBlocksFactor, studentT, z95 } from '../measure/interval.ts';
import type { Measurement } from '../measure/measurement.ts';

/** Comparisons of two measured values, each with the interval that its blocks of time allow. */

/**
 * Mean of a few values in the order of time, with its Student t interval, widened where neighbours are alike; null for
 * fewer than two.
 */
export function meanOf(values: readonly number[]): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const half = fewBlocksFactor(n) * alikeBlocksFactor(values) * z95 * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/** b / a; the half widths of both logarithms add in quadrature. Without both intervals the ratio has none. */
export function ratioOf(a: Interval, b: Interval): Interval | null {
  if (a.value <= 0 || b.value <= 0) return null;
  const value = b.value / a.value;
  if (a.low === null || a.high === null || b.low === null || b.high === null) {
    return { value, low: null, high: null };
  }
  if (a.low <= 0 || b.low <= 0) return { value, low: 0, high: Number.MAX_VALUE };
  const below = Math.hypot(Math.log(b.value / b.low), Math.log(a.high / a.value));
  const above = Math.hypot(Math.log(b.high / b.value), Math.log(a.value / a.low));
  return { value, low: value * Math.exp(-below), high: value * Math.exp(above) };
}

/** b − a; the half widths add in quadrature. */
export function differenceOf(a: Interval, b: Interval): Interval {
  const value = b.value - a.value;
  if (a.low === null || a.high === null || b.low === null || b.high === null) {
    return { value, low: null, high: null };
  }
  return {
    value,
    low: value - Math.hypot(b.value - b.low, a.high - a.value),
    high: value + Math.hypot(b.high - b.value, a.value - a.low),
  };
}

/** Requests per second that succeeded, from the blocks; without blocks the plain figure. */
export function okRateOf(m: Measurement): Interval | null {
  const fromBlocks = meanOf(m.blocks.map((b) => (b.seconds > 0 ? (b.count - b.failed) / b.seconds : 0)));
  if (m.rate === null) return fromBlocks;
  const value = m.rate * (1 - m.errors);
  return { value, low: fromBlocks?.low ?? null, high: fromBlocks?.high ?? null };
}

/** Ended requests per second, failed ones included. */
export function rateOf(m: Measurement): Interval | null {
  if (m.rate === null) return null;
  const fromBlocks = meanOf(m.blocks.map((b) => (b.seconds > 0 ? b.count / b.seconds : 0)));
  return m.intervals.rate ?? { value: m.rate, low: fromBlocks?.low ?? null, high: fromBlocks?.high ?? null };
}

/** Mean response time in ms. */
export function averageOf(m: Measurement): Interval | null {
  const avg = m.responseTime?.avg;
  if (avg === undefined) return null;
  return m.intervals.avg ?? { value: avg, low: null, high: null };
}

/**
 * Least-squares slope over the values' positions 0, 1, 2 …, its interval widened where neighbouring residuals are alike;
 * null for fewer than four values.
 */
export function slopeOf(values: readonly number[], confidence: 0.95 | 0.99 = 0.95): Interval | null {
  const n = values.length;
  if (n < 4) return null;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let sxx = 0;
  let sxy = 0;
  for (const [i, value] of values.entries()) {
    sxx += (i - middle) ** 2;
    sxy += (i - middle) * (value - mean);
  }
  const slope = sxy / sxx;
  const residuals = values.map((value, i) => value - mean - slope * (i - middle));
  const rss = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const half = studentT(n - 2, confidence) * alikeBlocksFactor(residuals) * Math.sqrt(rss / (n - 2) / sxx);
  return { value: slope, low: slope - half, high: slope + half };
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (upper + lower) / 2;
}
