import { describe, expect, it } from 'vitest';
import { randomFrom } from '../record/random.ts';
import { arrivalsOf } from './arrivals.ts';
import type { RateProfile } from './rate-profile.ts';

const ratePerSecond = 2000;
const seconds = 100;

function constant(ratePerSecond: number): RateProfile {
  return {
    fromRatePerSecond: 0,
    rampMs: 0,
    ratePerSecond,
    fullToMs: Number.POSITIVE_INFINITY,
    rampDownMs: 0,
  };
}

/** The slow oracle: every arrival of every worker in one sorted list. */
function merged(kind: 'poisson' | 'uniform', workers: number): number[] {
  const all: number[] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    const random = randomFrom(worker * 7919 + 1);
    const next = arrivalsOf({ kind, rate: constant(ratePerSecond), worker, workers, random });
    for (let at = next(); at < seconds * 1000; at = next()) all.push(at);
  }
  return all.sort((a, b) => a - b);
}

/** Arrivals in each window of so many ms. */
function countsIn(arrivals: readonly number[], windowMs: number): number[] {
  const counts = new Array<number>((seconds * 1000) / windowMs).fill(0);
  for (const at of arrivals) counts[Math.floor(at / windowMs)] = (counts[Math.floor(at / windowMs)] ?? 0) + 1;
  return counts;
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return {
    mean,
    variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  };
}

describe.each([1, 2, 7])('poisson arrivals of %i workers together', (workers) => {
  const arrivals = merged('poisson', workers);

  it('come at the rate asked', () => {
    // Standard deviation of the count: √200,000 = 0.22 %; four of them.
    expect(Math.abs(arrivals.length / (ratePerSecond * seconds) - 1)).toBeLessThan(0.009);
  });

  // Variance ÷ mean of the counts is 1 at every scale; its standard error √(2/windows).
  it.each([1, 10, 100])('have an index of dispersion of 1 in windows of %i ms', (windowMs) => {
    const counts = countsIn(arrivals, windowMs);
    const { mean, variance } = moments(counts);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / counts.length));
  });

  it('have exponential gaps: mean and deviation alike, a share of 1/e above the mean, none tied to the next', () => {
    const gaps = arrivals.slice(1).map((at, i) => at - (arrivals[i] ?? 0));
    const { mean, variance } = moments(gaps);
    const above = gaps.filter((gap) => gap > mean).length / gaps.length;
    let product = 0;
    for (let i = 1; i < gaps.length; i += 1) product += ((gaps[i] ?? 0) - mean) * ((gaps[i - 1] ?? 0) - mean);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    expect(above).toBeCloseTo(Math.exp(-1), 2);
    expect(Math.abs(product / (gaps.length - 1) / variance)).toBeLessThan(4 / Math.sqrt(gaps.length));
  });
});

describe.each([1, 2, 7])('uniform arrivals of %i workers together', (workers) => {
  it('are evenly spaced from 0 on, without drift', () => {
    const expected = Array.from({ length: ratePerSecond * seconds }, (_, i) => (i * 1000) / ratePerSecond);
    expect(merged('uniform', workers)).toEqual(expected);
  });
});

it('uniform arrivals at a rate below one a second', () => {
  const next = arrivalsOf({ kind: 'uniform', rate: constant(0.25), worker: 1, workers: 2, random: () => 0 });
  expect([next(), next(), next()]).toEqual([4000, 12_000, 20_000]);
});
